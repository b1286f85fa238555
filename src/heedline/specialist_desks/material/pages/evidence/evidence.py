"""Pages for an item's evidence: captures, checks, files and export."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.report.opening import short_name
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.capture.running import capture_missing
from heedline.specialist_desks.material.evidence import capturing, reading, watching
from heedline.specialist_desks.material.examination.welfare import OnBreak
from heedline.specialist_desks.material.outcomes import disposing
from heedline.specialist_desks.material.pages.evidence.evidence_words import (
    BANDS,
    BY,
    FILES,
    KINDS,
    NOTES,
    VERDICTS,
)
from heedline.specialist_desks.material.pages.words import STATES
from heedline.specialist_desks.material.rules import DISPOSABLE, WATCHED, ItemState
from heedline.specialist_desks.material.vocabulary import MaterialCapability
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import times
from heedline.web.shell.request import OfficeRequest

#: Checks that one click makes. Each may take half a minute.
_AT_ONCE = 3
#: Items that one click tries, and for how many seconds, if checks of some cannot be made.
_TRIED, _LONGEST = 50, 90


def evidence_context(request: OfficeRequest, ref: UUID, state: ItemState) -> dict[str, Any]:
    """Return the evidence section of an item's page."""
    by, now = request.attendance, session.now()
    found = reading.evidence_of(ref, by=by)
    shown = state is not ItemState.REFERRED
    return {
        "evidence": found,
        "evidence_lines": [_line(one, now) for one in found.lines] if shown and not found.blocked else [],
        "evidence_known": [
            {"one": one, "state": STATES[one.state], "words": f"{BANDS[one.band]} {BY[one.by]}"}
            for one in found.known
        ]
        if shown and not found.blocked
        else [],
        "settled": VERDICTS[found.settled] if found.settled else "",
        "next_check": times.day_and_clock(found.due_at, now) if found.due_at else "",
        "capture_missing": capture_missing(),
        "can_capture": shown and by.may(MaterialCapability.EXAMINE),
        "can_watch": state in WATCHED and not found.watched,
        "can_export": shown and not found.blocked and bool(found.lines) and by.may(MaterialCapability.LEAD),
        "can_dispose": state in DISPOSABLE and by.may(MaterialCapability.EXAMINE),
    }


def picture_context(request: OfficeRequest, ref: UUID, found: reading.ItemEvidence) -> dict[str, Any]:
    """Return the viewer of an item's newest captured picture for whoever decides now, or why it is not shown.

    The viewer covers the picture until the examiner asks for it. A picture like that of another item is not opened.
    """
    if found.broken or found.blocked:
        return {}  # the evidence section says why
    entry = found.newest_picture
    if entry is None:
        return {"picture_missing": True}
    number, role = entry
    # two pages may share a file, such as the logo of their platform, or their text, and show different pictures
    shows_it = {"picture"} if role == "picture" else {"picture", "file"}
    same = next((one for one in found.known if one.band.is_same and one.by in shows_it), None)
    if same is not None:
        return {"picture_known": same}
    try:
        token = reading.open_file(ref, number, role, by=request.attendance, at=session.now())
    except NotNow as why:
        return {"picture_why_not": why.reason}
    return {"picture_frame": f"{settings.FILES_URL}/t/{token}/", "picture_words": FILES[role]}


def with_viewer(response: HttpResponse) -> HttpResponse:
    """Let a page show the viewer of the files site in a frame, and return it."""
    response._csp_config = {**settings.SECURE_CSP, "frame-src": [settings.FILES_URL]}  # type: ignore[attr-defined]
    return response


def _line(one: reading.EvidenceLine, now: Any) -> dict[str, Any]:
    return {
        "one": one,
        "kind": KINDS[one.kind],
        "when": times.day_and_clock(one.at, now),
        "verdict": VERDICTS[one.verdict] if one.verdict else "",
        "notes": [NOTES.get(note, note) for note in one.notes],
        "stamped": times.day_and_clock(one.stamped_at, now) if one.stamped_at else "",
        "files": [(role, FILES[role]) for role, _ in one.files],
    }


