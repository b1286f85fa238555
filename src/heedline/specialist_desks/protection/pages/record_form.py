"""What the forms of sites and visits share: saving what was posted, and showing it again with what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from heedline.casework.errors import Changed
from heedline.casework.records.shown_record import ShownRecord
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import Field, Form, Value
from heedline.web.entrance.kept_words import form_of, let_go
from heedline.web.shell.conflict import version_of
from heedline.web.shell.form_answers import shown
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored


def saved(
    request: OfficeRequest,
    fields: tuple[Field, ...],
    values: Mapping[str, Value],
    save: Callable[[Form], UUID],
    page: str,
) -> HttpResponse | Form:
    """Save what was posted by `save`, and redirect to the record that it returns, at the route `page`.

    Otherwise return the form to show: with `values`, or with what was posted and what is wrong with it. An error under the
    key "" is that of a colleague who saved first.
    """
    if request.method == "GET":
        return restored(request, fields) or Form(fields, values=values)
    form = Form.posted(fields, request.POST.lists())
    if form.errors:
        return form
    try:
        ref = save(form)
    except NotNow as no:
        return form.but(**{no.about: no.reason})
    except Changed as changed:
        return form.but(**{"": changed.theirs})
    messages.success(request, "Saved.")
    return let_go(request, HttpResponseRedirect(reverse(page, kwargs={"ref": ref})), request.attendance)


def form_page(
    request: OfficeRequest,
    form: Form,
    title: str,
    back: str,
    record: ShownRecord | None = None,
    values: Mapping[str, Value] | None = None,
    button: str = "Save",
    about: str = "",
) -> HttpResponse:
    """Render a form of a record, under the text that it is `about`.

    If a colleague has saved first, what they saved (`values`) stands beside it.
    """
    changed = record is not None and request.method == "POST" and version_of(request) != record.version
    context: dict[str, Any] = {
        "title": title,
        "record": record,
        "form": form,
        "form_of": form_of(request.attendance),
        "action": request.path,
        "back": back,
        "button": button,
        "about": about,
        "theirs": shown(Form(form.fields, values=values or {})) if changed else None,
    }
    status = 409 if changed else 422 if form.errors else 200
    return render(request, "protection/record_form.html", context, status=status)
