"""The steps of a disclosure to a partner, from writing to finishing or withdrawal.

The report itself is never disclosed. A disclosure is text that an officer wrote for one partner, for one
purpose and on a legal basis, and that a second officer reviewed before it was sent. Where life is at risk, it
is sent immediately and reviewed afterwards. The partner's actions are in `dissemination/partner_inbox.py`.
Release to a partner's new key is in `dissemination/rewrap.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Q

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.attachments import disclosing
from heedline.casework.attachments.disclosing import ChosenFile
from heedline.casework.dissemination import partners
from heedline.casework.dissemination.partner_inbox import sent_paper
from heedline.casework.dissemination.partners import PartnerKey
from heedline.casework.duty import alarms
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.errors import NotHere
from heedline.casework.keys import session_signing
from heedline.casework.linking import deconfliction
from heedline.casework.report import editing, notes, restrictions
from heedline.casework.report.verb import FoundReport, find, on_the_record, record, verb
from heedline.dispatch.letters import Letter
from heedline.dispatch.outbox import post
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import reports_of
from heedline.permits.second_person import DecisionRequest, Matter, Reply, RequestState
from heedline.reports import dissemination_states as states
from heedline.reports.dissemination_states import DisseminationState
from heedline.reports.lifecycle import Move, NotNow
from heedline.reports.models import Dissemination, SealedHeader, SealedPayload
from heedline.reports.models.disseminations import UNREAD, WAITS
from heedline.vault.containers.container import readdress

#: Characters of a text for a partner, and of its title; stated on the page.
LONGEST, LONGEST_TITLE = 10_000, 120
#: The parts of a report that they are kept in (`reports.models.disseminations`).
SENT, PARTNER_HEADER, ANSWER = "sent", "partner", "answer"
ONLY_FOR_LIFE = "A disclosure can be sent before a second officer has read it only if the report was assessed as a danger to life."
NOT_INVITED = (
    "They have not answered yet that they have no conflict of interest. Invite them to the panel first."
)
NO_MEETING = "Enter the day of the panel’s meeting, today or later."
STILL_OPEN = "A disclosure to a partner is unfinished. Finish it, withdraw it or have it reviewed first, under Partners."


@dataclass(frozen=True)
class DisseminationDraft:
    """A disclosure as drafted by an officer.

    Codes come from the pack. `necessity` justifies disclosing this much to this partner, who does not
    receive it.
    """

    partner: UUID
    purpose: str
    basis: str
    conditions: tuple[str, ...]
    title: str = field(repr=False)
    text: str = field(repr=False)
    necessity: str = field(repr=False)
    urgent: bool = False
    meets_on: date | None = None
    """The day of the meeting at which a panel decides, for a purpose with a meeting."""
    files: tuple[ChosenFile, ...] = ()
    """The report's files whose derivatives are attached."""


def _checked(writing: DisseminationDraft, at: datetime) -> tuple[dict[str, Any], str]:
    rules = load_pack(settings.PACK).partners
    if (
        writing.purpose not in rules.purposes
        or writing.basis not in rules.bases
        or not set(writing.conditions) <= rules.conditions.keys()
    ):
        raise ValueError("a purpose, a ground or a condition that the pack does not know")
    if rules.purposes[writing.purpose].meets and (writing.meets_on is None or writing.meets_on < at.date()):
        raise NotNow(NO_MEETING, about="meets_on")
    words: dict[str, Any] = {
        "title": notes.written(
            writing.title,
            longest=LONGEST_TITLE,
            lines=False,
            missing="Enter a title that they can file it by.",
        ),
        "text": notes.written(writing.text, longest=LONGEST, missing="Write what they need to know."),
    }
    why = notes.reason(
        writing.necessity,
        longest=LONGEST,
        missing="Explain why they need this much detail and why less would not be enough.",
    )
    return words, why


