"""The permitted transitions of a report, and who must act next after each.

`docs/journey.md` is printed from `PATH`, and a test fails if the two differ. Plain Python without Django
or a clock.
"""

from __future__ import annotations

from enum import StrEnum

from heedline.packs.urgency import Priority


class Stage(StrEnum):
    """The stage of a report.

    A report is always in exactly one stage.
    """

    WAITING = "waiting"
    TAKEN = "taken"
    ASSESSED = "assessed"
    ACTING = "acting"
    CLOSING = "closing"  # its closure is kept until the desks have compared it
    CLOSED = "closed"
    DISPOSED = "disposed"  # no row is left of the report; a certificate says so


class Move(StrEnum):
    """A transition of a report from one stage to another."""

    SUBMIT = "submit"
    TAKE = "take"
    RELEASE = "release"
    ASSESS = "assess"
    ASK = "ask"
    CALL = "call"
    REFER = "refer"
    DISSEMINATE = "disseminate"
    CHECK = "check"
    NOTE_CHECK = "note-check"  # checks that were asked for, or not done
    REVIEW = "review"
    JOIN_CASE = "join-case"  # a case of a specialist desk, which holds the matter from then on
    ASSIGN = "assign"
    HAND_OVER = "hand-over"
    ACCEPT = "accept"
    RETURN = "return"
    CLOSE = "close"
    KEEP_CLOSING = "keep-closing"
    STOP_CLOSING = "stop-closing"  # withdrawn, or a match, a message or a danger came first
    REOPEN = "reopen"
    SWEEP = "sweep"
    UNDO_SWEEP = "undo-sweep"
    DISCHARGE = "discharge"  # of a danger to life, by a supervisor
    DISPOSE = "dispose"  # by two people


class Turn(StrEnum):
    """The person or team that must act next on a report."""

    DESK = "the desk"
    OWNER = "its owner"
    NOBODY = "nobody"


