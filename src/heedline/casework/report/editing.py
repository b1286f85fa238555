"""The editing lease: one officer writes in a report at a time.

It says who is writing and until when. When it lapses, a colleague may write. It never says who owns the report, and no
clock depends on it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from heedline.casework.access.session import Attendance
from heedline.packs import load_pack

#: The columns of a report in which nobody is writing.
FREE: dict[str, Any] = {"lease_by_id": None, "lease_until": None}


def lease(by: Attendance, at: datetime) -> dict[str, Any]:
    """Return the lease columns for an officer who writes in a report at `at`."""
    return {"lease_by_id": by.officer_id, "lease_until": at + load_pack(settings.PACK).clock("lease")}
