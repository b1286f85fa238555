"""What somebody holds who has stolen everything at rest, and how they look through it.

Files are taken as bytes, tables as a superuser sees them. A secret is looked for in every spelling that a program might
have kept it in; whatever could be a key is tried as one.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from heedline.vault import keys

type Ask = Callable[[str], list[tuple[Any, ...]]]

#: Queries the system catalogue, because the same query on `information_schema` takes a fifth of a second.
_COLUMNS = """
    SELECT n.nspname, c.relname, a.attname, coalesce(base.typname, t.typname) FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_catalog.pg_type base ON t.typtype = 'd' AND base.oid = t.typbasetype
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND a.attnum > 0 AND NOT a.attisdropped
    AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    ORDER BY 1, 2, a.attnum
"""
_BLOCK = 8192
#: How many bytes of a text are compared first, of the eight in which they are read, and how many places at a time.
_START, _EIGHT, _CHUNK = 6, 8, 1 << 18
_FIRST_SIX = np.uint64((1 << 8 * _START) - 1)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_HEX = re.compile(rb"(?<![0-9a-fA-F])(?:[0-9a-fA-F]{64})(?![0-9a-fA-F])")
_BASE64 = re.compile(rb"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{43}=?(?![A-Za-z0-9+/_-])")
_AGE_KEY = re.compile(rb"AGE-SECRET-KEY-PQ-1[A-Z0-9]{40,}", re.IGNORECASE)
_TOKEN = re.compile(rb"[!-~]{16,64}")


@dataclass(frozen=True)
class Column:
    """One column of one table."""

    table: str
    name: str
    kind: str


def columns(ask: Ask) -> list[Column]:
    """Every column of every table outside the catalogue."""
    return [Column(f'{schema}."{table}"', name, kind) for schema, table, name, kind in ask(_COLUMNS)]


def tables(ask: Ask) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, by the table's name; bytea as bytes."""
    named: dict[str, list[str]] = {}
    for column in columns(ask):
        named.setdefault(column.table, []).append(column.name)
    found: dict[str, list[dict[str, Any]]] = {}
    for table, names in named.items():
        listed = ", ".join(f'"{name}"' for name in names)
        found[table] = [
            {
                name: bytes(value) if isinstance(value, memoryview) else value
                for name, value in zip(names, row, strict=True)
            }
            for row in ask(f"SELECT {listed} FROM {table}")
        ]
    return found


def leaves(value: Any) -> Iterator[bytes]:
    """The bytes of a value of a column, whatever its type."""
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key).encode()
            yield from leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner)
    elif value is not None:
        yield str(value).encode("utf-8", "surrogatepass")


def spellings(secret: str | bytes) -> set[bytes]:
    """Every way in which a secret might stand in a file: as it is, hexadecimal, base 64 wherever in it the secret begins;
    words also in two encodings, in capitals and in the escapes of JSON and of web addresses."""
    if isinstance(secret, bytes):
        return {one for one in _as_bytes(secret) if len(one) >= 6}
    found = _as_bytes(secret.encode()) | _as_bytes(secret.encode("utf-16-le"))
    found |= {secret.lower().encode(), secret.upper().encode(), secret.encode("utf-16-be")}
    found |= {secret.encode("unicode_escape"), secret.replace(" ", "+").encode()}
    found.add("".join(f"%{byte:02X}" for byte in secret.encode()).encode())
    return {one for one in found if len(one) >= 6}


def _as_bytes(plain: bytes) -> set[bytes]:
    found = {plain, binascii.hexlify(plain), binascii.hexlify(plain).upper()}
    for shift in range(3):  # the middle of the text as base 64 writes it after 0, 1 or 2 other bytes
        inner = base64.b64encode(b"\0" * shift + plain)[4 if shift else 0 :]
        whole = inner.rstrip(b"=")[: -1 if (shift + len(plain)) % 3 else None]
        found |= {whole, whole.translate(bytes.maketrans(b"+/", b"-_"))}
    return found


