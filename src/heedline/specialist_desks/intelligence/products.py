"""What officers do with a product until it is proposed: begin, save, check and propose it.

The reports that a product draws on are opened by transactions of their own, before the one that moves the product, so that
no transaction and no log entry names a report and a product together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings

from heedline.casework.access.keyring import DeskLine
from heedline.casework.access.session import Attendance
from heedline.casework.errors import CannotOpen, NotHere
from heedline.casework.pages import case_file
from heedline.casework.pages.case_file import CaseFile
from heedline.casework.products import reporter_details
from heedline.casework.products.content import Product
from heedline.casework.products.source_risk import SourceMark, marks
from heedline.casework.records import open_records, record
from heedline.casework.records.open_records import OpenRecord
from heedline.casework.records.shown_record import ShownRecord, shown
from heedline.casework.report import notes
from heedline.packs import load_pack
from heedline.permits.gate import Refused, allows
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.intelligence import source_referral
from heedline.specialist_desks.intelligence.kind import KIND
from heedline.specialist_desks.intelligence.vocabulary import IntelligenceAct, IntelligenceCapability

UNCHECKED = (
    "Go to the check first. It shows what is missing, and every passage that could identify the source."
)
KEPT_LONGEST = 400


@dataclass(frozen=True, slots=True)
class OpenedProduct:
    """A product with the reports that it draws on. `gone` is the number of reports that this officer can no longer open.

    `named` are refusals for what in it names a report or its reporter.
    """

    record: ShownRecord
    product: Product = field(repr=False)
    reports: tuple[CaseFile, ...] = field(repr=False)
    gone: int
    marks: tuple[SourceMark, ...] = field(repr=False)
    told: tuple[str, ...] = field(repr=False)
    named: tuple[str, ...] = ()


def opened(ref: UUID, *, by: Attendance, at: datetime) -> OpenedProduct:
    """Return a product and its reports, decrypted. The views of the reports are logged as views of those reports.

    Raises NotHere, Refused, Locked and CannotOpen.
    """
    found = shown(KIND, ref, capability=IntelligenceCapability.WRITE, by=by, at=at)
    product = Product.of_words(found.words)
    reports = []
    for one in product.reports:
        try:
            reports.append(case_file.case_file(UUID(one), by=by, at=at))
        except (NotHere, Refused, CannotOpen):
            continue
    told = tuple(text for one in reports for text in _told(one))
    risky = marks(product.shared_texts(), told, subject=product.texts.get("subject", ""))
    gone = len(product.reports) - len(reports)
    named = _named(product, product.all_texts(), told)
    return OpenedProduct(found, product, tuple(reports), gone, risky, told, named)


def _named(product: Product, texts: Iterable[str], told: Sequence[str]) -> tuple[str, ...]:
    reports = [UUID(one) for one in product.reports]
    return reporter_details.found(texts, told, reports, subject=product.texts.get("subject", ""))


def _told(file: CaseFile) -> list[str]:
    """Return everything that the reporter of a report wrote or answered."""
    answers = [line for one in file.answers.sections for _, lines in one.rows for line in lines]
    translated = [file.answers.translation.text] if file.answers.translation is not None else []
    messages = [one.text for one in file.messages.lines if not one.from_us]
    return [file.answers.narrative, *translated, *answers, *messages]


def desks_of(by: Attendance) -> tuple[DeskLine, ...]:
    """Return the desks at which this officer may write products.

    A desk of an ordinary service, such as security advice, has none: its officers see no product.
    """
    ordinary = {one.desk_kind for one in load_pack(settings.PACK).kinds.values() if not one.confidential}
    return tuple(
        one
        for one in by.desks
        if one.kind not in ordinary and allows(by.appointments, IntelligenceCapability.WRITE, [one.id])
    )


def begin(report: UUID, *, by: Attendance, at: datetime) -> UUID:
    """Begin a product from a report that the officer can open, at the report's desk or else at one of the officer's.

    Raises NotHere, also for an officer whose desks write no products, Refused, Locked and CannotOpen.
    """
    file = case_file.case_file(report, by=by, at=at)
    mine = sorted(desks_of(by), key=lambda one: one.code != file.header.desk_code)
    if not mine:
        raise NotHere
    return _begin(mine[0].id, _drawing_on(Product(), file), by=by, at=at)


def _drawing_on(product: Product, file: CaseFile) -> Product:
    """Return a product that draws on another report as well. Once is enough."""
    report, taker = str(file.header.ref), file.answers.call_taker
    if report in product.reports:
        return product
    takers = {*product.call_takers, *([str(taker)] if taker is not None else [])}
    return replace(product, reports=(*product.reports, report), call_takers=tuple(sorted(takers)))


@record.record_verb(IntelligenceAct.MOVED)
def _begin(desk: UUID, product: Product, *, by: Attendance, at: datetime) -> UUID:
    found = record.begin(
        KIND, desk, product.to_words(), capability=IntelligenceCapability.WRITE, by=by, at=at
    )
    found.record(IntelligenceAct.MOVED, move="begin")
    return found.row.id


def add_report(report: UUID, ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Let a product that the officer is writing draw on another report as well. Adding it twice changes nothing.

    Raises NotHere for a product that is not the officer's own draft, and what `begin` and `save` raise.
    """
    _add_report(ref, case_file.case_file(report, by=by, at=at), by=by, at=at)


