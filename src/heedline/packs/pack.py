"""What a loaded pack is: frozen, validated, cross-checked. `heedline.packs.load_pack` makes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

from heedline.packs.rules.partners import PartnerRules
from heedline.packs.rules.practice import Practice
from heedline.packs.rules.retention import Retention
from heedline.packs.rules.source_guard import SourceGuard
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
    from heedline.packs.rules.working_days import WorkingDays
    from heedline.packs.text.languages import Language, Page
    from heedline.packs.text.words import Words


@dataclass(frozen=True, slots=True)
class ServiceNumber:
    """A number the public may call or text. `dial` fits after `tel:`; `words` is the key of its note."""

    code: str
    number: str
    dial: str
    words: str
    source: str
    as_of: date


@dataclass(frozen=True, slots=True)
class ServiceLink:
    """A page elsewhere that the public is sent to."""

    code: str
    url: str
    words: str
    source: str
    as_of: date


@dataclass(frozen=True, slots=True)
class Service:
    """How this deployment names itself. `exit_url` is the neutral site that the exit link leads to."""

    name: str
    jurisdiction: str
    exit_url: str
    demo_words: str
    support_email: str
    source_url: str


@dataclass(frozen=True, slots=True)
class PackOrganisation:
    """A body that owns desks."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class DeskEntry:
    """A desk as the pack proposes it; `role` is `desk` or `authoriser`. `around_the_clock`: never closes.

    `kinds`: the kinds of report that it takes. `kind`: what sort of desk it is, for the table of desks: `activity`,
    `safeguarding`, `material`, `advice` or `authoriser`.
    """

    code: str
    name: str
    organisation: str
    role: str
    around_the_clock: bool
    kinds: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class ReportKind:
    """A kind of report. `watch`: the round-the-clock desk receives it too. `question_set` is asked for it.

    `desk_kind`: the sort of desk that works on it. `desk`: the desk that takes it wherever it was, or from regions
    that name none of their own for this kind; empty: the desk of the region, otherwise the one that never closes.
    """

    code: str
    name: str
    watch: bool
    question_set: str
    desk_kind: str
    desk: str


@dataclass(frozen=True, slots=True)
class Region:
    """A group of forces and the desk that takes their reports.

    `desks`: kind of report → another desk of this region for it. `calendar`: whose public holidays count.
    """

    code: str
    name: str
    desk: str
    desks: Mapping[str, str]
    calendar: str


@dataclass(frozen=True, slots=True)
class Force:
    """A police force; `id` in the style of data.police.uk."""

    id: str
    name: str
    region: str


@dataclass(frozen=True, slots=True)
class PriorityClock:
    """How soon a report must be seen by a person and handed over to whoever acts."""

    code: str
    name: str
    seen_within: timedelta
    handed_within: timedelta


@dataclass(frozen=True, slots=True)
class OnCallStep:
    """After this long without anybody taking the report, these are paged."""

    after: timedelta
    who: str
    words: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a report ended. `short`: offered by the three-page close. `kinds`: for these kinds of report; all, if none."""

    code: str
    words: str
    useful: bool
    short: bool
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason under an outcome of the three-page close, for the outcome's kinds, or for fewer of them."""

    code: str
    outcome: str
    words: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionTemplate:
    """A question that an officer may send to a reporter. None asks anyone to find out more.

    `words` is the key of its text in the language of the reporter (`Pack.words`). `kinds`: as for `Outcome`.
    """

    code: str
    label: str
    words: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KindClocks:
    """What one kind of report has of its own. Without `working_days` its first clock runs by priority."""

    first_priority: Mapping[str, str]
    working_days: int
    minutes: Mapping[str, timedelta]


@dataclass(frozen=True, slots=True)
class Timetable:
    """How fast, for one kind of report: the shape that `dispatch.clocks` asks a pack for."""

    first_priority: Mapping[str, str]
    priorities: Mapping[str, PriorityClock]
    clocks: Mapping[str, timedelta]


