"""The office, or the partners' site, on a loopback port, for a real browser: the real middleware and role, on the test's own transaction."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import override_settings

from tests.support.acting import acting
from tests.support.turns import shared_connection, turn


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True  # browsers open connections that they never use


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Nothing."""


#: Under which name each listens where.
_HOSTS = {"office": ("localhost", "127.0.0.1"), "partner": ("127.0.0.3", "127.0.0.3")}


@contextmanager
def office_serving(site: str = "office") -> Iterator[str]:
    """The address of the site, until the block ends. Requests are answered one at a time, on the test's connection."""
    name, address = _HOSTS[site]
    ended = threading.Event()
    with (
        shared_connection() as lent,
        override_settings(
            ROOT_URLCONF=f"heedline.config.urls_{site}",
            MIDDLEWARE=getattr(settings, f"{site.upper()}_MIDDLEWARE"),
            CSRF_COOKIE_NAME=f"hl_csrf_{site[:3]}_{settings.INSTANCE}",
        ),
    ):
        handler = StaticFilesHandler(WSGIHandler())

        def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            with lent():
                if ended.is_set():  # a tab that outlives its test
                    start_response("503 Service Unavailable", [])
                    return []
                with acting(site):
                    body = handler(environ, start_response)
                    try:
                        return list(body)
                    finally:
                        body.close()

        for signal in (request_started, request_finished):  # they would close the test's connection
            signal.disconnect(close_old_connections)
        server = make_server(address, 0, answer, _Server, _Quiet)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://{name}:{server.server_port}"
        finally:
            with turn():
                ended.set()
            server.shutdown()
            thread.join()
            server.server_close()
            for signal in (request_started, request_finished):
                signal.connect(close_old_connections)
