"""The email addresses of officers on duty and of those paged at each step of the on-call chain."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.db.models import Q

from heedline.desks import duty_hours
from heedline.desks.duty_hours import on_duty, shifts_now
from heedline.desks.models import Appointment, Officer, OnCall, Proposal, Shift
from heedline.dispatch.letters import AlarmKind
from heedline.packs.rules.clocks import OnCallStep
from heedline.permits.roles import Role
from heedline.reports.lifecycle import Move
from heedline.reports.models import DeskQuestion, DeskRecord, InterestHit, Report, Step, Task, Translation
from heedline.reports.models.tasks import TaskState
from heedline.reports.translation_states import TranslationState

_WHO_READ = (Role.OFFICER, Role.SUPERVISOR)
#: What has been asked in this round of pages.
_remembered: ContextVar[dict[tuple[object, ...], Any] | None] = ContextVar("remembered", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Keep the answers of this module's queries for one round of pages, because many alarms share a desk and a step."""
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def _once[**P, T](asked: Callable[P, T]) -> Callable[P, T]:
    @wraps(asked)
    def ask(*args: P.args, **named: P.kwargs) -> T:
        known = _remembered.get()
        if known is None:
            return asked(*args, **named)
        question = (asked, *args, *named.items())
        if question not in known:
            known[question] = asked(*args, **named)
        answer: T = known[question]
        return answer

    return ask


watch_desks = _once(duty_hours.watch_desks)


@_once
def called(desk: UUID, step: int, chain: Sequence[OnCallStep], at: datetime) -> frozenset[str]:
    """Return the email addresses of everybody paged at this step or an earlier one.

    `chain` comes from the pack and says whose rota each step calls. From step 1 up, the on-call lists of
    the desk and of the round-the-clock desk are added. If that yields nobody, everybody on those lists is called. If the
    lists are empty, every officer of the round-the-clock desk is called, so that a page always reaches somebody. Officers
    of those desks who are on duty without being on the rota are called as well.
    """
    watch = watch_desks()
    here = watch | {desk}
    desks: set[UUID] = set()
    for one in chain[: step + 1]:
        if one.who == "desk-on-duty":
            desks |= here
        elif one.who == "watch-on-duty":
            desks |= watch
    lists = OnCall.objects.filter(desk_id__in=here)
    anybody = (
        _planned(desks, at) | Q(id__in=lists.filter(step__lte=step).values("officer_id")),
        Q(id__in=lists.values("officer_id")),
        Q(
            id__in=Appointment.objects.filter(
                desk_id__in=watch or here, role__in=_WHO_READ, ended_on=None
            ).values("officer_id")
        ),
    )
    beside = _emails(Q(id__in=on_duty(at, *desks)))
    for people in anybody:
        if found := _emails(people):
            return found | beside
    return beside


def _emails(people: Q) -> frozenset[str]:
    return frozenset(Officer.objects.filter(people, is_active=True).values_list("email", flat=True))


def _planned(desks: Collection[UUID], at: datetime) -> Q:
    """Return a filter for the officers whom these desks' rotas have now."""
    return Q(id__in=Shift.objects.filter(shifts_now(at), desk_id__in=desks).values("officer_id"))


@_once
def stewards(*, but_for: UUID | None = None) -> frozenset[str]:
    """Return the email addresses of the stewards, except the one who made the proposal `but_for`."""
    held = Appointment.objects.filter(role=Role.STEWARD, ended_on=None).values("officer_id")
    if but_for is not None:
        held = held.exclude(officer__in=Proposal.objects.filter(pk=but_for).values("proposed_by"))
    return _emails(Q(id__in=held))


@_once
def supervisors(desk: UUID) -> frozenset[str]:
    """Return the email addresses of a desk's supervisors, both on and off duty."""
    here = Appointment.objects.filter(desk_id=desk, role=Role.SUPERVISOR, ended_on=None).values("officer_id")
    return _emails(Q(id__in=here))


@_once
def owner(report: UUID | None) -> frozenset[str]:
    """Return the email address of a report's owner, or an empty set if it has none."""
    if report is None:
        return frozenset()
    has_it = Report.objects.filter(pk=report).values("owner_id")
    return _emails(Q(id__in=has_it))


