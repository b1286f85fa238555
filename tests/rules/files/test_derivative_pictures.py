"""Photographs and other pictures: shown upright, without metadata, and bombs cost little."""

from __future__ import annotations

import hashlib
import io
import struct
import time
import zlib

import pillow_heif
import pytest
from PIL import Image, ImageDraw
from tests.support.derivatives import SinkInMemory, made, sandbox

from heedline.files.derivatives import DerivativeLimits, NoDerivative, make
from heedline.files.derivatives import sandbox as sandbox_module
from heedline.files.derivatives.originals import in_memory
from heedline.files.derivatives.sandbox import SandboxLimits, decoder, sandboxed
from heedline.files.kinds import FileKind

__all__ = ["sandbox"]
pytestmark = pytest.mark.usefixtures("sandbox")


def picture(size: tuple[int, int] = (400, 300)) -> Image.Image:
    """White, with a red corner at the top left."""
    found = Image.new("RGB", size, "white")
    ImageDraw.Draw(found).rectangle((0, 0, size[0] // 4, size[1] // 4), fill="red")
    return found


def as_file(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)  # type: ignore[arg-type]
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def is_red(image: Image.Image, at: tuple[int, int]) -> bool:
    red, green, blue = image.convert("RGB").getpixel(at)  # type: ignore[misc]
    return red > 200 and green < 90 and blue < 90


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF"])
def test_pictures_are_shown(form: str) -> None:
    pillow_heif.register_heif_opener()
    original = as_file(picture(), form)
    found, sink = made(FileKind.IMAGE, original)
    assert (found.failure, found.pages, len(found.parts)) == (None, 1, 1)
    assert found.original_sha256 == hashlib.sha256(original).hexdigest()
    (finished, data), part = sink.parts[0], found.parts[0].part
    assert finished.sha256 == hashlib.sha256(data).hexdigest()
    assert (part.width, part.height, len(data)) == (400, 300, finished.length)
    shown = opened(data)
    assert shown.format == {"image/png": "PNG", "image/jpeg": "JPEG"}[part.media]
    assert is_red(shown, (20, 20))
    assert not is_red(shown, (380, 280))


def test_a_photograph_taken_on_its_side_is_shown_upright() -> None:
    for orientation, red_at in {1: (20, 20), 3: (380, 280), 6: (280, 20), 8: (20, 380)}.items():
        exif = Image.Exif()
        exif[0x112] = orientation
        found, sink = made(FileKind.IMAGE, as_file(picture(), "JPEG", exif=exif))
        part = found.parts[0].part
        assert (part.width, part.height) == ((300, 400) if orientation in {6, 8} else (400, 300))
        assert is_red(opened(sink.parts[0][1]), red_at), orientation


def test_transparent_and_unusual_pixels_are_shown() -> None:
    clear = Image.new("RGBA", (50, 40), (0, 0, 0, 0))
    clear.putpixel((5, 5), (255, 0, 0, 255))
    _, sink = made(FileKind.IMAGE, as_file(clear, "PNG"))
    shown = opened(sink.parts[0][1])
    assert shown.getpixel((30, 30)) == (255, 255, 255)
    assert shown.getpixel((5, 5)) == (255, 0, 0)
    for mode, form in (("CMYK", "JPEG"), ("I;16", "PNG"), ("1", "TIFF"), ("LA", "PNG"), ("P", "GIF")):
        found, _ = made(FileKind.IMAGE, as_file(Image.new(mode, (50, 40)), form))
        assert (found.failure, len(found.parts)) == (None, 1), mode


def test_only_the_first_frames_of_an_animation_are_shown() -> None:
    frames = [Image.new("RGB", (60, 40), (step, 0, 255 - step)) for step in range(40)]
    data = as_file(frames[0], "GIF", save_all=True, append_images=frames[1:], loop=0)
    found, sink = made(FileKind.IMAGE, data)
    assert (found.failure, len(found.parts)) == (None, DerivativeLimits().pictures)
    assert [finished.part.number for finished, _ in sink.parts] == list(range(1, 13))


def png_bomb(width: int, height: int, rows: int) -> bytes:
    """A picture of any size whose rows are all the same, compressed."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    row = bytes(1 + width * 3)
    packed = b"".join(packer.compress(row) for _ in range(rows)) + packer.flush()
    head = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def test_a_pixel_bomb_is_known_by_its_header() -> None:
    bomb = png_bomb(60_000, 60_000, 20)
    began = time.process_time()
    found, sink = made(FileKind.IMAGE, bomb)
    assert (found.failure, sink.parts) == (NoDerivative.TOO_LARGE, [])
    assert time.process_time() - began < 5  # the second that it may take is measured by the bench


def test_a_pixel_bomb_needs_little_memory() -> None:
    """Measured inside: what the decoder held at most, before it refused."""
    program = (
        "import resource; from heedline.files.derivatives.inside import picture; from heedline.files.derivatives.frames "
        "import FrameWriter; out = FrameWriter(1); picture.write_pictures(out, 50_000_000, 4096, 12); "
        "out.text(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))"
    )
    allowed = SandboxLimits(wall_seconds=20, processor_seconds=5, memory=1 << 30, output=100)
    with in_memory([png_bomb(60_000, 60_000, 20)], most=1 << 20) as original:
        with sandboxed([decoder("none")[0], "-S", "-s", "-c", program], original.descriptor, allowed) as run:
            assert run.exactly(2) == b"X\x02"
            assert run.exactly(1) == b"T"
            kib = int(run.exactly(int.from_bytes(run.exactly(4))))
    assert kib < 100_000


def test_a_picture_that_says_it_is_small_and_is_not_is_cut() -> None:
    """Rows beyond the height in the header are never unpacked into memory."""
    found, sink = made(FileKind.IMAGE, png_bomb(2000, 10, 10_000))
    assert found.failure in {None, NoDerivative.DAMAGED}
    assert all(opened(data).size == (2000, 10) for _, data in sink.parts)


def test_an_animation_without_an_end_is_cut() -> None:
    frame = as_file(Image.new("P", (600, 400)), "GIF")
    body = frame[frame.index(b",", 13) : -1]
    found, _ = made(FileKind.IMAGE, frame[: -len(body) - 1] + body * 3000)
    assert (found.failure, len(found.parts)) == (None, DerivativeLimits().pictures)


def test_a_picture_that_is_a_page_as_well_is_shown_as_a_picture_only() -> None:
    """The type keeps such a file from being shown at all; here it comes to the decoder all the same."""
    data = as_file(picture(), "GIF", comment=b"*/=1;<script>alert(1)</script><!--") + b"--><html>"
    found, sink = made(FileKind.IMAGE, data)
    assert found.failure is None
    assert not any(b"<script>" in shown or b"<html>" in shown for _, shown in sink.parts)


@pytest.mark.parametrize(
    "data",
    [
        as_file(picture(), "PNG")[:-60],
        as_file(picture(), "GIF")[:20],
        b"\xff\xd8\xff" + bytes(5000),
        b"GIF89a\xff\xff\xff\xff\xf7\0\0" + b"<script>alert(1)</script>" * 40,
        b'<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/passwd"/></svg>',
        b"<html><script>alert(1)</script></html>",
        b"\x89PNG\r\n\x1a\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) run",
    ],
)
def test_what_is_not_a_whole_picture_is_not_shown(data: bytes) -> None:
    found, sink = made(FileKind.IMAGE, data)
    assert found.failure in {NoDerivative.DAMAGED, NoDerivative.TOO_LARGE}
    assert sink.parts == []
    assert found.sentence


def test_a_large_picture_that_is_cut_off_is_not_shown() -> None:
    test_what_is_not_a_whole_picture_is_not_shown(as_file(picture((4000, 3000)), "PNG")[:9000])


def test_an_empty_file_is_called_empty() -> None:
    assert made(FileKind.IMAGE, b"")[0].failure is NoDerivative.EMPTY


def test_a_file_above_the_limit_is_not_read_to_its_end() -> None:
    taken = 0

    def endless() -> object:
        nonlocal taken
        while True:
            taken += 1 << 16
            yield bytes(1 << 16)

    found = make(FileKind.IMAGE, endless(), SinkInMemory(), DerivativeLimits(original=1 << 20))  # type: ignore[arg-type]
    assert found.failure is NoDerivative.TOO_LARGE
    assert taken <= 3 << 20


def test_kinds_that_are_never_shown_are_not_decoded() -> None:
    for kind in (FileKind.ARCHIVE, FileKind.UNKNOWN):
        assert made(kind, as_file(picture(), "PNG"))[0].failure is NoDerivative.KIND


def test_without_a_sandbox_nothing_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_module, "_known", None)
    monkeypatch.setattr(sandbox_module.shutil, "which", lambda *_, **__: None)
    found, sink = made(FileKind.IMAGE, as_file(picture(), "PNG"))
    assert (found.failure, sink.begun) == (NoDerivative.NO_SANDBOX, [])
    assert "bubblewrap" in str(sandbox_module.sandbox_missing())
