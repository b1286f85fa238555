"""Refer possible child abuse material, after which neither the item nor a copy of it is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from heedline.casework.access.session import Attendance
from heedline.specialist_desks.material.evidence import known
from heedline.specialist_desks.material.examination import law as law_of
from heedline.specialist_desks.material.items.found_item import find, item_verb
from heedline.specialist_desks.material.rules import ItemMove
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialCapability


def refer(ref: UUID, *, by: Attendance, at: datetime) -> datetime:
    """Refer possible child abuse material, and block other items with the same material.

    Returns the time by which the unit must have it. The worker pages the supervisors within a minute. The hashes of the item
    stay in the bank, where they block copies that arrive later. Nothing of that delays the referral, which is stored first.
    Raises NotHere, Refused and NotNow.
    """
    due = _refer(ref, by=by, at=at)
    with transaction.atomic():
        copies = known.block(find(ref, by=by, at=at))
    for copy in copies:
        _block(copy, ref, by=by, at=at)
    return due


@item_verb(MaterialAct.MOVED)
def _refer(ref: UUID, *, by: Attendance, at: datetime) -> datetime:
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.EXAMINE)
    found.move(ItemMove.REFER)
    found.item.owner_id = None
    due = at + timedelta(minutes=law_of.load_law(settings.PACK).referral_minutes)
    found.item.referral_due_at = due
    found.save()
    found.record(MaterialAct.MOVED)
    return due


@item_verb(MaterialAct.BLOCKED)
def _block(copy: UUID, of: UUID, *, by: Attendance, at: datetime) -> None:
    """Keep with an item that it has the same material as a referred one. Each in a transaction of its own."""
    found = find(copy, by=by, at=at)
    found.permit(MaterialCapability.EXAMINE)
    found.write(replace(found.content, copy_of=tuple(dict.fromkeys([*found.content.copy_of, str(of)]))))
    found.save()
    found.record(MaterialAct.BLOCKED)
