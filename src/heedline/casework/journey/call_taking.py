"""Recording a report on a reporter's behalf: by telephone, at a counter, or from a letter or email.

The order of a call is `open_call` → `keep` (repeatedly, while the caller talks) → `send` → `read_back` →
`wrap_up` → `end`. In danger, `alert` sends what has been typed so far, and `send` adds the rest to the same
report. The text is held in a sealed draft whose key exists only in the officer's browser. The
draft belongs to that officer alone: a colleague using the same browser gets a draft of their own. It is
sent through the public site's own function (`submission.submit`), so it is sealed, routed, given a
receipt and timed like any other report, and may go to a desk whose reports this officer cannot see.

The log records who took a report down and in which quarter hour. It never records which report that
became or the exact time, because a telephone company knows who rang then. The report's own arrival is
logged like any other. The officer's name, the channel and the time are sealed inside the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.db import transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.access.without_training import record_missing_by_the_slot
from heedline.casework.attachments import taking
from heedline.casework.attachments.stored_objects import delete_unnamed
from heedline.casework.contact import call_alert
from heedline.casework.errors import Conflict, SealingStopped
from heedline.casework.intake import drafting
from heedline.casework.intake.draft_files import DraftFile
from heedline.casework.intake.drafting import Draft, For
from heedline.casework.intake.open_incidents import IncidentMark
from heedline.casework.journey import submission
from heedline.casework.keys import directory as key_directory
from heedline.casework.report.opening import short_name
from heedline.casework.report.sealing import NewReport
from heedline.intake import engine
from heedline.intake.questions import QuestionSet
from heedline.intake.record import Record
from heedline.packs.urgency import Urgency
from heedline.permits import functions
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.vault.codes import new_code

#: How something may reach an officer, in words. The codes are those that the door lets in.
CHANNELS = {
    "phone": "By phone",
    "counter": "At a counter, in person",
    "letter": "By letter",
    "email": "By email",
}
ALERTED = "Sent while the caller was still talking. The rest of the call is added as a message."
#: What an alert seals about itself, where a report that follows one seals the reference of the alerted report.
_THIS = "this"
DANGER_UNASKED = "The call ended before the question about danger was answered."
_LANGUAGE = "en"  # what officers write in; the caller's own is an answer like others
#: An officer may go for lunch with half a letter typed in; the key goes with the browser all the same.
_HOURS = 24
#: A draft's note that somebody may be in danger, as whoever began it said.
_FOR_DANGER = "for_danger"
#: A draft's note that whoever began it had the training then: only such a call may be finished after it has run out.
_BEGUN_IN_TIME = "begun_in_time"
#: A draft's note of the report that the call became when it dropped: its reference.
_GOES_ON = "goes_on"
#: A draft's note of the page on which it was begun.
_PAGE, _PAGE_LENGTH = "page", 40
#: An officer may have this many calls unfinished in one browser.
LINES = range(1, 6)


@contextmanager
def _on_the_record(by: Attendance) -> Iterator[None]:
    """Context manager that logs a refusal to take down a call, timed only to the quarter hour.

    An officer refused because their training has expired may already be on the telephone, and may start
    again a moment later because of danger to life.
    """
    try:
        with transaction.atomic():
            yield
    except Refused:
        journal.record_by_the_slot(Act.CALL_TAKEN_DOWN, actor=by.officer_id, refused=True)
        raise


def may_take_down(by: Attendance) -> None:
    """Log and raise Refused if the officer's role does not allow taking down reports."""
    with _on_the_record(by):
        by.require(Capability.TAKE_DOWN, excused=True)


def may_begin(by: Attendance) -> None:
    """Log and raise Refused if the officer may not start a call.

    The reason is either their role or expired training. A call already started is still kept. It is sent if
    it was started in time or somebody is in danger (see `send`).
    """
    with _on_the_record(by):
        by.require(Capability.TAKE_DOWN)


# --- while they talk -------------------------------------------------------------------------------------------------


def _purpose(by: Attendance, line: int) -> str:
    return f"call/{by.officer_id}/{line}"


def line_of(draft: Draft) -> int:
    """Return a draft's number among this officer's drafts in this browser, starting at 1."""
    return int(draft.purpose.rpartition("/")[2])


