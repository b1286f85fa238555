"""Exceptions that casework actions may raise.

The sites import these from here and know nothing of the layers below.
"""

from __future__ import annotations

from heedline.vault import CannotOpen as CannotOpen  # raised by the vault, answered by the sites


class NotHere(Exception):
    """Raised when the object does not exist, or when this officer may not see it.

    The exception does not reveal which.
    """


class Locked(Exception):
    """Raised when the officer is signed in but their keys are locked.

    Either they were never unlocked in this session, or they have been locked again.
    """


class WrongPassphrase(Exception):
    """Raised when the passphrase does not decrypt this officer's seed."""


class Changed(Exception):
    """Raised when another user has saved a change in the meantime.

    `theirs` describes the current state in words.
    """

    def __init__(self, theirs: str) -> None:
        super().__init__("changed")
        self.theirs = theirs


class ChangedSinceArrival(CannotOpen):
    """Raised when a report's sealed content differs from the log.

    Somebody with write access to the database has replaced it.
    """


class SealingStopped(Exception):
    """Raised when content cannot be sealed to the right recipients or cannot be stored.

    Nothing was sent.
    """


class Spent(Exception):
    """Raised when the form has already been submitted.

    Nothing was done this time.
    """


class CodeUnknown(Exception):
    """Raised when no report matches the receipt code."""


class Conflict(Exception):
    """Raised when the idempotency key has already been used for another request."""


class NoRoom(Exception):
    """Raised when a limit is reached, such as too many messages or too long a message."""
