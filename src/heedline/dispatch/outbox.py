"""Put a letter into the outbox, in the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from heedline.desk_hooks import register
from heedline.dispatch.clocks import slot_of
from heedline.dispatch.letters import AnyLetter, Letter
from heedline.dispatch.models import Outbox


def post(letter: AnyLetter, *, desk: UUID | None, thing_id: UUID | None, at: datetime) -> None:
    """The letter leaves if and only if the transaction commits. Of the time, only the quarter hour is kept.

    Raise NotRegistered for a letter that is neither the core's nor a registered desk's.
    """
    if not isinstance(letter, Letter) and str(letter) not in register.letters():
        raise register.NotRegistered(f"Nobody carries the letter {letter}.")
    Outbox(letter=letter, desk=desk, thing_id=thing_id, slot=slot_of(at)).save(force_insert=True)
