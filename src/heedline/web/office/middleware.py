"""The record of the office: as at every site of people who sign in, and a provider of single sign-on is asked again."""

from __future__ import annotations

from datetime import datetime

from heedline.casework.access.session import Attendance
from heedline.web.entrance import middleware as entrance
from heedline.web.office.sso import recheck


class OfficeRequest(entrance.SignedInRequest):
    """A request of somebody who is signed in at the office."""


class OnTheRecord(entrance.OnTheRecord):
    """See the module."""

    def still_welcome(self, by: Attendance, *, at: datetime) -> bool:
        """Whether the provider that answers for this session, if one does, still does."""
        return recheck.still_welcome(by, at=at)
