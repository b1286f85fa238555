"""A report that shares details with another one is not closed before anybody has decided whether they belong together."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from heedline.casework.journey import repeat_reports, transitions
from heedline.casework.pages import case_file
from heedline.casework.pages.queues import bulk_preview
from heedline.casework.search import index_rows, link_decisions, seen_before
from heedline.casework.search.link_decisions import LinkVerdict
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.shell import seen_words
from tests.casework.journey.test_bulk_close import adverts
from tests.support import keeping_scene, stories
from tests.support.linking_scene import BOY
from tests.support.scene_people import People, row
from tests.support.search_scene import MINUTE, indexed

pytestmark = pytest.mark.django_db


def two_of_one(people: People, *, settled: bool = True) -> tuple[UUID, UUID]:
    """Two reports about one boy, a strong match, the second of them taken by an officer who leads nobody."""
    keeping_scene.with_leads(people)
    first, _ = people.send(narrative=BOY[0])
    second, _ = people.taken(narrative=BOY[1])
    if settled:
        indexed(people)
    return first, second


def close(people: People, ref: UUID, name: str = "Odile") -> None:
    with people.sitting(name) as here:
        transitions.assess_and_close(
            ref, stories.VAGUE, stories.NOTHING, version=row(ref).version, by=here, at=people.at
        )


def decide(
    people: People, ref: UUID, other: UUID, verdict: LinkVerdict, why: str, name: str = "Odile"
) -> None:
    at = people.at if name == "Odile" else people.at + MINUTE
    with people.sitting(name) as here:
        link_decisions.decide(ref, other, verdict, why, by=here, at=at)


@pytest.mark.parametrize("settled", [True, False])
def test_an_undecided_match_bars_closing_also_in_the_running_quarter_hour(
    people: People, settled: bool
) -> None:
    first, second = two_of_one(people, settled=settled)
    with pytest.raises(Refused, match="Decide under Seen before"):
        close(people, second)
    with people.sitting("Odile") as here:
        assert "Seen before" in repeat_reports.check_closing(second, by=here, at=people.at).why_not
    decide(people, second, first, LinkVerdict.NOT_SAME, "Two cousins who were born on one day.")
    close(people, second)
    assert row(second).stage == "closing"


@pytest.mark.parametrize("verdict", [LinkVerdict.NOT_SAME, LinkVerdict.NOT_SURE])
def test_a_decision_that_frees_closing_says_why(people: People, verdict: LinkVerdict) -> None:
    first, second = two_of_one(people)
    for why in ("test", "x", "."):
        with pytest.raises(NotNow, match="in a sentence"):
            decide(people, second, first, verdict, why)


def test_not_sure_of_a_strong_match_is_a_supervisors_decision(people: People) -> None:
    first, second = two_of_one(people)
    decide(people, second, first, LinkVerdict.NOT_SURE, "The aunt will ask the family.")
    with pytest.raises(Refused, match="supervisor"):
        close(people, second)
    decide(people, second, first, LinkVerdict.NOT_SURE, "The aunt will ask the family.", "Olga")
    close(people, second)
    assert row(second).stage == "closing"


def test_not_sure_of_a_possible_match_with_a_reason_is_enough(people: People) -> None:
    keeping_scene.with_leads(people)
    first, _ = people.send(narrative=BOY[0])
    third, _ = people.taken(narrative=BOY[2])
    indexed(people)
    decide(people, third, first, LinkVerdict.NOT_SURE, "Only the surname sounds alike.")
    close(people, third)
    assert row(third).stage == "closing"


def test_a_supervisor_closes_over_an_undecided_match(people: People) -> None:
    _, second = two_of_one(people)
    with people.sitting("Olga") as here:
        transitions.assign(second, here.officer_id, because="I close it", by=here, at=people.at)
    close(people, second, "Olga")
    assert row(second).stage == "closing"


@pytest.mark.parametrize("settled", [True, False])
def test_no_earlier_report_is_refused_beside_a_strong_match(people: People, settled: bool) -> None:
    first, second = two_of_one(people, settled=settled)
    asked = next(one for one in load_pack("uk").assessment("activity").choices if one.code == "before")
    none = replace(stories.VAGUE, coded={asked.label: asked.choices["no"]})
    with people.sitting("Odile") as here:
        with pytest.raises(NotNow, match="strong match") as no:
            transitions.assess(second, none, version=row(second).version, by=here, at=people.at)
        assert no.value.about == "earlier"
    decide(people, second, first, LinkVerdict.NOT_SAME, "Two cousins who were born on one day.")
    with people.sitting("Odile") as here:
        transitions.assess(second, none, version=row(second).version, by=here, at=people.at)


def test_what_officers_write_makes_no_reports_alike(people: People) -> None:
    refs = [
        people.assessed(narrative=text)[0] for text in (stories.NARRATIVE, "Somebody sells cakes loudly.")
    ]
    indexed(people)
    with people.sitting("Odile") as here:
        found = [repeat_reports.search(repeat_reports.FoundReport(row(ref), here, people.at)) for ref in refs]
    assert [one.earlier for one in found if one is not None] == [(), ()]


def test_a_text_in_common_bars_nothing(people: People) -> None:
    """Vague reports in the words of a leaflet are closed one after the other."""
    refs = [people.taken(narrative=stories.NARRATIVE)[0] for _ in range(3)]
    for ref in refs:
        close(people, ref)


def test_what_just_arrived_is_opened_once_for_a_whole_group(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty are compared with two hundred new ones: opened for each, that is four thousand."""
    refs, opened = adverts(people, 4), list[UUID]()
    read = seen_before.opened
    monkeypatch.setattr(seen_before, "opened", lambda row, ring: opened.append(row.id) or read(row, ring))
    with people.sitting("Odile") as here:
        bulk_preview.look("north-east", refs, by=here, at=people.at)
    assert sorted(opened) == sorted(refs)