@verb(Act.DISSEMINATION_WRITTEN)
def write(ref: UUID, writing: DisseminationDraft, *, version: int, by: Attendance, at: datetime) -> UUID:
    """Write a disclosure for a partner and return its id.

    It is sent once a second officer has reviewed it, or immediately where life is at risk. Raises NotHere,
    Changed, Refused, Locked and NoRoom. Raises NotNow when the report has not been assessed, may not be
    disclosed, somebody must be contacted first (`linking/deconfliction.py`), or it could not be opened by anyone there.
    Raises ValueError for a code that the pack does not
    know.
    """
    words, why = _checked(writing, at)
    found = find(ref, by=by, at=at, version=version)
    found.permit(Capability.DISSEMINATE)
    restrictions.refuse_restricted(found)
    if writing.urgent and not found.report.danger_to_life:
        raise NotNow(ONLY_FOR_LIFE)
    if not writing.urgent:
        deconfliction.refuse_without_contact(found)
    _refuse_unanswered(ref, writing.partner, writing.purpose)
    to = _key(writing.partner, at)
    ident, ring = uuid4(), by.keys()
    if writing.files:
        words[disclosing.FILES] = disclosing.chosen(found, writing.files)
    container = notes.seal(found, words, part=SENT)
    necessity = notes.seal(found, {"necessity": why})
    digest = hashlib.sha256(bytes(SealedPayload.objects.get(container=container).payload)).digest()
    row = Dissemination(
        id=ident,
        report_id=ref,
        partner_id=to.desk,
        state=DisseminationState.TO_CHECK,
        purpose=writing.purpose,
        basis=writing.basis,
        conditions=list(writing.conditions),
        urgent=writing.urgent,
        answer_minutes=load_pack(settings.PACK).partners.purposes[writing.purpose].answer_minutes,
        meets_on=writing.meets_on
        if load_pack(settings.PACK).partners.purposes[writing.purpose].meets
        else None,
        due_at=at + _clock("partner_check"),
        container=container,
        sha256=digest,
        necessity=necessity,
        voice=session_signing.attest(ring.voice, sent_paper(ident, container, digest, on=at.date())),
        written_by_id=by.officer_id,
        written_at=at,
        compared=to.epoch if to.compared(ring.known) else None,
    )
    found.report.apply(
        Move.DISSEMINATE,
        by=by.officer_id,
        at=at,
        codes={"partner": to.code, "purpose": writing.purpose},
        note=necessity,
        **editing.lease(by, at),
    )
    record(
        found,
        Act.DISSEMINATION_WRITTEN,
        dissemination=str(ident),
        urgent=writing.urgent,
        files=len(writing.files),
    )
    if writing.urgent:
        _seal_to(found, row, to)
    row.save(force_insert=True)
    return ident


def check(ident: UUID, *, version: int, by: Attendance, at: datetime) -> None:
    """Record a second officer's review of a disclosure, and send it if it has not been sent already.

    The reviewer must not be the writer. Raises NotHere, Locked, and Refused for one's own disclosure. Raises
    NotNow when somebody else acted first, the disclosure is in another state, the report may no longer be
    disclosed, nobody there could open it, or neither officer has compared the partner's key.
    """
    with _about(ident, Act.DISSEMINATION_CHECKED, by=by):
        found, row = _find(ident, by=by, at=at, version=version)
        found.permit(Capability.CHECK_DISSEMINATION)
        request = _decision_request(row)
        request.check_person(Reply.AGREE, by=by.officer_id, today=at.date())
        restrictions.refuse_restricted(found)
        before_it_goes = row.state == DisseminationState.TO_CHECK
        request.after(Reply.AGREE)
        if not row.to_read:
            states.after(DisseminationState(row.state), states.DisseminationMove.CHECK)
        row.checked_by_id, row.checked_at = by.officer_id, at
        changed = ["checked_by", "checked_at"]
        record(found, Act.DISSEMINATION_CHECKED, dissemination=str(ident))
        if before_it_goes:
            to = _key(row.partner_id, at)
            _refuse_unanswered(found.report.id, row.partner_id, row.purpose)
            deconfliction.refuse_without_contact(found)  # again: an entry or a detail may have come since
            if row.compared != to.epoch and not to.compared(by.keys().known):
                raise NotNow(partners.COMPARE_FIRST)
            _seal_to(found, row, to)
            changed += ["state", "key", "sent_at", "due_at", "answer_by"]
        _save(row, *changed)
        _resolve(AlarmEvent.CHECKED, UNREAD, found)


