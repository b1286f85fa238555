"""Evidence bundles, zip files that can be verified without this service.

In it are the entries as they were hashed, the files under their SHA-256, and the timestamps as they came.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

from heedline.casework.records.time_stamps import UnfitStamp, stamped_at
from heedline.specialist_desks.material.evidence import chain
from heedline.specialist_desks.material.evidence.chain import BrokenChain, ChainLink

_ENTRY, _STAMP, _FILE = "entries/{:04}.json", "stamps/{:04}.tsr", "files/{}"
_README = """Evidence about one item of online material.

entries/  what was recorded, in order. The SHA-256 of "heedline/v1/evidence", a zero byte and the entry is the entry's
          hash, and stands in the next entry as "previous".
files/    each file under its SHA-256, as an entry lists it.
stamps/   replies of a timestamp authority (RFC 3161) for the hash of each entry.

Verify with: heedline evidence verify BUNDLE --head HASH --roots CERTIFICATES
The hash of the newest entry is in the service's log and was shown when the bundle was made. Without it, a bundle from
which the newest entries were removed looks complete.
The files are from the internet. Do not open them on a computer that matters.
"""
_MOST_TEXT = 16 << 20
_BLOCK = 1 << 20


@dataclass(frozen=True)
class VerifiedBundle:
    """The contents of a verified bundle: counts of entries and files, last hash and stamp times."""

    entries: int
    files: int
    head: str
    stamped: tuple[tuple[int, datetime], ...]
    unstamped: tuple[int, ...]


class _Sink:
    """A write-only file object that buffers data until it is collected with `take`."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def write(self, data: bytes) -> int:
        self._kept += data
        return len(data)

    def flush(self) -> None:
        """Do nothing, because buffered data is collected with `take`."""

    def take(self) -> bytes:
        """Return the data written since the last call."""
        found = bytes(self._kept)
        self._kept.clear()
        return found


def write(
    links: Sequence[ChainLink],
    stamps: Mapping[int, bytes | None],
    files: Iterable[tuple[str, Iterable[bytes]]],
) -> Iterator[bytes]:
    """Yield the bytes of a bundle. `files` gives the SHA-256 and the content of each file."""
    sink = _Sink()
    with zipfile.ZipFile(cast(IO[bytes], sink), "w", zipfile.ZIP_STORED) as bundle:
        bundle.writestr(_named("README.txt"), _README)
        for link in links:
            bundle.writestr(_named(_ENTRY.format(link.number)), chain.in_text(link.words))
            stamp = stamps.get(link.number)
            if stamp is not None:
                bundle.writestr(_named(_STAMP.format(link.number)), stamp)
        yield sink.take()
        seen: set[str] = set()
        for sha256, content in files:
            if sha256 in seen:
                continue
            seen.add(sha256)
            with bundle.open(_named(_FILE.format(sha256)), "w", force_zip64=True) as into:
                for block in content:
                    into.write(block)
                    yield sink.take()
    yield sink.take()


def verify(bundle: Path, *, head: str = "", roots: bytes = b"") -> VerifiedBundle:
    """Verify an evidence bundle and return its contents.

    `head` is the hash of the newest entry as it was shown when the bundle was made. With `roots`, every timestamp must
    be of an authority that they vouch for. Raises BrokenChain, and OSError for a file that cannot be read.
    """
    try:
        with zipfile.ZipFile(bundle) as opened:
            return _verified(opened, head, roots)
    except (
        zipfile.BadZipFile,
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
        NotImplementedError,
        EOFError,
    ):
        raise BrokenChain("This is not an evidence bundle, or it is damaged.") from None


def _verified(opened: zipfile.ZipFile, head: str, roots: bytes) -> VerifiedBundle:
    names = set(opened.namelist())
    if len(names) < len(opened.namelist()):
        raise BrokenChain("A file is in the bundle twice.")
    links: list[ChainLink] = []
    while (name := _ENTRY.format(len(links) + 1)) in names:
        if opened.getinfo(name).file_size > _MOST_TEXT:
            raise BrokenChain(f"{name} is too long.")
        words: dict[str, Any] = json.loads(opened.read(name))
        links.append(ChainLink(len(links) + 1, words, chain.head_of(words)))
    if not links:
        raise BrokenChain("The bundle has no entries.")
    chain.verify(links)
    last = links[-1].head.hex()
    if head and head.lower() != last:
        raise BrokenChain(
            "The newest entry is not the one that was recorded: entries are missing or changed."
        )
    known = {"README.txt"} | {_ENTRY.format(link.number) for link in links}
    files = 0
    for link in links:
        known.add(_STAMP.format(link.number))
        for one in link.words["files"]:
            name = _FILE.format(one["sha256"])
            known.add(name)
            files += 1
            if name not in names:
                raise BrokenChain(f"The file {name} of entry {link.number} is missing.")
            chain.refuse_changed(name, _digest(opened, name), str(one["sha256"]))
    if names - known:
        raise BrokenChain(f"{min(names - known)} belongs to no entry.")
    stamped, unstamped = _stamps(opened, names, links, roots)
    return VerifiedBundle(len(links), files, last, stamped, unstamped)


def _stamps(
    opened: zipfile.ZipFile, names: set[str], links: Sequence[ChainLink], roots: bytes
) -> tuple[tuple[tuple[int, datetime], ...], tuple[int, ...]]:
    stamped, unstamped = [], []
    for link in links:
        name = _STAMP.format(link.number)
        if name not in names or not roots:
            unstamped.append(link.number)
            continue
        try:
            stamped.append((link.number, stamped_at(opened.read(name), link.head, roots)))
        except UnfitStamp:
            raise BrokenChain(
                f"The timestamp of entry {link.number} is not of a trusted authority."
            ) from None
    return tuple(stamped), tuple(unstamped)


def _digest(opened: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with opened.open(name) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _named(name: str) -> zipfile.ZipInfo:
    """Return a zip entry with a fixed timestamp."""
    return zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
