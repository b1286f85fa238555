"""What becomes of a proposed product: its approval or return by a second officer, and what a draft's author takes back or drops."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.pages.desk_tabs import WorkWaiting
from heedline.casework.products.content import Product
from heedline.casework.records import open_records, record
from heedline.casework.records.shown_record import ShownRecord, shown
from heedline.casework.report import notes
from heedline.permits.capabilities import AnyCapability, Capability
from heedline.permits.gate import Refused, allows
from heedline.reports.models import RecordStep
from heedline.specialist_desks.intelligence import sending, source_referral
from heedline.specialist_desks.intelligence.kind import KIND
from heedline.specialist_desks.intelligence.vocabulary import IntelligenceAct, IntelligenceCapability

SAY_WHICH = "Say to which source unit it was referred and when, or why it does not need to be."
REASON_LIMIT = 2_000
_NEEDS: dict[str, AnyCapability] = {
    "approve": IntelligenceCapability.APPROVE,
    "return": IntelligenceCapability.APPROVE,
    "weigh": Capability.SEE_BOARD,
    "take-back": IntelligenceCapability.WRITE,
    "drop": IntelligenceCapability.WRITE,
}
TOOK_CALL = "You took down a report that this product draws on. A colleague who did not must approve it."


@record.record_verb(IntelligenceAct.MOVED)
def move(ref: UUID, how: str, *, version: int, reason: str = "", by: Attendance, at: datetime) -> None:
    """Approve a product, return it to its author, take back a proposal or drop a draft; or decide about its source.

    A supervisor decides about the source, with a reason: it was referred to the source unit, or need not be.
    A product that was sent before its approval is recalled from every recipient if it is returned.
    Raises NotHere, Refused, also for an approval by somebody who took part, by the call-taker of a source report, without
    the training that the pack requires or before a decision about the source that it needs, Changed, Locked and NotNow.
    """
    found = record.find(KIND, ref, by=by, at=at, version=version)
    if how not in _NEEDS:
        raise NotHere
    found.permit(_NEEDS[how])
    if how == "weigh":
        reason = notes.reason(reason, longest=REASON_LIMIT, missing=SAY_WHICH)
    steps = RecordStep.objects.filter(record=ref).order_by("-number").values_list("move", flat=True)
    if how == "approve" and (why := _why_not(Product.of_words(found.words), found.row.desk_id, steps, by=by)):
        raise Refused(why)
    was_sent = found.row.state == "urgent"
    found.move(how, owner=_author(ref) if how == "return" else None, reason=reason)
    if how == "return" and was_sent:
        sending.recall_everywhere(found, reason)
    found.record(IntelligenceAct.MOVED, move=how)


def shown_product(ref: UUID, *, by: Attendance, at: datetime) -> ShownRecord:
    """Return a product for its page, without its reports. Raises NotHere, Refused, Locked and CannotOpen."""
    found = shown(KIND, ref, capability=IntelligenceCapability.WRITE, by=by, at=at)
    why = _why_not(Product.of_words(found.words), found.desk.id, (one.move for one in found.steps), by=by)
    leads = allows(by.appointments, _NEEDS["weigh"], [found.desk.id])
    moves = tuple(
        replace(one, why_not=one.why_not or why) if one.move == "approve" else one
        for one in found.moves
        if one.move != "weigh" or leads
    )
    return replace(found, moves=moves)


def _why_not(product: Product, desk: UUID, moves: Iterable[str], *, by: Attendance) -> str:
    """Return the reason why this officer may not approve a product of this desk, or "". Taking part in it is another reason."""
    try:
        by.require(IntelligenceCapability.APPROVE, desk)
    except Refused as no:
        return no.reason
    if str(by.officer_id) in product.call_takers:
        return TOOK_CALL
    return source_referral.why_not(product, moves)


def _author(ref: UUID) -> UUID | None:
    """Return the officer who last proposed the product, to whom it returns."""
    steps = RecordStep.objects.filter(record=ref, move="propose").order_by("-number")
    return steps.values_list("by_id", flat=True).first()


_WAITS = {
    "proposed": "waits for approval.",
    "urgent": "was sent because life may be in danger. Approve or return it within the hour.",
}


def to_approve(by: Attendance, at: datetime) -> tuple[WorkWaiting, ...]:
    """Return the products that wait for this officer's approval, as lines of My work."""
    return tuple(
        WorkWaiting(
            words=f"{one.title} {_WAITS[one.state]}", url=one.page, link="Read and decide", ref=one.ref
        )
        for one in open_records.to_decide(KIND, by=by, at=at)
    )
