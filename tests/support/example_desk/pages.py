"""The tab Further checks of a report, and the page of a visit."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from heedline.casework.access import session
from heedline.casework.pages import case_file
from heedline.casework.records import open_records
from heedline.casework.records.shown_record import ShownRecord, shown
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words
from heedline.web.shell.page_links import page_number
from heedline.web.shell.record_pages import MoveWords, RecordWords, record_list, record_move, record_page
from heedline.web.shell.report_page import page
from heedline.web.shell.request import OfficeRequest
from tests.support.example_desk import checks, reading, visits
from tests.support.example_desk.vocabulary import ExampleCapability


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def of_report(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a report's further checks, ask for one, or say that it is made."""
    by, at = request.attendance, session.now()
    if request.method == "POST":
        if request.POST.get("do") == "check":
            checks.check(ref, by=by, at=at)
        else:
            checks.ask(ref, request.POST.get("reason", ""), by=by, at=at)
        return HttpResponseRedirect(reverse("example-checks", kwargs={"ref": ref}))
    file = case_file.case_file(ref, by=by, at=at)
    context = {"reasons": reading.reasons(ref, by), "waiting": reading.waiting(ref, by, at)}
    return page(request, "example_desk/checks.html", file, "example-checks", context)


WORDS = RecordWords(
    states={
        "asked": "Asked for",
        "planned": "Planned",
        "dropping": "To be dropped",
        "held": "Held",
        "dropped": "Dropped",
    },
    moves={
        "begin": MoveWords(done="Asked for"),
        "take": MoveWords(button="Plan the visit", done="Planned"),
        "drop": MoveWords(button="Drop it", done="Dropped", reason="Why is it dropped?"),
        "give-back": MoveWords(button="Give it back", done="Given back"),
        "pass": MoveWords(button="Pass it on", done="Passed on"),
        "hold": MoveWords(button="The visit was held", done="Held"),
        "propose-drop": MoveWords(button="Propose to drop it", done="Proposed to drop it", reason="Why?"),
        "agree": MoveWords(button="Agree to drop it", done="Dropped"),
        "refuse": MoveWords(button="Keep it", done="Kept", reason="Why is it kept?"),
    },
    move_page="example-visit-move",
)


@open_to(Audience.UNLOCKED)
@require_GET
def visit_list(request: OfficeRequest) -> HttpResponse:
    """List open visits."""
    found = open_records.of_kind(
        visits.KIND,
        page_number(request),
        capability=ExampleCapability.ASK,
        by=request.attendance,
        at=session.now(),
    )
    return record_list(request, visits.KIND, WORDS, found)


def _shown(request: OfficeRequest, ref: UUID) -> ShownRecord:
    return shown(visits.KIND, ref, capability=ExampleCapability.ASK, by=request.attendance, at=session.now())


@open_to(Audience.UNLOCKED)
@require_GET
def visit(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a visit."""
    return record_page(request, "example_desk/visit.html", _shown(request, ref), WORDS, {})


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def visit_move(request: OfficeRequest, ref: UUID, move: str) -> HttpResponse:
    """Move a visit on, with a reason where one is needed."""
    by, at = request.attendance, session.now()

    def act(version: int, reason: str) -> None:
        visits.move(ref, move, version=version, reason=reason, by=by, at=at)

    return record_move(request, _shown(request, ref), move, WORDS, "example-visit", act)
