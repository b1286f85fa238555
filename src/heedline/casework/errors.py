"""Exceptions that verbs may raise.

The sites import these from here and know nothing of the layers below.
"""

from __future__ import annotations

from heedline.vault import CannotOpen as CannotOpen  # raised by the vault, answered by the sites


class NotHere(Exception):
    """The requested object does not exist, or this officer may not see it.

    The exception does not reveal which.
    """


class Locked(Exception):
    """The officer is signed in, but their keys are locked.

    Either they were never unlocked in this session, or they have been locked again.
    """


class WrongPassphrase(Exception):
    """The passphrase does not open this officer's seed."""


class Changed(Exception):
    """Somebody else saved a change in the meantime.

    `theirs` describes the current state in words.
    """

    def __init__(self, theirs: str) -> None:
        super().__init__("changed")
        self.theirs = theirs


class ChangedSinceArrival(CannotOpen):
    """A report's sealed content differs from the log, because somebody with write access replaced it."""


class SealingStopped(Exception):
    """The content could not be sealed to the right recipients or could not be stored.

    Nothing was sent.
    """


class Spent(Exception):
    """The form has already been submitted.

    Nothing was done this time.
    """


class CodeUnknown(Exception):
    """No report matches this receipt code."""


class Conflict(Exception):
    """The same idempotency key was already used for something else."""


class NoRoom(Exception):
    """A limit was reached, such as too many messages or a message that is too long."""
