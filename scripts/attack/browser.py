"""The least that an attacker's client needs: a request, its answer, how long it took."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from urllib.parse import urlencode

from heedline.launch.demo import Site

PATIENCE = 20.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` 0: there was none."""

    status: int
    body: str
    cookies: Mapping[str, str]
    seconds: float


def ask(
    site: Site,
    path: str,
    form: Mapping[str, str] | None = None,
    *,
    cookies: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
) -> Answer:
    """One request on a connection of its own: a POST where there is a form."""
    heads = {"Host": f"{site.name}:{site.port}", "Origin": site.url, "Connection": "close"}
    if cookies:
        heads["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    began = time.monotonic()
    connection = http.client.HTTPConnection(site.address, site.port, timeout=patience)
    try:
        if form is None:
            connection.request("GET", path, headers=heads)
        else:
            connection.request("POST", path, urlencode(form), heads | _FORM)
        got = connection.getresponse()
        body = got.read().decode(errors="replace")
        given = dict(
            re.findall(r"^([^=]+)=([^;]*)", "\n".join(got.headers.get_all("Set-Cookie") or ()), re.MULTILINE)
        )
        return Answer(got.status, body, given, time.monotonic() - began)
    except (OSError, http.client.HTTPException):
        return Answer(0, "", {}, time.monotonic() - began)
    finally:
        connection.close()


def slowest(site: Site, path: str, until: Event, *, every: float = 0.2) -> Callable[[], list[Answer]]:
    """Ask for a page again and again in a thread until `until`. Return what waits for the answers."""
    pool = ThreadPoolExecutor(1)

    def watch() -> list[Answer]:
        got = []
        while not until.is_set():
            got.append(ask(site, path, patience=8))
            until.wait(every)
        return got

    running = pool.submit(watch)
    pool.shutdown(wait=False)
    return running.result


def worst(answers: list[Answer]) -> float:
    """The longest that anybody waited; endless where somebody got no page."""
    return max(
        (one.seconds if one.status == http.HTTPStatus.OK else float("inf") for one in answers), default=0.0
    )
