"""Where something that is sent to a partner stands, and whose turn it is. Plain Python: no Django, no clock.

It is always in exactly one state; every state that is not an end has somebody who must do something, by a deadline.
"""

from __future__ import annotations

from enum import StrEnum

from heedline.reports.lifecycle import NotNow


class State(StrEnum):
    """Where it stands."""

    TO_CHECK = "to-check"  # written; a second officer reads it before it goes
    SENT = "sent"  # the partner can open it
    RECEIVED = "received"  # somebody there has opened it and signed that it arrived
    ANSWERED = "answered"
    DONE = "done"  # the answer was read, or none is wanted any more
    NOT_SENT = "not-sent"  # the second officer did not let it go
    WITHDRAWN = "withdrawn"


class Act(StrEnum):
    """What moves it."""

    CHECK = "check"
    SEND_BACK = "send-back"
    RECEIVE = "receive"
    ANSWER = "answer"
    FINISH = "finish"
    WITHDRAW = "withdraw"


PATH: dict[tuple[State, Act], State] = {
    (State.TO_CHECK, Act.CHECK): State.SENT,
    (State.TO_CHECK, Act.SEND_BACK): State.NOT_SENT,
    (State.TO_CHECK, Act.WITHDRAW): State.WITHDRAWN,
    (State.SENT, Act.RECEIVE): State.RECEIVED,  # done with it, where no answer is wanted
    (State.SENT, Act.WITHDRAW): State.WITHDRAWN,
    (State.RECEIVED, Act.ANSWER): State.ANSWERED,
    (State.RECEIVED, Act.FINISH): State.DONE,
    (State.RECEIVED, Act.WITHDRAW): State.WITHDRAWN,
    (State.ANSWERED, Act.FINISH): State.DONE,
}

#: What still calls for somebody. A report is not closed while one of these hangs on it.
OPEN = frozenset({State.TO_CHECK, State.SENT, State.RECEIVED, State.ANSWERED})
#: What a second officer reads: before it goes, or (life is at risk) afterwards, whatever became of it. What went at once
#: and was taken back is read as well: whoever sent it could else hide it (`Dissemination.to_read`).
TO_READ = OPEN | {State.DONE}
#: What the partner can open, once it was sent.
WITH_THE_PARTNER = frozenset({State.SENT, State.RECEIVED, State.ANSWERED, State.DONE})

TURNS: dict[State, str] = {
    State.TO_CHECK: "a second officer of the desk",
    State.SENT: "the partner",
    State.RECEIVED: "the partner",
    State.ANSWERED: "the desk",
    State.DONE: "nobody",
    State.NOT_SENT: "nobody",
    State.WITHDRAWN: "nobody",
}

_REASONS: dict[State, str] = {
    State.TO_CHECK: "A second officer has to read it first.",
    State.SENT: "It has been sent and nobody at the partner has opened it yet.",
    State.RECEIVED: "The partner has opened it.",
    State.ANSWERED: "The partner has answered.",
    State.DONE: "This is finished.",
    State.NOT_SENT: "This was not sent.",
    State.WITHDRAWN: "This was withdrawn.",
}


def after(state: State, act: Act) -> State:
    """Return the state that `act` leads to. Raises NotNow with a reason for the person."""
    try:
        return PATH[state, act]
    except KeyError:
        raise NotNow(_REASONS[state]) from None
