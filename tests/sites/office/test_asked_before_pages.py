"""Noting that a reporter was asked before under another code, on the page of messages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heedline.casework.report.opening import short_name
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
TICKED = ["no-names", "no-task", "no-case"]


def _text(page: Hand) -> str:
    return " ".join(page.html.split())


def test_it_is_noted_counted_and_taken_back(house: House, hand: Callable[[], Hand]) -> None:
    first, second = (a_report(at=now(), where={"postcode": "NE1 4ST"})[0] for _ in range(2))
    odile = hand().at_work(house, "Odile")
    for ref in (first, second):
        odile.get("/w/q/north-east/")
        odile.send(f"/w/r/{ref}/take/")
    here = f"/w/r/{first}/ask/"
    for _ in range(5):
        odile.get(here)
        odile.send(here, do="preview", text="When was it?")
        odile.send(here, do="send", safe=TICKED)
        assert "Message sent." in odile.html
    there = f"/w/r/{second}/ask/"
    odile.get(there)
    assert "Messages sent to this code: 0." in _text(odile)

    def say(**answers: str) -> None:
        odile.page = odile.client.post(there, {**odile.form(there), "text": "", **answers}, follow=True)

    say(do="same", other="")
    assert "Enter the reference of the other report" in odile.html
    say(do="same", other="NONSENSE")
    assert odile.page.status_code == 409
    assert "No other report at your desks has this reference" in odile.html
    say(do="same", other=short_name(first))
    assert "Messages to both codes are counted together" in odile.html
    assert "Messages sent to the same reporter under other codes: 5." in _text(odile)
    assert f'href="/w/r/{first}/"' in odile.html
    odile.path = there
    odile.send(there, do="preview", text="When was it?")
    assert "0 messages so far, 5 under other codes" in odile.html
    odile.get(there)
    say(do="not-same", other=short_name(first))
    assert "Link removed." in odile.html
    assert "Messages sent to this code: 0." in _text(odile)
