"""Pages for alarms, each cleared by a named officer, and for the rotas of the officer's desks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TypedDict
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.duty import alarm_board, alarms
from heedline.casework.duty import rota as duty_rota
from heedline.casework.duty.alarm_board import AlarmedThing, AlarmLine
from heedline.casework.duty.rota import DeskDuty, ShiftLine
from heedline.casework.errors import NotHere
from heedline.casework.journey import owners
from heedline.casework.journey.owners import Colleague
from heedline.casework.pages.danger_page import open_dangers
from heedline.casework.pages.queues import figures
from heedline.casework.rota import board
from heedline.desks.rota_weeks import RotaSpan
from heedline.dispatch.letters import AlarmKind
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import FieldOption, Form, Radios
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import times
from heedline.web.office.duty.rota_pages import hours_words
from heedline.web.shell.page_links import page_links, page_number
from heedline.web.shell.queue_links import ALL
from heedline.web.shell.request import OfficeRequest


class ShiftDay(TypedDict):
    """The template data for one day's shifts."""

    day: str
    shifts: list[dict[str, str]]


#: For how many hours officers can put themselves on the rota.
HOURS = (2, 4, 8, 12)


@open_to(Audience.OFFICERS)
@require_GET
def alarm_list(request: OfficeRequest) -> HttpResponse:
    """List the open alarms at the officer's desks, with danger first.

    Alarms contain no report text, so no keys are needed.
    """
    at, like = session.now(), _like(request)
    found = alarm_board.open_page(page=page_number(request), like=like, by=request.attendance, at=at)
    things = alarm_board.by_thing(found.lines)
    totals = figures.totals(by=request.attendance, at=at) if request.attendance.desk_ids else None
    return render(
        request,
        "office/alarms.html",
        {
            "things": [shown_alarm(thing) for thing in things],
            "totals": totals,
            "updated": times.clock(at),
            "found": found,
            "like": like,
            **page_links(reverse("alarms"), found.page, found.pages, **({"like": str(like)} if like else {})),
        },
    )


def _like(request: OfficeRequest) -> UUID | None:
    """Return the alarm whose flood the address asks for, or None."""
    try:
        return UUID(request.GET.get("like", ""))
    except ValueError:
        return None


def shown_alarm(thing: AlarmedThing) -> dict[str, object]:
    """Return the template data for an alarm's subject and its alarms, each with a link or "".

    The subject links to the page of its first alarm. A desk has no link, as its alarms are about different subjects.
    """
    first = thing.first
    href = address_of(first) if first.title != first.desk_name else ""
    return {
        "thing": thing,
        "href": href,
        "lines": [(line, address_of(line)) for line in thing.lines],
        "press": _press(thing),
    }


def _press(thing: AlarmedThing) -> dict[str, object] | None:
    """Return the form by which one press acknowledges the alarms of a subject and opens it, or None.

    What is acknowledged on a page of its own is posted there.
    """
    for line in thing.lines:
        if line.kind == AlarmKind.DANGER_OPENED and line.may_answer and line.ref:
            return {"action": address_of(line), "fields": {"section": "acknowledge"}}
        if line.kind == AlarmKind.INTEREST_MATCHED and line.page:
            fields = {"do": "acknowledge", "about": line.about, "back": "hits"}
            return {"action": reverse("interests"), "fields": fields}
    if thing.acknowledge is None:
        return None
    action = reverse("alarm-acknowledge", kwargs={"alarm": thing.acknowledge})
    return {"action": action, "fields": {"open": "1"}}


def address_of(alarm: AlarmLine) -> str:
    """Return the URL of the page where an alarm is dealt with, or "" if there is none or the officer may not see it."""
    if alarm.page.startswith("report"):
        return reverse(alarm.page, kwargs={"ref": alarm.ref}) if alarm.ref else ""
    if alarm.page and alarm.record:
        return reverse(alarm.page, kwargs={"ref": alarm.record})
    if alarm.page == "identity-request":
        return reverse(alarm.page, kwargs={"ref": alarm.request}) if alarm.request else ""
    if alarm.page == "queue":
        return reverse(alarm.page, kwargs={"desk": ALL})
    if alarm.page == "matches":
        return f"{reverse(alarm.page)}#{alarm.about}"
    return reverse(alarm.page) if alarm.page else ""