class NotNow(Exception):
    """Raised when a move is not allowed at a report's current stage.

    `reason` is written for the officer who tried. `about` is the part of their input that prevents the move,
    such as `priority`, or empty if no part does.
    """

    def __init__(self, reason: str, *, about: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.about = about


PATH: dict[tuple[Stage, Move], Stage] = {
    (Stage.WAITING, Move.TAKE): Stage.TAKEN,
    (Stage.WAITING, Move.ACCEPT): Stage.TAKEN,  # what another desk has handed over
    (Stage.WAITING, Move.RETURN): Stage.WAITING,  # to the desk that handed it over, with a reason
    (Stage.WAITING, Move.ASSIGN): Stage.TAKEN,
    (Stage.TAKEN, Move.ASSIGN): Stage.TAKEN,
    (Stage.ASSESSED, Move.ASSIGN): Stage.ASSESSED,
    (Stage.ACTING, Move.ASSIGN): Stage.ACTING,
    (Stage.TAKEN, Move.RELEASE): Stage.WAITING,
    (Stage.ASSESSED, Move.RELEASE): Stage.WAITING,
    (Stage.ACTING, Move.RELEASE): Stage.WAITING,
    (Stage.TAKEN, Move.CHECK): Stage.TAKEN,
    (Stage.ASSESSED, Move.CHECK): Stage.ACTING,
    (Stage.ACTING, Move.CHECK): Stage.ACTING,
    (Stage.TAKEN, Move.NOTE_CHECK): Stage.TAKEN,
    (Stage.ASSESSED, Move.NOTE_CHECK): Stage.ASSESSED,
    (Stage.ACTING, Move.NOTE_CHECK): Stage.ACTING,
    (Stage.TAKEN, Move.REVIEW): Stage.TAKEN,
    (Stage.ASSESSED, Move.REVIEW): Stage.ASSESSED,
    (Stage.ACTING, Move.REVIEW): Stage.ACTING,
    (Stage.TAKEN, Move.JOIN_CASE): Stage.TAKEN,
    (Stage.ASSESSED, Move.JOIN_CASE): Stage.ASSESSED,
    (Stage.ACTING, Move.JOIN_CASE): Stage.ACTING,
    (Stage.TAKEN, Move.ASSESS): Stage.ASSESSED,
    (Stage.TAKEN, Move.ASK): Stage.TAKEN,
    (Stage.TAKEN, Move.CALL): Stage.TAKEN,
    (Stage.WAITING, Move.HAND_OVER): Stage.WAITING,
    (Stage.TAKEN, Move.HAND_OVER): Stage.WAITING,
    (Stage.ASSESSED, Move.ASSESS): Stage.ASSESSED,
    (Stage.ASSESSED, Move.ASK): Stage.ACTING,
    (Stage.ASSESSED, Move.CALL): Stage.ASSESSED,
    (Stage.TAKEN, Move.REFER): Stage.TAKEN,
    (Stage.ASSESSED, Move.REFER): Stage.ASSESSED,
    (Stage.ACTING, Move.REFER): Stage.ACTING,
    (Stage.ASSESSED, Move.DISSEMINATE): Stage.ACTING,
    (Stage.ACTING, Move.DISSEMINATE): Stage.ACTING,
    (Stage.ASSESSED, Move.HAND_OVER): Stage.WAITING,
    (Stage.ASSESSED, Move.CLOSE): Stage.CLOSED,
    (Stage.ACTING, Move.ASSESS): Stage.ACTING,
    (Stage.ACTING, Move.ASK): Stage.ACTING,
    (Stage.ACTING, Move.CALL): Stage.ACTING,
    (Stage.ACTING, Move.HAND_OVER): Stage.WAITING,
    (Stage.ACTING, Move.CLOSE): Stage.CLOSED,
    (Stage.ASSESSED, Move.KEEP_CLOSING): Stage.CLOSING,
    (Stage.ACTING, Move.KEEP_CLOSING): Stage.CLOSING,
    (Stage.CLOSING, Move.CLOSE): Stage.CLOSED,
    (Stage.CLOSING, Move.STOP_CLOSING): Stage.TAKEN,
    # whatever else is done with the report ends the kept closure
    (Stage.CLOSING, Move.ASSIGN): Stage.ASSESSED,
    (Stage.CLOSING, Move.RELEASE): Stage.WAITING,
    (Stage.CLOSING, Move.ASSESS): Stage.ASSESSED,
    (Stage.CLOSING, Move.ASK): Stage.ACTING,
    (Stage.CLOSING, Move.CALL): Stage.ASSESSED,
    (Stage.CLOSING, Move.REFER): Stage.ASSESSED,
    (Stage.CLOSING, Move.DISSEMINATE): Stage.ACTING,
    (Stage.CLOSING, Move.CHECK): Stage.ACTING,
    (Stage.CLOSING, Move.NOTE_CHECK): Stage.ASSESSED,
    (Stage.CLOSING, Move.REVIEW): Stage.ASSESSED,
    (Stage.CLOSING, Move.HAND_OVER): Stage.WAITING,
    (Stage.TAKEN, Move.DISCHARGE): Stage.TAKEN,
    (Stage.ASSESSED, Move.DISCHARGE): Stage.ASSESSED,
    (Stage.ACTING, Move.DISCHARGE): Stage.ACTING,
    (Stage.CLOSED, Move.REOPEN): Stage.WAITING,
    (Stage.WAITING, Move.SWEEP): Stage.CLOSED,  # with others that look alike; never somebody in danger
    (
        Stage.CLOSED,
        Move.UNDO_SWEEP,
    ): Stage.WAITING,  # only what a sweep closed, unchanged since, while it may be undone
    (Stage.CLOSED, Move.DISPOSE): Stage.DISPOSED,
}

TURNS: dict[Stage, Turn] = {
    Stage.WAITING: Turn.DESK,
    Stage.TAKEN: Turn.OWNER,
    Stage.ASSESSED: Turn.OWNER,
    Stage.ACTING: Turn.OWNER,
    Stage.CLOSING: Turn.OWNER,
    Stage.CLOSED: Turn.NOBODY,
    Stage.DISPOSED: Turn.NOBODY,
}

#: Moves that only the owner of the report may make. A supervisor first makes somebody the owner.
OWNER_MOVES = frozenset({Move.RELEASE, Move.CALL, Move.DISSEMINATE, Move.CLOSE, Move.KEEP_CLOSING})
#: Moves on a report that somebody owns, open to each officer of the desk while no colleague is writing in it.
SHARED_MOVES = frozenset(
    {Move.ASSESS, Move.ASK, Move.REFER, Move.CHECK, Move.NOTE_CHECK, Move.REVIEW, Move.JOIN_CASE}
)

CLOSURE_KEPT = "The closure of this report waits for the comparison. Withdraw it first."
_REASONS: dict[Stage, str] = {
    Stage.WAITING: "Take the report first, so that two officers do not work on it at once.",
    Stage.TAKEN: "Assess the report first.",
    Stage.ASSESSED: "This report has been assessed already.",
    Stage.ACTING: "This report is being acted on already.",
    Stage.CLOSING: CLOSURE_KEPT,
    Stage.CLOSED: "A closed report can only be reopened, or disposed of by two people.",
    Stage.DISPOSED: "This report has been disposed of.",
}


def after(stage: Stage, move: Move) -> Stage:
    """Return the stage to which `move` leads.

    Raises NotNow with a reason for the officer.
    """
    try:
        return PATH[stage, move]
    except KeyError:
        raise NotNow(_REASONS[stage]) from None


def check_priority(priority: str, *, danger: bool) -> None:
    """Raise NotNow if a report of danger to life is not given high priority."""
    if danger and priority != Priority.HIGH:
        raise NotNow("Danger to life is always high priority", about="priority")


def check_closed_at_once(*, danger: bool) -> None:
    """Raise NotNow if a report of danger to life would be assessed and closed in one step."""
    if danger:
        raise NotNow(
            "You said that there is danger to life. Keep the report open and act on it first", about="closing"
        )


def moves_from(stage: Stage) -> tuple[Move, ...]:
    """Return every move allowed from `stage`, in table order."""
    return tuple(move for (origin, move) in PATH if origin is stage)
