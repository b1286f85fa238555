"""A virus scanner is asked while a file arrives, and whatever it does, the file arrives."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from heedline.files import scanning
from heedline.files.scanning import ScannerAddress, ScanVerdict, VirusScan, scan, scanner_address

MARK = b"placeholder that the scanner knows"


class FakeClamd:
    """The part of clamd that takes INSTREAM, with its ways of failing."""

    def __init__(self, path: str, manner: str = "") -> None:
        self.path, self.manner = path, manner
        self.seen = bytearray()
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(path)
        self._listening.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listening.close()
        self._thread.join(5)

    def _serve(self) -> None:
        try:
            caller, _ = self._listening.accept()
        except OSError:
            return
        with caller, caller.makefile("rb") as stream:
            if self.manner == "hangs up":
                return
            assert stream.read(10) == b"zINSTREAM\0"
            while size := struct.unpack(">I", stream.read(4) or bytes(4))[0]:
                self.seen += stream.read(size)
                if self.manner == "limit" and len(self.seen) > 100_000:
                    caller.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                    return
                if self.manner == "early" and MARK in self.seen:
                    caller.sendall(b"stream: Test.Placeholder FOUND\0")
                    return
            if self.manner == "silent":
                stream.read(1)
                return
            found = b"stream: Test.Placeholder FOUND\0" if MARK in self.seen else b"stream: OK\0"
            caller.sendall({"nonsense": b"\xff" * 5000, "half": b"stream: O"}.get(self.manner, found))


@pytest.fixture
def manner() -> str:
    return ""


@pytest.fixture
def clamd(tmp_path: Path, manner: str) -> Iterator[FakeClamd]:
    made = FakeClamd(str(tmp_path / "clamd"), manner)
    yield made
    made.close()


def shown(address: ScannerAddress | None, *blocks: bytes) -> ScanVerdict:
    scanned = VirusScan(address)
    for block in blocks:
        scanned.add(block)
    return scanned.verdict()


def test_a_clean_file_is_seen_whole(clamd: FakeClamd) -> None:
    blocks = [b"a" * 200_000, b"", b"b" * 10]
    assert shown(clamd.path, *blocks) is ScanVerdict.CLEAN
    assert clamd.seen == b"".join(blocks)


def test_a_find_is_told_wherever_it_was_cut(clamd: FakeClamd) -> None:
    assert shown(clamd.path, b"x" * 1000 + MARK[:7], MARK[7:]) is ScanVerdict.FOUND


def test_a_resumed_upload_is_scanned_afterwards(clamd: FakeClamd) -> None:
    assert scan(clamd.path, iter([b"x", MARK])) is ScanVerdict.FOUND


@pytest.mark.parametrize(
    ("manner", "verdict"),
    [
        ("early", ScanVerdict.FOUND),
        ("limit", ScanVerdict.NOT_CHECKED),
        ("silent", ScanVerdict.NOT_CHECKED),
        ("nonsense", ScanVerdict.NOT_CHECKED),
        ("half", ScanVerdict.NOT_CHECKED),
        ("hangs up", ScanVerdict.NOT_CHECKED),
    ],
)
def test_a_scanner_that_fails_stops_no_upload(
    clamd: FakeClamd, manner: str, verdict: ScanVerdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    if manner == "silent":
        monkeypatch.setattr(scanning, "_PATIENCE_AT_THE_END", 0.3)
    assert shown(clamd.path, MARK, *[b"x" * 300_000] * 5) is verdict


@pytest.mark.parametrize("address", [None, "/nothing/listens/here", ("127.0.0.1", 1)])
def test_without_a_scanner_nothing_is_checked(address: ScannerAddress | None) -> None:
    assert shown(address, b"x") is ScanVerdict.NOT_CHECKED
    assert scan(address, [b"x"]) is ScanVerdict.NOT_CHECKED


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("", None),
        ("/run/clamav/clamd.ctl", "/run/clamav/clamd.ctl"),
        ("clamd.example:3310", ("clamd.example", 3310)),
        ("[::1]:3310", ("::1", 3310)),
    ],
)
def test_an_address_is_a_path_or_a_host_with_a_port(text: str, address: ScannerAddress | None) -> None:
    assert scanner_address(text) == address


@pytest.mark.parametrize("text", ["clamd", "clamd:", ":3310", "clamd:99999", "clamd:http"])
def test_any_other_address_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="absolute path"):
        scanner_address(text)
