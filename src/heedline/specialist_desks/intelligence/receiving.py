"""What a desk does with a product that another desk sent it: accept its conditions, ask, say what came of it, confirm a recall."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.keys import session_signing
from heedline.casework.pages.desk_tabs import WorkWaiting
from heedline.casework.products import receipt
from heedline.casework.products.content import Product
from heedline.casework.records import open_records, pairs, record
from heedline.casework.records.record import FoundRecord
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.intelligence.kind import FEEDBACK, RECEIVED_KIND, SENT_KIND
from heedline.specialist_desks.intelligence.vocabulary import IntelligenceAct, IntelligenceCapability

NOT_ASKED_FOR = "The product has no sanitisation code S2, so its conditions say what may be done."
#: How the recall of a product ended, as moves.
RECALL_ENDS = {"destroyed": "Every copy was destroyed", "used": "It had been used already"}
#: What is told to the desk that sent it.
_TOLD = {
    "accept": "opened",
    "ask": "asked",
    **dict.fromkeys(FEEDBACK, "answered"),
    **dict.fromkeys(RECALL_ENDS, "settled"),
}


@record.record_verb(IntelligenceAct.MOVED)
def move(ref: UUID, how: str, *, version: int, reason: str = "", by: Attendance, at: datetime) -> None:
    """Accept a product's conditions, ask the originator, say what came of it, or confirm its recall. The sender is told.

    Raises NotHere, Refused, Changed, Locked, and NotNow, also for a question about a product without sanitisation code S2.
    """
    own = pairs.find(RECEIVED_KIND, ref, by=by, at=at, version=version)
    own.permit(IntelligenceCapability.WRITE)
    if how not in _TOLD:
        raise NotHere
    if how == "ask" and "S2" not in Product.of_words(own.words["product"]).sanitisation:
        raise NotNow(NOT_ASKED_FOR)
    own.move(how, reason=reason)
    own.record(IntelligenceAct.MOVED, move=how)
    note = _receipt(own) if how == "accept" else {"reason": _told(how, reason)}
    pairs.tell(own, SENT_KIND, UUID(own.words["from"]), _TOLD[how], note, IntelligenceAct.MOVED)


def _told(how: str, reason: str) -> str:
    words = (FEEDBACK | RECALL_ENDS).get(how)
    return ": ".join(one for one in (words, reason) if one)


def _receipt(own: FoundRecord) -> dict[str, Any]:
    """Return the signed receipt of what was opened."""
    if own.row.pair is None:
        raise NotHere
    body = receipt.paper(own.row.pair, receipt.digest(own.words["product"]), own.row.desk_id)
    return {"receipt": session_signing.attest(own.by.keys().voice, body), "on": own.at.date().isoformat()}


def waiting(by: Attendance, at: datetime) -> tuple[WorkWaiting, ...]:
    """Return the received and sent products that wait for this officer's desks, as lines of My work."""
    states = {RECEIVED_KIND.code: ("new", "recalled"), SENT_KIND.code: ("asked", "answered")}
    said = {
        "new": "has arrived.",
        "recalled": "was recalled. Confirm it.",
        "asked": "has a question.",
        "answered": "has an answer.",
    }
    return tuple(
        WorkWaiting(words=f"{one.title} {said[one.state]}", url=one.page, link="Open it", ref=one.ref)
        for one in open_records.in_states(states, by=by, at=at)
    )
