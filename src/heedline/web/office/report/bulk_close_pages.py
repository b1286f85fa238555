"""Bulk closure of similar reports: finding, selecting and closing them, and undoing it.

Everything works with checkboxes and buttons. A selected report is posted as its id and the version that was
viewed. Reports that have changed since then are left out and named.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.intake import incidents
from heedline.casework.journey import bulk_close
from heedline.casework.pages.queues import bulk_preview
from heedline.casework.pages.queues.bulk_preview import SweepItem
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import Form
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import form_of, keeps_words, kept_for, let_go
from heedline.web.office.report.closing_forms import closing_of, sweeping_fields
from heedline.web.office.report.report_forms import FINISHED
from heedline.web.shell.queue_links import view_at, view_link
from heedline.web.shell.request import OfficeRequest

_LONGEST_WORDS = 200


def token_of(ref: UUID, version: int) -> str:
    """Return the form value for a selected report: its id and version."""
    return f"{ref.hex}.{version}"


def chosen_of(values: Iterable[str], *, most: int = bulk_close.MOST) -> dict[UUID, int]:
    """Return the selected reports as a mapping from id to version.

    Each value may hold one report or many. Invalid values are left out. At most one more than `most`
    is returned.
    """
    found: dict[UUID, int] = {}
    for token in " ".join(values).split():
        ref, _, version = token.partition(".")
        if len(found) > most:
            break
        if len(ref) == 32 and version.isascii() and version.isdecimal() and len(version) < 10:
            try:
                found[UUID(hex=ref)] = int(version)
            except ValueError:
                continue
    return found


def _tokens(items: Iterable[SweepItem]) -> str:
    return " ".join(token_of(item.ref, item.version) for item in items)


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def alike(request: OfficeRequest, desk: str) -> HttpResponse:
    """List this desk's waiting reports that are similar or contain the same words.

    The words are posted, so that no URL contains them. The URL may limit the list to the reports of one incident.
    """
    at, by = session.now(), request.attendance
    words = request.POST.get("words", "")[:_LONGEST_WORDS]
    incident = view_at(desk, request.GET.dict()).incident
    found = bulk_preview.alike(desk, words=words, incident=UUID(incident) if incident else None, by=by, at=at)
    return render(
        request,
        "office/alike.html",
        {
            "desk": bulk_close.desk_of(by, desk),
            "words": words,
            "incident": incidents.names().get(incident, "") if incident else "",
            "back": view_link(desk, {"incident": incident} if incident else {}),
            "here": request.get_full_path(),
            "found": found,
            "to_undo": bulk_preview.to_undo(desk, by=by, at=at),
        },
    )


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def alike_group(request: OfficeRequest, desk: str, ref: UUID) -> HttpResponse:
    """Show one page of a group of similar reports, each text whole and none of them selected.

    What is selected on one page is posted to the next one, so that a whole group is closed as one act.
    """
    at, by = session.now(), request.attendance
    number = request.GET.get("page", "1")
    page = bulk_preview.alike_page(
        desk,
        ref,
        int(number) if number.isascii() and number.isdecimal() and len(number) < 5 else 1,
        by=by,
        at=at,
    )
    ticked = chosen_of(request.POST.getlist("choose"))
    rows = [
        {"row": row, "token": _tokens([row.item, *row.same]), "ticked": row.item.ref in ticked}
        for row in page.rows
    ]
    here = {item.ref for row in page.rows for item in (row.item, *row.same)}
    address = reverse("alike-group", kwargs={"desk": desk, "ref": ref})
    return render(
        request,
        "office/alike_group.html",
        {
            "desk": bulk_close.desk_of(by, desk),
            "page": page,
            "rows": rows,
            "elsewhere": " ".join(token_of(one, ticked[one]) for one in ticked if one not in here),
            "elsewhere_count": sum(one not in here for one in ticked),
            "before": f"{address}?page={page.number - 1}" if page.number > 1 else "",
            "next": f"{address}?page={page.number + 1}" if page.number < page.pages else "",
        },
    )


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def sweep(request: OfficeRequest, desk: str) -> HttpResponse:
    """Close similar reports in bulk.

    The officer selects them, previews each one, chooses one outcome and one reason, and confirms. The last
    page offers to undo the closure.
    """
    by = request.attendance
    bulk_close.desk_of(by, desk)
    kept = kept_for(request, by) if request.method == "GET" else None
    posted = kept if kept is not None else dict(request.POST.lists())
    chosen = chosen_of(posted.get("choose", []))
    for ref in chosen_of(posted.get("leave", [])):
        chosen.pop(ref, None)
    if not chosen or len(chosen) > bulk_close.MOST:
        if request.method == "POST":
            messages.error(request, f"Tick between 2 and {bulk_close.MOST:,} reports first.")
        return let_go(request, HttpResponseRedirect(reverse("alike", kwargs={"desk": desk})), by)
    if request.method == "POST" and request.POST.get("do") == "sweep":
        return _act(request, desk, chosen)
    items = bulk_preview.look(desk, chosen, by=by, at=session.now())
    fields = sweeping_fields({item.kind for item in items if not item.left_out})
    values = {each.name: each.read(kept) for each in fields} if kept is not None else {"tell": FINISHED}
    return _sure(request, desk, items, chosen, Form(fields, values), words_came_back=kept is not None)


def _act(request: OfficeRequest, desk: str, chosen: dict[UUID, int]) -> HttpResponse:
    """Close the chosen reports. They are not looked at first: the closure opens and checks each of them itself."""
    by, at, status = request.attendance, session.now(), 422
    form = Form.posted(sweeping_fields(bulk_preview.kinds_of(desk, chosen, by=by)), request.POST.lists())
    if not form.errors:
        try:
            made = bulk_close.sweep(desk, chosen, closing_of(form), by=by, at=at)
        except (NotNow, Refused) as no:
            form, status = form.but(**{"": no.reason}), 409
        else:
            return let_go(request, HttpResponseRedirect(reverse("sweep-made", kwargs={"ref": made})), by)
    return _sure(request, desk, bulk_preview.look(desk, chosen, by=by, at=at), chosen, form, status=status)


def _sure(
    request: OfficeRequest,
    desk: str,
    items: tuple[SweepItem, ...],
    chosen: dict[UUID, int],
    form: Form,
    *,
    status: int = 200,
    words_came_back: bool = False,
) -> HttpResponse:
    closing = [item for item in items if not item.left_out and item.version == chosen.get(item.ref)]
    changed = [item for item in items if not item.left_out and item.version != chosen.get(item.ref)]
    return render(
        request,
        "office/sweep.html",
        {
            "desk": bulk_close.desk_of(request.attendance, desk),
            "closing": [{"item": item, "token": token_of(item.ref, item.version)} for item in closing],
            "staying": [(item, item.left_out) for item in items if item.left_out]
            + [(item, bulk_close.WHY["changed"]) for item in changed],
            "gone": len(chosen) - len(items),
            "tokens": _tokens(closing),
            "form": form,
            "form_of": form_of(request.attendance),
            "words_came_back": words_came_back,
            "undo_hours": int(bulk_close.UNDO_FOR.total_seconds() // 3600),
        },
        status=status,
    )


@open_to(Audience.UNLOCKED)
@require_GET
def made(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show the result of a bulk closure.

    The page says what was closed, what was left open, and until when it can be undone.
    """
    found = bulk_preview.made(ref, by=request.attendance, at=session.now())
    outcome = load_pack(settings.PACK).outcomes.get(found.outcome)
    return render(
        request,
        "office/sweep_made.html",
        {"made": found, "outcome": outcome.words if outcome is not None else found.outcome},
    )


@open_to(Audience.UNLOCKED)
@require_POST
def undo(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Reopen the reports closed by a bulk closure."""
    try:
        restored = bulk_close.undo(ref, by=request.attendance, at=session.now())
    except (NotNow, Refused) as no:
        messages.error(request, no.reason)
    else:
        plural = "report waits" if restored == 1 else "reports wait"
        messages.success(request, f"Undone. {restored:,} {plural} again as before.")
    return HttpResponseRedirect(reverse("sweep-made", kwargs={"ref": ref}))
