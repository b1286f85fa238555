"""The line that says until when an officer can write: on every page of a report, and extended while somebody types."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from heedline.casework.access import session
from heedline.permits.models import UnlockedKeys
from heedline.reports.models import Report
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.scene_people import NORTH_EAST, People, row
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
TYPING = {"HX-Request": "true"}


def typing(page: Hand, path: str) -> int:
    """What a page posts while somebody types, with the token in its line. Returns the status."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.html)
    assert found
    answer = page.client.post(path, {"csrfmiddlewaretoken": found[1]}, headers=TYPING)
    if answer.status_code == 200:
        page.page = answer
    return int(answer.status_code)


def test_each_page_with_a_form_says_until_when_without_scripts(
    house: House, hand: Callable[[], Hand]
) -> None:
    ref, _ = a_report(at=now(), **NORTH_EAST)
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/r/{ref}/")
    assert "You can edit this report until" not in odile.html
    odile.get("/w/q/north-east/")
    odile.send(f"/w/r/{ref}/take/")
    for page in ("", "close/", "notes/", "next-action/", "hand-over/", "ask/", "owner/"):
        odile.get(f"/w/r/{ref}/{page}")
        assert odile.html.count("You can edit this report until") == 1, page
        assert f'data-hx-post="/w/r/{ref}/writing/"' in odile.html, page


def test_typing_extends_the_lease_and_counts_as_being_there(house: House, hand: Callable[[], Hand]) -> None:
    """htmx marks what a page asks. A poll must not keep keys unlocked; what is sent while somebody types must."""
    ref, _ = a_report(at=now(), **NORTH_EAST)
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/")
    odile.send(f"/w/r/{ref}/take/")
    early = now() + timedelta(minutes=4)
    Report.objects.filter(pk=ref).update(lease_until=early)
    UnlockedKeys.objects.update(idle_until=early)
    assert typing(odile, f"/w/r/{ref}/writing/") == 200
    assert "You can edit this report until" in odile.html
    assert (row(ref).lease_until or early) > early + timedelta(minutes=10)
    assert UnlockedKeys.objects.get().idle_until > early
    UnlockedKeys.objects.all().delete()
    assert typing(odile, f"/w/r/{ref}/writing/") == 204, "locked: the page and its text stay as they are"


def test_while_a_colleague_writes_the_page_names_them(house: House, hand: Callable[[], Hand]) -> None:
    people = People(house, now())
    ref, _ = people.taken("Olga")
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/r/{ref}/notes/")
    assert "Being edited by <bdi>Olga O.</bdi> until" in odile.html
    assert typing(odile, f"/w/r/{ref}/writing/") == 200
    assert "Being edited by <bdi>Olga O.</bdi> until" in odile.html
    assert row(ref).lease_by == house.officers["Olga"]
    assert session.now() < (row(ref).lease_until or session.now())
