"""Where a capture may connect to, without a network: every address that is not plainly public is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from heedline.specialist_desks.material.capture.egress import (
    EgressDenied,
    EgressRules,
    destination,
    is_reserved,
)
from heedline.specialist_desks.material.capture.inside_proxy import FilteringProxy

PUBLIC = EgressRules()
#: What a name could lead to that is inside, or leads inside.
INSIDE = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",  # noqa: S104
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "192.88.99.1",
    "::1",
    "::",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "fc00::1",
    "fd00::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


def leading_to(*addresses: str) -> object:
    def resolver(host: str, port: int) -> Sequence[str]:
        return addresses

    return resolver


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_or_an_address_that_leads_inside_is_refused(address: str) -> None:
    for found in ((address,), ("93.184.216.34", address)):  # one bad answer spoils the name
        with pytest.raises(EgressDenied, match="private"):
            destination("pages.invalid.org", 443, PUBLIC, leading_to(*found))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1", "0177.0.0.1"]
)
def test_this_machine_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(EgressDenied):
        destination(host, 80, EgressRules(small_internet=9))


@pytest.mark.parametrize("port", [0, 22, 25, 53, 5432, 8001, 8080, 65535])
def test_only_the_ports_of_pages_are_open(port: int) -> None:
    with pytest.raises(EgressDenied, match="port"):
        destination("pages.invalid.org", port, PUBLIC, leading_to("93.184.216.34"))  # type: ignore[arg-type]


def test_a_public_address_is_pinned_and_networks_of_the_organisation_are_not_reached() -> None:
    public = leading_to("93.184.216.34")
    assert destination("pages.invalid.org", 443, PUBLIC, public) == ("93.184.216.34", 443)  # type: ignore[arg-type]
    with pytest.raises(EgressDenied, match="private"):
        destination("a.org", 443, EgressRules(denied=("93.184.216.0/24",)), public)  # type: ignore[arg-type]
    with pytest.raises(EgressDenied, match="dns"):
        destination("nowhere.org", 443, PUBLIC, leading_to())  # type: ignore[arg-type]


def test_a_name_is_resolved_once_so_that_it_cannot_lead_elsewhere_meanwhile() -> None:
    answers = iter([("93.184.216.34",), ("127.0.0.1",)])
    asked = []

    def rebinds(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return next(answers)

    assert destination("rebinds.org", 443, PUBLIC, rebinds) == ("93.184.216.34", 443)
    assert asked == ["rebinds.org"]
    with pytest.raises(EgressDenied, match="private"):
        destination("rebinds.org", 443, PUBLIC, rebinds)


def test_reserved_names_lead_to_one_port_of_this_machine_and_only_in_a_demonstration() -> None:
    assert is_reserved("films.example")
    assert is_reserved("Films.Example.")
    assert not is_reserved("example.org.evil.com")
    assert destination("films.example", 443, EgressRules(small_internet=7070)) == ("127.0.0.1", 7070)
    with pytest.raises(EgressDenied, match="reserved"):
        destination("films.example", 443, PUBLIC)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (b"CONNECT films.example:80 HTTP/1.1\r\n\r\n", "port"),  # a web socket without TLS
        (b"CONNECT 127.0.0.1:5432 HTTP/1.1\r\n\r\n", "port"),
        (b"CONNECT [::1]:443 HTTP/1.1\r\n\r\n", "private"),
        (b"GET http://169.254.169.254/latest/ HTTP/1.1\r\n\r\n", "private"),
        (b"GET http://127.0.0.1:5432/ HTTP/1.1\r\n\r\n", "port"),
        (b"GET ftp://films.example/ HTTP/1.1\r\n\r\n", "scheme"),
        (b"GET file:///etc/passwd HTTP/1.1\r\n\r\n", "scheme"),
        (b"TRACE http://films.example/ HTTP/1.1\r\n\r\n", "scheme"),
        (b"GET / HTTP/1.1\r\n\r\n", "scheme"),
        (b"nonsense\r\n\r\n", None),
        (b"\x16\x03\x01" + bytes(70_000), None),
    ],
)
def test_the_proxy_answers_nothing_to_what_it_refuses(asked: bytes, why: str | None) -> None:
    proxy = FilteringProxy(EgressRules(small_internet=1), most_bytes=1_000)

    class Nowhere:
        written = b""

        def write(self, data: bytes) -> None:
            self.written += data

        def close(self) -> None:
            pass

    async def ask() -> bytes:
        reader, writer = asyncio.StreamReader(limit=64 * 1024), Nowhere()
        reader.feed_data(asked)
        reader.feed_eof()
        await proxy.serve(reader, writer)  # type: ignore[arg-type]
        return writer.written

    with ThreadPoolExecutor() as apart:  # a journey before it leaves a loop running in this thread
        assert apart.submit(lambda: asyncio.run(ask())).result() == b""
    assert [one["why"] for one in proxy.seen] == ([why] if why else [])