@open_to(Audience.OFFICERS)
@require_POST
def acknowledge(request: OfficeRequest, alarm: UUID) -> HttpResponse:
    """Acknowledge an alarm, and open what it is about if it was acknowledged on My work."""
    by, at = request.attendance, session.now()
    alarms.acknowledge(alarm, by=by, at=at)
    line = alarm_board.open_line(alarm, by=by, at=at) if "open" in request.POST else None
    messages.success(
        request,
        "Acknowledged in your name. Paging has stopped. The alarm stays until its cause has been dealt with.",
    )
    return HttpResponseRedirect((address_of(line) if line is not None else "") or reverse("alarms"))


def _clearing() -> tuple[Radios]:
    return (
        Radios(
            name="because",
            label="Reason for clearing the alarm",
            required="Choose the reason",
            choices=tuple(
                FieldOption(value=code, label=words) for code, words in alarms.CLEAR_REASONS.items()
            ),
            small=True,
        ),
    )


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def clear(request: OfficeRequest, alarm: UUID) -> HttpResponse:
    """Clear an alarm in the officer's own name, with a reason."""
    at = session.now()
    fields = _clearing()
    form = Form(fields)
    if request.method == "POST":
        form = Form.posted(fields, request.POST.lists())
        if not form.errors:
            try:
                alarms.clear(alarm, form.text("because"), by=request.attendance, at=at)
            except NotNow as not_now:
                form = form.but(because=not_now.reason)
            else:
                messages.success(request, "Alarm cleared in your name.")
                return HttpResponseRedirect(reverse("alarms"))
    line = alarm_board.open_line(alarm, by=request.attendance, at=at)
    if line is None:
        messages.error(request, "That alarm has been cleared already.")
        return HttpResponseRedirect(reverse("alarms"))
    return render(
        request, "office/alarm_clear.html", {"alarm": line, "form": form}, status=422 if form.errors else 200
    )


def _coming_on(at: datetime, desk: DeskDuty) -> tuple[Radios]:
    return (
        Radios(
            name="hours",
            label=f"Hours at {desk.name}",
            required="Choose for how long",
            choices=tuple(
                FieldOption(
                    value=str(hours),
                    label=f"{hours} hours, until {times.day_and_clock(at + timedelta(hours=hours), at)}",
                )
                for hours in HOURS
            ),
            small=True,
        ),
    )


@open_to(Audience.OFFICERS)
@require_GET
def rota(request: OfficeRequest) -> HttpResponse:
    """Show who is on duty, who should be, the next shifts by day and who is on the on-call list."""
    at = session.now()
    desks = [
        {
            "line": line,
            "here": [
                {"name": one.name, "until": times.day_and_clock(one.until, at) if one.until else ""}
                for one in line.on_duty
            ],
            "missing": [
                {"name": one.name, "until": times.day_and_clock(one.ends, at)} for one in line.missing
            ],
            "planned": len(line.coming),
            "soon": (soon := _by_day(line.coming, at))[:2],
            "later": soon[2:],
            "later_shifts": sum(len(one["shifts"]) for one in soon[2:]),
            "chain": [{"step": step, "name": name} for step, name in line.chain],
            "i_am_here": any(one.officer_id == request.attendance.officer_id for one in line.on_duty),
            "mine_until": times.day_and_clock(line.mine_until, at) if line.mine_until else "",
        }
        for line in duty_rota.rota(by=request.attendance, at=at)
    ]
    context = {
        "desks": desks,
        "to_plan": board.desks_to_plan(by=request.attendance, at=at),
        "updated": times.clock(at),
        "zone": session.office_zone().key,
    }
    return render(request, "office/rota.html", context)


