"""The page and the upload URL for evidence that an examiner captured elsewhere.

The file is sealed while it arrives, before Django sees the request. The upload therefore needs the examiner's session,
as the page does.
"""

from __future__ import annotations

import re
from uuid import UUID
from wsgiref.types import WSGIEnvironment

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, parse_cookie
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.casework.access.session_store import SessionStore
from heedline.casework.attachments import taking
from heedline.casework.attachments.taking import FileProblem
from heedline.casework.errors import NotHere
from heedline.casework.intake.drafting import Draft
from heedline.casework.report.opening import short_name
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.evidence import uploading
from heedline.web.components.forms import FileInput, Form, TextArea
from heedline.web.declared import Audience, open_to
from heedline.web.shell.request import OfficeRequest
from heedline.web.uploads.incoming_files import FIELD, UPLOADED, UploadedFile

_ADD = re.compile(r"/w/items/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/evidence/upload/")
_PROBLEMS = {
    FileProblem.NONE_CHOSEN: "Choose a file",
    FileProblem.EMPTY: "The file is empty. Choose another file",
    FileProblem.TOO_LARGE: "The file must be {megabytes} MB or smaller",
    FileProblem.NO_ROOM: "There is no room for files at the moment. Tell the operator of this service",
    FileProblem.BUSY: "Another file is still being uploaded. Try again when it is done",
    FileProblem.INTERRUPTED: "The file was only partly uploaded. Choose it again",
    FileProblem.UNREADABLE: "The browser sent something that could not be read. Choose the file again",
}
_FIELDS = (
    TextArea(
        name="how",
        label="How, when and by whom was it captured?",
        hint="For example: saved by A. Sample on 27 March 2026 at 14:05 on a separate computer.",
        required=uploading.HOW,
        rows=3,
        limit=uploading.LONGEST,
    ),
    FileInput(name=FIELD, label="File"),
)


class EvidenceUploads:
    """The URLs at which signed-in examiners upload evidence (`web.uploads.finding.FileDrafts`)."""

    def adds(self, path: str) -> bool:
        """Return whether this path accepts a single-file upload form."""
        return _ADD.fullmatch(path) is not None

    def upload_in(self, path: str) -> UUID | None:
        """Return None, because evidence is uploaded only through a form."""
        return None

    def draft_for(self, environ: WSGIEnvironment) -> Draft | None:
        """Return an unsaved draft for the item in this path and the examiner uploading a file.

        Return None unless the examiner is signed in and may upload evidence of the item.
        """
        match = _ADD.fullmatch(environ["PATH_INFO"])
        token = parse_cookie(str(environ.get("HTTP_COOKIE", ""))).get(settings.SESSION_COOKIE_NAME)
        if match is None or not token:
            return None
        ref = UUID(match[1])
        try:
            found = session.come_in(SessionStore(token), at=session.now(), with_keys=False)
            if found is None:
                return None
            uploading.check(ref, by=found[1])
            return Draft("", report_id=ref, purpose=f"evidence:{found[1].officer_id}", keep_hours=24)
        except (NotHere, NotNow, Refused):
            return None
        finally:
            session.leave()


#: What the office asks about this desk's uploads (`desk_hooks`).
FILE_DRAFTS = EvidenceUploads()


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def upload(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show the form for uploading evidence captured elsewhere, and on POST store the file."""
    form, status, why_not = Form(_FIELDS), 200, ""
    try:
        uploading.check(ref, by=request.attendance)
    except NotNow as why:
        why_not = why.reason
    if request.method == "POST" and not why_not:
        form, number = _added(request, ref)
        if number:
            messages.success(request, f"Recorded as entry {number}.")
            return HttpResponseRedirect(f"{reverse('material-item', kwargs={'ref': ref})}#evidence")
        status = 422
    context = {
        "ref": ref,
        "short": short_name(ref),
        "form": form,
        "why_not": why_not,
        "megabytes": taking.limits().megabytes,
    }
    return render(request, "material/evidence_upload.html", context, status=status)


def _added(request: OfficeRequest, ref: UUID) -> tuple[Form, int]:
    """Store the uploaded file. Return the form and the entry's number, or 0 if nothing was stored."""
    form, uploaded = Form.posted(_FIELDS, request.POST.lists()), request.META.get(UPLOADED)
    if not isinstance(uploaded, UploadedFile) or uploaded.file is None:
        problem = uploaded.problem if isinstance(uploaded, UploadedFile) else None
        words = _PROBLEMS.get(problem or FileProblem.NONE_CHOSEN, _PROBLEMS[FileProblem.UNREADABLE])
        form = form.but(**{FIELD: words.format(megabytes=taking.limits().megabytes)})
    elif form.errors:
        form = form.but(**{FIELD: "Choose the file again"})
    else:
        try:
            number = uploading.upload(
                ref, uploaded.claim(), form.text("how"), by=request.attendance, at=session.now()
            )
        except NotNow as why:
            return form.but(**{"": why.reason}), 0
        return form, number
    return form, 0
