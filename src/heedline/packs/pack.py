"""What a loaded pack is: frozen, validated, cross-checked. `heedline.packs.load_pack` makes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

from heedline.packs.tables import Table, read_toml
from heedline.packs.words import fill_all

if TYPE_CHECKING:
    from heedline.packs.areas import Areas
    from heedline.packs.words import Words


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
class Organisation:
    """A body that owns desks."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class DeskEntry:
    """A desk as the pack proposes it; `role` is `desk` or `authoriser`. `around_the_clock`: never closes."""

    code: str
    name: str
    organisation: str
    role: str
    around_the_clock: bool
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportKind:
    """A kind of report. `watch`: the round-the-clock desk receives it too. `question_set` is asked for it."""

    code: str
    name: str
    watch: bool
    question_set: str


@dataclass(frozen=True, slots=True)
class Region:
    """A group of forces and the desk that takes their reports."""

    code: str
    name: str
    desk: str


@dataclass(frozen=True, slots=True)
class Force:
    """A police force; `id` in the style of data.police.uk."""

    id: str
    name: str
    region: str


@dataclass(frozen=True, slots=True)
class Priority:
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
    """How a report ended. `short`: offered by the three-page close."""

    code: str
    words: str
    useful: bool
    short: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason under an outcome of the three-page close."""

    code: str
    outcome: str
    words: str


@dataclass(frozen=True, slots=True)
class QuestionTemplate:
    """A question that an officer may send to a reporter. None asks anyone to find out more.

    `words` is the key of its text in the language of the reporter (`Pack.words`).
    """

    code: str
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Pack:
    """One jurisdiction. Mappings keep the order of the files."""

    code: str
    folder: Traversable
    service: Service
    languages: Mapping[str, str]
    """Language code → its own name."""
    numbers: Mapping[str, ServiceNumber]
    links: Mapping[str, ServiceLink]
    formats: Mapping[str, str]
    """Regular expressions of the country's `postcode`, `outcode` and `registration`, and how many characters
    of a postcode stand after its space (`postcode_tail`)."""
    organisations: Mapping[str, Organisation]
    desks: Mapping[str, DeskEntry]
    watch_desk: str
    authoriser_desk: str
    kinds: Mapping[str, ReportKind]
    regions: Mapping[str, Region]
    forces: Mapping[str, Force]
    areas: Areas
    priorities: Mapping[str, Priority]
    first_priority: Mapping[str, str]
    """Urgency (`danger`, `soon`, `routine`) → the priority a new report starts with."""
    clocks: Mapping[str, timedelta]
    known: Mapping[str, str]
    """What texts may take from the pack (`{numbers.hotline}`, `{minutes.draft}`), by dotted name."""
    on_call: tuple[OnCallStep, ...]
    outcomes: Mapping[str, Outcome]
    reasons: Mapping[str, Reason]
    statuses: Mapping[str, str]
    """Status shown to a reporter → key of its words."""
    question_templates: Mapping[str, QuestionTemplate]
    _words: Mapping[str, Words]

    def words(self, language: str) -> Words:
        """The texts of that language; KeyError for a language that the pack does not list."""
        return self._words[language]

    def clock(self, code: str) -> timedelta:
        """One clock; KeyError when the pack has none of that name."""
        return self.clocks[code]

    def table(self, path: str) -> Table:
        """A data file of the pack, for the part of the program that owns its meaning, with the braces of its
        texts filled from `known`; PackError for a brace that the pack cannot fill."""
        table = read_toml(self.folder, path)
        try:
            return Table(fill_all(table.data, self.known), path)
        except KeyError as error:
            raise table.wrong(str(error.args[0]), "nothing in the pack is called so") from None
