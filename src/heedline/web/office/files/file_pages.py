"""Pages for a report's files, which frame the files site."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from heedline.casework.access import presence, session
from heedline.casework.access.session_store import row_of
from heedline.casework.attachments import viewing
from heedline.casework.attachments.viewing import FilesOfReport, OriginalReason, ViewableFile
from heedline.casework.pages.case_file import case_file
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import Field, FieldOption, Form, Radios, TextArea
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words, let_go
from heedline.web.office.files.file_words import REASONS, line_of
from heedline.web.shell.file_frames import framing, token_address
from heedline.web.shell.queue_links import from_query
from heedline.web.shell.report_page import page
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

_LONGEST = 2_000
_ORIGINAL: tuple[Field, ...] = (
    Radios(
        name="reason",
        label="Why is the original being exported?",
        required="Choose why the original is being exported",
        choices=tuple(FieldOption(value=str(code), label=words) for code, words in REASONS.items()),
        small=True,
    ),
    TextArea(
        name="words",
        label="Say more",
        hint="Say which case it is for and who will have it. This is kept as a sealed note on the report.",
        required="Say for which case, and who will have it",
        rows=3,
        limit=_LONGEST,
    ),
)


def _one(files: FilesOfReport, container: UUID) -> ViewableFile:
    found = next((one for one in files.files if one.container == container), None)
    if found is None:
        raise Http404
    return found


@open_to(Audience.UNLOCKED)
@require_GET
def files(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """List a report's files without opening any."""
    by, at = request.attendance, session.now()
    file = case_file(ref, by=by, at=at)
    found = viewing.files_of(ref, by=by, at=at)
    lines = [line_of(one, from_query(request), found) for one in found.files]
    return page(request, "office/files.html", file, "report-files", {"lines": lines})


@open_to(Audience.UNLOCKED)
@require_GET
def file(request: OfficeRequest, ref: UUID, file: UUID) -> HttpResponse:
    """Show a file in a frame, covered until the officer reveals it."""
    by, at = request.attendance, session.now()
    report = case_file(ref, by=by, at=at)
    found = viewing.files_of(ref, by=by, at=at)
    one = _one(found, file)
    context: dict[str, Any] = _around(request, found, one)
    group = _group(request)
    context["groups"] = _groups(one, group, context["line"]["href"])
    try:
        context["frame"] = token_address("t", viewing.open_file(ref, file, group=group, by=by, at=at))
    except NotNow as no:
        context["why_not"] = no.reason
    return framing(page(request, "office/file.html", report, "report-file", context))


def _group(request: OfficeRequest) -> int:
    asked = request.GET.get("pages", "1")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 3 else 1


def _groups(one: ViewableFile, now: int, href: str) -> list[dict[str, Any]]:
    """Return the page groups of a long document, or an empty list if there is only one."""
    if one.derived is None or (count := viewing.groups_of(one.derived)) == 1:
        return []
    return [
        {
            "href": f"{href}{'&' if '?' in href else '?'}pages={number}",
            "words": viewing.page_words(number, one.derived.pages),
            "now": number == now,
        }
        for number in range(1, count + 1)
    ]


def _around(request: OfficeRequest, found: FilesOfReport, one: ViewableFile) -> dict[str, Any]:
    query, at = from_query(request), found.files.index(one)
    return {
        "line": line_of(one, query, found),
        "before": line_of(found.files[at - 1], query, found) if at else None,
        "after": line_of(found.files[at + 1], query, found) if at + 1 < len(found.files) else None,
        "how_many": len(found.files),
        "may_take_original": found.may_take_original,
    }


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def original(request: OfficeRequest, ref: UUID, file: UUID) -> HttpResponse:
    """Ask for the reason for exporting an original, then show a single-use download link."""
    by, at = request.attendance, session.now()
    kept = restored(request, _ORIGINAL)
    form, status = kept or Form(_ORIGINAL), 200
    address = ""
    if request.method == "POST":
        form, status = Form.posted(_ORIGINAL, request.POST.lists()), 422
        if not form.errors:
            reason, words = OriginalReason(form.text("reason")), form.text("words")
            try:
                token = viewing.take_original(ref, file, reason, words, by=by, at=at)
            except (NotNow, Refused) as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                address, status = token_address("o", token), 200
    report = case_file(ref, by=by, at=at)
    found = viewing.files_of(ref, by=by, at=at)
    context = {
        **_around(request, found, _one(found, file)),
        "form": form,
        "address": address,
        "why_no_original": found.why_no_original,
        "words_came_back": kept is not None,
    }
    response = page(request, "office/original.html", report, "report-original", context, status)
    return let_go(request, response, by) if address else response


@open_to(Audience.UNLOCKED)
@require_POST
def take_a_break(request: OfficeRequest) -> HttpResponse:
    """Close every open file and redirect to My work, without asking for or logging a reason."""
    presence.forget_views(row_of(request.attendance.token))
    return HttpResponseRedirect(reverse("my-work"))
