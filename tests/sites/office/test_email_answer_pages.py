"""The page Reply by email: a preview before anything leaves, and a red attempt that is sent again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from heedline.casework.contact import call_back
from heedline.reports.models import CallBack
from tests.sites.office.desk_hand import Hand
from tests.support import advice_scene
from tests.support.cast import House, now
from tests.support.notice_scene import FakeCompany, fake_company
from tests.support.scene_people import People

pytestmark = pytest.mark.django_db
TOLD = {"number": "01632 960 417", "coming": "visit"}
REFUSED = call_back.EMAIL_TROUBLE[call_back.EMAIL_REFUSED]


@pytest.fixture
def people(house: House) -> People:
    return advice_scene.adviser_desk(People(house, now()))


@pytest.fixture
def server(settings: Any) -> Iterator[FakeCompany]:
    with fake_company() as found:
        settings.NOTICE_MAIL = {
            "host": "127.0.0.1",
            "port": found.smtp_port,
            "user": "",
            "password": "",
            "tls": False,
        }
        yield found


def test_an_adviser_previews_is_refused_and_sends_again(
    people: People, server: FakeCompany, hand: Callable[[], Hand]
) -> None:
    ref, _ = advice_scene.a_request(people)
    people.take(ref, "Otto")
    otto = hand().at_work(people.house, "Otto")
    otto.get(f"/w/r/{ref}/answer/")
    page = f"/w/r/{ref}/answer/email/"
    assert page in otto.html
    otto.get(page)
    otto.send(page, do="preview", coming="visit")
    assert "Enter the number on which they can call you" in otto.html
    otto.send(page, do="preview", **TOLD)
    assert "rosa@theatre.example" in otto.html
    assert "You can call your adviser on 01632 960 417." in otto.html
    assert server.mails == []
    server.smtp_says = "550 5.1.1 no such person"
    otto.send(page, do="send")
    assert otto.page.status_code == 409
    assert REFUSED in otto.html
    assert "Send again" in otto.html
    for other in (f"/w/r/{ref}/answer/", "/w/calls/"):
        otto.get(other)
        assert f'hl-overdue">{REFUSED}' in otto.html
    otto.get(page)
    otto.send(page, do="preview", **TOLD)
    server.smtp_says = "250 2.0.0 accepted"
    otto.send(page, do="send")
    assert "The mail server accepted the email." in otto.html
    assert "The organisation has its first answer" in otto.html
    assert REFUSED not in otto.html
    assert len(server.mails) == 2
    assert CallBack.objects.get(report=ref).done


def test_a_report_of_a_person_has_no_such_page(people: People, hand: Callable[[], Hand]) -> None:
    ref, _ = people.taken()
    odile = hand().at_work(people.house, "Odile")
    odile.get(f"/w/r/{ref}/answer/email/")
    assert odile.page.status_code == 404
