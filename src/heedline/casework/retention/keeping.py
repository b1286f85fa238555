"""Retention of closed reports, with clocks, reviews, holds and disposal by two people.

Closing a report starts its clocks and reopening stops them. A review either keeps the report longer,
with a reason and a next review date, or proposes its disposal, which somebody else must confirm. A
report on hold is never disposed of. ADR 13 defines disposal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from django.conf import settings

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.attachments import stored_objects
from heedline.casework.errors import NotHere
from heedline.casework.keys import certificates
from heedline.casework.linking import desk_notices
from heedline.casework.recording import refusals_logged
from heedline.casework.report import notes, repeat_contact
from heedline.casework.report.verb import FoundReport, find, record, verb
from heedline.casework.search import indexing, link_decisions
from heedline.desks.models import CANARY
from heedline.packs import load_pack
from heedline.packs.rules.retention import Retention, months_after
from heedline.permits import functions
from heedline.permits.capabilities import Capability
from heedline.permits.second_person import (
    RULES,
    DecisionRequest,
    Matter,
    Reply,
    RequestState,
    refuse_second_request,
)
from heedline.reports.lifecycle import Move, NotNow, Stage, after
from heedline.reports.models import Disposal, Hold, Keeping, Report, Review, SealedPayload, SealedValues

_NOT_DONE = {
    "not-yours": RULES[Matter.DISPOSAL].decided,
    "not-closed": "The report has been opened again or handed over. It cannot be disposed of now.",
    "held": "The report is held. It cannot be disposed of until the hold is released.",
}


def rules() -> Retention:
    """Return the pack's retention groups, reasons, holds and answers."""
    return load_pack(settings.PACK).retention


@dataclass(frozen=True)
class Keep:
    """A decision to retain a report, with its group, reason and notes.

    `sooner` is the latest date until which it is kept, or None for the group's own period.
    """

    group: str
    reason: str
    words: str = field(repr=False)
    sooner: date | None = None


# --- the clocks ------------------------------------------------------------------------------------------------------


def begin(reports: Sequence[Report], outcome: str, *, at: datetime) -> None:
    """Start the retention clocks of reports that are being closed with this outcome.

    The outcome determines their retention group.
    """
    pack, today = load_pack(settings.PACK), at.date()
    known = pack.outcomes.get(outcome)
    group = pack.retention.group_of(outcome, useful=known is not None and known.useful)
    Keeping.objects.bulk_create(
        [
            Keeping(
                report=report,
                group=group.code,
                review_on=months_after(today, group.review),
                identity_until=months_after(today, group.identity),
            )
            for report in reports
            if report.area != CANARY
        ],
        update_conflicts=True,
        unique_fields=["report"],
        update_fields=["group", "review_on", "identity_until"],
        batch_size=500,
    )


# --- reviews and holds -----------------------------------------------------------------------------------------------


def _words(found: FoundReport, about: str, words: str) -> UUID | None:
    return notes.seal(found, {about: words}) if words.strip() else None


def _of_own_desk(found: FoundReport, capability: Capability) -> None:
    """Raise Refused if the officer lacks this capability at the desk that owns the report.

    A desk that only watches the report is not responsible for its retention.
    """
    found.by.require(capability, found.report.desk_id, standing=found.standing)


def _closed(found: FoundReport) -> None:
    after(Stage(found.report.stage), Move.DISPOSE)


@verb(Act.KEPT_LONGER)
def keep(ref: UUID, decision: Keep, *, by: Attendance, at: datetime) -> None:
    """Retain a report until its next review, with a reason.

    Raises NotNow, and ValueError for a code that the pack does not know.
    """
    found = find(ref, by=by, at=at)
    _of_own_desk(found, Capability.REVIEW_KEEPING)
    _closed(found)
    pack, today = rules(), at.date()
    if decision.reason not in pack.keep_reasons:
        raise ValueError("no such reason")
    group = pack.groups[decision.group]
    latest = months_after(today, group.again)
    next_on = decision.sooner or latest
    if not today < next_on <= latest:
        raise NotNow(f"The next review must be after today and no later than {latest:%-d %B %Y}.")
    Review.objects.create(
        report=found.report,
        group=group.code,
        reason=decision.reason,
        words=_words(found, "reason", decision.words),
        next_on=next_on,
        by_id=by.officer_id,
        on=today,
    )
    Keeping.objects.filter(report=found.report).update(group=group.code, review_on=next_on)
    record(found, Act.KEPT_LONGER, group=group.code, reason=decision.reason, next=next_on.isoformat())


