"""Practice: the pages and rules of real reports, on what is none and can become none, by any verb and in any role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from heedline.casework.contact import messages, source_guard
from heedline.casework.duty import paging, training_clock
from heedline.casework.errors import Changed, NotHere
from heedline.casework.identity import requests as identity_requests
from heedline.casework.journey import call_outcomes, practice, transitions
from heedline.casework.journey.closing import Closing
from heedline.casework.journey.transitions import Assessment
from heedline.casework.pages import access_history, case_file, practice_file
from heedline.casework.retention import keeping
from heedline.casework.setup import stewardship
from heedline.desks.models import Exercise
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.reports.lifecycle import NotNow
from tests.support import stories
from tests.support.acting import acting
from tests.support.identity_scene import ASKING
from tests.support.scene_people import DANGER, People, logged

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MODEL = load_pack("uk").practice.scenarios["goodbye-film"].model
GRAVE = Assessment(True, "Quinquereme-4711", MODEL.priority, "A film for afterwards")
ENDED = Closing(MODEL.outcome, "Quinquereme-4712", "finished")
#: Tables that a session or a look writes, and the exercises themselves.
OURS = {"desks_exercise", "permits_session", "permits_unlocked"}


def counts() -> dict[str, int]:
    """How many rows each table of ours has, and the newest event: what practice may not change."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        tables = sorted(name for (name,) in cursor.fetchall() if name not in OURS)
        found = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM public."{table}"')
            found[table] = cursor.fetchone()[0]
    return found


def finished(people: People, name: str = "Odile", code: str = "goodbye-film") -> UUID:
    """An exercise that was walked from its beginning to its end."""
    with people.sitting(name) as here:
        ref = practice.begin(code, by=here, at=people.at)
        practice.take(ref, by=here, at=people.at)
        for step in (
            lambda version: practice.assess(ref, GRAVE, version=version, by=here, at=people.at),
            lambda version: practice.ask(ref, "When did he go?", version=version, by=here, at=people.at),
            lambda version: practice.close(ref, ENDED, version=version, by=here, at=people.at),
        ):
            step(practice.one(ref, by=here).version)
    return ref


# --- the exercise ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", [c for c, s in load_pack("uk").practice.scenarios.items() if s.way == "report"]
)
def test_every_exercise_of_the_pack_opens_and_ends_as_its_model_says(people: People, code: str) -> None:
    model = practice.scenarios()[code].model
    with people.sitting("Odile", unlocked=False) as odile:
        ref = practice.begin(code, by=odile, at=people.at)
        file = practice_file.file_of(practice.one(ref, by=odile), by=odile)
        assert file.answers.narrative
        assert file.answers.sections
        assert [line.move for line in file.header.moves if line.allowed] == ["take"]
        practice.take(ref, by=odile, at=people.at)
        practice.assess(
            ref, Assessment(model.danger, "x", model.priority, "y"), version=2, by=odile, at=people.at
        )
        practice.close(ref, Closing(model.outcome, "z", "finished"), version=3, by=odile, at=people.at)
        one = practice.one(ref, by=odile)
    assert (one.alike, len(practice.answers(one))) == (3, 3)


def test_it_goes_by_the_moves_of_a_report_and_by_its_own_edition(people: People) -> None:
    with people.sitting("Odile") as odile:
        ref = practice.begin("goodbye-film", by=odile, at=people.at)
        with pytest.raises(NotNow, match="Take the report first"):
            practice.assess(ref, GRAVE, version=1, by=odile, at=people.at)
        practice.take(ref, by=odile, at=people.at)
        with pytest.raises(NotNow, match="Assess the report"):
            practice.close(ref, ENDED, version=2, by=odile, at=people.at)
        with pytest.raises(Changed):
            practice.assess(ref, GRAVE, version=1, by=odile, at=people.at)
        with pytest.raises(NotNow, match="act on it first"):
            practice.close(ref, ENDED, GRAVE, version=2, by=odile, at=people.at)
        practice.assess(ref, GRAVE, version=2, by=odile, at=people.at)
        practice.close(ref, ENDED, version=3, by=odile, at=people.at)
        with pytest.raises(NotNow):
            practice.take(ref, by=odile, at=people.at)
        for code in ("juggling", "call-whisper"):
            with pytest.raises(NotHere):
                practice.begin(code, by=odile, at=people.at)


