"""The demonstration as data of the pack: its people, their work and the invented reports.

`demonstration/cast.toml` and `demonstration/reports.toml` of the pack. A pack may leave out the partner, the board
and the linked reports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from heedline.jobs.demonstration import desks as demo_desks
from heedline.packs import Pack, PackError
from heedline.packs.tables import Table, read_toml

FOLDER = "demonstration"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerScene:
    """The demonstration's partner: an organisation with one desk, and what is disclosed to it."""

    organisation: str
    organisation_name: str
    desk: str
    desk_name: str
    people: tuple[str, ...]
    title: str
    text: str
    necessity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardScene:
    """What the board of one desk shows. `tasks` are texts and the time allowed for each."""

    desk: str
    tasks: tuple[tuple[str, timedelta], ...]
    reason: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkingScene:
    """Linked reports: two of one desk, and one of another. They are named as in `reports.toml`."""

    reports: tuple[str, ...]
    registration: str
    ground: str
    subject: str
    decision: str
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingScene:
    """How a report is closed. `check` is a system and a result, `spoken` somebody called and what was said."""

    outcome: str
    reason: str
    by_two: bool
    proof: Mapping[str, str]
    check: tuple[str, str] | None
    spoken: tuple[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoScenario:
    """The demonstration of a pack. `people` includes the officers of specialist desks."""

    people: tuple[demo_desks.DemoPerson, ...]
    speaks: tuple[tuple[str, str], ...]
    """Names, with the code of a language."""
    trained_long_ago: str
    investigators: tuple[tuple[str, str], ...]
    """Names and desks: the owner of the linked reports, and an officer of another desk. It may be empty."""
    finding: tuple[str, str]
    """The behaviour and the reason with which the report of high priority is assessed."""
    partner: PartnerScene | None
    board: BoardScene | None
    linking: LinkingScene | None
    closings: Mapping[str, ClosingScene]
    reports: Sequence[Mapping[str, Any]]

    @property
    def stewards(self) -> list[str]:
        return [name for name, _, role, _ in self.people if role == "steward"]

    def at_desk(self, code: str) -> list[str]:
        """Return the names of the people of a desk, in the order of the file."""
        return [name for name, desk, *_ in self.people if desk == code]


def read_scenario(pack: Pack) -> DemoScenario:
    """Return the demonstration of the pack, with the people of the installed specialist desks.

    Raises PackError for a key that is missing, wrong or unknown.
    """
    table = read_toml(pack.folder, f"{FOLDER}/cast.toml")
    own = tuple(_person(one, pack) for one in table.tables("people"))
    finding = table.table("finding", optional=True)
    closings = table.table("closings", optional=True)
    found = DemoScenario(
        people=(*own, *(one for one in demo_desks.people() if one[1] in pack.desks)),
        speaks=_pairs(table, "speaks", "name", "language"),
        trained_long_ago=table.text("trained_long_ago", ""),
        investigators=_pairs(table, "investigators", "name", "desk"),
        finding=(finding.text("behaviour", ""), finding.text("reason", "")),
        partner=_partner(table.table("partner")) if table.has("partner") else None,
        board=_board(table.table("board")) if table.has("board") else None,
        linking=_linking(table.table("linking")) if table.has("linking") else None,
        closings={code: _closing(closings.table(code)) for code in closings},
        reports=read_reports(pack),
    )
    finding.done()
    table.done()
    if found.linking and len(found.investigators) != 2:
        raise table.wrong("investigators", "the linked reports need two of them")
    return found


def read_reports(pack: Pack) -> Sequence[Mapping[str, Any]]:
    """Return the invented reports of the pack, in the order of the file."""
    entries = read_toml(pack.folder, f"{FOLDER}/reports.toml").raw("reports")
    if not isinstance(entries, list):
        raise PackError(f"{FOLDER}/reports.toml: reports: must be a list of tables")
    return entries


def refuse_empty_desks(scenario: DemoScenario, pack: Pack) -> None:
    """Stop if nobody works at a desk of the pack, where reports would be sealed to no one."""
    if empty := sorted({*pack.desks} - {desk for _, desk, _, _ in scenario.people}):
        raise SystemExit(
            f"The demonstration has no officers for {', '.join(empty)}:"
            " HEEDLINE_SPECIALIST_DESKS must name the specialist desks of the pack."
        )


def _person(table: Table, pack: Pack) -> demo_desks.DemoPerson:
    person = (
        table.text("name"),
        table.one_of("desk", ("", *pack.desks), ""),
        table.text("role"),
        table.flag("on_duty"),
    )
    table.done()
    return person


def _pairs(table: Table, key: str, first: str, second: str) -> tuple[tuple[str, str], ...]:
    return tuple((one.text(first), one.text(second)) for one in table.tables(key, optional=True))


def _partner(table: Table) -> PartnerScene:
    texts = ("organisation", "organisation_name", "desk", "desk_name", "title", "text", "necessity")
    found = PartnerScene(people=table.texts("people"), **{key: table.text(key) for key in texts})
    table.done()
    return found


def _board(table: Table) -> BoardScene:
    tasks = tuple((one.text("text"), timedelta(hours=one.number("hours"))) for one in table.tables("tasks"))
    found = BoardScene(
        desk=table.text("desk"), tasks=tasks, reason=table.text("reason"), note=table.text("note")
    )
    table.done()
    return found


def _linking(table: Table) -> LinkingScene:
    texts = ("registration", "ground", "subject", "decision", "question")
    found = LinkingScene(reports=table.texts("reports"), **{key: table.text(key) for key in texts})
    table.done()
    return found


def _closing(table: Table) -> ClosingScene:
    check, spoken = table.table("check", optional=True), table.table("spoken", optional=True)
    proof = table.table("proof", optional=True)
    found = ClosingScene(
        outcome=table.text("outcome"),
        reason=table.text("reason"),
        by_two=table.flag("by_two", False),
        proof={key: proof.text(key) for key in proof},
        check=(check.text("system"), check.text("text")) if check.data else None,
        spoken=(spoken.text("whom"), spoken.text("text")) if spoken.data else None,
    )
    table.done()
    return found