@open_to(Audience.UNLOCKED)
@require_POST
def capture(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Capture an item's page, check whether it is still online, or start regular checks."""
    by, at = request.attendance, session.now()
    chosen = request.POST.get("do", "")
    try:
        if chosen == "watch":
            watching.watch(ref, by=by, at=at)
            messages.success(
                request, "Regular checks have started. Checks that are due are listed under Items."
            )
        else:
            do = capturing.capture if chosen == "capture" else capturing.look
            found = do(ref, by=by, at=at)
            messages.success(request, f"Recorded as entry {found.number}. {VERDICTS[found.verdict]}.")
    except NotNow as why:
        messages.error(request, why.reason)
    return HttpResponseRedirect(reverse("material-item", kwargs={"ref": ref}))


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def checks(request: OfficeRequest) -> HttpResponse:
    """List the items due for a check, and on POST check the first of them."""
    by, at = request.attendance, session.now()
    waiting = watching.due(by=by, at=at)
    if request.method == "POST":
        _run(request, waiting[:_TRIED])
        return HttpResponseRedirect(reverse("material-checks"))
    lines = [(ref, short_name(ref)) for ref in waiting[:100]]
    context = {
        "lines": lines,
        "count": len(waiting),
        "at_once": _AT_ONCE,
        "capture_missing": capture_missing(),
    }
    return render(request, "material/checks.html", context)


def _run(request: OfficeRequest, waiting: Sequence[UUID]) -> None:
    """Check as many items as time allows, and report those that could not be checked."""
    by, at = request.attendance, session.now()
    until = monotonic() + _LONGEST
    made = 0
    failed: dict[str, list[str]] = {}
    for ref in waiting:
        try:
            found = capturing.look(ref, by=by, at=at)
        except NotNow as why:
            failed.setdefault(why.reason, []).append(short_name(ref))
        else:
            made += 1
            messages.success(request, f"Item {short_name(ref)}: {VERDICTS[found.verdict]}.")
        if made == _AT_ONCE or monotonic() > until:
            break
    for reason, names in failed.items():
        messages.error(request, f"Not checked: {', '.join(names)}. {reason}")


@open_to(Audience.UNLOCKED)
@require_GET
def file(request: OfficeRequest, ref: UUID, number: int, role: str) -> HttpResponse:
    """Show one file of the evidence in a frame, covered until the examiner asks for it."""
    by, at = request.attendance, session.now()
    context: dict[str, Any] = {
        "ref": ref,
        "short": short_name(ref),
        "number": number,
        "role": FILES.get(role),
    }
    try:
        token = reading.open_file(ref, number, role, by=by, at=at)
    except OnBreak as why:
        return render(request, "material/break.html", {"why": why.reason})
    except NotNow as why:
        context["why_not"] = why.reason
    else:
        context["frame"] = f"{settings.FILES_URL}/t/{token}/"
    return with_viewer(render(request, "material/evidence_file.html", context))


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def dispose(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Propose to dispose of an item, or decide on a colleague's proposal and show the certificate."""
    by, at = request.attendance, session.now()
    by.require(MaterialCapability.EXAMINE)
    context: dict[str, Any] = {"ref": ref, "short": short_name(ref), "leads": by.may(MaterialCapability.LEAD)}
    if request.method == "POST":
        chosen = request.POST.get("do", "")
        try:
            if chosen == "dispose":
                context["certificate"] = disposing.dispose(ref, by=by, at=at)
            elif chosen == "keep":
                disposing.keep(ref, by=by, at=at)
            else:
                disposing.propose(ref, by=by, at=at)
        except NotNow as why:
            context["why_not"] = why.reason
    if "certificate" not in context:
        context["proposal"] = disposing.proposal(ref, by=by)
        if context["proposal"] is None:
            context["ended"] = disposing.ended_proposal(ref, by=by)
    return render(request, "material/dispose.html", context)


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def export(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Ask for confirmation of an evidence export, then show a single-use download link."""
    by, at = request.attendance, session.now()
    by.require(MaterialCapability.LEAD)
    context: dict[str, Any] = {"ref": ref, "short": short_name(ref)}
    if request.method == "POST":
        try:
            token, head = reading.export(ref, by=by, at=at)
        except NotNow as why:
            context["why_not"] = why.reason
        else:
            context |= {"address": f"{settings.FILES_URL}/o/{token}/", "head": head}
    return render(request, "material/evidence_export.html", context)
