"""View data for a report's header, with its owner and the actions available to this officer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from heedline.casework.access import session
from heedline.casework.access.presence import AlsoOpen
from heedline.casework.access.session import Attendance
from heedline.casework.danger.opening import HAND_ON, HELD
from heedline.casework.report import editing, handing_over, restrictions
from heedline.casework.report.editing import Writing
from heedline.casework.report.opening import short_name
from heedline.casework.report.verb import standing_of
from heedline.dispatch.clocks import clock_code, due_words
from heedline.packs import load_pack
from heedline.packs.urgency import Priority, Urgency
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.rules import Standing
from heedline.reports.lifecycle import CLOSURE_KEPT, Move, NotNow, Stage, after
from heedline.reports.models import Report

#: The moves that a page offers, the capability each needs, and its label.
OFFERED: tuple[tuple[Move, Capability, str], ...] = (
    (Move.TAKE, Capability.TAKE, "Take this report"),
    (Move.ASSESS, Capability.ASSESS, "Assess"),
    (Move.ASK, Capability.ASK, "Ask the reporter"),
    (Move.DISSEMINATE, Capability.DISSEMINATE, "Write a disclosure"),
    (Move.CHECK, Capability.SET_NEXT_ACTION, "Record checks"),
    (Move.REVIEW, Capability.SET_NEXT_ACTION, "Set the next review"),
    (Move.ASSIGN, Capability.ASSIGN, "Name the owner"),
    (Move.HAND_OVER, Capability.HAND_OVER, "Hand over"),
    (Move.RETURN, Capability.HAND_OVER, "Return"),
    (Move.CLOSE, Capability.CLOSE, "Close"),
    (Move.STOP_CLOSING, Capability.RELEASE, "Withdraw this closure"),
    (Move.RELEASE, Capability.RELEASE, "Return to the desk"),
    (Move.REOPEN, Capability.REOPEN, "Reopen"),
)
FOR_DANGER_ONLY = (
    "Until then you can save only that somebody may be in danger. Hand anything else to a colleague."
)
#: What an open danger to life bars, with the reason.
_IN_DANGER = {Move.CLOSE: HELD, Move.RELEASE: HELD, Move.ASSIGN: HAND_ON}


@dataclass(frozen=True)
class MoveLine:
    """An action offered on the report's page, or the reason why it is unavailable.

    Both are set when the move is offered for danger to life only.
    """

    move: Move
    label: str
    allowed: bool
    reason: str


@dataclass(frozen=True)
class CaseHeader:
    """The data shown on every page of a report.

    None of it is sealed.

    `priority` is None until the report is assessed. `owner` is the name of the owner, and `mine` is True for
    that officer. `writing` says who is writing in the report, and which colleagues have it open. `offered_by`
    is the desk that handed the report over, until it is accepted. `status` is the pack's code for the status
    shown to the reporter. `with_partners` counts the disclosures that somebody still has to deal with.
    `has_danger` is True if a danger to life was ever opened, so that the report has a page Danger to life.
    `in_danger` is True if life is at risk, as assessed or, until then, as reported.
    `files` counts the files that came with the report and its messages.
    """

    ref: UUID
    short: str
    version: int
    kind: str
    desk_name: str
    desk_code: str
    stage: Stage
    priority: Priority | None
    danger_to_life: bool | None
    due_words: str
    owner: str | None
    mine: bool
    offered_by: str
    review_within: timedelta
    status: str
    withdraw_asked: bool
    moves: tuple[MoveLine, ...]
    restricted: bool = False
    with_partners: int = 0
    has_danger: bool = False
    writing: Writing = field(default_factory=Writing)
    owner_id: UUID | None = None
    files: int = 0
    in_danger: bool = False
    confidential: bool = True
    names_source: bool = True
    """Whether the reporter may have said in confidence who they are."""
    """False for a request to an ordinary service for named organisations, which are not sources."""
    planned: bool = False
    """Whether the reporter said that something is planned, and no officer has lowered that, recorded a danger or closed it."""
    overdue: bool = False

    def may(self, move: Move) -> bool:
        """Return True if the action is currently available."""
        return any(line.allowed for line in self.moves if line.move is move)

    def why_not(self, move: Move) -> str:
        """Return the reason why the action is unavailable, or "" if it is available without a restriction."""
        return next((line.reason for line in self.moves if line.move is move), "This cannot be done now.")


def header_of(
    report: Report,
    *,
    by: Attendance,
    at: datetime,
    restricted: bool,
    with_partners: int,
    has_danger: bool,
    danger_open: bool,
    offered_by: str,
    files: int = 0,
    also_open: tuple[AlsoOpen, ...] = (),
    due: datetime | None,
) -> CaseHeader:
    """Return the header of a report as this officer sees it, with its deadline `due` (`opening.due_of`).

    Decrypts nothing.
    """
    zone: ZoneInfo = session.office_zone()
    pack = load_pack(settings.PACK)
    return CaseHeader(
        ref=report.id,
        short=short_name(report.id),
        version=report.version,
        kind=report.kind,
        desk_name=report.desk.name,
        desk_code=report.desk.code,
        stage=Stage(report.stage),
        confidential=pack.is_confidential(report.kind),
        names_source=pack.is_confidential(report.kind) and pack.asks_identity,
        priority=Priority(report.priority) if report.priority else None,
        danger_to_life=report.danger_to_life,
        due_words=due_words(due, at, zone) if due is not None else "",
        overdue=due is not None and due < at,
        owner=report.owner.name if report.owner is not None else None,
        mine=report.owner_id == by.officer_id,
        offered_by=offered_by,
        review_within=_review_within(report),
        status=report.status,
        withdraw_asked=report.withdraw_asked,
        moves=_moves(report, by, at, restricted=restricted, danger_open=danger_open),
        restricted=restricted,
        with_partners=with_partners,
        has_danger=has_danger,
        writing=editing.writing_in(report, also_open, by=by, at=at),
        owner_id=report.owner_id,
        files=files,
        in_danger=report.rank == 0,
        planned=report.urgency == Urgency.PLANNED
        and report.priority in {"", Priority.HIGH}
        and not danger_open
        and report.stage != Stage.CLOSED,
    )


def _review_within(report: Report) -> timedelta:
    """Return how far ahead the next review may be scheduled."""
    table = load_pack(settings.PACK).timetable(report.kind)
    code = clock_code(report.urgency, report.priority, report.danger_to_life, table)
    return table.priorities[code].review_within


def _moves(
    report: Report, by: Attendance, at: datetime, *, restricted: bool, danger_open: bool
) -> tuple[MoveLine, ...]:
    standing = standing_of(report, by.officer_id, at)
    lines = []
    for move, capability, label in OFFERED:
        reason = ""
        try:
            after(Stage(report.stage), move)
            if move is Move.ASSIGN and standing.mine:
                capability = Capability.RELEASE  # the owner passes it on
            by.require(capability, report.desk_id, report.watch_id, standing=standing)
            if move is Move.RETURN and not report.offered:
                continue
            if move is Move.CLOSE and report.stage == Stage.CLOSING:
                reason = CLOSURE_KEPT
            if move in {Move.HAND_OVER, Move.DISSEMINATE} and restricted:
                reason = restrictions.RESTRICTED
            if move is Move.HAND_OVER and report.offered:
                reason = handing_over.NOT_ACCEPTED
            if move is Move.TAKE and standing.mine:
                continue
            if danger_open:
                reason = _IN_DANGER.get(move, reason)
        except NotNow as not_now:
            if move in {Move.REOPEN, Move.RELEASE, Move.TAKE, Move.RETURN, Move.STOP_CLOSING}:
                continue
            reason = not_now.reason
        except Refused as refused:
            reason = refused.reason
        in_danger = move is Move.ASSESS and bool(reason) and _for_danger_only(report, standing, by)
        if in_danger:
            reason = f"{reason} {FOR_DANGER_ONLY}"
        lines.append(MoveLine(move, label, in_danger or not reason, reason))
    return tuple(lines)


def _for_danger_only(report: Report, standing: Standing, by: Attendance) -> bool:
    """Return True if only missing training prevents the officer from assessing the report.

    Danger to life may be recorded even without that training.
    """
    try:
        after(Stage(report.stage), Move.ASSESS)
        by.require(Capability.ASSESS, report.desk_id, report.watch_id, standing=standing, excused=True)
    except (NotNow, Refused):
        return False
    return True
