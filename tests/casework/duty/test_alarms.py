"""Tests for what raises alarms, who sees them, and that only a named person can clear them, with a reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from heedline.casework.duty import alarm_board, alarms, paging
from heedline.casework.duty.alarm_board import AlarmLine
from heedline.casework.errors import NotHere
from heedline.dispatch.clocks import day_of, minute_of, slot_of
from heedline.dispatch.models import Alarm, WorkerBeat
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Message, Report
from tests.support.acting import acting
from tests.support.duty_scene import NOON, Scene, events, play

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def scene(settings: Settings, tmp_path: Path) -> Scene:
    settings.MAILERS = {"default": {"BACKEND": "heedline.dispatch.folder.FolderMail"}}
    settings.PAGES_DIR = tmp_path
    settings.DEMO = False
    return play(tmp_path)


def seen_by(scene: Scene, name: str) -> list[AlarmLine]:
    with scene.sitting(name) as here:
        return list(alarm_board.open_now(by=here, at=NOON))


def take(scene: Scene, name: str, report: UUID) -> None:
    """Change the row as `journey.take` does, and resolve its alarms."""
    Report.objects.filter(id=report).update(
        stage="taken", slot=None, owner=scene.people[name], seen=True, due_at=NOON + HOUR
    )
    with scene.sitting(name) as here, transaction.atomic():
        alarms.resolve_for(report, by=here, at=NOON)


# --- raising -------------------------------------------------------------------------------------------------------


def test_a_report_at_a_desk_where_nobody_is_calls_the_watch_until_it_is_taken(scene: Scene) -> None:
    scene.on_duty("Nadia", "national")
    report = scene.report("north-east", watch="national")
    scene.tick(5)
    assert scene.open_kinds() == ["nobody-on-duty"]
    (line,) = seen_by(scene, "Nadia")
    assert (line.kind, line.desk_name, line.ref) == ("nobody-on-duty", "North-East", report)
    assert line.raised_words == "today, 12:00 to 12:15"
    assert not line.can_clear
    # somebody comes on duty: the alarm stays, because the report is still waiting
    scene.on_duty("Odile", "north-east")
    scene.watch(NOON + HOUR)
    assert "nobody-on-duty" in scene.open_kinds()
    with scene.sitting("Nadia") as nadia, pytest.raises(NotNow, match="until an officer has taken it"):
        alarms.clear(line.id, "being-dealt-with", by=nadia, at=NOON + HOUR)
    take(scene, "Nadia", report)
    assert "nobody-on-duty" not in scene.open_kinds()
    cleared = Alarm.objects.get(kind="nobody-on-duty")
    assert (cleared.cleared_by, cleared.because) == (scene.people["Nadia"].id, "taken")


def test_the_page_about_a_report_without_danger_waits_for_the_end_of_the_quarter_hour(scene: Scene) -> None:
    scene.on_duty("Nadia", "national")
    scene.report("north-east")
    assert scene.tick(5) == 0
    assert scene.tick(7 * 60 + 25) == 0
    assert scene.tick(7 * 60 + 30) == 1
    assert scene.paged() == ["nadia"]


def test_in_danger_the_watch_is_called_at_once_when_nobody_is_there(scene: Scene) -> None:
    scene.on_duty("Nadia", "national")
    scene.report("north-east", "danger", watch="national")
    assert scene.tick(5) == 2
    assert scene.open_kinds() == ["danger", "nobody-on-duty"]
    assert scene.paged() == ["nadia"]


def test_a_staffed_desk_has_no_alarm(scene: Scene) -> None:
    scene.on_duty("Odile", "north-east")
    scene.report("north-east")
    scene.tick(5)
    scene.watch(NOON)
    assert scene.open_kinds() == []


def test_going_off_duty_alarms_for_what_still_waits(scene: Scene) -> None:
    scene.on_duty("Odile", "north-east", hours=1)
    scene.report("north-east")
    scene.tick(5)
    scene.watch(NOON + timedelta(minutes=59))
    assert scene.open_kinds() == []
    scene.watch(NOON + HOUR)
    assert scene.open_kinds() == ["nobody-on-duty"]


def test_draining_twice_and_watching_twice_raise_one_alarm(scene: Scene) -> None:
    scene.report("north-east", "danger")
    for second in (5, 10, 15):
        scene.tick(second)
        scene.watch(NOON)
    assert scene.open_kinds() == ["danger", "nobody-on-duty"]


def test_a_letter_about_a_report_that_was_taken_meanwhile_raises_nothing(scene: Scene) -> None:
    report = scene.report("north-east", "danger")
    take(scene, "Odile", report)
    scene.tick(5)
    assert scene.open_kinds() == []


def test_a_report_past_its_clock_is_overdue(scene: Scene) -> None:
    scene.on_duty("Odile", "north-east")
    scene.report("north-east", "soon")  # due at 12:15 + 15 minutes
    scene.watch(slot_of(NOON) + timedelta(minutes=30))
    assert scene.open_kinds() == ["planned"], "somebody takes it"
    scene.watch(slot_of(NOON) + timedelta(minutes=31))
    assert scene.open_kinds() == ["overdue", "planned"]


def test_a_report_in_danger_that_is_given_back_calls_again(scene: Scene) -> None:
    scene.on_duty("Odile", "north-east")
    report = scene.report("north-east", "danger")
    scene.tick(5)
    take(scene, "Odile", report)
    assert scene.open_kinds() == []
    Report.objects.filter(id=report).update(stage="waiting", owner=None)
    scene.watch(NOON + timedelta(minutes=2))
    assert scene.open_kinds() == ["danger"]


def test_an_overdue_report_pages_once_but_in_danger_up_the_chain(scene: Scene) -> None:
    scene.on_duty("Odile", "north-east")
    for urgency, pages in (("soon", 1), ("danger", 4)):
        report = scene.report("north-east", urgency)
        take(scene, "Odile", report)  # and then nothing happens
        scene.watch(NOON + 2 * HOUR)
        assert scene.open_kinds() == ["overdue"]
        scene.paged()
        moved = [second for second in range(0, 700, 30) if scene.tick(second, start=NOON + 2 * HOUR)]
        assert len(moved) == pages
        with scene.sitting("Odile") as odile:
            alarms.clear(
                Alarm.objects.get(cleared_at=None).id, "being-dealt-with", by=odile, at=NOON + 2 * HOUR
            )
        for stage in ("waiting", "closed"):  # given back, and swept
            Report.objects.filter(id=report).update(stage=stage, owner=None)


def test_a_message_that_nobody_reads_alarms(scene: Scene) -> None:
    scene.on_duty("Odile", "north-east", hours=72)
    report = scene.report("north-east")
    take(scene, "Odile", report)
    Report.objects.filter(id=report).update(due_at=NOON + timedelta(days=9))
    Message.objects.create(
        report_id=report,
        from_us=False,
        container=uuid4(),
        slot=slot_of(NOON),
        sent_on=NOON.date(),
        position=1,
    )
    with acting("worker"):
        paging.watch_messages(NOON + timedelta(hours=23))
        assert not Alarm.objects.exists()
        paging.watch_messages(NOON + timedelta(hours=25))
        paging.watch_messages(NOON + timedelta(hours=25))
    assert scene.open_kinds() == ["message-waiting"]


def test_a_later_message_that_nobody_reads_pages_again(scene: Scene) -> None:
    scene.on_duty("Odile", "north-east", hours=72)
    report = scene.report("north-east")
    take(scene, "Odile", report)
    day = timedelta(days=1)
    for position, sent in ((1, NOON), (2, NOON + 2 * day)):
        Message.objects.create(
            report_id=report,
            from_us=False,
            container=uuid4(),
            slot=slot_of(sent),
            sent_on=sent.date(),
            position=position,
        )
    with acting("worker"):
        paging.watch_messages(NOON + 2 * day)
    with scene.sitting("Odile") as odile:
        alarms.acknowledge(Alarm.objects.get().id, by=odile, at=NOON + 2 * day)
    for hours, paged in ((23, False), (25, True)):
        with acting("worker"):
            paging.watch_messages(NOON + 2 * day + timedelta(hours=hours))
        assert (Alarm.objects.get().acknowledged_at is None) is paged, hours


def test_a_failing_task_is_an_alarm_of_the_watch_and_is_raised_again_when_it_fails_again(
    scene: Scene,
) -> None:
    with acting("worker"):
        paging.task_failed(NOON)
        paging.task_failed(NOON)
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.desk, alarm.about_id) == ("worker-failing", scene.desks["national"], None)
    with scene.sitting("Nadia") as nadia:
        alarms.clear(alarm.id, "put-right", by=nadia, at=NOON)
    with acting("worker"):
        assert not Alarm.objects.filter(cleared_at=None).exists()
        paging.task_failed(NOON + HOUR)
        assert Alarm.objects.filter(cleared_at=None).count() == 1


# --- seeing and answering ------------------------------------------------------------------------------------------


def test_another_desk_sees_no_alarm_and_cannot_answer_one(scene: Scene) -> None:
    scene.report("north-east", "danger")
    scene.tick(5)
    alarm = Alarm.objects.get(kind="danger").id
    assert [line.kind for line in seen_by(scene, "Odile")] == ["danger", "nobody-on-duty"]
    assert seen_by(scene, "Otto") == []
    for ask in (
        lambda by: alarms.acknowledge(alarm, by=by, at=NOON),
        lambda by: alarms.clear(alarm, "false-alarm", by=by, at=NOON),
    ):
        for name, wanted in (("Otto", alarm), ("Odile", uuid4())):
            with scene.sitting(name) as here, pytest.raises(NotHere):
                ask(here) if wanted == alarm else alarms.acknowledge(wanted, by=here, at=NOON)


def test_the_database_hides_the_alarms_of_other_desks_from_a_query_without_scope(scene: Scene) -> None:
    scene.report("north-east", "danger")
    scene.tick(5)
    with scene.sitting("Otto"):
        assert Alarm.objects.count() == 0
    with scene.sitting("Nadia"):
        assert Alarm.objects.count() == 2
    with acting("office"):
        assert Alarm.objects.count() == 0


def test_the_watch_sees_that_there_is_a_report_only_where_it_may_see_the_report(scene: Scene) -> None:
    scene.report("north-east")
    scene.tick(5)
    (line,) = seen_by(scene, "Nadia")
    assert line.ref is None


def test_acknowledging_one_alarm_of_a_report_answers_all_of_them(scene: Scene) -> None:
    scene.report("north-east", "danger")
    scene.report("south-west", "danger")
    scene.tick(5)
    with scene.sitting("Nadia") as nadia:
        assert alarms.unanswered(by=nadia).count() == 4
        alarms.acknowledge(alarm_board.open_now(by=nadia, at=NOON)[0].id, by=nadia, at=NOON)
        assert alarms.unanswered(by=nadia).count() == 2
        alarms.acknowledge(Alarm.objects.filter(acknowledged_at=None)[0].id, by=nadia, at=NOON)
        assert alarms.unanswered(by=nadia).count() == 0


def test_the_watch_does_not_silence_a_desk_that_is_there(scene: Scene) -> None:
    """The round-the-clock desk could end the paging of a regional desk by acknowledging for it."""
    scene.on_duty("Odile", "north-east")
    scene.report("north-east", "danger")
    scene.tick(5)
    alarm = Alarm.objects.get(kind="danger")
    with scene.sitting("Nadia") as nadia:
        (line,) = alarm_board.open_now(by=nadia, at=NOON)
        assert not line.can_acknowledge
        with pytest.raises(Refused, match="on duty at that desk"):
            alarms.acknowledge(alarm.id, by=nadia, at=NOON)
    alarm.refresh_from_db()
    assert alarm.acknowledged_at is None
    with scene.sitting("Odile") as odile:
        alarms.acknowledge(alarm.id, by=odile, at=NOON)
    alarm.refresh_from_db()
    assert alarm.acknowledged_by == scene.people["Odile"].id


def test_acknowledging_twice_keeps_the_first_name(scene: Scene) -> None:
    scene.report("north-east", "danger")
    scene.tick(5)
    alarm = Alarm.objects.get(kind="danger")
    for name in ("Odile", "Nadia"):
        with scene.sitting(name) as here:
            alarms.acknowledge(alarm.id, by=here, at=NOON)
    alarm.refresh_from_db()
    assert alarm.acknowledged_by == scene.people["Odile"].id


def test_an_overdue_report_that_was_taken_still_needs_a_reason_from_a_named_person(scene: Scene) -> None:
    scene.on_duty("Odile", "north-east")
    report = scene.report("north-east", "soon")
    scene.watch(NOON + HOUR)
    take(scene, "Odile", report)
    assert scene.open_kinds() == ["overdue"]
    alarm = Alarm.objects.get(kind="overdue")
    assert alarm.acknowledged_by == scene.people["Odile"].id
    assert alarm.slot == day_of(NOON), "only the day of the arrival is kept"
    with scene.sitting("Odile") as odile:
        (line,) = alarm_board.open_now(by=odile, at=NOON + HOUR)
    assert line.raised_words == "today", "and no quarter hour that it was not raised in"
    for nothing in ("", "   ", "because I say so"):
        with scene.sitting("Odile") as odile, pytest.raises(NotNow, match="Give a reason"):
            alarms.clear(alarm.id, nothing, by=odile, at=NOON + HOUR)
    with scene.sitting("Odile") as odile:
        alarms.clear(alarm.id, "desk-was-busy", by=odile, at=NOON + HOUR)
        with pytest.raises(NotHere):
            alarms.clear(alarm.id, "desk-was-busy", by=odile, at=NOON + HOUR)
    alarm.refresh_from_db()
    assert (alarm.cleared_by, alarm.because) == (scene.people["Odile"].id, "desk-was-busy")
    taken, event = events("alarm-cleared")
    assert taken["detail"] == {"kind": "planned", "because": "taken"}
    assert event["detail"] == {"kind": "overdue", "because": "desk-was-busy"}


def test_a_deadline_missed_after_the_acknowledgement_pages_again(scene: Scene) -> None:
    """Taking an overdue danger report acknowledges its alarm, but missing the next action must page again."""
    scene.on_duty("Odile", "north-east")
    report = scene.report("north-east", "danger")
    late = NOON + HOUR
    scene.watch(late)
    take(scene, "Odile", report)
    Alarm.objects.filter(kind="overdue").update(acknowledged_at=late)
    Report.objects.filter(id=report).update(due_at=late + timedelta(minutes=10))
    scene.watch(late + timedelta(minutes=9))
    assert Alarm.objects.get(kind="overdue").acknowledged_at == late
    scene.paged()
    after = late + timedelta(minutes=11)
    scene.watch(after)
    alarm = Alarm.objects.get(kind="overdue")
    assert (alarm.acknowledged_at, alarm.acknowledged_by, alarm.slot) == (None, None, slot_of(after))
    assert scene.tick(0, start=after) == 1
    assert "odile" in scene.paged()
    with scene.sitting("Odile") as odile:
        alarms.acknowledge(alarm.id, by=odile, at=after)
    scene.watch(after + HOUR)
    assert Alarm.objects.get(kind="overdue").acknowledged_at == after, "it was said of this deadline"


def test_a_desk_is_not_paged_again_for_a_report_that_it_handed_over(scene: Scene) -> None:
    scene.on_duty("Odile", "north-east", hours=48)
    report = scene.report("north-east")
    late = NOON + timedelta(days=1)
    scene.watch(late)
    take(scene, "Odile", report)
    Alarm.objects.filter(kind="overdue").update(acknowledged_at=late)
    Report.objects.filter(id=report).update(desk=scene.desks["south-west"], due_at=late + HOUR)
    scene.watch(late + 2 * HOUR)
    standing = dict(Alarm.objects.filter(kind="overdue").values_list("desk__code", "acknowledged_at"))
    assert standing == {"north-east": late, "south-west": None}


def test_clearing_buys_the_same_time_once_more_and_not_for_ever(scene: Scene) -> None:
    scene.on_duty("Odile", "north-east", hours=48)
    scene.report("north-east", "soon")  # the first priority is high: to be handed on within 30 minutes
    later = NOON + HOUR
    scene.watch(later)
    with scene.sitting("Odile") as odile:
        alarms.clear(Alarm.objects.get(kind="overdue").id, "desk-was-busy", by=odile, at=later)
    scene.watch(later + timedelta(minutes=30))
    assert scene.open_kinds() == ["planned"]
    scene.watch(later + timedelta(minutes=31))
    assert scene.open_kinds() == ["overdue", "planned"]


def test_no_alarm_goes_without_a_name(scene: Scene) -> None:
    scene.report("north-east", "danger")
    scene.tick(5)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alarm.objects.update(cleared_at=NOON)


def test_taking_coarsens_the_slot_of_every_alarm_of_the_report(scene: Scene) -> None:
    report = scene.report("north-east", "danger")
    scene.tick(5)
    assert set(Alarm.objects.values_list("slot", flat=True)) == {slot_of(NOON)}
    take(scene, "Odile", report)
    assert set(Alarm.objects.values_list("slot", flat=True)) == {day_of(NOON)}


def test_stewards_answer_no_alarms(scene: Scene) -> None:
    scene.report("north-east", "danger")
    scene.tick(5)
    scene.officer("Stella", "north-east", "steward")
    alarm = Alarm.objects.get(kind="danger").id
    with scene.sitting("Stella") as stella:
        assert alarm_board.open_now(by=stella, at=NOON) == ()
        with pytest.raises(NotHere):
            alarms.acknowledge(alarm, by=stella, at=NOON)


# --- the worker ----------------------------------------------------------------------------------------------------


def test_the_worker_shows_that_it_runs_to_the_minute(scene: Scene) -> None:
    at = datetime.now(UTC)
    assert not alarms.somebody_is_paged(), "it has never run"
    with acting("worker"):
        paging.beat(at - timedelta(minutes=1), thread=WorkerBeat.DANGERS)
        assert WorkerBeat.objects.get().minute == minute_of(at - timedelta(minutes=1))
    assert alarms.somebody_is_paged()


@pytest.mark.parametrize(
    "table",
    ["reports_sealed_payload", "reports_sealed_header", "keys_wrapping", "permits_unlocked", "intake_draft"],
)
def test_the_worker_reads_nothing_sealed_and_no_keys(scene: Scene, table: str) -> None:
    from django.db import ProgrammingError

    with acting("worker"), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table}")


def test_the_worker_makes_no_keys(scene: Scene) -> None:
    from django.db import ProgrammingError

    for statement in (
        "INSERT INTO keys_statement (id, serial, kind, signed) VALUES (gen_random_uuid(), 1, 'epoch', '')",
        "SELECT sealed FROM keys_grant",
        "INSERT INTO keys_epoch (id, desk_id, opens_on) VALUES (gen_random_uuid(), gen_random_uuid(), now())",
    ):
        with (
            acting("worker"),
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
        ):
            with connection.cursor() as cursor:
                cursor.execute(statement)


def test_a_letter_is_drained_once(scene: Scene) -> None:
    assert paging.drain(NOON) == 0
    scene.report("north-east")
    assert paging.drain(NOON) == 1
    assert paging.drain(NOON) == 0
