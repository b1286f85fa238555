"""Dispose of an item that no report refers to, with its examinations, evidence and notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.attachments import stored_objects
from heedline.casework.errors import CannotOpen
from heedline.casework.records import desk_parts
from heedline.casework.report.opening import short_name
from heedline.casework.search import desk_index
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.evidence import entries, known
from heedline.specialist_desks.material.items.finding import reports_naming
from heedline.specialist_desks.material.items.found_item import find, item_verb
from heedline.specialist_desks.material.models import EvidenceEntry, Examination, LivenessWatch, MaterialItem
from heedline.specialist_desks.material.notices import disposing as notices
from heedline.specialist_desks.material.rules import DISPOSABLE
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialCapability

STILL_NAMED = "A report still refers to this item. It can be disposed of only after the last such report."
NOT_FINISHED = "The work on this item is not finished."
BANK_CLOSED = (
    "Your keys do not open all of the desk's bank of known hashes, which may hold this item's. Ask a colleague whose keys "
    "open it to dispose of this item."
)
#: As for reports: functions/search.sql.
PURGED_WITHIN = timedelta(days=7)
BUSY = "The index of your desk is being updated. Try again in a moment."


@dataclass(frozen=True)
class ItemCertificate:
    """An item's disposal certificate. `head` is the last hash of its evidence chain, or ""."""

    short: str
    on: date
    parts: int
    files: int
    entries: int
    head: str


@item_verb(MaterialAct.DISPOSED)
def dispose(ref: UUID, *, by: Attendance, at: datetime) -> ItemCertificate:
    """Delete an item and everything about it, and return the disposal certificate, which is also logged.

    Raises NotHere, Refused, Locked, and NotNow while it is still needed.
    """
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.LEAD)
    desk = found.item.desk_id
    if found.state not in DISPOSABLE or found.item.referral_due_at is not None:
        raise NotNow(NOT_FINISHED)
    with desk_index.writing(desk, by.keys()) as opened:
        if opened is None:
            raise NotNow(BUSY)
        row, index = opened
        refs = reports_naming(index, [one.key for one in found.content.addresses])
        if reports_of([desk]).filter(id__in=refs).exists():
            raise NotNow(STILL_NAMED)
        if index.drop(ref):
            row.purge, row.purge_by = "due", row.purge_by or at.date() + PURGED_WITHIN
    notice_parts = notices.remove(ref, by=by, at=at)
    count, head = entries.logged(ref)
    objects = stored_objects.objects_about(ref)
    try:
        known.forget(found)
    except CannotOpen:
        raise NotNow(BANK_CLOSED) from None
    parts = notice_parts + desk_parts.dispose(desk, ref)
    for model in (EvidenceEntry, LivenessWatch, Examination):
        model._default_manager.filter(item_id=ref).delete()
    MaterialItem.objects.filter(id=ref).delete()
    stored_objects.delete_once_committed(objects)
    told = ItemCertificate(
        short_name(ref), at.date(), parts, len(objects), count, head.hex() if count else ""
    )
    found.record(
        MaterialAct.DISPOSED, parts=told.parts, files=told.files, entries=told.entries, head=told.head
    )
    return told
