"""Actions on a sent notice: recording answers and service, closing it and withdrawing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from heedline.casework.access.session import Attendance
from heedline.casework.delivery import carrying
from heedline.casework.delivery.attempts import AttemptOutcome
from heedline.casework.delivery.carrying import CarriedLetter
from heedline.casework.pages.desk_tabs import WorkWaiting
from heedline.casework.report.opening import short_name
from heedline.permits.gate import allows
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.delivery import pack_data
from heedline.specialist_desks.material.evidence import watching
from heedline.specialist_desks.material.items import sightings
from heedline.specialist_desks.material.models import (
    CompanyNotice,
    Examination,
    NoticeAnswer,
    NoticeAttempt,
)
from heedline.specialist_desks.material.models.notices import BEGUN
from heedline.specialist_desks.material.notice_rules.clock import day_in_uk
from heedline.specialist_desks.material.notice_rules.content import NoticeBasis
from heedline.specialist_desks.material.notice_rules.directory import ChannelKind
from heedline.specialist_desks.material.notice_rules.refusals import NoticeRefusal
from heedline.specialist_desks.material.notice_rules.rendering import withdrawal_email, withdrawal_request
from heedline.specialist_desks.material.notice_rules.repeating import repeats
from heedline.specialist_desks.material.notice_rules.states import (
    OPEN_NOTICES,
    CompanyAnswer,
    NoticeMove,
    NoticeState,
    NotThisMove,
    answered,
    why_not_close,
)
from heedline.specialist_desks.material.notice_rules.stored import StoredNotice
from heedline.specialist_desks.material.notices import composing, due, sending
from heedline.specialist_desks.material.notices.found_notice import CHANGED, find_notice, notice_verb
from heedline.specialist_desks.material.notices.standing import report_texts
from heedline.specialist_desks.material.rules import ILLEGAL, ItemState, Place
from heedline.specialist_desks.material.vocabulary import (
    DESK_KIND,
    NOTICE_ANSWER,
    NOTICE_PROOF,
    MaterialAct,
    MaterialCapability,
)

#: Examinations that uphold a finding: a review of it, or of an item that only breaks terms, a new first examination.
_UPHELD: Final = Q(place=str(Place.REVERSAL), outcome__in=("unlawful", "held")) | Q(
    place=str(Place.FIRST), outcome="terms"
)
#: Objections that My work lists at once.
_MOST_SHOWN: Final = 5
#: Characters of an answer, and of a proof of service.
LONGEST = 4_000


@notice_verb(MaterialAct.ANSWER_RECORDED)
def record_answer(ref: UUID, answer: CompanyAnswer, words: str, *, by: Attendance, at: datetime) -> None:
    """Record a company's answer by email, telephone or letter, without changing the notice's state.

    Raises NotHere, Refused, Locked and NotNow.
    """
    found = find_notice(ref, by=by, at=at)
    found.permit(MaterialCapability.NOTIFY)
    try:
        now = answered(found.state, found.answer, answer)
    except NotThisMove:
        raise NotNow("This answer cannot follow what the company said before.") from None
    if not words.strip():
        raise NotNow("Say how the company answered, and what it said.")
    container = found.seal({"text": words[:LONGEST], "name": ""}, NOTICE_ANSWER)
    NoticeAnswer.objects.create(
        notice=found.row, answer=str(now), container=container, at=at, officer_id=by.officer_id
    )
    found.row.answer = str(now)
    found.row.acknowledged_at = found.row.acknowledged_at or at
    if now is not CompanyAnswer.RECEIVED:
        found.row.answered_at = at
    found.save()
    found.record(MaterialAct.ANSWER_RECORDED, answer=str(now))


@notice_verb(MaterialAct.ANSWER_READ)
def read_answer(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Mark a late answer to a closed notice as read. Raise NotHere, Refused, Locked or NotNow."""
    found = find_notice(ref, by=by, at=at)
    found.permit(MaterialCapability.NOTIFY)
    if found.state in OPEN_NOTICES or found.row.due_at is None:
        raise NotNow(CHANGED)
    found.save()
    found.record(MaterialAct.ANSWER_READ)


