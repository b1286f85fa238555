"""Sending an adviser's first email to an organisation, from an unlocked session.

The attempt is recorded before anything leaves, with the letter and its address sealed, and how it ended afterwards. An email
that the mail server accepted keeps the promise of a first answer. One that it refused, or that was not sent, does not.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.contact import adviser_letters, call_back
from heedline.casework.contact.adviser_letters import AdviserLetter
from heedline.casework.delivery import carrying
from heedline.casework.delivery.attempts import AttemptOutcome
from heedline.casework.report.verb import find, verb
from heedline.permits.capabilities import Capability

_ENDED: Final = {
    AttemptOutcome.ACCEPTED: call_back.EMAILED,
    AttemptOutcome.NEVER: call_back.EMAIL_REFUSED,
}


@verb(Act.CALL_TRIED)
def preview(ref: UUID, number: str, coming: str, *, by: Attendance, at: datetime) -> AdviserLetter:
    """Return the letter that `send` would send now. Raises what `send` raises, but Changed."""
    found = find(ref, by=by, at=at)
    found.permit(Capability.CALL_BACK)
    return adviser_letters.compose(found, number, coming)


def send(
    ref: UUID, number: str, coming: str, *, version: int, by: Attendance, at: datetime
) -> tuple[str, str]:
    """Send the letter, record the attempt, and return how it ended, as a code of `call_back.HOWS` and in words.

    Raises NotHere, Changed, Refused, NotNow, Locked and CannotOpen. If the office stops while the letter is carried, the
    attempt stays as one whose end is not known.
    """
    letter = _begin(ref, number, coming, version=version, by=by, at=at)
    carried = carrying.carry_email(letter.message, to=letter.to, at=at)
    how = _ENDED.get(carried.outcome, call_back.EMAIL_UNSENT)
    said = carried.proof
    if said and said != carrying.WRITTEN_TO_FOLDER:
        said = f"The mail server: {said}"
    _ended(ref, how, said, by=by, at=at)
    return how, said


@verb(Act.CALL_TRIED)
def _begin(
    ref: UUID, number: str, coming: str, *, version: int, by: Attendance, at: datetime
) -> AdviserLetter:
    found = find(ref, by=by, at=at, version=version)
    found.permit(Capability.CALL_BACK)
    letter = adviser_letters.compose(found, number, coming)
    call_back.note_attempt(found, call_back.EMAILING, letter.as_kept, danger="")
    return letter


@verb(Act.CALL_TRIED)
def _ended(ref: UUID, how: str, said: str, *, by: Attendance, at: datetime) -> None:
    found = find(ref, by=by, at=at)
    found.permit(Capability.CALL_BACK)
    call_back.note_attempt(found, how, said, danger="")
