"""Links between a report and the queue that its officer came from."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

#: The address of the queue of all one's desks together.
ALL = "all"


def is_queue_code(code: str) -> bool:
    """Return whether a string has the form of a desk code.

    Before use it is looked up among the officer's own desks.
    """
    return 0 < len(code) <= 40 and all(c.isalnum() or c in "-_" for c in code)


def queue_address(code: str) -> str:
    """Return the URL of the queue that an officer came from."""
    return reverse("queue", kwargs={"desk": code if is_queue_code(code) else ALL})


def came_from(request: HttpRequest) -> str:
    """Return the code of the queue that the officer came from, or ""."""
    code = request.POST.get("from") or request.GET.get("from") or ""
    return code if is_queue_code(code) else ""


def from_query(request: HttpRequest) -> str:
    """Return the query string that keeps the officer's queue in a link to another page of the report, or ""."""
    code = came_from(request)
    return f"?{urlencode({'from': code})}" if code else ""


def with_queue(request: HttpRequest, name: str, **kwargs: UUID) -> str:
    """Return the URL of a page of a report, with the queue that the officer came from."""
    return reverse(name, kwargs=kwargs) + from_query(request)
