"""The closed vocabulary of outbox letters and alarms.

This is plain Python.
"""

from __future__ import annotations

from enum import StrEnum


class AnyLetter(StrEnum):
    """Base class for outbox letters.

    The core's letters are in `Letter`. A specialist desk extends this class and registers its own.
    """


class AnyAlarmKind(StrEnum):
    """Base class for kinds of alarm.

    The core's kinds are in `AlarmKind`. A specialist desk extends this class and registers its own.
    """


class Letter(AnyLetter):
    """A task that a committed transaction leaves for the worker.

    A letter carries a desk, the id of an object and a slot, and nothing else.
    """

    REPORT_ARRIVED = "report-arrived"
    REPORTER_WROTE = "reporter-wrote"
    REPORT_HANDED = "report-handed"
    REPORT_REOPENED = "report-reopened"
    IDENTITY_ASKED = "identity-asked"
    SOURCE_REFERRED = "source-referred"
    SOURCE_OVERRIDDEN = "source-overridden"
    KEYS_RECOVERED = "keys-recovered"
    SENT_TO_PARTNER = "sent-to-partner"
    SESSION_ALTERED = "session-altered"
    DANGER_OPENED = "danger-opened"
    DANGER_OWNER_AWAY = "danger-owner-away"
    DANGER_TOLD = "danger-told"
    INTEREST_MATCHED = "interest-matched"
    NOTICE_FORGED = "notice-forged"
    MATCHED_AFTER_CLOSING = "matched-after-closing"
    RECORD_FELL_BACK = "record-fell-back"


class AlarmKind(AnyAlarmKind):
    """A kind of alarm, with the reason why a named person must act on it.

    `casework/duty/alarm_kinds.py` defines how each kind behaves.
    """

    DANGER = "danger"
    PLANNED = "planned"
    DANGER_TOLD = "danger-told"
    DANGER_OPENED = "danger-opened"
    DANGER_OWNER_AWAY = "danger-owner-away"
    DANGER_REVIEW_LATE = "danger-review-late"
    DISCHARGE_UNREVIEWED = "discharge-unreviewed"
    NOBODY_ON_DUTY = "nobody-on-duty"
    IDENTITY_OVERDUE = "identity-overdue"
    IDENTITY_ASKED = "identity-asked"
    OVERDUE = "overdue"
    HAND_OVER_WAITING = "hand-over-waiting"
    NOT_IN_ORDER = "not-in-order"
    INTEREST_MATCHED = "interest-matched"
    TASK_LATE = "task-late"
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
    SESSION_ALTERED = "session-altered"
    ROTA_GAP = "rota-gap"
    SHIFT_NOTE_WAITING = "shift-note-waiting"
    QUESTION_LATE = "question-late"
    COMPARING_LATE = "comparing-late"
    NOT_COMPARED = "not-compared"
    NOT_SEARCHABLE = "not-searchable"
    CLOSING_LATE = "closing-late"
    MATCHED_AFTER_CLOSING = "matched-after-closing"
    NOTICE_FORGED = "notice-forged"
    INTEREST_LEFT = "interest-left"
    FILE_MISSING = "file-missing"
    PROPOSAL_WAITING = "proposal-waiting"
    TOO_FEW_TRAINED = "too-few-trained"
    TRAINING_ENDS = "training-ends"
    REVIEW_LATE = "review-late"
    SUBJECT_LATE = "subject-late"
    RECORD_OVERDUE = "record-overdue"
    RECORD_FELL_BACK = "record-fell-back"
    PAGE_FAILED = "page-failed"
    WORKER_FAILING = "worker-failing"
    LOG_STANDS = "log-stands"
    LOG_BROKEN = "log-broken"


#: Why an alarm is cleared, as codes: a reason in free words would put what reports say into the clear.
CLEAR_REASONS: dict[str, str] = {
    "being-dealt-with": "It is being dealt with now",
    "desk-was-busy": "The desk was busy with more urgent work",
    "nobody-was-there": "Nobody was at the desk",
    "waiting-for-others": "We are waiting for somebody else",
    "put-right": "The cause has been put right",
    "false-alarm": "The alarm was wrong",
}
