"""Attacks on who can see files and who can send them, on a running demonstration: films, idle senders, a captured page."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import io
import json
import re
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlencode

from bench import desk_work, page_flow
from bench.instance import Instance
from bench.load import percentiles
from bench.wire import Browser, token_of
from PIL import Image

from attack.browser import PATIENCE, ask
from attack.verdict import Verdict
from heedline.launch.demo import Site
from heedline.vault.codes import report_id_from_key

#: Seconds within which a photograph must be there, and an officer's queue in 95 of 100 cases.
_PHOTO, _QUEUE = 2.0, 0.3
_SENDERS, _REPORTERS, _PHOTOS = 64, 9, 5
_BOUNDARY = "----attack"
_CREATED, _SEE_OTHER = 201, 303


# --- films ------------------------------------------------------------------------------------------------------------
def films(instance: Instance, seconds: float) -> Verdict:
    """Two hours of grey in 8K are converted. How long does a photograph of another report take to be shown?"""
    film, photos = _hour_of_grey(), [_photo(n) for n in range(2 * _PHOTOS)]
    another = film + b"\0\0\0\x08free"  # an empty box at its end: no file is taken twice
    of_films, of_photos = _report(instance, film, another), _report(instance, *photos)
    if not (of_films and of_photos):
        return Verdict("films", False, "the reports with files were not taken")
    officer = asyncio.run(_at_work(instance, "north-east"))
    long, pictures = _files_of(instance, officer, of_films), _files_of(instance, officer, of_photos)
    alone = sorted(_shown_after(instance, officer, one) for one in pictures[:_PHOTOS])
    began = [_begun(instance, officer, one) for one in long]
    time.sleep(3)
    beside = sorted(_shown_after(instance, officer, one) for one in pictures[_PHOTOS:])
    working = _programs("ffmpeg")
    ask(instance.office, "/sign-out/", _token(instance, officer), cookies=officer)
    left = time.monotonic()
    while _programs("ffmpeg") and time.monotonic() - left < 30:
        time.sleep(0.1)
    ended = time.monotonic() - left
    return Verdict(
        "films",
        len(began) == 2 and working > 0 and beside[-1] <= _PHOTO and ended < 10,
        f"two films of {len(film) / 1e6:.0f} MB; a photograph is shown after {beside[len(beside) // 2]:.1f} s (at most"
        f" {beside[-1]:.1f} s), without the films after {alone[len(alone) // 2]:.1f} s ({alone[-1]:.1f} s);"
        f" the films end {ended:.1f} s after their officer signs out",
    )


def _hour_of_grey() -> bytes:
    """Return the smallest film of an hour that is hard work: one still colour in 8K."""
    with tempfile.TemporaryDirectory() as folder:
        once, made = Path(folder, "once.mp4"), Path(folder, "made.mp4")
        base = ["ffmpeg", "-nostdin", "-v", "error"]
        grey = ["-f", "lavfi", "-i", "color=gray:size=7680x4320:rate=24", "-t", "10", "-pix_fmt", "yuv420p"]
        small = ["-preset", "ultrafast", "-crf", "40", "-g", "300"]
        subprocess.run([*base, *grey, *small, str(once)], check=True, timeout=600)
        subprocess.run(
            [*base, "-stream_loop", "359", "-i", str(once), "-c", "copy", str(made)], check=True, timeout=600
        )
        return made.read_bytes()


def _photo(number: int) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((1000, 750), 60 + number).resize((4000, 3000)).convert("RGB").save(
        out, "JPEG", quality=90
    )
    return out.getvalue()


def _report(instance: Instance, *sent: bytes) -> str:
    """Send a report with these files over the API, and return its id, or "" if it was refused."""
    key = secrets.token_urlsafe(32)
    told = {
        "kind": "activity",
        "narrative": "Placeholder.",
        "where": {"place": "Market Square", "postcode": "NE1 4ST"},
    }
    parts = [f'Content-Disposition: form-data; name="report"\r\n\r\n{json.dumps(told)}'.encode()]
    parts += [
        f'Content-Disposition: form-data; name="files"; filename="{n}"\r\n\r\n'.encode() + one
        for n, one in enumerate(sent)
    ]
    edge = f"--{_BOUNDARY}".encode()
    body = b"".join(edge + b"\r\n" + one + b"\r\n" for one in parts) + edge + b"--\r\n"
    site = instance.public
    wire = http.client.HTTPConnection(site.address, site.port, timeout=300)
    heads = {
        "Host": f"{site.name}:{site.port}",
        "Content-Type": f"multipart/form-data; boundary={_BOUNDARY}",
        "Idempotency-Key": key,
    }
    wire.request("POST", "/api/v1/reports", body, heads)
    taken = wire.getresponse().status == _CREATED
    wire.close()
    return str(report_id_from_key(key.encode(), installation=instance.home.installation())) if taken else ""


async def _at_work(instance: Instance, desk: str) -> dict[str, str]:
    browser = await desk_work.at_work(instance, desk)
    browser.close()
    return browser.cookies


def _token(instance: Instance, officer: Mapping[str, str]) -> dict[str, str]:
    return {"csrfmiddlewaretoken": token_of(ask(instance.office, "/w/", cookies=officer).body)}


def _files_of(instance: Instance, officer: Mapping[str, str], report: str) -> list[str]:
    """Return the addresses of the pages of a report's files."""
    listed = ask(instance.office, f"/w/r/{report}/files/", cookies=officer).body
    return sorted(set(re.findall(rf'href="(/w/r/{report}/files/[0-9a-f-]{{36}}/)', listed)))


