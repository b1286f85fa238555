"""What every verb may raise. The sites take these from here, and know nothing of what lies below."""

from __future__ import annotations

from heedline.vault import CannotOpen as CannotOpen  # raised by the vault, answered by the sites


class NotHere(Exception):
    """There is nothing of that name that this person may see: it never existed, or it is somebody else's."""


class Locked(Exception):
    """The person is signed in, but their keys are not unlocked (any more)."""


class WrongPassphrase(Exception):
    """The passphrase does not open this officer's seed."""


class Changed(Exception):
    """Somebody saved in between. `theirs` is what stands now, in words."""

    def __init__(self, theirs: str) -> None:
        super().__init__("changed")
        self.theirs = theirs


class ChangedSinceArrival(CannotOpen):
    """A report's sealed words are not those that the log names: somebody who can write to tables replaced them."""


class SealingStopped(Exception):
    """It could not be sealed to the right people or could not be stored. Nothing was sent."""


class Spent(Exception):
    """This page's form was sent before. Nothing was done now."""


class CodeUnknown(Exception):
    """No report answers to this code."""


class Conflict(Exception):
    """The same key was used before for something else."""


class NoRoom(Exception):
    """A bound was reached: too many messages, or one that is too long."""
