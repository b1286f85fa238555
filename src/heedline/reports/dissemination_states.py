"""The states of a disclosure to a partner, and who must act next in each.

A disclosure is always in exactly one state. In every state that is not final, somebody must do something
by a deadline. Plain Python without Django or a clock.
"""

from __future__ import annotations

from enum import StrEnum

from heedline.reports.lifecycle import NotNow


class DisseminationState(StrEnum):
    """The state of a disclosure to a partner."""

    TO_CHECK = "to-check"  # written; a second officer reads it before it goes
    SENT = "sent"  # the partner can open it
    RECEIVED = "received"  # somebody there has opened it and signed that it arrived
    ANSWERED = "answered"
    DONE = "done"  # the answer was read, or none is wanted any more
    NOT_SENT = "not-sent"  # the second officer did not let it go
    WITHDRAWN = "withdrawn"


class DisseminationMove(StrEnum):
    """An action that changes the state of a disclosure."""

    CHECK = "check"
    SEND_BACK = "send-back"
    RECEIVE = "receive"
    ANSWER = "answer"
    FINISH = "finish"
    WITHDRAW = "withdraw"


PATH: dict[tuple[DisseminationState, DisseminationMove], DisseminationState] = {
    (DisseminationState.TO_CHECK, DisseminationMove.CHECK): DisseminationState.SENT,
    (DisseminationState.TO_CHECK, DisseminationMove.SEND_BACK): DisseminationState.NOT_SENT,
    (DisseminationState.TO_CHECK, DisseminationMove.WITHDRAW): DisseminationState.WITHDRAWN,
    (
        DisseminationState.SENT,
        DisseminationMove.RECEIVE,
    ): DisseminationState.RECEIVED,  # done with it, where no answer is wanted
    (DisseminationState.SENT, DisseminationMove.WITHDRAW): DisseminationState.WITHDRAWN,
    (DisseminationState.RECEIVED, DisseminationMove.ANSWER): DisseminationState.ANSWERED,
    # a partner may have more to say, before or after the desk has read what it said
    (DisseminationState.ANSWERED, DisseminationMove.ANSWER): DisseminationState.ANSWERED,
    (DisseminationState.DONE, DisseminationMove.ANSWER): DisseminationState.ANSWERED,
    (DisseminationState.RECEIVED, DisseminationMove.FINISH): DisseminationState.DONE,
    (DisseminationState.RECEIVED, DisseminationMove.WITHDRAW): DisseminationState.WITHDRAWN,
    (DisseminationState.ANSWERED, DisseminationMove.FINISH): DisseminationState.DONE,
}

#: What still calls for somebody. A report is not closed while one of these hangs on it.
OPEN = frozenset(
    {
        DisseminationState.TO_CHECK,
        DisseminationState.SENT,
        DisseminationState.RECEIVED,
        DisseminationState.ANSWERED,
    }
)
#: What a second officer reads: before it goes, or (life is at risk) afterwards, whatever became of it. What went at once
#: and was taken back is read as well: whoever sent it could else hide it (`Dissemination.to_read`).
TO_READ = OPEN | {DisseminationState.DONE}
#: What the partner can open, once it was sent.
WITH_THE_PARTNER = frozenset(
    {
        DisseminationState.SENT,
        DisseminationState.RECEIVED,
        DisseminationState.ANSWERED,
        DisseminationState.DONE,
    }
)

TURNS: dict[DisseminationState, str] = {
    DisseminationState.TO_CHECK: "a second officer of the desk",
    DisseminationState.SENT: "the partner",
    DisseminationState.RECEIVED: "the partner",
    DisseminationState.ANSWERED: "the desk",
    DisseminationState.DONE: "nobody",
    DisseminationState.NOT_SENT: "nobody",
    DisseminationState.WITHDRAWN: "nobody",
}

_REASONS: dict[DisseminationState, str] = {
    DisseminationState.TO_CHECK: "A second officer has to read it first.",
    DisseminationState.SENT: "It has been sent and nobody at the partner has opened it yet.",
    DisseminationState.RECEIVED: "The partner has opened it.",
    DisseminationState.ANSWERED: "The partner has answered.",
    DisseminationState.DONE: "This is finished.",
    DisseminationState.NOT_SENT: "This was not sent.",
    DisseminationState.WITHDRAWN: "This was withdrawn.",
}


def after(state: DisseminationState, act: DisseminationMove) -> DisseminationState:
    """Return the state to which `act` leads.

    Raises NotNow with a reason for the officer.
    """
    try:
        return PATH[state, act]
    except KeyError:
        raise NotNow(_REASONS[state]) from None
