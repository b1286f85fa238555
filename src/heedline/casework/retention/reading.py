"""View data for retention, with the review queue, clocks, holds, proposals and certificates.

No report is opened.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.keys import certificates
from heedline.casework.keys import directory as key_directory
from heedline.casework.recording import refusals_logged
from heedline.casework.report.opening import short_name
from heedline.casework.report.verb import on_the_record
from heedline.casework.retention.keeping import rules
from heedline.desks.models import Officer
from heedline.packs.rules.retention import months_after
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.roles import GRANTS, Role
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import Stage
from heedline.reports.models import Disposal, Hold, Keeping, Review

PAGE = 100


@dataclass(frozen=True)
class DueLine:
    """A report in the review queue."""

    ref: UUID
    short: str
    desk: str
    group: str
    review_on: date
    overdue: bool
    held: bool
    proposed: bool


@dataclass(frozen=True)
class DisposalLine:
    """A proposed disposal or its outcome.

    `mine` is True when this officer proposed it and so cannot confirm it.
    """

    id: UUID
    ref: UUID
    short: str
    desk: str
    group: str
    reason: str
    proposed_by: str
    proposed_on: date
    mine: bool
    decided_by: str = ""
    decided_on: date | None = None
    true_from: date | None = None


@dataclass(frozen=True)
class HoldLine:
    """A hold on a report, either in force or released."""

    id: UUID
    reason: str
    restricts: bool
    placed: str
    placed_on: date
    released: str
    released_on: date | None


@dataclass(frozen=True)
class KeepingFile:
    """A report's retention record, with its group, review date, holds, reviews and proposed disposal."""

    ref: UUID
    short: str
    closed: bool
    group: str
    group_name: str
    review_on: date | None
    overdue: bool
    identity_until: date | None
    identity_gone_on: date | None
    holds: tuple[HoldLine, ...]
    reviews: tuple[tuple[date, str, str, date], ...]
    proposal: DisposalLine | None
    latest: dict[str, date]
    may_review: bool
    may_propose: bool
    may_hold: bool
    may_release: bool
    may_decide: bool

    @property
    def held(self) -> bool:
        """Return True if a hold is in force."""
        return any(one.released_on is None for one in self.holds)

    @property
    def restricted(self) -> bool:
        """Return whether a hold in force restricts the processing of the report."""
        return any(one.restricts and one.released_on is None for one in self.holds)


@dataclass(frozen=True)
class RetentionQueue:
    """The retention queue, with reports due for review and disposal proposals awaiting a decision."""

    due: tuple[DueLine, ...]
    more: bool
    waiting: tuple[DisposalLine, ...]
    source: str
    as_of: date


def _supervised(by: Attendance) -> list[UUID]:
    return [
        desk
        for role, desk in by.appointments
        if desk is not None and Capability.REVIEW_KEEPING in GRANTS[Role(role)]
    ]


def queue(*, by: Attendance, at: datetime) -> RetentionQueue:
    """Return the reports due for review now or soon, oldest first, and the proposals to decide.

    Raises Refused.
    """
    with refusals_logged(Act.KEEPING_SEEN, by=by.officer_id):
        by.require(Capability.REVIEW_KEEPING)
    pack, desks = rules(), _supervised(by)
    until = at.date() + timedelta(days=pack.ahead_days)
    open_hold = Hold.objects.filter(report=OuterRef("report_id"), released_on=None)
    proposed = Disposal.objects.filter(report=OuterRef("report_id"), decided_on=None)
    rows = list(
        Keeping.objects.filter(review_on__lte=until, report__in=reports_of(desks), report__desk_id__in=desks)
        .select_related("report__desk")
        .annotate(held=Exists(open_hold), proposed=Exists(proposed))
        .order_by("review_on", "report_id")[: PAGE + 1]
    )
    due = tuple(
        DueLine(
            row.report_id,
            short_name(row.report_id),
            row.report.desk.name,
            pack.groups[row.group].name if row.group in pack.groups else row.group,
            row.review_on,
            row.review_on <= at.date(),
            row.held,
            row.proposed,
        )
        for row in rows[:PAGE]
        if row.review_on is not None
    )
    waiting = _proposals(
        by, Disposal.objects.filter(desk_id__in=desks, decided_on=None).order_by("proposed_on", "id")
    )
    return RetentionQueue(due, len(rows) > PAGE, waiting, pack.source, pack.as_of)


def _proposals(by: Attendance, rows: Any) -> tuple[DisposalLine, ...]:
    pack = rules()
    return tuple(
        DisposalLine(
            row.id,
            row.report,
            short_name(row.report),
            row.desk.name,
            pack.groups[row.group].name if row.group in pack.groups else row.group,
            pack.dispose_reasons.get(row.reason, row.reason),
            row.proposed_by.name,
            row.proposed_on,
            row.proposed_by_id == by.officer_id,
            row.decided_by.name if row.decided_by is not None else "",
            row.decided_on,
            row.true_from,
        )
        for row in rows.select_related("desk", "proposed_by", "decided_by")[:PAGE]
    )