def open_call(cookie: str | None, *, by: Attendance, at: datetime, line: int = 1) -> Draft | None:
    """Return one of this officer's drafts in this browser, or None.

    Raises Refused.
    """
    may_take_down(by)
    return drafting.load(cookie, at=at, purpose=_purpose(by, line), whose=For.OFFICER)


def open_calls(cookie: str | None, *, by: Attendance, at: datetime) -> tuple[Draft, ...]:
    """Return all of this officer's drafts in this browser.

    These are calls that have not been sent and codes that have not been settled. Raises Refused.
    """
    may_take_down(by)
    drafts = [drafting.load(cookie, at=at, purpose=_purpose(by, line), whose=For.OFFICER) for line in LINES]
    return tuple(draft for draft in drafts if draft is not None)


def begin(cookie: str | None, *, by: Attendance, line: int = 1, page: str = "") -> Draft:
    """Return a new draft for this officer.

    It uses the browser's existing cookie if there is one. `page` names the page on which it was begun, so
    that the page finds it again when a button is pressed twice. Nothing is stored before `keep`.
    """
    draft = Draft(
        cookie or drafting.new_cookie(), keep_hours=_HOURS, purpose=_purpose(by, line), whose=For.OFFICER
    )
    draft.notes = {_BEGUN_IN_TIME: not for_danger_only(by), _PAGE: page[:_PAGE_LENGTH]}
    return draft


def begin_again(draft: Draft, *, by: Attendance) -> Draft:
    """Return a new draft for a caller who rings back after a dropped call.

    It keeps the number of the dropped call and refers to the first report.
    """
    again = begin(draft.cookie, by=by, line=line_of(draft))
    again.notes = {**again.notes, _BEGUN_IN_TIME: True, _GOES_ON: short_name(draft.report_id)}
    return again


def begun_on(draft: Draft) -> str:
    """Return the name of the page on which the draft was started."""
    return str(draft.notes.get(_PAGE, ""))


def free_line(drafts: Iterable[Draft]) -> int | None:
    """Return a number for a new draft, or None if the officer has the maximum number of drafts."""
    taken = {line_of(draft) for draft in drafts}
    return next((line for line in LINES if line not in taken), None)


def new_cookie() -> str:
    """Return a new random secret under which a browser stores an officer's drafts."""
    return drafting.new_cookie()


def for_danger_only(by: Attendance) -> bool:
    """Return True if the officer may only start calls about possible danger to life.

    This is the case when their training is missing.
    """
    return bool(by.why_untrained(Capability.TAKE_DOWN))


def for_danger(draft: Draft, *, at: datetime) -> Draft:
    """Record that this call was started because a person may be in danger.

    The draft is then sent whatever it turns out to be, even if the call drops before the question could be
    asked.
    """
    if not draft.notes.get(_FOR_DANGER):
        draft.notes = {**draft.notes, _FOR_DANGER: True}
        keep(draft, draft.answers, at=at)
    return draft


def edition_of(draft: Draft | None) -> int:
    """Return the number of times that the draft has been saved.

    A page built from an older version must not silently overwrite a newer one.
    """
    return int(draft.notes.get("edition", 0)) if draft is not None else 0


def keep(draft: Draft, typed: Mapping[str, list[str]], *, at: datetime) -> None:
    """Seal and save the draft exactly as it was typed.

    Raises ValueError when the text exceeds what a draft may hold.

    A supervisor can count the draft from its first saving to its sending. Saving is not logged. Nobody views anything, and an exact time for every twenty seconds of a call would
    serve no purpose.
    """
    draft.answers = dict(typed)
    draft.notes = {**draft.notes, "edition": edition_of(draft) + 1, "kept_at": at.isoformat()}
    drafting.save(draft, at=at)
    if edition_of(draft) == 1:
        functions.mark_unfinished_call(draft.keys.row_id, is_open=True)


def kept_at(draft: Draft | None) -> datetime | None:
    """Return the time at which the draft was last saved, or None."""
    said = draft.notes.get("kept_at") if draft is not None else None
    return datetime.fromisoformat(said) if said else None


