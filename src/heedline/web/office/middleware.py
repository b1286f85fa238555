"""The office site's middleware, which also checks single sign-on sessions and keeps search indexes up to date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from heedline.casework.access import session
from heedline.casework.access.session import Attendance
from heedline.casework.pages.queues import upkeep
from heedline.web import afterwards
from heedline.web.entrance import middleware as entrance
from heedline.web.office.sso import recheck


class OfficeOnTheRecord(entrance.OnTheRecord):
    """Middleware that binds the signed-in officer to the request, and rechecks single sign-on sessions.

    Each page of an unlocked session also leaves reports that wait for the index to the server (`web/afterwards.py`), so
    that a backlog shrinks whichever pages the officer opens.
    """

    def still_welcome(self, by: Attendance, *, at: datetime) -> bool:
        """Return whether the session's single sign-on provider, if it has one, still accepts the officer."""
        return recheck.still_welcome(by, at=at)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Redirect people who may not use the view yet. Otherwise, leave indexing to the server if it is due."""
        response = super().process_view(request, view, args, kwargs)
        by: Attendance | None = request.attendance  # type: ignore[attr-defined]
        if response is None and by is not None and upkeep.is_due(by=by, at=session.now()):
            afterwards.leave(request, reverse("index-step"))
        return response
