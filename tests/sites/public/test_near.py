"""Which police work near somebody: posted, answered, kept nowhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.conf import settings

from heedline.intake.models import DraftRow
from heedline.packs import load_pack
from heedline.packs.places.counters import Counter, Hours
from heedline.web.public.guidance import local_police
from heedline.web.public.shell.languages import prefix
from tests.sites.public.walker import DRAFT, Walker

pytestmark = pytest.mark.django_db


def test_a_postcode_leads_to_its_force_and_stands_in_no_address(rosa: Walker) -> None:
    rosa.visit("/phone/").follow("Talk to your local police")
    assert rosa.page.title.startswith("Talk to your local police")
    rosa.press("Find", postcode="ne1 4st")
    assert rosa.at == "/phone/near/"
    assert "Northumbria Police" in rosa.page.headings
    assert "The force's own website says which stations are open" in rosa.main
    links = {href for _, href in rosa.page.links}
    assert "https://www.northumbria.police.uk" in links
    assert load_pack(settings.PACK).links["stations"].url not in links
    assert "no-store" in rosa.response["Cache-Control"]
    assert not rosa.cookie(DRAFT)
    assert not DraftRow.objects.exists()


def test_half_a_postcode_may_be_two_forces_and_none_is_said_to_be_none(rosa: Walker) -> None:
    rosa.visit("/phone/near/").press("Find", postcode="")
    assert "Enter a postcode" in rosa.main
    rosa.press("Find", postcode="nowhere")
    assert "We do not recognise that postcode" in rosa.main
    rosa.press("Find", postcode="BT1")
    assert "Police Service of Northern Ireland" in rosa.main


def test_counters_of_the_deployment_are_shown_with_their_hours(
    rosa: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = Counter(
        "Example Street", "1 Example Street", (Hours(0, 4, "09:00", "17:00"),), "example", date(2026, 11, 25)
    )
    with_one = replace(load_pack(settings.PACK), counters={"northumbria": (counter,)})
    monkeypatch.setattr(local_police, "pack", lambda: with_one)
    rosa.visit("/phone/near/").press("Find", postcode="NE1")
    assert "Monday – Friday: 09:00 – 17:00" in rosa.main
    assert "Opening times change" in rosa.main


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_hotline_101_and_a_visit_are_reached_from_the_first_page(rosa: Walker, language: str) -> None:
    words, numbers = load_pack("uk").words(language), load_pack("uk").numbers
    first = rosa.visit(prefix(language))
    for number in ("hotline", "police"):
        assert (numbers[number].number, f"tel:{numbers[number].dial}") in first.page.links
    rosa.follow(words["doors.phone.title"])
    for number in ("hotline", "police"):
        assert any(one.startswith(words[f"phone_door.{number}_title"]) for one in rosa.page.headings)
        assert (numbers[number].number, f"tel:{numbers[number].dial}") in rosa.page.links
    rosa.follow(words["near.title"]).press(words["near.button"], postcode="NE1 4ST")
    assert rosa.at.startswith(f"{prefix(language)}phone/near/")
    assert (
        words["near.before"].partition("{")[0] in rosa.main
        or words["near.theirs"].partition(".")[0] in rosa.main
    )
    assert len(rosa.been) == 4, "first page, numbers, postcode, station"
