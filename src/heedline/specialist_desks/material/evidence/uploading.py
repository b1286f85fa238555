"""Add a manually captured file to an item's evidence."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.attachments import desk_files, taking
from heedline.casework.errors import NotHere
from heedline.casework.intake.draft_files import DraftFile
from heedline.casework.report.notes import written
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.evidence import entries, known
from heedline.specialist_desks.material.evidence.capturing import NOTHING_KEPT
from heedline.specialist_desks.material.evidence.chain import EvidenceKind
from heedline.specialist_desks.material.evidence.entries import EvidenceFile
from heedline.specialist_desks.material.items.found_item import find, item_verb
from heedline.specialist_desks.material.models import MaterialItem
from heedline.specialist_desks.material.rules import ItemState
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialCapability

HOW = "Say how, when and by whom the file was captured"
LONGEST = 2_000


def check(ref: UUID, *, by: Attendance) -> None:
    """Raise NotHere, Refused or NotNow if this officer cannot add evidence to an item now."""
    item = MaterialItem.objects.filter(desk_id__in=by.desk_ids, id=ref).first()
    if item is None:
        raise NotHere
    by.require(MaterialCapability.EXAMINE, item.desk_id)
    if item.state == ItemState.REFERRED:
        raise NotNow(NOTHING_KEPT)


def upload(ref: UUID, sent: DraftFile, how: str, *, by: Attendance, at: datetime) -> int:
    """Add an uploaded file to an item's evidence chain, and return its entry number.

    `how` says how it was captured. Raises NotHere, Refused, Locked, SealingStopped and NotNow. Then the file is deleted.
    """
    try:
        number = _keep(ref, sent, how, by=by, at=at)
    except Exception:
        taking.forget([sent])
        raise
    entries.stamp_missing(ref)
    return number


@item_verb(MaterialAct.UPLOADED)
def _keep(ref: UUID, sent: DraftFile, how: str, *, by: Attendance, at: datetime) -> int:
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.EXAMINE)
    if found.state is ItemState.REFERRED:
        raise NotNow(NOTHING_KEPT)
    words = written(how, longest=LONGEST, missing=HOW, lines=True)
    entries.whole(found.item, by.keys())  # nothing is added to a chain that was changed
    kept = desk_files.adopt(found.item.desk_id, ref, sent, on=at.date())
    file = EvidenceFile("upload", sent.media, sent.kind, sent.name, kept)
    told: dict[str, Any] = {"how": words, "scan": sent.scan, "sums": [sent.sha256]}
    told["known"] = known.look_up_and_remember(found, told)
    return entries.add(found, EvidenceKind.UPLOAD, [file], told, MaterialAct.UPLOADED).number
