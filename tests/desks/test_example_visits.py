"""A kind of record walked with the visits of the example desk: what begins, moves, is owned and is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction
from pytest_django import Settings

from heedline.casework.duty import alarm_board, alarms, paging
from heedline.casework.errors import Changed, NotHere
from heedline.casework.pages.board import board as pages_board
from heedline.casework.records import open_records
from heedline.desk_hooks import register
from heedline.dispatch.chain import PagerMemory
from heedline.dispatch.models import About, Alarm
from heedline.jobs import worker
from heedline.packs.rules.working_days import Within
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord, RecordMove, RecordStep
from heedline.reports.models.records import ENDED, TAKEN, WAITING
from heedline.reports.record_kinds import RecordKind
from tests.support.acting import acting
from tests.support.example_desk import visits
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import People, logged

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(people: People) -> People:
    """Olga leads the north-east desk."""
    return with_leads(people)


def asked(people: People) -> UUID:
    desk = people.house.desks["north-east"].id
    with people.sitting("Odile") as by:
        return visits.ask(desk, "The theatre", by=by, at=people.at)


def test_a_visit_is_asked_for_taken_and_held(people: People) -> None:
    ref = asked(people)
    row = DeskRecord.objects.get(id=ref)
    assert (row.held, row.owner, row.due_at) == (WAITING, None, people.at + timedelta(days=2))
    with people.sitting("Odile") as odile:
        visits.move(ref, "take", by=odile, at=people.at)
        row.refresh_from_db()
        assert (row.state, row.held, row.owner_id) == ("planned", TAKEN, odile.officer_id)
        assert row.due_at is not None
        visits.move(ref, "hold", version=2, by=odile, at=people.at)
    row.refresh_from_db()
    assert (row.state, row.held, row.due_at, row.version) == ("held", ENDED, None, 3)
    steps = RecordStep.objects.filter(record=ref).order_by("number")
    assert [one.move for one in steps] == ["begin", "take", "hold"]
    assert len(logged("example-visit-moved", thing=ref)) == 3


def test_other_moves_versions_people_and_desks_are_refused(people: People) -> None:
    ref = asked(people)
    with people.sitting("Odile") as odile:
        with pytest.raises(NotNow):
            visits.move(ref, "hold", by=odile, at=people.at)
        with pytest.raises(Refused):
            visits.move(ref, "drop", by=odile, at=people.at)
        with pytest.raises(Changed):
            visits.move(ref, "take", version=4, by=odile, at=people.at)
    with people.sitting("Otto") as otto:
        assert not DeskRecord.objects.exists(), "row-level security"
        assert not RecordStep.objects.exists(), "row-level security"
        for unknown in (ref, uuid4()):
            with pytest.raises(NotHere):
                visits.move(unknown, "take", by=otto, at=people.at)
    assert len(logged("example-visit-moved", thing=ref, refused=True)) == 1
    assert DeskRecord.objects.get(id=ref).version == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "held", "held": ENDED, "due_at": None, "version": 2},  # without a step
        {"due_at": None, "version": 2},
        {"version": 2},
        {"state": "held"},
    ],
)
def test_the_database_refuses_a_row_without_its_step(people: People, changed: dict[str, object]) -> None:
    ref = asked(people)
    with people.sitting("Odile"), pytest.raises(DatabaseError), transaction.atomic():
        DeskRecord.objects.filter(id=ref).update(**changed)


@pytest.mark.parametrize(
    ("move", "before", "after", "number", "name"),
    [
        ("hold", "asked", "held", 2, "Odile"),
        ("take", "asked", "held", 2, "Odile"),
        ("take", "asked", "planned", 3, "Odile"),
        ("take", "asked", "planned", 2, "Olga"),
        ("begin", "", "asked", 1, "Odile"),
    ],
)
def test_the_database_refuses_a_step_that_is_no_move(
    people: People, move: str, before: str, after: str, number: int, name: str
) -> None:
    ref = asked(people)
    with people.sitting("Odile"), pytest.raises(DatabaseError), transaction.atomic():
        RecordStep.objects.create(
            record_id=ref,
            number=number,
            move=move,
            from_state=before,
            to_state=after,
            by=people.house.officers[name],
            at=people.at,
        )


def test_a_visit_stays_its_owners_until_it_is_passed_to_a_colleague_of_the_desk(people: People) -> None:
    ref, officers = asked(people), people.house.officers
    with people.sitting("Odile") as odile:
        visits.move(ref, "take", by=odile, at=people.at)
    with people.sitting("Olga") as olga:
        visits.move(ref, "pass", by=olga, at=people.at)
        assert DeskRecord.objects.get(id=ref).owner == officers["Odile"]
        visits.move(ref, "pass", to=olga.officer_id, by=olga, at=people.at)
        assert DeskRecord.objects.get(id=ref).owner == officers["Olga"]
        with pytest.raises(DatabaseError, match="works at its desk"), transaction.atomic():
            visits.move(ref, "pass", to=officers["Otto"].id, by=olga, at=people.at)


def test_a_record_that_never_began_does_not_move(people: People) -> None:
    with people.sitting("Odile") as odile:
        row = DeskRecord.objects.create(
            desk=people.house.desks["north-east"],
            kind="example-visit",
            state="asked",
            held=WAITING,
            container=uuid4(),
            due_at=people.at,
        )
        with pytest.raises(DatabaseError, match="legal move"), transaction.atomic():
            RecordStep.objects.create(
                record=row,
                number=2,
                move="take",
                from_state="asked",
                to_state="planned",
                by_id=odile.officer_id,
                at=people.at,
            )


def test_steps_stay(people: People) -> None:
    ref = asked(people)
    with people.sitting("Odile"):
        with pytest.raises(DatabaseError), transaction.atomic():
            RecordStep.objects.filter(record=ref).update(move="take")
        with pytest.raises(DatabaseError), transaction.atomic():
            RecordStep.objects.filter(record=ref).delete()


@pytest.mark.parametrize(("held", "owned"), [(WAITING, True), (TAKEN, False)])
def test_taken_means_an_owner_and_waiting_means_none(people: People, held: str, owned: bool) -> None:
    owner = people.house.officers["Odile"] if owned else None
    with pytest.raises(DatabaseError, match="open_is_due"), transaction.atomic():
        DeskRecord.objects.create(
            desk=people.house.desks["north-east"],
            kind="example-visit",
            state="asked",
            held=held,
            container=uuid4(),
            owner=owner,
            due_at=people.at,
        )


def test_the_moves_in_the_database_are_those_of_the_registered_kinds() -> None:
    stored = set(RecordMove.objects.values_list("kind", "from_state", "move", "to_state", "held"))
    assert stored == {row for kind in register.hooks(RecordKind) for row in kind.rows()}


def test_a_kind_with_a_state_that_it_does_not_list_is_refused() -> None:
    assert "other states" in replace(visits.KIND, first="begun").fault(register.SpecialistDesk("x", "X"))


def test_a_kind_that_allows_time_where_nothing_is_due_is_refused() -> None:
    kind = replace(visits.KIND, within={"held": Within(hours=1)})
    assert "nothing is due" in kind.fault(register.SpecialistDesk("x", "X"))


# --- deadlines


def watch(at: datetime) -> None:
    (task,) = [one for one in worker.tasks() if one.name == "watch-records"]
    with acting("worker"):
        task.call(at)


def overdue() -> list[tuple[str, str, UUID | None]]:
    found = Alarm.objects.filter(cleared_at=None)
    return list(found.values_list("kind", "about_kind", "about_id"))


@pytest.fixture
def pages(tmp_path: Path, settings: Settings) -> Path:
    """Where pages go: a folder instead of a mail server."""
    settings.MAILERS = {"default": {"BACKEND": "heedline.dispatch.folder.FolderMail"}}
    settings.PAGES_DIR = tmp_path
    return tmp_path


def paged(pages: Path, at: datetime) -> set[str]:
    with acting("worker"):
        paging.page_round(at, 0.0, PagerMemory())
    found = {str(message_from_bytes(path.read_bytes())["To"]) for path in pages.glob("*.eml")}
    for path in pages.glob("*.eml"):
        path.unlink()
    return {address.partition("@")[0] for address in found}


def test_a_missed_deadline_is_one_alarm_for_the_owner_until_the_visit_moves(
    people: People, pages: Path
) -> None:
    ref = asked(people)
    late = people.at + timedelta(days=2, minutes=1)
    watch(late - timedelta(minutes=2))
    assert overdue() == []
    for _ in range(2):
        watch(late)
    assert overdue() == [("record-overdue", About.RECORD, ref)]
    assert paged(pages, late) == {"olga"}, "nobody owns it: the supervisors of the desk"
    with people.sitting("Odile") as odile:
        (line,) = alarm_board.open_now(by=odile, at=late)
        assert (line.page, line.record, line.ref) == ("example-visit", ref, None)
        assert line.title.startswith("Visit ")
        assert not line.can_clear
        with pytest.raises(NotNow, match="next step"):
            alarms.clear(line.id, "false-alarm", by=odile, at=late)
        visits.move(ref, "take", by=odile, at=late)
    assert overdue() == []
    cleared = Alarm.objects.get(about_id=ref)
    assert (cleared.because, cleared.cleared_by) == ("record-moved", people.house.officers["Odile"].id)
    due = DeskRecord.objects.get(id=ref).due_at
    assert due is not None
    assert due > late, "the time of the next state"
    watch(due + timedelta(minutes=1))
    assert paged(pages, due + timedelta(minutes=1)) == {"odile"}, "its owner"
    with people.sitting("Odile") as odile:
        visits.move(ref, "hold", by=odile, at=due)
    watch(due + timedelta(days=9))
    assert overdue() == []


def test_the_board_and_my_work_count_a_visit_and_say_when_it_is_overdue(people: People) -> None:
    refs = [asked(people) for _ in range(3)]
    late = people.at + timedelta(days=30)
    with people.sitting("Odile") as odile:
        for ref in refs[:2]:
            visits.move(ref, "take", by=odile, at=people.at)
        visits.move(refs[1], "hold", by=odile, at=people.at)
        (mine,) = open_records.mine(by=odile, at=late)
        assert (mine.ref, mine.page, mine.overdue) == (refs[0], "example-visit", True)
        assert mine.due_words.startswith("Overdue by ")
        with pytest.raises(Refused):
            open_records.of_desk(odile.desks[0], by=odile, at=late)
    with people.sitting("Olga") as olga:
        here = pages_board.desk_led("north-east", by=olga)
        (count,) = pages_board.board(here, by=olga, at=people.at).records
        assert (count.plural, count.open, count.late) == ("Visits", 2, 0)
        (count,) = pages_board.board(here, by=olga, at=late).records
        assert (count.open, count.late) == (2, 2)
        assert {one.ref for one in open_records.of_desk(here, late=True, by=olga, at=late)} == {
            refs[0],
            refs[2],
        }
        assert open_records.mine(by=olga, at=late) == ()
    with people.sitting("Otto") as otto:
        assert open_records.mine(by=otto, at=late) == ()


@pytest.mark.parametrize(
    ("taken", "due"),
    [
        # Christmas on a Friday, its Monday for the day after, and a weekend
        (datetime(2026, 12, 23, 9, tzinfo=UTC), datetime(2026, 12, 30, 17, tzinfo=UTC)),
        # the clocks go forward on the 28th, between Good Friday and Easter Monday
        (datetime(2027, 3, 25, 9, tzinfo=UTC), datetime(2027, 4, 1, 16, tzinfo=UTC)),
        # the clocks go back on the 31st
        (datetime(2027, 10, 29, 9, tzinfo=UTC), datetime(2027, 11, 3, 17, tzinfo=UTC)),
    ],
)
def test_working_days_are_counted_in_the_calendar_of_the_desk(
    people: People, taken: datetime, due: datetime
) -> None:
    ref = asked(people)
    with people.sitting("Odile") as odile:
        visits.move(ref, "take", by=odile, at=taken)
    assert DeskRecord.objects.get(id=ref).due_at == due


def test_a_year_without_listed_holidays_is_refused_and_not_guessed(people: People) -> None:
    ref = asked(people)
    with people.sitting("Odile") as odile, pytest.raises(NotNow, match="holidays of 2029"):
        visits.move(ref, "take", by=odile, at=datetime(2028, 12, 29, 9, tzinfo=UTC))
    assert DeskRecord.objects.get(id=ref).version == 1


def test_giving_a_visit_back_wins_no_time(people: People) -> None:
    ref = asked(people)
    row = DeskRecord.objects.get(id=ref)
    with people.sitting("Odile") as odile:
        visits.move(ref, "take", by=odile, at=people.at)
        row.refresh_from_db()
        planned = row.due_at
        assert planned is not None
        visits.move(ref, "pass", by=odile, at=planned)
        row.refresh_from_db()
        assert row.due_at == planned, "the same state keeps its time"
        visits.move(ref, "give-back", by=odile, at=planned)
    row.refresh_from_db()
    assert row.due_at == planned


def test_the_worker_reads_when_a_record_is_due_and_not_what_it_is(people: People) -> None:
    asked(people)
    with acting("worker"):
        assert DeskRecord.objects.values_list("desk_id", "due_at", "id", "kind", "owner_id").count() == 1
        for column in ("container", "state", "version"):
            with pytest.raises(DatabaseError), transaction.atomic():
                list(DeskRecord.objects.values_list(column))
        with pytest.raises(DatabaseError), transaction.atomic():
            RecordStep.objects.exists()
