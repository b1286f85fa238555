"""Tests that each invented page gets the intended verdict, and that the company answers well, badly or never."""

from __future__ import annotations

import http.client
import json
import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

import pytest

from heedline.specialist_desks.material.hashes import sketch_text
from heedline.specialist_desks.material.liveness import (
    KnownPage,
    LivenessVerdict,
    StoredResponse,
    read_liveness_rules,
    read_response,
)
from heedline.specialist_desks.material.locators import canonical, read_locator_rules
from heedline.specialist_desks.material.small_internet.company import CompanyManner
from heedline.specialist_desks.material.small_internet.server import SmallInternet, SmallMail
from heedline.specialist_desks.material.small_internet.sites import SmallSites
from tests.support.small_internet import small_internet

UK = files("heedline.packs") / "uk"
LOCATORS = read_locator_rules(UK)
RULES = read_liveness_rules(UK, LOCATORS.platforms)
HOST, FILM = "films.example", "/watch/7781"
V = LivenessVerdict


def followed(sites: SmallSites, path: str) -> StoredResponse:
    """What a browser would have at an address, after redirects on the same site."""
    for _ in range(5):
        page = sites.answer(HOST, path)
        where = page.headers.get("Location", "")
        if not where.startswith("/"):
            break
        path = where.partition("?")[0]
    assert isinstance(page.body, str)
    return StoredResponse(
        status=page.status,
        final_address=f"https://{HOST}{path}",
        text=page.body.partition("<h1>")[2] or page.body.partition("</title>")[2],
        headers={name.lower(): value for name, value in page.headers.items()},
        control=sites.answer(HOST, "/").status,
    )


def verdict(sites: SmallSites, path: str) -> LivenessVerdict:
    """The verdict on an item at an address whose page was the film when it was examined."""
    item = canonical(f"https://{HOST}{path}", LOCATORS)
    assert item is not None
    known = KnownPage(sketch_text(followed(SmallSites(), FILM).text))
    return read_response(item, followed(sites, path), known, RULES, LOCATORS).verdict


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (FILM, V.LIVE),
        ("/tombstone", V.REMOVED_TOMBSTONE),
        ("/walled", V.LOGIN_WALL),
        ("/challenge", V.BLOCKED_US),
        ("/geo", V.GEO_BLOCKED),
        ("/moves", V.MOVED),
        ("/broken", V.UNREACHABLE),
        ("/never-was", V.REMOVED_404),
    ],
)
def test_every_kind_of_page_is_read_as_what_it_stands_for(path: str, found: LivenessVerdict) -> None:
    assert verdict(SmallSites(), path) is found


def test_a_page_is_removed_restored_and_changed() -> None:
    sites, address = SmallSites(), f"https://{HOST}{FILM}"
    sites.remove(address)
    assert verdict(sites, FILM) is V.REMOVED_404
    sites.remove(address, "tombstone")
    assert verdict(sites, FILM) is V.REMOVED_TOMBSTONE
    sites.restore(address)
    assert verdict(sites, FILM) is V.LIVE
    sites.change(address)
    assert verdict(sites, FILM) is V.CHANGED


def test_a_huge_page_has_no_end() -> None:
    body = SmallSites().answer(HOST, "/huge").body
    assert not isinstance(body, str)
    assert sum(len(next(body)) for _ in range(200)) > 5_000_000


@contextmanager
def company(manner: CompanyManner) -> Iterator[tuple[SmallInternet, int]]:
    """The company's programs and its mail server, with the manner in which it answers."""
    with small_internet() as net:
        net.do({"do": "manner", "manner": str(manner)})
        with SmallMail(net.company) as mail:
            threading.Thread(target=mail.serve_forever, args=(0.05,), daemon=True).start()
            try:
                yield net, mail.server_address[1]
            finally:
                mail.shutdown()


def called(net: SmallInternet, path: str, seconds: float = 60) -> tuple[int, dict[str, object]]:
    link = http.client.HTTPConnection("127.0.0.1", net.server_port, timeout=seconds)
    try:
        link.request("POST", path, b"{}", {"Host": "company.example"})
        answer = link.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        link.close()


def mailed(port: int, seconds: float = 60) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=seconds) as link:
        link.sendmail("unit@unit.example", ["abuse@company.example"], "Subject: OM-1\r\n\r\nA placeholder.")


def test_a_company_that_answers_well_takes_everything() -> None:
    with company(CompanyManner.WELL) as (net, port):
        assert called(net, "/webhook") == (202, {"received": True, "reference": "C-0001"})
        assert called(net, "/api/notices")[1]["reference"] == "C-0002"
        mailed(port)
        assert [path for path, _, _ in net.company.calls] == ["/webhook", "/api/notices"]
        assert net.company.mails[0].endswith(b"A placeholder.\r\n")


def test_a_company_that_answers_badly_bounces_and_errs() -> None:
    with company(CompanyManner.BADLY) as (net, port):
        assert called(net, "/webhook")[0] == 500
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            mailed(port)
        assert net.company.mails == []


def test_a_company_that_never_answers_keeps_the_sender_waiting() -> None:
    with company(CompanyManner.NEVER) as (net, port):
        with pytest.raises(TimeoutError):
            called(net, "/webhook", 0.3)
        with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
            mailed(port, 0.3)
        assert (net.company.calls, net.company.mails) == ([], [])
