"""Send notices from an examiner's unlocked session, and store the proof."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings

from heedline.casework.access.session import Attendance
from heedline.casework.delivery import carrying
from heedline.casework.delivery.attempts import (
    AttemptOutcome,
    DeliveryAttempt,
    DeliveryState,
    delivery_state,
    next_attempt,
)
from heedline.casework.delivery.carrying import CarriedLetter
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.delivery import pack_data
from heedline.specialist_desks.material.evidence import watching
from heedline.specialist_desks.material.models import NoticeAttempt
from heedline.specialist_desks.material.models.notices import BEGUN
from heedline.specialist_desks.material.notice_rules.content import NoticeBasis, NoticeContent
from heedline.specialist_desks.material.notice_rules.directory import ChannelKind, Company
from heedline.specialist_desks.material.notice_rules.refusals import OF_STATE, NoticeRefusal
from heedline.specialist_desks.material.notice_rules.rendering import (
    NoPdfProgram,
    as_email,
    as_pdf,
    as_signed_request,
)
from heedline.specialist_desks.material.notice_rules.states import NoticeMove, NoticeState
from heedline.specialist_desks.material.notices import composing, due
from heedline.specialist_desks.material.notices.found_notice import FoundNotice, find_notice, notice_verb
from heedline.specialist_desks.material.notices.standing import channel_tests, deconflict
from heedline.specialist_desks.material.vocabulary import NOTICE_PROOF, MaterialAct, MaterialCapability

BY_FORM = (
    "This company takes notices by a form on its web site. Fill it in by hand, and record that you have."
)


@dataclass(frozen=True, slots=True)
class ReadyNotice:
    """A notice cleared for sending, with its delivery attempt."""

    attempt: UUID
    content: NoticeContent
    company: str
    channel: int | None


def send(ref: UUID, *, by: Attendance, at: datetime) -> CarriedLetter:
    """Send an approved or undeliverable notice, and return the outcome.

    The attempt is stored before anything leaves, and its outcome afterwards, so that none is forgotten. Raises
    NotHere, Refused, Locked, NotNow, and NoticeRefused with every reason.
    """
    ready = _begin(ref, by=by, at=at)
    carried = carry(ready.content, ready.company, at=at)
    _end(ref, ready, carried, by=by, at=at)
    return carried


@notice_verb(MaterialAct.SENDING)
def _begin(ref: UUID, *, by: Attendance, at: datetime) -> ReadyNotice:
    found = find_notice(ref, by=by, at=at)
    found.permit(MaterialCapability.NOTIFY)
    if found.basis is NoticeBasis.SECTION_3:
        raise composing.NoticeRefused([str(NoticeRefusal.BY_HAND_OR_POST)])
    if found.state not in {NoticeState.APPROVED, NoticeState.FAILED}:
        raise NotNow("A notice is sent once it has been approved.")
    composing.refuse(found, sending=True)
    content = found.stored.content
    if not content.addressee.kind.is_carried:
        raise NotNow(BY_FORM)
    _can_be_signed(content, found.stored.company)
    found.not_under_way()
    attempt = NoticeAttempt.objects.create(notice=found.row, officer_id=by.officer_id, at=at)
    found.record(MaterialAct.SENDING)
    return ReadyNotice(attempt.id, content, found.stored.company, found.stored.channel)


@notice_verb(MaterialAct.SENT)
def _end(ref: UUID, ready: ReadyNotice, carried: CarriedLetter, *, by: Attendance, at: datetime) -> None:
    """Store an attempt's outcome and proof, and update the notice.

    Whether nothing else is sent by its channel before it has passed a test is sealed with the proof.
    """
    found = find_notice(ref, by=by, at=at)
    rows = NoticeAttempt.objects.filter(notice=found.row, id=ready.attempt)
    rows.filter(outcome=BEGUN).update(outcome=str(carried.outcome))
    gave_up = (
        found.state is NoticeState.APPROVED and delivery_state(attempts_of(found)) is DeliveryState.FAILED
    )
    failed = carried.outcome is AttemptOutcome.NEVER or gave_up
    rows.update(container=_proof(found, carried, ready.company, ready.channel, failed=failed))
    if carried.outcome is AttemptOutcome.ACCEPTED:
        if found.state in {NoticeState.APPROVED, NoticeState.FAILED}:
            found.move(NoticeMove.SEND)
        found.row.sent_at = found.row.sent_at or at
        found.save()
        found.record(MaterialAct.SENT)
        watching.begin(found.item, at)
        return
    if gave_up:
        found.move(NoticeMove.FAIL)
    found.save()
    found.record(MaterialAct.NOT_DELIVERED)


@notice_verb(MaterialAct.SENT)
def sent_by_form(ref: UUID, receipt: str, *, by: Attendance, at: datetime) -> None:
    """Record that an approved notice was submitted by hand through a company's web form.

    Raises NotHere, Refused, Locked, NotNow and NoticeRefused.
    """
    found = find_notice(ref, by=by, at=at)
    found.permit(MaterialCapability.NOTIFY)
    if found.stored.content.addressee.kind is not ChannelKind.FORM or not receipt.strip():
        raise NotNow("Write down the number or the words with which the form confirmed the notice.")
    composing.refuse(found, sending=True)
    proof = found.seal({"proof": receipt[:2_000], "outcome": str(AttemptOutcome.ACCEPTED)}, NOTICE_PROOF)
    NoticeAttempt.objects.create(
        notice=found.row,
        officer_id=by.officer_id,
        at=at,
        outcome=str(AttemptOutcome.ACCEPTED),
        container=proof,
    )
    found.move(NoticeMove.SEND)
    found.row.sent_at = at
    found.save()
    found.record(MaterialAct.SENT)
    watching.begin(found.item, at)


@notice_verb(MaterialAct.NOT_DELIVERED)
def came_back(ref: UUID, words: str, *, by: Attendance, at: datetime) -> None:
    """Record that an accepted notice was later returned as undeliverable.

    Raises NotHere, Refused, Locked and NotNow.
    """
    found = find_notice(ref, by=by, at=at)
    found.permit(MaterialCapability.NOTIFY)
    if found.basis is NoticeBasis.SECTION_3:
        raise NotNow("A section 3 notice that was served does not come back.")
    found.move(NoticeMove.FAIL)
    back = CarriedLetter(AttemptOutcome.BOUNCED, words[:2_000])
    proof = _proof(found, back, found.stored.company, found.stored.channel, failed=True)
    NoticeAttempt.objects.create(
        notice=found.row,
        officer_id=by.officer_id,
        at=at,
        outcome=str(AttemptOutcome.BOUNCED),
        container=proof,
    )
    found.save()
    found.record(MaterialAct.NOT_DELIVERED)


@notice_verb(MaterialAct.ESCALATED)
def escalate(ref: UUID, words: str, *, by: Attendance, at: datetime) -> None:
    """Record the next escalation, with the action taken.

    Raises NotHere, Refused, Locked and NotNow.
    """
    found = find_notice(ref, by=by, at=at)
    found.permit(MaterialCapability.NOTIFY)
    level = due.next_escalation(found.row, at)
    if level is None or found.state is not NoticeState.SENT:
        raise NotNow("There is nothing to escalate now.")
    if not words.strip():
        raise NotNow("Say who you contacted, and what they said.")
    proof = found.seal({"proof": words[:2_000], "outcome": f"escalated to {level.to}"}, NOTICE_PROOF)
    NoticeAttempt.objects.create(
        notice=found.row, officer_id=by.officer_id, at=at, outcome="escalated", container=proof
    )
    found.row.escalated += 1
    found.save()
    found.record(MaterialAct.ESCALATED, level=found.row.escalated)


def remind(ref: UUID, channel: int, *, by: Attendance, at: datetime) -> CarriedLetter:
    """Send an unanswered notice unchanged through another of the company's channels.

    Raises NotHere, Refused, Locked, NotNow and NoticeRefused.
    """
    ready = _begin_reminder(ref, channel, by=by, at=at)
    carried = carry(ready.content, ready.company, at=at)
    _end(ref, ready, carried, by=by, at=at)
    return carried


@notice_verb(MaterialAct.SENDING)
def _begin_reminder(ref: UUID, channel: int, *, by: Attendance, at: datetime) -> ReadyNotice:
    found = find_notice(ref, by=by, at=at)
    found.permit(MaterialCapability.NOTIFY)
    company = pack_data.directory().companies.get(found.stored.company)
    chosen = pack_data.channel_at(company, channel) if company is not None else None
    late = found.row.due_at is not None and at >= found.row.due_at
    if found.state is not NoticeState.SENT or found.basis is NoticeBasis.SECTION_3 or not late:
        raise NotNow("A reminder is sent when a company has not answered in time.")
    if found.item.state in OF_STATE:
        raise composing.NoticeRefused([str(OF_STATE[found.item.state])])
    if company is None or chosen is None or not chosen.kind.is_carried:
        raise NotNow("Choose one of the company's channels.")
    if chosen.crisis and not found.row.crisis:
        raise NotNow("This channel is for emergencies only.")
    _may_remind(found, company, channel)
    found.not_under_way()
    content = replace(found.stored.content, addressee=pack_data.addressee_of(company, channel))
    _can_be_signed(content, company.code)
    attempt = NoticeAttempt.objects.create(notice=found.row, officer_id=by.officer_id, at=at)
    found.record(MaterialAct.SENDING)
    return ReadyNotice(attempt.id, content, company.code, channel)


def _may_remind(found: FoundNotice, company: Company, channel: int) -> None:
    """Raise NoticeRefused for an unusable channel, an outdated entry or a missing deconfliction check."""
    refused, tests = [], channel_tests(found.row.desk_id, company, found.by.keys())
    if not pack_data.directory().is_tested(tests.get(channel), found.at):
        refused.append(str(NoticeRefusal.CHANNEL))
    if pack_data.is_out_of_date(company, found.at):
        refused.append(str(NoticeRefusal.ENTRY_OUT_OF_DATE))
    cleared = deconflict(found.item)
    if not cleared.is_clear:
        refused.append(composing.deconfliction_words(cleared))
    if refused:
        raise composing.NoticeRefused(refused)


def carry(content: NoticeContent, company: str, *, at: datetime) -> CarriedLetter:
    """Render a notice for its channel and deliver it. Raise NotByThisChannel for a letter."""
    to = content.addressee
    if to.kind is ChannelKind.WEBHOOK:
        signed = as_signed_request(content, secret=secret_of(company), at=at)
        return carrying.carry_request(signed.body, signed.headers, to=to.address, at=at)
    try:
        pdf = as_pdf(content)
    except NoPdfProgram:
        pdf = None
    message = as_email(content, sender=settings.PAGE_MAIL_FROM, pdf=pdf)
    return carrying.carry_email(message, to=to.address, at=at)


def secret_of(company: str) -> bytes:
    """Return the secret for signing requests to a company. Raise NotNow if the installation has no signing key."""
    if not settings.NOTICE_KEY:
        raise NotNow("Signed requests need HEEDLINE_NOTICE_KEY. Ask the operator, or choose another channel.")
    return hmac.digest(settings.NOTICE_KEY.encode(), f"heedline notices to {company}".encode(), "sha256")


def _can_be_signed(content: NoticeContent, company: str) -> None:
    """Raise NotNow if a signed request is needed but the installation has no signing key."""
    if content.addressee.kind is ChannelKind.WEBHOOK:
        secret_of(company)


def _proof(
    found: FoundNotice, carried: CarriedLetter, company: str, channel: int | None, *, failed: bool
) -> UUID:
    """Seal an attempt's reply and channel. `failed` means that the channel must be tested again."""
    words = {"proof": carried.proof, "outcome": str(carried.outcome), "company": company, "channel": channel}
    return found.seal({**words, "failed": failed}, NOTICE_PROOF)


def attempts_of(found: FoundNotice) -> list[DeliveryAttempt]:
    """Return a notice's delivery attempts since approval, counting unfinished ones as failed."""
    rows = NoticeAttempt.objects.filter(notice=found.row).order_by("at")
    if found.row.approved_at is not None:
        rows = rows.filter(at__gte=found.row.approved_at)
    return [
        DeliveryAttempt(one.at, AttemptOutcome.LATER if one.outcome == BEGUN else AttemptOutcome(one.outcome))
        for one in rows
        if one.outcome in {BEGUN, *AttemptOutcome}
    ]


def next_try(found: FoundNotice) -> datetime | None:
    """Return when the next attempt to deliver an approved notice is due, or None."""
    if found.state is not NoticeState.APPROVED or found.row.approved_at is None:
        return None
    return next_attempt(attempts_of(found), found.row.approved_at)
