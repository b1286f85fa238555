"""What officers do with a safeguarding case: open it from a report, join a report to it, write in it and move it on.

A report and its case are changed by transactions of their own, so that no transaction and no log entry names both.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from heedline.casework.access.keyring import DeskLine
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.pages.desk_tabs import WorkWaiting
from heedline.casework.records import open_records, record
from heedline.casework.records.colleagues import colleagues
from heedline.casework.records.record import FoundRecord
from heedline.casework.report import notes
from heedline.casework.report.opening import ids_of_reference
from heedline.permits.gate import allows
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord
from heedline.reports.record_kinds import DECLINE, OFFER, SIGN, WITHDRAW
from heedline.specialist_desks.safeguarding import child_checks, gateway, joined_reports, panel
from heedline.specialist_desks.safeguarding.content import SupportCase
from heedline.specialist_desks.safeguarding.kind import KIND
from heedline.specialist_desks.safeguarding.vocabulary import (
    DESK_KIND,
    SafeguardingAct,
    SafeguardingCapability,
)

#: States in which a new report about the person takes the case back to gateway.
_OVER: Final = ("closed", "after-exit")
#: Moves that officers make on the page of a case, each with a reason of their own words.
EXPLAINED: Final = frozenset(
    {"propose", "refuse", "agree", "lead", "propose-ending", "agree-ending", "refuse-ending", DECLINE}
)
PLAIN: Final = frozenset({"take-back", "reassess", SIGN, WITHDRAW}) | panel.MOVES
SAY_WHY: Final = "Say why in a sentence that a colleague can understand."
SAVE_FIRST: Final = (
    "A report has joined this case since it was last saved. Read the report and save the case, which begins a child check. If"
    " an ending is proposed, refuse it first."
)
NO_CASE: Final = "No open case of your desk has this reference. Check it, or open a case."


def desks_of(by: Attendance) -> tuple[DeskLine, ...]:
    """Return the safeguarding desks at which this officer may work on cases."""
    return tuple(
        one
        for one in by.desks
        if one.kind == DESK_KIND and allows(by.appointments, SafeguardingCapability.WORK, [one.id])
    )


def open_case(report: UUID, case: SupportCase, *, by: Attendance, at: datetime) -> UUID:
    """Open a case from a report at the officer's safeguarding desk, owned by the officer, and return its id.

    Raises NotHere for an officer of no such desk, Refused, Locked, and NotNow, also if the report is in a case already.
    """
    mine = desks_of(by)
    if not mine:
        raise NotHere
    joined_reports.refuse_joining(report, by=by, at=at)
    told = replace(case, reports=(str(report),), read_to=at.isoformat())
    ref = _begin(mine[0].id, told, by=by, at=at)
    joined_reports.mark(report, ref, by=by, at=at)
    return ref


@record.record_verb(SafeguardingAct.MOVED)
def _begin(desk: UUID, case: SupportCase, *, by: Attendance, at: datetime) -> UUID:
    due_at, words = gateway.first_due(case, at), case.to_words()
    found = record.begin(
        KIND, desk, words, due_at=due_at, capability=SafeguardingCapability.WORK, by=by, at=at
    )
    found.record(SafeguardingAct.MOVED, move="begin")
    child_checks.begin(found.row.id, desk, case, by=by, at=at)
    return found.row.id


def join(report: UUID, case: UUID, *, by: Attendance, at: datetime) -> None:
    """Put a report into a case that exists. One that is over goes back to gateway; if it was closed, the officer owns it now.

    Raises NotHere, Refused, Locked, and NotNow, also if the report is in a case already.
    """
    joined_reports.line(case, by=by)
    joined_reports.mark(report, case, by=by, at=at)
    if DeskRecord.objects.filter(id=case, state__in=_OVER).exists():
        _reopen(case, by=by, at=at)


@record.record_verb(SafeguardingAct.MOVED)
def _reopen(ref: UUID, *, by: Attendance, at: datetime) -> None:
    found = record.find(KIND, ref, by=by, at=at)
    found.permit(SafeguardingCapability.WORK)
    case = SupportCase.of_words(found.words)
    if found.row.state in _OVER:
        found.move("reassess", due_at=gateway.due(found, "reassess", case))
        found.record(SafeguardingAct.MOVED, move="reassess")
        child_checks.begin(ref, found.row.desk_id, case, by=by, at=at)


def by_reference(written: str, *, by: Attendance) -> UUID:
    """Return the case at the officer's desks that a typed reference stands for. Raises NotNow if there is none."""
    ids = ids_of_reference(written)
    rows = DeskRecord.objects.filter(kind=KIND.code, desk__in=[one.id for one in desks_of(by)])
    found = list(rows.filter(id__range=ids).values_list("id", flat=True)[:2]) if ids is not None else []
    if len(found) != 1:
        raise NotNow(NO_CASE, about="reference")
    return found[0]