@notice_verb(MaterialAct.SERVED)
def serve(ref: UUID, given_on: date, how: str, words: str, *, by: Attendance, at: datetime) -> datetime:
    """Record the service of a section 3 notice with its proof, and return the compliance deadline.

    `how` is `hand` or `post`. For post, `given_on` is the day on which it was recorded as delivered. Raises NotHere,
    Refused, Locked, NotNow and NoticeRefused.
    """
    found = find_notice(ref, by=by, at=at)
    found.permit(MaterialCapability.NOTIFY)
    if found.basis is not NoticeBasis.SECTION_3:
        raise NotNow("Only a section 3 notice is served.")
    if how not in ("hand", "post") or not words.strip():
        raise NotNow("Say who it was handed to and where, or give the number of the recorded delivery.")
    approved = found.row.approved_at
    if given_on > day_in_uk(at) or (approved is not None and given_on < day_in_uk(approved)):
        raise NotNow("The day of service cannot be before the approval or in the future.")
    composing.refuse(found, sending=True)
    proof = found.seal(
        {"proof": words[:LONGEST], "outcome": "served", "how": how, "on": given_on.isoformat()}, NOTICE_PROOF
    )
    NoticeAttempt.objects.create(
        notice=found.row, officer_id=by.officer_id, at=at, outcome="served", container=proof
    )
    found.move(NoticeMove.SERVE)
    found.row.given_on = given_on
    found.row.sent_at = at
    found.save()
    found.record(MaterialAct.SERVED, how=how)
    watching.begin(found.item, at)
    step = due.step_of(found.row)
    assert step is not None  # noqa: S101 - it has just been served
    return step.due


