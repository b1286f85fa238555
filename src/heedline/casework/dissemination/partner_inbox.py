"""A partner's handling of disclosures, from listing and opening to acknowledging and replying.

Partners see no report or part of one. The database gives them their own header, the payload, codes and
times (`database/functions/disseminations.sql`). A reply is sealed to the desk that sent the disclosure,
under that desk's trusted keys, and to the partner itself.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.attachments import disclosing
from heedline.casework.attachments.disclosing import DisclosedFile
from heedline.casework.dissemination import partners
from heedline.casework.dissemination.minutes import WHO_WAS_THERE, PanelMinutes
from heedline.casework.dissemination.session_days import NO_DAY, day_of
from heedline.casework.errors import Conflict, NotHere, SealingStopped
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import session_signing
from heedline.casework.keys.directory import directory
from heedline.casework.recording import refusals_logged
from heedline.casework.report import notes
from heedline.casework.report.opening import short_name
from heedline.desks.models import Desk, Officer
from heedline.dispatch.clocks import due_words, first_due, is_overdue, moment_words, slot_of
from heedline.packs import load_pack
from heedline.packs.urgency import DANGER_ANSWERS, Urgency
from heedline.permits import partner_functions
from heedline.permits.capabilities import Capability
from heedline.permits.partner_functions import Parts, SentRow
from heedline.reports.dissemination_states import DisseminationState
from heedline.reports.lifecycle import NotNow
from heedline.vault import CannotOpen
from heedline.vault.canonical import canonical
from heedline.vault.containers import envelope
from heedline.vault.containers.container import Container, readdress

#: Characters of an answer; stated on the page.
LONGEST = 10_000
_NOT_WANTED = "The desk no longer needs a reply, so yours was not sent. Phone them if they should know this."
_UNREADABLE = "Your answer cannot be opened with your present keys."
OPEN_FIRST = "Open it first."
_CLOSED = "The desk has finished with this, so it was not sent. Phone them if they should know this."
_GONE = "This has been withdrawn or is not addressed to your team. If you were expecting it, phone the desk."


@dataclass(frozen=True)
class SentHere:
    """A disclosure received by the partner, without its text.

    Any names in it are of the partner's own staff.
    """

    id: UUID
    reference: str
    from_desk: str
    purpose_code: str
    purpose: str
    conditions: tuple[str, ...]
    state: DisseminationState
    urgent: bool
    answer_wanted: bool
    sent_words: str
    due_words: str
    overdue: bool
    received_words: str
    answer_words: str
    answered_words: str
    basis: str
    meets_on: date | None = None
    """The day of the meeting at which the panel decides, where it does."""
    from_phone: str = ""
    """The sending desk's telephone number from the pack, or ""."""

    @property
    def opened(self) -> bool:
        """Return True if a member of the partner's staff has opened the disclosure."""
        return self.state in {
            DisseminationState.RECEIVED,
            DisseminationState.ANSWERED,
            DisseminationState.DONE,
        }

    @property
    def can_answer(self) -> bool:
        """Return True while the desk is waiting for a reply."""
        return self.state is DisseminationState.RECEIVED and self.answer_wanted

    @property
    def can_add(self) -> bool:
        """Return True if the partner has replied and can reply again."""
        answered = self.state in {DisseminationState.ANSWERED, DisseminationState.DONE}
        return answered and bool(self.answer_words)

    @property
    def no_longer_wanted(self) -> bool:
        """Return True if the desk asked for a reply and finished the disclosure without one."""
        return self.state == DisseminationState.DONE and self.answer_wanted and not self.answer_words

    @property
    def withdrawn(self) -> bool:
        """Return True if the disclosure was withdrawn."""
        return self.state == DisseminationState.WITHDRAWN


@dataclass(frozen=True)
class EarlierHere:
    """An earlier reply by the partner, as the partner sees it."""

    answer_words: str
    answered_words: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class OpenedHere:
    """A disclosure received by the partner, with its text.

    `ours` is True when an officer of the service signed it. `answer` is the partner's newest reply, and `earlier` are those before it,
    newest first.
    """

    about: SentHere
    title: str = field(repr=False)
    text: str = field(repr=False)
    ours: bool
    answer: str = field(repr=False)
    earlier: tuple[EarlierHere, ...] = ()
    files: tuple[DisclosedFile, ...] = ()

    @property
    def pages_left_out(self) -> bool:
        """Return whether the desk sent only some pages of a document."""
        return disclosing.pages_left_out(self.files)


