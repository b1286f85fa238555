"""Tests for office documents, which LibreOffice renders inside the sandbox, and their text."""

from __future__ import annotations

import io
import socket
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageOps
from tests.rules.files.test_derivative_documents import WORDS, pdf
from tests.support.derivatives import made, sandbox
from tests.support.fonts import FAMILY, block_font, pdf_in_font
from tests.support.office_documents import (
    open_with_macros_allowed,
    text_with_macro,
    word_document,
    word_with_font,
    word_with_macro,
)

from heedline.files.derivatives import DerivativeLimits, NoDerivative, documents
from heedline.files.kinds import HEAD, TAIL, FileKind, kind_of

__all__ = ["sandbox"]
pytestmark = pytest.mark.usefixtures("sandbox")
with_office = pytest.mark.skipif(
    documents.office_missing() is not None, reason="not installed: LibreOffice without its windows"
)


@with_office
def test_office_documents_are_shown() -> None:
    found, sink = made(FileKind.OFFICE, word_document("Meet at the old mill"))
    assert (found.failure, found.pages, len(found.parts)) == (None, 1, 1)
    page = Image.open(io.BytesIO(sink.of("page")[0]))
    assert page.format == "PNG"
    assert len(page.convert("L").getcolors() or []) > 2  # it has words


@with_office
def test_the_words_of_documents_can_be_searched() -> None:
    link = (
        '<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/\
attachedTemplate" Target="file:///etc/passwd" TargetMode="External"/>'
    )
    found, _ = made(FileKind.OFFICE, word_document("Meet at the old mill", links=link))
    assert (found.failure, found.words.split()) == (None, ["Meet", "at", "the", "old", "mill"])


@with_office
def test_a_document_with_a_macro_is_shown_and_its_macro_never_runs(tmp_path: Path) -> None:
    """The macro edits the document, writes a file and connects to a port, as it would if macros were allowed."""
    ran = tmp_path / "ran"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        data = text_with_macro("Meet at the old mill", ran, listening.getsockname()[1])
        assert kind_of(data[:HEAD], data[-TAIL:]).kind is FileKind.OFFICE
        found, sink = made(FileKind.OFFICE, data)
        assert (found.failure, len(sink.of("page")), len(sink.parts)) == (None, 1, 1)
        assert found.words.split() == ["Meet", "at", "the", "old", "mill"]
        assert sink.of("page")[0].startswith(b"\x89PNG"), "pixels alone, so nothing of a macro"
        assert not ran.exists()
        with pytest.raises(TimeoutError):
            listening.accept()
        document = tmp_path / "macro.odt"
        document.write_bytes(data)
        open_with_macros_allowed(document, tmp_path / "profile", documents._OFFICE)
        assert ran.read_text().split() == ["MACRORAN"], "or the document would prove nothing"
        listening.settimeout(5)
        listening.accept()[0].close()


@with_office
def test_a_word_document_with_a_project_of_macros_is_shown_without_it() -> None:
    data = word_with_macro("Meet at the old mill")
    assert kind_of(data[:HEAD], data[-TAIL:]).kind is FileKind.OFFICE
    found, sink = made(FileKind.OFFICE, data)
    assert (found.failure, len(sink.of("page"))) == (None, 1)
    assert found.words.split() == ["Meet", "at", "the", "old", "mill"]


LETTERS = "BT /F1 48 Tf 72 600 Td (AAAA) Tj ET"


@pytest.mark.parametrize(
    ("kind", "original"),
    [
        pytest.param(FileKind.PDF, lambda font: pdf_in_font(pdf(LETTERS), font), id="pdf"),
        pytest.param(
            FileKind.OFFICE, lambda font: word_with_font("AAAA", font, FAMILY), id="word", marks=with_office
        ),
    ],
)
def test_a_page_in_an_embedded_font_is_shown_as_pixels_without_the_font(
    kind: FileKind, original: Callable[[bytes], bytes]
) -> None:
    found, sink = made(kind, original(block_font()))
    assert (found.failure, [one.part.role for one, _ in sink.parts]) == (None, ["page"])
    (page,) = sink.of("page")
    drawn = Image.open(io.BytesIO(page)).convert("L")
    left, top, right, bottom = ImageOps.invert(drawn).getbbox() or (0, 0, 0, 0)
    assert right - left > 300
    inside = drawn.crop((left + 2, top + 2, right - 2, bottom - 2))
    assert inside.getextrema() == (0, 0), "one black bar: the embedded font has been used"
    assert png_chunks(page) == {"IHDR", "IDAT", "IEND"}, "pixels, and nothing else"


def png_chunks(data: bytes) -> set[str]:
    """Return the kinds of chunks of a PNG file, which must fill it to its last byte."""
    at, kinds = 8, set()
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        kinds.add(kind.decode())
        at += 12 + length
    assert (at, kind) == (len(data), b"IEND")
    return kinds


def test_other_files_have_words_or_none() -> None:
    cut, _ = made(FileKind.PDF, pdf(WORDS, WORDS), DerivativeLimits(words=30))
    assert cut.words.split() == ["Meet", "at", "the", "old", "mill"]
    assert made(FileKind.PDF, b"%PDF-1.7")[0].words == ""


@with_office
def test_an_archive_that_unpacks_to_too_much_is_known_by_its_list() -> None:
    bomb = word_document("Meet", more={"word/media/image1.bmp": bytes(54_321)})
    bomb = bomb.replace(struct.pack("<I", 54_321), struct.pack("<I", 300_000_000))
    found, sink = made(FileKind.OFFICE, bomb)
    assert (found.failure, sink.parts) == (NoDerivative.TOO_LARGE, [])


@with_office
def test_what_is_no_document_is_not_shown() -> None:
    found, sink = made(FileKind.OFFICE, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000))
    assert (found.failure, sink.parts) == (NoDerivative.DAMAGED, [])


def test_without_libreoffice_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_OFFICE", Path("/usr/lib/not-there"))
    assert made(FileKind.OFFICE, word_document("Meet"))[0].failure is NoDerivative.NO_PROGRAM
    assert "LibreOffice" in str(documents.office_missing())
