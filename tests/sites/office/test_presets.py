"""Presets and single keys by their pages, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest

from heedline.desks.models import Officer
from heedline.reports.models import Report
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
HERE = {"postcode": "NE1 4ST"}


def opened(house: House, hand: Callable[[], Hand], **told: object) -> tuple[Hand, UUID]:
    ref, _ = a_report(at=now(), where=HERE, **told)
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/")
    odile.send(f"/w/r/{ref}/take/")
    return odile, ref


def test_a_preset_is_a_link_that_fills_all_but_danger(house: House, hand: Callable[[], Hand]) -> None:
    odile, ref = opened(house, hand)
    link = re.search(r'href="(\?preset=not-enough[^"]*)"', odile.html)
    assert link
    odile.get(f"/w/r/{ref}/{link.group(1).replace('&amp;', '&')}")
    form = odile.form(f"/w/r/{ref}/")
    assert form["priority"] == "low"
    assert form["reason"] == "No person, place, vehicle or account is named."
    assert "danger" not in form
    odile.send(f"/w/r/{ref}/", do="save-next", close_as="no-identifiers")
    assert "Say whether there is danger" in odile.html, "nobody saves a preset without an answer of their own"
    assert Report.objects.get(pk=ref).stage == "taken"
    odile.send(
        f"/w/r/{ref}/", do="save-next", danger="no", close_as="no-identifiers", reason="Edited by hand"
    )
    assert "Assessed and closed." in odile.html
    odile.get(f"/w/r/{ref}/")
    assert "Edited by hand" in odile.html


def test_a_preset_does_not_close_what_is_in_danger(house: House, hand: Callable[[], Hand]) -> None:
    odile, ref = opened(house, hand)
    odile.get(f"/w/r/{ref}/?preset=ordinary-explanation")
    odile.send(f"/w/r/{ref}/", do="save-next", danger="yes", close_as="lawful-everyday")
    assert Report.objects.get(pk=ref).stage == "taken"
    odile.get(f"/w/r/{ref}/?preset=%3Cscript%3E")
    assert odile.page.status_code == 200
    assert "priority" not in odile.form(f"/w/r/{ref}/")


def test_nothing_has_the_focus_until_a_preset_was_chosen_or_something_is_wrong(
    house: House, hand: Callable[[], Hand]
) -> None:
    odile, ref = opened(house, hand)
    assert "autofocus" not in odile.html, "an officer reads the report first"
    assert 'href="#danger" class="govuk-skip-link"' in odile.html
    odile.get(f"/w/r/{ref}/?preset=ordinary-explanation")
    assert re.findall(r"<(\w+)[^>]*\bautofocus\b", odile.html) == ["input"]
    odile.send(f"/w/r/{ref}/", do="save-next")
    assert re.findall(r"<(\w+)[^>]*\bautofocus\b", odile.html) == ["div"]


def test_single_keys_are_off_until_turned_on_and_each_persons_own(
    house: House, hand: Callable[[], Hand]
) -> None:
    odile, ref = opened(house, hand)
    assert 'id="single-keys"' not in odile.html
    assert "search_key" not in odile.html
    odile.get("/me/")
    odile.send("/me/single-keys/")
    assert "Turn off single-key shortcuts" in odile.html
    assert list(Officer.objects.filter(single_keys=True).values_list("name", flat=True)) == ["Odile O."]
    for page in (f"/w/r/{ref}/", "/w/q/north-east/"):
        odile.get(page)
        assert 'id="single-keys"' in odile.html
        assert "<kbd>n</kbd>" in odile.html
    for page in ("/w/", "/w/alarms/", "/w/search/", f"/w/r/{ref}/"):
        odile.get(page)
        assert "search_key" in odile.html, "/ leads to the search box of every page"
    odile.get("/me/")
    odile.send("/me/single-keys/")
    assert not Officer.objects.filter(single_keys=True).exists()