def _by_day(shifts: Sequence[ShiftLine], at: datetime) -> list[ShiftDay]:
    """Return shifts by the day on which they start: today, tomorrow, and each later day that has one."""
    zone = session.office_zone()
    today = at.astimezone(zone).date()
    days: dict[date, ShiftDay] = {
        today: {"day": "Today", "shifts": []},
        today + timedelta(days=1): {"day": "Tomorrow", "shifts": []},
    }
    for one in shifts:
        day = one.starts.astimezone(zone).date()
        listed = days.setdefault(day, {"day": f"{day:%A %-d %B}", "shifts": []})
        listed["shifts"].append({"name": one.name, "hours": hours_words(RotaSpan(one.starts, one.ends))})
    return list(days.values())


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def come_on(request: OfficeRequest, desk: str) -> HttpResponse:
    """Put the officer on the rota from now on, or extend their shift."""
    at = session.now()
    line = _my_desk(request, desk, at)
    fields = _coming_on(at, line)
    form = Form(fields, values={"hours": "8"})
    if request.method == "POST":
        form = Form.posted(fields, request.POST.lists())
        if not form.errors:
            until = at + timedelta(hours=int(form.text("hours")))
            until = duty_rota.come_on(by=request.attendance, desk=line.desk_id, until=until, at=at)
            messages.success(
                request, f"You are on the {line.name} rota until {times.day_and_clock(until, at)}."
            )
            return HttpResponseRedirect(reverse("my-work"))
    return render(
        request, "office/come_on.html", {"desk": line, "form": form}, status=422 if form.errors else 200
    )


_TO_THE_DESK, _KEEP = "desk", "keep"


def _passing_on(colleagues: Iterable[Colleague]) -> tuple[Radios]:
    return (
        Radios(
            name="to",
            label="Who owns them while you are away?",
            required="Choose who owns your reports",
            choices=(
                *(FieldOption(value=str(one.id), label=one.name, hint="On duty") for one in colleagues),
                FieldOption(
                    value=_TO_THE_DESK,
                    label="The desk",
                    hint="They return to its queue and keep their deadlines.",
                ),
                FieldOption(
                    value=_KEEP, label="I do", hint="Their deadlines still apply while you are off duty."
                ),
            ),
            small=True,
        ),
    )


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def go_off(request: OfficeRequest, desk: str) -> HttpResponse:
    """End the shift and lock the keys, asking for confirmation if nobody else is on duty."""
    at = session.now()
    by, line = request.attendance, _my_desk(request, desk, at)
    alone = not any(one.officer_id != by.officer_id for one in line.on_duty)
    dangers = sum(one.mine for one in open_dangers(by=by, at=at))
    owned = owners.owned_by_me(line.desk_id, by=by, at=at) if line.desk_id in by.desk_ids else ()
    fields = _passing_on(owners.colleagues_on_duty(line.desk_id, by=by, at=at)) if owned else ()
    form = Form(fields)
    if request.method == "POST":
        form = Form.posted(fields, request.POST.lists())
    if request.method == "GET" or form.errors or ((alone or dangers) and request.POST.get("sure") != "yes"):
        return render(
            request,
            "office/go_off.html",
            {
                "desk": line,
                "alone": alone,
                "dangers": dangers,
                "owned": owned,
                "form": form,
                "reads_reports": line.desk_id in by.desk_ids,
            },
            status=422 if form.errors else 200,
        )
    if owned and form.text("to") != _KEEP:
        to = UUID(form.text("to")) if form.text("to") != _TO_THE_DESK else None
        left = owners.pass_on([one.ref for one in owned], to, by=by, at=at)
        for one in owned:
            if one.ref in left:
                messages.error(request, f"{one.short} is still yours. {left[one.ref]}")
    duty_rota.go_off(by=by, desk=line.desk_id, at=at)
    messages.success(request, f"You are off duty at {line.name}. Your keys are locked.")
    return HttpResponseRedirect(reverse("my-work"))


def _my_desk(request: OfficeRequest, code: str, at: datetime) -> DeskDuty:
    for line in duty_rota.rota(by=request.attendance, at=at):
        if line.code == code:
            return line
    raise NotHere
