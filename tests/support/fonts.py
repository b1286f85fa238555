"""A font of the tests' own, whose letters are solid blocks: a page shows at once whether it was drawn with it."""

from __future__ import annotations

import io

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject

FAMILY = "Telltale Blocks"


def block_font() -> bytes:
    """Return a TrueType font in which "A" fills its whole square."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 1000), (1000, 1000), (1000, 0)):
        pen.lineTo(corner)
    pen.closePath()
    block = pen.glyph()
    names = [".notdef", "A"]
    made = FontBuilder(1000, isTTF=True)
    made.setupGlyphOrder(names)
    made.setupCharacterMap({ord("A"): "A"})
    made.setupGlyf(dict.fromkeys(names, block))
    made.setupHorizontalMetrics(dict.fromkeys(names, (1000, 0)))
    made.setupHorizontalHeader(ascent=1000, descent=0)
    made.setupNameTable({"familyName": FAMILY, "styleName": "Regular", "manufacturer": "Telltale Person"})
    made.setupOS2(fsType=0, sTypoAscender=1000, usWinAscent=1000)
    made.setupPost()
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def pdf_in_font(page: bytes, font: bytes) -> bytes:
    """Return a PDF file whose font F1 is replaced by this one, embedded."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(page)))
    program = StreamObject()
    program.set_data(font)
    name = NameObject("/TelltaleBlocks")
    descriptor = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/FontDescriptor"),
            NameObject("/FontName"): name,
            NameObject("/Flags"): NumberObject(32),
            NameObject("/FontBBox"): ArrayObject(map(NumberObject, (0, 0, 1000, 1000))),
            NameObject("/FontFile2"): writer._add_object(program),
        }
    )
    used = writer.pages[0]["/Resources"]["/Font"]["/F1"]  # type: ignore[index]
    used.update(
        {
            NameObject("/Subtype"): NameObject("/TrueType"),
            NameObject("/BaseFont"): name,
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
            NameObject("/FirstChar"): NumberObject(65),
            NameObject("/LastChar"): NumberObject(65),
            NameObject("/Widths"): ArrayObject([NumberObject(1000)]),
            NameObject("/FontDescriptor"): writer._add_object(descriptor),
        }
    )
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
