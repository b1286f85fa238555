"""Pages for writing shift handover notes and acknowledging a colleague's."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.errors import SealingStopped
from heedline.casework.tasks import shift_notes
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import Field, Form, TextArea
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import form_of, keeps_words, let_go
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

_THIN = "Fewer than two people at this desk could open it. Enrol a second officer first."
_NOTE: tuple[Field, ...] = (
    TextArea(
        name="text",
        label="What does the next shift need to know?",
        hint="Sealed to this desk and deleted after 2 weeks. Put anything about a report in its notes or tasks.",
        required="Write what the next shift needs to know",
        rows=6,
        limit=shift_notes.LONGEST,
    ),
)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def shift_note_list(request: OfficeRequest, desk: str) -> HttpResponse:
    """Show the handover notes of a desk, newest first, and a form for a new one."""
    by, at = request.attendance, session.now()
    here = shift_notes.desk_of(desk, by=by)
    waiting = request.GET.get("waiting") == "yes"
    kept = restored(request, _NOTE)
    form, status = kept or Form(_NOTE), 200
    if request.method == "POST":
        form, status = Form.posted(_NOTE, request.POST.lists()), 422
        if not form.errors:
            try:
                shift_notes.write(desk, form.text("text"), by=by, at=at)
            except SealingStopped:
                form, status = form.but(**{"": _THIN}), 409
            except (NotNow, Refused) as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                messages.success(
                    request, "Handover note saved. It waits for the next shift to acknowledge it."
                )
                return let_go(request, HttpResponseRedirect(_address(desk)), by)
    return render(
        request,
        "office/shift_notes.html",
        {
            "desk": here,
            "form": form,
            "form_of": form_of(by),
            "words_came_back": kept is not None,
            "notes": shift_notes.of_desk(here, unacknowledged=waiting, by=by, at=at),
            "waiting": waiting,
        },
        status=status,
    )


@open_to(Audience.UNLOCKED)
@require_POST
def acknowledge(request: OfficeRequest, desk: str, shift_note: UUID) -> HttpResponse:
    """Acknowledge a colleague's handover note in the officer's own name."""
    by = request.attendance
    shift_notes.desk_of(desk, by=by)
    try:
        shift_notes.acknowledge(shift_note, by=by, at=session.now())
    except (NotNow, Refused) as no:
        messages.error(request, no.reason)
    else:
        messages.success(request, "Acknowledged in your name.")
    return HttpResponseRedirect(_address(desk))


def _address(desk: str) -> str:
    return reverse("shift-notes", kwargs={"desk": desk})
