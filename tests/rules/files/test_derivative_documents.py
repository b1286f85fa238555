"""PDF files as pictures of their pages, and texts as text."""

from __future__ import annotations

import io
import time
import zlib

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from tests.support.derivatives import made, sandbox

from heedline.files.derivatives import DerivativeLimits, NoDerivative
from heedline.files.derivatives.texts import visible
from heedline.files.kinds import FileKind

__all__ = ["sandbox"]
pytestmark = pytest.mark.usefixtures("sandbox")


def pdf(*contents: str, size: tuple[int, int] = (595, 842), extra: str = "") -> bytes:
    """A PDF file with one page for each piece of content, written by hand."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    pages = []
    for content in contents:
        stream = content.encode()
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{content}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] /Contents {len(objects)} 0 R "
            f"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> {extra} >>"
        )
        pages.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(pages)}] /Count {len(pages)} >>"
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


RED = "1 0 0 rg 0 700 200 142 re f"
WORDS = "BT /F1 24 Tf 72 600 Td (Meet at the old mill) Tj ET"


def with_password(data: bytes) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt("not known")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_pages_are_shown_as_pictures() -> None:
    found, sink = made(FileKind.PDF, pdf(RED, WORDS))
    assert (found.failure, found.pages, len(found.parts)) == (None, 2, 2)
    first, second = (Image.open(io.BytesIO(data)) for data in sink.of("page"))
    assert first.format == "PNG"
    assert (abs(first.size[0] - 1240) < 3, abs(first.size[1] - 1754) < 3) == (True, True)
    assert first.convert("RGB").getpixel((20, 20)) == (255, 0, 0)
    assert len(second.convert("L").getcolors() or []) > 2  # it has words


def test_a_document_is_shown_from_any_page_on() -> None:
    data = pdf(*[RED] * 5)
    found, _ = made(FileKind.PDF, data, DerivativeLimits(first_page=4, pages=3))
    assert (found.pages, [one.part.number for one in found.parts]) == (5, [4, 5])
    found, _ = made(FileKind.PDF, data, DerivativeLimits(pages=2))
    assert (found.pages, [one.part.number for one in found.parts]) == (5, [1, 2])


def test_the_words_of_all_pages_come_with_the_pictures_of_some() -> None:
    found, _ = made(FileKind.PDF, pdf(RED, WORDS), DerivativeLimits(pages=1))
    assert (len(found.parts), found.words.split()) == (1, ["Meet", "at", "the", "old", "mill"])
    found, _ = made(FileKind.PDF, pdf(*[WORDS] * 9), DerivativeLimits(pages=1, words=60))
    assert found.words.count("mill") == 2, "no more than the limit"
    assert made(FileKind.TEXT, b"Meet at the old mill")[0].words == "Meet at the old mill"
    assert made(FileKind.TEXT, b"x" * 5000, DerivativeLimits(words=10))[0].words == "x" * 10


def test_a_huge_page_becomes_no_huge_picture() -> None:
    found, _ = made(FileKind.PDF, pdf(RED, size=(200_000, 100_000)))
    assert [(one.part.width, one.part.height) for one in found.parts] == [(2400, 1200)]


def test_a_document_with_a_password_is_called_protected() -> None:
    assert made(FileKind.PDF, with_password(pdf(RED)))[0].failure is NoDerivative.PROTECTED


def test_what_is_no_document_is_not_shown() -> None:
    for data in (b"%PDF-1.7\n", b"%PDF-1.7\n" + bytes(5000), b"<html></html>", pdf(RED)[:300]):
        found, sink = made(FileKind.PDF, data)
        assert found.failure is NoDerivative.DAMAGED
        assert sink.parts == []


def test_text_is_shown_as_text() -> None:
    for data, words in {
        "Grüße, a naïve café\n".encode(): "Grüße, a naïve café\n",
        "Grüße".encode("cp1252"): "Grüße",
        "Grüße".encode("utf-16"): "Grüße",
        "мельница".encode("utf-8-sig"): "мельница",
    }.items():
        found, sink = made(FileKind.TEXT, data)
        assert (found.failure, sink.of("text")) == (None, [words.encode()])
        assert found.parts[0].part.media == "text/plain; charset=utf-8"


def test_text_is_cut_at_the_limit() -> None:
    _, sink = made(FileKind.TEXT, "é".encode() * 5000, DerivativeLimits(text=1001))
    assert sink.of("text") == ["é".encode() * 500]


def test_a_text_of_blanks_is_called_empty() -> None:
    assert made(FileKind.TEXT, b"  \n ")[0].failure is NoDerivative.EMPTY


def test_control_characters_are_made_visible() -> None:
    assert visible("a\x1b[31mb\x00\x7f\x85") == "a␛[31mb␀␡⟨U+0085⟩"
    assert visible("\u202eexe.gpj\u202c") == "⟨U+202E⟩exe.gpj⟨U+202C⟩"
    assert visible("zero\u200bwidth \ufeff") == "zero⟨U+200B⟩width ⟨U+FEFF⟩"
    assert visible("one\r\ntwo\rthree\tfour") == "one\ntwo\nthree\tfour"
    assert visible("می\u200cخواهم 👩\u200d💻") == "می\u200cخواهم 👩\u200d💻"


def test_a_page_that_unpacks_to_too_much_is_ended() -> None:
    """Packed three times: a few kilobytes that become 200 MB."""
    packed = bytes(200 << 20)
    for level in (1, 9, 9):
        packed = zlib.compress(packed, level)
    assert len(packed) < 5000
    body = b"<< /Length %d /Filter [/FlateDecode /FlateDecode /FlateDecode] >>\nstream\n" % len(packed)
    plain = b"<< /Length %d >>\nstream\n%s" % (len(RED), RED.encode())
    assert plain in pdf(RED)
    data = pdf(RED).replace(plain, body + packed)
    began = time.monotonic()
    found, sink = made(FileKind.PDF, data, DerivativeLimits(pages=1))
    assert found.failure in {None, NoDerivative.DAMAGED, NoDerivative.TOO_LARGE, NoDerivative.TOO_SLOW}
    assert time.monotonic() - began < 150
    assert all(len(page) < 1_000_000 for page in sink.of("page"))


def test_a_deeply_nested_document_is_ended_or_shown() -> None:
    deep = "[" * 100_000 + "]" * 100_000
    for data in (pdf(RED, extra=f"/Deep {deep}"), pdf("q " * 200_000 + RED), pdf(f"{deep} TJ")):
        found, _ = made(FileKind.PDF, data, DerivativeLimits(pages=1))
        assert found.failure in {None, NoDerivative.DAMAGED, NoDerivative.TOO_SLOW}


def test_a_tree_of_pages_that_contains_itself_is_ended_or_shown() -> None:
    assert b"/Kids [4 0 R]" in pdf(RED)
    data = pdf(RED).replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]")
    assert made(FileKind.PDF, data)[0].failure in {NoDerivative.DAMAGED, NoDerivative.EMPTY}


def test_nothing_in_a_document_acts() -> None:
    action = "/AA << /O << /S /JavaScript /JS (app.alert\\(1\\)) >> >> /A << /S /Launch /F (/usr/bin/id) >>"
    found, sink = made(FileKind.PDF, pdf(RED, extra=action))
    assert (found.failure, len(found.parts)) == (None, 1)
    assert b"JavaScript" not in sink.of("page")[0]