def _begun(instance: Instance, officer: Mapping[str, str], path: str) -> str:
    """Open a file's page and its frame, and return the address of the frame."""
    shown = ask(instance.office, path, cookies=officer, patience=60)
    found = re.search(r'src="http://[^"/]+(/t/[A-Za-z0-9_-]{43}/)', shown.body)
    moved = _get(instance.sites[3], found.group(1) if found else "/")
    _get(instance.sites[3], moved[1])
    return moved[1]


def _shown_after(instance: Instance, officer: Mapping[str, str], path: str) -> float:
    """Return the seconds from the click until the picture has come, as a browser that reloads would see it."""
    began = time.monotonic()
    frame = _begun(instance, officer, path)
    while time.monotonic() - began < 60:
        _, _, page = _get(instance.sites[3], frame)
        if found := re.search(rb'<img class="picture[^>]* src="([^"]+)"', page):
            _, _, picture = _get(instance.sites[3], found.group(1).decode())
            return time.monotonic() - began if len(picture) > 1000 else float("inf")
        time.sleep(0.1)
    return float("inf")


def _get(site: Site, path: str) -> tuple[int, str, bytes]:
    wire = http.client.HTTPConnection(site.address, site.port, timeout=60)
    wire.request("GET", path, headers={"Host": f"{site.name}:{site.port}"})
    answer = wire.getresponse()
    found = answer.status, answer.headers.get("Location", ""), answer.read()
    wire.close()
    return found


def _programs(name: str) -> int:
    """Return how many programs of this name run on this machine."""
    found = 0
    for one in Path("/proc").glob("[0-9]*/comm"):
        with contextlib.suppress(OSError):
            found += one.read_text().strip() == name
    return found


# --- senders ----------------------------------------------------------------------------------------------------------
def idle_senders(instance: Instance, seconds: float) -> Verdict:
    """Many connections begin to send a file, without a cookie, and send nothing more. Do reporters' files arrive?"""
    drafts = [asyncio.run(page_flow.at_question(instance, "what")) for _ in range(_REPORTERS)]
    with _idle(instance.public, "/r/files/add/", _SENDERS) as idle, ThreadPoolExecutor(_REPORTERS) as pool:
        time.sleep(0.5)
        began = time.monotonic()
        arrived = list(pool.map(lambda one: _adds_a_file(instance, one), drafts))
        took = time.monotonic() - began
        closed = sum(_ends(one, within=began + 20) for one in idle)
        ended = time.monotonic() - began
    return Verdict(
        "idle senders",
        sum(arrived) == _REPORTERS and closed == len(idle) == _SENDERS,
        f"{sum(arrived)} of {_REPORTERS} files arrive beside {len(idle)} connections, in {took:.1f} s;"
        f" {closed} of these are closed after {ended:.1f} s",
    )


@contextlib.contextmanager
def _idle(site: Site, path: str, how_many: int) -> Iterator[list[socket.socket]]:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {site.name}:{site.port}\r\nContent-Length: 100000\r\n"
        f"Content-Type: multipart/form-data; boundary={_BOUNDARY}\r\n\r\n-"
    )
    wires = [socket.create_connection((site.address, site.port), 5) for _ in range(how_many)]
    try:
        for wire in wires:
            wire.sendall(head.encode())
        yield wires
    finally:
        for wire in wires:
            wire.close()


