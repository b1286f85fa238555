"""Every writer of a report's stage keeps to `lifecycle.PATH`: the method, the bulk writer and the SQL functions.

Each is tried from every stage, and with every move that it can make.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from itertools import product
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

import heedline
from heedline.casework.contact import messages
from heedline.casework.journey import bulk_close
from heedline.casework.journey.closing import Closing
from heedline.desks.models import EpochKeyRow
from heedline.permits import functions
from heedline.reports.lifecycle import PATH, Move, NotNow, Stage
from heedline.reports.models import Disposal, Report, SealedHeader, Step, Sweep, Swept, apply_to_all
from heedline.reports.models.sweeps import why_not
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import MINUTE, People, add_step, row

pytestmark = pytest.mark.django_db
PACKAGE = Path(heedline.__file__).parent
#: The stages in which there is a row. A disposed report has none.
STORED = [stage for stage in Stage if stage is not Stage.DISPOSED]
#: A way to each stage that the database accepts.
WAY = [Stage.WAITING, Stage.TAKEN, Stage.ASSESSED, Stage.ACTING, Stage.CLOSING, Stage.CLOSED]
every_stage = pytest.mark.parametrize("stage", STORED)


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def at_stage(people: People, stage: Stage) -> UUID:
    """Return a report that stands at `stage`, put there without any verb."""
    ref, _ = people.send()
    for step in WAY[1 : WAY.index(stage) + 1]:
        Report.objects.filter(id=ref).update(stage=step, **columns(step, people))
    return ref


def columns(stage: Stage, people: People) -> dict[str, object]:
    """Return what the constraints of the table want of a row at `stage`."""
    return {
        **owner(stage, people),
        "due_at": people.at,
        **({"seen": True, "slot": None} if held(stage) else {}),
    }


def owner(stage: Stage, people: People) -> dict[str, object]:
    return {"owner_id": people.house.officers["Odile"].id if held(stage) else None}


def held(stage: Stage) -> bool:
    return stage in {Stage.TAKEN, Stage.ASSESSED, Stage.ACTING, Stage.CLOSING}


# --- the method, and the one for many reports --------------------------------------------------------------------------


def apply_one(report: Report, move: Move, people: People, **changes: object) -> None:
    report.apply(move, by=people.house.officers["Odile"].id, at=people.at, **changes)


def apply_many(report: Report, move: Move, people: People, **changes: object) -> None:
    by = people.house.officers["Odile"].id
    apply_to_all([report], move, by=by, at=people.at, changes=lambda _: changes)


@pytest.mark.parametrize("write", [apply_one, apply_many])
@every_stage
def test_a_move_is_saved_whole_or_refused(write: Callable[..., None], stage: Stage, people: People) -> None:
    ref = at_stage(people, stage)
    for move in Move:
        to = PATH.get((stage, move))
        if to is Stage.DISPOSED:
            continue  # `permits.decide_disposal` alone makes this move: it leaves no row
        with transaction.atomic():
            before = row(ref)
            steps = Step.objects.filter(report=ref).count()
            if to is None:
                with pytest.raises(NotNow):
                    write(row(ref), move, people, outcome="changed")
                assert (row(ref).stage, row(ref).version, row(ref).outcome) == (stage, before.version, "")
                assert Step.objects.filter(report=ref).count() == steps
            else:
                restored = {"due_at": people.at} if move in {Move.SWEEP, Move.UNDO_SWEEP} else {}
                if move is Move.REVIEW:
                    restored = {"review_at": people.at + MINUTE}
                if write is apply_many and move is Move.REVIEW:
                    continue  # each has a time of its own
                slot = {"slot": None} if held(to) else {}
                write(row(ref), move, people, outcome="changed", **owner(to, people), **slot, **restored)
                saved = row(ref)
                assert (saved.stage, saved.version, saved.outcome) == (to, before.version + 1, "changed")
                step = Step.objects.get(report=ref, number=steps + 1)
                assert (step.move, step.from_stage, step.to_stage) == (move, stage, to)
                assert (step.from_desk, step.to_desk) == (saved.desk_id, saved.desk_id)
                assert step.by_id == people.house.officers["Odile"].id
            transaction.set_rollback(True)


def test_reports_at_different_stages_move_together_or_not_at_all(people: People) -> None:
    refs = [at_stage(people, stage) for stage in (Stage.WAITING, Stage.CLOSED)]
    with pytest.raises(NotNow):
        apply_to_all(
            [row(ref) for ref in refs],
            Move.SWEEP,
            by=people.house.officers["Odile"].id,
            at=people.at,
            changes=lambda _: {},
        )
    assert not Step.objects.filter(report__in=refs).exists()
    assert [row(ref).stage for ref in refs] == [Stage.WAITING, Stage.CLOSED]


# --- the bulk verbs ----------------------------------------------------------------------------------------------------


@every_stage
def test_a_sweep_closes_only_what_may_be_swept(stage: Stage, people: People) -> None:
    ref = at_stage(people, stage)
    others = [people.send()[0] for _ in range(2)]  # one alone is no look-alike
    closing = Closing(outcome="spam", reason="An advertisement", tell_reporter="finished")
    with people.sitting("Odile") as by:
        chosen = {one: row(one).version for one in (ref, *others)}
        bulk_close.sweep("north-east", chosen, closing, by=by, at=people.at)
    may = (stage, Move.SWEEP) in PATH
    assert row(ref).stage == PATH.get((stage, Move.SWEEP), stage)
    assert Step.objects.filter(report=ref, move=Move.SWEEP).exists() == may
    assert (why_not(Report(stage=stage, urgency="routine", rank=3, unread=0)) == "") == may


@every_stage
def test_undoing_a_sweep_reopens_only_what_is_closed(stage: Stage, people: People) -> None:
    ref = at_stage(people, stage)
    sweep = Sweep.objects.create(
        desk_id=row(ref).desk_id,
        by=people.house.officers["Odile"],
        at=people.at,
        until=people.at + MINUTE * 5,
        outcome="spam",
        closed=1,
    )
    Swept.objects.create(
        sweep=sweep, report_id=ref, version=row(ref).version, due_at=people.at, status="received"
    )
    with people.sitting("Odile") as by:
        undone = bulk_close.undo(sweep.id, by=by, at=people.at + MINUTE)
    may = (stage, Move.UNDO_SWEEP) in PATH
    assert undone == int(may)
    assert row(ref).stage == PATH.get((stage, Move.UNDO_SWEEP), stage)
    assert Step.objects.filter(report=ref, move=Move.UNDO_SWEEP).exists() == may


# --- the database ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "goal"), [(a, b) for a, b in product(STORED, STORED) if a is not b])
def test_the_database_accepts_only_changes_that_a_move_makes(
    start: Stage, goal: Stage, people: People
) -> None:
    ref = at_stage(people, start)
    change = Report.objects.filter(id=ref)
    if any(origin is start and to is goal for (origin, _), to in PATH.items()):
        assert change.update(stage=goal, **columns(goal, people)) == 1
    else:
        with pytest.raises(DatabaseError, match="no move leads there"), transaction.atomic():
            change.update(stage=goal, **columns(goal, people))


@every_stage
def test_a_report_is_handed_over_in_sql_only_from_where_it_may_be(stage: Stage, people: People) -> None:
    ref = at_stage(people, stage)
    there = people.house.desks["south-west"].id
    epoch = EpochKeyRow.objects.filter(desk_id=there, retired_at=None).values_list("id", flat=True)[0]
    parts = SealedHeader.objects.filter(report_id=ref).exclude(part__in=("identity", "partner"))
    headers = [(part.container, bytes(part.header), b"h" * 200) for part in parts]
    with people.sitting("Odile") as odile:
        before = row(ref)
        add_step(ref, Move.HAND_OVER, there, by=odile.officer_id, at=people.at)
        moved = functions.hand_over(
            ref, there, people.at, before.version, before.desk_id, epoch, b"a share", headers
        )
    assert moved == ((stage, Move.HAND_OVER) in PATH)
    after = row(ref)
    assert after.stage == PATH.get((stage, Move.HAND_OVER), stage)
    assert after.version == before.version + int(moved)
    assert after.desk_id == (there if moved else before.desk_id)


@every_stage
def test_a_message_from_the_reporter_moves_only_a_report_that_is_closed_or_closing(
    stage: Stage, people: People
) -> None:
    ref, code = people.send()
    for step in WAY[1 : WAY.index(stage) + 1]:
        Report.objects.filter(id=ref).update(stage=step, **columns(step, people))
    version = row(ref).version
    with acting("public"):
        messages.say(code, "There is more", message_id=uuid4(), at=people.at)
    move = {Stage.CLOSED: Move.REOPEN, Stage.CLOSING: Move.STOP_CLOSING}.get(stage)
    to = PATH[stage, move] if move is not None else stage
    assert row(ref).stage == to
    assert row(ref).version == version + int(move is not None)
    steps = [(s.move, s.from_stage, s.to_stage) for s in Step.objects.filter(report=ref)]
    assert steps == ([(move, stage, to)] if move is not None else [])


@every_stage
def test_a_note_after_a_call_leaves_the_report_where_it_stands(stage: Stage, people: People) -> None:
    ref = at_stage(people, stage)
    with connection.cursor() as cursor:
        cursor.execute("SELECT lookup FROM reports_receipt WHERE report_id = %s", [ref])
        (lookup,) = cursor.fetchone()
    version = row(ref).version
    with people.sitting("Odile"):
        assert functions.note_call(bytes(lookup), uuid4(), b"h", b"p", b"s" * 32, []) == "noted"
    assert (row(ref).stage, row(ref).version) == (stage, version)
    step = Step.objects.get(report=ref)
    assert (step.move, step.from_stage, step.to_stage) == (Move.SUBMIT, stage, stage)


@every_stage
@pytest.mark.usefixtures("leads")
def test_a_report_is_disposed_of_in_sql_only_from_where_it_may_be(stage: Stage, people: People) -> None:
    ref = at_stage(people, stage)
    found = Disposal.objects.create(
        report=ref,
        desk_id=row(ref).desk_id,
        group="group-4",
        reason="no-purpose",
        proposed_by=people.house.officers["Odile"],
        proposed_on=people.at.date(),
        proposal={},
    )
    with people.sitting("Olga"):
        told = functions.decide_disposal(found.id, {"made": "by a test"}, people.at.date(), [])
    may = PATH.get((stage, Move.DISPOSE)) is Stage.DISPOSED
    assert told == ("done" if may else "not-closed")
    assert Report.objects.filter(id=ref).exists() != may


def test_a_report_begins_where_a_desk_can_take_it(people: People) -> None:
    ref, _ = people.send()
    assert row(ref).stage == Stage.WAITING
    assert (Stage.WAITING, Move.TAKE) in PATH


# --- nobody else writes ------------------------------------------------------------------------------------------------


def writes(tree: ast.AST) -> set[str]:
    """Return what a module does that only `reports/models/report.py` may do."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if re.fullmatch(r"(models\.)?Step(\.objects\..*create)?", called):
                found.add(called)
            if called.endswith((".update", ".bulk_update")) and (
                any(word.arg == "stage" for word in node.keywords)
                or (called.endswith(".bulk_update") and "'stage'" in ast.unparse(node))
            ):
                found.add(called)
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            for one in target.elts if isinstance(target, ast.Tuple) else [target]:
                if isinstance(one, ast.Attribute) and one.attr == "stage":
                    found.add(ast.unparse(one))
    return found


def test_no_other_module_writes_a_stage_or_a_step() -> None:
    found = {}
    for file in PACKAGE.rglob("*.py"):
        if written := writes(ast.parse(file.read_text(encoding="utf-8"))):
            found[file.relative_to(PACKAGE).as_posix()] = written
    assert found.pop("reports/models/report.py") >= {"self.stage", "report.stage", "Step"}
    # an exercise moves along the same path in a table of its own
    assert found.pop("casework/journey/practice.py") == {"row.stage"}
    assert found == {}


def test_no_other_function_of_the_database_writes_a_stage_or_a_step() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE p.prosrc ~* 'insert into public\\.reports_(step|report)\\M'"
            " OR p.prosrc ~* 'update public\\.reports_report\\M[^;]*\\mset\\M[^;]*\\mstage ='"
            " OR p.prosrc ~* 'delete from public\\.reports_report\\M'"
        )
        found = {name for (name,) in cursor.fetchall()}
    assert found == {
        "door.submit_report",
        "door.submit_reports",
        "door.reopen",
        "door.stop_closing",
        "permits.note_call",
        "permits.hand_over",
        "permits.decide_disposal",
        "clockwork.take_canaries",
    }
