"""The panel of a case: whom it was asked, what it decided, and which moves its signed decision allows.

The panel is asked by a disclosure about the latest report of the case. Its decision is the answer to it, which only a chair or
deputy of the council signs. Officers record it, and can record no other.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.dissemination import partners
from heedline.casework.dissemination.signed_answers import PanelReferral, referral
from heedline.casework.duty.paging import raise_alarms
from heedline.dispatch.models import Alarm
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord
from heedline.specialist_desks.safeguarding.content import SupportCase
from heedline.specialist_desks.safeguarding.kind import KIND
from heedline.specialist_desks.safeguarding.vocabulary import SafeguardingAlarm

#: States in which a case needs a panel.
STATES: Final = ("information", "panel", "deferred")
REFER: Final = "refer"
#: The moves that record a decision. Each has the code of the answer that it needs.
DECISIONS: Final = frozenset({"adopt", "not-adopt", "defer"})
MOVES: Final = DECISIONS | {REFER}
ASK_FIRST: Final = (
    "Ask a panel to decide, about the latest report of the case. It can be referred once that has been sent."
)
NOT_SIGNED: Final = "The panel has not decided this. A decision counts when the chair or a deputy of the council has signed it."

NO_QUORUM: Final = "Too few organisations were at the meeting, so this decision does not count. Ask the panel again, for another meeting."


def of_case(reports: Collection[str], *, by: Attendance, at: datetime) -> PanelReferral | None:
    """Return what the panel was last asked about the reports of a case, or None. Raises Refused and Locked."""
    return referral([UUID(one) for one in reports], by=by, at=at) if reports else None


def allowed(asked: PanelReferral | None, case: SupportCase, move: str) -> bool:
    """Return whether a move of the panel can be made: a referral that was sent, or the decision that was signed.

    A disclosure whose decision was recorded allows no further move: the panel is asked again. Without a quorum it only defers.
    """
    if asked is None or asked.forged or str(asked.ident) == case.decided:
        return False
    if move == REFER:
        return asked.sign_by is not None
    return asked.code == move and (move == "defer" or has_quorum(asked, case))


def has_quorum(asked: PanelReferral, case: SupportCase) -> bool:
    """Return whether enough organisations were at the meeting for its decision to count."""
    return asked.organisations >= case.regime.quorum


def refuse(asked: PanelReferral | None, case: SupportCase, move: str) -> PanelReferral:
    """Return what the panel was asked. Raises NotNow unless this move of it can be made."""
    if asked is None or not allowed(asked, case, move):
        no_quorum = asked is not None and asked.code == move and not has_quorum(asked, case)
        raise NotNow(ASK_FIRST if move == REFER else NO_QUORUM if no_quorum else NOT_SIGNED)
    return asked


def reason(asked: PanelReferral, move: str) -> str:
    """Return what the history says about a move of the panel: which council is asked, or who signed which decision."""
    if move == REFER:
        return f"{asked.partner}, for the meeting on {asked.meets_on:%-d %B %Y}"
    return f"{asked.decision}. Signed by {asked.signed}"


def nobody_decides(alarm: Alarm, at: datetime) -> bool:
    """Return whether no council can decide about cases, and a case of the alarm's desk needs one."""
    waiting = DeskRecord.objects.filter(kind=KIND.code, state__in=STATES, desk=alarm.desk_id)
    return waiting.exists() and not partners.leads_a_panel(at)


def watch(at: datetime) -> None:
    """Raise an alarm at each desk with a case that needs a panel, while no council can decide. Safe to repeat."""
    waiting = DeskRecord.objects.filter(kind=KIND.code, state__in=STATES)
    desks = set(waiting.values_list("desk_id", flat=True))
    if desks and not partners.leads_a_panel(at):
        raise_alarms(SafeguardingAlarm.NO_COUNCIL, at, [(desk, None) for desk in sorted(desks)])
