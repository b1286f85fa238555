"""Pages for writing, correcting and reading notes on a report."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.casework.errors import Changed, NoRoom
from heedline.casework.pages import case_file
from heedline.casework.pages.case_lines import NoteLine
from heedline.casework.report import officer_notes
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import Field, Form, TextArea
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words, let_go
from heedline.web.shell.queue_links import with_queue
from heedline.web.shell.report_page import page
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

TOO_LONG = "This note is too long. Shorten it, or write two."
_NOTE: tuple[Field, ...] = (
    TextArea(
        name="text",
        label="Note",
        hint="Sealed like the report. Everyone who can open the report can read it. The reporter and partners cannot.",
        required="Write the note first",
        rows=4,
        limit=officer_notes.LONGEST,
    ),
)


def _back(request: OfficeRequest, ref: UUID, said: str) -> HttpResponse:
    messages.success(request, said)
    return let_go(
        request, HttpResponseRedirect(with_queue(request, "report-notes", ref=ref)), request.attendance
    )


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def notes(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show the notes on a report, newest first, and a form for a new one."""
    by, at = request.attendance, session.now()
    kept = restored(request, _NOTE)
    form, status = kept or Form(_NOTE), 200
    if request.method == "POST":
        form, status = Form.posted(_NOTE, request.POST.lists()), 422
        if not form.errors:
            try:
                officer_notes.write(ref, form.text("text"), by=by, at=at)
            except NoRoom:
                form = form.but(text=TOO_LONG)
            except (NotNow, Refused) as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                return _back(request, ref, "Note added.")
    file = case_file.case_file(ref, by=by, at=at)
    context = {"form": form, "notes": file.history.notes, "words_came_back": kept is not None}
    return page(request, "office/notes.html", file, "report-notes", context, status)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def note(request: OfficeRequest, ref: UUID, note: UUID) -> HttpResponse:
    """Correct one of the officer's own notes.

    The earlier text is kept and stays readable.
    """
    by, at = request.attendance, session.now()
    kept = restored(request, _NOTE)
    status, changed = 200, ""
    form = kept
    if request.method == "POST":
        form, status = Form.posted(_NOTE, request.POST.lists()), 422
        if not form.errors:
            try:
                officer_notes.revise(ref, note, form.text("text"), number=_number(request), by=by, at=at)
            except Changed as newer:
                status, changed = 409, newer.theirs
            except NoRoom:
                form = form.but(text=TOO_LONG)
            except (NotNow, Refused) as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                return _back(request, ref, "Note corrected. The earlier text is kept.")
    file = case_file.case_file(ref, by=by, at=at)
    line: NoteLine | None = next((one for one in file.history.notes if one.id == note), None)
    if line is None:
        raise Http404
    context = {
        "form": form or Form(_NOTE, values={"text": line.now.text}),
        "note": line,
        "changed": changed,
        "not_yours": "" if line.mine else officer_notes.NOT_YOURS,
        "words_came_back": kept is not None,
    }
    return page(request, "office/note.html", file, "report-notes", context, status)


def _number(request: OfficeRequest) -> int:
    """Return the number of the revision that was shown, or 0 if the form does not give one."""
    posted = request.POST.get("number", "")
    return int(posted) if posted.isascii() and posted.isdecimal() and len(posted) < 6 else 0
