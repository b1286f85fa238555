"""The sandboxed browser for a capture, which opens one page and outputs the results.

It reads an order from standard input, and writes one line of JSON and then the files that the line lists.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Download, Page, Playwright, Response

_BLOCK = 64 * 1024
_WIDTH, _HEIGHT = 1280, 900
#: Pages are pictured down to here.
_TALLEST = 16_000
_MOST_TEXT = 1_000_000
_MOST_RESPONSES = 300
#: What is hashed to find it again elsewhere. Smaller files are the furniture of a page.
_MEDIA, _LEAST_MEDIA = frozenset({"image", "media"}), 8_192
_FLAGS = (
    "--proxy-bypass-list=<-loopback>",  # without it Chromium asks for this machine's own addresses without a proxy
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-pings",
    "--renderer-process-limit=2",
    "--js-flags=--max-old-space-size=512",
    "--disable-features=Translate,OptimizationHints,MediaRouter,InterestFeedContentSuggestions,PrefetchPrivacyChanges",
)
_TEXT = "() => document.body ? document.body.innerText : ''"
_TALL = (
    "() => Math.max(document.documentElement.scrollHeight, document.body ? document.body.scrollHeight : 0)"
)


def _forward(to: str) -> int:
    """Forward a port on the sandbox's loopback to the proxy's socket, and return the port."""
    server = socket.create_server(("127.0.0.1", 0))

    def copy(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_BLOCK):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def serve() -> None:
        while True:
            near, _ = server.accept()
            far = socket.socket(socket.AF_UNIX)
            try:
                far.connect(to)
            except OSError:
                near.close()
                continue
            threading.Thread(target=copy, args=(near, far), daemon=True).start()
            threading.Thread(target=copy, args=(far, near), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    return int(server.getsockname()[1])


class PageCapture:
    """A page capture in progress, with the request for it and its results so far."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._order = order
        self._until = time.monotonic() + float(order["seconds"])
        self.page: dict[str, Any] = {
            "status": 0,
            "failure": "",
            "final": order["address"],
            "headers": {},
            "chain": [],
            "title": "",
            "control": 0,
            "notes": [],
            "sums": [],
        }
        self.files: list[tuple[str, str, bytes]] = []
        self._responses: list[Response] = []
        self._asking_control = False

    def take(self, play: Playwright) -> None:
        """Open the page and record its content."""
        with self._browser(play) as context:
            page = context.new_page()
            context.on("page", self._popped_up)
            page.on("dialog", lambda dialog: dialog.dismiss())
            page.on("download", self._downloading)
            page.on("response", self._responded)
            self._open(page)
            self._keep(page)
            self._warc()
            self._ask_control(context)

    @contextlib.contextmanager
    def _browser(self, play: Playwright) -> Iterator[BrowserContext]:
        proxy = {"server": f"http://127.0.0.1:{_forward(self._order['socket'])}"}
        browser = None
        for own_sandbox in (True, False):  # where the kernel lets nobody nest them, ours alone has to do
            with contextlib.suppress(Exception):
                browser = play.chromium.launch(
                    executable_path=self._order["chromium"],
                    args=list(_FLAGS),
                    chromium_sandbox=own_sandbox,
                    proxy=proxy,  # type: ignore[arg-type]
                    timeout=15_000,
                )
                break
        if browser is None:
            self.page["failure"] = "browser"
            raise RuntimeError("no browser")
        context = browser.new_context(
            viewport={"width": _WIDTH, "height": _HEIGHT},
            locale="en-GB",
            timezone_id="UTC",
            accept_downloads=False,
            service_workers="block",
            ignore_https_errors=bool(self._order["any_certificate"]),
        )
        context.route_web_socket("**", lambda ws: ws.close())
        self.page["browser"] = browser.version
        try:
            yield context
        finally:
            browser.close()

    def _left(self, most: float) -> float:
        """Return the time left until the deadline in milliseconds, limited to `most` seconds."""
        return max(1.0, min(most, self._until - time.monotonic()) * 1000)

    def _note(self, what: str) -> None:
        if what not in self.page["notes"] and len(self.page["notes"]) < 20:
            self.page["notes"].append(what)

    def _downloading(self, download: Download) -> None:
        self._note("download")
        download.cancel()

    def _popped_up(self, other: Page) -> None:
        if not self._asking_control:
            self._note("popup")
            other.close()

    def _responded(self, response: Response) -> None:
        if len(self._responses) < _MOST_RESPONSES:
            self._responses.append(response)

    def _open(self, page: Page) -> None:
        try:
            answer = page.goto(
                self._order["address"],
                wait_until="domcontentloaded",
                timeout=self._left(float(self._order["seconds"]) * 0.5),
            )
        except Exception as error:
            self.page["failure"] = _failure(str(error))
            # a page that never ends has often shown all that it has
            answer = next((one for one in self._responses if one.request.is_navigation_request()), None)
            if answer is None or self.page["failure"] != "timeout":
                return
            self._note("did-not-finish")
            with contextlib.suppress(Exception):
                page.evaluate("() => window.stop()")
        if answer is None:
            self.page["failure"] = self.page["failure"] or "empty"
            return
        if not self.page["failure"]:
            with contextlib.suppress(Exception):
                page.wait_for_load_state("load", timeout=self._left(5))
            with contextlib.suppress(Exception):
                page.wait_for_load_state("networkidle", timeout=self._left(2))
        last = [
            one
            for one in self._responses
            if one.request.is_navigation_request() and one.frame == page.main_frame
        ] or [answer]
        answer = last[-1]
        self.page |= {
            "status": answer.status,
            "final": page.url if page.url.startswith("http") else answer.url,
            "headers": {name.lower(): value[:2_000] for name, value in answer.headers.items()},
            "chain": [[one.status, one.url] for one in last],
        }

    def _keep(self, page: Page) -> None:
        if not self.page["status"]:
            return
        with contextlib.suppress(Exception):
            self.page["title"] = page.title()[:500]
        text = ""
        with contextlib.suppress(Exception):
            text = str(page.evaluate(_TEXT))[:_MOST_TEXT]
        self.files.append(("text", "text/plain", text.encode("utf-8", "replace")))
        try:
            tall = int(page.evaluate(_TALL))
            if tall > _TALLEST:
                self._note("cut-off")
            picture = page.screenshot(
                full_page=True,
                timeout=self._left(10),
                clip={"x": 0, "y": 0, "width": _WIDTH, "height": min(max(tall, _HEIGHT), _TALLEST)},
            )
        except Exception:
            self._note("no-picture")
            return
        self.files.append(("picture", "image/png", picture))
        self.page["pdq"] = _picture_hash(picture)

    def _warc(self) -> None:
        from warcio.statusandheaders import StatusAndHeaders
        from warcio.warcwriter import WARCWriter

        sink = io.BytesIO()
        writer = WARCWriter(sink, gzip=True)
        left = int(self._order["most_bytes"])
        for one in self._responses:
            if time.monotonic() > self._until or left <= 0:
                self._note("warc-cut-off")
                break
            body = b""
            with contextlib.suppress(Exception):
                if one.request.timing.get("responseEnd", -1) >= 0:
                    body = one.body()
            left -= len(body)
            if one.request.resource_type in _MEDIA and len(body) >= _LEAST_MEDIA:
                self.page["sums"].append(hashlib.sha256(body).hexdigest())
            with contextlib.suppress(Exception):
                # the bodies are kept decoded, so the headers must not say otherwise
                headers = [
                    (item["name"], item["value"])
                    for item in one.headers_array()
                    if item["name"].lower() not in {"content-encoding", "transfer-encoding", "content-length"}
                ]
                record = writer.create_warc_record(
                    one.url,
                    "response",
                    payload=io.BytesIO(body),
                    http_headers=StatusAndHeaders(
                        f"{one.status} {one.status_text or '-'}", headers, protocol="HTTP/1.1"
                    ),
                )
                writer.write_record(record)
        self.files.append(("warc", "application/warc", sink.getvalue()))

    def _ask_control(self, context: BrowserContext) -> None:
        """Request the site's control page, to tell a missing page from a site that is down."""
        if not self._order["control"] or self.page["status"] not in (404, 410):
            return
        self._asking_control = True
        page = context.new_page()
        with contextlib.suppress(Exception):
            answer = page.goto(self._order["control"], wait_until="commit", timeout=self._left(10))
            self.page["control"] = answer.status if answer is not None else 0