def test_nobody_fills_the_table_with_it(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(practice, "_MANY", 2)
    with people.sitting("Odile") as odile:
        for _ in range(2):
            practice.begin("goodbye-film", by=odile, at=people.at)
        with pytest.raises(NotNow, match="too many exercises"):
            practice.begin("goodbye-film", by=odile, at=people.at)
        with pytest.raises(NotNow, match="too many exercises"):
            practice.take_down("call-whisper", danger=True, told={}, by=odile, at=people.at)
    with people.sitting("Olga") as olga:
        practice.begin("goodbye-film", by=olga, at=people.at)


def test_its_words_lie_sealed_under_the_session_and_are_gone_with_it(people: People) -> None:
    ref = finished(people)
    row = Exercise.objects.get(pk=ref)
    assert b"Quinquereme" not in bytes(row.sealed)
    with people.sitting("Odile") as odile:
        one = practice.one(ref, by=odile)
        assert "Quinquereme-4711" in str(one.steps)
        assert [said["from_us"] for said in one.said] == [True, False]
        assert practice.scenarios()["goodbye-film"].answer == one.said[1]["text"]
    del people.tokens["Odile"]
    with people.sitting("Odile") as later:
        one = practice.one(ref, by=later)
    assert (one.steps, one.said, one.alike) == ((), (), 3)


def test_nobody_opens_the_exercise_of_another_and_who_reads_no_reports_has_none(people: People) -> None:
    ref = finished(people)
    for name in ("Olga", "Nadia"):
        with people.sitting(name) as here:
            assert not Exercise.objects.exists()  # the database says so too
            with pytest.raises(NotHere):
                practice.one(ref, by=here)
            with pytest.raises(NotHere):
                practice.take(ref, by=here, at=people.at)
    for name in ("Ada", "Stella"):
        with people.sitting(name, unlocked=False) as here, pytest.raises(Refused):
            practice.begin("goodbye-film", by=here, at=people.at)
    assert len(logged("practised", refused=True)) == 2
    assert not logged("practised")


def test_who_leads_sees_what_was_practised_and_no_words(people: People) -> None:
    finished(people)
    finished(people, "Otto")
    house = people.house
    with acting("office"):
        desk = house.desks["north-east"]
        stewardship.appoint(house.officers["Olga"], Role.SUPERVISOR, desk, hands=house.hands, at=people.at)
    with people.sitting("Olga") as olga:
        (only,) = practice.of_my_people(by=olga).items()
    assert only[0] == house.officers["Odile"].id
    assert [(one.scenario, one.danger, one.outcome) for one in only[1]] == [
        ("goodbye-film", True, MODEL.outcome)
    ]
    with people.sitting("Stella", unlocked=False) as stella:
        assert len(practice.of_my_people(by=stella)) == 2
    with people.sitting("Odile") as odile, pytest.raises(Refused):
        practice.of_my_people(by=odile)
    with people.sitting("Ada") as ada, pytest.raises(Refused):
        practice.of_my_people(by=ada)


def test_the_worker_forgets_it_after_the_days_of_the_pack(people: People) -> None:
    finished(people)
    days = load_pack("uk").practice.kept_days
    with acting("worker"):
        assert practice.wipe(people.at + days * DAY) == 0
        assert practice.wipe(people.at + (days + 1) * DAY) == 1
        with pytest.raises(DatabaseError), transaction.atomic():
            list(Exercise.objects.values_list("scenario", "sealed"))
    assert not Exercise.objects.exists()


# --- the wall --------------------------------------------------------------------------------------------------------


def test_practice_leaves_nothing_in_any_table_but_its_own(people: People) -> None:
    """No letter, alarm, event, count, draft, report, message: whatever an exercise says, danger included."""
    with people.sitting("Odile"):
        pass
    before = counts()
    finished(people)
    with people.sitting("Odile") as odile:
        practice.take_down("call-whisper", danger=True, told={"rows": []}, by=odile, at=people.at)
    with acting("worker"):
        paging.drain(people.at)
        paging.watch_clocks(people.at + 30 * DAY)
        paging.watch_messages(people.at + 30 * DAY)
        training_clock.watch(people.at)
    assert counts() == before


def _verbs(people: People, ref: UUID) -> list[Callable[[Any], Any]]:
    at = people.at
    return [
        lambda by: transitions.take(ref, by=by, at=at),
        lambda by: transitions.release(ref, by=by, at=at),
        lambda by: transitions.assess(ref, GRAVE, version=1, by=by, at=at),
        lambda by: transitions.assess_and_close(ref, stories.VAGUE, stories.NOTHING, version=1, by=by, at=at),
        lambda by: transitions.close(ref, ENDED, version=1, by=by, at=at),
        lambda by: transitions.hand_over(ref, "national", "x", version=1, by=by, at=at),
        lambda by: transitions.reopen(ref, "x", by=by, at=at),
        lambda by: case_file.case_file(ref, by=by, at=at),
        lambda by: access_history.history(ref, by=by, at=at),
        lambda by: messages.ask(ref, "x", version=1, by=by, at=at),
        lambda by: identity_requests.ask(ref, ASKING, by=by, at=at),
        lambda by: call_outcomes.tried(ref, "no-answer", "", version=1, by=by, at=at),
        lambda by: source_guard.refer(ref, "x", version=1, by=by, at=at),
        lambda by: keeping.hold(ref, "inquiry", "x", by=by, at=at),
    ]


def test_no_verb_of_a_report_finds_an_exercise_and_none_of_practice_a_report(people: People) -> None:
    exercise = finished(people)
    real, _ = people.taken(**DANGER)
    before = counts()
    with people.sitting("Odile") as odile:
        for do in (*_verbs(people, exercise), *_verbs(people, uuid4())):  # the same answer
            with pytest.raises(NotHere):
                do(odile)
        for one in (
            lambda: practice.one(real, by=odile),
            lambda: practice.take(real, by=odile, at=people.at),
            lambda: practice.assess(real, GRAVE, version=1, by=odile, at=people.at),
            lambda: practice.ask(real, "x", version=1, by=odile, at=people.at),
            lambda: practice.close(real, ENDED, version=1, by=odile, at=people.at),
        ):
            with pytest.raises(NotHere):
                one()
        assert practice.taken_down(real, by=odile) == {}
    after = counts()
    assert {table for table in after if after[table] != before[table]} <= {"audit_event"}  # refusals


@pytest.mark.parametrize("role", ["public", "office", "worker", "backup", "partner", "files"])
def test_no_role_makes_a_report_of_an_exercise_or_the_reverse(people: People, role: str) -> None:
    exercise, (real, _) = finished(people), people.taken()
    other = people.house.officers["Olga"].id
    attempts = [
        "INSERT INTO reports_report SELECT (r).* FROM (SELECT r FROM reports_report r) x",
        f"INSERT INTO reports_report (id, kind, stage) VALUES ('{exercise}', 'activity', 'waiting')",
        f"UPDATE reports_report SET id = '{exercise}' WHERE id = '{real}'",
        f"UPDATE desks_exercise SET id = '{real}'",
        f"UPDATE desks_exercise SET officer_id = '{other}'",
        "UPDATE desks_exercise SET scenario = 'side-entrance'",
        f"INSERT INTO dispatch_alarm (id, kind, desk_id, about_kind, about_id, slot, steps_sent, failures, because, settled)"
        f" SELECT gen_random_uuid(), 'danger', id, 'report', '{exercise}', now(), 0, 0, '', false FROM desks_desk",
        f"INSERT INTO reports_dip_check (id, report_id) VALUES (gen_random_uuid(), '{exercise}')",
        f"INSERT INTO reports_message (id, report_id, from_us, container, sent_on, position, seen, settled)"
        f" VALUES (gen_random_uuid(), '{exercise}', true, gen_random_uuid(), now(), 1, false, false)",
    ]
    before = counts()
    with people.sitting("Odile"):
        if role == "office":
            _try(attempts)
    if role != "office":
        # the worker raises alarms about anything; about an exercise, they find no report behind it
        with acting(role):
            _try([sql for sql in attempts if role != "worker" or "dispatch_alarm" not in sql])
    after = counts()
    assert (after["reports_report"], after["reports_message"]) == (
        before["reports_report"],
        before["reports_message"],
    )
    assert Exercise.objects.get(pk=exercise).officer == people.house.officers["Odile"]
    assert not Exercise.objects.filter(pk=real).exists()


def _try(attempts: list[str]) -> None:
    for sql in attempts:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
