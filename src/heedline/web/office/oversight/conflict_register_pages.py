"""Overseers' page for the register of officers' conflicts of interest.

It shows recent matches of officers opening or searching for what concerns themselves, and the registered
terms, with forms to change them and to ask a supervisor to speak to an officer.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from heedline.audit.acts import Act
from heedline.casework.access import session
from heedline.casework.access.own_terms import LONGEST
from heedline.casework.oversight import conflict_register
from heedline.casework.oversight.conflict_register import Met, OfficerTerms
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import Field, FieldOption, Form, Select, TextArea
from heedline.web.declared import Audience, open_to
from heedline.web.office.oversight.oversight_pages import stretch, tabs_of
from heedline.web.shell.request import OfficeRequest


def _fields(people: tuple[OfficerTerms, ...]) -> tuple[Field, ...]:
    return (
        Select(
            name="officer",
            label="Which officer do these terms concern?",
            blank="Choose an officer",
            required="Choose an officer",
            choices=tuple(FieldOption(value=str(one.officer), label=one.name) for one in people),
        ),
        TextArea(
            name="terms",
            label="Which names, addresses or numbers could show a conflict of interest?",
            hint="For example, the officer’s own name, the names of close family, their home address, number plates and telephone numbers. "
            f"Enter one on each line, up to {LONGEST} characters. Nobody can view them once they are registered, including you.",
            required="Enter one term on each line",
            rows=6,
            limit=4000,
        ),
    )


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def own(request: OfficeRequest) -> HttpResponse:
    """Show recent conflict matches and each officer's number of terms, and handle the page's forms.

    The registered terms themselves are never shown.
    """
    by, at = request.attendance, session.now()
    found = conflict_register.met(by=by, at=at)
    people = conflict_register.standing(by=by)
    if request.method == "POST" and request.POST.get("do") in ("raise", "raise-sure"):
        return _raised(request, {one.officer: one.name for one in found})
    fields = _fields(people)
    form, status = Form(fields), 200
    if request.method == "POST" and request.POST.get("do") in ("end", "end-sure"):
        officer = _id(request.POST.get("whose", ""))
        ending = next((one for one in people if one.officer == officer and one.terms), None)
        if request.POST["do"] == "end" and ending is not None:
            return render(request, "office/own_terms_end.html", {"one": ending})
        if officer is not None:
            try:
                ended = conflict_register.end(officer, by=by, at=at)
            except NotNow as no:
                messages.error(request, no.reason)
            else:
                messages.success(request, f"Ended: {ended} term{'' if ended == 1 else 's'}.")
        return HttpResponseRedirect(reverse("oversight-own"))
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        if not form.errors:
            try:
                kept = conflict_register.register(
                    UUID(form.text("officer")), form.text("terms").splitlines(), by=by, at=at
                )
            except NotNow as no:
                form, status = form.but(terms=no.reason), 409
            else:
                said = f"Registered: {kept} term{'' if kept == 1 else 's'}. They will be compared from the next time the officer unlocks their keys."
                messages.success(request, said)
                return HttpResponseRedirect(reverse("oversight-own"))
    context = {
        "tabs": tabs_of(request),
        "form": form,
        "rows": [_row(one) for one in found],
        "standing": [one for one in people if one.terms],
        "without": [one.name for one in people if not one.terms],
        "raised": conflict_register.raised(by=by, at=at),
    }
    return render(request, "office/oversight_own.html", context, status=status)


def _raised(request: OfficeRequest, met: Mapping[UUID, str]) -> HttpResponse:
    """Ask which supervisor should speak to an officer with a match, and send the request to them."""
    by = request.attendance
    officer, supervisor = _id(request.POST.get("whose", "")), _id(request.POST.get("supervisor", ""))
    if officer is None or officer not in met:
        return HttpResponseRedirect(reverse("oversight-own"))
    if supervisor is not None:
        try:
            conflict_register.raise_conflict(officer, supervisor, by=by)
        except NotNow as no:
            messages.error(request, no.reason)
        else:
            messages.success(request, "Request sent. It is shown on the supervisor’s Searches page.")
        return HttpResponseRedirect(reverse("oversight-own"))
    others = conflict_register.supervisors_of(officer, by=by)
    field = Select(
        name="supervisor",
        label="Which supervisor should speak to them?",
        blank="Choose a supervisor",
        required="Choose a supervisor",
        choices=tuple(FieldOption(value=str(ref), label=name) for ref, name in others.items()),
    )
    form, status = Form((field,)), 200
    if request.POST["do"] == "raise-sure":
        form, status = Form.posted((field,), request.POST.lists()), 422
    context = {"officer": officer, "name": met[officer], "others": bool(others), "form": form}
    return render(request, "office/own_terms_raise.html", context, status=status)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _row(one: Met) -> dict[str, object]:
    wanted = {"report": str(one.report)} if one.report is not None else {"act": str(Act.OWN_TERM_MET)}
    return {
        "met": one,
        "when": stretch(one.first, one.last),
        "href": f"{reverse('oversight')}?{urlencode(wanted)}",
    }
