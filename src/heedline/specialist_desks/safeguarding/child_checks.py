"""The child check of a case: children's services are told within one working day, unless the person is 18 or over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from heedline.casework.access.session import Attendance
from heedline.casework.dissemination import lines
from heedline.casework.records import record
from heedline.casework.report import notes
from heedline.casework.report.opening import short_name
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord
from heedline.specialist_desks.safeguarding import joined_reports, regimes
from heedline.specialist_desks.safeguarding.content import SupportCase
from heedline.specialist_desks.safeguarding.kind import CHECK_KIND, KIND
from heedline.specialist_desks.safeguarding.vocabulary import SafeguardingAct, SafeguardingCapability

NOT_TOLD: Final = (
    "Children’s services have not been told. Send the latest report of the case to them with the legal basis for children, or"
    " change the age in the case if the person is 18 or over."
)
STILL_OPEN: Final = "Complete the child check of the case first."
SAY_HOW: Final = "Say in a sentence whom you told, or how you know that the person is 18 or over."


@dataclass(frozen=True, slots=True)
class ChildCheck:
    """A child check as the page of its case lists it."""

    ref: UUID
    title: str
    open: bool


def begin(case: UUID, desk: UUID, told: SupportCase, *, by: Attendance, at: datetime) -> None:
    """Begin the check of a case, owned by this officer, unless one is open. Call it inside a transaction."""
    if _checks(case).exclude(due_at=None).exists():
        return
    due_at = record.allowed_in(told.regime.within["children"], told.regime.calendar, at)
    found = record.begin(
        CHECK_KIND,
        desk,
        {},
        capability=SafeguardingCapability.WORK,
        due_at=due_at,
        parent=case,
        by=by,
        at=at,
    )
    found.record(SafeguardingAct.CHILD_CHECKED, move="begin")


@record.record_verb(SafeguardingAct.CHILD_CHECKED)
def complete(ref: UUID, reason: str, *, version: int, by: Attendance, at: datetime) -> None:
    """Complete a check, with a reason. Raises NotHere, Refused, Changed, Locked, and NotNow if children's services have to be told first."""
    found = record.find(CHECK_KIND, ref, by=by, at=at, version=version)
    found.permit(SafeguardingCapability.WORK)
    if notes.says_too_little(reason):
        raise NotNow(SAY_HOW, about="reason")
    case = record.find(KIND, case_of(found.row.id, by=by), by=by, at=at)
    told = SupportCase.of_words(case.words)
    reports = joined_reports.reports_of_case(case.row.id, told, by=by)
    if told.codes["age"] != "adult" and not told_to(reports, by=by):
        raise NotNow(NOT_TOLD, about="reason")
    found.move("complete", reason=reason)
    found.record(SafeguardingAct.CHILD_CHECKED, move="complete")


def told_to(reports: tuple[str, ...], *, by: Attendance) -> tuple[str, ...]:
    """Return which partners were sent the latest of these reports as children's services, and when each opened it."""
    return lines.sent_on(UUID(reports[-1]), regimes.rules().children_basis, by=by) if reports else ()


def case_of(check: UUID, *, by: Attendance) -> UUID:
    """Return the case of a check at the officer's desks."""
    row = DeskRecord.objects.get(id=check, kind=CHECK_KIND.code, desk__in=by.desk_ids, parent__isnull=False)
    return UUID(str(row.parent_id))


def of_case(case: UUID) -> tuple[ChildCheck, ...]:
    """Return the checks of a case that the officer has opened, open ones first."""
    return tuple(
        ChildCheck(row.id, f"{CHECK_KIND.title} {short_name(row.id)}", row.due_at is not None)
        for row in _checks(case).order_by("due_at", "id")
    )


def refuse_while_open(case: UUID) -> None:
    """Raise NotNow while a check of a case is open."""
    if _checks(case).exclude(due_at=None).exists():
        raise NotNow(STILL_OPEN, about="reason")


def _checks(case: UUID) -> QuerySet[DeskRecord]:
    return DeskRecord.objects.filter(parent=case, kind=CHECK_KIND.code)
