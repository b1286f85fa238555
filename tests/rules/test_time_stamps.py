"""Tests that invalid replies from a timestamp authority are not kept as stamps and stop nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from heedline.casework.records import time_stamps
from heedline.specialist_desks.material.small_internet.server import SmallInternet
from heedline.vault.timestamps import query_of
from tests.support.small_internet import small_internet

MESSAGE = bytes(range(32))
type Reply = Callable[[bytes], bytes]


def garbage(right: Reply, wrong: Reply) -> Reply:
    return lambda query: b"\x30\x03\x02\x01\x00 this is no reply"


def refusal(right: Reply, wrong: Reply) -> Reply:
    return lambda query: bytes.fromhex("30053003020102")  # PKIStatus: rejection, and no token


def of_another_message(right: Reply, wrong: Reply) -> Reply:
    return lambda query: right(query_of(bytes(32)))


def of_another_authority(right: Reply, wrong: Reply) -> Reply:
    return wrong


def cut_off(right: Reply, wrong: Reply) -> Reply:
    return lambda query: right(query)[:-40]


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SmallInternet, SmallInternet]]:
    """Two authorities, which have made their keys."""
    folder = tmp_path_factory.mktemp("authorities")
    with small_internet(folder / "one") as net, small_internet(folder / "another") as other:
        yield net, other


def trust(monkeypatch: pytest.MonkeyPatch, net: SmallInternet, root: Path) -> None:
    monkeypatch.setattr(settings, "TIME_STAMPS_URL", f"http://127.0.0.1:{net.server_port}/tsa")
    monkeypatch.setattr(settings, "TIME_STAMPS_ROOTS", str(root))


@pytest.mark.parametrize("badly", [garbage, refusal, of_another_message, of_another_authority, cut_off])
def test_what_is_no_stamp_of_a_message_is_none(
    badly: Callable[[Reply, Reply], Reply],
    authorities: tuple[SmallInternet, SmallInternet],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net, other = authorities
    assert net.authority is not None
    assert other.authority is not None
    trust(monkeypatch, net, net.authority.root)
    right, wrong = net.authority.reply, other.authority.reply
    monkeypatch.setattr(net.authority, "reply", badly(right, wrong))
    assert time_stamps.stamp(MESSAGE) is None
    monkeypatch.setattr(net.authority, "reply", right)
    stamped = time_stamps.stamp(MESSAGE)
    assert stamped is not None, "it is asked for again"
    assert time_stamps.stamped_at(stamped, MESSAGE, time_stamps.roots())


def test_an_authority_that_is_down_stops_nothing(
    authorities: tuple[SmallInternet, SmallInternet], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert authorities[0].authority is not None
    with small_internet() as net:
        trust(monkeypatch, net, authorities[0].authority.root)
        assert net.authority is None, "it answers 503"
        assert time_stamps.stamp(MESSAGE) is None
    assert time_stamps.stamp(MESSAGE) is None, "nobody listens"