def of_report(ref: UUID, *, by: Attendance, at: datetime) -> KeepingFile:
    """Return how long this report will be retained, and why.

    Logged. Raises NotHere.
    """
    with on_the_record(Act.KEEPING_SEEN, by=by, ref=ref):
        report = reports_of(by.desk_ids).select_related("desk", "keeping").filter(pk=ref).first()
        if report is None:
            raise NotHere
        by.require(Capability.READ_REPORT, report.desk_id, report.watch_id)
        journal.record(
            Act.KEEPING_SEEN, actor=by.officer_id, desk=report.desk_id, thing="report", thing_id=ref
        )
    pack, today = rules(), at.date()
    clock: Keeping | None = getattr(report, "keeping", None)
    group = clock.group if clock is not None else ""
    found = _proposals(by, Disposal.objects.filter(report=ref, decided_on=None))

    def may(what: Capability) -> bool:
        try:
            by.require(what, report.desk_id)
        except Refused:
            return False
        return True

    return KeepingFile(
        ref=ref,
        short=short_name(ref),
        closed=report.stage == Stage.CLOSED,
        group=group,
        group_name=pack.groups[group].name if group in pack.groups else "",
        review_on=clock.review_on if clock is not None else None,
        overdue=clock is not None and clock.review_on is not None and clock.review_on <= today,
        identity_until=clock.identity_until if clock is not None else None,
        identity_gone_on=clock.identity_gone_on if clock is not None else None,
        holds=tuple(
            HoldLine(
                row.id,
                pack.holds[row.reason].words if row.reason in pack.holds else row.reason,
                row.reason in pack.holds and pack.holds[row.reason].restricts,
                row.placed_by.name,
                row.placed_on,
                row.released_by.name if row.released_by is not None else "",
                row.released_on,
            )
            for row in Hold.objects.filter(report_id=ref)
            .select_related("placed_by", "released_by")
            .order_by("placed_on", "id")
        ),
        reviews=tuple(
            (row.on, row.by.name, pack.keep_reasons.get(row.reason, row.reason), row.next_on)
            for row in Review.objects.filter(report_id=ref).select_related("by").order_by("-on", "id")
        ),
        proposal=found[0] if found else None,
        latest={code: months_after(today, one.again) for code, one in pack.groups.items()},
        may_review=may(Capability.REVIEW_KEEPING),
        may_propose=may(Capability.PROPOSE_DISPOSAL),
        may_hold=may(Capability.PLACE_HOLD),
        may_release=may(Capability.RELEASE_HOLD),
        may_decide=may(Capability.DECIDE_DISPOSAL),
    )


def proposal(disposal: UUID, *, by: Attendance) -> DisposalLine:
    """Return a proposed disposal awaiting a decision at one of the officer's desks.

    Raises NotHere and Refused.
    """
    with refusals_logged(Act.KEEPING_SEEN, by=by.officer_id, thing="disposal", thing_id=disposal):
        row = Disposal.objects.filter(id=disposal, desk_id__in=by.desk_ids, decided_on=None)
        found = _proposals(by, row)
        if not found:
            raise NotHere
        by.require(Capability.DECIDE_DISPOSAL, row[0].desk_id)
    return found[0]


# --- certificates ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CertificateFile:
    """A disposal certificate and the result of verifying its signatures.

    `genuine` is False for a certificate that has been altered.
    """

    line: DisposalLine
    genuine: bool
    says: certificates.Shown | None
    paper: str
    number: UUID
    names: dict[UUID, str]


def all_certificates(*, by: Attendance) -> tuple[DisposalLine, ...]:
    """Return the latest disposals at the officer's desks, or at all desks for an overseer.

    Raises Refused.
    """
    with refusals_logged(Act.CERTIFICATE_SEEN, by=by.officer_id):
        by.require(Capability.SEE_CERTIFICATES)
    return _proposals(by, Disposal.objects.filter(done=True).order_by("-decided_on", "id"))


def certificate(disposal: UUID, *, by: Attendance) -> CertificateFile:
    """Return a disposal certificate after verifying its signatures.

    Logged. Raises NotHere and Refused.
    """
    with refusals_logged(Act.CERTIFICATE_SEEN, by=by.officer_id, thing="disposal", thing_id=disposal):
        by.require(Capability.SEE_CERTIFICATES)
        rows = Disposal.objects.filter(id=disposal, done=True)
        lines = _proposals(by, rows)
        if not lines:
            raise NotHere
        journal.record(
            Act.CERTIFICATE_SEEN,
            actor=by.officer_id,
            desk=rows[0].desk_id,
            thing="disposal",
            thing_id=disposal,
        )
    row = rows[0]
    says: certificates.Shown | None = None
    with suppress(certificates.NotGenuine):
        says = certificates.check(row.certificate or {}, key_directory.directory())
    names = dict(
        Officer.objects.filter(id__in=[says.proposed_by, says.confirmed_by] if says else []).values_list(
            "id", "name"
        )
    )
    return CertificateFile(lines[0], says is not None, says, certificates.bundle(row), row.id, names)
