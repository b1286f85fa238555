"""Office documents: drawn by LibreOffice inside the sandbox, and their words."""

from __future__ import annotations

import io
import struct
import time
from pathlib import Path

import pytest
from PIL import Image
from tests.rules.files.test_derivative_documents import WORDS, pdf
from tests.support.derivatives import made, sandbox
from tests.support.office_documents import word_document

from heedline.files.derivatives import DerivativeLimits, NoDerivative, documents, words_of
from heedline.files.kinds import FileKind

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
    found = words_of(FileKind.OFFICE, io.BytesIO(word_document("Meet at the old mill", links=link)))
    assert (found.failure, found.words.split()) == (None, ["Meet", "at", "the", "old", "mill"])


def test_the_words_of_other_files_can_be_searched() -> None:
    found = words_of(FileKind.PDF, io.BytesIO(pdf(WORDS, WORDS)))
    assert found.words.split() == ["Meet", "at", "the", "old", "mill", "Meet", "at", "the", "old", "mill"]
    assert words_of(FileKind.TEXT, io.BytesIO(b"old mill\n")).words == "old mill\n"
    cut = words_of(FileKind.PDF, io.BytesIO(pdf(WORDS, WORDS)), DerivativeLimits(text=30))
    assert cut.words.split() == ["Meet", "at", "the", "old", "mill"]
    assert words_of(FileKind.IMAGE, io.BytesIO(b"GIF89a")).failure is NoDerivative.KIND
    assert words_of(FileKind.PDF, io.BytesIO(b"%PDF-1.7")).failure is NoDerivative.DAMAGED


@with_office
def test_an_archive_that_unpacks_to_too_much_is_known_by_its_list() -> None:
    bomb = word_document("Meet", more={"word/media/image1.bmp": bytes(54_321)})
    bomb = bomb.replace(struct.pack("<I", 54_321), struct.pack("<I", 300_000_000))
    began = time.monotonic()
    found, sink = made(FileKind.OFFICE, bomb)
    assert (found.failure, sink.parts) == (NoDerivative.TOO_LARGE, [])
    assert time.monotonic() - began < 10  # a second on a quiet machine


@with_office
def test_what_is_no_document_is_not_shown() -> None:
    found, sink = made(FileKind.OFFICE, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000))
    assert (found.failure, sink.parts) == (NoDerivative.DAMAGED, [])


def test_without_libreoffice_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_OFFICE", Path("/usr/lib/not-there"))
    assert made(FileKind.OFFICE, word_document("Meet"))[0].failure is NoDerivative.NO_PROGRAM
    assert "LibreOffice" in str(documents.office_missing())
