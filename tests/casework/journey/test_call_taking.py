"""Tests for taking down a report: what is sealed, what is logged, and what the tables reveal about the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from heedline.audit.models import Event
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere, SealingStopped
from heedline.casework.intake import drafting, settle_arrivals
from heedline.casework.intake.drafting import Draft
from heedline.casework.journey import call_ending, call_taking, submission
from heedline.casework.journey.call_ending import WrapUp
from heedline.casework.journey.call_taking import Contact
from heedline.casework.pages.board import board as pages_board
from heedline.casework.report.opening import short_name
from heedline.dispatch.clocks import slot_of
from heedline.permits import functions
from heedline.permits.gate import Refused
from heedline.reports.models import Report, SealedHeader, Step
from heedline.vault.codes import derive, lookup_hash
from tests.support.acting import acting
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import People, quarter_hour_over
from tests.support.stories import ELSEWHERE, NARRATIVE, NORTH_EAST, SOUTH_WEST, new_report

pytestmark = pytest.mark.django_db
NOTE = WrapUp(mood="Afraid", behind="A tannoy", more="Zinnober-quinquereme", advice=("To call 999",))


def take_down(
    here: Attendance, people: People, postcode: str = NORTH_EAST, contact: Contact | None = None, **told: Any
) -> Draft:
    new = new_report(where={"postcode": postcode}, **told)
    draft = call_taking.begin(None, by=here)
    call_taking.send(draft, contact or Contact("phone"), new.record, new.question_set, by=here, at=people.at)
    return draft


def raw(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_what_was_typed_lies_sealed_and_opens_for_this_officer_in_this_browser_only(people: People) -> None:
    with people.sitting("Odile") as here:
        draft = call_taking.begin(None, by=here)
        call_taking.keep(draft, {"what.narrative": [NARRATIVE]}, at=people.at)
        call_taking.keep(draft, {"what.narrative": [NARRATIVE]}, at=people.at)
        again = call_taking.open_call(draft.cookie, by=here, at=people.at)
        assert again is not None
        assert again.answers == {"what.narrative": [NARRATIVE]}
        assert call_taking.edition_of(again) == 2
        assert call_taking.kept_at(again) == people.at
        assert call_taking.open_call(drafting.new_cookie(), by=here, at=people.at) is None
        assert drafting.load(draft.cookie, at=people.at) is None  # another purpose: the public site's
    with people.sitting("Olga") as other:
        assert call_taking.open_call(draft.cookie, by=other, at=people.at) is None
    assert NARRATIVE.encode() not in bytes(raw("SELECT sealed FROM intake_draft")[0][0])
    quarter_hour_over(people.at)
    assert not Event.objects.filter(act="call-taken-down").exists()
    with people.sitting("Odile") as here:
        call_taking.end(draft, at=people.at)
        assert call_taking.open_call(draft.cookie, by=here, at=people.at) is None


@pytest.mark.parametrize("channel", call_taking.CHANNELS)
def test_every_way_in_reaches_the_desk_with_who_took_it_down_inside_the_seal(
    people: People, channel: str
) -> None:
    contact = Contact(channel, date(2026, 2, 3), "09:05")
    with people.sitting("Odile") as here:
        draft = take_down(here, people, contact=contact)
    row = Report.objects.get()
    assert (row.channel, row.slot is not None, row.desk.code) == (channel, True, "north-east")
    assert draft.sent
    assert draft.answers == {}
    told = {section.title: dict(section.rows) for section in people.read(row.id, "Olga").answers.sections}
    assert told["How the report was received"] == {
        "How": (call_taking.CHANNELS[channel],),
        "Taken down by": ("Odile O.",),
        "When it was received": ("3 February 2026, 09:05",),
    }
    everything = str(raw("SELECT to_jsonb(r) FROM reports_report r"))
    assert "2026-02-03" not in everything
    assert str(people.house.officers["Odile"].id) not in everything


def test_the_log_says_who_and_in_which_quarter_hour_and_never_which_report(people: People) -> None:
    with people.sitting("Odile") as here:
        draft = take_down(here, people, SOUTH_WEST)
    assert not Event.objects.filter(act="call-taken-down").exists()
    quarter_hour_over(people.at)
    line = Event.objects.get(act="call-taken-down")
    assert (line.actor, line.outcome) == (people.house.officers["Odile"].id, "done")
    assert line.desk == people.house.desks["north-east"].id  # where she sits, not where it went
    assert (line.thing, line.thing_id, line.detail) == ("", None, {})
    assert line.at == slot_of(line.at)
    assert str(draft.report_id) not in str(
        raw("SELECT to_jsonb(e) FROM audit_event e WHERE act = 'call-taken-down'")
    )


def test_sent_twice_is_one_report_and_one_line(people: People) -> None:
    new = new_report(where={"postcode": NORTH_EAST})
    with people.sitting("Odile") as here:
        draft = call_taking.begin(None, by=here)
        twin = Draft(draft.cookie, report_id=draft.report_id, code=draft.code, purpose=draft.purpose)
        for one in (draft, twin):
            call_taking.send(one, Contact("phone"), new.record, new.question_set, by=here, at=people.at)
        changed = new_report(where={"postcode": NORTH_EAST}, narrative="Other words")
        call_taking.send(twin, Contact("phone"), changed.record, new.question_set, by=here, at=people.at)
    assert Report.objects.count() == 1
    quarter_hour_over(people.at)
    assert Event.objects.filter(act="call-taken-down").count() == 1
    assert twin.sent


def test_when_it_cannot_be_sealed_nothing_is_sent_and_the_draft_stays(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_key(*_: object, **__: object) -> None:
        return None

    with people.sitting("Odile") as here:
        draft = call_taking.begin(None, by=here)
        call_taking.keep(draft, {"what.narrative": [NARRATIVE]}, at=people.at)
        new = new_report()
        monkeypatch.setattr(submission.key_directory, "addressee", no_key)
        with pytest.raises(SealingStopped):
            call_taking.send(draft, Contact("phone"), new.record, new.question_set, by=here, at=people.at)
        kept = call_taking.open_call(draft.cookie, by=here, at=people.at)
    assert kept is not None
    assert not kept.sent
    assert kept.answers
    assert not Report.objects.exists()


def test_a_way_in_that_the_door_does_not_know_is_refused_by_both(people: People) -> None:
    with people.sitting("Odile") as here, pytest.raises(ValueError):
        take_down(here, people, contact=Contact("pigeon"))
    assert not Report.objects.exists()


@pytest.mark.parametrize("name", ["Stella", "Ada", "Ned"])
def test_other_roles_take_nothing_down_and_it_is_logged(people: People, name: str) -> None:
    with people.sitting(name, unlocked=False) as here:
        asked: list[Callable[[], object]] = [
            lambda: call_taking.open_call(None, by=here, at=people.at),
            lambda: take_down(here, people),
            lambda: call_ending.wrap_up(Draft(drafting.new_cookie()), NOTE, by=here, at=people.at),
        ]
        for act in asked:
            with pytest.raises(Refused):
                act()
    quarter_hour_over(people.at)
    assert Event.objects.filter(act="call-taken-down", outcome="refused").count() == 3


# --- the code --------------------------------------------------------------------------------------------------------


def test_the_code_is_compared_as_tolerantly_as_it_will_be_used(people: People) -> None:
    with people.sitting("Odile") as here:
        draft = take_down(here, people)
        code = draft.code
        for place in (0, 7, 21):
            wrong = "A" if code[place] != "A" else "B"
            heard = call_ending.read_back(draft, code[:place] + wrong + code[place + 1 :], at=people.at)
            assert (heard.known, heard.group) == (True, place // 4 + 1)
            assert call_ending.code_is(draft) == "nearly"
        heard = call_ending.read_back(draft, code[:3] + "?" + code[4:], at=people.at)
        assert (heard.known, heard.group) == (True, 1)
        heard = call_ending.read_back(draft, code[:3] + "§" + code[4:], at=people.at)
        assert (heard.known, heard.group) == (True, 1)
        for said in (draft.receipt_code.grouped(), f" {code.lower()} ".replace("0", "o").replace("1", "l")):
            heard = call_ending.read_back(draft, said, at=people.at)
            assert (heard.known, heard.group) == (True, 0)
            assert call_ending.code_is(draft) == "kept"
        assert not call_ending.read_back(draft, "nonsense", at=people.at).known


# --- the note after the call -----------------------------------------------------------------------------------------


def test_the_note_lies_with_the_report_wherever_it_went_and_is_sealed_to_its_desks_only(
    people: People,
) -> None:
    with people.sitting("Odile") as here:
        draft = take_down(here, people, SOUTH_WEST)
        assert call_ending.where_is(draft, by=here) == call_ending.Whereabouts(
            "South West desk", short_name(draft.report_id), None
        )
        call_ending.wrap_up(draft, NOTE, by=here, at=people.at)
        call_ending.wrap_up(draft, WrapUp(mood="Twice"), by=here, at=people.at)  # the first stands
        assert call_ending.wrapped_up(draft)
    step = people.read(draft.report_id, "Otto").history.steps[0]
    assert (step.move, step.by) == ("submit", "Odile O.")
    assert dict(step.words) == {
        "How the caller was": "Afraid",
        "What was heard behind them": "A tannoy",
        "Anything else": "Zinnober-quinquereme",
        "Advice given": "To call 999",
    }
    assert (
        dict(people.read(draft.report_id, "Nadia").history.steps[0].words)["How the caller was"] == "Afraid"
    )
    note = SealedHeader.objects.get(part="note")
    desks = {str(one) for (one,) in raw("SELECT desk_id FROM keys_epoch WHERE id = ANY (SELECT unnest(epochs)"
        " FROM reports_sealed_header WHERE part = 'note')")}  # fmt: skip
    assert desks == {str(people.house.desks[code].id) for code in ("south-west", "national")}
    assert len(note.epochs) == 2
    assert Step.objects.count() == 1


def test_an_empty_note_writes_nothing(people: People) -> None:
    with people.sitting("Odile") as here:
        draft = take_down(here, people, ELSEWHERE)
        call_ending.wrap_up(draft, WrapUp(), by=here, at=people.at)
    assert not Step.objects.exists()


def test_a_note_without_a_report_goes_nowhere(people: People) -> None:
    with people.sitting("Odile") as here:
        draft = call_taking.begin(None, by=here)
        with pytest.raises(NotHere):
            call_ending.wrap_up(draft, NOTE, by=here, at=people.at)
        with pytest.raises(NotHere):
            call_ending.where_is(draft, by=here)


def test_the_note_tells_the_day_and_not_the_time_and_is_settled_with_the_report(people: People) -> None:
    with people.sitting("Odile") as here:
        draft = take_down(here, people)
        call_ending.wrap_up(draft, NOTE, by=here, at=people.at)
    step = Step.objects.get()
    assert step.at is None
    places = "SELECT ctid::text FROM {} ORDER BY 1"
    tables = ("reports_step", "reports_sealed_payload", "reports_sealed_header", "reports_receipt")
    before = {table: {one for (one,) in raw(places.format(table))} for table in tables}
    with acting("worker"):
        settle_arrivals.settle(people.at + timedelta(minutes=30))
    for table in tables:
        assert before[table].isdisjoint({one for (one,) in raw(places.format(table))}), table
    assert raw("SELECT touched FROM reports_receipt") == [(None,)]
    assert dict(people.read(draft.report_id).history.steps[0].words)["How the caller was"] == "Afraid"


def test_the_wall_takes_no_note_of_somebody_without_a_desk(people: People) -> None:
    with people.sitting("Odile") as here:
        draft = take_down(here, people)
    lookup = lookup_hash(derive(draft.receipt_code, installation="test").lookup_id)
    note = (uuid4(), b"h", b"p", b"s" * 32, [uuid4()])
    with people.sitting("Stella", unlocked=False):
        assert functions.note_call(lookup, *note) == "refused"
    with people.sitting("Odile"):
        assert functions.note_call(b"x" * 32, *note) == "unknown"
    with acting("office"):  # nobody stands behind it
        assert functions.note_call(lookup, *note) == "refused"
    assert not Step.objects.exists()


def counted(people: People, hours: int = 0, desk: str = "north-east") -> list[tuple[str, int, int]]:
    """Return the unfinished calls on the board of Olga's desk after this many hours."""
    at = people.at + timedelta(hours=hours)
    with people.sitting("Olga", at=people.at) as olga:
        officers = pages_board.board(pages_board.desk_led(desk, by=olga), by=olga, at=at).officers
    return [(one.name, one.unfinished, one.old_unfinished) for one in officers if one.unfinished]