def _ends(wire: socket.socket, *, within: float) -> bool:
    """Whether the other side closes this connection by then."""
    with contextlib.suppress(OSError):
        while (left := within - time.monotonic()) > 0:
            wire.settimeout(left)
            if not wire.recv(65536):
                return True
    return False


def _adds_a_file(instance: Instance, draft: Browser) -> bool:
    site, cookies = instance.public, draft.cookies
    page = ask(site, "/r/files/", cookies=cookies).body
    fields = {"csrfmiddlewaretoken": token_of(page)}
    parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    parts.append(b'name="file"; filename="van.jpg"\r\nContent-Type: image/jpeg\r\n\r\n' + _photo(0)[:50_000])
    edge = f"--{_BOUNDARY}".encode()
    body = b"".join(edge + b"\r\nContent-Disposition: form-data; " + one + b"\r\n" for one in parts)
    heads = {
        "Host": f"{site.name}:{site.port}",
        "Origin": site.url,
        "Content-Type": f"multipart/form-data; boundary={_BOUNDARY}",
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
    }
    wire = http.client.HTTPConnection(site.address, site.port, timeout=PATIENCE)
    try:
        wire.request("POST", "/r/files/add/", body + edge + b"--\r\n", heads)
        moved = wire.getresponse().status == _SEE_OTHER
    except (OSError, http.client.HTTPException):
        return False
    finally:
        wire.close()
    return moved and "van.jpg" in ask(site, "/r/files/", cookies=cookies).body


# --- captures ---------------------------------------------------------------------------------------------------------
def captured_page(instance: Instance, seconds: float) -> Verdict:
    """A page that takes all memory it can get is captured. Does it end, and what do officers notice?"""
    examiner = asyncio.run(_at_work(instance, "material"))
    added = _post(instance, examiner, "/w/items/add/", address="https://films.example/greedy")
    item = re.search(r"/w/items/[0-9a-f-]{36}/", added)
    if item is None:
        return Verdict("captured page", False, "the item was not added")
    officer = asyncio.run(_at_work(instance, "north-east"))
    alone = _queue(instance, officer, Event(), at_most=40)
    over, free = Event(), _available()
    with ThreadPoolExecutor(2) as pool:
        low = pool.submit(_least_available, over)
        asked = pool.submit(_queue, instance, officer, over, at_most=1000)
        began = time.monotonic()
        said = _post(instance, examiner, f"{item.group()}capture/", do="capture", patience=120)
        took = time.monotonic() - began
        over.set()
        beside, most = asked.result(), free - low.result()
    page = ask(instance.office, said, cookies=examiner).body if said.startswith("/") else said
    ended = "too much memory" in page
    return Verdict(
        "captured page",
        ended and most < 2 << 30 and beside["p95_ms"] <= 1000 * _QUEUE,
        f"{'ended at its limit' if ended else 'not ended at its limit'} after {took:.1f} s with {most / 2**20:.0f} MiB;"
        f" an officer's queue p95 {beside['p95_ms']:.0f} ms meanwhile, {alone['p95_ms']:.0f} ms before",
    )


def _post(
    instance: Instance, who: Mapping[str, str], path: str, *, patience: float = PATIENCE, **form: str
) -> str:
    """Send a form of the office site. Return where it leads, or what it says."""
    site = instance.office
    wire = http.client.HTTPConnection(site.address, site.port, timeout=patience)
    cookies = "; ".join(f"{name}={value}" for name, value in who.items())
    heads = {
        "Host": f"{site.name}:{site.port}",
        "Origin": site.url,
        "Cookie": cookies,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    wire.request("POST", path, urlencode(_token(instance, who) | form), heads)
    answer = wire.getresponse()
    found = answer.headers.get("Location") or answer.read().decode()
    wire.close()
    return found


def _queue(instance: Instance, officer: Mapping[str, str], over: Event, *, at_most: int) -> dict[str, Any]:
    took = []
    while not over.is_set() and len(took) < at_most:
        took.append(ask(instance.office, "/w/q/north-east/", cookies=officer, patience=60).seconds)
        over.wait(0.1)
    return percentiles(took)


def _available() -> int:
    """Return the bytes of memory that this machine has to give."""
    found = re.search(r"MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    return int(found.group(1)) << 10 if found else 0


def _least_available(over: Event) -> int:
    least = _available()
    while not over.wait(0.05):
        least = min(least, _available())
    return least
