"""The WSGI environment of a request, from granian's description of it."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Protocol
from urllib.parse import urlsplit
from wsgiref.types import WSGIEnvironment


class Named(Protocol):
    """The headers of a request.

    Names are in lower case, and repeated headers are separate entries. `in` also finds a header whose value is not
    ASCII, but `items` leaves it out.
    """

    def items(self) -> list[tuple[str, str]]: ...

    def __contains__(self, name: str) -> bool: ...


class Scope(Protocol):
    """A request as described by granian."""

    http_version: str
    client: str
    method: str
    path: str
    query_string: str
    authority: str | None

    @property
    def headers(self) -> Named: ...


def host_of(origin: str) -> str:
    """Return the Host header of a request for this origin, with the port only if it is not the default."""
    parts = urlsplit(origin)
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return host if parts.port in {None, usual} else f"{host}:{parts.port}"


def is_for(host: str, scope: Scope, headers: Iterable[tuple[str, str]]) -> bool:
    """Return whether a request is for a path, with a single Host header that names this host."""
    if not scope.path.startswith("/"):  # OPTIONS *, and a host where a path should be
        return False
    named = [value.lower() for name, value in headers if name == "host"]
    return named == [host] and scope.authority in {None, host}


def base_of(origin: str) -> WSGIEnvironment:
    """Return the part of the WSGI environment that is the same for every request.

    The scheme is the configured one, because TLS ends in the proxy in front.
    """
    parts = urlsplit(origin)
    return {
        "SCRIPT_NAME": "",
        "SERVER_NAME": parts.hostname or "",
        "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input_terminated": True,
        "wsgi.errors": _Nowhere(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def environ_of(scope: Scope, headers: Iterable[tuple[str, str]], base: WSGIEnvironment) -> WSGIEnvironment:
    """Return the WSGI environment of a request, without its body or any of the process's own environment.

    A header whose name has an underscore is left out, because WSGI would take it for the one with hyphens: a proxy that
    overwrites `X-Real-IP` lets `X_Real_IP` through.
    """
    environ: WSGIEnvironment = {
        **base,
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.input": BytesIO(),
    }
    for name, value in headers:
        if "_" in name:
            continue
        key = name.upper().replace("-", "_")
        if key not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            key = f"HTTP_{key}"
        environ[key] = (
            f"{environ[key]}{'; ' if name == 'cookie' else ','}{value}" if key in environ else value
        )
    return environ


class _Nowhere:
    """A stream that discards anything a library prints about a request."""

    def write(self, _: str) -> None: ...

    def writelines(self, _: Iterable[str]) -> None: ...

    def flush(self) -> None: ...
