"""An officer's home page and the queues of their desks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from heedline.casework.access import saved_views, session
from heedline.casework.access.session import Attendance
from heedline.casework.dissemination import lines as dissemination_lines
from heedline.casework.duty import alarm_board
from heedline.casework.errors import NotHere
from heedline.casework.journey import transitions
from heedline.casework.linking import deconfliction, interests, matching, questions
from heedline.casework.oversight import conflict_register
from heedline.casework.pages import danger_page, desk_tabs, hand_overs, identity_requests
from heedline.casework.pages import home as pages_home
from heedline.casework.pages.queues import queue as pages_queue
from heedline.casework.pages.queues import upkeep
from heedline.casework.pages.queues.queue import Queue
from heedline.casework.pages.queues.queue_view import QueueView
from heedline.casework.people import training
from heedline.casework.records import open_records
from heedline.casework.setup import waiting_proposals
from heedline.casework.tasks import owner_notices, shift_notes
from heedline.casework.tasks import tasks as casework_tasks
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.afterwards import AFTERWARDS
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import times
from heedline.web.office.duty import duty_pages
from heedline.web.office.linking import match_pages
from heedline.web.office.report import queue_words
from heedline.web.office.training import training_pages
from heedline.web.shell.queue_links import (
    ALL,
    from_query,
    origin_of,
    queue_address,
    view_at,
    view_from,
    view_link,
    with_queue,
)
from heedline.web.shell.request import OfficeRequest

_LONGEST = 400
#: Reports that My work lists.
_HELD = 10


@open_to(Audience.OFFICERS)
@require_GET
def home(request: OfficeRequest) -> HttpResponse:
    """Redirect the root URL to the officer's work."""
    return HttpResponseRedirect(reverse("my-work"))


@open_to(Audience.OFFICERS)
@require_GET
def my_work(request: OfficeRequest) -> HttpResponse:
    """Show the work waiting at the officer's desks, the officer's own reports and their alarms.

    Counts need no keys.
    """
    at, by, mine = session.now(), request.attendance, QueueView(state="mine", size=_HELD)
    contact_first = deconfliction.contact_first(by=by)
    paged = alarm_board.paged_about(by=by, at=at)
    try:
        desks = pages_home.my_desks(by=by, at=at)
        held = _flagged(pages_queue.queue(by=by, at=at, view=mine), {one.ref for one in contact_first})
        waiting_elsewhere = hand_overs.waiting_elsewhere(by=by, at=at)
    except Refused:  # stewards and authorisers read no reports
        desks, held, waiting_elsewhere = (), None, ()
    return render(
        request,
        "office/my_work.html",
        {
            "paged": [duty_pages.shown_alarm(thing) for thing in paged.things],
            "paged_more": paged.more,
            "desks": desks,
            "held": queue_words.rows_of(held, ALL, mine) if held is not None else (),
            "held_headings": queue_words.OWN_HEADINGS,
            "origin": origin_of(ALL, view_at(ALL, view_in("mine"))),
            "held_total": held.total if held is not None else 0,
            "held_href": view_link(ALL, view_in("mine")),
            "waiting_elsewhere": waiting_elsewhere,
            "notices": owner_notices.unseen(by=by),
            "shift_notes": shift_notes.waiting(by=by, at=at),
            "desk_questions": questions.waiting(by=by, at=at),
            "comparing": match_pages.progress_words(matching.progress(by=by, at=at)),
            "tasks": casework_tasks.mine(by=by, at=at),
            "records": open_records.mine(by=by, at=at),
            "open_alarms": paged.unanswered,
            "interest_hits": interests.to_acknowledge(by=by),
            "contact_first": contact_first,
            "conflicts": conflict_register.raised_lately(by=by, at=at),
            "desk_work": desk_tabs.desk_work(by=by, at=at),
            "partner_calls": dissemination_lines.calls_for(by),
            "proposals_waiting": waiting_proposals.waiting_for(by, at),
            "keys_to_sign": waiting_proposals.keys_to_sign(by),
            "requests_waiting": identity_requests.waiting_for(by),
            "requests_decided": identity_requests.decided_lately(by=by, at=at),
            "trainings": training_pages.shown(
                tuple(line for line in training.mine(by=by, at=at) if line.state != "valid")
            ),
            "updated": times.clock(at),
        },
    )


