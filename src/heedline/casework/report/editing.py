"""The editing lease: one officer writes in a report at a time.

It says who is writing and until when. When it lapses, a colleague may write. It never says who owns the report, and no
clock depends on it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from heedline.casework.access.session import Attendance
from heedline.casework.report.verb import find
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.reports.lifecycle import Stage

#: The columns of a report in which nobody is writing.
FREE: dict[str, Any] = {"lease_by_id": None, "lease_until": None}


def lease(by: Attendance, at: datetime) -> dict[str, Any]:
    """Return the lease columns for an officer who writes in a report at `at`."""
    return {"lease_by_id": by.officer_id, "lease_until": at + load_pack(settings.PACK).clock("lease")}


def keep_writing(ref: UUID, *, by: Attendance, at: datetime) -> datetime | None:
    """Extend the lease of an officer who is writing in a report, and return its end.

    A form sends this while somebody types in it. Nothing else changes: no step, no version, no clock. Returns None while
    a colleague is writing, or if the report is closed. Raises NotHere and Refused.
    """
    with transaction.atomic():
        found = find(ref, by=by, at=at)
        by.require(Capability.READ_REPORT, found.report.desk_id, found.report.watch_id)
        if found.standing.leased_to_another or found.report.stage == Stage.CLOSED:
            return None
        for field, value in lease(by, at).items():
            setattr(found.report, field, value)
        found.report.save(update_fields=["lease_by", "lease_until"])
        return found.report.lease_until
