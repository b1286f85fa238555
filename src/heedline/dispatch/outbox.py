"""Post letters to the outbox, in the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from heedline.desk_hooks import register
from heedline.dispatch.clocks import slot_of
from heedline.dispatch.letters import AnyLetter, Letter
from heedline.dispatch.models import Outbox


def post(letter: AnyLetter, *, desk: UUID | None, thing_id: UUID | None, at: datetime) -> None:
    """Add a letter to the outbox, to be delivered if and only if the transaction commits.

    Only the quarter hour of the time is kept. Raises NotRegistered for a letter that belongs neither to the
    core nor to a registered desk.
    """
    if not isinstance(letter, Letter) and str(letter) not in register.letters():
        raise register.NotRegistered(f"Nobody carries the letter {letter}.")
    Outbox(letter=letter, desk=desk, thing_id=thing_id, slot=slot_of(at)).save(force_insert=True)
