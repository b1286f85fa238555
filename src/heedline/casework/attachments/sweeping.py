"""The worker's tasks for stored objects: delete unreferenced ones and report missing ones.

It has no key, and learns of an object only whether a report names it. A file of a draft is named nowhere, so what a
reporter leaves is deleted here once no draft can send it any more.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from heedline.casework.attachments.stored_objects import storage
from heedline.files import checking
from heedline.files.checking import ObjectState
from heedline.reports.models import Derivative, DeskFile, FileState, Report, ReportFile

logger = logging.getLogger("heedline.files")

#: Objects that were written longer ago, and that nothing names, are deleted. A draft's file is sent before
#: (`taking.GOOD_FOR`), so an object that is being sent is never looked at.
AFTER = timedelta(hours=48)


def sweep(at: datetime) -> int:
    """Delete unreferenced objects and return the number deleted."""
    if not Report.objects.exists() and not DeskFile.objects.exists():
        # a worker with an empty database must not empty the storage
        return 0
    return checking.sweep(storage(), _named, AFTER)


def check(at: datetime) -> int:
    """Mark files and derivatives whose objects are missing or truncated, and return the count."""
    missing = 0
    for model in (ReportFile, Derivative, DeskFile):
        for name, size, state in model._default_manager.values_list("object", "size", "state").iterator():
            whole = checking.state_of(storage(), name, size) is ObjectState.WHOLE
            found = FileState.KEPT if whole else FileState.MISSING
            missing += found is FileState.MISSING
            if state != found:
                model._default_manager.filter(object=name).update(state=found)
    if missing:
        logger.error("%d objects of files are missing from the storage or cut off", missing)
    return missing


def reports_with_missing() -> set[tuple[UUID, UUID]]:
    """Return the desk and id of each report that has objects missing."""
    found: set[tuple[UUID, UUID]] = set()
    for model in (ReportFile, Derivative):
        lost = model._default_manager.filter(state=FileState.MISSING)
        found.update(lost.values_list("report__desk_id", "report_id"))
    return found


def _named(objects: list[UUID]) -> set[UUID]:
    found: set[UUID] = set()
    for model in (ReportFile, Derivative, DeskFile):
        rows = model._default_manager.filter(object__in=objects)
        found.update(rows.values_list("object", flat=True))
    return found
