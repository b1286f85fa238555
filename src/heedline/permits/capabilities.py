"""What can be done, by name. Plain Python."""

from __future__ import annotations

from enum import StrEnum


class Capability(StrEnum):
    SEE_QUEUE = "see-queue"
    READ_REPORT = "read-report"
    TAKE_DOWN = "take-down"
    TAKE = "take"
    RELEASE = "release"
    ASSESS = "assess"
    ASK = "ask"
    CALL_BACK = "call-back"
    HAND_OVER = "hand-over"
    CLOSE = "close"
    REOPEN = "reopen"
    SWEEP = "sweep"
    SEE_HISTORY = "see-history"
    BE_ON_DUTY = "be-on-duty"
    ANSWER_ALARM = "answer-alarm"
    MAKE_EPOCH = "make-epoch"
    READDRESS = "readdress"
    SEE_KEYS = "see-keys"
    ASK_IDENTITY = "ask-identity"
    DECIDE_IDENTITY = "decide-identity"
    OPEN_IDENTITY = "open-identity"
    SEE_FIGURES = "see-figures"
    SET_UP = "set-up"
    OVERSEE = "oversee"
    CHECK_CLOSED = "check-closed"