def test_a_supervisor_counts_unfinished_calls_and_sees_nothing_of_them(people: People) -> None:
    with_leads(people)
    assert counted(people) == []
    with people.sitting("Odile") as here:
        first = call_taking.begin(None, by=here)
        second = call_taking.begin(first.cookie, by=here, line=2)
        for draft in (first, first, second):
            call_taking.keep(draft, {"what.narrative": [NARRATIVE]}, at=people.at)
    assert counted(people) == [("Odile O.", 2, 0)]
    assert counted(people, 6) == [("Odile O.", 2, 2)]
    with acting("worker"):
        settle_arrivals.settle_drafts(people.at)
    assert counted(people) == [("Odile O.", 2, 0)], "written anew with every other draft"
    rows = raw("SELECT officer, begun = date_trunc('hour', begun, 'UTC') FROM intake_draft")
    assert rows == [(people.house.officers["Odile"].id, True)] * 2
    with people.sitting("Odile") as here:
        new = new_report(where={"postcode": NORTH_EAST})
        call_taking.send(first, Contact("phone"), new.record, new.question_set, by=here, at=people.at)
    assert counted(people) == [("Odile O.", 1, 0)], "a code that was not read out yet is no unfinished call"
    with people.sitting("Odile") as here:
        call_taking.end(second, at=people.at)
    assert counted(people) == []


