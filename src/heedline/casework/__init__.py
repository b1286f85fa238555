"""Everything anybody can do, as functions. The program's table of contents.

`journey.py` is the path of a report from top to bottom; `conversation.py` what is said with a reporter who holds only a
code; `reading.py` what is shown to whom, and the only opener of sealed things; `duty.py` who is there and what is
overdue; `attendance.py` signing in and unlocking; `stewardship.py` desks, officers and keys.

A verb has six beats, in this order: find (inside what they may see, locked), permit, move, change, record, dispatch.
What never lives here: HTTP, HTML, SQL.
"""

from heedline.vault import CannotOpen


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
    """A report's sealed words are not those that the log names: somebody who writes to tables put others there."""


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
