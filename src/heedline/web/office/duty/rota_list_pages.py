"""Pages for a desk's weekly pattern and on-call list, which are used to plan its rota."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.casework.duty import rota as duty_rota
from heedline.casework.errors import NotHere
from heedline.casework.rota import board, planning, weekly_pattern
from heedline.casework.rota.board import OnCallLine
from heedline.dispatch.clocks import zone_words
from heedline.packs import load_pack
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import Form
from heedline.web.declared import Audience, open_to
from heedline.web.office.duty.rota_forms import (
    WEEKDAYS,
    checked_times,
    clock_words,
    on_call_fields,
    pattern_fields,
)
from heedline.web.shell.request import OfficeRequest


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def pattern(request: OfficeRequest, desk: str) -> HttpResponse:
    """Show the weekly pattern of a desk, add hours to it and remove them."""
    by = request.attendance
    here = planning.find_desk(desk, by=by)
    planning.permit(here.id, by=by)
    fields = pattern_fields(planning.members(here.id))
    form = Form(fields)
    if request.method == "POST" and request.POST.get("do") == "remove":
        try:
            gone = weekly_pattern.remove_slot(UUID(request.POST.get("slot", "")), desk=here.id, by=by)
        except ValueError:
            raise NotHere from None
        hours = f"{clock_words(gone.begins)} to {clock_words(gone.ends)}"
        messages.success(request, f"Removed from the pattern: {WEEKDAYS[gone.weekday]}, {hours}.")
        return HttpResponseRedirect(reverse("rota-pattern", kwargs={"desk": desk}))
    if request.method == "POST":
        form, begins, ends = checked_times(Form.posted(fields, request.POST.lists()))
        if not form.errors:
            officer = UUID(form.text("officer")) if form.text("officer") else None
            days = [int(one) for one in form.chosen("weekdays")]
            try:
                weekly_pattern.add_slot(days, begins, ends, officer, desk=here.id, by=by)
            except NotNow as no:
                form = form.but(starts=no.reason)
            else:
                messages.success(request, "Added to the pattern. No shift is planned until you fill a week.")
                return HttpResponseRedirect(reverse("rota-pattern", kwargs={"desk": desk}))
    lines = [
        {
            "id": one.id,
            "day": WEEKDAYS[one.weekday],
            "hours": f"{clock_words(one.begins)} to {clock_words(one.ends)}"
            + (" the next day" if one.ends <= one.begins else ""),
            "officer": one.officer,
        }
        for one in weekly_pattern.slots(here.id)
    ]
    context = {"desk": here, "form": form, "lines": lines, "zone": zone_words(session.office_zone())}
    return render(request, "office/rota_pattern.html", context, status=422 if form.errors else 200)


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def on_call(request: OfficeRequest, desk: str) -> HttpResponse:
    """Show the on-call list of a desk, add officers to it and remove them after confirmation."""
    by, at = request.attendance, session.now()
    here = planning.find_desk(desk, by=by)
    planning.permit(here.id, by=by)
    steps = tuple(load_pack(settings.PACK).on_call)
    fields = on_call_fields(planning.members(here.id), steps)
    form, listed = Form(fields), board.on_call_list(here)
    if request.method == "POST" and request.POST.get("do") == "remove":
        line = next((one for one in listed if _name_of(one) == request.POST.get("line")), None)
        if line is None:
            raise NotHere
        if request.POST.get("sure") != "yes":
            context = {"desk": here, "line": line, "key": _name_of(line), "alone": len(listed) == 1}
            return render(request, "office/rota_off_call.html", context)
        duty_rota.take_off_call(line.officer, desk=here.id, step=line.step, by=by, at=at)
        messages.success(request, f"{line.name} is no longer on call at step {line.step}.")
        return HttpResponseRedirect(reverse("rota-on-call", kwargs={"desk": desk}))
    if request.method == "POST":
        form = Form.posted(fields, request.POST.lists())
        if not form.errors:
            duty_rota.put_on_call(
                UUID(form.text("officer")), desk=here.id, step=int(form.text("step")), by=by, at=at
            )
            messages.success(request, "Added to the on-call list.")
            return HttpResponseRedirect(reverse("rota-on-call", kwargs={"desk": desk}))
    shown = [
        {
            "number": number,
            "words": step.words,
            "people": [{"line": one, "key": _name_of(one)} for one in listed if one.step == number],
        }
        for number, step in enumerate(steps)
        if number
    ]
    context = {"desk": here, "form": form, "steps": shown}
    return render(request, "office/rota_on_call.html", context, status=422 if form.errors else 200)


def _name_of(line: OnCallLine) -> str:
    """Return the form value that identifies a line of the on-call list."""
    return f"{line.step}:{line.officer}"
