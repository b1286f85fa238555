"""Links between a report and the queue or search results that its officer came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from heedline.casework.pages.queues.queue_view import QueueView, view_of
from heedline.packs import load_pack

#: The address of the queue of all one's desks together.
ALL = "all"
_LONGEST = 400
_RESULTS = re.compile(r"results~([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:~([1-9][0-9]{0,2}))?")


def view_at(desk: str, asked: Mapping[str, str]) -> QueueView:
    """Return the queue view that the query parameters specify."""
    code = None if desk == ALL else desk
    return view_of(asked, desk=code, outcomes=load_pack(settings.PACK).outcomes)


def view_link(desk: str, query: Mapping[str, str]) -> str:
    """Return the URL of a queue view."""
    here = reverse("queue", kwargs={"desk": desk})
    return f"{here}?{urlencode(query)}" if query else here


def origin_of(desk: str, view: QueueView) -> str:
    """Return a form value that identifies the queue an officer came from.

    It is the desk's code, followed by the view unless that is the default.
    """
    query = urlencode(view.query())
    return f"{desk}?{query}" if query else desk


def view_from(origin: str) -> tuple[str, QueueView]:
    """Return the desk's code and the queue view encoded in a value from `origin_of`.

    Any other value stands for all of the officer's desks.
    """
    if not is_queue_code(origin):
        return ALL, view_at(ALL, {})
    desk, _, query = origin.partition("?")
    return desk, view_at(desk, QueryDict(query).dict())


def is_queue_code(code: str) -> bool:
    """Return whether a string has the format of a desk code, optionally followed by a view's query string.

    Before use it is looked up among the officer's own desks.
    """
    desk = code.partition("?")[0]
    return len(code) <= _LONGEST and 0 < len(desk) <= 40 and all(c.isalnum() or c in "-_" for c in desk)


def results_code(search: UUID, page: int) -> str:
    """Return a form value that identifies the page of search results that an officer came from.

    It says nothing about the search. The page of results checks that the search is the officer's own.
    """
    return f"results~{search}~{page}" if page > 1 else f"results~{search}"


def results_address(code: str) -> str:
    """Return the URL of the search results that an officer came from, or "" for a queue."""
    found = _RESULTS.fullmatch(code)
    if found is None:
        return ""
    address = reverse("search-results", kwargs={"ref": UUID(found[1])})
    return f"{address}?page={found[2]}" if found[2] else address


def queue_address(code: str) -> str:
    """Return the URL of the queue that an officer came from, with its filters and order.

    For somebody who came from search results, this is the queue of all their desks.
    """
    desk, view = view_from(code)
    return view_link(desk, view.query())


def came_from(request: HttpRequest) -> str:
    """Return the request's `from` value if it is a valid queue or search results code, otherwise ""."""
    code = request.POST.get("from") or request.GET.get("from") or ""
    return code if is_queue_code(code) or results_address(code) else ""


def from_query(request: HttpRequest) -> str:
    """Return the query string that carries where the officer came from to another page of the report, or ""."""
    code = came_from(request)
    return f"?{urlencode({'from': code})}" if code else ""


def with_queue(request: HttpRequest, name: str, **kwargs: UUID) -> str:
    """Return the URL of a page of a report, including the queue or search results that the officer came from."""
    return reverse(name, kwargs=kwargs) + from_query(request)