@notice_verb(MaterialAct.NOTICE_CLOSED)
def close(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Close a notice once its material is gone or the company has decided.

    Raises NotHere, Refused, Locked, and NotNow with the reason why it cannot be closed yet.
    """
    found = find_notice(ref, by=by, at=at)
    found.permit(MaterialCapability.NOTIFY)
    if found.state is not NoticeState.SENT:
        raise NotNow(CHANGED)
    seen = sightings.last(found.row.item_id)
    reason = why_not_close(found.answer, seen.verdict if seen is not None else None)
    if found.answer is CompanyAnswer.OBJECTS and _reviewed_since(found.row.item_id, found.row.answered_at):
        reason = ""
    if reason:
        raise NotNow(reason)
    found.move(NoticeMove.CLOSE)
    found.save()
    found.record(MaterialAct.NOTICE_CLOSED)


@notice_verb(MaterialAct.NOTICE_CLOSED)
def lapse(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Close an unanswered notice after the last escalation level.

    Raises NotHere, Refused, Locked and NotNow.
    """
    found = find_notice(ref, by=by, at=at)
    found.permit(MaterialCapability.LEAD)
    if found.basis is NoticeBasis.VOLUNTARY and found.row.escalated < len(
        pack_data.notice_rules().escalation
    ):
        raise NotNow("Take every step of the escalation path first.")
    if found.row.due_at is None or at < found.row.due_at:
        raise NotNow("The company still has time.")
    found.move(NoticeMove.LAPSE)
    found.save()
    found.record(MaterialAct.NOTICE_CLOSED, unanswered=True)


def withdraw(ref: UUID, words: str, *, by: Attendance, at: datetime) -> CarriedLetter | None:
    """Withdraw a mistaken notice and notify the company. Return the reply, or None for a letter.

    It is withdrawn whatever comes back: the proof says what the company was told, and whether it was reached. Raises
    NotHere, Refused, Locked, NotNow, and NoticeRefused for words of a report.
    """
    stored, attempt = _begin_withdrawal(ref, words, by=by, at=at)
    if attempt is None:
        return None
    content = stored.content
    if content.addressee.kind is ChannelKind.WEBHOOK:
        request = withdrawal_request(content, words, secret=sending.secret_of(stored.company), at=at)
        carried = carrying.carry_request(request.body, request.headers, to=content.addressee.address, at=at)
    else:
        message = withdrawal_email(content, words, sender=settings.PAGE_MAIL_FROM)
        carried = carrying.carry_email(message, to=content.addressee.address, at=at)
    _end_withdrawal(ref, attempt, words, carried, by=by, at=at)
    return carried


@notice_verb(MaterialAct.WITHDRAWN)
def _begin_withdrawal(
    ref: UUID, words: str, *, by: Attendance, at: datetime
) -> tuple[StoredNotice, UUID | None]:
    found = find_notice(ref, by=by, at=at)
    found.permit(MaterialCapability.NOTIFY)
    if not words.strip() or len(words) > LONGEST:
        raise NotNow(f"Say to the company what was wrong, in {LONGEST:,} characters at most.")
    if found.row.sent_at is None:
        raise NotNow("This notice was not sent. Give it up instead.")
    told = report_texts(found.item)
    if repeats([words], told.texts):
        raise composing.NoticeRefused([str(NoticeRefusal.REPORT_WORDS)])
    if not told.whole:
        raise composing.NoticeRefused([str(NoticeRefusal.NOT_COMPARED)])
    found.not_under_way()
    found.move(NoticeMove.WITHDRAW)
    kind = found.stored.content.addressee.kind
    if kind is ChannelKind.WEBHOOK:
        sending.secret_of(found.stored.company)
    said = found.seal({"proof": words, "outcome": "withdrawal"}, NOTICE_PROOF)
    carries = kind.is_carried
    row = NoticeAttempt.objects.create(
        notice=found.row,
        officer_id=by.officer_id,
        at=at,
        outcome=BEGUN if carries else "not-told",
        container=said,
    )
    found.save()
    found.record(MaterialAct.WITHDRAWN)
    return found.stored, row.id if carries else None


@notice_verb(MaterialAct.WITHDRAWN)
def _end_withdrawal(
    ref: UUID, attempt: UUID, words: str, carried: CarriedLetter, *, by: Attendance, at: datetime
) -> None:
    found = find_notice(ref, by=by, at=at)
    proof = found.seal({"proof": f"{words}\n\n{carried.proof}", "outcome": "withdrawal"}, NOTICE_PROOF)
    outcome = "withdrawn" if carried.outcome is AttemptOutcome.ACCEPTED else "not-told"
    NoticeAttempt.objects.filter(id=attempt, outcome=BEGUN).update(outcome=outcome, container=proof)


def objections_for_me(by: Attendance) -> tuple[WorkWaiting, ...]:
    """Return, for My work, the objections that this officer can decide on. No keys are needed."""
    desk = next((one.id for one in by.desks if one.kind == DESK_KIND), None)
    if desk is None:
        return ()
    leads = allows(by.appointments, MaterialCapability.LEAD, [desk])
    return tuple(
        WorkWaiting(
            words=f"A company objects to the notice about item {short_name(item)}.",
            url="material-item",
            link="Decide as somebody uninvolved",
            ref=item,
        )
        for item in objections_waiting(desk, by.officer_id, leads=leads)[:_MOST_SHOWN]
    )


def objections_waiting(desk: UUID, officer: UUID, *, leads: bool) -> Sequence[UUID]:
    """Return a desk's items with a company's objection that this officer could decide, oldest first.

    Whoever examined an item before cannot. One that only breaks terms is examined again when whoever `leads` opens it.
    """
    involved = Examination.objects.filter(item_id=OuterRef("item_id"), officer_id=officer)
    states = [str(one) for one in (*ILLEGAL, *([ItemState.TERMS] if leads else []))]
    rows = CompanyNotice.objects.filter(
        desk_id=desk, answer=str(CompanyAnswer.OBJECTS), due_at__isnull=False, item__state__in=states
    )
    others = rows.exclude(Exists(involved)).order_by("answered_at").values_list("item_id", "answered_at")
    return [item for item, since in others if not _reviewed_since(item, since)]


def _reviewed_since(item: UUID, since: datetime | None) -> bool:
    """Return whether an independent examiner has upheld the finding since the company objected."""
    if since is None:
        return False
    made = Examination.objects.filter(item_id=item)
    before = made.filter(at__lt=since).values("officer_id")
    return made.filter(_UPHELD, at__gte=since).exclude(officer_id__in=before).exists()
