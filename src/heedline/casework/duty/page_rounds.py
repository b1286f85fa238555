"""Send one round of pages: danger at once, and everything else as a digest for each person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings

from heedline.casework.duty import alarm_kinds
from heedline.casework.log import checkpoints
from heedline.desks.models import Officer
from heedline.dispatch import postmen
from heedline.dispatch.chain import Deadlines
from heedline.dispatch.models import Alarm
from heedline.dispatch.pages import PageWord
from heedline.packs import load_pack
from heedline.reports.models import IdentityRequest, Report

#: The webhook, which has digests of its own like a person.
_WEB: Final = ""


@dataclass(frozen=True, slots=True)
class RoundResult:
    """The alarms that reached somebody and those that reached nobody. `broken` means that a channel failed."""

    went_out: frozenset[Alarm]
    failed: frozenset[Alarm]
    broken: bool


def grave_of(alarms: Iterable[Alarm]) -> frozenset[Alarm]:
    """Return the alarms about a report of somebody in danger, or about an identity request for such a report."""
    about = {alarm.about_id for alarm in alarms if alarm.about_id}
    reports = set(Report.objects.filter(id__in=about, rank=0).values_list("id", flat=True))
    requests = dict(IdentityRequest.objects.filter(id__in=about).values_list("id", "report_id"))
    grave = set(Report.objects.filter(id__in=requests.values(), rank=0).values_list("id", flat=True))
    reports |= {request for request, report in requests.items() if report in grave}
    return frozenset(alarm for alarm in alarms if alarm.about_id in reports)


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
    for alarm in alarms:
        new = {officers[one] for one in told.get(alarm.id, ()) if one in officers} - set(alarm.paged)
        if new:
            Alarm.objects.filter(id=alarm.id).update(paged=sorted({*alarm.paged, *new}), settled=False)


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
