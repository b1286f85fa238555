"""A web process without Django: the real server and the real front, before an application that says what it was given.

`python -m tests.laws.front_server PORT ORIGIN`. `/wait/` adds a line to the file `waiting` beside the gate, the file that
HEEDLINE_TEST_GATE names, and holds a thread until the gate exists. `/leaves/` leaves a request for `/wait/`, which notes its
cookie beside the gate when it is done. HEEDLINE_TEST_HASTY sets limits that end soon, for the tests that wait for their end.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

from granian import Granian

from heedline.gateway.front import Front, FrontLimits
from heedline.gateway.uploads import LIMITS as OF_UPLOADS
from heedline.gateway.uploads import Uploads
from heedline.launch.serving import SERVER
from heedline.web.afterwards import AFTERWARDS, AUTOMATIC, COOKIE
from heedline.web.declared import BODY_REFUSED, SentBy
from heedline.web.guard import COOKIES_UNREAD

#: Nothing ends by itself while a test looks, however busy the machine is.
LIMITS = FrontLimits(body=256 * 1024, body_within=120.0, room=1024 * 1024, threads=4, wait_within=120.0)
DRAFTS = replace(OF_UPLOADS[SentBy.DRAFT], at_once=40, from_one=30, patience=120.0)
UPLOADS = {**OF_UPLOADS, SentBy.DRAFT: DRAFTS}
HASTY = replace(LIMITS, body_within=2.0, wait_within=1.0)
HASTY_UPLOADS = {**UPLOADS, SentBy.DRAFT: replace(DRAFTS, rate=64 * 1024, patience=1.5)}
READY = "/ready/"
STREAMED = 8 * 1024 * 1024
#: Once so much of a file has been passed on, there is a file `arriving` beside the gate.
ARRIVING = 2 * 1024 * 1024


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer with what came: the length of the body, why it was refused, and the headers."""
    gate = Path(os.environ["HEEDLINE_TEST_GATE"])
    if environ["PATH_INFO"] == "/wait/":
        with gate.with_name("waiting").open("a") as waiting:
            print("automatic" if AUTOMATIC in environ else "asked for", file=waiting)
        while not gate.exists():
            time.sleep(0.02)
    if AUTOMATIC in environ:
        time.sleep(0.3)  # no page is being served any more
        gate.with_name("steps").write_text(environ["HTTP_COOKIE"])
    if environ["PATH_INFO"] == "/leaves/":
        environ.update({AFTERWARDS: "/wait/", COOKIE: "session=one"})
    said = {
        "body": len(body := environ["wsgi.input"].read()),
        "file": body.decode("ascii", "replace") if "/file" in environ["PATH_INFO"] else "",
        "kind": environ.get("CONTENT_TYPE"),
        "refused": environ.get(BODY_REFUSED),
        "cookies unread": environ.get(COOKIES_UNREAD, False),
        "path": environ["PATH_INFO"],
        "scheme": environ["wsgi.url_scheme"],
        "headers": {name: value for name, value in environ.items() if name.startswith("HTTP_")},
        "environment": sorted(set(environ) & set(os.environ)),
    }
    body = json.dumps(said).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


class Streamed:
    """A body that Django would stream: 8 MiB in blocks of 64 KiB, or one that breaks after the first mebibyte."""

    streaming = True

    def __init__(self, *, breaks: bool) -> None:
        self._breaks = breaks

    def __iter__(self) -> Iterator[bytes]:
        for block in range(STREAMED // (64 * 1024)):
            if self._breaks and block == 16:
                raise OSError
            yield bytes(64 * 1024)

    def close(self) -> None:
        """There is nothing to end."""


def streams(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer `/stream/` and `/breaks/` in blocks, and everything else with `echo`."""
    if environ["PATH_INFO"] not in {"/stream/", "/breaks/"}:
        return echo(environ, start_response)
    start_response("200 OK", [("Content-Length", str(STREAMED))])
    return Streamed(breaks=environ["PATH_INFO"] == "/breaks/")


class Counting:
    """A receiver that counts, instead of sealing."""

    media = "application/x-www-form-urlencoded"
    most = 64 * 1024 * 1024

    def __init__(self, sent_by: SentBy = SentBy.DRAFT) -> None:
        self.sent_by = sent_by
        self._took = self._largest = 0

    def write(self, data: bytes) -> None:
        if self._took < ARRIVING <= self._took + len(data):
            Path(os.environ["HEEDLINE_TEST_GATE"]).with_name("arriving").touch()
        self._took += len(data)
        self._largest = max(self._largest, len(data))

    def finish(self, *, whole: bool) -> bytes:
        said = f"{'whole' if whole else 'cut'} {self._took} {self._largest}"
        with Path(os.environ["HEEDLINE_TEST_GATE"]).with_name("taken").open("a") as taken:
            print(said, file=taken)  # of a request that was cut off nobody reads the answer
        return said.encode()

    def close(self) -> None:
        """Nothing was stored."""


class Film(Counting):
    """A receiver of as much as the real addresses take."""

    most = 101 * 1024 * 1024


class FileAddress:
    """Addresses that take files: one of its own, and those of the real sites."""

    def expects(self, method: str, media: str, path: str) -> bool:
        part = method == "PATCH" and media == "application/offset+octet-stream"
        taken = path == "/file/" or "/files/" in path
        return taken and (part or (method == "POST" and media.startswith("multipart/")))

    def begin(self, environ: WSGIEnvironment) -> Counting:
        sent_by = SentBy[environ.get("HTTP_X_SENT_BY", "DRAFT")]
        return Counting(sent_by) if environ["PATH_INFO"] == "/file/" else Film()


def application() -> Front:
    """What granian calls in its worker."""
    limits, of_files = (HASTY, HASTY_UPLOADS) if os.environ.get("HEEDLINE_TEST_HASTY") else (LIMITS, UPLOADS)
    uploads = Uploads(
        FileAddress(), of_files, network=lambda environ: environ.get("HTTP_X_NETWORK", "").encode() or None
    )
    return Front(streams, os.environ["HEEDLINE_TEST_ORIGIN"], limits, ready=READY.__eq__, uploads=uploads)


if __name__ == "__main__":
    os.environ["HEEDLINE_TEST_ORIGIN"] = sys.argv[2]
    Granian(
        "tests.laws.front_server:application",
        port=int(sys.argv[1]),
        workers=1,
        backpressure=1024,
        **SERVER,
    ).serve()
