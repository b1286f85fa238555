"""A shift leaves a note, and the next one finds it in My work and acknowledges it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.sites.office.desk_hand import Hand
from tests.support.cast import House

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
NOTES = "/w/duty/north-east/notes/"


def test_left_found_and_acknowledged(house: House, hand: Callable[[], Hand]) -> None:
    odile, olga = hand().at_work(house, "Odile"), hand().at_work(house, "Olga")
    odile.get("/w/duty/north-east/on/")
    odile.send("", hours="8")
    odile.get("/w/duty/north-east/off/")
    assert f'href="{NOTES}"' in odile.html
    odile.get(NOTES)
    assert "There are no notes from the last" in odile.html
    odile.send(NOTES, text="")
    assert odile.page.status_code == 422
    odile.send(NOTES, text="Ring <the> landlord")
    assert "It waits for the next shift" in odile.html
    assert "Ring &lt;the&gt; landlord" in odile.html
    assert "Not acknowledged yet." in odile.html
    olga.get("/w/")
    assert "at North East desk" in olga.html
    olga.get(NOTES)
    (action,) = re.findall(r'action="([^"]+/acknowledge/)"', olga.html)
    olga.send(action)
    assert "Acknowledged in your name." in olga.html
    olga.get("/w/")
    assert "Handover note from" not in olga.html
    odile.get(NOTES)
    assert "Acknowledged by <bdi>Olga O." in odile.html
    otto = hand().at_work(house, "Otto")
    for path in (NOTES, "/w/duty/nowhere/notes/"):
        otto.get(path)
        assert otto.page.status_code == 404