def receipt_paper(ident: UUID, sha256: bytes, partner: UUID) -> bytes:
    """Return the document that is signed to acknowledge a disclosure.

    It states that this payload has arrived at this partner.
    """
    return canonical({"received": str(ident), "sha256": sha256.hex(), "partner": str(partner)})


def answer_paper(ident: UUID, code: str, text: str, partner: UUID) -> bytes:
    """Return the document that is signed when a partner replies.

    `text` is salted, because the signature is stored unencrypted.
    """
    digest = hashlib.sha256(text.encode()).hexdigest()
    return canonical({"answer": str(ident), "code": code, "sha256": digest, "partner": str(partner)})


def sent_paper(ident: UUID, container: UUID, sha256: bytes, *, on: date) -> bytes:
    """Return the document that an officer signs when writing a disclosure.

    It lets the partner verify that the disclosure is genuine and complete.
    """
    return canonical(
        {"sent": str(ident), "container": str(container), "sha256": sha256.hex(), "on": on.isoformat()}
    )


def listing(*, by: Attendance, at: datetime) -> tuple[SentHere, ...]:
    """Return every disclosure sent to this partner, newest first.

    The view is logged before this returns. Raises Refused.
    """
    with refusals_logged(Act.DISSEMINATIONS_LISTED, by=by.officer_id):
        by.require(Capability.READ_SENT, *desks_of(by))
        journal.record(Act.DISSEMINATIONS_LISTED, actor=by.officer_id, desk=desks_of(by)[0])
    return _lines(partner_functions.sent_to_me(), at)


def one(ident: UUID, *, by: Attendance, at: datetime) -> SentHere:
    """Return one disclosure, without its text.

    Raises NotHere and Refused.
    """
    by.require(Capability.READ_SENT, *desks_of(by))
    row = partner_functions.one_sent_to_me(ident)
    if row is None:
        raise NotHere
    (found,) = _lines([row], at)
    return found


def open_it(ident: UUID, *, by: Attendance, at: datetime) -> OpenedHere:
    """Open a disclosure, and sign its receipt if nobody at the partner has done so yet.

    Both are logged before this returns. Raises NotHere, Refused, Locked, and CannotOpen when the partner's
    keys do not open it. In that case nothing has been signed and the desk has to release it again.
    """
    with refusals_logged(Act.OPENED_BY_PARTNER, by=by.officer_id, thing="dissemination", thing_id=ident):
        by.require(Capability.READ_SENT, *desks_of(by))
        ring = by.keys()
        parts = partner_functions.parts(ident)
        if parts is None:
            raise NotHere
        words = opened_words(parts.container, parts.header, parts.payload, [parts.epoch], by, "sent")
        digest = hashlib.sha256(parts.payload).digest()
        partner = desks_of(by)[0]
        said = session_signing.attest(ring.voice, receipt_paper(ident, digest, partner))
        if partner_functions.receive(ident, {**said, "on": at.date().isoformat()}) == "not-yours":
            raise NotHere
    ours = session_signing.is_attested(
        parts.voice,
        sent_paper(ident, parts.container, digest, on=parts.written_on),
        on=parts.written_on,
        known=directory(),
        installation=settings.INSTALLATION,
    )
    return OpenedHere(
        one(ident, by=by, at=at),
        str(words["title"]),
        str(words["text"]),
        ours,
        _own_answer(parts, by),
        _earlier(ident, by),
        disclosing.files_in(words),
    )


