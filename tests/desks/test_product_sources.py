"""A product whose source may have become an informant waits until a supervisor has decided about the source unit."""

from __future__ import annotations

from uuid import UUID

import pytest

from heedline.casework.products.content import GradedText
from heedline.casework.report import repeat_contact
from heedline.casework.report.opening import short_name
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord
from heedline.specialist_desks.intelligence import products
from heedline.specialist_desks.intelligence.source_referral import WAITS
from tests.desks.test_intelligence_products import moved, why_nots
from tests.support.keeping_scene import with_leads
from tests.support.product_scene import begun, proposed, saved, version_of
from tests.support.scene_people import People

pytestmark = pytest.mark.django_db
WHY = "Referred to the source unit on Monday, by phone"
TASKED = GradedText("We asked the reporter to look at the van again.", "2", "C")


@pytest.fixture
def people(people: People) -> People:
    """Olga leads the north-east desk."""
    return with_leads(people)


def concerns(people: People, ref: UUID) -> tuple[str, ...]:
    with people.sitting("Odile") as odile:
        return products.opened(ref, by=odile, at=people.at).product.concerns


def test_the_approval_waits_for_a_supervisor_who_refers_it_or_says_why_not(people: People) -> None:
    ref, _ = proposed(people, provenance=TASKED)
    assert concerns(people, ref) == ("tasked",)
    with people.sitting("Olga") as olga:
        assert why_nots(ref, olga, people)["approve"] == WAITS
    with pytest.raises(Refused, match="source unit"):
        moved(people, ref, "Olga", "approve")
    for name, why, refused in (("Odile", WHY, Refused), ("Olga", "", NotNow), ("Olga", "...", NotNow)):
        with pytest.raises(refused):
            moved(people, ref, name, "weigh", why)
    moved(people, ref, "Olga", "weigh", WHY)
    moved(people, ref, "Olga", "approve")
    assert DeskRecord.objects.get(id=ref).state == "approved"


def test_only_a_supervisor_decides_about_the_source(people: People) -> None:
    ref, _ = begun(people, "Olga")
    saved(people, ref, name="Olga", provenance=TASKED)
    with people.sitting("Olga") as olga:
        products.propose(ref, {}, version=version_of(ref), by=olga, at=people.at)
    with people.sitting("Odile") as odile:
        assert "weigh" not in why_nots(ref, odile, people)
    with pytest.raises(Refused):
        moved(people, ref, "Odile", "weigh", WHY)


def test_another_proposal_needs_another_decision(people: People) -> None:
    ref, _ = proposed(people, provenance=TASKED)
    moved(people, ref, "Olga", "weigh", WHY)
    moved(people, ref, "Olga", "return", "Item 1 says too little")
    saved(people, ref, provenance=TASKED)
    with people.sitting("Odile") as odile:
        products.propose(ref, {}, version=version_of(ref), by=odile, at=people.at)
    with pytest.raises(Refused):
        moved(people, ref, "Olga", "approve")


def test_codes_that_are_one_reporters_count_together(people: People) -> None:
    first, *others = [people.taken(narrative=f"He has the placeholder, part {n}.")[0] for n in range(3)]
    with people.sitting("Odile") as odile:
        ref = products.begin(first, by=odile, at=people.at)
    saved(people, ref, items=(GradedText("EXAMPLE Sam has it.", "2", "D"),))
    for other, expected in zip(others, ((), ("returned",)), strict=True):
        with people.sitting("Odile") as odile:
            repeat_contact.note(first, short_name(other), same=True, by=odile, at=people.at)
            products.propose(ref, {}, version=version_of(ref), by=odile, at=people.at)
        assert concerns(people, ref) == expected
        moved(people, ref, "Odile", "take-back")


def test_a_source_under_18_waits_too(people: People) -> None:
    ref, _ = begun(people, account="I am 15 and he showed me the placeholder.")
    saved(people, ref, items=(GradedText("EXAMPLE Sam has it.", "2", "D"),))
    with people.sitting("Odile") as odile:
        products.propose(ref, {}, version=version_of(ref), by=odile, at=people.at)
    assert concerns(people, ref) == ("young",)


@pytest.mark.parametrize(
    ("provenance", "tasked"),
    [
        ("The source was asked to find out where he lives", True),
        ("They went back to look,\nat our request.", True),
        ("TASKED by an officer", True),
        ("Told by a person in a position to know.", False),
        ("The source was not asked to find out more", False),
    ],
)
def test_what_says_that_a_source_was_asked_to_find_out(provenance: str, tasked: bool) -> None:
    assert load_pack("uk").source_guard.was_tasked(provenance) is tasked
