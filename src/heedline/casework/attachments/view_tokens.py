"""Single-use tokens for viewing or downloading one file on the files site."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models import DateTimeField, Func

from heedline.casework.access.session import Attendance
from heedline.casework.access.session_store import row_of
from heedline.casework.attachments.view_content import ViewContent, keys_of, seal_content
from heedline.permits.models import ViewToken
from heedline.vault.small import new_secret

#: A token expires after the first of these, and the capability that replaces it after the second.
_UNUSED: Final = "60 seconds"
_USED: Final = "2 hours"


def issue(
    about: UUID,
    container: UUID,
    purpose: str,
    content: ViewContent,
    prepared: Mapping[str, Any] | None = None,
    *,
    by: Attendance,
) -> str:
    """Store a token for a file of a report or of a specialist desk's record, and return the token.

    `about` is the report or the record. `prepared` is what the database needs to store a derivative that is still to be made.
    """
    token = new_secret()
    keys = keys_of(token, purpose)
    ViewToken.objects.create(
        digest=keys.row_id,
        session=row_of(by.token),
        report=about,
        file=container,
        purpose=purpose,
        sealed=seal_content(content, keys),
        prepared=json.dumps(prepared).encode() if prepared is not None else None,
        expires_at=_after(_UNUSED),
        ends_at=_after(_USED),
    )
    return token


def _after(time: str) -> Func:
    """Return the database's current time, which decides when a token has expired."""
    return Func(template=f"now() + interval '{time}'", output_field=DateTimeField())
