"""Data structures for a loaded pack, which is immutable, validated and cross-checked.

Packs are created by `heedline.packs.load_pack`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

from heedline.index.extraction.rules import MatchingRules
from heedline.packs.report_kinds import Offers, Outcome, QuestionTemplate, Reason, ReportKind
from heedline.packs.rules.checks import CheckSystem
from heedline.packs.rules.clocks import KindClocks, OnCallStep, PriorityClock, Timetable
from heedline.packs.rules.file_limits import FileLimits
from heedline.packs.rules.incidents import IncidentKind
from heedline.packs.rules.look_alikes import LookAlikes
from heedline.packs.rules.matching import read_matching
from heedline.packs.rules.partners import PartnerRules
from heedline.packs.rules.practice import Practice
from heedline.packs.rules.presets import Preset
from heedline.packs.rules.retention import Retention
from heedline.packs.rules.source_guard import SourceGuard
from heedline.packs.rules.threat_level import ThreatLevelRules
from heedline.packs.rules.tracing import Tracing
from heedline.packs.rules.training import Trainings
from heedline.packs.tables import Table, read_toml
from heedline.packs.text.languages import in_order, over
from heedline.packs.text.tongues import Tongues
from heedline.packs.text.words import fill_all
from heedline.packs.urgency import Urgency

if TYPE_CHECKING:
    from heedline.packs.places.areas import Areas
    from heedline.packs.places.counters import Counter
    from heedline.packs.places.special_places import SpecialPlaces
    from heedline.packs.rules.assessments import AssessmentForm
    from heedline.packs.rules.behaviour import Behaviour
    from heedline.packs.rules.plan_words import PlanWords
    from heedline.packs.rules.risk_prompts import RiskPrompts
    from heedline.packs.rules.working_days import WorkingDays
    from heedline.packs.text.languages import Language, Page
    from heedline.packs.text.words import Words


@dataclass(frozen=True, slots=True)
class ServiceNumber:
    """A phone number that the public may call or text.

    `dial` is the form used after `tel:`. `words` is the key of the note shown with it.
    """

    code: str
    number: str
    dial: str
    words: str
    source: str
    as_of: date


@dataclass(frozen=True, slots=True)
class ServiceLink:
    """A page on another site that the public is directed to."""

    code: str
    url: str
    words: str
    source: str
    as_of: date


@dataclass(frozen=True, slots=True)
class Service:
    """The settings that identify a deployment to the public, such as its name, logo and data controller.

    `exit_url` is the neutral site that the exit link leads to. `unit` is who runs it, as the public pages
    say it, and `unit_in` the same in other languages. `mark` is the static path of their own logo, or empty if they have none.
    """

    name: str
    jurisdiction: str
    exit_url: str
    support_email: str
    source_url: str
    unit: str
    mark: str
    marking: str
    """The protective marking on pages that officers print."""
    unit_in: Mapping[str, str]
    controller: str
    """The data controller, or "" if it has not been filled in."""
    data_officer: str
    """The contact details of the data protection officer, or "" if they have not been filled in."""
    accessibility_prepared: date
    """The date of the accessibility statement."""
    accessibility_reply_days: int
    """The number of working days in which reports of accessibility problems are answered."""
    accessibility_law: str
    accessibility_enforcer: str


@dataclass(frozen=True, slots=True)
class PackOrganisation:
    """An organisation that owns desks."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class DeskEntry:
    """A desk as defined by the pack.

    `role` is `desk` or `authoriser`. `around_the_clock` means that the desk never closes. `kinds` are the
    kinds of report that it takes. `kind` is the desk's own kind in the table of desks: `activity`,
    `safeguarding`, `material`, `advice` or `authoriser`. `phone` is the number that partners are given, or "".
    """

    code: str
    name: str
    organisation: str
    role: str
    around_the_clock: bool
    kinds: tuple[str, ...]
    kind: str
    calendar: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Region:
    """A group of forces and the desk that takes their reports.

    `desks` maps kinds of report to other desks of this region that take them. `calendar` is the calendar of
    public holidays that applies.
    """

    code: str
    name: str
    desk: str
    desks: Mapping[str, str]
    calendar: str


