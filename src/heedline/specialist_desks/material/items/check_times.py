"""Schedule an item's regular checks, using the pack's rules."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib.resources import files
from uuid import UUID

from django.conf import settings

from heedline.specialist_desks.material.items.addresses import rules as locator_rules
from heedline.specialist_desks.material.items.found_item import FoundItem
from heedline.specialist_desks.material.liveness import LivenessRules, next_check, read_liveness_rules
from heedline.specialist_desks.material.models import LivenessWatch


@cache
def _rules(pack: str) -> LivenessRules:
    return read_liveness_rules(files("heedline.packs").joinpath(pack), locator_rules().platforms)


def rules() -> LivenessRules:
    """Return the current pack's liveness rules."""
    return _rules(settings.PACK)


def first(item: UUID, at: datetime) -> datetime | None:
    """Return the time of an item's first check in a series that starts at this time."""
    return next_check(at, 0, _fraction(item), rules())


def made(found: FoundItem) -> None:
    """Count a check of an item and schedule the next one."""
    row = LivenessWatch.objects.select_for_update(of=("self",)).filter(item=found.item).first()
    if row is None or row.due_at is None:
        return
    done = row.done
    while (due := next_check(row.began_at, done, _fraction(row.item_id), rules())) and due <= found.at:
        done += 1  # one check answers for all that are due by now
    row.done, row.due_at = max(done, row.done), due
    row.save(update_fields=["done", "due_at"])


def _fraction(item: UUID) -> float:
    """Return an item's fixed number from 0 to 1, which spreads its checks."""
    return (item.int % 1_000) / 1_000