def answer(
    ident: UUID,
    code: str,
    text: str,
    *,
    danger: str,
    phone: str = "",
    minutes: PanelMinutes | None = None,
    by: Attendance,
    at: datetime,
) -> None:
    """Reply to a disclosure, or add a further reply.

    What a panel decides at a meeting, only its chair or a deputy answers, with its `minutes`. `danger` is one of `DANGER_ANSWERS`: all but "no" page the desk, whoever owns its report. Some answers of the pack are
    danger by themselves. `phone` is the number that the desk is asked to call: it comes first in the reply, and is signed
    with it.

    Earlier replies are kept. The reply is signed, and sealed to the desk that sent the disclosure and to the
    partner itself. Raises NotHere, Refused, Locked and NoRoom. Raises NotNow before the disclosure was
    opened, for a further reply once the desk has closed its report, or when the text is blank. Raises
    Conflict when the desk's keys changed in between (try again), and SealingStopped when the reply cannot be
    sealed. Raises ValueError for a code that the pack does not know.
    """
    pack = load_pack(settings.PACK)
    text = notes.written(
        text, longest=LONGEST, missing="Write what the desk should know, or that there is nothing more."
    )
    text = f"Phone: {phone}\n\n{text}" if phone else text
    with refusals_logged(Act.ANSWERED_BY_PARTNER, by=by.officer_id, thing="dissemination", thing_id=ident):
        by.require(Capability.ANSWER_SENT, *desks_of(by))
        ring = by.keys()
        about = one(ident, by=by, at=at)
        if about.meets_on is not None:
            by.require(Capability.SIGN_DECISION, *desks_of(by))
            if minutes is None:
                raise NotNow(WHO_WAS_THERE, about="present")
            minutes.refuse_unfit()
            text = minutes.text(text)
        if (
            pack.partners.purposes[about.purpose_code].sessions
            and not (day_of(text) or date.max) <= at.date()
        ):
            raise NotNow(NO_DAY, about="on")
        if code not in pack.partners.answers_to(about.purpose_code):
            raise ValueError("an answer that the pack does not know")
        if about.withdrawn:
            raise NotNow(_GONE)
        if about.no_longer_wanted:
            raise NotNow(_NOT_WANTED)
        partner = desks_of(by)[0]
        mine = partners.key_of(partner, at)
        to = _keys_of_the_desk(ident, _CLOSED if about.can_add else OPEN_FIRST)
        if mine is None or mine.epoch not in ring.seeds:
            raise SealingStopped
        container, key, salt = uuid4(), uuid4(), session_signing.new_salt()
        urgency = Urgency.DANGER if code in pack.partners.danger_answers else DANGER_ANSWERS[danger]
        sealed = envelope.seal_part(
            canonical({"text": text, "salt": salt, **({"minutes": minutes.to_words()} if minutes else {})}),
            [*to.values(), mine.key],
            installation=settings.INSTALLATION,
            container_id=container,
            part="answer",
        )
        seeds = [ring.seeds[mine.epoch]]
        # each side's header names nobody of the other
        theirs = readdress(sealed.header, seeds, list(to.values()))
        told = partner_functions.answer(
            ident,
            code,
            container=container,
            header=theirs,
            epochs=list(to),
            payload=sealed.payload,
            sha256=hashlib.sha256(sealed.payload).digest(),
            key=key,
            key_header=readdress(sealed.header, seeds, [mine.key]),
            key_epoch=mine.epoch,
            voice={
                **session_signing.attest(
                    ring.voice, answer_paper(ident, code, session_signing.salted(text, salt), partner)
                ),
                "on": at.date().isoformat(),
            },
            read_minutes=int(pack.clock("partner_read").total_seconds()) // 60,
            urgency=urgency,
            due_after=first_due(slot_of(at), urgency, pack) - slot_of(at),
        )
    match told:
        case "answered":
            return
        case "changed":
            raise Conflict
        case "not-now":
            raise NotNow(_CLOSED if about.can_add else OPEN_FIRST)
        case _:
            raise NotHere


# --- smaller matters -------------------------------------------------------------------------------------------------


def desks_of(by: Attendance) -> tuple[UUID, ...]:
    """Return the partner desk at which this person works.

    Raises NotHere for everyone else.
    """
    found = tuple(desk for role, desk in by.appointments if desk is not None and role == "partner")
    if not found:
        raise NotHere
    return found


