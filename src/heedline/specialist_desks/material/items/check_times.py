"""Schedule an item's regular checks, using the pack's rules."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from uuid import UUID

from django.conf import settings

from heedline.packs import pack_folder
from heedline.specialist_desks.material.items.addresses import rules as locator_rules
from heedline.specialist_desks.material.items.found_item import FoundItem
from heedline.specialist_desks.material.liveness import LivenessRules, next_check, read_liveness_rules
from heedline.specialist_desks.material.models import LivenessWatch


@cache
def _rules(pack: str) -> LivenessRules:
    return read_liveness_rules(pack_folder(pack), locator_rules().platforms)


def rules() -> LivenessRules:
    """Return the current pack's liveness rules."""
    return _rules(settings.PACK)


def due_and_late(item: UUID, began: datetime, done: int) -> tuple[datetime | None, datetime | None]:
    """Return when an item's next check is due and when it is overdue, or (None, None) after the last.

    Checks began at `began`, and `done` of them were made.
    """
    due = next_check(began, done, _fraction(item), rules())
    return (due, due + rules().late[done]) if due is not None else (None, None)


def made(found: FoundItem) -> None:
    """Record that a check of an item was made, and schedule the next one."""
    row = LivenessWatch.objects.select_for_update(of=("self",)).filter(item=found.item).first()
    if row is None or row.due_at is None:
        return
    done = row.done
    while (due := next_check(row.began_at, done, _fraction(row.item_id), rules())) and due <= found.at:
        done += 1  # one check answers for all that are due by now
    row.done = done
    row.due_at, row.late_at = due_and_late(row.item_id, row.began_at, done)
    row.save(update_fields=["done", "due_at", "late_at"])


def _fraction(item: UUID) -> float:
    """Return a fraction below 1, fixed by the item's id and used to spread checks over time."""
    return (item.int % 1_000) / 1_000
