"""Check that stored evidence files are present and undamaged, and raise an alarm if any are not.

The worker sees a file that is missing or cut off. One that was exchanged for another of the same size is found by whoever
reads it with the desk's keys, which each capture, check and export does.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.attachments import desk_files
from heedline.casework.duty import paging
from heedline.casework.errors import CannotOpen, NotHere
from heedline.dispatch.models import Alarm
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskFile, DeskPartHeader, FileState
from heedline.specialist_desks.material.evidence import entries
from heedline.specialist_desks.material.evidence.entries import EvidenceFile
from heedline.specialist_desks.material.items.found_item import FoundItem, find, item_verb
from heedline.specialist_desks.material.models import EvidenceEntry, MaterialItem
from heedline.specialist_desks.material.rules import ItemState
from heedline.specialist_desks.material.vocabulary import (
    DESK_KIND,
    MaterialAct,
    MaterialAlarm,
    MaterialCapability,
)

DAMAGED = (
    "The file {1} of entry {0} is missing from storage, or is not what was recorded. Tell the operator to restore it from a"
    " backup."
)


@item_verb(MaterialAct.VERIFIED)
def verify(ref: UUID, *, by: Attendance, at: datetime) -> tuple[tuple[int, str], ...]:
    """Read every file in an item's evidence, and return the entry number and role of each damaged one.

    What was found is kept for the alarm. Raises NotHere, Refused, Locked, and NotNow if the chain itself is broken.
    """
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.SEE)
    if found.state is ItemState.REFERRED:
        raise NotHere
    damaged = []
    for entry in entries.whole(found.item, by.keys()):
        lost = [one.role for one in entry.files if not _reads(one, found)]
        damaged += [(entry.link.number, role) for role in lost]
        EvidenceEntry.objects.filter(id=entry.id).exclude(damaged=bool(lost)).update(damaged=bool(lost))
    if damaged:
        found.record(MaterialAct.VERIFIED, files=len(damaged), number=damaged[0][0])
    return tuple(damaged)


def watch(at: datetime) -> None:
    """Raise an alarm for each item whose evidence is missing, truncated or changed. Safe to repeat."""
    lost = DeskFile.objects.filter(state=FileState.MISSING, made_from=None, desk__kind=DESK_KIND)
    changed = MaterialItem.objects.filter(evidence__damaged=True)
    about = {*lost.values_list("desk_id", "thing"), *changed.values_list("desk_id", "id")}
    paging.raise_missing(MaterialAlarm.EVIDENCE_DAMAGED, at, about)


def is_damaged(alarm: Alarm, at: datetime) -> bool:
    """Return whether any evidence for the alarm's item is still missing, truncated or changed."""
    if alarm.about_id is None:
        return False
    lost = DeskFile.objects.filter(thing=alarm.about_id, state=FileState.MISSING, made_from=None)
    return lost.exists() or EvidenceEntry.objects.filter(item_id=alarm.about_id, damaged=True).exists()


def _reads(file: EvidenceFile, found: FoundItem) -> bool:
    """Return whether a file is undamaged. Return True if this session lacks the key to check it."""
    ring = found.by.keys()
    header = DeskPartHeader.objects.filter(container=file.kept.container).first()
    if header is not None and header.epoch not in ring.seeds:
        return True
    try:
        for _ in desk_files.read(file.kept, ring):
            pass
    except (CannotOpen, NotHere, NotNow):
        return False
    return True
