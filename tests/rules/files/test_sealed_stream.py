"""A file that arrives in any pieces, with any interruptions, is sealed as the same file, and read only unchanged."""

from __future__ import annotations

import hashlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.cases import cases

from heedline.files.sealed_stream import Read, Sealing, new_file_key, read_all, read_range, sha256_of
from heedline.vault import CannotOpen, keys
from heedline.vault.containers.container import header_for, open_stream
from heedline.vault.containers.payload import CHUNK, SEALED_CHUNK

SEED = bytes([7]) * 32
BODY = bytes(i % 251 for i in range(4 * CHUNK + 11))
EDGES = [0, 1, CHUNK - 42, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17]
quick = settings(max_examples=cases(40), deadline=None)


class Disk:
    """One object in memory, which behaves as a storage does."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = bytearray(data)

    def append(self, data: bytes, at: int) -> None:
        assert at <= len(self.data)
        self.data[at:] = data

    def read(self, start: int, length: int) -> bytes:
        return bytes(self.data[start : start + length])


def reading(data: bytes) -> Read:
    return lambda start, length: data[start : start + length]


def sealed(body: bytes, key: bytes) -> bytes:
    sealing = Sealing(key)
    return sealing.write(body) + sealing.finish()


def opened(key: bytes, data: bytes) -> bytes:
    out = BytesIO()
    open_stream(BytesIO(header_for(key, [keys.public_key(SEED)]) + data), out, [SEED])
    return out.getvalue()


@pytest.mark.parametrize("size", EDGES)
def test_an_object_with_a_header_is_a_container(size: int) -> None:
    key = new_file_key()
    data = sealed(BODY[:size], key)
    assert opened(key, data) == BODY[:size]
    assert b"".join(read_all(key, reading(data))) == BODY[:size]


@given(st.lists(st.tuples(st.integers(0, 2 * CHUNK), st.booleans()), max_size=6))
@quick
def test_any_cuts_and_resumes_give_the_same_file(steps: list[tuple[int, bool]]) -> None:
    """Each step writes some bytes. A cut puts the state aside, and the next step knows only the object and its key."""
    key, disk, at = new_file_key(), Disk(), 0
    sealing = Sealing(key)
    for size, cut in steps:
        piece, before = BODY[at : at + size], sealing.at
        disk.append(sealing.write(piece), before)
        at += len(piece)
        if cut:
            disk.append(sealing.state(), sealing.at)
            sealing = Sealing.resume(key, disk.read, len(disk.data))
        assert (sealing.position, sealing.finished) == (at, False)
    before = sealing.at
    disk.append(sealing.finish(), before)
    assert opened(key, bytes(disk.data)) == BODY[:at]
    again = Sealing.resume(key, disk.read, len(disk.data))
    assert (again.position, again.at, again.finished) == (at, len(disk.data), True)
    assert sha256_of(key, disk.read, len(disk.data), at) == hashlib.sha256(BODY[:at]).hexdigest()


@given(st.integers(0, 4 * CHUNK), st.integers(0, 4 * SEALED_CHUNK), st.booleans())
@quick
def test_a_program_killed_while_writing_loses_at_most_what_was_not_whole(
    size: int, torn: int, parked: bool
) -> None:
    """However short the object was cut, every byte before `position` is really in it."""
    key, disk = new_file_key(), Disk()
    sealing = Sealing(key)
    disk.append(sealing.write(BODY[:size]), 0)
    if parked:
        disk.append(sealing.state(), sealing.at)
    del disk.data[max(16, len(disk.data) - torn) :]
    sealing = Sealing.resume(key, disk.read, len(disk.data))
    assert sealing.position <= size
    before = sealing.at
    disk.append(sealing.write(BODY[sealing.position :]), before)
    before = sealing.at
    disk.append(sealing.finish(), before)
    assert opened(key, bytes(disk.data)) == BODY


def test_blocks_that_a_power_cut_left_empty_are_not_counted() -> None:
    key, disk = new_file_key(), Disk()
    sealing = Sealing(key)
    disk.append(sealing.write(BODY), 0)
    assert len(disk.data) == 16 + 4 * SEALED_CHUNK
    disk.data[16 + 2 * SEALED_CHUNK :] = bytes(2 * SEALED_CHUNK)
    assert Sealing.resume(key, disk.read, len(disk.data)).position == 2 * CHUNK


def test_an_upload_that_was_cut_before_its_first_byte_can_go_on() -> None:
    key, disk = new_file_key(), Disk()
    disk.append(Sealing(key).state(), 0)
    sealing = Sealing.resume(key, disk.read, len(disk.data))
    assert sealing.position == 0
    disk.append(sealing.write(b"all of it") + sealing.finish(), 16)
    assert opened(key, bytes(disk.data)) == b"all of it"


@pytest.mark.parametrize("data", [b"", b"short", bytes(15)])
def test_an_object_without_a_beginning_cannot_be_resumed(data: bytes) -> None:
    with pytest.raises(CannotOpen):
        Sealing.resume(new_file_key(), reading(data), len(data))


def test_the_state_says_nothing_of_what_it_keeps() -> None:
    key = new_file_key()
    sealing = Sealing(key)
    object_ = sealing.write(b"she said Tuesday") + sealing.state()
    assert b"Tuesday" not in object_
    with pytest.raises(CannotOpen):
        list(read_range(key, reading(object_), len(object_), 0, 1))
    assert Sealing.resume(new_file_key(), reading(object_), len(object_)).position == 0


def test_no_chunk_is_sealed_twice_with_different_bytes() -> None:
    """One nonce with two plaintexts would give both away: what a tail held is sealed under another key."""
    key, disk = new_file_key(), Disk()
    sealing = Sealing(key)
    disk.append(sealing.write(b"a" * 100), 0)
    disk.append(sealing.state(), sealing.at)
    first = bytes(disk.data[16:])
    sealing = Sealing.resume(key, disk.read, len(disk.data))
    disk.append(sealing.finish(), 16)
    assert bytes(disk.data[16:80]) not in first


def test_the_hash_is_of_what_was_written_before_the_padding() -> None:
    sealing = Sealing(new_file_key())
    sealing.write(BODY)
    told = sealing.sha256()
    sealing.write(bytes(CHUNK))
    assert told == hashlib.sha256(BODY).hexdigest() != sealing.sha256()


KEY = new_file_key()
WHOLE = sealed(BODY, KEY)


@given(st.integers(0, len(BODY)), st.integers(0, len(BODY)))
@quick
def test_any_range_reads_what_was_written(start: int, length: int) -> None:
    length = min(length, len(BODY) - start)
    assert b"".join(read_range(KEY, reading(WHOLE), len(WHOLE), start, length)) == BODY[start:][:length]


def test_a_range_reads_only_the_chunks_that_it_needs() -> None:
    asked: list[tuple[int, int]] = []

    def read(start: int, length: int) -> bytes:
        asked.append((start, length))
        return WHOLE[start : start + length]

    assert list(read_range(KEY, read, len(WHOLE), 2 * CHUNK + 5, 10)) == [BODY[2 * CHUNK + 5 :][:10]]
    assert sum(length for _, length in asked) <= 16 + SEALED_CHUNK


@pytest.mark.parametrize(("start", "length"), [(-1, 2), (0, len(BODY) + 1), (len(BODY), 1), (5, -1)])
def test_a_range_that_is_not_there_cannot_be_opened(start: int, length: int) -> None:
    with pytest.raises(CannotOpen):
        list(read_range(KEY, reading(WHOLE), len(WHOLE), start, length))


def refused_everywhere(data: bytes, key: bytes = KEY) -> None:
    """Reading it all fails, whichever way it is read, and before a wrong byte comes out."""
    for way in (read_all(key, reading(data)), read_range(key, reading(data), len(data), 0, len(BODY))):
        out: list[bytes] = []
        with pytest.raises(CannotOpen):
            out.extend(way)
        assert BODY.startswith(b"".join(out))


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 7))
@quick
def test_a_flipped_bit_is_noticed(at: int, bit: int) -> None:
    data = bytearray(WHOLE)
    data[at] ^= 1 << bit
    refused_everywhere(bytes(data))


@given(st.integers(0, len(WHOLE) - 1))
@quick
def test_a_truncated_object_is_noticed(size: int) -> None:
    refused_everywhere(WHOLE[:size])


CHUNKS = [WHOLE[16 + i * SEALED_CHUNK : 16 + (i + 1) * SEALED_CHUNK] for i in range(5)]


@given(st.permutations(range(5)).filter(lambda order: order != list(range(5))))
@quick
def test_reordered_chunks_are_noticed(order: list[int]) -> None:
    refused_everywhere(WHOLE[:16] + b"".join(CHUNKS[i] for i in order))


@given(st.integers(0, 4), st.integers(0, 4))
@quick
def test_dropped_and_repeated_chunks_are_noticed(dropped: int, repeated: int) -> None:
    refused_everywhere(WHOLE[:16] + b"".join(CHUNKS[:dropped] + CHUNKS[dropped + 1 :]))
    refused_everywhere(WHOLE[:16] + b"".join(CHUNKS[: repeated + 1] + CHUNKS[repeated:]))


@pytest.mark.parametrize("which", range(5))
def test_a_chunk_of_another_object_is_noticed(which: int) -> None:
    """Neither another file's chunk nor the same file's under another nonce fits."""
    for other in (sealed(BODY, new_file_key()), sealed(BODY, KEY)):
        foreign = other[16 + which * SEALED_CHUNK : 16 + (which + 1) * SEALED_CHUNK]
        refused_everywhere(WHOLE[:16] + b"".join([*CHUNKS[:which], foreign, *CHUNKS[which + 1 :]]))


def test_another_object_in_its_place_is_noticed() -> None:
    refused_everywhere(sealed(BODY, new_file_key()))
