"""The first half of a postcode where several police forces meet: asked about once, and then taken as it is."""

from __future__ import annotations

import pytest

from heedline.packs import load_pack
from heedline.packs.places.routing import RouteFacts, area_of
from heedline.reports.models import Report
from tests.sites.public.walker import Walker

pytestmark = pytest.mark.django_db
SHARED = "TD15"
"""Northumbria and Scotland."""
ASKED = "Do you know the rest of the postcode?"


def at_the_place(rosa: Walker) -> Walker:
    return rosa.tell("A van stood at the gate.").visit("/r/where/")


def test_the_half_is_asked_about_once(rosa: Walker) -> None:
    at_the_place(rosa).press("Continue", postcode=SHARED)
    assert rosa.at == "/r/where/"
    assert ASKED in rosa.main
    assert rosa.typed("postcode") == SHARED
    assert "There is a problem" not in rosa.html, "it is no mistake"
    rosa.press("Continue", postcode=SHARED)
    assert rosa.at != "/r/where/"
    rosa.visit("/r/where/")
    assert ASKED not in rosa.main
    rosa.visit("/r/check/").press("Send your report")
    assert Report.objects.get().area == "unknown", "the round-the-clock desk reads it"


def test_the_whole_leads_to_the_desk(rosa: Walker) -> None:
    at_the_place(rosa).press("Continue", postcode=SHARED).press("Continue", postcode=f"{SHARED} 1AA")
    rosa.visit("/r/check/").press("Send your report")
    assert Report.objects.get().area in load_pack("uk").forces


@pytest.mark.parametrize("postcode", ["", "LS1", f"{SHARED} 1AA", "nonsense"])
def test_a_postcode_that_says_where_or_nothing_is_not_asked_about(rosa: Walker, postcode: str) -> None:
    at_the_place(rosa).press("Continue", postcode=postcode)
    assert ASKED not in rosa.main


def test_a_place_that_says_which_of_the_two_is_not_asked_about(rosa: Walker) -> None:
    at_the_place(rosa).press("Continue", postcode=SHARED, place="Berwick, Northumberland")
    assert rosa.at != "/r/where/"
    rosa.visit("/r/check/").press("Send your report")
    assert Report.objects.get().area == "northumbria"


def test_a_place_elsewhere_decides_nothing() -> None:
    """Words and half a postcode that do not fit together: a person looks, and no desk is guessed."""
    facts = RouteFacts("activity", "High Street, Leeds", SHARED)
    assert area_of(facts, load_pack("uk")) == ("unknown", "several-forces")


def test_nobody_in_danger_is_asked(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="yes").press("I have called and want to continue").visit("/r/where/")
    rosa.press("Continue", postcode=SHARED)
    assert rosa.at != "/r/where/"


@pytest.mark.parametrize(("door", "page"), [("/talk/", "/r/them/"), ("/ask/", "/r/organisation/")])
def test_the_other_doors_that_ask_where_ask_too(rosa: Walker, door: str, page: str) -> None:
    typed = {"postcode": SHARED}
    if door == "/talk/":
        rosa.visit(door).press("Start", danger="no")
    else:
        rosa.visit(door).press("Ask for advice")
        typed["name"] = "The Mill Hall"
    rosa.visit(page).press("Continue", **typed)
    assert rosa.at == page
    assert ASKED in rosa.main
