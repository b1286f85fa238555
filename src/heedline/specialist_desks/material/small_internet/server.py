"""The small internet's server, which serves pages, the company's APIs and timestamps on one port.

`python -m heedline.specialist_desks.material.small_internet.server FOLDER PORT MAIL_PORT` runs it for the
demonstration. Asked under its own address, it shows which pages it has and lets them be removed.
"""

from __future__ import annotations

import contextlib
import json
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from heedline.specialist_desks.material.small_internet.company import (
    CompanyManner,
    MailHandler,
    SmallCompany,
)
from heedline.specialist_desks.material.small_internet.sites import SmallPage, SmallSites
from heedline.specialist_desks.material.small_internet.stamping import SmallAuthority

#: Hosts of the company and the authority. Every other reserved name is a site.
COMPANY, AUTHORITY = "company.example", "time.example"
_TLS = 0x16
_MOST_BODY = 1 << 20


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"
    server: SmallInternet

    def do_GET(self) -> None:
        host, path = self._where()
        if host in ("127.0.0.1", "localhost"):
            self._send(self.server.front())
        else:
            self._send(self.server.sites.answer(host, path))

    def do_POST(self) -> None:
        host, path = self._where()
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), _MOST_BODY))
        if (host in ("127.0.0.1", "localhost") and path == "/tsa") or host == AUTHORITY:
            if self.server.authority is None:
                self._send(SmallPage(503))
                return
            with self.server.lock:
                self._raw(200, "application/timestamp-reply", self.server.authority.reply(body))
        elif host in ("127.0.0.1", "localhost") and path == "/do":
            self.server.do({name: values[0] for name, values in parse_qs(body.decode()).items()})
            self._send(SmallPage(303, headers={"Location": "/"}))
        else:
            if self.server.company.manner is CompanyManner.NEVER:
                with contextlib.suppress(OSError):
                    self.rfile.read(1)  # until the sender gives up
                return
            status, answer = self.server.company.called(path, dict(self.headers.items()), body)
            self._raw(status, "application/json", answer.encode())

    def _where(self) -> tuple[str, str]:
        host = (self.headers.get("Host") or "").rpartition(":")
        name = host[0] if host[2].isdigit() and host[0] else host[2]
        return name.lower().rstrip("."), urlsplit(self.path).path or "/"

    def _send(self, page: SmallPage) -> None:
        if isinstance(page.body, str):
            self._raw(page.status, page.media, page.body.encode(), dict(page.headers))
            return
        self.send_response(page.status)
        self.send_header("Content-Type", page.media)
        self.end_headers()
        with contextlib.suppress(OSError):
            for block in page.body:
                self.wfile.write(block)

    def _raw(self, status: int, media: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        with contextlib.suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(body)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Log nothing."""


class SmallInternet(ThreadingHTTPServer):
    """The server, which offers TLS and a timestamp authority only if given a key `folder`."""

    daemon_threads = True

    def __init__(self, folder: Path | None = None, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.sites, self.company = SmallSites(), SmallCompany()
        self.lock = threading.Lock()
        self.authority: SmallAuthority | None = None
        self.tls: ssl.SSLContext | None = None
        if folder is not None:
            with contextlib.suppress(OSError, subprocess.SubprocessError):
                self.authority = SmallAuthority(folder)
                self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self.tls.load_cert_chain(folder / "tsa.pem", folder / "tsa.key")

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Handle a connection, with TLS if the first byte indicates it."""
        request.settimeout(30)
        with contextlib.suppress(OSError):
            if self.tls is None or request.recv(1, socket.MSG_PEEK) != bytes([_TLS]):
                _Handler(request, client_address, self)
                return
            with self.tls.wrap_socket(request, server_side=True) as wrapped:
                _Handler(wrapped, client_address, self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore errors in handling a connection, such as a browser that disconnects."""

    def do(self, asked: dict[str, str]) -> None:
        """Remove or restore a page, or change how the company responds."""
        address = asked.get("address", "")
        if asked.get("do") == "remove":
            self.sites.remove(address, asked.get("how", "404"))
        elif asked.get("do") == "restore":
            self.sites.restore(address)
        elif asked.get("do") == "manner":
            self.company.manner = CompanyManner(asked.get("manner", "well"))

    def front(self) -> SmallPage:
        """Return the page on which users of the demonstration remove and restore pages."""
        rows = "".join(
            f"<li>{escape(one)} <form method=post action=/do style=display:inline><input type=hidden name=address "
            f"value='{escape(one)}'><button name=do value={'restore' if one in self.sites.gone else 'remove'}>"
            f"{'Restore' if one in self.sites.gone else 'Remove'}</button></form></li>"
            for one in sorted({*self.sites.asked, *self.sites.gone})[:200]
        )
        manners = "".join(f"<button name=manner value={one}>{one}</button>" for one in CompanyManner)
        told = escape(
            json.dumps({"mails": len(self.company.mails), "calls": len(self.company.calls)}, sort_keys=True)
        )
        return SmallPage(
            body="<!doctype html><html lang=en><title>Small internet</title><h1>Small internet</h1><p>Invented sites for the "
            "demonstration. A page is listed once it has been asked for.</p>"
            f"<ul>{rows}</ul><h2>The company</h2><p>It answers {self.company.manner}. Received: {told}</p>"
            f"<form method=post action=/do><input type=hidden name=do value=manner>{manners}</form>"
        )


class SmallMail(socketserver.ThreadingTCPServer):
    """The invented company's mail server."""

    daemon_threads = allow_reuse_address = True

    def __init__(self, company: SmallCompany, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), MailHandler)
        self.company = company


def main() -> int:
    """Serve until the process ends."""
    folder, port, mail = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    internet = SmallInternet(folder, port)
    threading.Thread(target=SmallMail(internet.company, mail).serve_forever, daemon=True).start()
    internet.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
