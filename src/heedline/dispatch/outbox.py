"""Post letters to the outbox, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from heedline.desk_hooks import register
from heedline.dispatch.clocks import slot_of
from heedline.dispatch.letters import AnyLetter, Letter
from heedline.dispatch.models import Outbox


@dataclass(frozen=True, slots=True)
class DeskLetters(register.Hook):
    """The letters of a specialist desk, each with the function that delivers it.

    It is None for a letter that an alarm rule names in `raised_by`.
    """

    delivered: Mapping[AnyLetter, Callable[[Sequence[Outbox], datetime], None] | None]

    def codes(self) -> Iterable[str]:
        return map(str, self.delivered)


def desk_letters() -> dict[str, Callable[[Sequence[Outbox], datetime], None] | None]:
    """Return the function that delivers each letter of the registered desks, by code."""
    return {str(letter): to for hook in register.hooks(DeskLetters) for letter, to in hook.delivered.items()}


def post(letter: AnyLetter, *, desk: UUID | None, thing_id: UUID | None, at: datetime) -> None:
    """Add a letter to the outbox, to be delivered if and only if the transaction commits.

    Only the quarter hour of the time is kept. Raises NotRegistered for a letter that belongs neither to the
    core nor to a registered desk.
    """
    if not isinstance(letter, Letter) and str(letter) not in desk_letters():
        raise register.NotRegistered(f"Nobody carries the letter {letter}.")
    Outbox(letter=letter, desk=desk, thing_id=thing_id, slot=slot_of(at)).save(force_insert=True)
