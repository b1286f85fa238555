"""The capabilities that a role can grant, by name.

Plain Python.
"""

from __future__ import annotations

from enum import StrEnum


class AnyCapability(StrEnum):
    """Base class for capabilities.

    The core's capabilities are in `Capability`. A specialist desk extends this class and registers its own.
    """


class Capability(AnyCapability):
    SEE_QUEUE = "see-queue"
    READ_REPORT = "read-report"
    TAKE_DOWN = "take-down"
    TAKE = "take"
    RELEASE = "release"
    ASSIGN = "assign"
    ASSESS = "assess"
    SET_NEXT_ACTION = "set-next-action"
    ASK = "ask"
    CALL_BACK = "call-back"
    TRANSLATE = "translate"
    WRITE_NOTE = "write-note"
    SET_TASK = "set-task"
    HAND_OVER_SHIFT = "hand-over-shift"
    LINK = "link"
    SEE_SUBJECTS = "see-subjects"
    CHANGE_SUBJECTS = "change-subjects"
    REGISTER_INTEREST = "register-interest"
    HAND_ON_INTEREST = "hand-on-interest"
    PRINT_REPORT = "print-report"
    VIEW_FILES = "view-files"
    TAKE_ORIGINAL = "take-original"
    SEE_WELFARE = "see-welfare"
    SEARCH = "search"
    SEE_SEARCHES = "see-searches"
    HAND_OVER = "hand-over"
    CLOSE = "close"
    CLOSE_REPEAT = "close-repeat"
    REOPEN = "reopen"
    SWEEP = "sweep"
    HANDLE_DANGER = "handle-danger"
    LEAD_DANGER = "lead-danger"
    SEE_HISTORY = "see-history"
    CONFIRM_LANGUAGE = "confirm-language"
    RECORD_TRAINING = "record-training"
    PRACTISE = "practise"
    BE_ON_DUTY = "be-on-duty"
    PLAN_ROTA = "plan-rota"
    ANSWER_ALARM = "answer-alarm"
    MAKE_EPOCH = "make-epoch"
    READDRESS = "readdress"
    SEE_KEYS = "see-keys"
    ASK_IDENTITY = "ask-identity"
    DECIDE_IDENTITY = "decide-identity"
    OPEN_IDENTITY = "open-identity"
    ASK_TRACE = "ask-trace"
    DECIDE_TRACE = "decide-trace"
    SEE_FIGURES = "see-figures"
    REVIEW_KEEPING = "review-keeping"
    PROPOSE_DISPOSAL = "propose-disposal"
    DECIDE_DISPOSAL = "decide-disposal"
    PLACE_HOLD = "place-hold"
    RELEASE_HOLD = "release-hold"
    ANSWER_SUBJECT = "answer-subject"
    SEE_CERTIFICATES = "see-certificates"
    SET_UP = "set-up"
    OVERSEE = "oversee"
    CHECK_CLOSED = "check-closed"
    SEE_BOARD = "see-board"
    OPEN_INCIDENT = "open-incident"
    DISSEMINATE = "disseminate"
    CHECK_DISSEMINATION = "check-dissemination"
    FOLLOW_DISSEMINATION = "follow-dissemination"
    RELEASE_AGAIN = "release-again"
    READ_SENT = "read-sent"
    ANSWER_SENT = "answer-sent"
