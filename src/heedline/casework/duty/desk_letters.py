"""Delivers outbox letters for which a specialist desk supplies the delivery function.

The desk defines how each of them is delivered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from heedline.dispatch.models import Outbox
from heedline.dispatch.outbox import desk_letters

_BATCH = 100


def carried() -> dict[str, Callable[[Sequence[Outbox], datetime], None]]:
    """Return the delivery function for each kind of letter that a specialist desk delivers itself."""
    return {letter: to for letter, to in desk_letters().items() if to is not None}


def carry(at: datetime) -> int:
    """Deliver waiting outbox letters to their specialist desks, and return the number delivered.

    Each letter is removed in the transaction that delivers it, so none is lost and a repeated call does
    nothing.
    """
    done = 0
    for letter, hand_over in carried().items():
        with transaction.atomic():
            waiting = Outbox.objects.select_for_update(skip_locked=True).filter(letter=letter)
            some = list(waiting.order_by("id")[:_BATCH])
            if some:
                hand_over(some, at)
                Outbox.objects.filter(id__in=[one.id for one in some]).delete()
            done += len(some)
    return done
