"""What a kind of report is, and what officers are offered for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Door:
    """The public page before the questions of a kind of report.

    `path` is its address, which should not say what is reported. `words` is the table of its texts. `picture` is that on
    the first page, where a kind without one is a line in the list of what can be read.
    """

    path: str
    words: str
    picture: str


@dataclass(frozen=True, slots=True)
class ReportKind:
    """A kind of report.

    `watch` means that the round-the-clock desk receives it too. `desk_kind` is the kind of desk that works on it.
    `desk` is the desk that takes it wherever it happened, or from regions that name no desk of their own for this kind. If
    it is empty, the report goes to the region's desk, or otherwise to the round-the-clock desk. `across` means that its reports are compared
    with those of other desks by the linking desk. `files` means that reporters may add files, `behaviour` that an account
    which says only who somebody is is asked about once. `confidential` is false for an ordinary service for named
    organisations, which are no sources (ADR 154): only its mailbox has texts of its own, in `<kind>_mailbox`. `checks` are the systems in
    which its reports have to be checked, by priority, or None if it has no register of checks (`rules.checks`).
    """

    code: str
    name: str
    watch: bool
    across: bool
    files: bool
    behaviour: bool
    confidential: bool
    desk_kind: str
    desk: str
    door: Door
    checks: Mapping[str, tuple[str, ...]] | None


@dataclass(frozen=True, slots=True)
class Offers:
    """The outcomes, reasons and questions to reporters that one kind of report offers, by code, in order."""

    outcomes: tuple[str, ...]
    reasons: tuple[str, ...]
    question_templates: tuple[str, ...]


#: `tried`: attempts to reach them on two days have been logged.
CLOSING_NEEDS = ("nothing", "accepted", "checked", "tried", "case")


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome that a closed report can have.

    `short`: offered by the three-page close. `needs`: one of `CLOSING_NEEDS`. `retention`: the retention group in which such
    a report begins, or "" for the usual one.
    """

    code: str
    words: str
    useful: bool
    short: bool
    needs: str
    retention: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason that an officer can give for an outcome when closing a report with the three-page form.

    `needs` is that of the outcome, unless the reason says otherwise.
    """

    code: str
    outcome: str
    words: str
    needs: str


@dataclass(frozen=True, slots=True)
class QuestionTemplate:
    """A question that an officer may send to a reporter.

    No such question asks a reporter to find out more. `words` is the key of its text in the reporter's
    language (`Pack.words`).
    """

    code: str
    label: str
    words: str
