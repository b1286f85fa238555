"""The Items tab on a report's pages."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from heedline.casework.access import session
from heedline.casework.pages import case_file
from heedline.specialist_desks.material.pages.evidence.evidence_words import BANDS
from heedline.specialist_desks.material.pages.words import STATES
from heedline.specialist_desks.material.queue import pictures, reading
from heedline.web.declared import Audience, open_to
from heedline.web.shell.report_page import page
from heedline.web.shell.request import OfficeRequest


@open_to(Audience.UNLOCKED)
@require_GET
def of_report(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show the items that a report names and, on request, those that its pictures resemble."""
    by, at = request.attendance, session.now()
    file = case_file.case_file(ref, by=by, at=at)
    lines = [(one, STATES[one.state]) for one in reading.items_of_report(ref, by=by, at=at)]
    same = reading.items_with_files_of(ref, by=by, at=at)
    context = {"ref": ref, "lines": lines, "restricted": same is None, "compared": "pictures" in request.GET}
    context["alike"] = [(one, STATES[one.state]) for one in same or ()]
    if context["compared"]:
        found = pictures.compare(ref, by=by, at=at)
        context |= {"found": found, "most": pictures.MOST_PICTURES}
        context["pictures"] = [
            (one.number, one.line, STATES[one.line.state], BANDS[one.band]) for one in found.matches
        ]
    return page(request, "material/of_report.html", file, "material-of-report", context)
