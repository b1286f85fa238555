"""Refer possible child abuse material, after which the desk no longer views or compares it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from heedline.casework.access.session import Attendance
from heedline.specialist_desks.material.evidence import known
from heedline.specialist_desks.material.examination import law as law_of
from heedline.specialist_desks.material.items.found_item import find, item_verb
from heedline.specialist_desks.material.rules import ItemMove
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialCapability


@item_verb(MaterialAct.MOVED)
def refer(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Block viewing of possible child abuse material and refer the item.

    Its hashes leave the bank of known material, so that nothing is matched with it. A page of the bank that does not
    open stays as it is and never delays a referral. Raises NotHere, Refused and NotNow.
    """
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.EXAMINE)
    found.move(ItemMove.REFER)
    found.item.owner_id = None
    found.item.referral_due_at = at + timedelta(minutes=law_of.load_law(settings.PACK).referral_minutes)
    found.save()
    known.forget(found, every_page=False)
    found.record(MaterialAct.MOVED)