@_once
def closer(report: UUID | None) -> frozenset[str]:
    """Return the email address of the officer who last decided to close a report, alone or in bulk."""
    if report is None:
        return frozenset()
    ends = Step.objects.filter(report=report, move__in=(Move.CLOSE, Move.KEEP_CLOSING, Move.SWEEP)).order_by(
        "-number"
    )
    last = ends.values("by_id")[:1]
    return _emails(Q(id__in=last))


@_once
def owner_of_interest(hit: UUID | None) -> frozenset[str]:
    """Return the email address of the owner of a matching interest register entry."""
    if hit is None:
        return frozenset()
    has_it = InterestHit.objects.filter(pk=hit).values("owner_id")
    return _emails(Q(id__in=has_it))


@_once
def owner_of_question(question: UUID | None) -> frozenset[str]:
    """Return the email address of the officer who owns another desk's question."""
    if question is None:
        return frozenset()
    taken = DeskQuestion.objects.filter(pk=question).values("owner_id")
    return _emails(Q(id__in=taken))


@_once
def owner_of_record(record: UUID | None) -> frozenset[str]:
    """Return the email address of the owner of a specialist desk's record.

    Empty if it has none, or if the owner no longer works at that desk and cannot open it.
    """
    if record is None:
        return frozenset()
    rows = DeskRecord.objects.filter(pk=record)
    here = Appointment.objects.filter(
        desk__in=rows.values("desk_id"), officer__in=rows.values("owner_id"), ended_on=None
    )
    return _emails(Q(id__in=here.values("officer_id")))


@_once
def owners_of_late_tasks(report: UUID | None, at: datetime) -> frozenset[str]:
    """Return the email addresses of the officers who own overdue tasks on a report."""
    late = Task.objects.filter(report=report, state=TaskState.OPEN, due_at__lt=at).values("owner_id")
    return _emails(Q(id__in=late))


@_once
def called_translators(
    kind: str, desk: UUID, report: UUID, chain: Sequence[OnCallStep], at: datetime
) -> frozenset[str]:
    """Return the email addresses of those to page about a translation that is waiting or late.

    These are the translators who hold a translation that is waiting. If it is late, or if nobody speaks the
    language, the supervisors of the desk and the officers on duty are called as well.
    """
    has_it = Translation.objects.filter(report_id=report, state=TranslationState.WAITING).values(
        "assigned_to_id"
    )
    found = _emails(Q(id__in=has_it))
    if kind == AlarmKind.TRANSLATION_WAITS and found:
        return found
    return found | supervisors(desk) | called(desk, 0, chain, at)


@_once
def called_authorisers(
    desk: UUID, step: int, at: datetime, *, overdue: bool, chain: Sequence[OnCallStep] = ()
) -> frozenset[str]:
    """Return the email addresses of the authorisers paged at this step.

    Members of desks that read reports are not called, because they are not allowed to decide. Authorisers on
    duty or on the rota are called first, then the desk's on-call list step by step. After ten minutes (`overdue`) the whole
    list is paged at the same time, followed by every authoriser of that desk. The duty manager of the pack's
    `chain` is always paged, and finds somebody to decide. If a step finds nobody, the next wider group is
    called.
    """
    managers = _duty_managers(desk, chain) if overdue else frozenset()
    at_work = _planned([desk], at) | Q(id__in=on_duty(at, desk))
    listed = OnCall.objects.filter(desk_id=desk)
    the_list = Q(id__in=listed.values("officer_id"))
    everybody = Q(
        id__in=Appointment.objects.filter(desk_id=desk, role=Role.AUTHORISER, ended_on=None).values(
            "officer_id"
        )
    )
    if not overdue:
        circles = [
            at_work | Q(id__in=listed.filter(step__lte=step).values("officer_id")),
            the_list,
            everybody,
        ]
    elif step == 0:
        circles = [at_work | the_list, everybody]
    else:
        circles = [at_work | the_list | everybody]
    for people in circles:
        if found := _emails(people):
            return found | managers
    return managers


@_once
def _duty_managers(desk: UUID, chain: Sequence[OnCallStep]) -> frozenset[str]:
    """Return the email addresses of officers on the duty manager step of the on-call lists.

    Includes this desk and the round-the-clock desks.
    """
    steps = [number for number, one in enumerate(chain) if one.who == "duty-manager"]
    listed = OnCall.objects.filter(desk_id__in=watch_desks() | {desk}, step__in=steps).values("officer_id")
    return _emails(Q(id__in=listed))