@record.record_verb(SafeguardingAct.MOVED)
def save(ref: UUID, case: SupportCase, *, version: int, by: Attendance, at: datetime) -> None:
    """Save the text of a case, with the reports that joined it since. They begin a child check, and so does another age.

    Raises NotHere, Refused, Changed, Locked and NotNow.
    """
    found = record.find(KIND, ref, by=by, at=at, version=version)
    found.permit(SafeguardingCapability.WORK)
    before = SupportCase.of_words(found.words)
    new = replace(before, texts=case.texts, codes=case.codes)
    if new.codes["regime"] != before.codes["regime"] and found.row.state != KIND.first:
        raise NotNow(gateway.ONLY_AT_GATEWAY, about="regime")
    saved = joined_reports.with_reports(ref, new, by=by, at=at)
    found.move("save", words=saved.to_words(), due_at=gateway.due(found, "save", new))
    found.record(SafeguardingAct.MOVED, move="save")
    if new.codes["age"] != before.codes["age"] or saved.reports != before.reports:
        child_checks.begin(ref, found.row.desk_id, new, by=by, at=at)


@record.record_verb(SafeguardingAct.MOVED)
def move(ref: UUID, how: str, *, version: int, reason: str = "", by: Attendance, at: datetime) -> None:
    """Move a case on. A decision needs a second person with the capability to decide, and a reason.

    Raises NotHere, Refused, also for a decision by somebody who took part, Changed, Locked, and NotNow, also for an ending
    that lacks its proof and for a decision of the panel that its chair or deputy has not signed.
    """
    found = record.find(KIND, ref, by=by, at=at, version=version)
    decides = how in KIND.decides
    found.permit(SafeguardingCapability.DECIDE if decides else SafeguardingCapability.WORK)
    case = SupportCase.of_words(found.words)
    if how not in EXPLAINED | PLAIN or not gateway.has_move(case, how):
        raise NotHere
    if how in EXPLAINED and notes.says_too_little(reason):
        raise NotNow(SAY_WHY, about="reason")
    if how == WITHDRAW:
        _permit_handing(found)
    if how in ("propose-ending", "agree-ending"):
        _refuse_unsaved(found, case)
        gateway.refuse_without_proof(found, case)
        child_checks.refuse_while_open(ref)
    if how in panel.MOVES:
        _move_with_panel(found, case, how)
    else:
        found.move(how, reason=reason, due_at=gateway.due(found, how, case))
    found.record(SafeguardingAct.MOVED, move=how)


def _move_with_panel(found: FoundRecord, case: SupportCase, how: str) -> None:
    """Refer a case to the panel, due when its decision has to be signed, or record the decision that was signed."""
    reports = joined_reports.reports_of_case(found.row.id, case, by=found.by)
    asked = panel.refuse(panel.of_case(reports, by=found.by, at=found.at), case, how)
    due_at = asked.sign_by if how == panel.REFER else gateway.due(found, how, case)
    words = case if how == panel.REFER else replace(case, decided=str(asked.ident))
    found.move(how, words=words.to_words(), reason=panel.reason(asked, how), due_at=due_at)


@record.record_verb(SafeguardingAct.MOVED)
def offer(ref: UUID, to: UUID, *, version: int, by: Attendance, at: datetime) -> None:
    """Offer the risk of a case to a colleague of its desk, who has to sign for it. Until then its owner stays.

    Its owner does so, or a supervisor. Raises NotHere, also for somebody of no such desk, Refused, Changed, Locked and NotNow.
    """
    found = record.find(KIND, ref, by=by, at=at, version=version)
    _permit_handing(found)
    if to not in dict(colleagues(found.row.desk_id)):
        raise NotHere
    found.move(OFFER, owner=to)
    found.record(SafeguardingAct.MOVED, move=OFFER)


def receivers(ref: UUID, *, by: Attendance) -> tuple[tuple[UUID, str], ...]:
    """Return the id and the name of each colleague to whom the risk of a case can be offered. Raises NotHere."""
    row = DeskRecord.objects.filter(id=ref, kind=KIND.code, desk__in=by.desk_ids).first()
    if row is None:
        raise NotHere
    return colleagues(row.desk_id, without=row.owner_id)


def _refuse_unsaved(found: FoundRecord, case: SupportCase) -> None:
    """Raise NotNow if a report has joined a case since it was last saved: its child check has not begun yet."""
    if joined_reports.unsaved(case, joined_reports.reports_of_case(found.row.id, case, by=found.by)):
        raise NotNow(SAVE_FIRST, about="reason")


def _permit_handing(found: FoundRecord) -> None:
    mine = found.row.owner_id == found.by.officer_id
    found.permit(SafeguardingCapability.WORK if mine else SafeguardingCapability.DECIDE)


def waiting(by: Attendance, at: datetime) -> tuple[WorkWaiting, ...]:
    """Return the cases that wait for this officer's decision or signature, as lines of My work."""
    if not desks_of(by):
        return ()
    offered = tuple(
        WorkWaiting(words=f"{one.title} is offered to you.", url=one.page, link="Read and sign", ref=one.ref)
        for one in open_records.offered_to(KIND, by=by, at=at)
    )
    return offered + to_decide(by, at)


def to_decide(by: Attendance, at: datetime) -> tuple[WorkWaiting, ...]:
    """Return the cases that wait for this officer's decision, as lines of My work."""
    if not any(allows(by.appointments, SafeguardingCapability.DECIDE, [one.id]) for one in desks_of(by)):
        return ()
    return tuple(
        WorkWaiting(
            words=f"{one.title} waits for a decision.", url=one.page, link="Read and decide", ref=one.ref
        )
        for one in open_records.to_decide(KIND, by=by, at=at)
    )
