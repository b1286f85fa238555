"""Time limits for notices to companies.

A notice under section 3 of the Terrorism Act 2006 gives a company two working days, which begin with the day after
the day on which the notice is given. Working days exclude Saturdays, Sundays, Christmas Day, Good Friday and
bank holidays in any part of the United Kingdom. A voluntary referral has the service's own targets, in hours.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from heedline.packs.tables import Table, read_toml

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from heedline.packs.rules.working_days import WorkingDays

_ZONE = ZoneInfo("Europe/London")
_PARTS = ("ENG", "WLS", "SCT", "NIR")
_WEEKEND = 6
#: Section 3(2)(b) of the Terrorism Act 2006.
WORKING_DAYS = 2


class NoticeStep(StrEnum):
    """A step of a notice with a deadline."""

    APPROVE = "approve"
    SEND = "send"
    ACKNOWLEDGE = "acknowledge"
    ANSWER = "answer"
    READ = "read"
    SERVE = "serve"
    COMPLY = "comply"


@dataclass(frozen=True, slots=True)
class StepTarget:
    """The role responsible for a step, and the time allowed for it."""

    owner: str
    within: timedelta


@dataclass(frozen=True, slots=True)
class Escalation:
    """An escalation contact, and the delay after the deadline at which they are contacted."""

    after: timedelta
    to: str


@dataclass(frozen=True, slots=True)
class ReporterTexts:
    """The messages telling reporters that material they reported was examined or is gone, by language.

    Each mapping has the message for material that is gone, and for other material. A machine-made draft that nobody has
    checked has the English below it.
    """

    english: Mapping[bool, str]
    others: Mapping[str, Mapping[bool, str]]

    def message(self, language: str, *, gone: bool) -> str:
        """Return the message in a language, or in English if there is no translation."""
        return self.others.get(language, self.english)[gone]

    def variants(self, *, gone: bool) -> frozenset[str]:
        """Return the message in every language."""
        return frozenset(one[gone] for one in (self.english, *self.others.values()))


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """The rules for notices to companies, read from the pack's `notices.toml`.

    A check that an item is still there is fresh for the length of `fresh`. One notice has at most `items` items.
    `token_lasts` is how long the page of a company can be opened. `unit`, `email` and `telephone` are the unit that
    sends notices. Reporters are told no earlier than `tell_after` after a decision, and of `tell_items` items at once.
    """

    steps: dict[NoticeStep, StepTarget]
    crisis_acknowledge: timedelta
    crisis_answer: timedelta
    escalation: tuple[Escalation, ...]
    fresh: timedelta
    items: int
    token_lasts: timedelta
    unit: str
    email: str
    telephone: str
    tell_after: timedelta
    tell_items: int
    tell: ReporterTexts


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTimes:
    """The times at which a notice's steps were completed, or None for steps still to come.

    `given` is the day on which a section 3 notice was handed over, or recorded as delivered.
    """

    composed: datetime
    approved: datetime | None = None
    sent: datetime | None = None
    acknowledged: datetime | None = None
    answered: datetime | None = None
    given: date | None = None
    bounced: bool = False


@dataclass(frozen=True, slots=True)
class DueStep:
    """The step that is due on a notice. `failed` means that the notice was undeliverable."""

    step: NoticeStep
    owner: str
    due: datetime
    failed: bool = False

    def is_red(self, now: datetime) -> bool:
        """Return whether action is due now."""
        return self.failed or now >= self.due


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """Return the dates in a year that are a bank holiday, Good Friday or Christmas Day anywhere in the UK."""
    import holidays  # 13 MB, which only a process that reckons with section 3 notices needs

    return frozenset(
        day for part in _PARTS for day in holidays.country_holidays("GB", subdiv=part, years=year)
    )


def proclaimed(days: WorkingDays) -> frozenset[date]:
    """Return the pack's holidays for any part of the UK, some of which the holidays library may lack."""
    return frozenset().union(*days.holidays.values())


def is_working_day(day: date, further: Collection[date] = ()) -> bool:
    """Return whether a day is a working day for the purposes of section 3.

    `further` are holidays that were proclaimed after the library's release (`proclaimed`).
    """
    return day.isoweekday() < _WEEKEND and day not in bank_holidays(day.year) and day not in further


def last_day_to_comply(given: date, further: Collection[date] = ()) -> date:
    """Return the last day for complying with a section 3 notice given on `given`."""
    day, left = given, WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day, further)
    return day


def end_of_compliance(given: date, further: Collection[date] = ()) -> datetime:
    """Return the deadline, in UTC, for complying with a section 3 notice."""
    after = last_day_to_comply(given, further) + timedelta(days=1)
    return datetime.combine(after, time(), _ZONE).astimezone(UTC)