@dataclass(frozen=True, slots=True)
class Pack:
    """One jurisdiction. Mappings keep the order of the files."""

    code: str
    folder: Traversable
    service: Service
    languages: Mapping[str, Language]
    """By code; the first is the one that the others are translated from."""
    tongues: Tongues
    """The languages that people write in and officers speak."""
    numbers: Mapping[str, ServiceNumber]
    links: Mapping[str, ServiceLink]
    formats: Mapping[str, str]
    """Regular expressions of the country's `postcode`, `outcode` and `registration`, and how many characters
    of a postcode stand after its space (`postcode_tail`)."""
    organisations: Mapping[str, PackOrganisation]
    desks: Mapping[str, DeskEntry]
    watch_desk: str
    authoriser_desk: str
    kinds: Mapping[str, ReportKind]
    regions: Mapping[str, Region]
    forces: Mapping[str, Force]
    areas: Areas
    counters: Mapping[str, tuple[Counter, ...]]
    """Force's id → where one can talk to it face to face, as far as the deployment has a list."""
    priorities: Mapping[str, PriorityClock]
    first_priority: Mapping[str, str]
    """Urgency (`danger`, `soon`, `routine`) → the priority a new report starts with."""
    clocks: Mapping[str, timedelta]
    kind_clocks: Mapping[str, KindClocks]
    safe_hours: Mapping[str, tuple[time, time]]
    """Part of the day, as the questions offer it to whoever asks for a call → from when until when."""
    working_days: WorkingDays
    special_places: SpecialPlaces
    """Rail, airports, military and nuclear sites, by the words that name them."""
    assessments: Mapping[str, AssessmentForm]
    behaviour: Behaviour
    source_guard: SourceGuard
    tracing: Tracing
    partners: PartnerRules
    known: Mapping[str, str]
    """What texts may take from the pack (`{numbers.hotline}`, `{minutes.draft}`), by dotted name."""
    on_call: tuple[OnCallStep, ...]
    outcomes: Mapping[str, Outcome]
    reasons: Mapping[str, Reason]
    retention: Retention
    trainings: Trainings
    practice: Practice
    """How long reports are kept, what keeps them, and what people are told who use their rights."""
    statuses: Mapping[str, str]
    """Status shown to a reporter → key of its words; the same for every kind."""
    question_templates: Mapping[str, QuestionTemplate]
    pages: Mapping[str, Mapping[str, Page]]
    """Language code → page → how far that page is in that language."""
    _words: Mapping[str, Words]

    def words(self, language: str) -> Words:
        """The texts of that language; KeyError for a language that the pack does not list."""
        return self._words[language]

    @property
    def first_language(self) -> str:
        """The language that all others are translated from."""
        return next(iter(self.languages))

    def clock(self, code: str) -> timedelta:
        """One clock; KeyError when the pack has none of that name."""
        return self.clocks[code]

    def timetable(self, kind: str) -> Timetable:
        """First priorities, priorities and clocks for one kind of report; the pack's own for an unknown kind.

        Fits wherever `dispatch.clocks` takes the pack: `first_due(slot, urgency, pack.timetable(kind))`.
        """
        own = self.kind_clocks.get(kind)
        if own is None:
            return Timetable(self.first_priority, self.priorities, self.clocks)
        return Timetable(own.first_priority, self.priorities, {**self.clocks, **own.minutes})

    def first_due(
        self, kind: str, urgency: str, counted_from: datetime, *, area: str = "unknown"
    ) -> datetime:
        """By when a report must have been taken, or a request acknowledged. `counted_from`: the *end* of its slot.

        By priority, never past `unread_ceiling`; for a routine report of a kind with working days, the close of that
        working day where `area` (a force's id, or `unknown`) is. KeyError for an unknown urgency.
        """
        table = self.timetable(kind)
        own = self.kind_clocks.get(kind)
        if own is not None and own.working_days and urgency == Urgency.ROUTINE:
            return self.working_days.close_of(counted_from, own.working_days, calendar=self._calendar(area))
        limits = table.priorities[table.first_priority[urgency]]
        return counted_from + min(limits.seen_within, table.clocks["unread_ceiling"])

    def _calendar(self, area: str) -> str:
        force = self.forces.get(area)
        return self.regions[force.region].calendar if force else self.working_days.usual

    def outcomes_for(self, kind: str) -> Mapping[str, Outcome]:
        """The outcomes that a report of this kind can have, in the file's order."""
        return {code: one for code, one in self.outcomes.items() if _is_for(one.kinds, kind)}

    def reasons_for(self, kind: str) -> Mapping[str, Reason]:
        """The reasons of the three-page close for a report of this kind."""
        outcomes = self.outcomes_for(kind)
        return {
            code: one
            for code, one in self.reasons.items()
            if one.outcome in outcomes and _is_for(one.kinds, kind)
        }

    def templates_for(self, kind: str) -> Mapping[str, QuestionTemplate]:
        """The questions that may be put to the reporter of a report of this kind."""
        return {code: one for code, one in self.question_templates.items() if _is_for(one.kinds, kind)}

    def assessment(self, kind: str) -> AssessmentForm:
        """What an officer of this kind's desks is asked to decide, in their words; an unknown kind gets the first."""
        return self.assessments.get(kind) or next(iter(self.assessments.values()))

    def ambiguous_outcode(self, postcode: str) -> bool:
        """Whether this is only the first half of a postcode, in which several forces meet: ask once for all of it."""
        return self.areas.ambiguous_outcode(postcode)

    def spoken(self, stem: str, language: str) -> Table:
        """`<stem>.<language>.toml`, and wherever it says nothing the same file in the first language; PackError where
        there is no such file for a language that the pack does not list."""
        first = self.table(f"{stem}.{self.first_language}.toml")
        path, known = f"{stem}.{language}.toml", self.languages.get(language)
        there = self.folder.joinpath(*path.split("/")).is_file()
        if language == self.first_language or (known and not there):
            return first
        own = self.table(path)
        right_to_left = known is not None and known.direction == "rtl"
        return Table(over(first.data, in_order(own.data) if right_to_left else own.data), path)

    def table(self, path: str) -> Table:
        """A data file of the pack, for the part of the program that owns its meaning, with the braces of its
        texts filled from `known`; PackError for a brace that the pack cannot fill."""
        table = read_toml(self.folder, path)
        try:
            return Table(fill_all(table.data, self.known), path)
        except KeyError as error:
            raise table.wrong(str(error.args[0]), "nothing in the pack is called so") from None


def _is_for(kinds: tuple[str, ...], kind: str) -> bool:
    return not kinds or kind in kinds
