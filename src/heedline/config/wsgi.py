"""The WSGI application of one process, with the HTTP front end that receives its requests.

Static files are looked for first. All other requests go to Django.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, Protocol
from wsgiref.headers import Headers
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from heedline.casework.intake.rate_limit import CALLER, PACE, is_inner, network_of
from heedline.config import environment as env
from heedline.config.starting import loading
from heedline.gateway.front import Front, FrontLimits
from heedline.gateway.uploads import AllAddresses, Receiver, Takes, Uploads

#: What could tell who is asking. Pages never need it, so on the public site it does not come in.
WHO_IS_ASKING = (
    "REMOTE_ADDR",
    "REMOTE_HOST",
    "REMOTE_PORT",
    "HTTP_USER_AGENT",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_REAL_IP",
    "HTTP_FORWARDED",
    "HTTP_VIA",
    "HTTP_FROM",
)


class FixedPage(Protocol):
    """A static page, served from memory."""

    @property
    def body(self) -> bytes:
        """Return the body of the response."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Return the response headers, including the content length."""


_SECRET = re.compile(r"SECRET|PASSWORD|DATABASE_URL")
_HASHED = re.compile(r"\.[0-9a-f]{12}\.[a-z0-9]+$")


def _static_headers(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["X-Robots-Tag"] = "noindex, nofollow"


def _never_changes(_path: str, url: str) -> bool:
    return _HASHED.search(url) is not None


def address_of(environ: WSGIEnvironment, header: str) -> str:
    """Return the client address to use for rate limiting.

    It is the last address in the trusted header, or the socket's address if there is none. It is "" if that
    address belongs to a proxy or to us. The last address in a list was written by the nearest proxy. The
    addresses before it can be forged by anyone.
    """
    if header:
        return str(environ.get(header, "")).rpartition(",")[2].strip()
    address = str(environ.get("REMOTE_ADDR", ""))
    return "" if is_inner(address) else address


def forgetting_who(app: WSGIApplication, *, header: str = "") -> WSGIApplication:
    """Wrap an application so that it never sees the client's address or user agent.

    The application receives only a number for rate limiting, made under a key that is thrown away
    (`casework.intake.rate_limit`). `header` is the header set by the proxy in front, as WSGI names it.
    """
    names = {*WHO_IS_ASKING, header}

    def forgetful(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ[CALLER] = PACE.caller(address_of(environ, header))
        for name in names:
            environ.pop(name, None)
        return app(environ, start_response)

    return forgetful


def from_memory(app: WSGIApplication, pages: Mapping[str, FixedPage]) -> WSGIApplication:
    """Wrap an application so that some fixed pages are served from memory.

    These pages are the same for everyone, and someone may need one in a hurry while the rest of the site is
    busy.
    """

    def ready(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        found = pages.get(environ["PATH_INFO"])
        if found is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return app(environ, start_response)
        start_response("200 OK", list(found.headers))
        return [found.body] if environ["REQUEST_METHOD"] == "GET" else []

    return ready


@loading()
def build(process: str) -> Front:
    """Set up Django for this process and return its application.

    Stops the process at start-up (SystemExit) if a check fails.
    """
    os.environ["HEEDLINE_PROCESS"] = process
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heedline.config.settings")
    from django.conf import settings
    from django.core.checks import run_checks
    from django.core.wsgi import get_wsgi_application
    from whitenoise import WhiteNoise

    django: Callable[..., Any] = get_wsgi_application()
    # Our own checks only (each route says whom it is for): those of Django are for whoever writes code, not at a start.
    wrong = [str(message) for message in run_checks() if (message.id or "").startswith("heedline.")]
    if wrong:
        raise SystemExit("\n".join(wrong))
    # What is secret in the environment has been read, and need not stay where a library could print it.
    for name in [name for name in os.environ if name.startswith("HEEDLINE_") and _SECRET.search(name)]:
        del os.environ[name]
    files = WhiteNoise(
        django,
        root=settings.STATIC_ROOT if settings.STATIC_ROOT.is_dir() else None,
        prefix=settings.STATIC_URL,
        max_age=300,
        allow_all_origins=False,
        add_headers_function=_static_headers,
        immutable_file_test=_never_changes,
    )
    limits = FrontLimits(
        body=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        threads=env.count(f"HEEDLINE_{process.upper()}_THREADS", default=8),
    )
    if process == "files":
        return Front(files, settings.OWN_URL, limits, ready=files.files.__contains__)
    if process != "public":
        _claim_sign_in()
        if process == "office":
            from heedline.packs import load_pack

            _ = load_pack(settings.PACK).matching  # a mistake in these files stops the start, not a search
        uploads = _office_uploads() if process == "office" else None
        return Front(files, settings.OWN_URL, limits, ready=files.files.__contains__, uploads=uploads)
    from heedline.api import views as api
    from heedline.api.incoming import ReportAddress
    from heedline.casework.intake import page_counts
    from heedline.gateway.busy_page import BusyPage, lanes
    from heedline.gateway.intake_first import intake_first
    from heedline.gateway.intake_together import IntakeTogether
    from heedline.web.public.guidance import attack
    from heedline.web.public.shell.upload_addresses import PublicDrafts
    from heedline.web.uploads.incoming_files import FileAddresses
    from heedline.web.uploads.incoming_parts import PartAddresses

    page_counts.begin()
    header = f"HTTP_{settings.CLIENT_HEADER.upper().replace('-', '_')}" if settings.CLIENT_HEADER else ""
    pages, drafts = attack.everywhere(), PublicDrafts()
    app = forgetting_who(intake_first(from_memory(files, pages), api.reports), header=header)
    return Front(
        app,
        settings.OWN_URL,
        limits,
        fixed={path: (200, list(page.headers), page.body) for path, page in pages.items()},
        ready=lambda path: path in files.files or path in pages,  # HEAD, too
        together=(IntakeTogether(app),),
        lane_of=lanes(),
        busy=BusyPage(app),
        uploads=Uploads(
            _OnFreshConnections(
                AllAddresses((FileAddresses(drafts), PartAddresses(drafts), ReportAddress()))
            ),
            network=lambda environ: network_of(address_of(environ, header)),
        ),
    )


def _office_uploads() -> Uploads:
    from heedline.config.specialist_desks import DeskRoutes
    from heedline.desk_hooks import register
    from heedline.web.office.calls.call_uploads import CallDrafts
    from heedline.web.uploads.incoming_files import FileAddresses
    from heedline.web.uploads.incoming_parts import PartAddresses

    calls = CallDrafts()
    modules = (import_module(hook.uploads) for hook in register.hooks(DeskRoutes) if hook.uploads)
    desks = (FileAddresses(one.FILE_DRAFTS) for one in modules)
    return Uploads(_OnFreshConnections(AllAddresses((FileAddresses(calls), PartAddresses(calls), *desks))))


class _OnFreshConnections:
    """Upload URLs whose receivers run outside Django requests and so renew database connections themselves."""

    def __init__(self, takes: Takes) -> None:
        self._takes = takes

    def expects(self, method: str, media: str, path: str) -> bool:
        """Return whether this request is an upload."""
        return self._takes.expects(method, media, path)

    def begin(self, environ: WSGIEnvironment) -> Receiver:
        """Return the body receiver for this request."""
        from django.db import close_old_connections

        close_old_connections()
        try:
            return self._takes.begin(environ)
        finally:
            close_old_connections()


def _claim_sign_in() -> None:
    """Store the hash of this site's sign-in proof in the database, if none is stored.

    If that fails, the first sign-in does it.
    """
    from django.db import DatabaseError, connection

    from heedline.casework.access import session_store

    with contextlib.suppress(DatabaseError):
        session_store.claim_sign_in()
    connection.close()


def application() -> Front:
    """Return the application of the process named in the environment, for a granian worker."""
    return build(env.text("HEEDLINE_PROCESS"))
