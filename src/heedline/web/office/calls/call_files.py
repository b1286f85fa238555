"""The files page for an unfinished call or letter, with and without scripts.

Adding a file needs no unlocked keys, because nothing is opened. Every POST leads back to the list, with the reason in
the address if the file was not taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from heedline.casework.access import session
from heedline.casework.attachments import taking
from heedline.casework.attachments.reading import length_words
from heedline.casework.attachments.taking import FileProblem, FileRefused
from heedline.casework.errors import NotHere
from heedline.casework.intake import drafting
from heedline.casework.intake.draft_room import StoreFull
from heedline.casework.intake.drafting import Draft
from heedline.casework.journey import call_taking
from heedline.web.components.forms import FileInput, Form
from heedline.web.components.see_other import SeeOther
from heedline.web.declared import Audience, open_to
from heedline.web.shell.request import OfficeRequest
from heedline.web.uploads import resumable
from heedline.web.uploads.incoming_files import FIELD, UPLOADED, UploadedFile
from heedline.web.uploads.resumable import UploadPages

_PROBLEMS = {
    FileProblem.NONE_CHOSEN: "Choose a file",
    FileProblem.EMPTY: "The file is empty. Choose another file",
    FileProblem.TOO_LARGE: "The file must be {megabytes} MB or smaller",
    FileProblem.TOO_MANY: "A report can have {most} files. Remove one before you add another",
    FileProblem.DUPLICATE: "You have already added this file",
    FileProblem.NO_ROOM: "There is no room for files at the moment. Send the report, and add the file later",
    FileProblem.BUSY: "Another file is still being added. Try again when it is in the list",
    FileProblem.INTERRUPTED: "The file was only partly uploaded. Add it again",
    FileProblem.UNREADABLE: "The browser sent something that could not be read. Add the file again",
}


def cookie_of(request: HttpRequest) -> str | None:
    """Return the value of this browser's draft cookie.

    Each officer has their own drafts under it.
    """
    return request.COOKIES.get(settings.CALL_COOKIE)


def address(name: str, draft: Draft) -> str:
    """Return the URL of a page for this call's files."""
    return reverse(name, args=[call_taking.line_of(draft)])


def listed(draft: Draft | None) -> list[dict[str, str]]:
    """Return the files of a draft with their names and sizes."""
    files = draft.files if draft is not None else ()
    return [{"name": one.name, "size": length_words(one.length), "id": str(one.container)} for one in files]


def lost_words(names: Iterable[str]) -> str:
    """Return the message that lists the incomplete files removed from the draft."""
    return f"These files were no longer complete and have been removed: {', '.join(names)}. Add them again if you can."


def _draft(request: HttpRequest, at: datetime, number: int) -> Draft | None:
    by = cast(OfficeRequest, request).attendance
    if number not in call_taking.LINES:
        return None
    draft = call_taking.open_call(cookie_of(request), by=by, at=at, line=number)
    return None if draft is None or draft.sent else draft


def _mine(request: OfficeRequest, at: datetime, number: int) -> Draft:
    """Return the unfinished call with this number. Raise NotHere."""
    draft = _draft(request, at, number)
    if draft is None:
        raise NotHere
    return draft


@open_to(Audience.OFFICERS)
@require_GET
def files(request: OfficeRequest, number: int) -> HttpResponse:
    """Show the files for a call, and a form to add another."""
    draft = _mine(request, session.now(), number)
    limits = taking.limits()
    problem = request.GET.get("problem", "")
    error = ""
    if problem in _PROBLEMS:
        error = _PROBLEMS[FileProblem(problem)].format(megabytes=limits.megabytes, most=limits.most)
    label = "Choose another file" if draft.files else "Choose a file"
    context = {
        "line": number,
        "files": listed(draft),
        "form": Form((FileInput(name=FIELD, label=label),), {}, {FIELD: error} if error else {}),
        "limits": limits,
        "room": len(draft.files) < limits.most,
        "unfinished": draft.uploads,
        "unfinished_json": json.dumps(
            [
                {"name": one.name, "length": one.length, "url": _upload_address(request, one.upload)}
                for one in draft.uploads
            ]
        ),
    }
    return render(request, "office/call_files.html", context)


@open_to(Audience.OFFICERS)
@require_POST
def file_add(request: OfficeRequest, number: int) -> HttpResponse:
    """Add the request's file to a call's draft."""
    at = session.now()
    draft, uploaded = _mine(request, at, number), request.META.get(UPLOADED)
    try:
        if not isinstance(uploaded, UploadedFile):
            raise FileRefused(FileProblem.NONE_CHOSEN)
        taking.add(draft, uploaded.claim())
        _save(draft, at)
    except FileRefused as refused:
        return SeeOther(f"{address('call-files', draft)}?problem={refused.problem}")
    return SeeOther(address("call-files", draft))


def _save(draft: Draft, at: datetime) -> None:
    try:
        drafting.save(draft, at=at)
    except (StoreFull, ValueError):
        taking.forget(draft.files[-1:])
        raise FileRefused(FileProblem.NO_ROOM) from None


@open_to(Audience.OFFICERS)
@require_POST
def file_remove(request: OfficeRequest, number: int) -> HttpResponse:
    """Remove a file from a call's draft."""
    at = session.now()
    draft = _mine(request, at, number)
    named = request.POST.get("remove", "")
    for one in draft.files:
        if str(one.container) == named:
            taking.remove(draft, one.container)
            drafting.save(draft, at=at)
    return SeeOther(address("call-files", draft))


def _number(request: HttpRequest) -> int:
    match = request.resolver_match
    return int(match.kwargs["number"]) if match is not None else 0


def _upload_address(request: HttpRequest, upload: UUID) -> str:
    return reverse("call-file-upload", kwargs={"number": _number(request), "upload": upload})


file_uploads, file_upload = resumable.views(
    UploadPages(lambda request, at: _draft(request, at, _number(request)), _upload_address, Audience.OFFICERS)
)
