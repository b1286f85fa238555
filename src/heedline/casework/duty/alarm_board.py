"""The open alarms as an officer sees them, in pages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, Func, OuterRef, Q, Subquery, Value

from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.duty import alarm_causes, alarm_kinds, alarms, training_clock
from heedline.casework.duty.alarm_rules import AlarmRule
from heedline.casework.report.opening import short_name
from heedline.desks.duty_hours import staffed_desks
from heedline.desks.models import Officer
from heedline.dispatch.clocks import day_of, slot_words
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import About, Alarm
from heedline.dispatch.pages import PageWord
from heedline.packs import load_pack
from heedline.permits.gate import allows
from heedline.permits.scopes import reports_of
from heedline.reports.models import DeskRecord, InterestHit
from heedline.reports.record_kinds import RecordKind, kinds

#: Subjects of alarms on one page.
PAGE: Final = 50
#: Subjects that My work lists of those about which an officer was paged.
MOST_PAGED: Final = 5
#: My work lists what a colleague has acknowledged for so long, so that whoever was paged still finds it.
STILL_LISTED: Final = timedelta(hours=1)
#: More subjects than this with the same alarms at a desk are a flood, and one of them stands for all.
FEW: Final = 5
#: Alarms about the interest register that are listed for each desk.
MOST_OF_REGISTER: Final = 5


#: A subject of alarms: what they are about, and the desk.
type _Subject = tuple[UUID | None, UUID]


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
    may_answer: bool = False
    record: UUID | None = None
    """The id of the specialist desk record that the alarm is about, if `page` shows one."""
    more: int = 0
    """The number of alarms of this kind at this desk that follow and are not listed."""
    alike: int = 0
    """The number of further subjects of a flood, for the alarms of the one that stands for them."""


@dataclass(frozen=True, slots=True)
class AlarmedThing:
    """A report, request or desk with all of its open alarms.

    `first` is the most urgent of them.

    `acknowledge` is the alarm to acknowledge, or None. Acknowledging it also acknowledges this thing's other alarms that the
    officer may answer.
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


