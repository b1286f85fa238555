"""Each hook of a specialist desk, walked for real with the example desk of tests/support/example_desk."""

from __future__ import annotations

import importlib
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from heedline.backups import dumping, folder, loading
from heedline.backups.plan import Side, copied, left_out
from heedline.casework.duty import alarm_board, desk_letters, paging
from heedline.casework.identity import data_inventory
from heedline.casework.journey import transitions
from heedline.casework.keys import directory
from heedline.casework.oversight import log_view
from heedline.casework.oversight.log_view import Sieve
from heedline.casework.pages.queues.queue import QueueView, queue
from heedline.casework.records import clock as records_clock
from heedline.casework.retention import keeping
from heedline.casework.setup import readdressing
from heedline.database import access
from heedline.desk_hooks import register
from heedline.desks.models import EpochKeyRow
from heedline.dispatch.chain import PagerMemory
from heedline.dispatch.clocks import slot_of
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import About, Alarm, Outbox
from heedline.jobs import worker
from heedline.jobs.demonstration import cast as demo
from heedline.jobs.demonstration.scenario import read_scenario
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.reports.models import (
    DeskPartHeader,
    DeskRecord,
    RecordMove,
    Report,
    SealedHeader,
    SealedPayload,
)
from heedline.web.office.report.report_words import act_words
from tests.support import stories
from tests.support.acting import acting
from tests.support.example_desk import checks, reading, visits
from tests.support.example_desk.models import FurtherCheck
from tests.support.example_desk.vocabulary import PART, ExampleAlarm, ExampleCapability
from tests.support.keeping_scene import with_leads
from tests.support.leaving_scene import a_third_officer, an_hour_later, ended, leaves, settled
from tests.support.scene_people import People, logged

pytestmark = pytest.mark.django_db
WHY = "Quagga-heliotrope: the times do not fit"


@pytest.fixture
def people(people: People) -> People:
    """Olga leads the north-east desk."""
    return with_leads(people)


@pytest.fixture
def pages(tmp_path: Path, settings: Settings) -> Path:
    """Where pages go: a folder instead of a mail server."""
    settings.MAILERS = {"default": {"BACKEND": "heedline.dispatch.folder.FolderMail"}}
    settings.PAGES_DIR = tmp_path
    return tmp_path


def asked(people: People, name: str = "Odile") -> UUID:
    """A report that `name` has taken and asked a further check of."""
    ref, _ = people.taken(name)
    with people.sitting(name) as by:
        checks.ask(ref, WHY, by=by, at=people.at)
    return ref


def kinds() -> set[str]:
    return set(Alarm.objects.filter(cleared_at=None).values_list("kind", flat=True))


def test_the_queue_has_its_column(people: People) -> None:
    ref, other = asked(people), people.send()[0]
    with people.sitting("Odile") as by:
        found = queue(by=by, at=people.at, view=QueueView())
    assert found.desk_columns == ("Further check",)
    assert {line.ref: line.desk_cells for line in found.lines} == {ref: ("Check waiting",), other: ("",)}


def test_the_permission_refuses(people: People) -> None:
    ref = asked(people)
    with people.sitting("Odile") as odile:
        with pytest.raises(Refused, match="role"):
            checks.check(ref, by=odile, at=people.at)
        assert not odile.may(ExampleCapability.CHECK)
    assert FurtherCheck.objects.filter(done=False).count() == 1
    assert len(logged("example-checked", thing=ref, refused=True)) == 1
    with people.sitting("Olga") as olga, pytest.raises(Refused, match="colleague"):
        checks.ask(ref, WHY, by=olga, at=people.at)  # its rule: nobody else holds the report
    with people.sitting("Olga") as olga:
        checks.check(ref, by=olga, at=people.at)
    assert FurtherCheck.objects.get().done


def test_the_letter_raises_an_alarm_that_pages_and_is_resolved(people: People, pages: Path) -> None:
    ref = asked(people)
    assert Outbox.objects.filter(letter="example-asked", thing_id=ref).count() == 1
    with acting("worker"):
        paging.drain(people.at)
        alarm = Alarm.objects.get(kind=ExampleAlarm.WAITING)
        assert (alarm.about_kind, alarm.about_id) == (About.REPORT, ref)
        assert paging.page_round(people.at, 0.0, PagerMemory()) >= 1
    assert paged(pages) == {"olga@unit.example"}, "the rule calls supervisors"
    with people.sitting("Odile") as odile:
        (line,) = [one for one in alarm_board.open_now(by=odile, at=people.at) if one.kind == alarm.kind]
        assert not line.can_acknowledge, "the rule asks for the desk's own capability"
        assert line.words == "A further check of a report waits for a supervisor"
    with people.sitting("Olga") as olga:
        checks.check(ref, by=olga, at=people.at)
    assert Alarm.objects.get(kind=ExampleAlarm.WAITING).because == "example-checked"


