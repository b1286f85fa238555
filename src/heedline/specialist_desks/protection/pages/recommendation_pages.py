"""Writing a recommendation of a visit, changing and removing it, and recording what became of it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.specialist_desks.protection import recommending, visits
from heedline.specialist_desks.protection.pages import recommendation_form
from heedline.specialist_desks.protection.pages.record_form import form_page, saved
from heedline.specialist_desks.protection.recommendation import Became, Recommendation
from heedline.specialist_desks.protection.visits import OpenedVisit
from heedline.web.components.forms import Field, Form, Value
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words
from heedline.web.shell.conflict import version_of
from heedline.web.shell.request import OfficeRequest


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def new_recommendation(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Add a recommendation to a visit that was held."""
    by, at = request.attendance, session.now()
    told = visits.opened(ref, by=by, at=at)
    if told.record.state != "held":
        return HttpResponseRedirect(_back(told))

    def save(form: Form) -> None:
        one = recommendation_form.recommendation_of(form)
        recommending.recommend(ref, one, version=version_of(request), by=by, at=at)

    return _page(request, told, recommendation_form.FIELDS, {}, save, "Add a recommendation")


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def recommendation(request: OfficeRequest, ref: UUID, number: int) -> HttpResponse:
    """Change a recommendation before the report is given; afterwards record what became of it, or undo that."""
    by, at = request.attendance, session.now()
    told = visits.opened(ref, by=by, at=at)
    one, version = recommending.numbered(told.facts, number), version_of(request)
    if told.record.state == "held":

        def change(form: Form) -> None:
            new = recommendation_form.recommendation_of(form)
            recommending.amend(ref, number, new, version=version, by=by, at=at)

        values = recommendation_form.values_of(one)
        return _page(
            request, told, recommendation_form.FIELDS, values, change, f"Change recommendation {number}"
        )
    if told.record.state != "reported":
        return HttpResponseRedirect(_back(told))
    if (
        one.became == Became.OPEN or "said" in request.POST
    ):  # what was typed is kept if a colleague came first

        def decide(form: Form) -> None:
            became, said = form.text("became"), form.text("said")
            recommending.decide(ref, number, became, said, version=version, by=by, at=at)

        title = f"What became of recommendation {number}"
        return _page(request, told, recommendation_form.OUTCOME, {"said": one.said}, decide, title, one)

    def undo(_: Form) -> None:
        recommending.undo(ref, number, version=version, by=by, at=at)

    return _page(request, told, (), {}, undo, f"Make recommendation {number} open again", one)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def remove_recommendation(request: OfficeRequest, ref: UUID, number: int) -> HttpResponse:
    """Confirm that a recommendation is removed before the report is given, and remove it."""
    by, at = request.attendance, session.now()
    told = visits.opened(ref, by=by, at=at)
    if told.record.state != "held":
        return HttpResponseRedirect(_back(told))
    one = recommending.numbered(told.facts, number)

    def remove(_: Form) -> None:
        recommending.remove(ref, number, version=version_of(request), by=by, at=at)

    return _page(request, told, (), {}, remove, f"Remove recommendation {number}", one)


def _back(told: OpenedVisit) -> str:
    return reverse("protection-visit", kwargs={"ref": told.record.ref})


def _page(
    request: OfficeRequest,
    told: OpenedVisit,
    fields: tuple[Field, ...],
    values: dict[str, Value],
    act: Callable[[Form], None],
    title: str,
    about: Recommendation | None = None,
) -> HttpResponse:
    """Save what was posted, or show the form. A form without fields confirms what its title says."""

    def save(form: Form) -> UUID:
        act(form)
        return told.record.ref

    done = saved(request, fields, values, save, "protection-visit")
    if isinstance(done, HttpResponse):
        return done
    button = "Save" if fields else title
    what = about.what if about is not None else ""
    return form_page(request, done, title, _back(told), told.record, values, button=button, about=what)