def day_in_uk(moment: datetime) -> date:
    """Return the UK date of a time. Raise ValueError if it has no time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(_ZONE).date()


def referral_step(times: NoticeTimes, rules: NoticeRules, *, crisis: bool = False) -> DueStep | None:
    """Return the step due on a voluntary referral, or None if the company has answered."""
    if times.answered:
        return None
    if times.approved is None:
        return _due(NoticeStep.APPROVE, times.composed, rules)
    if times.sent is None or times.bounced:
        return _due(NoticeStep.SEND, times.sent or times.approved, rules, failed=times.bounced)
    if times.acknowledged is None:
        within = rules.crisis_acknowledge if crisis else None
        return _due(NoticeStep.ACKNOWLEDGE, times.sent, rules, within)
    # an acknowledgement gives no more time: the answer is due from the day of sending
    return _due(NoticeStep.ANSWER, times.sent, rules, rules.crisis_answer if crisis else None)


def section_3_step(times: NoticeTimes, rules: NoticeRules, further: Collection[date] = ()) -> DueStep | None:
    """Return the step due on a section 3 notice, or None if the company has complied or refused."""
    if times.answered:
        return None
    if times.approved is None:
        return _due(NoticeStep.APPROVE, times.composed, rules)
    if times.given is None:
        return _due(NoticeStep.SERVE, times.approved, rules)
    owner = rules.steps[NoticeStep.COMPLY].owner
    return DueStep(NoticeStep.COMPLY, owner, end_of_compliance(times.given, further))


def escalate_to(step: DueStep, rules: NoticeRules, now: datetime) -> Escalation | None:
    """Return the highest escalation level due, or None if the company is not overdue."""
    if step.step not in {NoticeStep.ACKNOWLEDGE, NoticeStep.ANSWER}:
        return None
    due = [one for one in rules.escalation if now >= step.due + one.after]
    return due[-1] if due else None


def _due(
    step: NoticeStep,
    start: datetime,
    rules: NoticeRules,
    within: timedelta | None = None,
    *,
    failed: bool = False,
) -> DueStep:
    target = rules.steps[step]
    return DueStep(step, target.owner, start + (target.within if within is None else within), failed)


def read_notice_rules(folder: Traversable) -> NoticeRules:
    """Return the rules read from `notices.toml` in the folder of a pack.

    Raises PackError, naming the file and key.
    """
    top = read_toml(folder, "notices.toml")
    named = top.named("steps")
    if set(named) != set(NoticeStep):
        raise top.wrong("steps", f"must be {', '.join(NoticeStep)}")
    steps = {
        NoticeStep(code): StepTarget(one.text("owner"), _hours(one, "hours")) for code, one in named.items()
    }
    crisis, unit, reporters = top.table("crisis"), top.table("unit"), top.table("reporters")
    levels = top.tables("escalation")
    escalation = tuple(Escalation(_hours(one, "hours"), one.text("to")) for one in levels)
    if [one.after for one in escalation] != sorted({one.after for one in escalation}):
        raise top.wrong("escalation", "must be in order of its hours")
    found = NoticeRules(
        steps=steps,
        crisis_acknowledge=_hours(crisis, "acknowledge_hours"),
        crisis_answer=_hours(crisis, "answer_hours"),
        escalation=escalation,
        fresh=_hours(top, "fresh_hours"),
        items=top.number("items"),
        token_lasts=timedelta(days=top.number("token_days")),
        unit=unit.text("name"),
        email=unit.text("email"),
        telephone=unit.text("telephone", ""),
        tell_after=timedelta(days=reporters.number("days")),
        tell_items=reporters.number("items"),
        tell=_reporter_texts(reporters),
    )
    if not found.fresh or not found.items:
        raise top.wrong("items", "and fresh_hours must be above zero")
    top.text("source")
    top.day("as_of")
    for table in (*named.values(), *levels, crisis, unit, reporters, top):
        table.done()
    return found


def _reporter_texts(table: Table) -> ReporterTexts:
    english = {False: table.text("examined"), True: table.text("gone")}
    others = {}
    languages = table.table("languages")
    for code in languages:
        one = languages.table(code)
        reviewed, note = one.text("reviewed", ""), one.text("unreviewed")
        texts = {False: one.text("examined"), True: one.text("gone")}
        one.done()
        others[code] = (
            texts
            if reviewed
            else {gone: f"{text}\n\n{note}\n\n{english[gone]}" for gone, text in texts.items()}
        )
    return ReporterTexts(english, others)


def _hours(table: Table, key: str) -> timedelta:
    return timedelta(hours=table.number(key))
