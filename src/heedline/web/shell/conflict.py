"""Edit conflicts, which arise when a colleague saves a report after a form was shown."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from heedline.casework.access import session
from heedline.casework.errors import Changed
from heedline.casework.pages import case_file
from heedline.web.components.forms import Form
from heedline.web.shell.form_answers import shown
from heedline.web.shell.report_page import page
from heedline.web.shell.report_steps import steps_of
from heedline.web.shell.request import OfficeRequest


def version_of(request: OfficeRequest) -> int:
    """Return the version of the report that the form was made for, or 0 if the form does not give one."""
    posted = request.POST.get("version", "")
    return int(posted) if posted.isascii() and posted.isdecimal() and len(posted) < 10 else 0


def conflict(request: OfficeRequest, ref: UUID, form: Form, action: str, changed: Changed) -> HttpResponse:
    """Show an edit conflict.

    The page has both texts side by side, and the form again for the current version.
    """
    file = case_file.case_file(ref, by=request.attendance, at=session.now())
    return page(
        request,
        "shell/conflict.html",
        file,
        action,
        {
            "unsent": form,
            "mine": shown(form),
            "theirs": next(iter(steps_of(file.history, file.header.kind)), None),
            "changed": changed.theirs,
            "action": reverse(action, kwargs={"ref": ref}),
            "hidden": [
                (name, value)
                for name, values in request.POST.lists()
                if name not in {"csrfmiddlewaretoken", "version", "do"}
                for value in values
            ],
        },
        status=409,
    )