def end(draft: Draft, *, at: datetime) -> None:
    """Delete a call's draft with its answers and files or, once sent, its receipt code.

    Before sending, that is the answers and files. Afterwards it is the receipt code.
    """
    taking.forget_all(draft)
    drafting.discard(draft.cookie, at=at, purpose=draft.purpose)


def without_lost_files(draft: Draft, *, at: datetime) -> tuple[str, ...]:
    """Remove from the draft the files that can no longer be sent, and return their names."""
    lost = tuple(one for one in draft.files if not taking.still_good(one, at))
    if lost:
        draft.files = tuple(one for one in draft.files if one not in lost)
        drafting.save(draft, at=at)
    return tuple(one.name for one in lost)


def identity_offered(*, at: datetime) -> bool:
    """Return True if a caller may give a name.

    Names are accepted only if authorisers exist who could open them.
    """
    try:
        return key_directory.identity_offered(at.date())
    except SealingStopped:
        return False


# --- sending ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Contact:
    """The channel through which a report arrived, and the time of its arrival.

    `on` and `clock` are set when the report is entered later, for example from a letter or a paper form.
    """

    channel: str
    on: date | None = None
    clock: str = ""
    dropped: bool = False
    risk: Mapping[str, str] = field(repr=False, default_factory=dict)
    """The call-taker's notes on the risk, keyed by the label of each prompt."""
    incident: IncidentMark | None = None
    """The open incident that the report is about, or None. It decides the desk and the pace."""

    def in_the_seal(self, by: Attendance) -> dict[str, Any]:
        """Return the contact details to be sealed with the report.

        The table stores the channel only.
        """
        return {
            "by": str(by.officer_id),
            "name": by.name,
            "on": self.on.isoformat() if self.on else "",
            "clock": self.clock,
            "dropped": self.dropped,
            "danger_unasked": False,
            "goes_on": "",
            "alert": "",
            "risk": dict(self.risk),
        }


