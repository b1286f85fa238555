"""Tests that the timeline lists every event of a report once, in order, starting with its arrival."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from heedline.casework.contact import messages
from heedline.casework.errors import NotHere
from heedline.casework.journey import call_outcomes, transitions
from heedline.casework.pages import case_file, timeline
from heedline.casework.pages.timeline import TimelineEntry, TimelineKind, only
from heedline.casework.report import officer_notes
from heedline.reports.lifecycle import Move
from tests.support import stories
from tests.support.acting import acting
from tests.support.call_scene import asks_for_a_call
from tests.support.cast import House, now
from tests.support.partner_scene import a_partner, answered, opened, sent_to_the_council
from tests.support.scene_people import MINUTE, People, logged, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def seen(people: People, ref: UUID, name: str = "Odile") -> tuple[TimelineEntry, ...]:
    return people.read(ref, name).history.timeline


def test_everything_that_happened_is_there_once_and_in_order(people: People) -> None:
    ref, code = people.send()
    start = people.at
    for minutes, act in enumerate(
        (
            lambda here, at: transitions.take(ref, by=here, at=at),
            lambda here, at: transitions.assess(ref, stories.VAGUE, version=row(ref).version, by=here, at=at),
            lambda here, at: messages.ask(
                ref, "When did you see it?", version=row(ref).version, by=here, at=at
            ),
            lambda here, at: officer_notes.write(ref, "Rang the estate office.", by=here, at=at),
        ),
        start=1,
    ):
        with people.sitting("Odile", at=start + minutes * MINUTE) as here:
            act(here, start + minutes * MINUTE)
    with acting("public"):
        messages.say(code, "On Tuesday.", message_id=uuid4(), at=start + 5 * MINUTE)
    with people.sitting("Odile", at=start + 6 * MINUTE) as here:
        transitions.hand_over(
            ref, "south-west", "It is there", version=row(ref).version, by=here, at=start + 6 * MINUTE
        )
    entries = seen(people, ref, "Otto")
    assert [(one.kind, one.what) for one in entries] == [
        (TimelineKind.MOVE, timeline.ARRIVED),
        (TimelineKind.MOVE, Move.TAKE),
        (TimelineKind.MOVE, Move.ASSESS),
        (TimelineKind.MESSAGE, Move.ASK),
        (TimelineKind.NOTE, timeline.NOTE),
        (TimelineKind.MESSAGE, timeline.FROM_REPORTER),
        (TimelineKind.HAND_OVER, Move.HAND_OVER),
    ]
    words = [dict(one.words) for one in entries]
    assert words[3] == {"Message": "When did you see it?"}
    assert words[4] == {"Note": "Rang the estate office."}
    assert words[5] == {"Message": "On Tuesday."}
    assert words[6] == {"Reason": "It is there"}
    assert [dict(one.codes).get("unread") for one in entries] == [None] * 5 + ["yes"] + [None]


def test_the_arrival_comes_first_whatever_the_clocks_say(people: People) -> None:
    ref, _ = people.send()
    early = people.at - timedelta(seconds=30)  # two machines, whose clocks differ
    with people.sitting("Odile") as here:
        transitions.take(ref, by=here, at=early)
    assert [one.what for one in seen(people, ref)] == [timeline.ARRIVED, Move.TAKE]


def test_writing_again_after_the_end_stands_after_the_end(people: People) -> None:
    """The reporter's own move has a day but no time, so it is listed with the message that caused it."""
    ref, code = people.closed()
    with acting("public"):
        messages.say(code, "He is back.", message_id=uuid4(), at=people.at + 3 * MINUTE)
    what = [one.what for one in seen(people, ref)]
    assert what[-2:] == [Move.REOPEN, timeline.FROM_REPORTER]
    assert what.index(Move.CLOSE) < what.index(Move.REOPEN)


def test_a_corrected_note_shows_both_texts(people: People) -> None:
    ref, _ = people.taken()
    with people.sitting("Odile") as here:
        note = officer_notes.write(ref, "Gate 4", by=here, at=people.at)
        officer_notes.revise(ref, note, "Gate 5", number=1, by=here, at=people.at + MINUTE)
    assert [one.words for one in seen(people, ref)[-2:]] == [
        (("Note, corrected later", "Gate 4"),),
        (("Note", "Gate 5"),),
    ]


