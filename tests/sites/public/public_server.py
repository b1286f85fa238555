"""The public site on a loopback port, for a real browser: the real middleware and role, on the test's own transaction."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core import signals
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections
from django.test import override_settings

from heedline.web.public.guidance import attack
from tests.support.acting import acting
from tests.support.turns import shared_connection, turn
from tests.support.uploads import with_files


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True  # browsers open connections that they never use


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Nothing."""


@contextmanager
def public_serving() -> Iterator[str]:
    """The address of the public site, until the block ends. Requests are answered one at a time, on the test's connection."""
    ended = threading.Event()
    with (
        shared_connection() as lent,
        override_settings(
            ROOT_URLCONF="heedline.config.urls_public",
            MIDDLEWARE=settings.PUBLIC_MIDDLEWARE,
            CSRF_COOKIE_NAME=f"hl_csrf_pub_{settings.INSTANCE}",
            # the tests' own process is the office, which answers under another name
            ALLOWED_HOSTS=["127.0.0.1", "testserver"],
        ),
    ):
        handler = with_files(StaticFilesHandler(WSGIHandler()))

        def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            with lent():
                if ended.is_set():  # a tab that outlives its test
                    start_response("503 Service Unavailable", [])
                    return []
                with acting("public"), closing(handler(environ, start_response)) as response:
                    return list(response)

        # As Django's own test client does: a request must not close the connection that holds the test's transaction.
        signals.request_started.disconnect(close_old_connections)
        signals.request_finished.disconnect(close_old_connections)
        server = make_server("127.0.0.1", 0, answer, _Server, _Quiet)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        try:
            with override_settings(PUBLIC_URL=address):
                attack._made.clear()  # it holds the address
                yield address
                attack._made.clear()
        finally:
            with turn():
                ended.set()
            server.shutdown()
            thread.join()
            server.server_close()
            signals.request_started.connect(close_old_connections)
            signals.request_finished.connect(close_old_connections)
