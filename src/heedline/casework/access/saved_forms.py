"""Forms submitted after the session was locked.

They are stored sealed and given back to the same officer after unlocking.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.permits.models import HeldForm
from heedline.vault import CannotOpen
from heedline.vault.small import derive_keys, new_secret, open_small, seal_small

_PURPOSE = "held-form"
_FOR = timedelta(hours=12)


@dataclass(frozen=True)
class SavedForm:
    """A saved form's path and contents."""

    path: str
    posted: dict[str, list[str]] = field(repr=False)


def hold_form(officer_id: UUID, path: str, posted: dict[str, list[str]], *, at: datetime) -> str:
    """Seal and save a submitted form for the same officer, and return the cookie that opens it."""
    cookie = new_secret()
    keys = derive_keys(cookie.encode(), _PURPOSE)
    kept = json.dumps({"path": path, "posted": posted}).encode()
    HeldForm.objects.create(
        row=keys.row_id,
        officer=officer_id,
        sealed=seal_small(keys.key, kept, aad=keys.row_id),
        expires_at=at + _FOR,
    )
    return cookie


def held_form(cookie: str | None, *, by: Attendance, at: datetime) -> SavedForm | None:
    """Return the saved form that this cookie opens, if it belongs to this officer."""
    if not cookie:
        return None
    keys = derive_keys(cookie.encode(), _PURPOSE)
    row = HeldForm.objects.filter(row=keys.row_id, officer=by.officer_id, expires_at__gt=at).first()
    if row is None:
        return None
    try:
        kept = json.loads(open_small(keys.key, bytes(row.sealed), aad=keys.row_id))
    except CannotOpen:
        return None
    return SavedForm(kept["path"], kept["posted"])


def drop_held(cookie: str | None) -> None:
    """Delete a saved form."""
    if cookie:
        HeldForm.objects.filter(row=derive_keys(cookie.encode(), _PURPOSE).row_id).delete()