def _flagged(held: Queue, contact_first: Collection[UUID]) -> Queue:
    """Return a queue with a flag on the reports about which an officer must be contacted first."""
    return replace(
        held,
        lines=tuple(
            replace(line, flags=("Contact first", *line.flags)) if line.ref in contact_first else line
            for line in held.lines
        ),
    )


@open_to(Audience.UNLOCKED)
@require_POST
def notice_read(request: OfficeRequest, ref: UUID, notice: UUID) -> HttpResponse:
    """Record that the officer has read the notice that their report was reassigned."""
    owner_notices.mark_read(ref, notice, by=request.attendance, at=session.now())
    return HttpResponseRedirect(reverse("my-work"))


def _desk_name(by: Attendance, code: str) -> str:
    """Return the name of one of the officer's desks.

    Raises NotHere for any other desk, exactly as for one that does not exist.
    """
    if code == ALL and by.desks:
        return "All my desks"
    for desk in by.desks:
        if desk.code == code:
            return desk.name
    raise NotHere


@open_to(Audience.UNLOCKED)
@require_GET
def index_step(request: OfficeRequest) -> HttpResponse:
    """Index and compare a batch of reports waiting at the officer's desks.

    The server requests this after a page, while it is idle. 202: more is waiting; 204: nothing is.
    """
    more = upkeep.keep_up(by=request.attendance, at=session.now())
    return HttpResponse(status=HTTPStatus.ACCEPTED if more else HTTPStatus.NO_CONTENT)


@open_to(Audience.UNLOCKED)
@require_GET
def queue(request: OfficeRequest, desk: str) -> HttpResponse:
    """Show one page of a desk's queue, with urgent reports first unless another sort order is chosen.

    Filters, order, page size and position are in the URL.
    """
    at, by = session.now(), request.attendance
    name = _desk_name(by, desk)
    if AFTERWARDS not in request.META:
        upkeep.keep_up(by=by, at=at)  # a server that cannot do it later
    view = view_at(desk, request.GET.dict())
    try:
        found = pages_queue.queue(by=by, at=at, view=view)
    except ValueError:  # a mark that nobody was given
        return HttpResponseRedirect(view_link(desk, view.query()))
    choices = queue_words.choices_of(
        view.state,
        found.colleagues,
        watching=any(one.round_the_clock for one in by.desks),
        incidents=found.incidents,
    )
    rows = queue_words.rows_of(found, desk, view)
    headings = queue_words.headings(desk, view)
    bulk = desk != ALL and view.state != "closed"
    several_desks = desk == ALL or any(line.desk_name != name for line in found.lines)
    return render(
        request,
        "office/queue.html",
        {
            "desk": {"code": desk, "name": name},
            "state": view.state,
            "states": [
                {
                    "text": words,
                    "href": view_link(desk, view_in(code)),
                    "current": code == view.state,
                }
                for code, words in queue_words.STATES.items()
            ],
            "queue": found,
            "incident": view.incident,
            "groups": queue_words.groups_of(rows, view),
            "headings": headings,
            "columns": len(headings)
            + len(found.desk_columns)
            + sum((bulk, several_desks, view.state == "closed", 1)),
            "chips": queue_words.chips_of(desk, view, found.chips, found.special),
            "filters": queue_words.filter_form(view, choices),
            "chosen": queue_words.chosen_words(desk, view, choices),
            "kept": {key: value for key, value in view.query().items() if key in {"state", "size"}},
            "clear_href": view_link(desk, view_in(view.state)),
            "total": queue_words.total_words(found.total),
            "sizes": queue_words.size_links(desk, view),
            "saved": queue_words.saved(found.views),
            "query": urlencode(view.query()),
            "origin": origin_of(desk, view),
            "bulk": bulk,
            "totals": found.totals,
            "several_desks": several_desks,
            "next_href": view_link(desk, view.query(after=found.next)) if found.next else "",
            "first_href": view_link(desk, view.query()) if view.after else "",
            "show_href": request.get_full_path(),
            "updated": times.clock(at),
            **_new(0, found.mark, desk, view),
        },
    )


