"""Messages between a desk and a reporter who holds only a receipt code.

The reporter sees a plain status and the messages that they have not hidden, but never the report. A
reporter who is forced to open the mailbox therefore reveals nothing more. A question stays until it is
answered.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Max

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.contact import source_guard
from heedline.casework.contact.source_guard import Despite
from heedline.casework.duty.alarms import coarsen
from heedline.casework.errors import CodeUnknown, Conflict, Locked, NoRoom, SealingStopped
from heedline.casework.intake import arrival_times
from heedline.casework.intake.draft_files import DraftFile
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import session_signing
from heedline.casework.keys.directory import Addressee
from heedline.casework.report import editing, notes
from heedline.casework.report.sealing import addressed, as_part, sums_of
from heedline.casework.report.verb import FoundReport, find, record, verb
from heedline.dispatch.clocks import clock_code, first_due, minute_of
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import Alarm
from heedline.intake.fields import tidy
from heedline.packs import load_pack
from heedline.packs.urgency import DANGER_ANSWERS, Urgency
from heedline.permits.capabilities import Capability
from heedline.reports import door
from heedline.reports.lifecycle import Move, Stage
from heedline.reports.models import Message, Receipt
from heedline.vault import CannotOpen
from heedline.vault.canonical import canonical, canonical_object
from heedline.vault.codes import CodeKeys, ReceiptCode, body_mac, derive, lookup_hash
from heedline.vault.containers import envelope
from heedline.vault.containers.container import Container

#: Characters in one message, either way; stated on the page.
LONGEST = 5000


@dataclass(frozen=True)
class MailboxMessage:
    """A message to the reporter.

    `verified` is True when it was signed by an officer of this service. `translated` is the language into
    which a translator put it, or "" when no translation was needed.
    """

    id: UUID
    text: str = field(repr=False)
    sent_on: date
    verified: bool
    translated: str = ""


@dataclass(frozen=True)
class Mailbox:
    """The contents of the mailbox opened by a receipt code."""

    status: str  # a code of the pack's statuses
    messages: tuple[MailboxMessage, ...]
    withdraw_asked: bool
    received_on: date
    answered_on: date | None = None
    """The date of the reporter's latest message since the desk's last one, or None."""
    only_new: bool = False
    """True if each message is shown during one visit only (`show_only_new`)."""
    opened_at: datetime | None = None
    """When an officer last took the report, or None if none has since it arrived or was reopened."""
    unread: int = 0
    """How many of the reporter's messages no officer has read."""
    service: str = ""
    """The kind of an ordinary service for named organisations, or "" for every kind of confidential report."""

    @property
    def open_question(self) -> UUID | None:
        """Return the id of the latest message if it awaits a reply, otherwise None."""
        waits = self.status == "question" and self.answered_on is None and self.messages
        return self.messages[-1].id if waits else None


def _keys(code: ReceiptCode) -> tuple[CodeKeys, bytes]:
    keys = derive(code, installation=settings.INSTALLATION)
    return keys, lookup_hash(keys.lookup_id)


def is_known(code: ReceiptCode) -> bool:
    """Return True if a report was submitted under this receipt code."""
    return door.visit(_keys(code)[1]) is not None


def visit(code: ReceiptCode, *, at: datetime, also: tuple[UUID, ...] = ()) -> Mailbox:
    """Return the report's status and the messages that the reporter has not hidden.

    `also` names messages to return although they are hidden: those already shown in the same visit.

    Messages stay until `seen` is called, so that nothing is lost when a page fails to arrive. Raises
    CodeUnknown.
    """
    keys, lookup = _keys(code)
    found = door.visit(lookup)
    sealed = door.new_messages(lookup, also)  # asked for in any case: an unknown code costs the same
    if found is None:
        raise CodeUnknown
    messages = []
    for one in sealed:
        try:
            said = json.loads(
                envelope.open_part(
                    Container(one.header, one.payload),
                    [keys.reporter_seed],
                    installation=settings.INSTALLATION,
                    container_id=one.id,
                    part="reply",
                )
            )
        except CannotOpen:
            continue  # not for this code: never shown
        text = said["text"]
        signed = session_signing.salted(text, str(said.get("salt", "")))
        ours = session_signing.is_ours(
            one.voice, report=found.report, message=one.id, on=one.sent_on, text=signed
        )
        messages.append(MailboxMessage(one.id, text, one.sent_on, ours, said["translated"]))
    return Mailbox(
        found.status,
        tuple(messages),
        found.withdraw_asked,
        found.received_on,
        found.answered_on,
        found.only_new,
        None if found.status == "received" else found.opened_at,
        found.unread,
        _service(found.kind),
    )


