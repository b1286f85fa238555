"""The figures page for online material, with charts and tables."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from heedline.casework.access import session
from heedline.specialist_desks.material.outcomes import figures as figures_of
from heedline.specialist_desks.material.pages.words import OUTCOMES
from heedline.web.components.charts import bar_chart
from heedline.web.components.forms import DateInput, Form
from heedline.web.declared import Audience, open_to
from heedline.web.shell.request import OfficeRequest

_DAYS = (
    DateInput(name="since", label="First day", optional=True, size="s"),
    DateInput(name="until", label="Last day", optional=True, size="s"),
)


@open_to(Audience.UNLOCKED)
@require_GET
def figures(request: OfficeRequest) -> HttpResponse:
    """Show the figures between two dates, by default those of the last 30 days."""
    today = session.now().astimezone(session.office_zone()).date()
    form = Form.posted(_DAYS, request.GET.lists())
    since, until = form.day("since") or today - timedelta(days=29), form.day("until") or today
    if since > until:
        form = form.but(until="The last day is before the first")
        since = until
    found = figures_of.figures(since, until, by=request.attendance, at=session.now())
    outcomes = [(OUTCOMES[one], shown) for one, shown in found.outcomes]
    context = {
        "found": found,
        "form": Form(_DAYS, values={"since": _parts(since), "until": _parts(until)}, errors=form.errors),
        "outcomes": outcomes,
        "chart": bar_chart(
            "First examinations by outcome",
            [(words, shown.number, 1) for words, shown in outcomes if shown.number is not None],
        ),
    }
    return render(request, "material/figures.html", context)


def _parts(day: date) -> dict[str, str]:
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}