def view_in(state: str) -> dict[str, str]:
    """Return the query parameters of an unfiltered queue view for one state."""
    return {} if state == "open" else {"state": state}


@open_to(Audience.UNLOCKED)
@require_POST
def save_view(request: OfficeRequest, desk: str) -> HttpResponse:
    """Save a queue's filters and order under a name that only this officer can read."""
    by = request.attendance
    _desk_name(by, desk)
    view = view_at(desk, QueryDict(request.POST.get("query", "")[:_LONGEST]).dict())
    try:
        saved_views.save(
            request.POST.get("name", "")[: saved_views.LONGEST + 1],
            desk="" if desk == ALL else desk,
            query=view.query(),
            by=by,
        )
    except NotNow as no:
        messages.error(request, no.reason)
    else:
        messages.success(request, "View saved. Only you can see it.")
    return HttpResponseRedirect(view_link(desk, view.query()))


@open_to(Audience.UNLOCKED)
@require_POST
def delete_view(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Delete one of the officer's own saved views."""
    saved_views.delete(ref, by=request.attendance)
    messages.success(request, "View deleted.")
    return HttpResponseRedirect(queue_address(request.POST.get("from", "")))


def _new(count: int, mark: str, desk: str, view: QueueView) -> dict[str, object]:
    query = urlencode({"mark": mark, **view.query()})
    return {"new": count, "poll_href": f"{reverse('queue-new', kwargs={'desk': desk})}?{query}"}


@open_to(Audience.OFFICERS)
@require_GET
def queue_new(request: OfficeRequest, desk: str) -> HttpResponse:
    """Return a one-line count of reports added since the page was rendered.

    The page requests it every half minute. It opens nothing and does not count as activity, so that an open
    page does not keep keys unlocked (middleware).
    """
    at, by = session.now(), request.attendance
    _desk_name(by, desk)
    view, mark = view_at(desk, request.GET.dict()), request.GET.get("mark", "")[:100]
    count = pages_queue.new_since(by=by, at=at, mark=mark)
    return render(
        request,
        "office/parts/queue_new.html",
        {
            "updated": times.clock(at),
            "show_href": view_link(desk, view.query()),
            **_new(count, mark, desk, view),
        },
    )


@open_to(Audience.UNLOCKED)
@require_POST
def take(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Take a report and open it."""
    try:
        transitions.take(ref, by=request.attendance, at=session.now())
    except (NotNow, Refused) as no:
        messages.error(request, no.reason)
        return HttpResponseRedirect(with_queue(request, "report", ref=ref))
    return HttpResponseRedirect(report_address(ref) + from_query(request))


@open_to(Audience.UNLOCKED)
@require_http_methods(["POST"])
def release(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Release a report back to its desk without asking for a reason."""
    try:
        transitions.release(ref, by=request.attendance, at=session.now())
    except (NotNow, Refused) as no:
        messages.error(request, no.reason)
        return HttpResponseRedirect(with_queue(request, "report", ref=ref))
    messages.success(request, "The report is back in its desk’s queue.")
    return HttpResponseRedirect(queue_address(request.POST.get("from", "")))


def report_address(ref: UUID) -> str:
    """Return the URL to open after taking a report.

    This is the page Danger to life while the report's danger is open.
    """
    return reverse("report-danger" if danger_page.is_open(ref) else "report", kwargs={"ref": ref})


def open_next(by: Attendance, *, queue_code: str, after: UUID) -> UUID | None:
    """Take the next available report in the queue and return its id, or None if none is waiting.

    If a colleague takes that report first, the one after it is tried.
    """
    at = session.now()
    desk, view = view_from(queue_code)
    if desk not in {one.code for one in by.desks}:
        view = replace(view, desk=None)
    for _ in range(5):
        found = pages_home.next_waiting(by=by, at=at, view=view, after=after)
        if found is None:
            return None
        try:
            transitions.take(found, by=by, at=at)
        except (NotNow, Refused, NotHere):
            after = found
            continue
        return found
    return None
