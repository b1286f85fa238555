"""Finding reports that look alike: what is grouped, and what bars closing all of a group as one act."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heedline.casework.intake import settle_arrivals
from heedline.casework.pages.queues import bulk_preview
from tests.support.acting import acting
from tests.support.bulk_scene import ADVERT, adverts, swept
from tests.support.cast import House, now
from tests.support.scene_people import DANGER, People, logged, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def test_look_alike_reports_are_grouped_and_others_are_not(people: People) -> None:
    refs = adverts(people, 4)
    people.send()
    people.send(narrative=ADVERT, **DANGER)
    people.taken(narrative=ADVERT)
    with people.sitting("Odile") as here:
        found = bulk_preview.alike("north-east", by=here, at=people.at)
        (group,) = found.groups
        assert (group.count, group.first.ref in refs) == (len(refs), True)
        assert found.looked_at == 5
        (narrowed,) = bulk_preview.alike("north-east", words="CHEAP   watches", by=here, at=people.at).groups
        assert narrowed.count == len(refs)
        assert bulk_preview.alike("north-east", words="aubergine", by=here, at=people.at).groups == ()
        page = bulk_preview.alike_page("north-east", group.first.ref, 1, by=here, at=people.at)
        (text,) = page.rows
        assert {text.item.ref, *(one.ref for one in text.same)} == set(refs)
        assert {"".join(piece.text for piece in one.pieces) for one in page.rows} == {
            f"{ADVERT}\nPostcode: NE1 4ST"
        }


# --- what is never closed with others ------------------------------------------------------------------------------------

OWN = [
    ("Call 01632 960 000 if you want one", "own-fact"),
    ("Ask for Marwan if you want one", "own-fact"),
    ("Come at noon if you want one", "own-fact"),
    ("Come on friday if you want one", "marked"),
    ("Come to newcastle if you want one", "own-fact"),
    ("Come to NE1 4ST if you want one", "own-fact"),
    ("He has a knife under the seat", "marked"),
    ("We will bomb the station", "marked"),
    ("They sell them to the boy next door", "marked"),
    ("\u0627\u0644\u0633\u0644\u0627\u0645 \u0639\u0644\u064a\u0643\u0645", "own-fact"),
]


@pytest.mark.parametrize(("more", "because"), OWN, ids=[because + more[:9] for more, because in OWN])
def test_one_with_a_fact_of_its_own_or_a_threat_is_never_closed_with_the_others(
    people: People, more: str, because: str
) -> None:
    refs = adverts(people)
    odd, _ = people.send(narrative=f"{ADVERT}. {more}")
    made = swept(people, [*refs, odd])
    assert made.left_out == {str(odd): because}
    assert made.closed == len(refs)
    assert row(odd).stage == "waiting"
    with people.sitting("Odile") as here:
        left = {
            item.ref: item.left_out for item in bulk_preview.look("north-east", [odd], by=here, at=people.at)
        }
        assert left[odd]


@pytest.mark.parametrize(
    "told",
    [
        {"narrative": f"{ADVERT}, or we will kill you"},
        {"narrative": f"{ADVERT}, and bring the boy next door"},
        {"narrative": f"{ADVERT}, and come on saturday"},
        {"narrative": ADVERT, "person": [{"looks": "Tall", "child": "yes"}]},
        {"narrative": ADVERT, "you": {"who": "anonymous", "under18": "yes"}},
    ],
    ids=["threat", "child", "date", "child by the answer", "young reporter"],
)
def test_what_marks_a_single_report_bars_all_of_a_group_that_say_it(
    people: People, told: dict[str, Any]
) -> None:
    """A child's report, above all, is never closed by one person (ADR 129)."""
    refs = [people.send(**told)[0] for _ in range(3)]
    assert set(swept(people, refs).left_out.values()) == {"marked"}
    assert {row(ref).stage for ref in refs} == {"waiting"}


def test_one_alone_is_no_look_alike(people: People) -> None:
    (ref,) = adverts(people, 1)
    other, _ = people.send()
    assert swept(people, [ref]).left_out == {str(ref): "alone"}
    assert set(swept(people, [ref, other]).left_out.values()) == {"alone"}
    odd, _ = people.send(narrative=f"{ADVERT}. Ask for Marwan")
    assert swept(people, [ref, odd]).closed == 0, "nor is the one that is left over"


def test_words_that_differ_are_marked_and_may_be_closed(people: People) -> None:
    refs = adverts(people, 3)
    wordy, _ = people.send(narrative=f"{ADVERT} hurry up")
    with people.sitting("Odile") as here:
        (group,) = bulk_preview.alike("north-east", by=here, at=people.at).groups
        page = bulk_preview.alike_page("north-east", group.first.ref, 1, by=here, at=people.at)
    differs, same = page.rows
    assert (differs.item.ref, len(same.same)) == (wordy, 2)
    assert [piece.text for piece in differs.pieces if piece.differs] == ["hurry", "up"]
    assert not any(piece.differs for piece in same.pieces)
    assert differs.barred == ""
    assert swept(people, [*refs, wordy]).closed == 4


def test_looking_for_look_alikes_is_logged_as_a_look_without_the_words(people: People) -> None:
    refs = adverts(people)
    with acting("worker"):
        settle_arrivals.settle(people.at + timedelta(minutes=15))
    with people.sitting("Odile") as here:
        bulk_preview.alike("north-east", words="cheap", by=here, at=people.at)
    (event,) = [e for e in logged("queue-read") if e.detail["state"] == "alike"]
    assert set(event.detail["opened"]) == {str(ref) for ref in refs}
    assert "cheap" not in str(event.detail)
