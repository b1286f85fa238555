"""Render a PDF's pages or extract its text inside the sandbox, without running its scripts."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from heedline.files.derivatives.frames import DecoderRefusal, FrameWriter

#: Pages whose words are read at most: a document may have thousands without any.
_READ = 500
#: Dots per inch that are drawn, unless the page is larger than the longest side allows. PDF counts 72 points.
_DRAWN, _POINTS = 150, 72


def _document(out: FrameWriter) -> pdfium.PdfDocument | None:
    try:
        found = pdfium.PdfDocument(os.fdopen(0, "rb", closefd=False))
    except pdfium.PdfiumError as error:
        protected = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD
        out.refused(DecoderRefusal.PROTECTED if protected else DecoderRefusal.DAMAGED)
        return None
    if not len(found):
        out.refused(DecoderRefusal.EMPTY)
        return None
    return found


def draw(out: FrameWriter, first: int, most: int, longest: int, words: int) -> None:
    """Write pages as images, starting at `first`, then up to `words` bytes of text."""
    document = _document(out)
    if document is None:
        return
    out.count(len(document))
    document.init_forms()  # what was typed into a form is drawn as well
    for number in range(first - 1, min(first - 1 + most, len(document))):
        page = document[number]
        scale = min(_DRAWN / _POINTS, longest / max(1.0, *page.get_size()))
        bitmap = page.render(
            scale=scale, rev_byteorder=True, prefer_bgrx=False, fill_color=(255, 255, 255, 255)
        )
        picture = bitmap.to_pil().convert("RGB")
        width, height = picture.size
        out.picture(width, height, picture.tobytes(), lossless=True)
        page.close()
    with suppress(Exception):  # the pages are there, and what can be read of the words
        _words(out, document, words)
    out.end()


def _words(out: FrameWriter, document: pdfium.PdfDocument, most: int) -> None:
    for number in range(min(_READ, len(document)) if most else 0):
        page = document[number]
        found = page.get_textpage().get_text_bounded() + "\n"
        length = len(found.encode("utf-8", "replace"))
        if length > most:
            return
        most -= length
        out.text(found)
        page.close()


def main() -> int:
    """Run the decoder with a first page and limits on pages, side length and text bytes."""
    out = FrameWriter(1)
    out.ready()
    try:
        draw(out, *(int(word) for word in sys.argv[1:]))
    except MemoryError:
        out.refused(DecoderRefusal.TOO_LARGE)
    except Exception:  # whatever a decoder stumbles over: the file is at fault
        out.refused(DecoderRefusal.DAMAGED)
    return 0


if __name__ == "__main__":
    sys.exit(main())