def test_the_page_says_how_many_new_reports_it_did_not_compare(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also beside a match: the one that matters may be among the others. They were counted less far than they are compared."""
    monkeypatch.setattr(index_rows, "MOST_NEW", 3)
    monkeypatch.setattr(index_rows, "COUNTED", 4)
    monkeypatch.setattr(seen_words, "COUNTED", 4)
    index_rows.compared.cache_clear()
    people.send(narrative=BOY[0])
    indexed(people)
    ref, _ = people.taken(narrative=BOY[1])

    def said() -> str:
        with people.sitting("Odile") as here:
            seen = case_file.with_earlier(ref, by=here, at=people.at, most_new=3)[1]
        assert any(one.strong for one in seen.earlier)
        return str(seen_words.seen_words(seen)["uncompared"])

    try:
        for _ in range(2):
            people.send()
        assert said() == ""
        for _ in range(2):
            people.send()
        # the report itself may be one of the three newest
        assert said().partition(" new")[0] in {"1 other report is", "2 other reports are"}
        for _ in range(8):
            people.send()
        assert said().startswith(("At least 4 other", "At least 5 other"))
    finally:
        index_rows.compared.cache_clear()


def test_a_report_is_compared_with_fewer_new_ones_beside_it_than_when_it_closes(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them makes a page slower. The page says how many were left out, and closing leaves out none of these."""
    indexed(people)
    first, _ = people.taken(narrative=BOY[0])
    ref, _ = people.taken(narrative=BOY[1])
    for _ in range(2):
        people.send()
    opened, read = list[UUID](), seen_before.opened
    monkeypatch.setattr(seen_before, "opened", lambda row, ring: opened.append(row.id) or read(row, ring))
    with people.sitting("Odile") as here:
        few = case_file.with_earlier(ref, by=here, at=people.at, most_new=1)[1]
        assert len(opened) == 1
        assert few.unsearched >= 2
        more = case_file.with_earlier(ref, by=here, at=people.at)[1]
        bars = repeat_reports.undecided(repeat_reports.FoundReport(row(ref), here, people.at))
    assert more.unsearched == 0
    assert [one.ref for one in more.earlier] == [one.ref for one in bars or ()] == [first]
