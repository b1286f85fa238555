"""The file pages for a mailbox message (`/messages/open/files/`)."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from heedline.casework.contact import messages as contact_messages
from heedline.casework.errors import CodeUnknown
from heedline.casework.intake import drafting
from heedline.casework.intake.drafting import Draft
from heedline.web.public.mailbox.messages import Visit, on_visit
from heedline.web.public.report import file_pages
from heedline.web.public.report.file_pages import FilePages
from heedline.web.public.shell import cookies
from heedline.web.public.shell.pages import see_other
from heedline.web.uploads import resumable
from heedline.web.uploads.resumable import UploadPages

MESSAGE = FilePages(
    "reporter:message-files",
    "reporter:message-file-add",
    "reporter:message-file-remove",
    "reporter:message-file-uploads",
    "reporter:message-file-upload",
)


@on_visit
def files(visit: Visit) -> HttpResponse:
    """Show the files of the unsent message."""
    if not contact_messages.is_known(visit.code):
        raise CodeUnknown
    written = drafting.written(visit.cookie, at=visit.at)
    onward = reverse("reporter:messages")
    return file_pages.show(visit.request, MESSAGE, written, back_url=onward, onward=onward)


@on_visit
def file_add(visit: Visit) -> HttpResponse:
    """Add a file to the unsent message."""
    if not visit.posted:
        return see_other(MESSAGE.list)
    if not contact_messages.is_known(visit.code):
        raise CodeUnknown
    written = drafting.written(visit.cookie, at=visit.at)
    problem = file_pages.add(visit.request, written, lambda: drafting.save(written, at=visit.at))
    return file_pages.back_to(MESSAGE, problem)


@on_visit
def file_remove(visit: Visit) -> HttpResponse:
    """Remove a file from the unsent message."""
    if visit.posted:
        written = drafting.written(visit.cookie, at=visit.at)
        file_pages.remove(visit.request, written)
        drafting.save(written, at=visit.at)
    return see_other(MESSAGE.list)


def _of_message(request: HttpRequest, at: datetime) -> Draft | None:
    cookie = cookies.sent(request, settings.VISIT_COOKIE) or ""
    code = drafting.visit_code(cookie, at=at)
    if code is None or not contact_messages.is_known(code):
        return None
    return drafting.written(cookie, at=at)


file_uploads, file_upload = resumable.views(
    UploadPages(_of_message, lambda _, upload: reverse(MESSAGE.upload, args=[upload]))
)
