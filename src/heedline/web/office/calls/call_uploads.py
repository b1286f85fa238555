"""The upload URLs for calls, and the drafts that they belong to.

A file is sealed while it arrives, before Django sees the request. It therefore needs the officer's session and the
draft cookie, as the pages do.
"""

from __future__ import annotations

import re
from uuid import UUID
from wsgiref.types import WSGIEnvironment

from django.conf import settings
from django.http import parse_cookie

from heedline.casework.access import session
from heedline.casework.access.session_store import SessionStore
from heedline.casework.intake.drafting import Draft
from heedline.casework.journey import call_taking
from heedline.permits.gate import Refused

_ADD = re.compile(r"/w/call/([1-9])/files/add/")
_UPLOAD = re.compile(r"/w/call/([1-9])/files/resumable/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/")


class CallDrafts:
    """The unfinished calls and letters of a signed-in officer in one browser."""

    def adds(self, path: str) -> bool:
        """Return whether this path accepts a single-file upload form."""
        return _ADD.fullmatch(path) is not None

    def upload_in(self, path: str) -> UUID | None:
        """Return the id of the resumable upload that this path names, or None."""
        match = _UPLOAD.fullmatch(path)
        return UUID(match[2]) if match else None

    def draft_for(self, environ: WSGIEnvironment) -> Draft | None:
        """Return the draft of the call that this path names, or None unless its officer is signed in."""
        match = _ADD.fullmatch(environ["PATH_INFO"]) or _UPLOAD.fullmatch(environ["PATH_INFO"])
        cookies = parse_cookie(str(environ.get("HTTP_COOKIE", "")))
        token, cookie = cookies.get(settings.SESSION_COOKIE_NAME), cookies.get(settings.CALL_COOKIE)
        if match is None or not token or not cookie:
            return None
        at = session.now()
        try:
            found = session.come_in(SessionStore(token), at=at, with_keys=False)
            if found is None:
                return None
            draft = call_taking.open_call(cookie, by=found[1], at=at, line=int(match[1]))
            return None if draft is None or draft.sent else draft
        except Refused:
            return None
        finally:
            session.leave()
