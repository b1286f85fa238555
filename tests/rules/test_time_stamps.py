"""Tests that invalid replies from a time-stamp authority are not kept as stamps and stop nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from heedline.casework.records import time_stamps
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


@pytest.mark.parametrize("badly", [garbage, refusal, of_another_message, of_another_authority, cut_off])
def test_what_is_no_stamp_of_a_message_is_none(
    badly: Callable[[Reply, Reply], Reply],
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with small_internet(tmp_path / "one") as net, small_internet(tmp_path / "another") as other:
        assert net.authority is not None
        assert other.authority is not None
        settings.TIME_STAMPS_URL = f"http://127.0.0.1:{net.server_port}/tsa"
        settings.TIME_STAMPS_ROOTS = str(net.authority.root)
        right, wrong = net.authority.reply, other.authority.reply
        monkeypatch.setattr(net.authority, "reply", badly(right, wrong))
        assert time_stamps.stamp(MESSAGE) is None
        monkeypatch.setattr(net.authority, "reply", right)
        stamped = time_stamps.stamp(MESSAGE)
        assert stamped is not None, "it is asked for again"
        assert time_stamps.stamped_at(stamped, MESSAGE, time_stamps.roots())


def test_an_authority_that_is_down_stops_nothing(settings: Settings, tmp_path: Path) -> None:
    with small_internet(tmp_path / "one") as net:
        assert net.authority is not None
        settings.TIME_STAMPS_URL = f"http://127.0.0.1:{net.server_port}/tsa"
        settings.TIME_STAMPS_ROOTS = str(net.authority.root)
        net.authority = None  # answers 503
        assert time_stamps.stamp(MESSAGE) is None
    assert time_stamps.stamp(MESSAGE) is None, "nobody listens"
