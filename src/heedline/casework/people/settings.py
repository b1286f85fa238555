"""An officer's personal settings."""

from __future__ import annotations

from heedline.casework.access.session import Attendance
from heedline.desks.models import Officer


def set_single_keys(*, on: bool, by: Attendance) -> None:
    """Turn single-key shortcuts on queues and reports on or off for this officer."""
    Officer.objects.filter(pk=by.officer_id).update(single_keys=on)
