"""The public site's upload URLs, and the drafts that they belong to."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import UUID
from wsgiref.types import WSGIEnvironment

from django.conf import settings
from django.http import parse_cookie

from heedline.casework.intake import drafting
from heedline.casework.intake.drafting import Draft
from heedline.web.public.shell.languages import of_path, prefix

_REPORT = "r/"
_TO_REPORT, _TO_MESSAGE = "r/files/add/", "messages/open/files/add/"
_UPLOAD = re.compile(
    r"(?:r/files|messages/open/files)/resumable/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/"
)


class PublicDrafts:
    """The upload URLs for unfinished reports and unsent mailbox messages, in every language."""

    def adds(self, path: str) -> bool:
        """Return whether this path accepts a single-file upload form."""
        return _without_language(path) in {_TO_REPORT, _TO_MESSAGE}

    def upload_in(self, path: str) -> UUID | None:
        """Return the id of the resumable upload that this path names, or None."""
        match = _UPLOAD.fullmatch(_without_language(path))
        return UUID(match[1]) if match else None

    def draft_for(self, environ: WSGIEnvironment) -> Draft | None:
        """Return the draft that this request uploads to, or None."""
        at, cookies = datetime.now(UTC), parse_cookie(str(environ.get("HTTP_COOKIE", "")))
        if _without_language(environ["PATH_INFO"]).startswith(_REPORT):
            draft = drafting.load(cookies.get(settings.DRAFT_COOKIE), at=at)
            return None if draft is None or draft.sent else draft
        visit = cookies.get(settings.VISIT_COOKIE)
        if visit is None or drafting.visit_code(visit, at=at) is None:
            return None
        return drafting.written(visit, at=at)


def _without_language(path: str) -> str:
    """Return the path without its prefix for a language."""
    return path.removeprefix(prefix(of_path(path)))
