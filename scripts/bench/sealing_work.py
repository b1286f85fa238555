"""What sealing and opening a file costs, beside its cipher alone, and the memory that a large one takes.

    python -m bench.sealing_work MEGABYTES FOLDER

Run by `make bench` in a process of its own, so that its peak of memory is that of the file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from heedline.files.kinds import FileSample
from heedline.files.sealed_stream import Sealing, new_file_key, read_range
from heedline.files.storage import FolderStorage
from heedline.vault.containers.payload import CHUNK, PayloadWriter

_BLOCK = 256 * 1024
_MEGABYTE = 1_000_000
#: For the comparison: the best of so many turns, in memory, where the ciphers and not a disk are measured.
_COMPARED, _TURNS = 100, 3


def measure(megabytes: int, home: Path) -> dict[str, Any]:
    """Measure in another process, with its files in a folder that is deleted afterwards."""
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix="bench-files-") as folder:
        done = subprocess.run(
            [sys.executable, "-m", "bench.sealing_work", str(megabytes), folder],
            capture_output=True,
            text=True,
            check=True,
            timeout=600,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _rate(work: Callable[[], object]) -> float:
    """Return megabytes for each second of processor time, the best of a few turns."""
    best = min(_cpu(work) for _ in range(_TURNS))
    return round(_COMPARED / best)


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _compared() -> dict[str, float]:
    block = os.urandom(_BLOCK)
    blocks = _COMPARED * _MEGABYTE // _BLOCK
    key = new_file_key()
    whole = Sealing(key)
    sealed = b"".join([*(whole.write(block) for _ in range(blocks)), whole.finish()])

    def bare() -> None:
        cipher, chunk = ChaCha20Poly1305(bytes(32)), block[:CHUNK]
        for count in range(blocks * _BLOCK // CHUNK):
            cipher.encrypt(count.to_bytes(12, "big"), chunk, None)

    def sealing() -> None:
        writer = PayloadWriter(new_file_key())
        for _ in range(blocks):
            writer.update(block)
        writer.finish()

    def taking() -> None:
        """As for a file that arrives: with its hash and its type."""
        writer, sample = Sealing(new_file_key()), FileSample()
        for _ in range(blocks):
            sample.add(block)
            writer.write(block)
        writer.finish()

    def opening() -> None:
        for _ in read_range(
            key, lambda at, length: sealed[at : at + length], len(sealed), 0, blocks * _BLOCK
        ):
            pass

    return {work.__name__: _rate(work) for work in (bare, sealing, taking, opening)}


def _through(megabytes: int, folder: Path) -> dict[str, float]:
    """Seal a file of this size into a folder, flush it, and read all of it again."""
    storage, name, key, block = FolderStorage(folder / "objects"), uuid4(), new_file_key(), os.urandom(_BLOCK)
    writer, sample, blocks = Sealing(key), FileSample(), megabytes * _MEGABYTE // _BLOCK
    before = _peak()
    began = time.monotonic()
    for _ in range(blocks):
        at = writer.at
        sample.add(block)
        if sealed := writer.write(block):
            storage.append(name, sealed, at)
    at = writer.at
    storage.append(name, writer.finish(), at)
    storage.finish(name)
    taken = time.monotonic() - began
    began = time.monotonic()
    read = sum(
        len(part)
        for part in read_range(
            key,
            lambda start, length: storage.read(name, start, length),
            storage.size(name),
            0,
            blocks * _BLOCK,
        )
    )
    return {
        "megabytes": megabytes,
        "whole": read == blocks * _BLOCK,
        "taken_seconds": round(taken, 2),
        "read_seconds": round(time.monotonic() - began, 2),
        "more_memory_mib": round((_peak() - before) / 1024, 1),
    }


def _peak() -> int:
    """Return the peak of this process's memory, in KiB. (`ru_maxrss` would count that of its parent, too.)"""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


def main(megabytes: str, folder: str) -> None:
    """Do it, and print what it took. The large file goes first, before the comparison takes memory."""
    through = _through(int(megabytes), Path(folder))
    print(json.dumps({"through": through, "rates": _compared()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
