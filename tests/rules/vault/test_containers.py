"""Containers: whatever is done to a file, it opens to exactly what was sealed, or not at all."""

from io import BytesIO
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.cases import cases

from heedline.vault import CannotOpen, keys
from heedline.vault.containers import envelope, header
from heedline.vault.containers.container import (
    CHUNK,
    Container,
    PayloadWriter,
    file_key,
    header_for,
    new_file_key,
    open_container,
    open_payload,
    open_range,
    open_stream,
    plain_size,
    readdress,
    seal,
    seal_stream,
)

SEED, OTHER, THIRD = (bytes([n]) * 32 for n in (1, 2, 3))
PUBLIC, OTHER_PUBLIC, THIRD_PUBLIC = (keys.public_key(seed) for seed in (SEED, OTHER, THIRD))
BODY = bytes(i % 253 for i in range(2 * CHUNK + 100))
SEALED = seal(BODY, [PUBLIC, OTHER_PUBLIC])
SMALL = seal(b"what they saw", [PUBLIC])
EDGES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1]
SEALED_CHUNK = CHUNK + 16

quick = settings(max_examples=cases(60), deadline=None)


@pytest.mark.parametrize("size", EDGES)
def test_every_way_of_sealing_opens_every_way(size: int) -> None:
    body = BODY[:size]
    sink = BytesIO()
    seal_stream(BytesIO(body), sink, [PUBLIC])
    for file in (sink.getvalue(), seal(body, [OTHER_PUBLIC, PUBLIC]).to_bytes()):
        container = Container.from_bytes(file)
        assert container.to_bytes() == file
        assert open_container(container, [THIRD, SEED]) == body
        assert plain_size(len(container.payload)) == size
        out = BytesIO()
        open_stream(BytesIO(file), out, [keys.prepare(SEED)])
        assert out.getvalue() == body


@given(st.lists(st.integers(0, 2 * CHUNK + 7), max_size=6))
@settings(max_examples=20, deadline=None)
def test_the_writer_takes_any_pieces(sizes: list[int]) -> None:
    key = new_file_key()
    writer = PayloadWriter(key)
    pieces = [BODY[:size] for size in sizes]
    sealed = b"".join([*(writer.update(piece) for piece in pieces), writer.finish()])
    assert b"".join(open_payload(BytesIO(sealed), key)) == b"".join(pieces)
    with pytest.raises(ValueError, match="finished"):
        writer.update(b"more")


def test_only_the_addressed_can_open() -> None:
    assert open_container(SEALED, [OTHER]) == BODY
    for seeds in ([THIRD], []):
        with pytest.raises(CannotOpen):
            open_container(SEALED, seeds)


@given(st.integers(0, len(SMALL.to_bytes()) - 1), st.integers(1, 255))
@quick
def test_one_changed_byte_anywhere_and_nothing_opens(at: int, change: int) -> None:
    file = bytearray(SMALL.to_bytes())
    file[at] ^= change
    out = BytesIO()
    with pytest.raises(CannotOpen):
        open_stream(BytesIO(bytes(file)), out, [SEED])
    assert out.getvalue() == b""


@given(st.integers(0, len(SMALL.to_bytes()) - 1))
@quick
def test_a_cut_file_does_not_open(at: int) -> None:
    with pytest.raises(CannotOpen):
        open_stream(BytesIO(SMALL.to_bytes()[:at]), BytesIO(), [SEED])


@pytest.mark.parametrize("kept", [1, 2])
def test_a_payload_cut_between_chunks_does_not_open(kept: int) -> None:
    cut = SEALED.payload[: 16 + kept * SEALED_CHUNK]
    with pytest.raises(CannotOpen):
        open_container(Container(SEALED.header, cut), [SEED])


def test_swapped_repeated_and_appended_chunks_do_not_open() -> None:
    nonce, first = SEALED.payload[:16], SEALED.payload[16 : 16 + SEALED_CHUNK]
    second, last = SEALED.payload[16 + SEALED_CHUNK : -116], SEALED.payload[-116:]
    assert nonce + first + second + last == SEALED.payload
    for chunks in ([second, first, last], [first, first, last], [first, second, last, b"x"], [first, last]):
        with pytest.raises(CannotOpen):
            open_container(Container(SEALED.header, nonce + b"".join(chunks)), [SEED])


def test_nothing_unauthenticated_is_released() -> None:
    payload = bytearray(SEALED.payload)
    payload[16 + SEALED_CHUNK + 5] ^= 1  # in the second chunk
    out = BytesIO()
    with pytest.raises(CannotOpen):
        open_stream(BytesIO(SEALED.header + payload), out, [SEED])
    assert out.getvalue() == BODY[:CHUNK]


def test_a_payload_under_another_header_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        open_container(Container(seal(BODY, [PUBLIC]).header, SEALED.payload), [SEED])


@given(st.binary(max_size=400))
@quick
def test_noise_is_one_error(noise: bytes) -> None:
    beginning = b"age-encryption.org/v1\n-> "
    for data in (noise, beginning + noise, beginning + noise + b"\n--- " + noise + b"\n"):
        with pytest.raises(CannotOpen):
            open_stream(BytesIO(data), BytesIO(), [SEED])
        with pytest.raises(CannotOpen):
            open_container(Container(data, noise), [SEED])


def test_low_order_points_are_the_same_error() -> None:
    parsed = header.parse(SMALL.header)
    sealed = header._unbase64(parsed.stanzas[0].arguments[1])
    for point in (bytes(32), b"\1" + bytes(31)):
        argument = header._base64(sealed[:-32] + point)
        file = SMALL.header.replace(parsed.stanzas[0].arguments[1], argument)
        with pytest.raises(CannotOpen) as caught:
            open_container(Container(file, SMALL.payload), [SEED])
        assert str(caught.value) == "cannot open"


