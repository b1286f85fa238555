"""Pages for the queue of items and for adding an item."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from heedline.casework.access import session
from heedline.dispatch.clocks import due_words
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.items import adding
from heedline.specialist_desks.material.items.found_item import my_desk
from heedline.specialist_desks.material.notices.lines import OpenNotice, of_items
from heedline.specialist_desks.material.pages.words import EMPTY, LISTS, NOTICE_STATES, STATES
from heedline.specialist_desks.material.queue import reading, searching
from heedline.web.components.forms import Form, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import times
from heedline.web.shell.request import OfficeRequest

_ADD = (
    TextInput(
        name="address",
        label="Web address, or account and app",
        hint="It is never opened from here. You can paste it with brackets or as hxxp.",
        required=adding.NO_ADDRESS,
        names=True,
        limit=2_000,
    ),
)
_FIND = (
    TextInput(
        name="words",
        label="Words from the address or the name of the item",
        hint="Enter whole words. The item must contain all of them.",
        required=searching.NO_WORDS,
        names=True,
        limit=200,
    ),
)


@open_to(Audience.UNLOCKED)
@require_GET
def queue(request: OfficeRequest) -> HttpResponse:
    """Show a list of the items at the officer's desk, highest priority first."""
    chosen = request.GET.get("list", "open")
    chosen = chosen if chosen in LISTS else "open"
    typed = request.GET.get("page", "1")
    number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 5 else 1
    at, by = session.now(), request.attendance
    found = reading.queue(chosen, max(1, number), by=by, at=at)
    address = f"{reverse('material-queue')}?list={chosen}"
    noticed = of_items([one.ref for one in found.lines], session.now())
    return render(
        request,
        "material/queue.html",
        {
            "found": found,
            "lines": [
                (one, STATES[one.state], _notice(noticed.get(one.ref)), _referral(one.referral_due, at))
                for one in found.lines
            ],
            "lists": [
                {
                    "text": words,
                    "href": f"{reverse('material-queue')}?list={code}",
                    "count": found.counts[code],
                    "current": code == chosen,
                }
                for code, words in LISTS.items()
            ],
            "title": LISTS[chosen],
            "empty": EMPTY[chosen],
            "earlier_href": f"{address}&page={found.page - 1}" if found.page > 1 else "",
            "later_href": f"{address}&page={found.page + 1}" if found.page < found.pages else "",
        },
    )


def _notice(found: OpenNotice | None) -> dict[str, object]:
    """Return the template data for an item's open notice, or an empty dict if there is none."""
    if found is None:
        return {}
    due = due_words(found.due_at, session.now(), session.office_zone()) if found.due_at is not None else ""
    return {"ref": found.ref, "state": NOTICE_STATES[found.state], "due": due, "red": found.red}


def _referral(due: datetime | None, at: datetime) -> dict[str, object]:
    """Return the template data for a referral that the unit does not have yet, or an empty dict."""
    return {"due": times.day_and_clock(due, at), "red": due < at} if due is not None else {}


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def find(request: OfficeRequest) -> HttpResponse:
    """Search items by keyword. The keywords are posted, so that they do not appear in the URL."""
    by, at = request.attendance, session.now()
    my_desk(by)
    form, status, lines = Form(_FIND), 200, None
    if request.method == "POST":
        form, status = Form.posted(_FIND, request.POST.lists()), 422
        if not form.errors:
            try:
                lines = [
                    (one, STATES[one.state]) for one in searching.search(form.text("words"), by=by, at=at)
                ]
                status = 200
            except NotNow as why:
                form = form.but(words=why.reason)
    context = {"form": form, "lines": lines, "most": searching.MOST}
    return render(request, "material/find.html", context, status=status)


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def add(request: OfficeRequest) -> HttpResponse:
    """Add an item for a URL or account typed by an examiner."""
    by, at = request.attendance, session.now()
    my_desk(by)
    form, status = Form(_ADD), 200
    if request.method == "POST":
        form, status = Form.posted(_ADD, request.POST.lists()), 422
        if not form.errors:
            try:
                ref = adding.add(form.text("address"), by=by, at=at)
            except NotNow as why:
                form = form.but(address=str(why))
            else:
                return HttpResponseRedirect(reverse("material-item", kwargs={"ref": ref}))
    return render(request, "material/add.html", {"form": form}, status=status)
