"""Tests for earlier reports shown beside a report: which and why, what officers decide, and what stays hidden."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from heedline.casework.contact import messages
from heedline.casework.errors import Locked, NoRoom, NotHere
from heedline.casework.linking import clock
from heedline.casework.pages import case_file
from heedline.casework.report import officer_notes
from heedline.casework.retention import keeping
from heedline.casework.search import link_decisions
from heedline.casework.search.link_decisions import LinkVerdict
from heedline.casework.search.seen_before import EarlierReport, SeenBefore
from heedline.dispatch.models import Alarm
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Hold, SealedValues
from tests.support import stories
from tests.support.acting import acting
from tests.support.keeping_scene import with_leads
from tests.support.linking_scene import BOY, compared
from tests.support.scene_people import DANGER, ELSEWHERE, People, logged
from tests.support.search_scene import MINUTE, found, indexed

pytestmark = pytest.mark.django_db


def beside(people: People, ref: UUID, name: str = "Odile") -> SeenBefore:
    """Return what an officer sees beside a report."""
    with people.sitting(name) as here:
        return case_file.with_earlier(ref, by=here, at=people.at)[1]


def codes(one: EarlierReport) -> list[str]:
    return [reason.code for reason in one.found.reasons] if one.found else []


def decide(
    people: People, ref: UUID, other: UUID, verdict: LinkVerdict, name: str = "Odile", **more: Any
) -> None:
    with people.sitting(name) as here:
        link_decisions.decide(
            ref, other, verdict, more.get("why", "The aunt says so."), by=here, at=more.get("at", people.at)
        )


def test_three_reports_about_one_boy_are_found_under_two_misspellings(people: People) -> None:
    refs = [people.send(narrative=text)[0] for text in BOY]
    people.send(
        narrative="A white van stood outside the hall on Monday night, and two men photographed the doors."
    )
    indexed(people)
    for ref in refs:
        seen = beside(people, ref)
        assert {one.ref for one in seen.earlier} == set(refs) - {ref}
        assert all(codes(one)[0].startswith(("name", "birth")) for one in seen.earlier)
        assert seen.reports == 4
    first = {one.ref: one for one in beside(people, refs[0]).earlier}
    assert first[refs[1]].found is not None
    assert str(first[refs[1]].found.strength) == "strong", "name and date of birth agree"
    assert first[refs[2]].found is not None
    assert str(first[refs[2]].found.strength) == "possible"


def test_a_message_looks_again(people: People) -> None:
    ref, code = people.send(narrative="Somebody on our street collects money for the fight.")
    other, _ = people.send(narrative="Ring 01632 960455 and he will tell you where the films are.")
    indexed(people)
    assert not beside(people, ref).earlier
    with acting("public"):
        messages.say(code, "His number is +44 1632 960455.", message_id=uuid4(), at=people.at)
    assert [one.ref for one in beside(people, ref).earlier] == [other], "at once, before it is indexed"
    indexed(people)
    assert [one.ref for one in beside(people, other).earlier] == [ref], "from the other one, once it is"


def test_an_identifier_that_an_officer_adds_looks_again(people: People) -> None:
    ref, _ = people.taken(narrative="Somebody on our street collects money for the fight.")
    other, _ = people.send(narrative="Ring 01632 960455 and he will tell you where the films are.")
    indexed(people)
    assert not beside(people, ref).earlier
    with people.sitting("Odile") as here:
        officer_notes.write(ref, "The landlord says his number is 01632 960455.", by=here, at=people.at)
    assert [one.ref for one in beside(people, ref).earlier] == [other]


def test_a_number_of_many_is_shared_and_links_nobody(people: People) -> None:
    refs = [
        people.send(narrative=f"Reach us through the college on 01632 960700. Case {n} of the week.")[0]
        for n in range(11)
    ]
    indexed(people)
    seen = beside(people, refs[0])
    assert not [one for one in seen.earlier if "phone" in codes(one)]
    assert [(one.kind, one.number) for one in seen.common] == [("phone", 10)]


def test_an_officer_decides_and_changes_it_and_undoes_it(people: People) -> None:
    one, other = people.send(narrative=BOY[0])[0], people.send(narrative=BOY[1])[0]
    indexed(people)
    assert beside(people, one).earlier[0].verdict == ""
    decide(people, one, other, LinkVerdict.SAME)
    decide(
        people, other, one, LinkVerdict.NOT_SAME, why="Two cousins of one name.", at=people.at + 5 * MINUTE
    )
    for ref, its in ((one, other), (other, one)):
        [earlier] = beside(people, ref).earlier
        assert earlier.ref == its, "nothing is hidden by a decision"
        assert earlier.verdict == "not-same"
        assert [(d.verdict, d.by, d.why) for d in earlier.decided] == [
            ("not-same", "Odile O.", "Two cousins of one name."),
            ("same", "Odile O.", "The aunt says so."),
        ]
    decide(people, one, other, LinkVerdict.UNDONE, why="Wrong report.", at=people.at + 9 * MINUTE)
    [earlier] = beside(people, other).earlier
    assert (earlier.verdict, len(earlier.decided)) == ("", 3)


def test_a_decision_is_seen_from_the_other_report_even_if_they_share_nothing(people: People) -> None:
    one, other = people.send(narrative=BOY[0])[0], people.send(narrative="A white van stood outside.")[0]
    indexed(people)
    decide(people, one, other, LinkVerdict.SAME, why="A colleague at the school says so.")
    indexed(people)
    [earlier] = beside(people, other).earlier
    assert (earlier.ref, earlier.found, earlier.verdict) == (one, None, "same")


def test_it_needs_a_reason_and_both_reports(people: People) -> None:
    one, other = people.send(narrative=BOY[0])[0], people.send(narrative=BOY[1])[0]
    far, _ = people.send(narrative=BOY[2], **ELSEWHERE)
    with pytest.raises(NotNow):
        decide(people, one, other, LinkVerdict.SAME, why="  ")
    with pytest.raises(NoRoom):
        decide(people, one, other, LinkVerdict.SAME, why="x" * (link_decisions.LONGEST + 1))
    for there in (far, one, uuid4()):
        with pytest.raises(NotHere):
            decide(people, one, there, LinkVerdict.SAME)
    with pytest.raises((NotHere, Refused)):
        decide(people, one, other, LinkVerdict.SAME, "Stella")


def test_no_row_and_no_entry_of_the_log_says_that_two_belong_together(people: People) -> None:
    """Neither a thief with every row nor an overseer with every log entry can link both reports or see the verdict."""
    one, other = people.send(narrative=BOY[0])[0], people.send(narrative=BOY[1])[0]
    indexed(people)
    before = everything()
    decide(people, one, other, LinkVerdict.SAME)
    new = everything() - before
    assert any(str(one) in row for row in new), "the decision is a part of the report it was made on"
    assert not [row for row in new if str(other) in row and "search_waiting" not in row]
    assert not [row for row in new if "same" in row or "aunt" in row]
    beside(people, one)
    assert not [row for row in everything() - before if str(one) in row and str(other) in row]
    entry = logged("link-decided")[-1]
    assert entry.thing_id == one
    assert entry.detail == {}


def everything() -> set[str]:
    """Return every row of every table as text."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found |= {f"{table} {row}" for (row,) in cursor.fetchall()}
    return found