def service_of(code: ReceiptCode) -> str:
    """Return the kind of an ordinary service, or "" for an unknown code and for every kind of confidential report."""
    found = door.visit(_keys(code)[1])
    return _service(found.kind) if found is not None else ""


def _service(kind: str) -> str:
    return "" if load_pack(settings.PACK).is_confidential(kind) else kind


def seen(code: ReceiptCode, ids: tuple[UUID, ...], *, at: datetime) -> None:
    """Mark these messages as hidden by the reporter, so that they are not shown again."""
    if ids:
        door.mark_seen(_keys(code)[1], ids)


def show_only_new(code: ReceiptCode, only_new: bool, *, at: datetime) -> None:
    """Set whether later visits show each message only once, or until the reporter hides it."""
    door.show_only_new(_keys(code)[1], only_new)


def _addressee(desk: UUID, at: datetime) -> Addressee | None:
    facts = key_directory.directory().desk(str(desk))
    return key_directory.addressee(facts.code, at.date()) if facts is not None else None


def say(
    code: ReceiptCode,
    text: str,
    *,
    message_id: UUID,
    at: datetime,
    files: tuple[DraftFile, ...] = (),
    danger: str = "",
    answers: str = "",
    longest: int = LONGEST,
) -> bool:
    """Store a message from the reporter, sealed to the desks to which the report is addressed.

    `files` go with it, and their manifest is sealed in the message. `danger` is one of `DANGER_ANSWERS`, or "" where it
    was not asked; anything but "no" pages the desk. `answers` is the id of the question that the message answers: the
    same words in answer to another question are another message.

    Returns True when the same message had already arrived. Raises CodeUnknown, NoRoom, Conflict (same id,
    different text) and SealingStopped (nothing was sent).
    """
    text = tidy(text, lines=True)
    if len(text) > longest:
        raise NoRoom
    keys, lookup = _keys(code)
    found = door.visit(lookup)
    if found is None:
        raise CodeUnknown
    to = _addressee(found.desk, at)
    if to is None:
        raise SealingStopped
    watch = _addressee(found.watch, at) if found.watch is not None else None
    everyone = [to] if watch is None else [to, watch]
    container_id = uuid4()
    beside = {name: value for name, value in (("danger", danger), ("answers", answers)) if value}
    told = {"text": text, "arrived_at": arrival_times.to_seal(at), **beside}
    sealed = envelope.seal_part(
        canonical({**told, "files": [one.entry() for one in files]} if files else told),
        [one.key for one in everyone],
        installation=settings.INSTALLATION,
        container_id=container_id,
        part="message",
    )
    urgency = DANGER_ANSWERS[danger] if danger else Urgency.ROUTINE
    pack = load_pack(settings.PACK)
    outcome = door.say(
        lookup,
        message_id,
        body_mac(
            keys.mac_key,
            canonical_object(
                {
                    "text": canonical(text),
                    **{name: canonical(value) for name, value in beside.items()},
                    **sums_of(files),
                }
            ),
        ),
        as_part(container_id, sealed, tuple(one.epoch for one in everyone)),
        first_due(SOME_SLOT, urgency, pack) - SOME_SLOT,
        urgency,
        addressed(files, everyone),
    )
    match outcome:
        case "accepted":
            return False
        case "again":
            return True
        case "conflict":
            raise Conflict
        case "full":
            raise NoRoom
        case "unknown":
            raise CodeUnknown
        case _:
            raise SealingStopped


#: Any quarter hour: the database works out the present one itself.
SOME_SLOT = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def ask_to_withdraw(code: ReceiptCode, *, at: datetime) -> None:
    """Notify the desk that the reporter wishes to withdraw the report.

    The report is kept and flagged. Raises CodeUnknown.
    """
    if not door.ask_to_withdraw(_keys(code)[1]):
        raise CodeUnknown


def delete_messages(code: ReceiptCode, *, at: datetime) -> None:
    """Delete the reporter's copies of the desk's messages.

    The desk's copies are kept. Raises CodeUnknown.
    """
    if not door.delete_messages(_keys(code)[1]):
        raise CodeUnknown


