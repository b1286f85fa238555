"""What PDF/UA-1 (ISO 14289-1) asks of a file, as far as a program can tell: the Matterhorn checks that need no eyes.

Not a validator: whether an alternative says what a picture shows, and whether the order makes sense, is for a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pypdf
from pypdf.generic import ContentStream

#: What draws something: outside marked content, a screen reader does not know what to do with it.
_DRAWS = {
    b"Tj",
    b"TJ",
    b"'",
    b'"',
    b"Do",
    b"f",
    b"F",
    b"f*",
    b"S",
    b"s",
    b"B",
    b"B*",
    b"b",
    b"b*",
    b"sh",
    b"INLINE IMAGE",
}
_HEADINGS = {f"/H{level}": level for level in range(1, 7)}
#: What may stand directly in what.
_CHILDREN = {
    "/L": {"/LI", "/L", "/Caption"},
    "/LI": {"/Lbl", "/LBody"},
    "/Table": {"/TR", "/THead", "/TBody", "/TFoot", "/Caption"},
    "/TR": {"/TH", "/TD"},
}  # fmt: skip


def elements(node: Any) -> Iterator[Any]:
    """Every element of a PDF's structure, in reading order."""
    node = node.get_object()
    if isinstance(node, list):
        for one in node:
            yield from elements(one)
    elif isinstance(node, dict):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from elements(node["/K"])


def wrong(data: bytes) -> list[str]:
    """What is wrong with the file, in words; an empty list is well."""
    pdf = pypdf.PdfReader(BytesIO(data))
    root: Any = pdf.trailer["/Root"]
    if "/StructTreeRoot" not in root:
        return ["it has no tags"]
    return [
        *_document(pdf, root),
        *_structure(root),
        *(one for page in pdf.pages for one in _page(pdf, page)),
    ]


def _document(pdf: pypdf.PdfReader, root: Any) -> Iterator[str]:
    xmp = root["/Metadata"].get_object().get_data() if "/Metadata" in root else b""
    for what, holds in {
        "a version of PDF with tags": pdf.pdf_header >= "%PDF-1.7",
        "a mark that it is tagged": bool(root.get("/MarkInfo", {}).get("/Marked")),
        "no suspect tags": not root.get("/MarkInfo", {}).get("/Suspects"),
        "a language": bool(root.get("/Lang")),
        "a title": b"<dc:title>" in xmp and bool(pdf.metadata and pdf.metadata.title),
        "its title in the window": bool(root.get("/ViewerPreferences", {}).get("/DisplayDocTitle")),
        "the mark of PDF/UA": b'pdfuaid:part="1"' in xmp or b"<pdfuaid:part>1<" in xmp,
        "no lock": not pdf.is_encrypted,
        "a way from page to tag": "/ParentTree" in root.get("/StructTreeRoot", {}),
    }.items():
        if not holds:
            yield f"it has not {what}"


def _structure(root: Any) -> Iterator[str]:
    level = 0
    for one in elements(root["/StructTreeRoot"]["/K"]):
        tag = str(one["/S"])
        if tag in _HEADINGS:
            if _HEADINGS[tag] > level + 1:
                yield f"after heading {level} comes {tag}"
            level = _HEADINGS[tag]
        if tag in ("/Figure", "/Formula") and not (one.get("/Alt") or one.get("/ActualText")):
            yield f"a {tag} without words"
        held = one.get("/K", [])
        for child in held if isinstance(held, list) else [held]:
            inner = child.get_object()
            if (
                isinstance(inner, dict)
                and "/S" in inner
                and tag in _CHILDREN
                and inner["/S"] not in _CHILDREN[tag]
            ):
                yield f"{inner['/S']} directly in {tag}"
        if tag == "/TH" and "/Scope" not in str(one.get("/A", "")):
            yield "a table's heading without what it heads"
    if not level:
        yield "there is no heading"


def _page(pdf: pypdf.PdfReader, page: Any) -> Iterator[str]:
    if page.get("/Tabs") != "/S":
        yield "Tab does not follow the tags"
    if "/StructParents" not in page:
        yield "a page without its tags"
    for font in page["/Resources"].get("/Font", {}).values():
        whole = font.get_object()
        inner = whole["/DescendantFonts"][0].get_object() if "/DescendantFonts" in whole else whole
        if not any(
            key in inner.get("/FontDescriptor", {}) for key in ("/FontFile", "/FontFile2", "/FontFile3")
        ):
            yield f"{whole['/BaseFont']} is not in the file"
        if "/ToUnicode" not in whole:
            yield f"{whole['/BaseFont']} cannot be read out"
    for one in page.get("/Annots", []):
        note = one.get_object()
        if "/StructParent" not in note:
            yield "a link without its tag"
        if not note.get("/Contents"):
            yield f"a link without words: {note.get('/A', {}).get('/URI', '')}"
    deep, bare = 0, set()
    for _, operator in ContentStream(page.get_contents(), pdf).operations:
        if operator in (b"BDC", b"BMC"):
            deep += 1
        elif operator == b"EMC":
            deep -= 1
        elif operator in _DRAWS and not deep:
            bare.add(operator.decode())
    if bare:
        yield f"drawn, and neither tagged nor marked as decoration: {', '.join(sorted(bare))}"