@dataclass
class Loot:
    """Files, by where they lay; what is packed is unpacked beside it."""

    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    _whole: bytes = field(default=b"", repr=False)

    def take(self, folder: Path, *, but: Sequence[str] = ()) -> Loot:
        """Take every file under a folder, by its bytes, except those of these names."""
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and path.name not in but:
                data = path.read_bytes()
                self.files[str(path)] = data
                unpacked = _unpacked(data)
                if unpacked:
                    self.files[f"{path} (unpacked)"] = unpacked
        return self

    def whole(self) -> bytes:
        """All files behind one another: each content once, without blocks of nothing."""
        if not self._whole:
            blocks: list[bytes] = []
            for data in {sha256(data).digest(): data for data in self.files.values()}.values():
                parts = (data[at : at + _BLOCK] for at in range(0, len(data), _BLOCK))
                blocks += [part for part in parts if part.strip(b"\0")] + [b"\0"]
            self._whole = b"".join(blocks)
        return self._whole

    def holding(self, secrets: Iterable[str | bytes]) -> list[tuple[str, bytes]]:
        """Where one of these stands in one of its spellings: file and spelling."""
        wanted = standing_in(self.whole(), {one for secret in secrets for one in spellings(secret)})
        return [(name, one) for name, data in self.files.items() for one in wanted if one in data]


def standing_in(whole: bytes, wanted: Iterable[bytes]) -> set[bytes]:
    """Return those of the wanted texts that stand in the whole, which is read once for all of them, however many.

    Each place is looked up by a hash of its first six bytes, then by these. The rest is compared byte by byte.
    """
    by_start: dict[bytes, list[bytes]] = defaultdict(list)
    for one in wanted:
        by_start[one[:_START]].append(one)
    assert all(len(start) == _START for start in by_start), "too short to be looked for"
    if not by_start:
        return set()
    starts = np.array(sorted(int.from_bytes(start, "little") for start in by_start), dtype=np.uint64)
    bits = max(16, (64 * len(starts)).bit_length())
    marked = np.zeros(1 << bits, dtype=bool)
    marked[_hashed(starts, bits)] = True
    padded = whole + bytes(_EIGHT - _START)
    found: set[bytes] = set()
    for shift in range(_EIGHT):  # every eighth place, as whole numbers of the processor
        number = max(0, (len(padded) - shift) // _EIGHT)
        every = np.frombuffer(padded, dtype="<u8", count=number, offset=shift if number else 0)
        for begin in range(0, number, _CHUNK):
            values = every[begin : begin + _CHUNK] & _FIRST_SIX
            likely = np.flatnonzero(marked[_hashed(values, bits)])
            nearest = np.searchsorted(starts[:-1], values[likely])
            for at in likely[starts[nearest] == values[likely]].tolist():
                place = (begin + at) * _EIGHT + shift
                start = whole[place : place + _START]
                found |= {one for one in by_start[start] if whole.startswith(one, place)}
    return found


def _hashed(values: np.ndarray[Any, np.dtype[np.uint64]], bits: int) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """Return the first bits of values multiplied by a number that scatters them (Knuth 6.4)."""
    return values * _GOLDEN >> np.uint64(64 - bits)


def _unpacked(data: bytes) -> bytes:
    if not data.startswith((b"\x1f\x8b", b"\x78\x01", b"\x78\x9c", b"\x78\xda")):
        return b""
    try:
        return zlib.decompressobj(wbits=47).decompress(data, 50_000_000)
    except zlib.error:
        return b""


def possible_seeds(data: bytes) -> set[bytes]:
    """32 bytes that stand in these bytes as such, in hexadecimal, in base 64 or as an age key, and their hashes."""
    found = {data} if len(data) == keys.SEED_SIZE else set()
    found |= {binascii.unhexlify(one) for one in _HEX.findall(data)}
    for one in _BASE64.findall(data):
        plain = base64.urlsafe_b64decode(one.rstrip(b"=").translate(bytes.maketrans(b"+/", b"-_")) + b"=")
        found.add(plain[: keys.SEED_SIZE])
    for one in _AGE_KEY.findall(data):
        try:
            found.add(keys.parse_identity(one.decode()))
        except ValueError:
            continue
    return {one for one in found | {sha256(one).digest() for one in found} if len(one) == keys.SEED_SIZE}


def plain_base64(text: str) -> bytes:
    """What base 64 of either alphabet says; empty when it is none."""
    try:
        plain = text.translate(str.maketrans("-_", "+/"))
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError:
        return b""


def possible_tokens(data: bytes) -> set[bytes]:
    """Whatever in these bytes could be a cookie, a code or a passphrase: runs of 16 to 64 printable characters."""
    return set(_TOKEN.findall(data)) if len(data) < 100_000 else set()
