"""Draw the pages of a PDF file inside the sandbox, or read its words. Scripts in it are never run."""

from __future__ import annotations

import os
import sys

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from heedline.files.derivatives.frames import DecoderRefusal, FrameWriter

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


def draw(out: FrameWriter, first: int, most: int, longest: int) -> None:
    """Write pages from `first` on as pictures."""
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
    out.end()


def words(out: FrameWriter, most: int) -> None:
    """Write the words of all pages, up to `most` bytes."""
    document = _document(out)
    if document is None:
        return
    for number in range(len(document)):
        page = document[number]
        found = page.get_textpage().get_text_bounded()
        most -= len(found.encode("utf-8", "replace")) + 1
        if most < 0:
            break
        out.text(found + "\n")
        page.close()
    out.end()


def main() -> int:
    """Run the decoder: `pages`, first page, most pages and longest side; or `words` and most bytes."""
    out = FrameWriter(1)
    out.ready()
    numbers = [int(word) for word in sys.argv[2:]]
    try:
        if sys.argv[1] == "pages":
            draw(out, *numbers)
        else:
            words(out, *numbers)
    except MemoryError:
        out.refused(DecoderRefusal.TOO_LARGE)
    except Exception:  # whatever a decoder stumbles over: the file is at fault
        out.refused(DecoderRefusal.DAMAGED)
    return 0


if __name__ == "__main__":
    sys.exit(main())
