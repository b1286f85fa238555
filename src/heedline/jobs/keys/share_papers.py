"""Printed sheets for the holders of a split key.

Each holder gets one sheet, with the share in words, a code to scan and instructions.
"""

from __future__ import annotations

import base64
import html
import io
import os
from collections.abc import Sequence
from pathlib import Path

_STYLE = """
@page { size: A4; margin: 22mm }
body { font: 12pt/1.5 sans-serif; color: #0b0c0c }
h1 { font-size: 20pt; margin: 0 0 4mm }
ol { columns: 3; font-size: 13pt; padding-left: 8mm }
img { width: 55mm; height: 55mm }
.foot { border-top: 0.4mm solid #0b0c0c; margin-top: 6mm; padding-top: 3mm }
"""


def _code(text: str) -> str:
    """Return the share as an inline image that a scanner can read."""
    import qrcode
    from qrcode.image.svg import SvgPathImage

    out = io.BytesIO()
    qrcode.make(text, image_factory=SvgPathImage).save(out)
    return base64.b64encode(out.getvalue()).decode()


def sheet(what: str, number: int, holder: str, share: str, words: str) -> str:
    """Return one holder's sheet as HTML."""
    listed = "".join(f"<li>{html.escape(word)}</li>" for word in share.split())
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Share {number} of 5</title>'
        f"<style>{_STYLE}</style></head><body>"
        f"<h1>Share {number} of 5: {html.escape(what)}</h1>"
        f"<p>For <strong>{html.escape(holder)}</strong>. Secret. Any three of the five shares open the key; "
        "one or two open nothing. Keep this in a safe, not where the others keep theirs. Copy it to no computer and "
        "no telephone. When you leave, give it to whoever follows you, and tell the stewards.</p>"
        f"<h2>The share</h2><ol>{listed}</ol>"
        f'<p><img alt="The same words as a code to scan" src="data:image/svg+xml;base64,{_code(share)}"></p>'
        f'<p class="foot">Words of the key, no secret, for comparing: <strong>{html.escape(words)}</strong></p>'
        "</body></html>"
    )


def write(folder: Path, what: str, holders: Sequence[str], shares: Sequence[str], words: str) -> list[Path]:
    """Write each holder's sheet to a separate file that only its owner can read.

    The sheets are tagged PDFs if WeasyPrint is installed.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = []
    for number, (holder, share) in enumerate(zip(holders, shares, strict=True), 1):
        page = sheet(what, number, holder, share, words)
        pdf = _pdf(page)
        path = folder / f"share-{number}.{'pdf' if pdf is not None else 'html'}"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(pdf if pdf is not None else page.encode())
        made.append(path)
    return made


def _pdf(page: str) -> bytes | None:
    try:
        from weasyprint import HTML
    except (ImportError, OSError):  # not installed, or without the libraries that it draws with
        return None
    made: bytes = HTML(string=page).write_pdf(pdf_variant="pdf/ua-1")
    return made
