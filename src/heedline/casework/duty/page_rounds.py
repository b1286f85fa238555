"""Send one round of pages: danger at once, and everything else as a digest for each person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from heedline.casework.duty import alarm_kinds
from heedline.casework.log import checkpoints
from heedline.desks.models import Officer
from heedline.dispatch import postmen
from heedline.dispatch.chain import Deadlines, offsets_of
from heedline.dispatch.clocks import slot_end
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import Alarm
from heedline.dispatch.pages import PageWord
from heedline.packs import load_pack
from heedline.reports.models import IdentityRequest, Report

#: The webhook, which has digests of its own like a person.
_WEB: Final = ""
#: Alarms that are raised by an arrival, and are paged only when its quarter hour is over, unless somebody is in danger.
_AFTER_THE_SLOT = frozenset({AlarmKind.NOBODY_ON_DUTY, AlarmKind.PLANNED, AlarmKind.DANGER_TOLD})


@dataclass(frozen=True, slots=True)
class RoundResult:
    """The alarms that reached somebody and those that reached nobody. `broken` means that a channel failed."""

    went_out: frozenset[Alarm]
    failed: frozenset[Alarm]
    broken: bool


def unanswered() -> QuerySet[Alarm]:
    """Return the open alarms that nobody has acknowledged."""
    return Alarm.objects.filter(kind__in=alarm_kinds.known(), cleared_at=None, acknowledged_at=None)


def about_danger() -> list[Alarm]:
    """Return the unanswered alarms that page at once: whose word is danger, or which escalate because of one."""
    says, escalates = set(), set()
    for kind, rule in alarm_kinds.every_kind():
        if rule.word is PageWord.DANGER:
            says.add(kind)
        elif rule.chain or rule.chain_in_danger:
            escalates.add(kind)
    return list(unanswered().filter(Q(kind__in=says) | Q(kind__in=escalates) & _grave()))


def _grave() -> Q:
    """Return a filter for alarms about a report of somebody in danger, or about an identity request for such a report."""
    requests = IdentityRequest.objects.filter(report__rank=0).values("id")
    return Q(about_id__in=Report.objects.filter(rank=0).values("id")) | Q(about_id__in=requests)


def chained(alarms: Iterable[Alarm]) -> frozenset[Alarm]:
    """Return the alarms that escalate along the on-call chain until an officer responds.

    An alarm escalates because of its kind, or because of its kind if somebody is in danger.
    """
    in_danger = {str(kind) for kind, rule in alarm_kinds.every_kind() if rule.chain_in_danger}
    grave = set[UUID]()
    if any(alarm.kind in in_danger for alarm in alarms):
        grave = set(unanswered().filter(_grave(), kind__in=in_danger).values_list("id", flat=True))
    return frozenset(alarm for alarm in alarms if alarm_kinds.rule_of(alarm.kind).chain or alarm.id in grave)


def offsets(chain: bool) -> tuple[float, ...]:
    """Return the times of an alarm's paging steps in seconds, with the first step at 0."""
    return offsets_of(step.after for step in load_pack(settings.PACK).on_call) if chain else (0.0,)


def due_steps(
    alarms: Iterable[Alarm], chained: Container[Alarm], at: datetime, now: float, deadlines: Deadlines
) -> Iterator[tuple[Alarm, int]]:
    """Yield each alarm that has a paging step to send now, with that step."""
    dangers = set(unanswered().filter(kind=AlarmKind.DANGER).values_list("about_id", flat=True))
    dangers |= {a.about_id for a in alarms if a.kind == AlarmKind.DANGER_TOLD and a in chained}
    times = {chain: offsets(chain) for chain in (True, False)}
    for alarm in alarms:
        danger = alarm.about_id in dangers
        if alarm.kind == AlarmKind.OVERDUE and danger:
            continue  # its danger alarm is calling the same people already
        if alarm.kind in _AFTER_THE_SLOT and not danger and slot_end(alarm.slot) > at:
            continue  # a page now would tell whoever watches the mail when the report came
        chain = alarm in chained
        step = deadlines.due_step(alarm.id, alarm.steps_sent, times[chain], now, repeat=chain)
        if step is not None:
            yield alarm, step


