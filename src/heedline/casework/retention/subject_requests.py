"""A register of data subject requests under law-enforcement processing, with their deadlines.

The data protection officer holds the requester's identity and letter. The register holds only that
officer's reference number, the right exercised, the reports found and the answer. Reports are searched
for by an officer whose keys are unlocked. Which were found is sealed to the desk in one row of one size, and the log
names none of them: they concern one person. An answer that neither confirms nor denies reads the same
whether or not anything was found, and nothing that was found leaves this register.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere, SealingStopped
from heedline.casework.keys import directory
from heedline.casework.recording import refusals_logged
from heedline.casework.report import conflict_terms
from heedline.casework.report.opening import short_name
from heedline.casework.report.reference import named
from heedline.casework.retention.keeping import rules
from heedline.casework.search import sealed_values
from heedline.desks.models import Desk
from heedline.permits.capabilities import Capability
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import SubjectRequest
from heedline.vault import CannotOpen

#: A number, so that no name finds its way in.
REFERENCE = re.compile(r"[A-Z]{1,6}[-/]?[0-9]{1,6}(?:[-/][0-9]{1,6}){0,2}")

_PART: Final = "subject-request"
#: Reports that fit into the smallest sealed size, so that every request has a row of one size.
MOST_FOUND: Final = 90
UNREADABLE: Final = "Your keys don’t open what was found before. Ask a colleague at this desk."


@dataclass(frozen=True)
class SubjectRequestLine:
    """A data subject request.

    `days` is the number of days left to answer, and is negative when the deadline has passed. `found` has the reports that
    concern the requester, and is None where they are not shown or these keys do not open them.
    """

    id: UUID
    reference: str
    right: str
    desk_id: UUID
    desk: str
    received_on: date
    due_on: date
    days: int
    opened_by: str
    found: tuple[tuple[UUID, str], ...] | None
    answer: str
    answered_by: str
    answered_on: date | None

    @property
    def late(self) -> int:
        """Return the number of days by which the answer is overdue."""
        return max(0, -self.days)


def _line(row: SubjectRequest, at: datetime, found: tuple[UUID, ...] | None = None) -> SubjectRequestLine:
    return SubjectRequestLine(
        row.id,
        row.reference,
        rules().rights.get(row.right, row.right),
        row.desk_id,
        row.desk.name,
        row.received_on,
        row.due_on,
        (row.due_on - at.date()).days,
        row.opened_by.name,
        tuple((ref, short_name(ref)) for ref in found) if found is not None else None,
        row.answer,
        row.answered_by.name if row.answered_by is not None else "",
        row.answered_on,
    )


def _sealed(found: Iterable[UUID], row: SubjectRequest, at: datetime) -> None:
    """Seal the matching report ids to the request's desk and store them on the row.

    Raises SealingStopped.
    """
    to = directory.addressee(row.desk.code, at.date())
    if to is None:
        raise SealingStopped
    sealed = sealed_values.seal({"found": [one.hex for one in found]}, to, row.id, _PART)
    row.epochs, row.header, row.payload = [to.epoch], sealed.header, sealed.payload


def _opened(row: SubjectRequest, by: Attendance) -> tuple[UUID, ...]:
    """Return the ids of the matching reports, decrypted from the row.

    Raises Locked and CannotOpen.
    """
    try:
        return tuple(UUID(one) for one in sealed_values.opened(row, by.keys(), _PART)["found"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise CannotOpen from None


def all_of(*, by: Attendance, at: datetime) -> tuple[SubjectRequestLine, ...]:
    """Return the requests at the officer's desks, unanswered ones first, ordered by deadline.

    Raises Refused.
    """
    with refusals_logged(Act.SUBJECT_FOUND, by=by.officer_id):
        by.require(Capability.ANSWER_SUBJECT)
    rows = SubjectRequest.objects.filter(desk_id__in=by.desk_ids).select_related(
        "desk", "opened_by", "answered_by"
    )
    return tuple(_line(row, at) for row in rows.order_by("answered_on", "due_on", "id")[:200])


def _find(request: UUID, by: Attendance, *, lock: bool = True) -> SubjectRequest:
    rows = SubjectRequest.objects.filter(id=request, desk_id__in=by.desk_ids)
    rows = rows.select_for_update(of=("self",)) if lock else rows
    row = rows.select_related("desk", "opened_by").first()
    if row is None:
        raise NotHere
    by.require(Capability.ANSWER_SUBJECT, row.desk_id)
    return row


def one(request: UUID, *, by: Attendance, at: datetime) -> SubjectRequestLine:
    """Return one request, with the matching reports if the session is unlocked.

    Raises NotHere and Refused.
    """
    with refusals_logged(Act.SUBJECT_FOUND, by=by.officer_id, thing="subject", thing_id=request):
        row = _find(request, by, lock=False)
        try:
            return _line(row, at, _opened(row, by) if by.unlocked else None)
        except CannotOpen:
            return _line(row, at)


def open_one(
    reference: str, right: str, received_on: date, *, desk: UUID, by: Attendance, at: datetime
) -> UUID:
    """Add a request to the register and return its id.

    Raises NotNow for a reference that is invalid or already registered, and SealingStopped.
    """
    with refusals_logged(Act.SUBJECT_REQUEST_OPENED, by=by.officer_id, desk=desk):
        by.require(Capability.ANSWER_SUBJECT, desk)
        if right not in rules().rights:
            raise ValueError("no such right")
        if not REFERENCE.fullmatch(reference):
            raise NotNow(
                "Enter the data-protection officer's number for it, like DPO-2026-041. Never a name."
            )
        if not at.date() - timedelta(days=365) <= received_on <= at.date():
            raise NotNow("The request must have been received within the last year.")
        if SubjectRequest.objects.filter(desk_id=desk, reference=reference).exists():
            raise NotNow("There is already a request with this number.")
        row = SubjectRequest(
            desk=Desk.objects.get(pk=desk),
            reference=reference,
            right=right,
            received_on=received_on,
            due_on=received_on + timedelta(days=rules().answer_days),
            opened_by_id=by.officer_id,
        )
        _sealed((), row, at)  # also while nothing is found: a row says nothing of it
        row.save(force_insert=True)
        journal.record(
            Act.SUBJECT_REQUEST_OPENED,
            actor=by.officer_id,
            desk=desk,
            thing="subject",
            thing_id=row.id,
            detail={"right": right},
        )
    return row.id


def found(request: UUID, short: str, *, by: Attendance, at: datetime) -> UUID:
    """Record that a report at one of the officer's desks concerns the requester.

    The report is given by its short reference. The officer's keys must be unlocked. The log names the request and not the
    report. Raises NotHere, Locked, SealingStopped, and NotNow when no report, or more than one, has that short name, when
    there is no more room, or if these keys do not open what was found before.
    """
    conflict_terms.looked_for(short, by=by)
    with refusals_logged(Act.SUBJECT_FOUND, by=by.officer_id, thing="subject", thing_id=request):
        row = _find(request, by)
        if row.answered_on is not None:
            raise NotNow("This has already been answered.")
        refs = named(short, by)
        if len(refs) != 1:
            raise NotNow(
                "No report at your desks has this reference."
                if not refs
                else "Two reports have this reference. Ask a supervisor."
            )
        try:
            known = _opened(row, by)
        except CannotOpen:
            raise NotNow(UNREADABLE) from None
        if refs[0] not in known:
            if len(known) >= MOST_FOUND:
                raise NotNow(f"A request has room for {MOST_FOUND} reports. Open another one.")
            _sealed([*known, refs[0]], row, at)
            row.save(update_fields=["epochs", "header", "payload"])
        journal.record(
            Act.SUBJECT_FOUND, actor=by.officer_id, desk=row.desk_id, thing="subject", thing_id=request
        )
    return refs[0]


def answer(request: UUID, code: str, *, by: Attendance, at: datetime) -> None:
    """Record the answer to a request, which cannot be changed afterwards.

    An answer that neither confirms nor denies can always be given. Raises NotNow, and Locked for another one.
    """
    with refusals_logged(Act.SUBJECT_ANSWERED, by=by.officer_id, thing="subject", thing_id=request):
        row = _find(request, by)
        chosen = rules().answers[code]
        if row.answered_on is not None:
            raise NotNow("This has already been answered.")
        if chosen.says_found:
            try:
                known = _opened(row, by)
            except CannotOpen:
                raise NotNow(UNREADABLE) from None
            if not known:
                raise NotNow("This reply says that data was found, but no report has been recorded as found.")
        row.answer, row.answered_by_id, row.answered_on = code, by.officer_id, at.date()
        row.save(update_fields=["answer", "answered_by", "answered_on"])
        journal.record(
            Act.SUBJECT_ANSWERED,
            actor=by.officer_id,
            desk=row.desk_id,
            thing="subject",
            thing_id=request,
            detail={"answer": code},
        )