def test_a_letter_that_the_desk_carries_goes_out(people: People, pages: Path) -> None:
    ref = asked(people)
    with people.sitting("Olga") as olga:
        checks.check(ref, by=olga, at=people.at)
    with acting("worker"):
        paging.drain(people.at)
        assert Outbox.objects.filter(letter="example-checked").count() == 1, "no alarm of the core takes it"
        assert desk_letters.carry(people.at) == 1
        assert desk_letters.carry(people.at) == 0
    assert paged(pages) == {"olga@unit.example"}
    assert not Outbox.objects.filter(letter__startswith="example-").exists()


def paged(pages: Path) -> set[str]:
    return {str(message_from_bytes(path.read_bytes())["To"]) for path in pages.glob("*.eml")}


def test_the_office_writes_no_letter_that_nobody_declared(people: People) -> None:
    with people.sitting("Odile"), pytest.raises(DatabaseError), transaction.atomic():
        Outbox(letter="example-made-up", slot=slot_of(people.at)).save(force_insert=True)


def test_the_act_is_logged_and_has_words_for_overseers(people: People) -> None:
    ref = asked(people)
    (event,) = logged("example-asked", thing=ref)
    assert event.actor == people.house.officers["Odile"].id
    with people.sitting("Ned", unlocked=False) as ned:
        page = log_view.log(Sieve(act="example-asked"), by=ned)
        assert "example-asked" in log_view.choices(by=ned).acts
    assert [line.report for line in page.lines] == [ref]
    assert act_words("example-asked") == "Asked for a further check"


def test_the_clock_runs_out(people: People) -> None:
    ref = asked(people)
    (task,) = [one for one in worker.tasks() if one.name == "example-watch"]
    with acting("worker"):
        task.call(people.at + timedelta(hours=3))
        assert ExampleAlarm.LATE not in kinds()
        task.call(people.at + timedelta(hours=5))
        task.call(people.at + timedelta(hours=5))
    assert [one.about_id for one in Alarm.objects.filter(kind=ExampleAlarm.LATE)] == [ref]


def test_the_sealed_part_goes_along_when_the_report_is_handed_over(people: People) -> None:
    ref = asked(people)
    assert SealedPayload.objects.filter(report_id=ref).exists()
    with people.sitting("Odile") as odile:
        assert reading.reasons(ref, odile) == (WHY,)
        version = Report.objects.get(id=ref).version
        transitions.hand_over(ref, "south-west", "It is theirs", version=version, by=odile, at=people.at)
    with people.sitting("Otto") as otto:
        assert reading.reasons(ref, otto) == (WHY,)
        assert reading.waiting(ref, otto, people.at) == 1
    with people.sitting("Odile") as odile:
        assert reading.reasons(ref, odile) == ()
        assert reading.waiting(ref, odile, people.at) == 0, "row-level security hides the desk's table too"


def test_the_sealed_part_is_readdressed_when_somebody_leaves(people: People) -> None:
    ref = asked(people)
    a_third_officer(people)
    settled(people)
    before = SealedHeader.objects.get(report_id=ref, part=PART)
    leaves(people)
    people.tokens.clear()
    desk = people.house.desks["north-east"].id
    with people.sitting("Odile") as odile:
        assert readdressing.readdress(desk, by=odile, at=people.at).left == 0
    an_hour_later(desk)
    with people.sitting("Odile") as odile:
        gone = set(ended(people))
        for epoch in gone:
            readdressing.destroy(epoch, by=odile, at=people.at)
        assert reading.reasons(ref, odile) == (WHY,)
    after = SealedHeader.objects.get(report_id=ref, part=PART)
    assert bytes(after.header) != bytes(before.header)
    theirs = set(EpochKeyRow.objects.filter(desk_id=desk).values_list("id", flat=True))
    assert theirs & set(before.epochs) <= gone
    assert theirs & set(after.epochs)
    assert not gone & set(after.epochs)


def test_a_disposal_takes_the_part_and_the_row(people: People) -> None:
    ref = asked(people)
    kept = asked(people)
    with people.sitting("Odile") as odile:
        version = Report.objects.get(id=ref).version
        transitions.assess_and_close(
            ref, stories.VAGUE, stories.NOTHING, version=version, by=odile, at=people.at
        )
        ident = keeping.propose(ref, "no-purpose", by=odile, at=people.at)
    with people.sitting("Olga") as olga:
        assert keeping.decide(ident, dispose=True, by=olga, at=people.at)
    assert list(FurtherCheck.objects.values_list("report_id", flat=True)) == [kept]
    assert list(SealedHeader.objects.filter(part=PART).values_list("report_id", flat=True)) == [kept]


def test_the_part_and_the_row_are_backed_up_and_restored(people: People, tmp_path: Path) -> None:
    ref = asked(people)
    settled(people)
    before = list(FurtherCheck.objects.values())
    halves = _back_up(people, tmp_path)
    assert "example_further_check.copy" in {one.file for one in halves[Side.BODIES][1].parts}
    raw = connection.connection
    tables = ", ".join(dict.fromkeys(one.table for one in copied()))
    raw.execute("SET CONSTRAINTS ALL IMMEDIATE")
    raw.execute("SET LOCAL session_replication_role = replica")  # the log lets nobody truncate it
    raw.execute(f"TRUNCATE {tables} CASCADE")
    raw.execute("SET LOCAL session_replication_role = origin")
    assert not FurtherCheck.objects.exists()
    with loading.as_owner(raw):
        loading.copy_in(raw, halves, lambda words: None)
    assert list(FurtherCheck.objects.values()) == before
    directory.forget()
    people.tokens.clear()
    with people.sitting("Odile") as odile:
        assert reading.reasons(ref, odile) == (WHY,)


