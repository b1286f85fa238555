"""Sending approved products to other desks: choosing the recipient, following what they do, answering and recalling.

What was sent is a record of the sending desk and one of the receiving desk (`casework/records/pairs.py`). The recipient gets
neither the provenance nor the risk assessment, and no report.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.conf import settings

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.errors import NotHere
from heedline.casework.keys import directory, session_signing
from heedline.casework.linking import deconfliction
from heedline.casework.products import receipt
from heedline.casework.products.content import Product
from heedline.casework.records import desk_parts, pairs, record
from heedline.casework.records.record import FoundRecord
from heedline.casework.records.shown_record import ShownRecord
from heedline.casework.report import notes, restrictions
from heedline.casework.report.opening import short_name
from heedline.casework.report.verb import find, verb
from heedline.desks.models import TAKE_NO_REPORTS, Desk
from heedline.dispatch.clocks import due_words, is_overdue
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord, RecordStep
from heedline.specialist_desks.intelligence import products
from heedline.specialist_desks.intelligence.kind import KIND, RECEIVED_KIND, SENT_KIND
from heedline.specialist_desks.intelligence.vocabulary import IntelligenceAct, IntelligenceCapability

NOT_APPROVED = "Only an approved product can be sent."
TOO_FEW = "Fewer than two people at that desk could open it. Phone them, and tell your stewards."
ONLY_LEADS = "Only its author, whoever sent it, or a supervisor can recall it."
NECESSITY_LIMIT = 1_000
#: The states in which a product is sent only because life may be in danger.
BEFORE_APPROVAL = frozenset({"proposed", "urgent"})
_RECALLED_FROM = [state for state, move in SENT_KIND.moves if move == "recall"]


@dataclass(frozen=True, slots=True)
class SendingTerms:
    """To whom a product is sent and why. `purpose` and `basis` are codes of the pack.

    With `danger`, life may be in danger: it is sent before its approval, which is then due within the hour.
    """

    to: UUID
    purpose: str
    basis: str
    necessity: str = field(repr=False)
    danger: bool = False


@dataclass(frozen=True, slots=True)
class SentProductLine:
    """A product as sent to one desk, without its text."""

    ref: UUID
    title: str
    to: str
    state: str
    due_words: str
    overdue: bool


def recipients(by: Attendance, at: datetime) -> dict[UUID, str]:
    """Return the names of the desks to which a product can be sent: those that at least two people can open for."""
    pack = load_pack(settings.PACK)
    ordinary = {one.desk_kind for one in pack.kinds.values() if not one.confidential}
    rows = Desk.objects.exclude(kind__in=(*TAKE_NO_REPORTS, *ordinary)).exclude(id__in=by.desk_ids)
    return {
        one.id: one.name
        for one in rows.order_by("name")
        if directory.addressee(one.code, at.date()) is not None
    }


def send(product: UUID, terms: SendingTerms, *, by: Attendance, at: datetime) -> UUID:
    """Send an approved product, or in danger to life a proposed one, to another desk, and return what was sent.

    Every report that it draws on is deconflicted again first, in a transaction of its own; an act that saves life does not
    wait for the result. Raises NotHere, Refused, Locked,
    CannotOpen, and NotNow if somebody must be contacted first, if the product is not approved, or if the desk cannot open it.
    """
    pack = load_pack(settings.PACK).partners
    if terms.purpose not in pack.purposes or terms.basis not in pack.bases:
        raise ValueError("a purpose or a ground that the pack does not know")
    why = notes.reason(
        terms.necessity,
        longest=NECESSITY_LIMIT,
        missing="Explain why they need this much and why less would not be enough.",
    )
    for one in products.opened(product, by=by, at=at).reports:
        _deconflict(one.header.ref, danger=terms.danger, by=by, at=at)
    return _send(product, terms, why, by=by, at=at)


@verb(Act.DECONFLICTED)
def _deconflict(ref: UUID, *, danger: bool, by: Attendance, at: datetime) -> None:
    found = find(ref, by=by, at=at)
    restrictions.refuse_restricted(found)
    if danger:
        deconfliction.to_contact(found)
    else:
        deconfliction.refuse_without_contact(found)


@record.record_verb(IntelligenceAct.MOVED)
def _send(product: UUID, terms: SendingTerms, why: str, *, by: Attendance, at: datetime) -> UUID:
    found = record.find(KIND, product, by=by, at=at)
    found.permit(IntelligenceCapability.WRITE)
    first = terms.danger and found.row.state in BEFORE_APPROVAL
    if found.row.state != "approved" and not first:
        raise NotNow(NOT_APPROVED)
    if terms.to not in recipients(by, at):
        raise NotNow(TOO_FEW, about="to")
    told = Product.of_words(found.words).shared().to_words()
    names = dict(Desk.objects.filter(id__in=[terms.to, found.row.desk_id]).values_list("id", "name"))
    on = {
        "purpose": terms.purpose,
        "basis": terms.basis,
        "reference": short_name(found.row.id),
        "first": first,
    }
    if found.row.state == "proposed":
        found.move("send-first")
        found.record(IntelligenceAct.MOVED, move="send-first")
    own = record.begin(
        SENT_KIND,
        found.row.desk_id,
        {
            **on,
            "necessity": why,
            "to": str(terms.to),
            "to_name": names[terms.to],
            "sha256": receipt.digest(told),
        },
        capability=IntelligenceCapability.WRITE,
        parent=product,
        by=by,
        at=at,
    )
    theirs = {
        **on,
        "product": told,
        "from": str(found.row.desk_id),
        "from_name": names[found.row.desk_id],
    }
    pairs.begin(own, RECEIVED_KIND, terms.to, theirs, IntelligenceAct.MOVED)
    own.record(IntelligenceAct.MOVED, move="begin")
    return own.row.id


def sent_of(product: UUID, *, by: Attendance, at: datetime) -> tuple[SentProductLine, ...]:
    """Return to whom a product was sent, the latest first."""
    rows = DeskRecord.objects.filter(parent=product, kind=SENT_KIND.code, desk__in=by.desk_ids)
    texts = desk_parts.opened([one.container for one in rows], by.keys())
    return tuple(
        SentProductLine(
            one.id,
            f"{SENT_KIND.title} {short_name(one.id)}",
            str(texts.get(one.container, {}).get("to_name", "")),
            one.state,
            due_words(one.due_at, at, office_zone()) if one.due_at is not None else "",
            one.due_at is not None and is_overdue(one.due_at, at),
        )
        for one in rows
    )


@record.record_verb(IntelligenceAct.MOVED)
def move(ref: UUID, how: str, *, version: int, reason: str = "", by: Attendance, at: datetime) -> None:
    """Read the recipient's answer, reply to their question, or recall a product. A recall removes the text at the recipient.

    Raises NotHere, Refused for a recall by anybody but the author, the sender or a supervisor, Changed, Locked and NotNow.
    """
    own = pairs.find(SENT_KIND, ref, by=by, at=at, version=version)
    own.permit(IntelligenceCapability.WRITE)
    if how not in ("read", "reply", "recall"):
        raise NotHere
    if how == "recall" and by.officer_id not in _answerable(own.row):
        by.require(Capability.SEE_BOARD, own.row.desk_id)
    if how == "recall":
        _recall(own, reason)
        return
    own.move(how, reason=reason)
    own.record(IntelligenceAct.MOVED, move=how)
    if how == "reply":
        to = UUID(own.words["to"])
        pairs.tell(own, RECEIVED_KIND, to, "replied", {"reason": reason}, IntelligenceAct.MOVED)


def recall_everywhere(product: FoundRecord, reason: str) -> None:
    """Recall a product from every desk that has it. Call it inside the transaction that moves the product."""
    rows = DeskRecord.objects.filter(parent=product.row, kind=SENT_KIND.code, state__in=_RECALLED_FROM)
    for ref in rows.order_by("id").values_list("id", flat=True):
        _recall(pairs.find(SENT_KIND, ref, by=product.by, at=product.at), reason)


def _recall(own: FoundRecord, reason: str) -> None:
    own.move("recall", reason=reason)
    own.record(IntelligenceAct.MOVED, move="recall")
    desk = next(one for one in own.by.desks if one.id == own.row.desk_id)
    note = {
        "reason": reason,
        "from": str(desk.id),
        "from_name": desk.name,
        "reference": own.words["reference"],
    }
    pairs.tell(own, RECEIVED_KIND, UUID(own.words["to"]), "recall", note, IntelligenceAct.MOVED, forget=True)


def _answerable(row: DeskRecord) -> set[UUID]:
    """Return the officers who sent a product, and who wrote it."""
    steps = RecordStep.objects.filter(record__in=[row.id, row.parent_id], move__in=("begin", "propose"))
    return set(steps.values_list("by_id", flat=True))


def receipt_holds(found: ShownRecord) -> bool | None:
    """Return whether the recipient's signed receipt is genuine, or None if there is none yet."""
    note = next((one.note for one in found.steps if one.move == "opened"), None)
    if note is None:
        return None
    on = date.fromisoformat(note["on"])
    body = receipt.paper(found.ref, found.words["sha256"], UUID(found.words["to"]))
    return session_signing.is_attested(
        note["receipt"], body, on=on, known=directory.directory(), installation=settings.INSTALLATION
    )