@pytest.mark.parametrize("name", ["Odile", "Nadia", "Stella", "Ada"])
def test_nobody_but_their_supervisor_counts_unfinished_calls(people: People, name: str) -> None:
    with_leads(people)
    with people.sitting("Odile") as here:
        call_taking.keep(call_taking.begin(None, by=here), {"what.narrative": [NARRATIVE]}, at=people.at)
    desk = people.house.desks["north-east"].id
    ask = "SELECT calls FROM permits.unfinished_calls(%s, now())"
    for who, found in ((name, []), ("Olga", [(1,)])):
        with people.sitting(who, unlocked=who == "Olga"), connection.cursor() as cursor:
            cursor.execute(ask, [desk])
            assert cursor.fetchall() == found
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute("SELECT sealed FROM intake_draft")


def test_an_officer_marks_no_draft_of_a_colleague(people: People) -> None:
    with people.sitting("Odile") as here:
        draft = call_taking.begin(None, by=here)
        call_taking.keep(draft, {"what.narrative": [NARRATIVE]}, at=people.at)
    with people.sitting("Olga"):
        for is_open in (False, True):
            functions.mark_unfinished_call(draft.keys.row_id, is_open=is_open)
    assert raw("SELECT officer FROM intake_draft") == [(people.house.officers["Odile"].id,)]
