"""The public age vectors (C2SP CCTV): what must open, what must not, and how much may come out before an error.

Our recipients are ``mlkem768x25519`` only. Vectors for other recipient types still test what all files share:
they state the file key, and with it the header's form and MAC and the payload are checked.
"""

import json
import lzma
import zlib
from base64 import b64decode
from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest

from heedline.vault import CannotOpen
from heedline.vault.containers import header
from heedline.vault.containers.container import Container, open_container, open_payload, open_stream
from heedline.vault.keys import parse_identity

STORED = Path(__file__).parents[2] / "vectors" / "cctv-age.json.xz"

# Refusals that concern only how an X25519 stanza is written; we pass over such stanzas unread.
ABOUT_X25519_STANZAS = {
    "hybrid_x25519_arg",
    "x25519_bad_tag",
    "x25519_extra_argument",
    "x25519_identity",
    "x25519_long_file_key",
    "x25519_long_share",
    "x25519_low_order",
    "x25519_no_match",
    "x25519_not_canonical_body",
    "x25519_not_canonical_share",
    "x25519_short_share",
    "x25519_lowercase",
}


@dataclass(frozen=True)
class Vector:
    expect: str
    payload_hash: str | None
    file_key: bytes
    identities: tuple[str, ...]
    has_passphrase: bool
    is_armored: bool
    file: bytes


def _read(raw: bytes) -> Vector:
    head, _, file = raw.partition(b"\n\n")
    facts: dict[str, list[str]] = defaultdict(list)
    for line in head.decode().splitlines():
        name, _, value = line.partition(": ")
        facts[name].append(value)
    return Vector(
        expect=facts["expect"][0],
        payload_hash=facts["payload"][0] if "payload" in facts else None,
        file_key=bytes.fromhex(facts["file key"][0]),
        identities=tuple(facts["identity"]),
        has_passphrase="passphrase" in facts,
        is_armored="armored" in facts,
        file=zlib.decompress(file) if "compressed" in facts else file,
    )


VECTORS = {
    name: _read(b64decode(raw)) for name, raw in json.loads(lzma.decompress(STORED.read_bytes())).items()
}
PLAIN = {name: vector for name, vector in VECTORS.items() if not vector.is_armored}
OURS = {
    name: vector
    for name, vector in PLAIN.items()
    if any(identity.startswith("AGE-SECRET-KEY-PQ-1") for identity in vector.identities)
}

# What is wrong with the failing passphrase vectors is their stanza, and we open none of those (last test).
SHARED = {
    name: vector
    for name, vector in PLAIN.items()
    if name not in OURS.keys() | ABOUT_X25519_STANZAS
    and (not vector.has_passphrase or vector.expect == "success")
}


def _seeds(vector: Vector) -> list[bytes]:
    return [parse_identity(text) for text in vector.identities if text.startswith("AGE-SECRET-KEY-PQ-1")]


def test_all_vectors_are_here() -> None:
    assert (len(VECTORS), len(PLAIN), len(OURS), len(SHARED)) == (143, 110, 18, 57)
    assert PLAIN.keys() >= ABOUT_X25519_STANZAS


@pytest.mark.parametrize("name", OURS)
def test_files_for_our_keys_open_exactly_when_they_should(name: str) -> None:
    vector = OURS[name]
    sink = BytesIO()
    if vector.expect == "success":
        whole = open_container(Container.from_bytes(vector.file), _seeds(vector))
        open_stream(BytesIO(vector.file), sink, _seeds(vector))
        assert sink.getvalue() == whole
        assert sha256(whole).hexdigest() == vector.payload_hash
        return
    with pytest.raises(CannotOpen):
        open_stream(BytesIO(vector.file), sink, _seeds(vector))
    assert sink.getvalue() == b""
    with pytest.raises(CannotOpen):
        open_container(Container.from_bytes(vector.file), _seeds(vector))


@pytest.mark.parametrize("name", sorted(SHARED))
def test_header_and_payload_of_every_file_hold_or_fail_as_they_should(name: str) -> None:
    vector = SHARED[name]
    released = bytearray()
    error: CannotOpen | None = None
    try:
        end = header.end_of(vector.file)
        header.check(header.parse(vector.file[:end]), vector.file_key)
        for chunk in open_payload(BytesIO(vector.file[end:]), vector.file_key):
            released += chunk
    except CannotOpen as raised:
        error = raised
    if vector.expect in ("success", "no match"):  # "no match" concerns the identity, which is left out here
        assert error is None
    else:
        assert error is not None
    if vector.expect == "success":
        assert sha256(released).hexdigest() == vector.payload_hash
    elif vector.expect == "payload failure" and released:
        # Never anything but a true beginning. Where we release less than the vector allows, that is fine.
        assert len(released) % 65_536 == 0 or sha256(released).hexdigest() == vector.payload_hash
    elif vector.expect != "no match":
        assert not released


@pytest.mark.parametrize("name", [name for name in VECTORS if name not in OURS])
def test_files_of_other_kinds_do_not_open_with_our_keys(name: str) -> None:
    seeds = [seed for vector in OURS.values() for seed in _seeds(vector)][:1]
    with pytest.raises(CannotOpen):
        open_stream(BytesIO(VECTORS[name].file), BytesIO(), seeds)