def test_what_reporters_say_of_themselves_links_nothing(people: People) -> None:
    """Their call-back details do not link reports either, even if they replace an account."""
    where = {"them": {"postcode": stories.NORTH_EAST}, "reply": {"way": "call"}}
    refs = [
        stories.a_report(
            at=people.at,
            kind="person",
            callback={"name": "Rosalind Zeppelin", "phone": "01632 960771", **more},
            **where,
            **told,
        )[0]
        for more, told in (
            ({}, {"narrative": "It is about a neighbour and the films that he shows to children."}),
            ({}, {}),
            ({"reason": "My son, 01632 960772, has changed."}, {}),
            ({"reason": "My son, 01632 960772, has changed."}, {}),
        )
    ]
    indexed(people, "Nadia")
    for ref in refs:
        seen = beside(people, ref, "Nadia")
        assert (seen.earlier, seen.common, seen.reports) == ((), (), 4)


def test_a_locked_session_sees_nothing(people: People) -> None:
    ref, _ = people.send(narrative=BOY[0])
    with people.sitting("Odile", unlocked=False) as here, pytest.raises(Locked):
        case_file.with_earlier(ref, by=here, at=people.at)


def test_a_restricted_report_is_neither_found_nor_compared_until_its_hold_ends(people: People) -> None:
    with_leads(people)
    ref, _ = people.taken(narrative=BOY[0])
    other, _ = people.send(narrative=BOY[1])
    grave, _ = people.taken(narrative=BOY[2], **DANGER)
    compared(people, "Odile")
    with people.sitting("Odile") as here:
        for one in (ref, grave):
            keeping.hold(one, "restriction", "Accuracy disputed", by=here, at=people.at)
    others, own = beside(people, other), beside(people, ref)
    assert [one.ref for one in others.earlier] == [grave], "life is at risk"
    assert (own.earlier, own.restricted) == ((), True)
    with people.sitting("Odile") as here, pytest.raises(NotHere):
        link_decisions.decide(other, ref, LinkVerdict.SAME, "The caller says so.", by=here, at=people.at)
    assert found(people, "symbols") == []
    assert found(people, "boxing") == [grave]
    indexed(people, at=people.at + 90 * MINUTE)
    assert not SealedValues.objects.filter(report=ref).exists(), "nor is it compared with other desks"
    with acting("worker"):
        clock.watch(people.at + timedelta(days=3))
        assert not Alarm.objects.filter(kind="not-compared").exists()
    with people.sitting("Olga") as here:
        hold = Hold.objects.get(report=ref)
        keeping.release(ref, hold.id, "Settled", by=here, at=people.at)
    indexed(people, at=people.at + 150 * MINUTE)
    assert found(people, "symbols") == [ref]
    assert SealedValues.objects.filter(report=ref).exists()
