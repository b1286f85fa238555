"""Lists, acknowledges and clears alarms on the office site.

The worker's side is in `duty/paging.py`.

An alarm belongs to the desk that owns the report. The round-the-clock desks see it as well.
Acknowledging an alarm stops the paging. Taking the report clears the alarms that ask for somebody to
take it. All other alarms are cleared by a named officer, who gives a reason from a closed list. Free
text is not allowed, because it would put the content of reports into the database unsealed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import TruncDay

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.duty import alarm_kinds, training_clock
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.duty.alarm_rules import AlarmRule
from heedline.casework.errors import NotHere
from heedline.casework.recording import refusals_logged
from heedline.casework.report.opening import short_name
from heedline.desks.duty_hours import staffed_desks
from heedline.desks.models import Officer
from heedline.dispatch.clocks import day_of, slot_words
from heedline.dispatch.letters import CLEAR_REASONS as CLEAR_REASONS
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import About, Alarm, WorkerBeat
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused, allows
from heedline.permits.roles import GRANTS, Role
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import InterestHit, Report

#: The worker notes every minute that it runs; this much silence means that it does not.
_SILENCE = timedelta(minutes=3)
#: Subjects of alarms on one page.
PAGE: Final = 50
#: Alarms about the interest register that are listed for each desk.
MOST_OF_REGISTER: Final = 5


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """An open alarm as shown to one officer.

    `ref` is its report, if this officer may see it. `request` is the request that an authoriser has to
    decide. `why_not` is the reason why this officer cannot clear the alarm.
    """

    id: UUID
    kind: str
    words: str
    desk_id: UUID
    desk_name: str
    ref: UUID | None
    raised_words: str
    steps_sent: int
    failures: int
    acknowledged_by: str | None
    can_acknowledge: bool
    can_clear: bool
    why_not: str
    request: UUID | None = None
    page: str = ""
    """The page on which the alarm is handled, or "" if there is none or this officer may not open it."""
    do: str = ""
    about: UUID | None = None
    """The id of the alarm's subject, whether or not this officer may see it."""
    title: str = ""
    """The display name of the subject, such as a report's reference or a desk's name."""
    record: UUID | None = None
    """The id of the specialist desk record that the alarm is about, if `page` shows one."""
    more: int = 0
    """The number of alarms of this kind at this desk that follow and are not listed."""


@dataclass(frozen=True, slots=True)
class AlarmedThing:
    """A report, request or desk with all of its open alarms.

    `first` is the most urgent of them.

    `acknowledge` is the alarm to acknowledge, which acknowledges all of this thing that the officer may
    answer, or None.
    """

    lines: tuple[AlarmLine, ...]

    @property
    def first(self) -> AlarmLine:
        return self.lines[0]

    @property
    def acknowledge(self) -> UUID | None:
        return next((line.id for line in self.lines if line.can_acknowledge), None)


@dataclass(frozen=True, slots=True)
class AlarmPage:
    """The open alarms of the subjects on one page. `page` is the last page if a later one was asked for."""

    lines: tuple[AlarmLine, ...]
    page: int
    pages: int


def open_now(*, by: Attendance, at: datetime) -> tuple[AlarmLine, ...]:
    """Return the open alarms that this officer may see, most urgent first: those on the first page of `open_page`."""
    return open_page(by=by, at=at).lines


