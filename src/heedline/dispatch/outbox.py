"""Put a letter into the outbox, in the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from heedline.dispatch.clocks import slot_of
from heedline.dispatch.letters import Letter
from heedline.dispatch.models import Outbox


def post(letter: Letter, *, desk: UUID | None, thing_id: UUID | None, at: datetime) -> None:
    """The letter leaves if and only if the transaction commits. Of the time, only the quarter hour is kept."""
    Outbox(letter=letter, desk=desk, thing_id=thing_id, slot=slot_of(at)).save(force_insert=True)