@dataclass(frozen=True, slots=True)
class Force:
    """A police force.

    `id` follows the style of data.police.uk. `url` is its own website, or "" if the pack does not know it.
    """

    id: str
    name: str
    region: str
    url: str = ""


@dataclass(frozen=True)
class Pack:
    """A jurisdiction pack, with all of its data.

    Mappings keep the order of the files. `answers` says for each kind of report what its answers hold (`read_answers`).
    """

    code: str
    folder: Traversable
    service: Service
    languages: Mapping[str, Language]
    """The languages of the public pages, by code.

    The first is the language that the others are translated from.
    """
    tongues: Tongues
    """The languages that reporters write in and officers speak."""
    numbers: Mapping[str, ServiceNumber]
    links: Mapping[str, ServiceLink]
    films: Mapping[str, str]
    """URLs of British Sign Language videos, by page name (`front`, `question-what`)."""
    file_limits: FileLimits
    formats: Mapping[str, str]
    """The country's regular expressions for `postcode`, `outcode` and `registration`.

    It also holds the number of characters after the space in a postcode (`postcode_tail`).
    """
    organisations: Mapping[str, PackOrganisation]
    desks: Mapping[str, DeskEntry]
    watch_desk: str
    authoriser_desk: str
    """The desk that decides about identities, or "" if reporters are never asked for theirs."""
    linking_desk: str
    """The desk that compares the reports of all desks with each other and with the interest register."""
    kinds: Mapping[str, ReportKind]
    offers: Mapping[str, Offers]
    """What officers are offered for each kind of report."""
    regions: Mapping[str, Region]
    forces: Mapping[str, Force]
    areas: Areas
    counters: Mapping[str, tuple[Counter, ...]]
    """The police station counters open to the public, by force id.

    It covers only the counters that the deployment has listed.
    """
    priorities: Mapping[str, PriorityClock]
    first_priority: Mapping[str, str]
    """The initial priority of a new report, by `Urgency`."""
    clocks: Mapping[str, timedelta]
    kind_clocks: Mapping[str, KindClocks]
    safe_hours: Mapping[str, tuple[time, time]]
    """The start and end of each call-back time slot, by the code of the reporter's answer."""
    working_days: WorkingDays
    special_places: SpecialPlaces
    """Railway, airport, military and nuclear sites, recognised in a text by name or type."""
    assessments: Mapping[str, AssessmentForm]
    behaviour: Behaviour
    plan_words: PlanWords
    look_alikes: LookAlikes
    answers: Mapping[str, Mapping[str, str]]
    """The rules for finding reports about the same person."""
    risk_prompts: RiskPrompts
    source_guard: SourceGuard
    checks: Mapping[str, CheckSystem]
    """The systems in which officers check reports further, by code."""
    tracing: Tracing
    partners: PartnerRules
    known: Mapping[str, str]
    """The placeholder values that texts may use, by dotted name, such as `{numbers.hotline}` and `{minutes.draft}`."""
    on_call: tuple[OnCallStep, ...]
    incidents: Mapping[str, IncidentKind]
    """The kinds of incident that a supervisor of the round-the-clock desk can open."""
    threat_level: ThreatLevelRules
    outcomes: Mapping[str, Outcome]
    reasons: Mapping[str, Reason]
    presets: Mapping[str, Preset]
    """The presets that fill in an assessment for a common kind of vague report."""
    retention: Retention
    trainings: Trainings
    practice: Practice
    """The practice exercises, which are invented reports and calls."""
    statuses: Mapping[str, str]
    """The key of the wording for each status shown to a reporter, in `mailbox_words`."""
    question_templates: Mapping[str, QuestionTemplate]
    pages: Mapping[str, Mapping[str, Page]]
    """The translation state of each page, by language code and page."""
    _words: Mapping[str, Words]

    def words(self, language: str) -> Words:
        """Return all interface text in one language.

        Raises KeyError for a language that the pack does not list.
        """
        return self._words[language]

    def is_confidential(self, kind: str) -> bool:
        """Return whether those who send this kind of report are sources. A kind that the pack no longer has counts as such."""
        return kind not in self.kinds or self.kinds[kind].confidential

    def mailbox_words(self, kind: str, language: str) -> Words:
        """Return the interface text of the mailbox of a report of this kind.

        It is the same for all kinds but those of ordinary services for named organisations, which a mailbox may disclose.
        """
        words = self.words(language)
        return words if self.is_confidential(kind) else words.within(f"{kind}_mailbox")

    @cached_property
    def matching(self) -> MatchingRules:
        """Return the rules for finding reports about one person, which are read when they are first used.

        Names take 6 MiB, and only the office compares them. Raises PackError.
        """
        return read_matching(self.folder, self.formats, self.answers)

    @property
    def first_language(self) -> str:
        """Return the code of the language that all others are translated from."""
        return next(iter(self.languages))

    def clock(self, code: str) -> timedelta:
        """Return the pack's time limit with this code.

        Raises KeyError if the pack has none of that name.
        """
        return self.clocks[code]

    def timetable(self, kind: str) -> Timetable:
        """Return the timetable for one kind of report: initial priorities, all priorities and time limits.

        For an unknown kind, the pack's own values are returned. The result can be used wherever
        `dispatch.clocks` accepts the pack, as in `first_due(slot, urgency, pack.timetable(kind))`.
        """
        own = self.kind_clocks.get(kind)
        if own is None:
            return Timetable(self.first_priority, self.priorities, self.clocks)
        return Timetable(own.first_priority, self.priorities, {**self.clocks, **own.minutes})

    def first_due(
        self, kind: str, urgency: str, counted_from: datetime, *, area: str = "unknown"
    ) -> datetime:
        """Return the deadline for taking a new report or acknowledging a request.

        `counted_from` is the *end* of its slot. The deadline depends on the priority and is never later than
        `unread_ceiling`. For a routine report of a kind with working days, it is the close of that working day
        in `area` (a force's id, or `unknown`). Raises KeyError for an unknown urgency.
        """
        return self.seen_due(kind, self.timetable(kind).first_priority[urgency], counted_from, area=area)

    def seen_due(self, kind: str, code: str, counted_from: datetime, *, area: str = "unknown") -> datetime:
        """Return the deadline for taking a report of this kind whose priority is `code`.

        Raises KeyError for an unknown priority.
        """
        table = self.timetable(kind)
        if days := self._working_days(kind, code):
            return self.working_days.close_of(counted_from, days, calendar=self._calendar(area))
        return counted_from + min(table.priorities[code].seen_within, table.clocks["unread_ceiling"])

    def next_due(
        self, kind: str, code: str, counted_from: datetime, *, area: str = "unknown", waiting: bool = False
    ) -> datetime:
        """Return the deadline for the next action on a report of this kind whose priority is `code`.

        `waiting` is true after something was asked of others or sent to them. A clock that runs in working days keeps
        to them: the next action is due at the close of a working day. Raises KeyError for an unknown priority.
        """
        limits = self.timetable(kind).priorities[code]
        within = limits.wait_within if waiting else limits.next_within
        if days := self._working_days(kind, code):
            days = max(days, within.days) if waiting else days
            return self.working_days.close_of(counted_from, days, calendar=self._calendar(area))
        return counted_from + within

    def odd_due(self, kind: str, counted_from: datetime, *, area: str) -> datetime:
        """Return the time by which it is settled what became of something odd that a request of this kind mentions."""
        own = self.kind_clocks.get(kind)
        hours = own.odd_hours if own is not None else 0
        return self.working_days.hours_after(
            counted_from, timedelta(hours=hours), calendar=self._calendar(area)
        )

    def _working_days(self, kind: str, code: str) -> int:
        """Return the number of working days allowed for this kind of report, or 0 if its clock runs at night too.

        Only the priority with which a routine request of the kind starts is timed in working days.
        """
        own = self.kind_clocks.get(kind)
        timed = own is not None and own.first_priority[Urgency.ROUTINE] == code
        return own.working_days if own is not None and timed else 0

    def _calendar(self, area: str) -> str:
        force = self.forces.get(area)
        return self.regions[force.region].calendar if force else self.working_days.usual

    def calendar_of(self, desk: str) -> str:
        """Return the calendar of public holidays that a desk keeps. A desk that the pack does not list keeps the usual one."""
        return self.desks[desk].calendar if desk in self.desks else self.working_days.usual

    def outcomes_for(self, kind: str) -> Mapping[str, Outcome]:
        """Return the outcomes available for this kind of report, in its order."""
        return {code: self.outcomes[code] for code in self._offered(kind, "outcomes")}

    def reasons_for(self, kind: str) -> Mapping[str, Reason]:
        """Return the reasons that the three-page closing form offers for this kind of report."""
        return {code: self.reasons[code] for code in self._offered(kind, "reasons")}

    def _offered(self, kind: str, group: str) -> tuple[str, ...]:
        """Return the codes of one group of `Offers`. A kind that the pack no longer has offers what all kinds do."""
        if kind in self.offers:
            found: tuple[str, ...] = getattr(self.offers[kind], group)
            return found
        first, *others = (getattr(one, group) for one in self.offers.values())
        return tuple(code for code in first if all(code in other for other in others))

    @property
    def asks_identity(self) -> bool:
        """Return whether reporters may say who they are. Otherwise no page of the office concerns identities."""
        return bool(self.authoriser_desk)

    def presets_for(self, kind: str) -> tuple[Preset, ...]:
        """Return the presets for this kind of report, in file order."""
        return tuple(preset for preset in self.presets.values() if kind == preset.kind)

    def templates_for(self, kind: str) -> Mapping[str, QuestionTemplate]:
        """Return the questions that officers may send to reporters for this kind of report."""
        return {code: self.question_templates[code] for code in self._offered(kind, "question_templates")}

    def assessment(self, kind: str) -> AssessmentForm:
        """Return the assessment questions for officers who work on this kind of report.

        They are in the wording of that kind's desks. An unknown kind gets the first assessment.
        """
        return self.assessments.get(kind) or next(iter(self.assessments.values()))

    def ambiguous_outcode(self, postcode: str) -> bool:
        """Return whether the postcode is an outcode on its own that belongs to several forces.

        The reporter is then asked once for the full postcode.
        """
        return self.areas.ambiguous_outcode(postcode)

    def spoken(self, stem: str, language: str) -> Table:
        """Return the table in `<stem>.<language>.toml`, with gaps filled from the first language.

        Raises PackError if there is no such file for a language that the pack does not list.
        """
        first = self.table(f"{stem}.{self.first_language}.toml")
        path, known = f"{stem}.{language}.toml", self.languages.get(language)
        there = self.folder.joinpath(*path.split("/")).is_file()
        if language == self.first_language or (known and not there):
            return first
        own = self.table(path)
        right_to_left = known is not None and known.direction == "rtl"
        return Table(over(first.data, in_order(own.data) if right_to_left else own.data), path)

    def table(self, path: str) -> Table:
        """Return a data file of the pack, with placeholders filled from `known`.

        The part of the program that uses the file defines its meaning. Raises PackError for a placeholder that
        the pack cannot fill.
        """
        table = read_toml(self.folder, path)
        try:
            return Table(fill_all(table.data, self.known), path)
        except KeyError as error:
            raise table.wrong(str(error.args[0]), "nothing in the pack is called so") from None
