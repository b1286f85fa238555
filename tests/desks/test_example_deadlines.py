"""The deadlines of records, with the visits of the example desk: their alarm, the board, My work, working days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction
from pytest_django import Settings

from heedline.casework.duty import alarm_board, alarms, paging
from heedline.casework.pages.board import board as pages_board
from heedline.casework.records import open_records
from heedline.casework.setup import leavers
from heedline.dispatch.chain import PagerMemory
from heedline.dispatch.models import About, Alarm
from heedline.jobs import worker
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord, RecordStep
from tests.support.acting import acting
from tests.support.example_desk import visits
from tests.support.keeping_scene import with_leads
from tests.support.leaving_scene import a_third_officer
from tests.support.scene_people import People
from tests.support.visit_scene import asked, made

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(people: People) -> People:
    """Olga leads the north-east desk."""
    return with_leads(people)


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


def test_an_owner_who_has_left_the_desk_is_not_paged_about_what_they_cannot_open(
    people: People, pages: Path
) -> None:
    ref, house = asked(people), people.house
    made(people, ref, "Odile", "take")
    a_third_officer(people)
    with acting("office"):
        leavers.leave_desk(
            house.officers["Odile"], house.desks["north-east"], hands=house.hands, at=people.at
        )
    late = people.at + timedelta(days=30)
    watch(late)
    assert paged(pages, late) == {"olga"}, "the supervisors, at once"


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
    ref, last = asked(people), load_pack("uk").working_days.last_year
    with people.sitting("Odile") as odile, pytest.raises(NotNow, match=f"holidays of {last + 1}"):
        visits.move(ref, "take", by=odile, at=datetime(last, 12, 29, 9, tzinfo=UTC))
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
        for column in ("container", "version"):
            with pytest.raises(DatabaseError), transaction.atomic():
                list(DeskRecord.objects.values_list(column))
        for column in ("by", "note"):
            with pytest.raises(DatabaseError), transaction.atomic():
                list(RecordStep.objects.values_list(column))