@verb(Act.MESSAGES_READ)
def mark_read(ref: UUID, messages: Collection[UUID], *, by: Attendance, at: datetime) -> int:
    """Mark these messages from the reporter as read and return the number that were unread.

    Until then, the queue shows them as new and the clock for unread messages runs. `messages` are those that
    the officer had on screen. A message that has arrived since stays unread. Raises NotHere, Refused and
    Locked.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.READ_REPORT)
    if not by.unlocked:  # without keys nobody has read anything
        raise Locked
    return note_read(found, messages)


def note_read(found: FoundReport, messages: Collection[UUID]) -> int:
    """Mark these messages from the reporter as read, and log the action if any were unread.

    From here on only the day of their arrival is kept, also by the alarm about them, whose deadline would tell the quarter
    hour. Must be called inside the caller's transaction. Returns how many were unread.
    """
    unread = Message.objects.filter(report=found.report, from_us=False, seen=False)
    marked = unread.filter(id__in=messages).update(seen=True, slot=None)
    if marked:
        found.report.unread = unread.count()
        told = not found.report.priority and found.report.urgency != Urgency.ROUTINE
        if told and found.report.stage in {Stage.TAKEN, Stage.ASSESSED, Stage.ACTING}:
            found.report.due_at = _due_once_read(found)
        found.report.save(update_fields=["unread", "due_at"])
        coarsen(Alarm.objects.filter(kind=AlarmKind.MESSAGE_WAITING, about_id=found.report.id))
        record(found, Act.MESSAGES_READ, messages=marked)
    return marked


def _due_once_read(found: FoundReport) -> datetime:
    """Return the time of the next action on a report whose reporter told us of danger or a plan, counted from the reading.

    Until then the deadline counts from the quarter hour in which the message came, which is not kept. A report that nobody
    has taken, such as one that was handed over, keeps its deadline: reading does not buy time.
    """
    report, pack = found.report, load_pack(settings.PACK)
    code = clock_code(report.urgency, report.priority, report.danger_to_life, pack.timetable(report.kind))
    return pack.next_due(report.kind, code, minute_of(found.at), area=report.area)


@verb(Act.REPORTER_ASKED)
def ask(
    ref: UUID,
    text: str,
    *,
    read: Collection[UUID] = (),
    despite: Despite | None = None,
    version: int,
    by: Attendance,
    at: datetime,
) -> None:
    """Send the reporter a message, signed by the officer and sealed to the receipt code and the desk.

    `read` is the reporter's messages that the officer had on screen, which are marked as read. `despite`
    names the source guard warnings that the officer has considered, and the reason for sending all the same.
    Raises NotNow when there are warnings and it is missing.
    """
    text = tidy(text, lines=True)
    if len(text) > LONGEST:
        raise NoRoom
    found = find(ref, by=by, at=at, version=version)
    found.permit(Capability.ASK)
    source_guard.must_be_weighed(found, text, despite)
    send(found, text, beside={"despite": despite.reason} if despite is not None else None)
    note_read(found, read)
    record(found, Act.REPORTER_ASKED)


def send(
    found: FoundReport, text: str, *, beside: Mapping[str, Any] | None = None, translated: str = ""
) -> None:
    """Seal, sign and store a message to which the reporter is asked to reply.

    Must be called inside the caller's transaction. `beside` is anything else that the desk's copy keeps.
    `translated` is the language into which a translator translated it, which is shown to the reporter. Raises
    NotNow and Locked.
    """
    found.report.apply(
        Move.ASK, by=found.by.officer_id, at=found.at, status="question", **editing.lease(found.by, found.at)
    )
    inform(found, text, beside=beside, translated=translated)


def inform(
    found: FoundReport, text: str, *, beside: Mapping[str, Any] | None = None, translated: str = ""
) -> None:
    """Seal, sign and store a message that needs no reply, leaving the report's stage and status unchanged.

    Must be called inside the caller's transaction. It is sealed to the reporter's code and to the desk, and signed
    by the sender. The rest is as in `send`. Raises Locked.
    """
    ref, by, at = found.report.id, found.by, found.at
    ring = by.keys()
    message_id, salt = uuid4(), session_signing.new_salt()
    receipt = Receipt.objects.only("reporter_key", "closed").get(report_id=ref)
    copy = envelope.seal_part(
        canonical({"text": text, "translated": translated, "salt": salt}),
        [bytes(receipt.reporter_key)],
        installation=settings.INSTALLATION,
        container_id=message_id,
        part="reply",
    )
    container = notes.seal(found, {"text": text, "salt": salt, **(beside or {})}, part="message")
    position = (Message.objects.filter(report_id=ref).aggregate(n=Max("position"))["n"] or 0) + 1
    Message.objects.create(
        id=message_id,
        report_id=ref,
        from_us=True,
        container=container,
        copy_header=copy.header,
        copy_payload=copy.payload,
        voice=session_signing.speak(
            ring.voice, report=ref, message=message_id, on=at.date(), text=session_signing.salted(text, salt)
        ),
        sent_on=at.date(),
        position=position,
        settled=True,
    )