def _lines(rows: list[SentRow], at: datetime) -> tuple[SentHere, ...]:
    pack = load_pack(settings.PACK)
    rules = pack.partners
    rows_of_desks = Desk.objects.values_list("id", "name", "code")
    desks = {ident: name for ident, name, _ in rows_of_desks}
    phones = {ident: pack.desks[code].phone for ident, _, code in rows_of_desks if code in pack.desks}
    people = {one for row in rows for one in (row.received_by, row.answered_by) if one is not None}
    names = dict(Officer.objects.filter(id__in=people).values_list("id", "name"))
    return tuple(
        SentHere(
            id=row.id,
            reference=short_name(row.id),
            from_desk=desks.get(row.from_desk, "A desk"),
            purpose_code=row.purpose,
            meets_on=row.meets_on,
            purpose=rules.purposes[row.purpose].asked if row.purpose in rules.purposes else row.purpose,
            conditions=tuple(rules.conditions.get(code, code) for code in row.conditions),
            state=DisseminationState(row.state),
            urgent=row.urgent,
            answer_wanted=row.answer_wanted,
            sent_words=_when(row.sent_at),
            due_words=due_words(row.due_at, at, office_zone())
            if row.due_at is not None and row.state in {DisseminationState.SENT, DisseminationState.RECEIVED}
            else "",
            overdue=row.due_at is not None
            and row.state in {DisseminationState.SENT, DisseminationState.RECEIVED}
            and is_overdue(row.due_at, at),
            received_words=_by(names, row.received_by, row.received_at),
            answer_words=rules.answer_words(row.answer_code),
            answered_words=_by(names, row.answered_by, row.answered_at),
            basis=rules.bases.get(row.basis, row.basis),
            from_phone=phones.get(row.from_desk, ""),
        )
        for row in rows
    )


def _when(at: datetime | None) -> str:
    return moment_words(at, office_zone())


def _by(names: dict[UUID, str], who: UUID | None, at: datetime | None) -> str:
    return f"{names.get(who, 'A colleague')}, {_when(at)}" if who is not None else ""


def opened_words(
    container: UUID, header: bytes, payload: bytes, epochs: list[UUID], by: Attendance, part: str
) -> dict[str, Any]:
    body = envelope.open_part(
        Container(header, payload),
        by.keys().for_any(epochs),
        installation=settings.INSTALLATION,
        container_id=container,
        part=part,
    )
    words: dict[str, Any] = json.loads(body)
    return words


def _earlier(ident: UUID, by: Attendance) -> tuple[EarlierHere, ...]:
    """Return the partner's own earlier replies, with a placeholder for any that its keys cannot decrypt."""
    rows, known = partner_functions.earlier_answers(ident), load_pack(settings.PACK).partners
    names = dict(Officer.objects.filter(id__in={row.by for row in rows}).values_list("id", "name"))
    found = []
    for row in rows:
        try:
            said = opened_words(row.container, row.header, row.payload, [row.epoch], by, "answer")
        except CannotOpen:
            said = {"text": _UNREADABLE}
        text = str(said.get("text", ""))
        found.append(EarlierHere(known.answer_words(row.code), _by(names, row.by, row.at), text))
    return tuple(found)


def _own_answer(parts: Parts, by: Attendance) -> str:
    """Return the partner's own reply, or a placeholder if its keys cannot decrypt it."""
    if parts.answer is None or parts.answer_epoch is None:
        return ""
    try:
        said = opened_words(
            parts.answer, parts.answer_header, parts.answer_payload, [parts.answer_epoch], by, "answer"
        )
    except CannotOpen:
        return _UNREADABLE
    return str(said.get("text", ""))


def _keys_of_the_desk(ident: UUID, why_not: str) -> dict[UUID, bytes]:
    """Return the trusted public keys of the epochs to which a reply is sealed.

    Raises SealingStopped for an epoch that no statement names, and NotNow with `why_not` when the disclosure is not
    open for a reply.
    """
    known = key_directory.directory()
    found: dict[UUID, bytes] = {}
    for epoch, desk in partner_functions.answer_to(ident):
        key = known.epoch(str(desk), str(epoch))
        if key is None:
            raise SealingStopped
        found[epoch] = key.kem
    if not found:
        raise NotNow(why_not)
    return found