def contact_rows(channel: str, sealed: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the sealed contact details as (label, text) rows."""
    day = f"{date.fromisoformat(sealed['on']):%-d %B %Y}" if sealed.get("on") else ""
    alert = str(sealed.get("alert", ""))
    sent_then = ALERTED if alert == _THIS else f"Report {alert}: sent during this call."
    rows = [
        ("How", CHANNELS.get(channel, channel)),
        ("Taken down by", str(sealed.get("name", ""))),
        ("When it was received", ", ".join(filter(None, [day, str(sealed.get("clock", ""))]))),
        ("Unfinished", "The call ended before everything was asked." if sealed.get("dropped") else ""),
        ("Danger", DANGER_UNASKED if sealed.get("danger_unasked") else ""),
        ("Earlier call", f"Report {sealed['goes_on']}: that call dropped." if sealed.get("goes_on") else ""),
        ("Alert", sent_then if alert else ""),
        *((label, str(words)) for label, words in dict(sealed.get("risk", {})).items()),
    ]
    return [(label, words) for label, words in rows if words]


def alert(
    draft: Draft, contact: Contact, told: Record, asked: QuestionSet, *, by: Attendance, at: datetime
) -> None:
    """Send what was typed so far as a report in danger, which pages its desk at once, and keep the draft.

    The caller is still talking. `send` adds the rest to the same report. Alerting twice sends one report. No training is
    required. Raises Refused, and SealingStopped when nothing was sent.
    """
    with _on_the_record(by):
        missing = by.require(Capability.TAKE_DOWN, begun=bool(draft.notes.get(_BEGUN_IN_TIME)), excused=True)
    if call_alert.alerted(draft):
        return
    paged = replace(told, urgency=Urgency.DANGER, narrative=told.narrative or call_alert.NO_WORDS_YET)
    sealed = {"goes_on": str(draft.notes.get(_GOES_ON, ""))}
    went = _submit(draft, contact, paged, asked, missing, (), {**sealed, "alert": _THIS}, by=by, at=at)
    rows = contact_rows(contact.channel, contact.in_the_seal(by) | sealed)
    watch = _watch(paged, contact)
    call_alert.note(draft, told if went is not None else None, asked, rows, watch=watch)
    draft.notes = {**draft.notes, _FOR_DANGER: True}
    drafting.save(draft, at=at)


def _submit(
    draft: Draft,
    contact: Contact,
    told: Record,
    asked: QuestionSet,
    missing: str,
    files: tuple[DraftFile, ...],
    sealed: Mapping[str, Any],
    *,
    by: Attendance,
    at: datetime,
) -> date | None:
    """Submit a call's report and log that the officer took it down. Return the day on which it arrived.

    Returns None if it arrived before with other words. Raises SealingStopped.
    """
    if contact.channel not in CHANNELS:
        raise ValueError("a way in that the door does not know")
    new = NewReport(
        report_id=draft.report_id,
        code=draft.receipt_code,
        channel=contact.channel,
        record=told,
        question_set=asked,
        language=_LANGUAGE,
        taken_down=contact.in_the_seal(by) | dict(sealed),
        files=files,
        incident=contact.incident,
    )
    try:
        accepted = submission.submit(new, at=at)
    except Conflict:
        return None
    if not accepted.again:
        # Not in the transaction that submits: until both are settled, one number would tie them together.
        with transaction.atomic():
            desk = by.desk_ids[0] if by.desk_ids else None
            journal.record_by_the_slot(Act.CALL_TAKEN_DOWN, actor=by.officer_id, desk=desk)
            # never why: that would say of the call which of the day's reports it became
            record_missing_by_the_slot(missing, Capability.TAKE_DOWN, actor=by.officer_id, desk=desk)
    return accepted.received_on


def send(
    draft: Draft, contact: Contact, told: Record, asked: QuestionSet, *, by: Attendance, at: datetime
) -> None:
    """Submit a report that was taken down for a reporter.

    When this returns, the report is durable and the draft holds only the receipt code. Sending the same
    draft twice creates one report. Raises Refused, and SealingStopped when nothing was sent, in which case
    the draft is kept.

    Training that has expired since this call began does not stop the officer sending. No training is
    required where somebody is or may be in danger (`for_danger`), and the log records that.

    After an `alert`, what is new is added to its report as a message. If the caller has given a name since, the whole call
    is sent as another report, which names the first inside its seal, because a name is sealed with its report.

    A dropped call whose question about danger was not answered is high priority, and says so inside the seal. The
    answers stay in its draft, for a caller who rings back (`call_ending.ring_back`).
    """
    unasked = contact.dropped and not engine.danger_answered(asked, told.answers)
    if unasked and told.urgency == Urgency.ROUTINE:
        told = replace(told, urgency=Urgency.SOON)
    excused = told.urgency == Urgency.DANGER or bool(draft.notes.get(_FOR_DANGER))
    with _on_the_record(by):
        begun = bool(draft.notes.get(_BEGUN_IN_TIME))
        missing = by.require(Capability.TAKE_DOWN, begun=begun, excused=excused)
    watch = call_alert.watch_of(draft) or ""
    sealed: dict[str, Any] = {"danger_unasked": unasked, "goes_on": str(draft.notes.get(_GOES_ON, ""))}
    received = None
    if not call_alert.alerted(draft):
        watch = _watch(told, contact)
        received = _submit(draft, contact, told, asked, missing, draft.files, sealed, by=by, at=at)
    if received is None:  # an alert or another tab sent other words before
        rows = contact_rows(contact.channel, contact.in_the_seal(by) | sealed)
        received = call_alert.send_rest(draft, told, asked, rows, at=at)
    if received is None:
        sealed["alert"] = short_name(draft.report_id)
        draft.report_id, draft.code, watch = uuid4(), new_code().symbols, _watch(told, contact)
        received = (
            _submit(draft, contact, told, asked, missing, draft.files, sealed, by=by, at=at) or at.date()
        )
    if not contact.dropped:
        draft.answers = {}
    draft.notes = {
        "watch": watch,
        "code": "none" if contact.dropped else "to-read",
        _PAGE: begun_on(draft),
    }
    # The files are the report's now. What arrived only in part is nobody's.
    delete_unnamed(one.object for one in draft.uploads)
    draft.files, draft.uploads = (), ()
    draft.sent, draft.received_on = True, received.isoformat()
    drafting.save(draft, at=at)
    functions.mark_unfinished_call(draft.keys.row_id, is_open=False)


def _watch(told: Record, contact: Contact) -> str:
    return submission.decide(told, contact.channel, contact.incident).watch_code or ""