def test_headers_are_bounded() -> None:
    key = new_file_key()
    with pytest.raises(ValueError, match="between 1 and 32"):
        header_for(key, [])
    with pytest.raises(ValueError, match="between 1 and 32"):
        header_for(key, [PUBLIC] * 33)
    full = header_for(key, [PUBLIC] * header.MOST_STANZAS)
    assert len(full) < header.LARGEST_HEADER
    one_more = full.replace(b"\n---", b"\n-> grease\n\n---")
    with pytest.raises(CannotOpen):
        header.parse(one_more)
    endless = SMALL.header[:-49] + (b"A" * 64 + b"\n") * 2_000
    for way in (lambda: header.parse(endless), lambda: Container.from_bytes(endless)):
        with pytest.raises(CannotOpen):
            way()


def test_keys_that_are_none_are_the_callers_mistake() -> None:
    for public in (b"", PUBLIC[:-1], b"\xff" * 1_216, PUBLIC[:-32] + bytes(32)):
        assert not keys.is_usable(public)
        with pytest.raises(ValueError):
            seal(b"", [public])
    assert keys.is_usable(PUBLIC)


def test_readdressing_leaves_the_payload_and_shuts_out_the_old() -> None:
    new = readdress(SEALED.header, [SEED], [THIRD_PUBLIC])
    moved = Container(new, SEALED.payload)
    assert open_container(moved, [THIRD]) == BODY
    assert file_key(new, [THIRD]) == file_key(SEALED.header, [OTHER])
    for seed in (SEED, OTHER):
        with pytest.raises(CannotOpen):
            open_container(moved, [seed])
    with pytest.raises(CannotOpen):
        readdress(SEALED.header, [THIRD], [THIRD_PUBLIC])


@given(st.integers(0, len(BODY) - 1), st.integers(1, len(BODY)))
@quick
def test_ranges_are_what_they_say(start: int, length: int) -> None:
    stop = min(len(BODY), start + length)
    key = file_key(SEALED.header, [SEED])
    source = BytesIO(SEALED.payload)
    assert b"".join(open_range(source, len(SEALED.payload), key, start, stop)) == BODY[start:stop]


def test_a_range_of_a_cut_payload_does_not_reach_its_end() -> None:
    key = file_key(SEALED.header, [SEED])
    cut = SEALED.payload[: 16 + 2 * SEALED_CHUNK]
    with pytest.raises(CannotOpen):
        list(open_range(BytesIO(cut), len(cut), key, CHUNK, 2 * CHUNK))
    with pytest.raises(ValueError, match="no such range"):
        list(open_range(BytesIO(cut), len(cut), key, 0, 2 * CHUNK + 1))
    for size in (0, 31, 16 + SEALED_CHUNK + 16, 16 + SEALED_CHUNK + 3):
        with pytest.raises(CannotOpen):
            plain_size(size)


PLACE = {"installation": "north", "container_id": UUID(int=7), "part": "report"}


@given(st.binary(max_size=20_000))
@quick
def test_the_frame_gives_back_the_body_in_steps(body: bytes) -> None:
    framed = envelope.wrap(body, **PLACE)
    assert envelope.unwrap(framed, **PLACE) == body
    assert len(framed) in (4_096, 8_192, 16_384, 32_768)


@pytest.mark.parametrize(
    "change", [{"installation": "south"}, {"container_id": UUID(int=8)}, {"part": "identity"}]
)
def test_a_container_opens_only_in_its_place(change: dict[str, object]) -> None:
    sealed = envelope.seal_part(b"body", [PUBLIC], **PLACE)
    assert envelope.open_part(sealed, [SEED], **PLACE) == b"body"
    with pytest.raises(CannotOpen):
        envelope.open_part(sealed, [SEED], **{**PLACE, **change})


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32-be"])
def test_an_object_is_read_as_utf_8_only_so_that_no_half_character_passes(encoding: str) -> None:
    sealed = envelope.seal_part(r'{"narrative": "\ud800"}'.encode(encoding), [PUBLIC], **PLACE)
    with pytest.raises(CannotOpen):
        envelope.open_object(sealed, [SEED], **PLACE)
    sealed = envelope.seal_part(rb'{"narrative": "\ud800"}', [PUBLIC], **PLACE)
    assert envelope.open_object(sealed, [SEED], **PLACE) == {"narrative": "\N{REPLACEMENT CHARACTER}"}


def test_the_frame_is_strict() -> None:
    framed = envelope.wrap(b"body", **PLACE)
    longer = framed[:-1] + b"\1"
    for bad in (framed[:-1], framed + b"\0", framed + bytes(4_096), longer, framed[:50], b""):
        with pytest.raises(CannotOpen):
            envelope.unwrap(bad, **PLACE)
    line = framed.index(b"\n") + 1
    huge = framed[:line] + b"\xff" * 8 + framed[line + 8 :]
    with pytest.raises(CannotOpen):
        envelope.unwrap(huge, **PLACE)
    for bad_name in ("", "a\nb", 'a"b', "x" * 65):
        with pytest.raises(ValueError, match="not a name"):
            envelope.wrap(b"", **{**PLACE, "installation": bad_name})


def test_the_promised_room_fits_the_smallest_step_under_the_longest_names() -> None:
    longest = {"installation": "i" * 64, "container_id": uuid4(), "part": "p" * 64}
    assert len(envelope.wrap(b"x" * envelope.ROOM, **longest)) == 4_096


def test_nothing_shows_its_content() -> None:
    assert repr(SMALL) == "Container()"
