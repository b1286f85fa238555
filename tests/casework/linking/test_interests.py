"""Tests for the interest register: who is paged, what the report's desk sees, deconfliction, and ending entries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from heedline.casework.duty import alarm_board, paging
from heedline.casework.errors import Locked, NotHere
from heedline.casework.journey import transitions
from heedline.casework.linking import deconfliction, desk_notices, interests
from heedline.casework.linking.deconfliction import Trace
from heedline.casework.report import officer_notes
from heedline.casework.search import sealed_values
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import Alarm
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskNotice, Interest, InterestHit, SealedValues
from tests.support.acting import acting
from tests.support.linking_scene import BOY, compared, deconflicted, interest, investigator, own
from tests.support.scene_people import People, logged, row
from tests.support.search_scene import MINUTE, indexed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("first", ["entry", "report"])
def test_a_matching_report_pages_its_owner_and_the_desk_is_told_whom_to_contact(
    people: People, first: str
) -> None:
    if first == "entry":
        interest(people)
        compared(people)
    ref, _ = people.send(narrative=BOY[0])
    compared(people, "Odile")
    if first == "report":
        interest(people)
        compared(people)
    hit = InterestHit.objects.get()
    with acting("worker"):
        paging.drain(people.at)
        alarm = Alarm.objects.get(kind=AlarmKind.INTEREST_MATCHED)
        assert paging.alarm_kinds.called(alarm, 0, people.at) == {people.house.officers["Otto"].email}
    with people.sitting("Otto") as here:
        [line] = [
            one for one in alarm_board.open_now(by=here, at=people.at) if one.kind == "interest-matched"
        ]
        assert not line.can_clear
    with people.sitting("Odile") as here:
        assert not [
            one for one in alarm_board.open_now(by=here, at=people.at) if one.kind == "interest-matched"
        ]
    answer = deconflicted(people, ref)
    assert answer.trace is Trace.CONTACT
    [contact] = answer.contacts
    assert (contact.name, contact.desk_name, contact.released) == ("Otto O.", "South West desk", "")
    assert "Operation" not in repr(answer), "never why"
    [entry] = own(people)
    assert [(one.id, one.desk_name, one.acknowledged) for one in entry.hits] == [
        (hit.id, "North East desk", False)
    ]
    with people.sitting("Odile") as here, pytest.raises(NotHere):
        interests.acknowledge(hit.id, by=here, at=people.at)
    with people.sitting("Otto") as here:
        interests.acknowledge(hit.id, by=here, at=people.at)
    assert Alarm.objects.get(pk=alarm.id).because == "interest-acknowledged"
    assert deconflicted(people, ref).trace is Trace.CONTACT, "acknowledging lets nobody act"
    with people.sitting("Otto") as here:
        interests.release(hit.id, "Speak to the school, and not to the family.", by=here, at=people.at)
    answer = deconflicted(people, ref)
    assert answer.trace is Trace.CLEARED
    assert answer.contacts[0].released == "Speak to the school, and not to the family."
    assert own(people)[0].hits[0].released


def test_no_trace_says_until_when_and_waits_for_the_linking_desk(people: People) -> None:
    ref, _ = people.send(narrative=BOY[0])
    assert deconflicted(people, ref) == deconfliction.Deconfliction(Trace.WAITING, None, ())
    compared(people, "Odile")
    answer = deconflicted(people, ref)
    assert answer.trace is Trace.NONE
    assert answer.at is not None
    [_, event] = logged("deconflicted", thing=ref)
    assert event.detail == {}, "the log does not say which report matches the register"


def test_deconfliction_runs_again_when_an_identifier_is_added(people: People) -> None:
    interest(people, names="", identifiers="01632 960455")
    ref, _ = people.taken(narrative="Somebody on our street collects money for the fight.")
    compared(people, "Odile")
    assert deconflicted(people, ref).trace is Trace.NONE
    with people.sitting("Odile") as here:
        officer_notes.write(ref, "The landlord says his number is 01632 960455.", by=here, at=people.at)
    indexed(people, at=people.at + 90 * MINUTE)
    assert deconflicted(people, ref).trace is Trace.WAITING, "no trace was said of the report before it grew"
    compared(people, at=people.at + 150 * MINUTE)
    answer = deconflicted(people, ref)
    assert (answer.trace, [one.name for one in answer.contacts]) == (Trace.CONTACT, ["Otto O."])


def test_an_entry_ends_by_its_owner_or_by_its_date(people: People) -> None:
    first = interest(people)
    interest(people, names="", identifiers="01632 960455")
    compared(people)
    with people.sitting("Odile") as here, pytest.raises(NotHere):
        interests.end(first, by=here, at=people.at)
    with people.sitting("Otto") as here:
        interests.end(first, by=here, at=people.at)
    people.send(narrative=BOY[0])
    compared(people, "Odile")
    assert not InterestHit.objects.exists()
    Interest.objects.update(until=people.at.date() - timedelta(days=1))
    people.send(narrative=BOY[2])
    compared(people, "Odile")
    assert not InterestHit.objects.exists()
    assert not Interest.objects.filter(indexed=True).exists()
    assert [one.ended for one in own(people)] == [True, True]


@pytest.mark.parametrize(
    ("told", "missing"),
    [
        ({"ground": " "}, interests.NO_GROUND),
        ({"names": "Kevin"}, interests.NO_VALUES),
        ({"names": ""}, interests.NO_VALUES),
        ({"identifiers": "KTR"}, interests.NO_MATCH),
    ],
)
def test_an_entry_needs_a_ground_a_value_and_an_end(
    people: People, told: dict[str, str], missing: str
) -> None:
    with pytest.raises(NotNow, match=missing[:20]):
        interest(people, **told)
    with people.sitting("Otto") as here, pytest.raises(NotNow):
        interests.register(
            "Kevin Tierney", "", "Why", people.at.date() + timedelta(days=900), by=here, at=people.at
        )


@pytest.mark.parametrize(
    ("names", "identifiers", "lines"),
    [
        ("Kevin Tierney\nKevin", "KTR\n\n14 Harrow Rd\nZZ51 KTR", (["Kevin"], ["KTR", "14 Harrow Rd"])),
        ("", "01632 960455\nAB1 2CD\nborn 4/2010", ([], ["AB1 2CD", "born 4/2010"])),
        ("Kevin Tierney", "AB1 2CD", ([], [])),
        ("", "14 Mill Lane, AB1 2CD\n@nightjar\nborn 4/9/2010\nhttps://example.org/x", ([], [])),
    ],
)
def test_lines_that_no_report_can_match_are_found(
    names: str, identifiers: str, lines: tuple[list[str], list[str]]
) -> None:
    found = interests.unmatchable(names, identifiers)
    assert (list(found.names), list(found.identifiers)) == lines


def test_whoever_is_at_no_desk_or_locked_registers_nothing(people: People) -> None:
    for name, unlocked, refusal in (
        ("Stella", False, Locked),
        ("Ada", True, NotHere),
        ("Olga", False, Locked),
    ):
        with people.sitting(name, unlocked=unlocked) as here, pytest.raises((refusal, Refused)):
            interests.register(
                "Kevin Tierney", "", "Why", people.at.date() + timedelta(days=3), by=here, at=people.at
            )
    assert not Interest.objects.exists()


def test_other_desks_see_no_entry(people: People) -> None:
    interest(people)
    for name in ("Odile", "Olga"):
        investigator(people, name)
        assert own(people, name) == ()
        with people.sitting(name):
            assert not Interest.objects.exists(), "nor that there is one"


def test_the_desk_that_a_report_is_handed_over_to_is_told_whom_to_contact(people: People) -> None:
    interest(people)
    ref, _ = people.taken(narrative=BOY[0])
    compared(people, "Odile")
    with people.sitting("Odile") as here:
        transitions.hand_over(ref, "south-west", "Theirs.", version=row(ref).version, by=here, at=people.at)
    compared(people, "Otto", at=people.at + 100 * MINUTE)
    answer = deconflicted(people, ref, "Otto")
    assert (answer.trace, [one.name for one in answer.contacts]) == (Trace.CONTACT, ["Otto O."])
    assert InterestHit.objects.count() == 2, "the owner learns where the report is now"


def test_many_other_notices_hide_no_contact(people: People) -> None:
    interest(people)
    ref, _ = people.send(narrative=BOY[0])
    compared(people, "Odile")
    with people.sitting("Otto"):  # an officer of another desk, who may send notices to every desk
        DeskNotice.objects.bulk_create(
            DeskNotice(
                desk=people.house.desks["north-east"],
                on=people.at.date() - timedelta(days=1),
                epochs=[uuid4()],
                header=b"1",
                payload=b"1",
            )
            for _ in range(desk_notices.MOST)
        )
    assert deconflicted(people, ref).trace is Trace.CONTACT
    assert [one.name for one in people.read(ref).contacts] == ["Otto O."]


def test_a_number_that_many_reports_name_still_meets_the_register(people: People) -> None:
    """Otherwise a few reports more would keep an investigator from being told, and the desk would read *no trace*."""
    refs = [people.send(narrative=f"Ring 01632 960455 about it, note {n}.")[0] for n in range(14)]
    compared(people, "Odile")
    interest(people, names="", identifiers="01632 960455")
    compared(people)
    assert {deconflicted(people, ref).trace for ref in refs} == {Trace.CONTACT}


def test_a_flood_of_matches_is_not_read_again_with_each_batch(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    most, opened = 3, list[str]()
    monkeypatch.setattr(interests, "MOST_HITS", most, raising=False)
    interest(people, names="", identifiers="01632 960455")
    for note in range(5):
        people.send(narrative=f"Ring 01632 960455 about it, note {note}.")
    compared(people, "Odile")
    assert InterestHit.objects.count() == 5
    ref, _ = people.send(narrative="Ring 01632 960455 once more.")
    read = sealed_values.opened

    def counted(row: Any, ring: Any, part: str) -> dict[str, Any]:
        opened.append(part)
        return read(row, ring, part)

    monkeypatch.setattr(sealed_values, "opened", counted)
    compared(people, "Odile")
    monkeypatch.undo()
    assert opened.count(interests.HIT) == most
    assert deconflicted(people, ref).trace is Trace.CONTACT


def test_a_report_meets_every_entry_that_it_concerns(people: People) -> None:
    for number in range(14):
        interest(people, names="", identifiers=f"01632 9604{number:02d}")
    for _ in range(10):
        interest(people, names="", identifiers="07700 900333")
    compared(people)
    people.send(narrative="\n".join(f"01632 9604{number:02d}" for number in range(14)))
    people.send(narrative="His number is 07700 900333.")
    compared(people, "Odile")
    assert InterestHit.objects.count() == 24


def test_what_an_officer_adds_to_a_report_full_of_numbers_is_compared(people: People) -> None:
    """A reporter who fills a report with values must not keep what officers find out from being compared."""
    interest(people, names="Kevin Tierney", identifiers="07700 900333")
    flats = ", ".join(f"flat {n}, 12 Mill Lane, NE6 1AA" for n in range(1, 230))
    ref, _ = people.taken(narrative=f"They live at {flats}.")
    with people.sitting("Odile") as here:
        officer_notes.write(ref, "The landlord calls him Kevin Tierney.", by=here, at=people.at)
        officer_notes.write(ref, "His number is 07700 900333.", by=here, at=people.at)
    compared(people, "Odile")
    assert deconflicted(people, ref).trace is Trace.CONTACT
    [hit] = own(people)[0].hits
    assert {code for code, _ in hit.reasons} == {"name", "phone"}


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"desk": "nowhere"},
        {"report": "none"},
        {"report": str(uuid4())},
        {"values": [["phone", ["+441632960455"], "x", "said"]]},
        {"values": [["birth", 20100904, "x", "said"]]},
    ],
)
def test_values_that_are_not_as_they_should_be_stop_no_comparison(
    people: People, told: dict[str, Any]
) -> None:
    interest(people)
    forged, _ = people.send(narrative="A van stood there.")
    ref, _ = people.send(narrative=BOY[0])
    good = {"report": str(forged), "desk": "north-east", "watched": False, "danger": False}
    found = {
        "values": [["name", "kevin tierney", "Kevin Tierney", "said"]],
        "generations": [],
        "twins": False,
    }
    words = {**good, **found, **told} if told else {}
    with people.sitting("Odile"):
        to = sealed_values.linking_desk(people.at)
        assert to is not None
        ident = uuid4()
        sealed = sealed_values.seal(words, to, ident, sealed_values.FRAME)
        SealedValues.objects.create(
            id=ident,
            report=forged,
            desk_id=to.desk,
            parts=1,
            slot=people.at,
            due_at=people.at,
            epochs=[to.epoch],
            header=sealed.header,
            payload=sealed.payload,
        )
    compared(people, "Odile")
    assert deconflicted(people, ref).trace is Trace.CONTACT