def open_page(*, page: int = 1, by: Attendance, at: datetime) -> AlarmPage:
    """Return a page of the open alarms that this officer may see, most urgent first.

    Alarms about danger come first, followed by those that nobody has acknowledged. A page has all alarms of `PAGE` subjects:
    a flood of reports may raise thousands, and whether an alarm can be cleared must be asked for each.
    """
    found = list(_visible(by).filter(cleared_at=None).select_related("desk"))
    order = {kind: place for place, (kind, _) in enumerate(alarm_kinds.every_kind())}
    owned = _owned(found, by)
    of_others = {one.id for one in found if one.about_kind == About.INTEREST and one.about_id not in owned}
    found.sort(
        key=lambda a: (order[a.kind], a.id in of_others, a.acknowledged_at is not None, a.slot, a.desk.name)
    )
    listed, more = _without_repeats(found)
    subjects = list(dict.fromkeys((one.about_id, one.desk_id) for one in listed))
    pages = max(1, -(-len(subjects) // PAGE))
    page = min(page, pages)
    shown = set(subjects[(page - 1) * PAGE : page * PAGE])
    lines = _lines([one for one in listed if (one.about_id, one.desk_id) in shown], by, at)
    return AlarmPage(tuple(replace(line, more=more.get(line.id, 0)) for line in lines), page, pages)


def _without_repeats(found: Iterable[Alarm]) -> tuple[list[Alarm], dict[UUID, int]]:
    """Return the alarms to list, and by the last one of a desk about the interest register how many more there are.

    All are dealt with on one page, and thousands of them would bury the alarms that follow.
    """
    listed, last, more = list[Alarm](), dict[UUID, UUID](), Counter[UUID]()
    of_desk = Counter[UUID]()
    for one in found:
        if one.about_kind == About.INTEREST:
            of_desk[one.desk_id] += 1
            if of_desk[one.desk_id] > MOST_OF_REGISTER:
                more[last[one.desk_id]] += 1
                continue
            last[one.desk_id] = one.id
        listed.append(one)
    return listed, more


def _owned(found: Iterable[Alarm], by: Attendance) -> set[UUID]:
    """Return the matches in these alarms that are with the officer's own interest register entries."""
    hits = [one.about_id for one in found if one.about_kind == About.INTEREST and one.about_id]
    return set(InterestHit.objects.filter(id__in=hits, owner=by.officer_id).values_list("id", flat=True))


def open_line(alarm_id: UUID, *, by: Attendance, at: datetime) -> AlarmLine | None:
    """Return one open alarm, or None if it has been cleared or this officer may not see it."""
    found = list(_visible(by).filter(pk=alarm_id, cleared_at=None).select_related("desk"))
    return next(iter(_lines(found, by, at)), None)


def _lines(found: Sequence[Alarm], by: Attendance, at: datetime) -> tuple[AlarmLine, ...]:
    """Return these alarms as they are shown to this officer, in the same order."""
    seen = set(
        Report.objects.filter(id__in=[a.about_id for a in found if a.about_id]).values_list("id", flat=True)
    )
    names = dict(
        Officer.objects.filter(id__in=[a.acknowledged_by for a in found if a.acknowledged_by]).values_list(
            "id", "name"
        )
    )
    expiring = _expiring(found, at)
    owned = _owned(found, by)
    rules, staffed = dict(alarm_kinds.every_kind()), staffed_desks(at)
    lines = []
    for alarm in found:
        mine = _may_answer(by, alarm)
        why_not = _still(alarm, at) if mine else "Your role on this desk does not include this."
        lines.append(
            AlarmLine(
                alarm.id,
                alarm.kind,
                rules[alarm.kind].words + expiring.get(alarm.id, ""),
                alarm.desk_id,
                alarm.desk.name,
                alarm.about_id if alarm.about_id in seen else None,
                _since(alarm.slot, at),
                alarm.steps_sent,
                alarm.failures,
                names.get(alarm.acknowledged_by, "A colleague") if alarm.acknowledged_by else None,
                mine
                and alarm.acknowledged_at is None
                and not rules[alarm.kind].at_the_report
                and _stops_paging(by, alarm, staffed),
                mine and not why_not,
                why_not,
                alarm.about_id if alarm.about_kind == About.REQUEST else None,
                _page(rules[alarm.kind], alarm, by, owned),
                rules[alarm.kind].what_to_do,
                alarm.about_id,
                _title(alarm),
                alarm.about_id if rules[alarm.kind].title else None,
            )
        )
    return tuple(lines)


def _since(slot: datetime, at: datetime) -> str:
    """Return when an alarm was raised, to the quarter hour, or to the day if only that is stored."""
    quarter_hour = slot_words(slot, at, office_zone())
    return quarter_hour.partition(",")[0] if slot == day_of(slot) else quarter_hour


def _page(rule: AlarmRule, alarm: Alarm, by: Attendance, owned: Container[UUID | None]) -> str:
    """Return the page on which this officer can deal with an alarm, or "".

    `owned` has the matches with the officer's own interest register entries: nobody else is shown them.
    """
    needed = rule.page_for
    if rule.title and alarm.desk_id not in by.desk_ids:
        return ""
    if alarm.about_kind == About.INTEREST and alarm.about_id not in owned:
        return ""
    return rule.page if needed is None or allows(by.appointments, needed, [alarm.desk_id]) else ""


def _expiring(found: Iterable[Alarm], at: datetime) -> dict[UUID, str]:
    """Return the officer and the expiry date for each alarm about expiring training.

    Maps the alarm's id to text such as ": N. N., 3 May 2027".
    """
    about = {one.id: (one.desk_id, one.about_id) for one in found if one.kind == AlarmKind.TRAINING_ENDS}
    if not about:
        return {}
    names = dict(Officer.objects.filter(id__in=[who for _, who in about.values()]).values_list("id", "name"))
    last = training_clock.ending(at)
    return {
        alarm: f": {names[who]}" + (f", {last[desk, who]:%-d %B %Y}" if (desk, who) in last else "")
        for alarm, (desk, who) in about.items()
        if who in names
    }


def _title(alarm: Alarm) -> str:
    """Return the display name of the alarm's subject.

    The reference of a report reveals nothing about its content.
    """
    if alarm.about_kind == About.REPORT and alarm.about_id is not None:
        return f"Report {short_name(alarm.about_id)}"
    if alarm.about_kind == About.PROPOSAL:
        return "Set up"
    if alarm.about_kind == About.INTEREST:
        return "Interest register"
    if alarm.about_kind == About.QUESTION:
        return "Question from another desk"
    named = alarm_kinds.rule_of(alarm.kind).title
    if named and alarm.about_id is not None:
        return f"{named} {short_name(alarm.about_id)}"
    return "Identity request" if alarm.about_kind == About.REQUEST else alarm.desk.name


def by_thing(lines: Iterable[AlarmLine]) -> tuple[AlarmedThing, ...]:
    """Group the alarms by subject, in the order of each subject's first alarm."""
    found: dict[tuple[UUID | None, UUID], list[AlarmLine]] = {}
    for line in lines:
        found.setdefault((line.about, line.desk_id), []).append(line)
    return tuple(AlarmedThing(tuple(some)) for some in found.values())


def unanswered(*, by: Attendance) -> int:
    """Return the number of unacknowledged open alarms that this officer may see.

    The number is shown beside the menu.
    """
    return _visible(by).filter(cleared_at=None, acknowledged_at=None).count()


def acknowledge(alarm_id: UUID, *, by: Attendance, at: datetime) -> None:
    """Acknowledge an alarm and stop the paging for all alarms of the same report at the same desk.

    A round-the-clock desk acknowledges for another desk only while nobody is on duty there: otherwise it would silence
    what that desk is called for. The alarm itself stays open. Acknowledging it twice does nothing. Raises NotHere and Refused.
    """
    with refusals_logged(Act.ALARM_ACKNOWLEDGED, by=by.officer_id, thing="alarm", thing_id=alarm_id):
        alarm = _find(alarm_id, by)
        _permit(by, alarm)
        _refuse_elsewhere(alarm)
        if not _stops_paging(by, alarm, staffed_desks(at)):
            raise Refused(
                "Somebody is on duty at that desk. The paging stops when they acknowledge it, or when the report is taken."
            )
        together = Q(id=alarm.id)
        if alarm.about_id is not None:
            together |= Q(about_id=alarm.about_id, desk_id=alarm.desk_id)
        for one in (
            _visible(by)
            .select_for_update(of=("self",))
            .filter(together, cleared_at=None, acknowledged_at=None)
        ):
            if not _may_answer(by, one) or alarm_kinds.rule_of(one.kind).at_the_report:
                continue
            one.acknowledged_by, one.acknowledged_at = by.officer_id, at
            one.save(update_fields=["acknowledged_by", "acknowledged_at"])
            _record(Act.ALARM_ACKNOWLEDGED, one, by)


def clear(alarm_id: UUID, because: str, *, by: Attendance, at: datetime) -> None:
    """Clear an alarm in the officer's own name, with a reason from CLEAR_REASONS.

    Raises NotHere and Refused. Raises NotNow if no reason is given, or if the alarm depends on its cause and
    that cause persists.
    """
    with refusals_logged(Act.ALARM_CLEARED, by=by.officer_id, thing="alarm", thing_id=alarm_id):
        alarm = _find(alarm_id, by)
        _permit(by, alarm)
        if because not in CLEAR_REASONS:
            raise NotNow("Give a reason for clearing this alarm.")
        still = _still(alarm, at)
        if still:
            raise NotNow(still)
        _clear(alarm, because, by, at)


def resolve_for(report_id: UUID, *, by: Attendance, at: datetime) -> None:
    """Clear or silence a report's alarms once an officer has taken it, handed it over or closed it.

    Must be called inside the caller's transaction. Alarms that ask for somebody to take the report are
    cleared in the officer's name. Alarms about missed deadlines stay until somebody clears them with a
    reason, but no longer page anybody. From here on only the day of arrival is kept.
    """
    taken = alarm_kinds.resolved_by(AlarmEvent.TAKEN)
    for alarm in Alarm.objects.select_for_update().filter(about_id=report_id):
        alarm.slot = day_of(alarm.slot)
        if alarm.cleared_at is None and alarm.kind in taken:
            _clear(alarm, AlarmEvent.TAKEN, by, at)
        elif (
            alarm.cleared_at is None
            and alarm.acknowledged_at is None
            and not alarm_kinds.rule_of(alarm.kind).at_the_report
        ):
            alarm.acknowledged_by, alarm.acknowledged_at = by.officer_id, at
            alarm.save(update_fields=["slot", "acknowledged_by", "acknowledged_at"])
            _record(Act.ALARM_ACKNOWLEDGED, alarm, by)
        else:
            alarm.save(update_fields=["slot"])


def coarsen(found: QuerySet[Alarm]) -> None:
    """Reduce the precision of these alarms' times from the quarter hour to the day."""
    day = TruncDay("slot", tzinfo=UTC)
    found.exclude(slot=day).update(slot=day)


def wake_again(reports: Iterable[UUID], *, by: UUID, since: datetime) -> None:
    """Withdraw an officer's acknowledgement of the alarms of these reports, so that paging resumes.

    Only alarms that `by` acknowledged at exactly `since` are affected. The reports are waiting again.
    """
    Alarm.objects.filter(
        about_id__in=list(reports), cleared_at=None, acknowledged_by=by, acknowledged_at=since
    ).update(acknowledged_by=None, acknowledged_at=None)


def resolve(event: str, about: UUID, *, by: Attendance, at: datetime) -> None:
    """Clear, in this person's name, every alarm about this subject that the event resolves.

    Must be called inside the caller's transaction. When a report is taken call `resolve_for`, which does more.
    """
    for alarm in Alarm.objects.select_for_update().filter(
        kind__in=alarm_kinds.resolved_by(event), about_id=about, cleared_at=None
    ):
        _clear(alarm, event, by, at)


def resolve_at_desk(event: str, desk: UUID, *, by: Attendance, at: datetime) -> None:
    """Clear, in this person's name, every alarm about the desk itself that the event resolves.

    Must be called inside the caller's transaction. Alarms that this person may not answer stay open.
    """
    for alarm in (
        _visible(by)
        .select_for_update(of=("self",))
        .filter(kind__in=alarm_kinds.resolved_by(event), desk=desk, about_id=None, cleared_at=None)
    ):
        if _may_answer(by, alarm):
            _clear(alarm, event, by, at)


def worker_runs(at: datetime) -> bool:
    """Return whether the worker has recorded a heartbeat within the last three minutes.

    Nobody is paged unless the worker is running.
    """
    last = WorkerBeat.objects.values_list("minute", flat=True).first()
    return last is not None and at - last <= _SILENCE


def _visible(by: Attendance) -> QuerySet[Alarm]:
    """Return the alarms that this officer may see.

    These are the alarms of the officer's own desks. Members of a round-the-clock desk see all alarms except
    those about identity requests of other desks. Stewards see the alarms that only stewards answer, and gaps in the
    rota of every desk, which they may plan. This is the first check, and row-level security enforces the same rule.
    """
    deciding = [desk for role, desk in by.appointments if Capability.DECIDE_IDENTITY in GRANTS[Role(role)]]
    mine = Q(desk_id__in=[*by.desk_ids, *deciding])
    if any(desk.round_the_clock for desk in by.desks):
        mine |= ~Q(kind__in=alarm_kinds.answered_with(Capability.DECIDE_IDENTITY))
    of_stewards = Q(kind__in=alarm_kinds.answered_with(Capability.SET_UP))
    mine = mine & ~of_stewards
    if allows(by.appointments, Capability.SET_UP, [None]):
        mine |= of_stewards
    if allows(by.appointments, Capability.PLAN_ROTA, [None]):
        mine |= Q(kind__in=alarm_kinds.answered_with(Capability.PLAN_ROTA))
    return Alarm.objects.filter(mine, kind__in=alarm_kinds.known())


def _find(alarm_id: UUID, by: Attendance) -> Alarm:
    alarm = _visible(by).select_for_update(of=("self",)).filter(pk=alarm_id, cleared_at=None).first()
    if alarm is None:
        raise NotHere
    return alarm


def _where(by: Attendance, alarm: Alarm) -> tuple[UUID, ...]:
    return (alarm.desk_id, *(desk.id for desk in by.desks if desk.round_the_clock))


def _permit(by: Attendance, alarm: Alarm) -> None:
    if not _may_answer(by, alarm):
        raise Refused("Your role on this desk does not include this.")


def _refuse_elsewhere(alarm: Alarm) -> None:
    """Raise NotNow if the alarm must be answered on the page to which it links."""
    rule = alarm_kinds.rule_of(alarm.kind)
    if rule.at_the_report:
        raise NotNow(rule.while_it_lasts)


def _may_answer(by: Attendance, alarm: Alarm) -> bool:
    needed = alarm_kinds.rule_of(alarm.kind).answered_with
    # a watching desk answers for others, but never for those who decide about identities
    watched = needed in {Capability.ANSWER_ALARM, Capability.LEAD_DANGER}
    where: tuple[UUID | None, ...] = _where(by, alarm) if watched else (alarm.desk_id,)
    if needed == Capability.SET_UP:  # a role for the whole installation
        where = (None,)
    if needed == Capability.PLAN_ROTA:  # a role at the desk, or for the whole installation
        where = (alarm.desk_id, None)
    return allows(by.appointments, needed, where)


def _stops_paging(by: Attendance, alarm: Alarm, staffed: frozenset[UUID]) -> bool:
    """Return whether this officer's acknowledgement stops the paging.

    It does at the officer's own desk, and at a desk where nobody is on duty.
    """
    mine = {desk for _, desk in by.appointments}
    if alarm_kinds.rule_of(alarm.kind).answered_with == Capability.SET_UP:
        return None in mine
    return alarm.desk_id not in staffed or alarm.desk_id in mine


def _still(alarm: Alarm, at: datetime) -> str:
    """Return the action required before this alarm can be cleared, or "" if none.

    Something must be done first while the cause of the alarm persists.
    """
    rule = alarm_kinds.rule_of(alarm.kind)
    return rule.while_it_lasts if rule.lasts is not None and rule.lasts(alarm, at) else ""


def _clear(alarm: Alarm, because: str, by: Attendance, at: datetime) -> None:
    alarm.cleared_by, alarm.cleared_at, alarm.because = by.officer_id, at, because
    alarm.save(update_fields=["slot", "cleared_by", "cleared_at", "because"])
    _record(Act.ALARM_CLEARED, alarm, by, because=because)


def _record(act: Act, alarm: Alarm, by: Attendance, **detail: str) -> None:
    said = {"kind": alarm.kind, **detail}
    journal.record(
        act, actor=by.officer_id, desk=alarm.desk_id, thing="alarm", thing_id=alarm.id, detail=said
    )
