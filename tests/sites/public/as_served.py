"""Django's test client on the way that requests take in the public process: `gateway.front`, kept pages, `PublicHandler`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse  # noqa: TID251 - what the test client gives back
from django.test import Client

from heedline.gateway.front import run
from heedline.gateway.public_handler import PublicHandler
from heedline.web.public.report.kept_pages import kept_pages


class AsServed:
    """Stands for the handler of the test client. `at_once`: how many pages were sent without asking the database."""

    def __init__(self) -> None:
        self._app = PublicHandler(renew=lambda: None)  # the test's own connection stays
        self.at_once = 0

    def __call__(self, environ: dict[str, Any]) -> HttpResponse:
        environ.pop("REMOTE_ADDR", None)
        kept = kept_pages().at_once(environ)
        self.at_once += kept is not None
        status, headers, body = (200, *kept) if kept is not None else run(self._app, environ)
        made = HttpResponse(body, status=status)
        del made["Content-Type"]
        for name, value in headers:
            if name == "set-cookie":
                made.cookies.load(value)
            else:
                made[name] = value
        made.wsgi_request = WSGIRequest(environ)  # type: ignore[attr-defined]
        return made


def as_served(client: Client) -> AsServed:
    """Let a client's requests take the way of the public process."""
    handler = AsServed()
    client.handler = handler  # type: ignore[assignment]
    return handler


@contextmanager
def a_new_process() -> Iterator[None]:
    """Act as a process that has kept no page yet, inside the block."""
    kept_pages.cache_clear()
    try:
        yield
    finally:
        kept_pages.cache_clear()
