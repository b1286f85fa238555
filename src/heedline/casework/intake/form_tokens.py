"""Form tokens, each of which allows a report to be sent once.

A token is the number of times that this draft has been sent, signed for the draft. Spending the token adds
one, in the same statement that stores the report. If the button is pressed several times at the same time,
exactly one press sends the report, and a failed attempt spends nothing. Nothing is stored for a token apart
from the draft, so nothing of it remains afterwards.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from django.utils.crypto import salted_hmac

from heedline.casework.intake.drafting import Draft

_SALT = "heedline.form-token"


@dataclass(frozen=True)
class FormToken:
    """A token that allows one draft to be sent once.

    `row` is the hash under which the draft is stored.
    """

    row: bytes = field(repr=False)
    number: int


def _signed(row: bytes, number: int) -> str:
    return f"{number}.{salted_hmac(_SALT, row + number.to_bytes(4), algorithm='sha256').hexdigest()[:32]}"


def make(draft: Draft) -> str:
    """Return the form token to include in the page about to be shown for this draft.

    Two tabs have the same token until it is spent. The draft must have been loaded for this page.
    """
    return _signed(draft.keys.row_id, draft.sendings)


def read(draft: Draft, posted: str) -> FormToken | None:
    """Return the token submitted with the form, or None if it does not belong to this draft.

    Whether the token has been spent is only known when it is spent.
    """
    number = posted.partition(".")[0]
    if not (number.isascii() and number.isdecimal() and len(number) < 6):
        return None
    row = draft.keys.row_id
    signed = _signed(row, int(number))
    return FormToken(row, int(number)) if hmac.compare_digest(signed.encode(), posted.encode()) else None
