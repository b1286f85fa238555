"""Resumable uploads: the core of tus 1.0 with its creation and termination extensions.

An address names an upload by a random id that only the draft of this browser's cookie knows. Without the cookie every
upload is as if it were not there. The pages of each site do the same with one request and without a script.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from http import HTTPStatus
from uuid import UUID

from django.db import Error as StoreAway
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods

from heedline.casework.attachments import resuming, taking
from heedline.casework.attachments.taking import FileProblem, FileRefused
from heedline.casework.intake import drafting
from heedline.casework.intake.draft_files import DraftUpload
from heedline.casework.intake.draft_room import StoreFull
from heedline.casework.intake.drafting import Draft, DraftChanged
from heedline.web.declared import Audience, open_to
from heedline.web.uploads.incoming_parts import PART, ArrivedPart

VERSION = "1.0.0"
_LENGTH = re.compile(r"[0-9]{1,15}")
_FILENAME = re.compile(r"(?:^|,)\s*filename ([A-Za-z0-9+/=]{1,4000})")
#: Problems that have a status of their own. The others are unprocessable content.
_STATUSES = {
    FileProblem.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    FileProblem.NO_ROOM: HTTPStatus.INSUFFICIENT_STORAGE,
    FileProblem.BUSY: HTTPStatus.LOCKED,
}


@dataclass(frozen=True, slots=True)
class Uploading:
    """The context of an upload request: the request, the draft, the time and the upload URLs."""

    request: HttpRequest
    draft: Draft
    at: datetime
    address: Callable[[UUID], str]
    """A function that returns an upload's URL, given its id."""

    def save(self) -> None:
        """Save the draft. Raise FileRefused if there is no room for it."""
        try:
            drafting.save(self.draft, at=self.at)
        except (StoreFull, ValueError):
            raise FileRefused(FileProblem.NO_ROOM) from None


type UploadView = Callable[..., HttpResponse]  # (Uploading, the id in the address)


@dataclass(frozen=True, slots=True)
class UploadPages:
    """The drafts, URLs and access rules of one upload endpoint.

    Both functions get the request, and `address` the id of an upload.
    """

    draft: Callable[[HttpRequest, datetime], Draft | None]
    address: Callable[[HttpRequest, UUID], str]
    audience: Audience = Audience.EVERYONE


def views(pages: UploadPages) -> tuple[Callable[..., HttpResponseBase], Callable[..., HttpResponseBase]]:
    """Return the view that creates uploads and the view of one upload."""
    list_of = _on_uploads(pages, "OPTIONS", "POST")(begin)
    return list_of, _on_uploads(pages, "OPTIONS", "HEAD", "PATCH", "DELETE")(one)


def _on_uploads(pages: UploadPages, *methods: str) -> Callable[[UploadView], Callable[..., HttpResponseBase]]:
    """Return a decorator for views on a draft's uploads."""

    def dress(view: UploadView) -> Callable[..., HttpResponseBase]:
        @open_to(pages.audience)
        @require_http_methods(list(methods))
        @wraps(view)
        def dressed(request: HttpRequest, upload: UUID | None = None, **_: int) -> HttpResponse:
            if request.method == "OPTIONS":
                return _options()
            if request.headers.get("Tus-Resumable") != VERSION:
                return _answer(HTTPStatus.PRECONDITION_FAILED, {"Tus-Version": VERSION})
            at = datetime.now(UTC)

            def run() -> HttpResponse:
                draft = pages.draft(request, at)
                if draft is None:
                    return _answer(HTTPStatus.NOT_FOUND)
                asked = Uploading(request, draft, at, lambda one: pages.address(request, one))
                return view(asked, *((upload,) if upload is not None else ()))

            try:
                try:
                    return run()
                except DraftChanged:  # another tab has just saved the draft
                    return run()
            except FileRefused as refused:
                return _refused(refused.problem)
            except StoreAway:
                return _answer(HTTPStatus.SERVICE_UNAVAILABLE)

        return dressed

    return dress


def begin(asked: Uploading) -> HttpResponse:
    """Create an upload of the announced length, and return its URL."""
    length = asked.request.headers.get("Upload-Length", "")
    if not _LENGTH.fullmatch(length):
        return _answer(HTTPStatus.BAD_REQUEST)
    new = resuming.begin(asked.draft, _name(asked.request), int(length))
    asked.save()
    return _answer(HTTPStatus.CREATED, {"Location": asked.address(new.upload), "Upload-Offset": "0"})


def one(asked: Uploading, upload: UUID) -> HttpResponse:
    """Return an upload's offset, accept its next part or terminate it."""
    found = resuming.found(asked.draft, upload)
    if found is None:
        return _answer(HTTPStatus.NOT_FOUND)
    if asked.request.method == "PATCH":
        return _part(asked, found)
    if asked.request.method == "DELETE":
        resuming.remove(asked.draft, found)
        asked.save()
        return _answer(HTTPStatus.NO_CONTENT)
    arrived = str(resuming.arrived(found))
    return _answer(HTTPStatus.OK, {"Upload-Offset": arrived, "Upload-Length": str(found.length)})


def _part(asked: Uploading, upload: DraftUpload) -> HttpResponse:
    """Return the response to a part that was already received (`incoming_parts`)."""
    part = asked.request.META.get(PART)
    if not isinstance(part, ArrivedPart) or part.upload is None or part.upload.upload != upload.upload:
        return _answer(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    if part.wrong_offset:
        return _answer(HTTPStatus.CONFLICT)
    if part.problem is not None:
        raise FileRefused(part.problem)
    if part.file is not None:
        try:
            resuming.complete(asked.draft, upload, part.file)
        finally:
            asked.save()
    return _answer(HTTPStatus.NO_CONTENT, {"Upload-Offset": str(part.offset)})


def _options() -> HttpResponse:
    known = {
        "Tus-Version": VERSION,
        "Tus-Extension": "creation,termination",
        "Tus-Max-Size": str(taking.limits().size),
    }
    return _answer(HTTPStatus.NO_CONTENT, known)


def _name(request: HttpRequest) -> str:
    """Return the file name from the upload metadata, or ""."""
    match = _FILENAME.search(request.headers.get("Upload-Metadata", ""))
    if match is None:
        return ""
    try:
        return base64.b64decode(match[1], validate=True).decode("utf-8", "replace")
    except ValueError:
        return ""


def _refused(problem: FileProblem) -> HttpResponse:
    return _answer(_STATUSES.get(problem, HTTPStatus.UNPROCESSABLE_ENTITY), words=str(problem))


def _answer(status: HTTPStatus, headers: dict[str, str] | None = None, words: str = "") -> HttpResponse:
    headers = {"Tus-Resumable": VERSION, "Cache-Control": "no-store", **(headers or {})}
    return HttpResponse(words, status=status, headers=headers, content_type="text/plain; charset=utf-8")