@verb(Act.HOLD_PLACED)
def hold(ref: UUID, reason: str, words: str, *, by: Attendance, at: datetime) -> None:
    """Place a report on hold immediately.

    It cannot be disposed of until a supervisor releases the hold. Placing the same hold twice does nothing.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.PLACE_HOLD)
    if reason not in rules().holds:
        raise ValueError("no such reason")
    if Hold.objects.filter(report=found.report, reason=reason, released_on=None).exists():
        return
    Hold.objects.create(
        report=found.report,
        reason=reason,
        words=_words(found, "hold", words),
        placed_by_id=by.officer_id,
        placed_on=at.date(),
    )
    if (
        rules().holds[reason].restricts
    ):  # once it is released, the report is indexed again and sealed to the linking desk anew
        SealedValues.objects.filter(report=found.report.id).delete()
    record(found, Act.HOLD_PLACED, reason=reason)


@verb(Act.HOLD_RELEASED)
def release(ref: UUID, hold_id: UUID, words: str, *, by: Attendance, at: datetime) -> None:
    """Release a hold, as a supervisor, with a written reason.

    Raises NotNow when it has already been released.
    """
    found = find(ref, by=by, at=at)
    _of_own_desk(found, Capability.RELEASE_HOLD)
    notes.seal(found, {"released": words})
    done = Hold.objects.filter(id=hold_id, report=found.report, released_on=None).update(
        released_by_id=by.officer_id, released_on=at.date()
    )
    if not done:
        raise NotNow("Somebody has already released this.")
    record(found, Act.HOLD_RELEASED)


# --- the end ---------------------------------------------------------------------------------------------------------


@verb(Act.DISPOSAL_PROPOSED)
def propose(ref: UUID, reason: str, *, by: Attendance, at: datetime) -> UUID:
    """Propose the disposal of a closed report and return the proposal's id.

    The officer signs the proposal. Raises NotNow.
    """
    found = find(ref, by=by, at=at)
    _of_own_desk(found, Capability.PROPOSE_DISPOSAL)
    _closed(found)
    if reason not in rules().dispose_reasons:
        raise ValueError("no such reason")
    if Hold.objects.filter(report=found.report, released_on=None).exists():
        raise NotNow(_NOT_DONE["held"])
    refuse_second_request(
        Matter.DISPOSAL, waits=Disposal.objects.filter(report=ref, decided_on=None).exists()
    )
    keeping = Keeping.objects.filter(report=found.report).first()
    group = keeping.group if keeping is not None else rules().other
    desk, ident = found.report.desk, uuid4()
    paper = certificates.proposal(
        ident, ref, desk=desk.code, group=group, reason=reason, on=at.date(), by=by.keys().voice
    )
    Disposal.objects.create(
        id=ident,
        report=ref,
        desk=desk,
        group=group,
        reason=reason,
        proposed_by_id=by.officer_id,
        proposed_on=at.date(),
        proposal=paper,
    )
    record(found, Act.DISPOSAL_PROPOSED, disposal=str(ident), reason=reason)
    return ident


def _decision_request(proposed: Disposal) -> DecisionRequest:
    """Return the facts about this proposal that the two-person rules check."""
    state = RequestState.WAITING
    if proposed.decided_on is not None:
        state = RequestState.AGREED if proposed.done else RequestState.REFUSED
    return DecisionRequest(Matter.DISPOSAL, proposed.proposed_by_id, state, proposed.proposed_on)


def decide(disposal_id: UUID, *, dispose: bool, by: Attendance, at: datetime) -> bool:
    """Confirm a proposed disposal or retain the report, and return True if it was disposed of.

    The decision is made by a supervisor who did not propose it. Raises NotHere, Refused, Locked and NotNow.

    Disposal is final. It removes rows, headers, half keys, and what notes on other reports of the desks say
    about the report (except where one of those is on hold). From the date on the certificate it also covers
    every copy.
    """
    with refusals_logged(Act.DISPOSAL_DECIDED, by=by.officer_id, thing="disposal", thing_id=disposal_id):
        found = (
            Disposal.objects.select_related("desk").filter(id=disposal_id, desk_id__in=by.desk_ids).first()
        )
        if found is None:
            raise NotHere
        by.require(Capability.DECIDE_DISPOSAL, found.desk_id)
        request, reply = _decision_request(found), Reply.AGREE if dispose else Reply.REFUSE
        request.check_person(reply, by=by.officer_id, today=at.date())
        request.after(reply)
        paper, naming = None, list[UUID]()
        files = stored_objects.objects_of(found.report) if dispose else []
        if dispose:
            naming = [
                *repeat_contact.naming(found.report, by=by),
                *link_decisions.naming(found.report, by=by),
            ]
            sums = SealedPayload.objects.filter(report_id=found.report).values_list("sha256", flat=True)
            paper = certificates.certificate(
                found.proposal, [bytes(one).hex() for one in sums], on=at.date(), by=by.keys().voice
            )
        told = functions.decide_disposal(
            disposal_id, paper, certificates.true_from(at.date()) if dispose else None, naming
        )
        if told in _NOT_DONE:
            raise NotNow(_NOT_DONE[told])
        stored_objects.delete_once_committed(files)
        # the database has logged it: nothing is disposed of without a mark
        indexing.drop_gone(by=by)
        if dispose:
            desk_notices.forget(found.report, by=by, at=at)
    return told == "done"
