"""The steps shared by every action on an item: lookup, permission, transition and logging."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from heedline.audit import journal
from heedline.casework.access.session import Attendance
from heedline.casework.errors import CannotOpen, Changed, NotHere
from heedline.casework.records import desk_parts
from heedline.casework.records.record import verb_on
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.items.contents import ItemContent
from heedline.specialist_desks.material.models import LivenessWatch, MaterialItem
from heedline.specialist_desks.material.rules import PATH, WATCHED, ItemMove, ItemState
from heedline.specialist_desks.material.vocabulary import DESK_KIND, ITEM, MaterialAct, MaterialCapability


@dataclass(frozen=True)
class FoundItem:
    """An item visible to the officer, with its row locked and its content decrypted."""

    item: MaterialItem
    content: ItemContent
    by: Attendance
    at: datetime

    @property
    def state(self) -> ItemState:
        return ItemState(self.item.state)

    def permit(self, capability: MaterialCapability) -> None:
        """Raise Refused unless the officer has this capability at the item's desk."""
        self.by.require(capability, self.item.desk_id)

    def move(self, move: ItemMove) -> None:
        """Apply a transition to the item. Raise NotNow if its state does not allow it."""
        to = PATH.get((self.state, move))
        if to is None:
            raise NotNow("Somebody has changed this item. Look at it again before you decide.")
        if move in (ItemMove.REOPEN, ItemMove.RETURN):
            self.item.round += 1
            self.item.audience_approved_by_id = None
            self.item.referral_due_at = None
        self.item.state = to
        self.item.indexed = None

    def save(self) -> None:
        """Save the item's row as its next version, and end its checks if its state no longer needs them."""
        item = self.item
        item.version += 1
        item.save(
            update_fields=[
                "container",
                "state",
                "round",
                "version",
                "owner",
                "closed_audience",
                "audience_approved_by",
                "indexed",
                "referral_due_at",
            ]
        )
        if self.state not in WATCHED:
            LivenessWatch.objects.filter(item=item).exclude(due_at=None).update(due_at=None, late_at=None)

    def write(self, content: ItemContent) -> None:
        """Seal new content for the item."""
        self.item.container = desk_parts.seal(
            self.item.desk_id, self.item.id, content.to_words(), part=ITEM, on=self.at.date()
        )
        self.item.indexed = None

    def record(self, act: MaterialAct, **detail: str | int | bool) -> None:
        """Log the action in the same transaction."""
        journal.record(
            act,
            actor=self.by.officer_id,
            desk=self.item.desk_id,
            thing="item",
            thing_id=self.item.id,
            detail=detail,
        )


def newest_evidence(item: MaterialItem) -> int:
    """Return the number of an item's newest evidence entry other than routine checks, or 0."""
    found = item.evidence.filter(routine=False).aggregate(newest=Max("number"))["newest"]
    return int(found or 0)


def my_desk(by: Attendance) -> UUID:
    """Return the id of the officer's online material desk. Raise NotHere if they have none."""
    found = next((one.id for one in by.desks if one.kind == DESK_KIND), None)
    if found is None:
        raise NotHere
    return found


def find(ref: UUID, *, by: Attendance, at: datetime, version: int | None = None) -> FoundItem:
    """Return an item with its row locked.

    Raises NotHere for an item of no desk of the officer, Locked, and Changed if its version is no longer `version`.
    """
    ring = by.keys()
    rows = MaterialItem.objects.select_for_update(of=("self",)).filter(desk_id__in=by.desk_ids)
    item = rows.filter(id=ref).first()
    if item is None:
        raise NotHere
    if version is not None and item.version != version:
        raise Changed("A colleague has changed this item.")
    opened = desk_parts.opened([item.container], ring)
    if item.container not in opened:
        raise CannotOpen
    return FoundItem(item, ItemContent.from_words(opened[item.container]), by, at)


def item_verb[**P, R](act: MaterialAct) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that makes `do(ref, …, by=…, at=…)` an action on an item."""
    return verb_on(act, MaterialItem, "item")
