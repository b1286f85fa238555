"""Bulk assignment and bulk handover of reports, each with a preview and a results page.

A selected report is posted as its id and the version that was viewed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from heedline.casework.access import session
from heedline.casework.access.keyring import DeskLine
from heedline.casework.journey import bulk_assign
from heedline.casework.journey.bulk_assign import BulkItem, BulkResult
from heedline.casework.journey.bulk_close import desk_of
from heedline.casework.pages import hand_overs
from heedline.casework.pages.queues import bulk_items
from heedline.casework.pages.queues.bulk_items import BulkLine
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow, Stage
from heedline.web.components.forms import Field, FieldOption, Form, Radios, TextArea
from heedline.web.declared import Audience, open_to
from heedline.web.office.report import report_forms
from heedline.web.office.report.bulk_close_pages import chosen_of, token_of
from heedline.web.office.report.owner_pages import reason_field
from heedline.web.shell.queue_links import queue_address
from heedline.web.shell.report_bar import STAGES
from heedline.web.shell.request import OfficeRequest

ASSIGN, HAND_OVER = "assign", "hand-over"
_REASON = 1000


def _fields(
    act: str, choices: bulk_items.BulkChoices, lines: Iterable[BulkLine], me: UUID, at: datetime
) -> tuple[Field, ...]:
    if act == ASSIGN:
        people = tuple(
            FieldOption(value=str(ref), label=f"{name} (you)" if ref == me else name)
            for ref, name in choices.officers.items()
        )
        choice = Radios(
            name="to", label="New owner", required="Choose the new owner", choices=people, small=True
        )
        if not any(line.taken_from(me) for line in lines):
            return (choice,)
        return (choice, reason_field("Whoever owned a report"))
    desks = report_forms.desk_options(choices.desks, hand_overs.unstaffed(at))
    return (
        Radios(name="to", label="Receiving desk", required="Choose a desk", choices=desks, small=True),
        TextArea(
            name="because",
            label="Reason",
            hint="One reason for all of them, sealed with each. The receiving desk reads it first.",
            required="Give the reason",
            rows=3,
            limit=_REASON,
        ),
    )


@open_to(Audience.UNLOCKED)
@require_POST
def bulk(request: OfficeRequest, desk: str) -> HttpResponse:
    """List the selected reports with the effect on each, and carry out the action once it is confirmed."""
    by, at, act = request.attendance, session.now(), request.POST.get("act", "")
    here = desk_of(by, desk)
    origin = request.POST.get("from", "") or desk
    chosen = chosen_of(request.POST.getlist("choose"), most=bulk_assign.MOST)
    for ref in chosen_of(request.POST.getlist("leave"), most=bulk_assign.MOST):
        chosen.pop(ref, None)
    if act not in {ASSIGN, HAND_OVER} or not 0 < len(chosen) <= bulk_assign.MOST:
        messages.error(request, f"Tick between 1 and {bulk_assign.MOST} reports first.")
        return HttpResponseRedirect(queue_address(origin))
    lines = bulk_items.listed(here, chosen, handing_over=act == HAND_OVER, by=by, at=at)
    choices = bulk_items.choices(here)
    fields = _fields(act, choices, lines, by.officer_id, at)
    if request.POST.get("do") != "yes":
        return _sure(request, here, act, lines, Form(fields), origin)
    form = Form.posted(fields, request.POST.lists())
    if form.errors:
        return _sure(request, here, act, lines, form, origin, 422)
    try:
        if act == ASSIGN:
            officer = UUID(form.text("to"))
            result, to = (
                bulk_assign.assign_all(here, chosen, officer, because=form.text("because"), by=by, at=at),
                choices.officers[officer],
            )
        else:
            to = dict(choices.desks)[form.text("to")]
            result = bulk_assign.hand_over_all(
                here, chosen, form.text("to"), form.text("because"), by=by, at=at
            )
    except (NotNow, Refused) as no:
        return _sure(request, here, act, lines, form.but(**{"": no.reason}), origin, 409)
    return _done(request, here, act, result, to, origin)


def _sure(
    request: OfficeRequest,
    desk: DeskLine,
    act: str,
    lines: Iterable[BulkLine],
    form: Form,
    origin: str,
    status: int = 200,
) -> HttpResponse:
    rows: list[dict[str, Any]] = [
        {
            "line": line,
            "token": token_of(line.ref, line.version),
            "now": _now(line),
            "effect": _effect(act, line, request.attendance.officer_id),
        }
        for line in lines
    ]
    context: dict[str, Any] = {
        "desk": desk,
        "act": act,
        "going": [row for row in rows if not row["line"].left_out],
        "staying": [row["line"] for row in rows if row["line"].left_out],
        "form": form,
        "origin": origin,
        "back": queue_address(origin),
    }
    return render(request, "office/bulk.html", context, status=status)


def _now(line: BulkLine) -> str:
    owner = f"owner {line.owner}" if line.owner else "no owner"
    deleted = ". The reporter has deleted their copy of our messages" if line.copies_deleted else ""
    return f"{STAGES[Stage(line.stage)]}, {owner}{deleted}"


def _effect(act: str, line: BulkLine, me: UUID) -> str:
    if act != ASSIGN:
        return "Leaves this desk, to be accepted by the other"
    if line.taken_from(me):
        return f"New owner, chosen below. {line.owner} is told, with the reason"
    return "New owner, chosen below"


def _done(
    request: OfficeRequest, desk: DeskLine, act: str, result: BulkResult, to: str, origin: str
) -> HttpResponse:
    return render(
        request,
        "office/bulk_done.html",
        {
            "desk": desk,
            "act": act,
            "result": result,
            "to": to,
            "tokens": _tokens(result.done) if act == ASSIGN else "",
            "undo_hours": int(bulk_assign.UNDO_FOR.total_seconds() // 3600),
            "origin": origin,
            "back": queue_address(origin),
        },
    )


def _tokens(items: Iterable[BulkItem]) -> str:
    return " ".join(token_of(item.ref, item.version) for item in items)


@open_to(Audience.UNLOCKED)
@require_POST
def bulk_undo(request: OfficeRequest, desk: str) -> HttpResponse:
    """Undo a bulk assignment.

    Each report returns to its previous owner, or to the desk.
    """
    by, at = request.attendance, session.now()
    here, origin = desk_of(by, desk), request.POST.get("from", "") or desk
    try:
        result = bulk_assign.undo_assign_all(
            here, chosen_of(request.POST.getlist("choose"), most=bulk_assign.MOST), by=by, at=at
        )
    except (NotNow, Refused) as no:
        messages.error(request, no.reason)
        return HttpResponseRedirect(reverse("queue", kwargs={"desk": desk}))
    return _done(request, here, "undo", result, "", origin)
