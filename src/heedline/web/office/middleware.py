"""The office site's middleware, which also checks single sign-on sessions with their provider."""

from __future__ import annotations

from datetime import datetime

from heedline.casework.access.session import Attendance
from heedline.web.entrance import middleware as entrance
from heedline.web.office.sso import recheck


class OfficeOnTheRecord(entrance.OnTheRecord):
    """Middleware that binds the signed-in officer to the request, and rechecks single sign-on sessions."""

    def still_welcome(self, by: Attendance, *, at: datetime) -> bool:
        """Return whether the session's single sign-on provider, if it has one, still accepts the officer."""
        return recheck.still_welcome(by, at=at)
