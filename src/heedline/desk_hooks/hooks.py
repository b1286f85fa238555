"""Data structures that specialist desks use to extend the core.

This is plain Python. Every code that a desk adds begins with the desk's own code and a hyphen, so that it
never has two meanings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from heedline.audit.acts import AnyAct
    from heedline.backups.plan import Copied
    from heedline.casework.access.keyring import Keyring
    from heedline.casework.access.session import Attendance
    from heedline.casework.duty.alarm_rules import AlarmRule
    from heedline.casework.identity.data_inventory import HeldData
    from heedline.casework.search.documents import SearchedText
    from heedline.dispatch.letters import AnyAlarmKind, AnyLetter
    from heedline.dispatch.models import Outbox
    from heedline.index import SealedIndex
    from heedline.permits.capabilities import AnyCapability
    from heedline.permits.roles import Role
    from heedline.permits.rules import Standing
    from heedline.reports.models import Report


def _nothing() -> Mapping[Any, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTab:
    """A tab on every page of a report, shown to officers with `capability`.

    `url` is the name of a route with `ref`. `count` maps (report, officer, now) to the number beside the tab, where 0 shows none. `shown` says whether a report has the tab; without it, every report has.
    """

    url: str
    text: str
    capability: AnyCapability
    count: Callable[[UUID, Attendance, datetime], int] | None = None
    shown: Callable[[UUID, Attendance], bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueColumn:
    """A column of the queue, shown to officers with `capability`.

    `values` maps (reports, officer, now) to the text for each report.
    """

    heading: str
    capability: AnyCapability
    values: Callable[[Sequence[UUID], Attendance, datetime], Mapping[UUID, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The roles that have a capability, and its further conditions (as in `permits.rules.RULES`)."""

    words: str
    roles: frozenset[Role]
    rules: tuple[Callable[[Standing], str | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A task that the worker runs periodically.

    `cron` has seconds as its sixth field. `run` takes the time, and must be safe to repeat.
    """

    name: str
    cron: str
    run: Callable[[datetime], object]
    priority: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseRights:
    """The rights of the database roles on a desk's tables, in the form used by `database/access.py`.

    `triggers` are the functions that the desk's own triggers run, which nobody may call. `functions` maps each function
    that the desk adds to the schema `permits` to the one role that may call it. All are tested against the database.
    """

    tables: Mapping[str, Mapping[str, str]] = field(default_factory=_nothing)
    columns: Mapping[tuple[str, str, str], str] = field(default_factory=_nothing)
    triggers: frozenset[str] = frozenset()
    functions: Mapping[str, str] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoScene:
    """The context given to a desk that adds invented data to the demonstration.

    `reports` and `officers` are listed by the code of their desk. `sitting(name)` is a context manager that signs in an officer of the demonstration, with keys unlocked.
    """

    at: datetime
    reports: Mapping[str, Sequence[UUID]]
    officers: Mapping[str, Sequence[str]]
    sitting: Callable[[str], AbstractContextManager[Attendance]]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexVisit:
    """One batch of indexing at a desk, in an officer's session and inside its transaction.

    `identity` changes when the index is made anew, so a desk knows that its own things are no longer in it.
    """

    desk: UUID
    identity: UUID
    index: SealedIndex
    ring: Keyring
    officer: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexing:
    """A specialist desk's additions to the sealed index of each of its desks.

    `prepare` adds or updates the desk's own things. It returns False if more are left, and then no report is
    indexed in this batch. `report` returns further keys under which a report is found. `waits` says whether the
    desk with this id has something for `prepare`.
    """

    prepare: Callable[[IndexVisit], bool]
    report: Callable[[IndexVisit, Report, Sequence[SearchedText]], Sequence[str]]
    waits: Callable[[UUID], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuLink:
    """A menu link, shown to officers for whom `shown` returns true. `url` is a route name."""

    url: str
    text: str
    shown: Callable[[Attendance], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkWaiting:
    """A line on My work for a specialist desk, with a link to the route `url` (and `ref`, if set)."""

    words: str
    url: str
    link: str
    ref: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialistDesk:
    """Everything that a specialist desk adds to the core.

    `acts` maps acts to their text in the log. `letters` maps each letter to the function that delivers it from the outbox, or to None for a letter that an alarm rule names in `raised_by`. `sealed_parts` maps kinds of sealed part to their text. Such a part is written with `notes.seal`, and is then addressed to other keys, disposed of, backed up and restored like every part of its report. `copied` lists the desk's tables in a backup, and `left_out` those that are in none, with the reason. `mended` are statements that a restore runs as the tables' owner once all rows are in: its bodies may be older than its key store. `held` has lines for the statement of data held about a reporter. `urls` is a module of routes for the office, and `partner_urls` one for the partner process. `uploads` is a module whose `FILE_DRAFTS` says which of these addresses take a file. `my_work` returns what the page My work says. `demo` adds invented data.
    """

    code: str
    name: str
    acts: Mapping[AnyAct, str] = field(default_factory=_nothing)
    alarms: Mapping[AnyAlarmKind, AlarmRule] = field(default_factory=_nothing)
    capabilities: Mapping[AnyCapability, Grant] = field(default_factory=_nothing)
    clocks: tuple[Clock, ...] = ()
    copied: tuple[Copied, ...] = ()
    demo: Callable[[DemoScene], None] | None = None
    held: tuple[HeldData, ...] = ()
    indexing: Indexing | None = None
    left_out: Mapping[str, str] = field(default_factory=_nothing)
    letters: Mapping[AnyLetter, Callable[[Sequence[Outbox], datetime], None] | None] = field(
        default_factory=_nothing
    )
    mended: tuple[LiteralString, ...] = ()
    menu: tuple[MenuLink, ...] = ()
    my_work: Callable[[Attendance, datetime], Sequence[WorkWaiting]] | None = None
    partner_urls: str = ""
    queue_columns: tuple[QueueColumn, ...] = ()
    rights: DatabaseRights = field(default_factory=DatabaseRights)
    sealed_parts: Mapping[str, str] = field(default_factory=_nothing)
    tabs: tuple[ReportTab, ...] = ()
    uploads: str = ""
    urls: str = ""

    def codes(self) -> list[str]:
        """Return every code that the desk adds to a closed vocabulary."""
        words = (self.acts, self.alarms, self.capabilities, self.letters, self.sealed_parts)
        return [str(code) for some in words for code in some] + [clock.name for clock in self.clocks]