def send(
    dangers: Mapping[Alarm, frozenset[str]],
    others: Mapping[Alarm, frozenset[str]],
    unanswered: Iterable[Alarm],
    *,
    at: datetime,
    now: float,
    deadlines: Deadlines,
) -> RoundResult:
    """Page the people of each alarm. Whoever had a digest within the pack's pace gets the next one later.

    An alarm of `others` waits, and is in neither set of the result, while everybody whom it calls has just had a digest.
    """
    pace = _pace()
    web = frozenset({_WEB} if postmen.has_web() else ())
    called = {alarm: people | web for alarm, people in others.items()}
    due = defaultdict[str, set[UUID]](set, deadlines.due_digests(now, pace))
    for alarm, people in called.items():
        for one in people:
            if deadlines.may_digest(one, now, pace):
                due[one].add(alarm.id)
    log = checkpoints.mail_words(at) if dangers or due else ""
    went_out, failed, broken = set[Alarm](), set[Alarm](), False
    told = defaultdict[UUID, set[str]](set)
    if dangers:
        urgent = frozenset[str]().union(*dangers.values())
        delivery = postmen.carry(urgent, PageWord.DANGER, at=at, log=log)
        went_out = {one for one, people in dangers.items() if delivery.posted or people & delivery.reached}
        failed, broken = set(dangers) - went_out, bool(delivery.failed)
        told.update({one.id: set(people & delivery.reached) for one, people in dangers.items()})
    reached = set[str]()
    for word, people in _by_word(due, unanswered).items():
        delivery = postmen.carry(people - web, word, at=at, log=log, web=bool(people & web))
        reached |= delivery.reached | (web if delivery.posted else frozenset())
        broken = broken or bool(delivery.failed)
    deadlines.digests_sent(reached, now)
    for person in reached - web:
        for ident in due[person]:
            told[ident].add(person)
    for alarm, people in called.items():
        if people & reached:
            went_out.add(alarm)
            deadlines.pend(alarm.id, people - due.keys())
        elif people and not people & due.keys():
            deadlines.hold(alarm.id, now)
        else:
            failed.add(alarm)
    _record_paged(unanswered, told)
    return RoundResult(frozenset(went_out), frozenset(failed), broken)


def _record_paged(alarms: Iterable[Alarm], told: Mapping[UUID, Set[str]]) -> None:
    """Add to each alarm the officers whom a page about it reached, so that My work lists it for them."""
    addresses = frozenset[str]().union(*told.values())
    officers = dict(Officer.objects.filter(email__in=addresses).values_list("email", "id"))
    same = defaultdict[tuple[UUID, ...], list[UUID]](list)
    for alarm in alarms:
        new = {officers[one] for one in told.get(alarm.id, ()) if one in officers} - set(alarm.paged)
        if new:
            same[tuple(sorted({*alarm.paged, *new}))].append(alarm.id)
    for paged, some in same.items():
        Alarm.objects.filter(id__in=some).update(paged=list(paged), settled=False)


def _by_word(due: Mapping[str, set[UUID]], alarms: Iterable[Alarm]) -> dict[PageWord, frozenset[str]]:
    """Return whom to page with which word: the most important of the alarms in the person's digest."""
    order = list(PageWord)
    rank = {alarm.id: order.index(alarm_kinds.rule_of(alarm.kind).word) for alarm in alarms}
    found = defaultdict[PageWord, set[str]](set)
    for one, some in due.items():
        found[order[min(rank[ident] for ident in some)]].add(one)
    return {word: frozenset(people) for word, people in found.items()}


def _pace() -> float:
    return load_pack(settings.PACK).clock("digest").total_seconds()
