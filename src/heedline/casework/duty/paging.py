"""The worker's alarm and paging tasks.

The worker turns outbox letters into alarms and alarms into pages, and watches deadlines. Nothing here
opens sealed content. Nothing here knows an exact time of arrival except the pager's memory
(`dispatch.chain`). Every function is one task of the worker and is safe to repeat.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Least

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.duty import alarm_kinds, desk_letters, on_call, page_rounds
from heedline.casework.duty.alarms import coarsen
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import health
from heedline.desks import duty_hours
from heedline.desks.models import CANARY, PARTNER, Desk
from heedline.dispatch import clockwork
from heedline.dispatch.chain import Deadlines, PagerMemory
from heedline.dispatch.clocks import (
    may_raise_again,
    message_due,
    minute_of,
    slot_of,
)
from heedline.dispatch.letters import AlarmKind, Letter
from heedline.dispatch.models import Alarm, Outbox, WorkerBeat
from heedline.dispatch.pages import PageWord
from heedline.dispatch.turns import one_at_a_time
from heedline.packs import Pack, load_pack
from heedline.packs.urgency import PAGED
from heedline.reports.lifecycle import Stage
from heedline.reports.models import CallBack, IdentityRequest, Message, Report

_ONCE_A_DAY = timedelta(days=1)
#: An authoriser decides within this, else everybody who could is called.
DECIDED_WITHIN = timedelta(minutes=10)
#: Attempts to call back that reached nobody before a supervisor is told.
ENOUGH_MISSED = 2
_BATCH = 500
#: Reports that page their desk when they arrive, until an officer has given them a priority.
_PAGED = Q(urgency__in=sorted(PAGED), priority="")
_MOST_FAILURES = 30_000
#: What this process remembers of exact times.
_memory = PagerMemory()


def _pack() -> Pack:
    return load_pack(settings.PACK)


# --- raising -------------------------------------------------------------------------------------------------------


def raise_alarms(kind: str, at: datetime, about: Iterable[tuple[UUID, UUID | None]]) -> None:
    """Raise an alarm for each (desk, report) pair that does not already have this alarm open."""
    _raise((kind, at, desk, ident) for desk, ident in about)


def _raise(wanted: Iterable[tuple[str, datetime, UUID, UUID | None]]) -> None:
    """Raise alarms of several kinds and times, each (kind, time, desk, subject), in one query."""
    Alarm.objects.bulk_create(
        [
            Alarm(desk_id=desk, slot=slot_of(at), **alarm_kinds.about(kind, ident))
            for kind, at, desk, ident in wanted
        ],
        ignore_conflicts=True,
    )


def raise_for_all(kind: str, at: datetime) -> None:
    """Raise an alarm that concerns the whole installation.

    It is attached to a desk that always exists.
    """
    desk = duty_hours.desk_for_everything()
    if desk is not None:
        raise_alarms(kind, at, [(desk, None)])


def raise_late(kind: str, at: datetime, late: Iterable[tuple[UUID, UUID, timedelta]]) -> None:
    """Raise an alarm of this `kind` for each overdue report, unless one was cleared recently.

    Each entry of `late` is (desk, report, allowed time). Clearing the alarm grants the allowed time once
    more, after which the alarm is raised again.
    """
    standing = set(Alarm.objects.filter(kind=kind, cleared_at=None).values_list("desk_id", "about_id"))
    new = [one for one in late if one[:2] not in standing]
    if not new:
        return
    cleared = Alarm.objects.filter(
        kind=kind, about_id__in=[one[1] for one in new], cleared_at__isnull=False
    ).values_list("desk_id", "about_id")
    # by desk: what another heard, or put away, before it gave the report here buys this one nothing
    last = {(desk, report): when for desk, report, when in cleared.annotate(last=Max("cleared_at"))}
    raise_alarms(
        kind,
        at,
        [
            (desk, r)
            for desk, r, allowed in new
            if (desk, r) not in last or may_raise_again(last[desk, r], allowed, at)
        ],
    )


def raise_missing(kind: str, at: datetime, about: Iterable[tuple[UUID, UUID]]) -> None:
    """Raise an alarm for each (desk, subject) pair whose subject has no such alarm open at any desk."""
    standing = set(Alarm.objects.filter(kind=kind, cleared_at=None).values_list("about_id", flat=True))
    raise_alarms(kind, at, [(desk, ident) for desk, ident in about if ident not in standing])


def _raise_waiting(kind: str, reports: QuerySet[Report], at: datetime) -> None:
    raise_missing(kind, at, reports.values_list("desk_id", "id"))


def drain(at: datetime, *, dangers: bool = False) -> int:
    """Turn the letters in the outbox into alarms and return the number of letters.

    With `dangers`, only the letters that tell of danger, however many others wait. A letter is removed in the same
    transaction that raises its alarms. No letter is lost, and repeating the call does nothing.
    """
    others = [Letter.SENT_TO_PARTNER, *desk_letters.carried()]  # those: dissemination/clock.py
    ours = Outbox.objects.exclude(letter__in=others)
    if dangers:
        ours = ours.filter(
            Q(letter__in=_urgent_letters())
            | Q(thing_id__in=Report.objects.filter(Q(rank=0) | _PAGED, stage=Stage.WAITING).values("id"))
        )
    done = 0
    while True:
        with transaction.atomic():
            letters = list(ours.select_for_update(skip_locked=True).order_by("id")[:_BATCH])
            _raise_for(letters, at)
            Outbox.objects.filter(id__in=[one.id for one in letters]).delete()
        done += len(letters)
        if len(letters) < _BATCH:
            return done


def _urgent_letters() -> list[str]:
    rules = (rule for _, rule in alarm_kinds.every_kind() if rule.word is PageWord.DANGER)
    return [str(rule.raised_by) for rule in rules if rule.raised_by is not None]


def _raise_for(letters: Sequence[Outbox], at: datetime) -> None:
    waiting = Report.objects.filter(
        id__in=[one.thing_id for one in letters if one.thing_id], stage=Stage.WAITING
    ).exclude(desk__kind=CANARY)
    facts = {report: (desk, rank) for report, desk, rank in waiting.values_list("id", "desk_id", "rank")}
    paged = set(waiting.filter(_PAGED).values_list("id", flat=True))
    staffed = duty_hours.staffed_desks(at)
    wanted: list[tuple[str, datetime, UUID, UUID | None]] = []
    told: dict[UUID, datetime] = {}
    for letter in letters:
        kind = alarm_kinds.raised_by(letter.letter)
        if kind is not None and letter.desk is not None:
            wanted.append((kind, letter.slot, letter.desk, letter.thing_id))
            if kind == AlarmKind.DANGER_TOLD and letter.thing_id is not None:
                told[letter.thing_id] = letter.slot
        if letter.thing_id not in facts:
            continue  # taken already, or nothing that waits
        desk, rank = facts[letter.thing_id]
        about = letter.slot, desk, letter.thing_id
        if rank == 0:
            wanted.append((AlarmKind.DANGER, *about))
        if letter.thing_id in paged:
            wanted.append((AlarmKind.PLANNED, *about))
        if desk not in staffed:
            wanted.append((AlarmKind.NOBODY_ON_DUTY, *about))
    _wake(told)
    _raise(wanted)


def _wake(told: Mapping[UUID, datetime]) -> None:
    """Page again about dangers that were told again, whoever acknowledged their alarms before.

    `told` has the quarter hour of each report.
    """
    for slot in set(told.values()):
        about = [report for report, when in told.items() if when == slot]
        Alarm.objects.filter(kind=AlarmKind.DANGER_TOLD, about_id__in=about, cleared_at=None).update(
            acknowledged_by=None, acknowledged_at=None, steps_sent=0, slot=slot, settled=False
        )


def watch_clocks(at: datetime) -> int:
    """Raise alarms for missed deadlines and unattended reports, and return the number of open alarms.

    A report is unattended if it is waiting at a desk with nobody on duty.
    """
    pack = _pack()
    due, first = Report.objects.exclude(stage=Stage.CLOSED).filter(due_at__lt=at), pack.first_priority
    late, closing = due.exclude(stage=Stage.CLOSING), due.filter(stage=Stage.CLOSING)
    allowed = pack.clock("closing")
    kept = [(desk, report, allowed) for desk, report in closing.values_list("desk_id", "id")]
    raise_late(AlarmKind.CLOSING_LATE, at, kept)
    raise_late(
        AlarmKind.OVERDUE,
        at,
        [
            (desk, report, pack.priorities["danger" if rank == 0 else priority or first[urgency]].next_within)
            for report, desk, rank, priority, urgency in late.values_list(
                "id", "desk_id", "rank", "priority", "urgency"
            )
        ],
    )
    known = late.filter(id__in=_acknowledged(AlarmKind.OVERDUE).values("about_id"))
    dues = {(desk, report): due for desk, report, due in known.values_list("desk_id", "id", "due_at")}
    _wake_missed_again(AlarmKind.OVERDUE, dues, at)
    waiting = Report.objects.filter(stage=Stage.WAITING)
    _raise_waiting(
        AlarmKind.DANGER, waiting.filter(rank=0), at
    )  # given back, reopened, or a letter that was lost
    _raise_waiting(AlarmKind.PLANNED, waiting.filter(_PAGED), at)
    _raise_waiting(AlarmKind.NOBODY_ON_DUTY, waiting.exclude(desk_id__in=duty_hours.staffed_desks(at)), at)
    return Alarm.objects.filter(cleared_at=None).count()


def _acknowledged(kind: str) -> QuerySet[Alarm]:
    return Alarm.objects.filter(kind=kind, cleared_at=None, acknowledged_at__isnull=False)


def _wake_missed_again(kind: str, missed: Mapping[tuple[UUID, UUID], datetime | None], at: datetime) -> None:
    """Page a desk again about reports that have missed a deadline since their alarm was acknowledged.

    `missed` has the latest missed deadline of each (desk, report). An acknowledgement is of the deadlines before it, and
    taking a report acknowledges for its owner, too. A desk that has handed a report over is not paged for the next one.
    """
    standing = _acknowledged(kind).values_list("id", "desk_id", "about_id", "acknowledged_at")
    again = [
        ident
        for ident, desk, report, when in standing
        if report is not None
        and when is not None
        and (due := missed.get((desk, report))) is not None
        and due > when
    ]
    Alarm.objects.filter(id__in=again).update(
        acknowledged_by=None, acknowledged_at=None, steps_sent=0, slot=slot_of(at), settled=False
    )


def watch_requests(at: datetime) -> None:
    """Raise alarms for identity requests that are waiting or overdue.

    Also empties released half keys whose time is over.
    """
    clockwork.end_releases()
    waiting = set(
        IdentityRequest.objects.filter(decided_at=None).values_list("id", "authoriser_desk_id", "asked_at")
    )
    for kind, late in (
        (AlarmKind.IDENTITY_ASKED, waiting),  # a letter that was lost
        (AlarmKind.IDENTITY_OVERDUE, {one for one in waiting if one[2] + DECIDED_WITHIN <= at}),
    ):
        standing = set(Alarm.objects.filter(kind=kind, cleared_at=None).values_list("about_id", flat=True))
        raise_alarms(kind, at, [(desk, request) for request, desk, _ in late if request not in standing])


def watch_messages(at: datetime) -> None:
    """Raise alarms for reporters' messages that the desk has not read by the deadline.

    An alarm keeps only its day once every message of its report has been read.
    """
    pack = _pack()
    unread = Message.objects.filter(from_us=False, seen=False, slot__isnull=False).order_by("slot")
    late, missed = {}, {}
    for report, desk, slot in unread.values_list("report_id", "report__desk_id", "slot"):
        if slot is not None and (due := message_due(slot, pack)) < at:
            late[report], missed[desk, report] = (desk, report, pack.clock("reporter_reply")), due
    raise_late(AlarmKind.MESSAGE_WAITING, at, late.values())
    _wake_missed_again(AlarmKind.MESSAGE_WAITING, missed, at)
    # those read while this ran: their alarm was raised or woken after the reader had dated it by the day
    coarsen(
        Alarm.objects.filter(kind=AlarmKind.MESSAGE_WAITING).exclude(about_id__in=unread.values("report"))
    )


def watch_calls(at: datetime) -> None:
    """Raise alarms for requested call-backs that are overdue or have failed too often.

    A call-back is late if it was not made in time. It has failed if enough attempts have not reached the
    reporter.
    """
    open_calls = CallBack.objects.filter(done=False).exclude(report__stage=Stage.CLOSED)
    allowed = _pack().clock("call_back")
    for kind, rows in (
        (AlarmKind.CALL_MISSED, open_calls.filter(missed__gte=ENOUGH_MISSED)),
        (AlarmKind.CALL_LATE, open_calls.filter(due_at__lt=at)),
    ):
        raise_late(
            kind,
            at,
            [(desk, report, allowed) for report, desk in rows.values_list("report_id", "report__desk_id")],
        )


def watch_keys(at: datetime) -> None:
    """Raise alarms for desk keys that expire soon or have few holders, or for inconsistent statements.

    Alarms are raised for desks whose keys are about to run out or can be opened by too few people, and for
    statements that are inconsistent. Raises SealingStopped if this process has no pinned root, because it
    cannot trust any key without one.
    """
    known = key_directory.directory()
    if known.refused or key_directory.differs_from_the_log():
        _raise_doubt(at)
    # nothing is sent to the canary; how a partner's keys stand is said where something is sent there (`dissemination/partners.py`)
    for desk in Desk.objects.exclude(kind__in=(CANARY, PARTNER)).order_by("code"):
        if health.keys_run_out(desk.id, at):
            raise_alarms(AlarmKind.EPOCH_ENDING, at, [(desk.id, None)])
        if health.desk_is_thin(desk.id, at):
            raise_alarms(AlarmKind.THIN_DESK, at, [(desk.id, None)])
        if health.keys_to_change(desk.id):
            raise_alarms(AlarmKind.KEYS_TO_CHANGE, at, [(desk.id, None)])
        if health.without_keys(desk.id, at):
            raise_alarms(AlarmKind.MEMBER_WITHOUT_KEYS, at, [(desk.id, None)])


def _raise_doubt(at: datetime) -> None:
    """Raise the alarm about inconsistent key statements, unless cleared within the last day.

    Once cleared, it is raised again no sooner than a day later.

    A missing statement stays missing. Without this limit the alarm would come back within five minutes.
    """
    cleared = Alarm.objects.filter(kind=AlarmKind.KEYS_DOUBTED).aggregate(last=Max("cleared_at"))["last"]
    if cleared is None or may_raise_again(cleared, _ONCE_A_DAY, at):
        raise_for_all(AlarmKind.KEYS_DOUBTED, at)


def task_failed(at: datetime) -> None:
    """Raise the alarm for a background task that fails repeatedly."""
    raise_for_all(AlarmKind.WORKER_FAILING, at)


def beat(at: datetime, *, thread: int = WorkerBeat.TASKS) -> None:
    """Record the minute in which a thread of the worker ran (`WorkerBeat`), unless it stands there already."""
    minute = minute_of(at)
    if WorkerBeat.objects.filter(id=thread, minute=minute).exists():
        return
    if not WorkerBeat.objects.filter(id=thread).update(minute=minute):
        WorkerBeat.objects.bulk_create([WorkerBeat(id=thread, minute=minute)], ignore_conflicts=True)


# --- paging --------------------------------------------------------------------------------------------------------


def page_dangers(at: datetime, monotonic: float, memory: PagerMemory = _memory) -> int:
    """Page everybody who is due to be called about somebody in danger, and return the number of alarms escalated.

    `monotonic` is in seconds, read from a clock that only runs forward. `memory` is that of this pager. No other alarm is
    looked at, however many there are.
    """
    with one_at_a_time("paging-dangers") as mine:
        if not mine:
            return 0
        alarms = page_rounds.about_danger()
        escalated = _page(alarms, at, monotonic, memory.dangers, dangers=True)
        beat(at, thread=WorkerBeat.DANGERS)  # only now: a round that fails pages nobody
        return escalated


def page_round(at: datetime, monotonic: float, memory: PagerMemory = _memory) -> int:
    """Page everybody who is due to be called about an open alarm, and return the number of alarms escalated.

    See `page_dangers` for the arguments. All alarms of a round share one page per person, so that nobody can count them from
    outside. Danger pages at once. About everything else a person gets a digest, no more often than the pack says, and an
    alarm that reached somebody else meanwhile waits for it. A step counts as sent once somebody was reached. If nobody was
    reached it is tried again within seconds, and the failing channel raises an alarm of its own.
    """
    dangers = {alarm.id for alarm in page_rounds.about_danger()}
    others = [alarm for alarm in page_rounds.unanswered() if alarm.id not in dangers]
    escalated = page_dangers(at, monotonic, memory)
    with one_at_a_time("paging") as mine:
        return escalated + (_page(others, at, monotonic, memory.others, dangers=False) if mine else 0)


def _page(alarms: Sequence[Alarm], at: datetime, now: float, deadlines: Deadlines, *, dangers: bool) -> int:
    deadlines.keep_only(alarm.id for alarm in alarms)
    chained = page_rounds.chained(alarms)
    steps = dict(page_rounds.due_steps(alarms, chained, at, now, deadlines))
    with on_call.remembering():
        people = {alarm: alarm_kinds.called(alarm, step, at) for alarm, step in steps.items()}
    urgent, others = (people, {}) if dangers else ({}, people)
    done = page_rounds.send(urgent, others, alarms, at=at, now=now, deadlines=deadlines)
    reached = defaultdict[int, list[UUID]](list)
    for alarm in done.went_out:
        most = len(page_rounds.offsets(alarm in chained))
        reached[min(deadlines.went_out(alarm.id, steps[alarm], now), most)].append(alarm.id)
    for sent, some in reached.items():
        Alarm.objects.filter(id__in=some).update(steps_sent=sent, settled=False)
    for alarm in done.failed:
        deadlines.failed(alarm.id, now)
    if done.failed:
        Alarm.objects.filter(id__in=[alarm.id for alarm in done.failed]).update(
            failures=Least(F("failures") + 1, _MOST_FAILURES), settled=False
        )
    if done.broken or done.failed:
        raise_for_all(AlarmKind.PAGE_FAILED, at)
    return len(done.went_out)


def settle_alarms(at: datetime) -> int:
    """Rewrite alarms from past quarter hours in random order, log their paging steps and return the count.

    An alarm's row is written within seconds of an arrival and again 2, 5 and 10 minutes later. Until it is
    rewritten, its transaction number reveals the exact time that its slot hides. Each batch, in the order of the alarms'
    random ids, is a transaction of its own, so that the pager waits for at most one. Idempotent.
    """
    done, batch = 0, _BATCH
    while batch == _BATCH:
        batch = _settle_batch(at)
        done += batch
    return done


def _settle_batch(at: datetime) -> int:
    with transaction.atomic():
        past = Alarm.objects.filter(settled=False, slot__lt=slot_of(at)).order_by("id")
        fresh = list(past.select_for_update()[:_BATCH])
        secrets.SystemRandom().shuffle(fresh)
        for alarm in fresh:
            Alarm.objects.filter(id=alarm.id).update(settled=True)
            if alarm.steps_sent or alarm.failures:
                journal.record(
                    Act.DUTY_PAGED,
                    actor=None,
                    desk=alarm.desk_id,
                    thing="alarm",
                    thing_id=alarm.id,
                    detail={"kind": alarm.kind, "steps": alarm.steps_sent, "failures": alarm.failures},
                    at_slot=alarm.slot,
                )
    return len(fresh)
