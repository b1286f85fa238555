"""Scan files with clamd while they are being received.

The scanner is ClamAV's clamd, asked over its socket by its command INSTREAM. It is optional. An upload never
fails because of it: without a scanner, or when it is slow, broken or refuses the size, the file counts as not
checked. clamd then holds plaintext in its memory and may write it to its temporary folder, which the
operator's guide says to put in memory.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum

#: Seconds that clamd may take to accept a block, and to answer once it has the whole file.
_PATIENCE, _PATIENCE_AT_THE_END = 5.0, 60.0
_BLOCK = 64 * 1024
_LONGEST_ANSWER = 4096

type ScannerAddress = str | tuple[str, int]
"""A clamd address, either a Unix socket path or a host and port."""


class ScanVerdict(StrEnum):
    """The result of a malware scan."""

    CLEAN = "clean"
    FOUND = "found"
    NOT_CHECKED = "not checked"


def scanner_address(text: str) -> ScannerAddress | None:
    """Return the clamd address in a setting (a path or `host:port`), or None if the setting is empty.

    Raises ValueError.
    """
    if not text:
        return None
    if text.startswith("/"):
        return text
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError("the address of clamd is an absolute path or host:port")
    return host.strip("[]"), int(port)


class VirusScan:
    """A malware scan of one file, whose methods never raise."""

    def __init__(self, address: ScannerAddress | None) -> None:
        """Start a scan, or record that no scanner is configured."""
        self._clamd: socket.socket | None = None
        self._answer = b""
        if address is None:
            return
        try:
            self._clamd = _connected(address)
            self._clamd.sendall(b"zINSTREAM\0")
        except OSError:
            self.close()

    def add(self, data: bytes) -> None:
        """Send the next bytes of the file to the scanner."""
        for at in range(0, len(data), _BLOCK):
            if self._clamd is None:
                return
            block = memoryview(data)[at : at + _BLOCK]
            try:
                self._clamd.sendall(struct.pack(">I", len(block)))
                self._clamd.sendall(block)
            except TimeoutError:
                self.close()
            except OSError:
                # clamd closes early when it refuses a size, and also when it has found something.
                self._answer = self._read_answer()
                self.close()

    def verdict(self) -> ScanVerdict:
        """Return the scanner's verdict on the complete file."""
        if self._clamd is not None:
            with suppress(OSError):
                self._clamd.sendall(bytes(4))
            self._answer = self._read_answer()
            self.close()
        if self._answer == b"stream: OK\0":
            return ScanVerdict.CLEAN
        found = self._answer.startswith(b"stream: ") and self._answer.endswith(b" FOUND\0")
        return ScanVerdict.FOUND if found else ScanVerdict.NOT_CHECKED

    def close(self) -> None:
        """Abort the scan unless it has finished."""
        if self._clamd is not None:
            self._clamd.close()
            self._clamd = None

    def _read_answer(self) -> bytes:
        answer = b""
        with suppress(OSError):
            if self._clamd is not None:
                self._clamd.settimeout(_PATIENCE_AT_THE_END)
                while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
                    more = self._clamd.recv(_LONGEST_ANSWER)
                    if not more:
                        break
                    answer += more
        return answer


def scan(address: ScannerAddress | None, blocks: Iterable[bytes]) -> ScanVerdict:
    """Scan a file block by block and return the verdict.

    This is for an upload that was resumed, which the scanner has not seen in one piece. Reading the blocks may
    raise what it raises.
    """
    scanning = VirusScan(address)
    try:
        for block in blocks:
            scanning.add(block)
        return scanning.verdict()
    finally:
        scanning.close()


def _connected(address: ScannerAddress) -> socket.socket:
    if isinstance(address, tuple):
        return socket.create_connection(address, timeout=_PATIENCE)
    found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        found.settimeout(_PATIENCE)
        found.connect(address)
    except OSError:
        found.close()
        raise
    return found