def send_back(ident: UUID, because: str, *, version: int, by: Attendance, at: datetime) -> None:
    """Reject a disclosure, with reasons for its writer.

    It stays unchanged, and the writer has to write a new one. Raises the same errors as `check`.
    """
    words = _because(because)
    with _about(ident, Act.DISSEMINATION_SENT_BACK, by=by):
        found, row = _find(ident, by=by, at=at, version=version)
        found.permit(Capability.CHECK_DISSEMINATION)
        _decision_request(row).check_person(Reply.REFUSE, by=by.officer_id, today=at.date())
        _end(found, row, states.DisseminationMove.SEND_BACK, words)
        record(found, Act.DISSEMINATION_SENT_BACK, dissemination=str(ident))
        _resolve(AlarmEvent.CHECKED, UNREAD, found)


def withdraw(ident: UUID, because: str, *, version: int, by: Attendance, at: datetime) -> None:
    """Withdraw a disclosure, so that nobody at the partner can open it any more.

    This cannot undo what they have already read. Raises NotHere and NotNow.
    """
    words = _because(because)
    with _about(ident, Act.DISSEMINATION_WITHDRAWN, by=by):
        found, row = _find(ident, by=by, at=at, version=version)
        found.permit(Capability.FOLLOW_DISSEMINATION)
        _end(found, row, states.DisseminationMove.WITHDRAW, words)
        # not only refused from now on: gone, also for whoever has a copy of their keys
        if row.key is not None:
            SealedHeader.objects.filter(container=row.key, report=found.report).update(header=b"", epochs=[])
        record(found, Act.DISSEMINATION_WITHDRAWN, dissemination=str(ident))
        _resolve(AlarmEvent.CHECKED, UNREAD, found)
        _resolve(AlarmEvent.WITHDRAWN, Q(state=DisseminationState.SENT, urgent=True), found)


def finish(ident: UUID, *, version: int, by: Attendance, at: datetime) -> None:
    """Finish a disclosure whose reply has been read, or for which a reply is no longer needed.

    Raises NotHere and NotNow.
    """
    with _about(ident, Act.DISSEMINATION_FINISHED, by=by):
        found, row = _find(ident, by=by, at=at, version=version)
        found.permit(Capability.FOLLOW_DISSEMINATION)
        _end(found, row, states.DisseminationMove.FINISH, None)
        record(found, Act.DISSEMINATION_FINISHED, dissemination=str(ident))
        _resolve(AlarmEvent.ANSWER_READ, Q(state=DisseminationState.ANSWERED), found)


def nothing_open(report: UUID) -> None:
    """Raise NotNow if the report has an unfinished disclosure.

    That is one which is with a partner, on its way there, or not yet reviewed by a second officer.
    """
    if still_open([report]):
        raise NotNow(STILL_OPEN)


def still_open(reports: Iterable[UUID]) -> set[UUID]:
    """Return which of these reports have an unfinished disclosure.

    That is one which is with a partner, on its way there, or not yet reviewed by a second officer.
    """
    waiting = Dissemination.objects.filter(WAITS, report_id__in=list(reports))
    return set(waiting.values_list("report_id", flat=True))


# --- what the verbs share --------------------------------------------------------------------------------------------


def _clock(name: str) -> timedelta:
    return load_pack(settings.PACK).clock(name)


def _key(partner: UUID, at: datetime) -> PartnerKey:
    found = partners.key_of(partner, at)
    if found is None:
        raise NotNow(partners.TOO_FEW)
    return found


def _refuse_unanswered(report: UUID, partner: UUID, purpose: str) -> None:
    """Raise NotNow if a purpose needs an answer to another that this partner has not given about the report, or not last."""
    rule = load_pack(settings.PACK).partners.purposes[purpose]
    asked = Dissemination.objects.filter(report=report, partner=partner, purpose=rule.only_after)
    last = (
        asked.exclude(answer_code="").order_by("-answered_at").values_list("answer_code", flat=True).first()
    )
    if rule.only_after and last not in rule.only_with:
        raise NotNow(NOT_INVITED)


def _because(text: str) -> str:
    return notes.reason(text, longest=LONGEST, missing="Give a reason.")


