"""The retention rules of a pack, covering groups, reasons, holds, data protection rights and replies.

They are data of the pack. This is plain Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable

from dateutil.relativedelta import relativedelta

from heedline.packs.tables import PackError, Table, read_toml

FILE = "retention.toml"


@dataclass(frozen=True, slots=True)
class RetentionGroup:
    """One retention group.

    Months count from the day of closing, and those of `again` from each decision to keep the report.
    """

    code: str
    name: str
    review: int
    again: int
    identity: int
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HoldReason:
    """A reason why a report may not be disposed of.

    `restricts` means that the report may not be used either.
    """

    words: str
    restricts: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply to a person who has exercised their data protection rights.

    `says_found` means that the reply admits that something was found.
    """

    words: str
    says_found: bool


@dataclass(frozen=True, slots=True)
class Retention:
    """All retention rules of a pack, with their source.

    `interest_months` is how long an entry of the interest register is kept after its end.
    """

    source: str
    as_of: date
    useful: str
    other: str
    answer_days: int
    ahead_days: int
    interest_months: int
    groups: Mapping[str, RetentionGroup]
    keep_reasons: Mapping[str, str]
    dispose_reasons: Mapping[str, str]
    holds: Mapping[str, HoldReason]
    rights: Mapping[str, str]
    answers: Mapping[str, Answer]

    def group_of(self, outcome: str, *, useful: bool) -> RetentionGroup:
        """Return the retention group for a report that is closed with this outcome."""
        for group in self.groups.values():
            if outcome in group.outcomes:
                return group
        return self.groups[self.useful if useful else self.other]


def months_after(day: date, months: int) -> date:
    """Return the date `months` later, or the last day of that month if the date does not exist."""
    return day + relativedelta(months=months)


def read_retention(folder: Traversable, outcomes: Mapping[str, str]) -> Retention:
    """Return the rules read from `retention.toml`.

    `outcomes` maps each outcome to the group that it names, or "".

    Raises PackError.
    """
    top = read_toml(folder, FILE)
    groups = {code: _group(code, table, outcomes) for code, table in top.named("groups").items()}
    for outcome, group in outcomes.items():
        if group and group not in groups:
            raise PackError(f"outcomes.toml: outcomes.{outcome}.retention: no group is called {group}")
    found = Retention(
        source=top.text("source"),
        as_of=top.day("as_of"),
        useful=top.one_of("useful", tuple(groups)),
        other=top.one_of("other", tuple(groups)),
        answer_days=top.number("answer_days"),
        ahead_days=top.number("ahead_days"),
        interest_months=top.number("interest_months"),
        groups=groups,
        keep_reasons=_words(top, "keep_reasons"),
        dispose_reasons=_words(top, "dispose_reasons"),
        holds={code: _hold(table) for code, table in top.named("holds").items()},
        rights=_words(top, "rights"),
        answers={code: _answer(table) for code, table in top.named("answers").items()},
    )
    if not found.interest_months:
        raise top.wrong("interest_months", "is at least a month")
    top.done()
    return found


def _group(code: str, table: Table, outcomes: Mapping[str, str]) -> RetentionGroup:
    group = RetentionGroup(
        code,
        table.text("name"),
        table.number("review_months"),
        table.number("again_months"),
        table.number("identity_months"),
        tuple(outcome for outcome, group in outcomes.items() if group == code),
    )
    if not 0 < group.identity <= group.review or not group.again:
        raise table.wrong(
            "identity_months", "is at least a month, and not longer than until the first review"
        )
    table.done()
    return group


def _words(top: Table, key: str) -> dict[str, str]:
    found = {}
    for code, table in top.named(key).items():
        found[code] = table.text("words")
        table.done()
    return found


def _hold(table: Table) -> HoldReason:
    hold = HoldReason(table.text("words"), table.flag("restricts"))
    table.done()
    return hold


def _answer(table: Table) -> Answer:
    answer = Answer(table.text("words"), table.flag("says_found"))
    table.done()
    return answer