def test_disclosures_are_in_it_with_the_partner(people: People) -> None:
    a_partner(people)
    ref, _ = sent_to_the_council(people)
    shown = only(seen(people, ref), [TimelineKind.DISCLOSURE], newest=False)
    assert [one.what for one in shown] == [Move.DISSEMINATE, timeline.CHECKED, timeline.SENT]
    assert all(dict(one.codes)["partner-name"] for one in shown[1:])


def test_what_was_disclosed_and_what_came_back_is_in_it(people: People) -> None:
    a_partner(people)
    ref, ident = sent_to_the_council(people, title="Lights at the mill", text="Lights at night.")
    opened(people, ident)
    answered(people, ident, text="We will visit.")
    shown = {one.what: dict(one.words) for one in seen(people, ref)}
    assert shown[timeline.SENT] == {"Title": "Lights at the mill", "Text": "Lights at night."}
    assert shown[timeline.ANSWERED]["Text"] == "We will visit."
    assert shown[timeline.ANSWERED]["Reply"]


def test_calls_are_in_it_with_how_they_ended_and_what_was_said(people: People) -> None:
    ref = asks_for_a_call(people.at)
    people.take(ref, "Nadia")
    people.read(ref, "Nadia")
    for minutes, (how, said) in enumerate((("no-answer", ""), ("reached", "They are well.")), start=1):
        at = people.at + minutes * MINUTE
        with people.sitting("Nadia", at=at) as here:
            call_outcomes.tried(ref, how, said, version=row(ref).version, by=here, at=at)
    calls = only(seen(people, ref, "Nadia"), [TimelineKind.CALL], newest=False)
    assert [dict(one.codes)["call"] for one in calls] == ["no-answer", "reached"]
    assert [dict(one.words) for one in calls] == [{}, {"What was said": "They are well."}]


def test_a_hand_over_is_in_it_from_giving_to_accepting(people: People) -> None:
    ref, _ = people.taken("Nadia")

    def give(**how: Any) -> None:
        transitions.hand_over(ref, "south-west", "It is there", **how)

    def give_back(**how: Any) -> None:
        transitions.return_to(ref, "It is not", **how)

    def take(*, version: int, **how: Any) -> None:
        transitions.take(ref, **how)

    acts = (("Nadia", give), ("Otto", give_back), ("Nadia", take), ("Nadia", give), ("Otto", take))
    for minutes, (name, act) in enumerate(acts, start=1):
        at = people.at + minutes * MINUTE
        with people.sitting(name, at=at) as here:
            act(version=row(ref).version, by=here, at=at)
    given = only(seen(people, ref, "Nadia"), [TimelineKind.HAND_OVER], newest=False)
    assert [(one.what, one.by) for one in given] == [
        (Move.HAND_OVER, "Nadia N."),
        (Move.RETURN, "Otto O."),
        (Move.HAND_OVER, "Nadia N."),
        (Move.ACCEPT, "Otto O."),
    ]


def test_filter_and_order(people: People) -> None:
    ref, _ = people.assessed()
    entries = seen(people, ref)
    assert only(entries, (), newest=True) == list(reversed(entries))
    assert only(entries, [TimelineKind.NOTE], newest=True) == []
    assert only(entries, [TimelineKind.MOVE, TimelineKind.NOTE], newest=False) == list(entries)


def test_a_print_is_logged_beside_the_look_and_refused_to_strangers(people: People) -> None:
    ref, _ = people.taken()
    with people.sitting("Odile") as here:
        assert case_file.printed(ref, by=here, at=people.at).header.ref == ref
    assert len(logged("report-printed", thing=ref)) == 1
    assert len(logged("report-read", thing=ref)) == 1
    with people.sitting("Otto") as here, pytest.raises(NotHere):
        case_file.printed(ref, by=here, at=people.at)
    assert len(logged("report-printed", thing=ref)) == 1