def _failure(error: str) -> str:
    """Return a one-word reason why a page did not open."""
    known = {
        "ERR_TUNNEL_CONNECTION_FAILED": "refused",
        "ERR_NAME_NOT_RESOLVED": "dns",
        "ERR_CERT": "tls",
        "ERR_SSL": "tls",
        "Download is starting": "download",
        "Timeout": "timeout",
        "ERR_UNKNOWN_URL_SCHEME": "scheme",
    }
    return next((word for part, word in known.items() if part in error), "refused")


def _picture_hash(picture: bytes) -> dict[str, Any] | None:
    """Return an image's perceptual hash, computed in the sandbox because images are decoded only there."""
    import numpy as np
    from PIL import Image

    from heedline.specialist_desks.material.hashes.pdq import HASHER, hash_picture

    with contextlib.suppress(Exception):
        with Image.open(io.BytesIO(picture)) as opened:
            found = hash_picture(np.asarray(opened.convert("RGB"), dtype=np.uint8))
        if found is not None:
            return {
                "hasher": HASHER,
                "quality": found.quality,
                "forms": [one.hex() for one in found.forms],
            }
    return None


def main() -> int:
    """Run the capture requested on standard input, and write only the result to standard output."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    order = json.loads(sys.stdin.buffer.readline())
    capture = PageCapture(order)
    with contextlib.suppress(Exception):
        from playwright.sync_api import sync_playwright

        with sync_playwright() as play:
            capture.take(play)
    listed = [{"role": role, "media": media, "length": len(data)} for role, media, data in capture.files]
    out.write(json.dumps({"page": capture.page, "files": listed}).encode() + b"\n")
    for _, _, data in capture.files:
        out.write(data)
    out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
