"""Shared layout for report pages: the bar, the places and the links back to the queue and search results."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from heedline.casework.access import session
from heedline.casework.errors import CannotOpen
from heedline.casework.linking import deconfliction
from heedline.casework.linking.deconfliction import ContactPerson, is_compared
from heedline.casework.pages.case_file import CaseFile, case_file
from heedline.casework.pages.case_header import CaseHeader
from heedline.casework.pages.desk_tabs import desk_tabs
from heedline.casework.pages.timeline import only
from heedline.casework.search.seen_before import SeenBefore
from heedline.packs import load_pack
from heedline.reports.lifecycle import Move
from heedline.web.entrance import times
from heedline.web.entrance.kept_words import form_of
from heedline.web.shell.queue_links import came_from, from_query, queue_address, results_address
from heedline.web.shell.report_bar import facts_of, flags_of, places_of
from heedline.web.shell.report_left import messages_of, told_of
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.seen_words import denied_links
from heedline.web.shell.timeline_words import timeline_entries
from heedline.web.shell.writing_words import writing_line

#: Entries of the timeline beside the work.
_LATEST = 8


def page(
    request: OfficeRequest,
    template: str,
    file: CaseFile,
    tab: str,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    """Render a page of a report with its bar, its places and the pages of the place that is open.

    Every page has the report as received and its messages on the left, and the latest entries of the timeline.
    The template fills the block `work`, or `page` to use the whole width. The page also records which officer its
    form belongs to.
    """
    code, query = came_from(request), from_query(request)
    # an exercise is no report of a specialist desk
    practised = getattr(request, "practice", "")
    of_desks = () if practised else desk_tabs(file.header.ref, by=request.attendance, at=session.now())
    places, pages = places_of(file, tab, query, of_desks)
    return render(
        request,
        template,
        {
            "header": file.header,
            "facts": facts_of(file.header),
            "flags": flags_of(file, query),
            "places": places,
            "place_pages": pages,
            "place_label": next((f"Pages under {one['text']}" for one in places if one["current"]), ""),
            "from": code,
            "query": query,
            "queue_href": queue_address(code),
            "results_href": results_address(code),
            "form_of": form_of(request.attendance),
            "answers": file.answers,
            "history": file.history,
            "told": told_of(file.answers),
            "files": file.files,
            "messages_said": messages_of(file.messages),
            "read": file.messages.unread,
            "messages_state": file.messages,
            "tab": tab,
            "contact_first": file.contacts,
            "deconflicted": _deconflicted(file),
            "cleared": cleared_words(file.contacts),
            "matches": file.matches,
            "checks": file.checks,
            "writing": None if practised else writing_line(file.header.writing, at=session.now()),
            "latest": timeline_entries(
                only(file.history.timeline, (), newest=True)[:_LATEST], file.header.kind
            ),
            **context,
        },
        status=status,
    )


def cleared_words(contacts: Iterable[ContactPerson]) -> list[dict[str, str]]:
    """Return who cleared the desk to act, with their desk, the time and their words."""
    at = session.now()
    return [
        {
            "name": one.released_by,
            "desk_name": one.desk_name,
            "when": times.day_and_clock(one.released_at, at) if one.released_at else "",
            "words": one.released,
        }
        for one in contacts
        if one.released
    ]


def _deconflicted(file: CaseFile) -> str:
    """Return the deconfliction result, for pages that send something outside the desk.

    Clearances are shown before it (`cleared_words`).
    """
    waiting = [one.name for one in file.contacts if not one.released]
    if waiting:
        return f"Contact {', '.join(waiting)} first. Do not act on this report or send anything until they say that you can, unless life is at risk."
    if file.compared_at is None and (why := _never_compared(file.header)):
        desk = load_pack(settings.PACK).desks[load_pack(settings.PACK).linking_desk]
        ask = f"Ask the {desk.name}{f' ({desk.phone})' if desk.phone else ''}"
        return f"{why} {ask} before you send anything or before anybody is visited or contacted."
    if file.compared_at is None:
        again = " as it is now" if file.contacts else ""
        return f"This report{again} has not been compared with the interest register yet. {_comparing(file.header)}"
    when = times.day_and_clock(file.compared_at, session.now())
    return f"Last compared with the interest register at {when}." if file.contacts else f"No trace at {when}."


def _comparing(header: CaseHeader) -> str:
    """Return what the comparison of a report waits for, and what happens if it takes too long."""
    desk = deconfliction.comparing_desk(0 if header.danger_to_life else 1)
    return (
        f"This is done while an officer of the {desk.name} is at work. The desk is paged if the report has waited there for"
        f" {desk.minutes} minutes.{f' If you cannot wait, phone {desk.phone}.' if desk.phone else ''}"
    )


def _never_compared(header: CaseHeader) -> str:
    """Return why a report is never compared with the interest register, or ""."""
    if not is_compared(header.kind):
        return "Reports of this kind are not compared with the interest register."
    if header.restricted and not header.in_danger:
        return "This report is not compared with the interest register while its processing is restricted."
    return ""


def denied(file: CaseFile, seen: SeenBefore) -> dict[str, str] | None:
    """Return what the last assessment of a report says against decisions that it is the same as others, or None."""
    step = file.history.last(Move.ASSESS)
    if step is None:
        return None
    said = denied_links(seen, file.header.kind, dict(step.words))
    return said if said is not None and said["given"] else None


def page_beside(
    request: OfficeRequest,
    ref: UUID,
    tab: str,
    template: str,
    alone: str,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    """Render a page about a report, beside the report as received if that can be opened.

    If the report cannot be opened, the template `alone` is used. What such a page is about (who read the
    report, how long it is kept) is needed of a report that nobody can open as well.
    """
    try:
        file = case_file(ref, by=request.attendance, at=session.now())
    except CannotOpen:
        return render(request, alone, {"query": from_query(request), **context}, status=status)
    return page(request, template, file, tab, context, status)


def move_of(header: CaseHeader, move: Move, kept: object = None) -> dict[str, object]:
    """Return the template context for a transition: whether it is allowed, why not, and any saved text."""
    return {
        "allowed": header.may(move),
        "why_not": header.why_not(move),
        "words_came_back": kept is not None,
    }
