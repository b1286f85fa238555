"""The closed vocabulary of the outbox and of alarms. Plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Letter(StrEnum):
    """What a committed transaction asks the worker to do. A letter carries a desk, a thing and a slot, no more."""

    REPORT_ARRIVED = "report-arrived"
    REPORTER_WROTE = "reporter-wrote"
    REPORT_HANDED = "report-handed"
    REPORT_REOPENED = "report-reopened"
    IDENTITY_ASKED = "identity-asked"
    SOURCE_REFERRED = "source-referred"
    SOURCE_OVERRIDDEN = "source-overridden"
    KEYS_RECOVERED = "keys-recovered"
    SENT_TO_PARTNER = "sent-to-partner"


class AlarmKind(StrEnum):
    """Why a named person has to look."""

    DANGER = "danger"
    NOBODY_ON_DUTY = "nobody-on-duty"
    IDENTITY_OVERDUE = "identity-overdue"
    IDENTITY_ASKED = "identity-asked"
    OVERDUE = "overdue"
    MESSAGE_WAITING = "message-waiting"
    CALL_MISSED = "call-missed"
    CALL_LATE = "call-late"
    SOURCE_REFERRED = "source-referred"
    SOURCE_OVERRIDDEN = "source-overridden"
    PARTNER_DANGER = "partner-danger"
    PARTNER_SILENT = "partner-silent"
    PARTNER_ANSWERED = "partner-answered"
    SENDING_TO_CHECK = "sending-to-check"
    NO_TRANSLATOR = "no-translator"
    TRANSLATION_LATE = "translation-late"
    TRANSLATION_WAITS = "translation-waits"
    EPOCH_ENDING = "epoch-ending"
    THIN_DESK = "thin-desk"
    KEYS_RECOVERED = "keys-recovered"
    KEYS_TO_CHANGE = "keys-to-change"
    MEMBER_WITHOUT_KEYS = "without-keys"
    KEYS_DOUBTED = "keys-doubted"
    TOO_FEW_TRAINED = "too-few-trained"
    TRAINING_ENDS = "training-ends"
    REVIEW_LATE = "review-late"
    SUBJECT_LATE = "subject-late"
    PAGE_FAILED = "page-failed"
    WORKER_FAILING = "worker-failing"
    LOG_STANDS = "log-stands"
    LOG_BROKEN = "log-broken"


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """How one kind of alarm behaves.

    `words`: for the officer. `chain`: paged up the chain until acknowledged; otherwise those on duty are paged once.
    `while_it_lasts`: nobody can clear it before its cause is gone; then this text says what to do instead.
    `ends_when_taken`: taking the report clears it in the taker's name.
    """

    words: str
    chain: bool = False
    ends_when_taken: bool = False
    while_it_lasts: str = ""


_DECIDE = "Decide about the request: this alarm stays until an authoriser has decided."

#: Alarms of the authorisers. What they are about is a request, not a report, and only that desk answers them.
ABOUT_REQUESTS = frozenset({AlarmKind.IDENTITY_ASKED, AlarmKind.IDENTITY_OVERDUE})

#: About what is written for partners, sent to them or answered by them.
ABOUT_PARTNERS = frozenset(
    {
        AlarmKind.PARTNER_DANGER,
        AlarmKind.PARTNER_SILENT,
        AlarmKind.PARTNER_ANSWERED,
        AlarmKind.SENDING_TO_CHECK,
    }
)

#: About calls that reporters asked for: a supervisor of the desk is paged.
ABOUT_CALLS = frozenset({AlarmKind.CALL_MISSED, AlarmKind.CALL_LATE})

#: About members of the public who may become sources: the supervisors of the desk are paged.
ABOUT_SOURCES = frozenset({AlarmKind.SOURCE_REFERRED, AlarmKind.SOURCE_OVERRIDDEN})

#: About translations: who has them is paged, and when one is late or nobody can make it, the desk.
ABOUT_TRANSLATIONS = frozenset(
    {AlarmKind.NO_TRANSLATOR, AlarmKind.TRANSLATION_LATE, AlarmKind.TRANSLATION_WAITS}
)

RULES: dict[AlarmKind, AlarmRule] = {
    AlarmKind.DANGER: AlarmRule(
        "Someone may be in danger",
        chain=True,
        ends_when_taken=True,
        while_it_lasts="Take the report: this alarm stays until an officer has taken it.",
    ),
    AlarmKind.NOBODY_ON_DUTY: AlarmRule(
        "A report is waiting and nobody is on duty at its desk",
        chain=True,
        ends_when_taken=True,
        while_it_lasts="Take the report or hand it over: this alarm stays until an officer has taken it.",
    ),
    AlarmKind.IDENTITY_OVERDUE: AlarmRule(
        "A request about who sent a report has waited for ten minutes",
        chain=True,
        while_it_lasts=_DECIDE,
    ),
    AlarmKind.IDENTITY_ASKED: AlarmRule(
        "Somebody asks to open who sent a report, or to have a sender traced",
        chain=True,
        while_it_lasts=_DECIDE,
    ),
    AlarmKind.OVERDUE: AlarmRule("A report is overdue"),
    AlarmKind.MESSAGE_WAITING: AlarmRule("A message from a reporter has not been read in time"),
    AlarmKind.CALL_MISSED: AlarmRule("Calls to somebody who asked for one did not reach them"),
    AlarmKind.CALL_LATE: AlarmRule("A call that somebody asked for has not been made in time"),
    AlarmKind.SOURCE_REFERRED: AlarmRule("An officer refers a report to the source unit: take it there"),
    AlarmKind.SOURCE_OVERRIDDEN: AlarmRule(
        "A message went to a reporter although the source guard warned: read why"
    ),
    AlarmKind.PARTNER_DANGER: AlarmRule(
        "Life may be at risk, and a partner has not opened what was sent: phone them",
        chain=True,
        while_it_lasts="Phone the partner, or withdraw what was sent: this alarm stays until they have opened it.",
    ),
    AlarmKind.PARTNER_SILENT: AlarmRule("A partner has not opened or answered in time: phone them"),
    AlarmKind.PARTNER_ANSWERED: AlarmRule("A partner has answered: read it"),
    AlarmKind.SENDING_TO_CHECK: AlarmRule("What is written for a partner waits for a second officer"),
    AlarmKind.NO_TRANSLATOR: AlarmRule("Nobody at the desk speaks the language of a report"),
    AlarmKind.TRANSLATION_LATE: AlarmRule("A translation has not been made in time"),
    AlarmKind.TRANSLATION_WAITS: AlarmRule("A translation waits for the officer it was given to"),
    AlarmKind.EPOCH_ENDING: AlarmRule(
        "The keys of a desk run out: no new ones follow",
        while_it_lasts="An officer of the desk has to unlock their keys once: that makes the next ones.",
    ),
    AlarmKind.THIN_DESK: AlarmRule(
        "A desk has fewer than two officers who can open its reports",
        while_it_lasts="A second officer has to be enrolled on the desk first.",
    ),
    AlarmKind.KEYS_RECOVERED: AlarmRule(
        "The keys of a desk were opened by three shares of its recovery key", chain=True
    ),
    AlarmKind.KEYS_TO_CHANGE: AlarmRule(
        "Somebody has left and still holds keys of a desk, or old keys wait to be destroyed",
        while_it_lasts="A member of the desk unlocks their keys, re-addresses its reports and destroys the old keys.",
    ),
    AlarmKind.MEMBER_WITHOUT_KEYS: AlarmRule(
        "A member of a desk cannot open its reports yet",
        while_it_lasts="A colleague of the desk has to compare their words first, on the page Keys.",
    ),
    AlarmKind.KEYS_DOUBTED: AlarmRule(
        "A statement about somebody's keys is missing, was not believed, or is not what the log names"
    ),
    AlarmKind.TOO_FEW_TRAINED: AlarmRule(
        "Too few people at a desk have a training that has not run out: see who, on the page Training"
    ),
    AlarmKind.TRAINING_ENDS: AlarmRule(
        "A training of somebody at a desk runs out soon: yours on the page Me, everybody’s on the page Training"
    ),
    AlarmKind.REVIEW_LATE: AlarmRule("Reports are kept past their review"),
    AlarmKind.SUBJECT_LATE: AlarmRule("Somebody who used their rights has to be answered within days"),
    AlarmKind.PAGE_FAILED: AlarmRule("A page could not be delivered"),
    AlarmKind.WORKER_FAILING: AlarmRule("A background task keeps failing"),
    AlarmKind.LOG_STANDS: AlarmRule("The log is not being sequenced or signed"),
    AlarmKind.LOG_BROKEN: AlarmRule("The log does not add up: somebody may have changed it"),
}

#: Why an alarm is cleared, as codes: a reason in free words would put what reports say into the clear.
CLEAR_REASONS: dict[str, str] = {
    "being-dealt-with": "It is being dealt with now",
    "desk-was-busy": "The desk was busy with more urgent work",
    "nobody-was-there": "Nobody was at the desk",
    "waiting-for-others": "We are waiting for somebody else",
    "put-right": "The cause has been put right",
    "false-alarm": "The alarm was wrong",
}