def _back_up(people: People, place: Path) -> loading.Halves:
    """Copy both sides out of the test's own transaction, and read them back as a restore does."""
    raw = connection.connection
    running = slot_of(people.at + timedelta(days=1))
    run, done = folder.new_run(people.at.date()), {}
    for side in Side:
        (place / str(side)).mkdir(mode=0o700)
        writing = folder.BackupWriter(folder.fit(place / str(side)), run, str(side))
        dumping.copy_out(raw, side, writing, running=running, told=lambda words: None)
        writing.finish(dumping.manifest_of(dumping.moment(raw), side, run, "", running, writing))
        done[side] = writing.give_name()
    return loading.believed(done, lambda words: None)


def test_every_table_of_the_desk_is_in_the_backup_and_in_the_statement() -> None:
    assert {one.table for one in copied()} | set(left_out()) == set(access.tables())
    (line,) = [one for one in data_inventory.holds() if "example_further_check" in one.columns]
    fields = {field.column for field in FurtherCheck._meta.concrete_fields}
    assert set(line.columns["example_further_check"].split()) == fields


def test_the_demonstration_loads_its_data(people: People) -> None:
    """By the demonstration's own loader, with one of its people and one of its reports."""
    ref, code = people.taken()
    name = "Odile Marchetti"
    scenario = read_scenario(load_pack("uk"))
    cast = demo._Cast(
        replace(scenario, people=tuple(one for one in scenario.people if one[0] == name)),
        officers={name: people.house.officers["Odile"]},
        keys={name: people.house.keys["Odile"]},
    )
    with acting("office"):
        demo._specialist_desks(cast, [demo._Sent(ref, code, {}, "north-east")])
    with people.sitting("Odile") as odile:
        assert reading.reasons(ref, odile) == ("Invented: the times do not fit.",)


def _walls() -> list[tuple[str, bool]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, relforcerowsecurity FROM pg_class WHERE relrowsecurity ORDER BY 1")
        return list(cursor.fetchall())


def test_removing_it_is_one_line_and_one_migration(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """The migration back leaves nothing of the desk in the database, and the core goes on without it."""
    ref = asked(people)
    with acting("worker"):
        paging.drain(people.at)
    assert kinds() == {ExampleAlarm.WAITING}
    asked(people)  # its letter still lies in the outbox
    with people.sitting("Odile") as odile:
        visits.ask(people.house.desks["north-east"].id, "The theatre", by=odile, at=people.at)
    with acting("worker"):
        records_clock.watch(people.at + timedelta(days=3))
    assert kinds() == {ExampleAlarm.WAITING, AlarmKind.RECORD_OVERDUE}
    walls = [one for one in _walls() if not one[0].startswith("example")]
    module = importlib.import_module("tests.support.example_desk.migrations.0001_initial")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with acting("owner"):
            for statement, *values in module.Migration.operations[2].reverse_sql:
                cursor.execute(statement, *values)
            cursor.execute(module.Migration.operations[1].reverse_sql)
            cursor.execute("DROP TABLE example_further_check")
        cursor.execute("SELECT relname FROM pg_class WHERE relname LIKE 'example%'")
        assert cursor.fetchall() == []
        cursor.execute("SELECT policyname FROM pg_policies WHERE policyname LIKE '%example%'")
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        kept = {name for name in access.tables() if not name.startswith("example")}
        assert {name for (name,) in cursor.fetchall()} == kept
    assert _walls() == walls
    assert not Outbox.objects.filter(letter__startswith="example-").exists()
    assert not Alarm.objects.exists()
    assert not SealedHeader.objects.filter(part=PART).exists()
    assert not any(model.objects.exists() for model in (DeskRecord, DeskPartHeader))
    assert not RecordMove.objects.filter(kind__startswith="example").exists()
    with people.sitting("Odile"), pytest.raises(DatabaseError), transaction.atomic():
        Outbox(letter="example-asked", slot=slot_of(people.at)).save(force_insert=True)
    monkeypatch.setattr(register, "_desks", {})
    people.read(ref)
    with people.sitting("Odile") as odile:
        found = queue(by=odile, at=people.at, view=QueueView())
    assert (found.desk_columns, {line.desk_cells for line in found.lines}) == ((), {()})


def test_an_alarm_of_a_removed_desk_stops_no_page(
    people: People, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where the setting was changed and the migration forgotten."""
    asked(people)
    with acting("worker"):
        paging.drain(people.at)
        monkeypatch.setattr(register, "_desks", {})
        paging.task_failed(people.at)
        assert paging.page_round(people.at, 0.0, PagerMemory()) == 1
    with people.sitting("Nadia") as nadia:
        assert [line.kind for line in alarm_board.open_now(by=nadia, at=people.at)] == ["worker-failing"]
