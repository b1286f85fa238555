"""Lookup of reports by their short reference."""

from __future__ import annotations

import base64
import re
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.report.opening import SHORT_NAME
from heedline.permits.scopes import reports_of


def named(short: str, by: Attendance) -> list[UUID]:
    """Return the reports at the officer's desks that have this short reference.

    There is normally one, and very rarely there are two.
    """
    letters = re.sub(r"[^A-Z2-7]", "", short.upper())
    if len(letters) != SHORT_NAME:
        return []
    start = base64.b32decode(letters)
    first, last = (UUID(bytes=start.ljust(16, rest)) for rest in (b"\0", b"\xff"))
    return list(reports_of(by.desk_ids).filter(id__gte=first, id__lte=last).values_list("id", flat=True)[:2])
