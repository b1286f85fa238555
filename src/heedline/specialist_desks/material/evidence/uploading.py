"""Add a manually captured file to an item's evidence."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.attachments import desk_files
from heedline.casework.intake.draft_files import DraftFile
from heedline.casework.report.notes import written
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.evidence import entries, known
from heedline.specialist_desks.material.evidence.capturing import NOTHING_KEPT
from heedline.specialist_desks.material.evidence.chain import EvidenceKind
from heedline.specialist_desks.material.evidence.entries import EvidenceFile
from heedline.specialist_desks.material.items import find, item_verb
from heedline.specialist_desks.material.rules import ItemState
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialCapability

HOW = "Say how, when and by whom the file was captured"


def upload(ref: UUID, sent: DraftFile, how: str, *, by: Attendance, at: datetime) -> int:
    """Add an uploaded file to an item's evidence chain, and return its entry number.

    `how` says how it was captured. Raises NotHere, Refused, Locked, SealingStopped and NotNow.
    """
    number = _keep(ref, sent, how, by=by, at=at)
    entries.stamp_missing(ref)
    return number


@item_verb(MaterialAct.UPLOADED)
def _keep(ref: UUID, sent: DraftFile, how: str, *, by: Attendance, at: datetime) -> int:
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.EXAMINE)
    if found.state is ItemState.REFERRED:
        raise NotNow(NOTHING_KEPT)
    words = written(how, longest=2_000, missing=HOW, lines=True)
    entries.whole(found.item, by.keys())  # nothing is added to a chain that was changed
    kept = desk_files.adopt(found.item.desk_id, ref, sent, on=at.date())
    file = EvidenceFile("upload", sent.media, sent.kind, sent.name, kept)
    told: dict[str, Any] = {"how": words, "scan": sent.scan, "sums": [sent.sha256]}
    told["known"] = known.look_up_and_remember(found, told)
    return entries.add(found, EvidenceKind.UPLOAD, [file], told, MaterialAct.UPLOADED).number
