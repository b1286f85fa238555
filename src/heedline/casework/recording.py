"""Logs refused actions in a separate transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction

from heedline.audit import journal
from heedline.audit.acts import AnyAct
from heedline.casework.errors import WrongPassphrase
from heedline.permits.gate import Refused


@contextmanager
def refusals_logged(
    act: AnyAct, *, by: UUID | None, desk: UUID | None = None, thing: str = "", thing_id: UUID | None = None
) -> Iterator[None]:
    """Run a block in a transaction, and log any refusal in a separate transaction."""
    try:
        with transaction.atomic():
            yield
    except (Refused, WrongPassphrase):
        journal.record(act, actor=by, desk=desk, thing=thing, thing_id=thing_id, refused=True)
        raise