@record.record_verb(IntelligenceAct.MOVED)
def _add_report(ref: UUID, file: CaseFile, *, by: Attendance, at: datetime) -> None:
    found = record.find(KIND, ref, by=by, at=at)
    found.permit(IntelligenceCapability.WRITE)
    if found.row.owner_id != by.officer_id:
        raise NotHere
    before = Product.of_words(found.words)
    product = _drawing_on(before, file)
    if product == before:
        return
    found.move("save", words=product.to_words())
    found.record(IntelligenceAct.MOVED, move="save")


def drafts(*, by: Attendance, at: datetime) -> tuple[OpenRecord, ...]:
    """Return the products that this officer is writing, ordered by due time."""
    return tuple(one for one in open_records.mine(by=by, at=at) if one.page == KIND.page)


@record.record_verb(IntelligenceAct.MOVED)
def save(ref: UUID, product: Product, *, version: int, by: Attendance, at: datetime) -> None:
    """Save what an officer has written so far. The reports that it draws on, and reasons for marks, stay as they were.

    Raises NotHere, Refused, Changed, Locked, and NotNow for what is not stored (`Product.to_words`).
    """
    found = record.find(KIND, ref, by=by, at=at, version=version)
    found.permit(IntelligenceCapability.WRITE)
    before = Product.of_words(found.words)
    new = replace(
        before,
        texts=product.texts,
        codes=product.codes,
        actions=product.actions,
        sanitisation=product.sanitisation,
        items=product.items,
        provenance=product.provenance,
    )
    found.move("save", words=new.to_words())
    found.record(IntelligenceAct.MOVED, move="save")


def propose(ref: UUID, kept: dict[str, str], *, version: int, by: Attendance, at: datetime) -> None:
    """Propose a product for approval. `kept` has a reason for each marked passage that stays.

    Raises NotNow with the mark's passage as `about` if one has no reason, or if a reason names a report or its reporter.
    Raises NotNow if the product itself names one, and what `save` raises.
    """
    told = opened(ref, by=by, at=at)
    if told.named:
        raise NotNow(" ".join(told.named))
    reasons = {}
    for mark in told.marks:
        reason = kept.get(mark.passage, "")
        if len(reason) > KEPT_LONGEST or notes.says_too_little(reason):
            raise NotNow(
                f"Change this passage, or say in a sentence of up to {KEPT_LONGEST} characters why it stays.",
                about=mark.passage,
            )
        if named := _named(told.product, [reason], told.told):
            raise NotNow(" ".join(named), about=mark.passage)
        reasons[mark.passage] = reason
    concerns = source_referral.concerns(told.product, told.reports, told.told, by=by)
    _propose(ref, told.product, reasons, concerns, version=version, by=by, at=at)


@record.record_verb(IntelligenceAct.MOVED)
def _propose(
    ref: UUID,
    checked: Product,
    kept: dict[str, str],
    concerns: tuple[str, ...],
    *,
    version: int,
    by: Attendance,
    at: datetime,
) -> None:
    found = record.find(KIND, ref, by=by, at=at, version=version)
    found.permit(IntelligenceCapability.WRITE)
    product = Product.of_words(found.words)
    if product != checked or product.missing():
        raise NotNow(UNCHECKED)
    found.move("propose", words=replace(product, kept=kept, concerns=concerns).to_words())
    found.record(IntelligenceAct.MOVED, move="propose")