def open_page(*, page: int = 1, like: UUID | None = None, by: Attendance, at: datetime) -> AlarmPage:
    """Return a page of the open alarms that this officer may see, most urgent first.

    Alarms about danger come first, followed by those that nobody has acknowledged. A page has all alarms of `PAGE` subjects.
    A flood of reports may raise thousands of alarms, and each one listed must be checked to see if it can be cleared. Of a
    flood, the first subject is listed. With `like`, one of its alarms, they all are, and nothing else.
    """
    found = list(alarms.visible(by).filter(cleared_at=None).select_related("desk"))
    order, owned = _order(), _owned(found, by)
    of_others = {one.id for one in found if one.about_kind == About.INTEREST and one.about_id not in owned}
    found.sort(
        key=lambda a: (order[a.kind], a.id in of_others, a.acknowledged_at is not None, a.slot, a.desk.name)
    )
    listed, more = _without_repeats(found)
    groups = _grouped(listed)
    if like is not None:
        wanted = {(one.about_id, one.desk_id) for one in listed if one.id == like}
        groups = [[one] for group in groups if wanted & set(group) for one in group]
    pages = max(1, -(-len(groups) // PAGE))
    page = min(page, pages)
    shown = {group[0]: len(group) - 1 for group in groups[(page - 1) * PAGE : page * PAGE]}
    lines = _lines([one for one in listed if (one.about_id, one.desk_id) in shown], by, at)
    return AlarmPage(
        tuple(
            replace(line, more=more.get(line.id, 0), alike=shown[line.about, line.desk_id]) for line in lines
        ),
        page,
        pages,
    )


@dataclass(frozen=True, slots=True)
class PagedWork:
    """What an officer was paged about and is still open.

    `more` counts the subjects that follow and are not listed, and `unanswered` all subjects of which nobody has acknowledged
    every alarm: one report has several alarms, and is one thing to open.
    """

    things: tuple[AlarmedThing, ...]
    more: int
    unanswered: int


def paged_about(*, by: Attendance, at: datetime) -> PagedWork:
    """Return what this officer was paged about, by the word of the page, and unacknowledged alarms first.

    What a colleague has acknowledged follows for an hour. What this officer acknowledged is left out.
    """
    open_now = Alarm.objects.filter(alarms.paged(by), kind__in=alarm_kinds.known(), cleared_at=None)
    recent = Q(acknowledged_at=None) | Q(acknowledged_at__gt=at - STILL_LISTED)
    mine = open_now.filter(recent).exclude(acknowledged_by=by.officer_id).select_related("desk")
    subjects_of = Count(Func("about_id", "desk_id", function="ROW"), distinct=True)
    unanswered_now = alarms.unanswered(by=by).order_by()
    waiting = unanswered_now.values(all=Value(1)).annotate(n=subjects_of).values("n")
    readable = Exists(reports_of(by.desk_ids).filter(id=OuterRef("about_id")))
    found = list(mine.annotate(report=readable, waiting=Subquery(waiting)))
    unanswered = found[0].waiting if found else unanswered_now.aggregate(n=subjects_of)["n"]
    seen = {one.about_id for one in found if one.report}
    order, words = _order(), list(PageWord)
    found.sort(
        key=lambda a: (
            words.index(alarm_kinds.rule_of(a.kind).word),
            a.acknowledged_at is not None,
            order[a.kind],
            a.slot,
            a.desk.name,
        )
    )
    subjects = list(dict.fromkeys((one.about_id, one.desk_id) for one in found))
    shown = set(subjects[:MOST_PAGED])
    lines = _lines(
        [one for one in found if (one.about_id, one.desk_id) in shown], by, at, seen=seen, clearing=False
    )
    return PagedWork(by_thing(lines), len(subjects) - len(shown), unanswered or 0)


def _grouped(alarms: Iterable[Alarm]) -> list[list[_Subject]]:
    """Return the subjects of these alarms, in the same order, with those of a flood together where its first one is.

    The subjects of a flood are at one desk and have alarms of the same kinds at the same step, which are all
    acknowledged or not.
    """
    of_subject = defaultdict[_Subject, list[Alarm]](list)
    for alarm in alarms:
        of_subject[alarm.about_id, alarm.desk_id].append(alarm)
    groups = defaultdict[Hashable, list[_Subject]](list)
    for subject, some in of_subject.items():
        groups[_likeness(some)].append(subject)
    found = list[list[_Subject]]()
    for subject, some in of_subject.items():
        group = groups[_likeness(some)]
        if len(group) <= FEW:
            found.append([subject])
        elif group[0] == subject:
            found.append(group)
    return found


def _likeness(alarms: Sequence[Alarm]) -> Hashable:
    """Return what is the same for all subjects of a flood."""
    steps = sorted((one.kind, one.steps_sent, one.acknowledged_at is not None) for one in alarms)
    return (alarms[0].desk_id, *steps)


def _order() -> dict[str, int]:
    return {kind: place for place, (kind, _) in enumerate(alarm_kinds.every_kind())}


def _without_repeats(found: Iterable[Alarm]) -> tuple[list[Alarm], dict[UUID, int]]:
    """Return the alarms to list, and how many more each desk has about the interest register, by the id of the last one listed.

    Alarms about the register are all dealt with on one page, and thousands of them would bury the alarms that follow.
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
    found = list(alarms.visible(by).filter(pk=alarm_id, cleared_at=None).select_related("desk"))
    return next(iter(_lines(found, by, at)), None)


def _lines(
    found: Sequence[Alarm],
    by: Attendance,
    at: datetime,
    *,
    seen: Container[UUID | None] | None = None,
    clearing: bool = True,
) -> tuple[AlarmLine, ...]:
    """Return these alarms as they are shown to this officer, in the same order.

    `seen` are the reports that this officer may see, if the caller knows. Whether an alarm can be cleared takes statements of
    its own for each, and is left out without `clearing`.
    """
    if seen is None:
        about = [one.about_id for one in found if one.about_id]
        seen = set(reports_of(by.desk_ids).filter(id__in=about).values_list("id", flat=True))
    names = dict(
        Officer.objects.filter(id__in=[a.acknowledged_by for a in found if a.acknowledged_by]).values_list(
            "id", "name"
        )
    )
    which = _expiring(found, at) | _uncovered(found, at)
    owned, records = _owned(found, by), _records(found)
    rules = dict(alarm_kinds.every_kind())
    of_others = any(alarm.desk_id not in by.desk_ids for alarm in found)
    staffed = staffed_desks(at) if of_others else frozenset[UUID]()
    lines = []
    for alarm in found:
        mine = alarms.may_answer(by, alarm)
        why_not = "" if mine else "Your role on this desk does not include this."
        if mine and clearing:
            why_not = alarms.cause_that_remains(alarm, at)
        do = rules[alarm.kind].what_to_do
        elsewhere = alarm.about_kind == About.REPORT and alarm.desk_id not in by.desk_ids
        if elsewhere and alarm.about_id not in seen:
            do = _whom_to_phone(alarm)
            why_not = why_not and do
        lines.append(
            AlarmLine(
                alarm.id,
                alarm.kind,
                rules[alarm.kind].words + which.get(alarm.id, ""),
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
                and alarms.stops_paging(by, alarm, staffed),
                clearing and mine and not why_not,
                why_not,
                alarm.about_id if alarm.about_kind == About.REQUEST else None,
                _page(rules[alarm.kind], alarm, by, owned, records),
                do,
                alarm.about_id,
                _title(alarm, records),
                mine,
                alarm.about_id if rules[alarm.kind].title or alarm.about_id in records else None,
            )
        )
    return tuple(lines)


def _whom_to_phone(alarm: Alarm) -> str:
    """Return what an officer whose desks cannot open the report does about its alarm: phone the desk that can."""
    desk = load_pack(settings.PACK).desks.get(alarm.desk.code)
    number = f" on {desk.phone}" if desk is not None and desk.phone else ""
    return f"Your desk cannot open this report. Phone the desk that can{number}."


def _since(slot: datetime, at: datetime) -> str:
    """Return when an alarm was raised, to the quarter hour, or to the day if only that is stored."""
    quarter_hour = slot_words(slot, at, office_zone())
    return quarter_hour.partition(",")[0] if slot == day_of(slot) else quarter_hour


def _records(found: Iterable[Alarm]) -> dict[UUID | None, RecordKind]:
    """Return the kinds of the records that these alarms are about, leaving out those that this session cannot see."""
    about = [one.about_id for one in found if one.about_kind == About.RECORD and one.about_id]
    rows = DeskRecord.objects.filter(id__in=about, kind__in=kinds()) if about else DeskRecord.objects.none()
    return {ident: kinds()[kind] for ident, kind in rows.values_list("id", "kind")}


def _page(
    rule: AlarmRule,
    alarm: Alarm,
    by: Attendance,
    owned: Container[UUID | None],
    records: Mapping[UUID | None, RecordKind],
) -> str:
    """Return the page on which this officer can deal with an alarm, or "".

    `owned` has the matches of the officer's own interest register entries, which are not shown to anybody else.
    """
    needed, page = rule.page_for, rule.page
    if alarm.about_kind == About.RECORD:
        page = records[alarm.about_id].page if alarm.about_id in records else ""
    if rule.title and alarm.desk_id not in by.desk_ids:
        return ""
    if alarm.about_kind == About.INTEREST and alarm.about_id not in owned:
        return ""
    return page if needed is None or allows(by.appointments, needed, [alarm.desk_id]) else ""


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


def _uncovered(found: Iterable[Alarm], at: datetime) -> dict[UUID, str]:
    """Return the hours that each alarm about a rota gap is about, such as ": Sat 5 Dec, 22:00 to Sun 6 Dec, 06:00"."""
    alarmed = [one for one in found if one.kind == AlarmKind.ROTA_GAP]
    desks = {one.desk_id: one.desk for one in alarmed}
    gaps = {ident: gap for desk in desks.values() for ident, gap in alarm_causes.gaps_ahead(desk, at).items()}
    zone = office_zone()
    hours = {
        ident: f"{gap.span.starts.astimezone(zone):%a %-d %b, %H:%M} to {gap.span.ends.astimezone(zone):%a %-d %b, %H:%M}"
        for ident, gap in gaps.items()
    }
    return {one.id: f": {hours[one.about_id]}" for one in alarmed if one.about_id in hours}


def _title(alarm: Alarm, records: Mapping[UUID | None, RecordKind]) -> str:
    """Return the display name of the alarm's subject.

    The reference of a report or a record reveals nothing about its content.
    """
    if alarm.about_kind == About.RECORD and alarm.about_id is not None:
        kind = records.get(alarm.about_id)
        return f"{kind.title if kind else 'Record'} {short_name(alarm.about_id)}"
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