def _about(ident: UUID, act: Act, *, by: Attendance) -> AbstractContextManager[None]:
    """Return the `on_the_record` context manager for the report that the disclosure is about."""
    mine = Dissemination.objects.filter(pk=ident, report__in=reports_of(by.desk_ids))
    return on_the_record(act, by=by, ref=mine.values_list("report_id", flat=True).first())


def _find(ident: UUID, *, by: Attendance, at: datetime, version: int) -> tuple[FoundReport, Dissemination]:
    """Return the disclosure and its report, locking the report first.

    Raises NotHere, and NotNow when somebody else changed it first.
    """
    report = Dissemination.objects.filter(pk=ident).values_list("report_id", flat=True).first()
    if report is None:
        raise NotHere
    found = find(report, by=by, at=at)
    row = Dissemination.objects.select_for_update(of=("self",)).filter(pk=ident, report=found.report).first()
    if row is None:
        raise NotHere
    if row.version != version:
        raise NotNow("Somebody else has changed this in the meantime. Check it again.")
    return found, row


def _decision_request(row: Dissemination) -> DecisionRequest:
    """Return the facts about this dissemination that the two-person rules check.

    Its own states cover the rest.
    """
    state = RequestState.WAITING if row.checked_by_id is None else RequestState.AGREED
    return DecisionRequest(Matter.DISSEMINATION, row.written_by_id, state, row.written_at.date())


def _seal_to(found: FoundReport, row: Dissemination, to: PartnerKey) -> None:
    """Write the partner's header for the payload and notify the partner.

    Raises CannotOpen.
    """
    mine = SealedHeader.objects.get(container=row.container)
    header = readdress(bytes(mine.header), found.by.keys().for_any(mine.epochs), [to.key])
    row.key = uuid4()
    SealedHeader.objects.create(
        container=row.key, report=found.report, part=PARTNER_HEADER, header=header, epochs=[to.epoch]
    )
    row.state, row.sent_at = DisseminationState.SENT, found.at
    row.due_at = found.at + _clock("partner_open_danger" if row.urgent else "partner_open")
    record(found, Act.DISSEMINATION_SENT, dissemination=str(row.id), partner=to.code)
    post(Letter.SENT_TO_PARTNER, desk=to.desk, thing_id=row.id, at=found.at)
    purpose = load_pack(settings.PACK).partners.purposes[row.purpose]
    if purpose.answer_working_days:
        row.answer_by = _working_days(found, purpose.answer_working_days, row.meets_on)
    for days in purpose.remind_after:  # `dissemination/clock.py` delivers none of them before its time
        post(Letter.SENT_TO_PARTNER, desk=to.desk, thing_id=row.id, at=_working_days(found, days))


def _working_days(found: FoundReport, days: int, start: date | None = None) -> datetime:
    """Return the end of this many working days after now, or after the day `start`, in the calendar of the report's desk.

    A year whose public holidays are not listed counts as ordinary weeks: the time may be short by a day, but is never refused.
    """
    pack = load_pack(settings.PACK)
    calendar = pack.calendar_of(found.report.desk.code)
    begins = datetime.combine(start, time(12), pack.working_days.zone) if start is not None else found.at
    return pack.working_days.close_of(begins, days, calendar=calendar)


def _end(found: FoundReport, row: Dissemination, act: states.DisseminationMove, words: str | None) -> None:
    row.state = states.after(DisseminationState(row.state), act)
    row.ended_by_id, row.ended_at, row.due_at = found.by.officer_id, found.at, None
    if words is not None:
        row.ended_words = notes.seal(found, {"reason": words})
    _save(row, "state", "ended_by", "ended_at", "ended_words", "due_at")


def _save(row: Dissemination, *changed: str) -> None:
    row.version += 1
    row.save(update_fields=[*changed, "version"])


def _resolve(event: AlarmEvent, waiting: Q, found: FoundReport) -> None:
    """Resolve the report's alarms for this event.

    Does nothing while another dissemination of the report still needs the same action.
    """
    if not Dissemination.objects.filter(waiting, report=found.report).exists():
        alarms.resolve(event, found.report.id, by=found.by, at=found.at)
