"""A server for pages that need no database: one urlconf, the static files, the real policy headers, on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from types import ModuleType
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings

#: What stands before every page, of the middleware that asks no database.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
POLICY = {
    "default-src": ["'none'"],
    **{
        name: ["'self'"]
        for name in ("style-src", "script-src", "img-src", "font-src", "connect-src", "form-action")
    },
    **{name: ["'none'"] for name in ("base-uri", "frame-ancestors")},
}


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Nothing: what is asked for is nobody's to see."""


@contextmanager
def serving(urls: ModuleType | str) -> Iterator[str]:
    """The address of a server of these urls, until the block ends."""
    # The request's context processors of the sites ask the pack and the session; these pages bring their own shell.
    templates = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
    with override_settings(ROOT_URLCONF=urls, MIDDLEWARE=MIDDLEWARE, SECURE_CSP=POLICY, TEMPLATES=templates):
        server = make_server("127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), _Server, _Quiet)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
