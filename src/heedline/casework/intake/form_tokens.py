"""The page that sends a report holds a token that is good for one sending.

A token is the number of sendings that this draft has seen, signed for it. Spending it adds one, in the same statement
that stores the report: of any number of presses at once exactly one is a sending, and a sending that fails has spent
nothing. Nothing is kept for a token beside the draft, so nothing is left of it either.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from django.utils.crypto import salted_hmac

from heedline.casework.intake.drafting import Draft
from heedline.intake import door
from heedline.vault.small import derive_keys

_SALT = "heedline.form-token"


@dataclass(frozen=True)
class FormToken:
    """One sending of one draft: `row` is the hash that the draft lies under."""

    row: bytes = field(repr=False)
    number: int


def _row(draft: Draft) -> bytes:
    return derive_keys(draft.cookie.encode(), draft.purpose).row_id


def _signed(row: bytes, number: int) -> str:
    return f"{number}.{salted_hmac(_SALT, row + number.to_bytes(4), algorithm='sha256').hexdigest()[:32]}"


def make(draft: Draft) -> str:
    """The token for the page that is about to be shown. Two tabs have the same one until it is spent."""
    row = _row(draft)
    return _signed(row, door.form_of(row))


def read(draft: Draft, posted: str) -> FormToken | None:
    """What came with the form; None when it is no token of this draft. Whether it is spent, only spending tells."""
    number = posted.partition(".")[0]
    if not (number.isascii() and number.isdecimal() and len(number) < 6):
        return None
    row = _row(draft)
    signed = _signed(row, int(number))
    return FormToken(row, int(number)) if hmac.compare_digest(signed.encode(), posted.encode()) else None
