"""The office, the partners' site or the files site on a loopback port, for a real browser: the real middleware and role, on the test's own transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import WSGIApplication

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import override_settings

from tests.support.acting import acting
from tests.support.turns import shared_connection, turn
from tests.support.uploads import with_files


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True  # browsers open connections that they never use


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Nothing."""


#: Under which name each listens where.
_HOSTS = {
    "office": ("localhost", "127.0.0.1"),
    "partner": ("127.0.0.3", "127.0.0.3"),
    "files": ("127.0.0.2", "127.0.0.2"),
}


def _of(site: str, **told: str) -> override_settings:
    return override_settings(
        ROOT_URLCONF=f"heedline.config.urls_{site}",
        MIDDLEWARE=getattr(settings, f"{site.upper()}_MIDDLEWARE"),
        CSRF_COOKIE_NAME=f"hl_csrf_{site[:3]}_{settings.INSTANCE}",
        **told,
    )


@contextmanager
def office_serving(site: str = "office") -> Iterator[str]:
    """The address of the site, until the block ends. Requests are answered one at a time, on the test's connection."""
    with sites_serving(site) as addresses:
        yield addresses[site]


@contextmanager
def sites_serving(*sites: str) -> Iterator[dict[str, str]]:
    """The address of each of these sites, until the block ends, otherwise as `office_serving`.

    The settings belong to the whole process, so they change with the site whenever another one is asked.
    """
    with shared_connection() as lent:
        yield from _serving(sites, lent)


def _serving(
    sites: tuple[str, ...], lent: Callable[[], AbstractContextManager[object]]
) -> Iterator[dict[str, str]]:
    ended = threading.Event()
    handlers: dict[str, WSGIApplication] = {}
    now: list[str] = []
    told: list[override_settings] = []
    urls: dict[str, str] = {}

    def become(site: str) -> None:
        if now == [site]:
            return
        for one in told:
            one.disable()
        now[:], told[:] = [site], [_of(site, **urls)]
        told[0].enable()

    def answering(site: str) -> Any:
        def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            with lent():
                if ended.is_set():  # a tab that outlives its test
                    start_response("503 Service Unavailable", [])
                    return []
                become(site)
                with acting(site):
                    body = handlers[site](environ, start_response)
                    try:
                        return list(body)
                    finally:
                        if hasattr(body, "close"):
                            body.close()

        return answer

    for site in sites:
        with _of(site):
            handlers[site] = with_files(StaticFilesHandler(WSGIHandler()))
    for signal in (request_started, request_finished):  # they would close the test's connection
        signal.disconnect(close_old_connections)
    servers = [make_server(_HOSTS[site][1], 0, answering(site), _Server, _Quiet) for site in sites]
    threads = [threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True) for server in servers]
    addresses = {
        site: f"http://{_HOSTS[site][0]}:{server.server_port}"
        for site, server in zip(sites, servers, strict=True)
    }
    if len(sites) > 1:  # each tells its pages where the others are
        urls |= {f"{site.upper()}_URL": address for site, address in addresses.items()}
    become(sites[0])
    for thread in threads:
        thread.start()
    try:
        yield addresses
    finally:
        with turn():
            ended.set()
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()
        told[0].disable()
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
