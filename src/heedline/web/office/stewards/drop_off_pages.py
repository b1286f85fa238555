"""The stewards' page and download of drop-off figures for the public site's question pages."""

from __future__ import annotations

import csv
import io
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from heedline.casework.access import session
from heedline.casework.intake import drop_off
from heedline.casework.intake.drop_off import DropOff, DropOffLine
from heedline.web.declared import Audience, open_to
from heedline.web.shell.request import OfficeRequest

#: Mistakes by their code, in the office's words; one without words shows its code.
MISTAKES = {
    "missing": "Left empty",
    "too_long": "Too long",
    "postcode": "Postcode",
    "registration": "Registration mark",
    "email": "Email address",
    "phone": "Telephone number",
    "exclusive": "Answers that exclude each other",
    "unknown_choice": "An answer that was not offered",
    "too_many_lines": "Too many lines",
    "receipt-code": "A receipt code in the text",
}
COLUMNS = (
    "kind",
    "page",
    "title",
    "entered",
    "continued or sent",
    "left",
    "exit pressed",
    "mistakes",
    "note",
)


def mistake_words(code: str) -> str:
    """Return the text for an error code, using a single text for all date errors."""
    return "Date" if code.startswith("date_") else MISTAKES.get(code, code)


def _week(request: OfficeRequest, on: date) -> date:
    try:
        return date.fromisoformat(request.GET.get("week", "")[:10])
    except ValueError:
        return on


def _mistakes(line: DropOffLine) -> list[str]:
    return [f"{mistake_words(one.code)}: {one.figure.words}" for one in line.mistakes]


@open_to(Audience.OFFICERS)
@require_GET
def figures(request: OfficeRequest) -> HttpResponse:
    """Show one week's drop-off figures, question by question."""
    at = session.now()
    found = drop_off.drop_off(_week(request, at.date()), by=request.attendance, at=at)
    here = reverse("figures")
    return render(
        request,
        "office/figures.html",
        {
            "found": found,
            "kinds": [
                {
                    "words": kind.kind_words,
                    "expired": kind.expired,
                    "lines": [{"line": line, "mistakes": _mistakes(line)} for line in kind.lines],
                }
                for kind in found.kinds
            ],
            "earlier_href": f"{here}?week={found.earlier}" if found.earlier else "",
            "later_href": f"{here}?week={found.later}" if found.later else "",
            "file_href": f"{reverse('figures-file')}?week={found.monday}",
        },
    )


@open_to(Audience.OFFICERS)
@require_GET
def figures_file(request: OfficeRequest) -> HttpResponse:
    """Download the figures as a file, suppressing the same figures as on the page."""
    at = session.now()
    found = drop_off.drop_off(_week(request, at.date()), by=request.attendance, at=at, as_file=True)
    response = HttpResponse(_csv(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="figures-{found.monday}.csv"'
    return response


def _csv(found: DropOff) -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for kind in found.kinds:
        for line in kind.lines:
            passed = line.passage
            entered = passed.entered.words if passed else line.entered.words if line.entered else ""
            rows.writerow(
                (
                    kind.kind_words,
                    line.step,
                    line.title,
                    entered,
                    passed.continued.words if passed else "",
                    passed.left.words if passed else "",
                    line.exits.words,
                    "; ".join(_mistakes(line)),
                    line.note,
                )
            )
    return out.getvalue()
