"""Invented pictures used as evidence in the demonstration, uploaded as if captured elsewhere.

While the demonstration is made, nothing can be captured yet.
"""

from __future__ import annotations

import io
from datetime import datetime
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.attachments.taking import IncomingFile
from heedline.specialist_desks.material.evidence import uploading

_HOW = "Invented: saved on a separate computer on the day of the report."
_COLOURS = ("#8c4a3c", "#3c6e8c", "#6b8c3c", "#8c7a3c", "#5a3c8c")


def upload(item: UUID, words: str, *, by: Attendance, at: datetime) -> None:
    """Upload a generated picture of this text as evidence. The same text always gives the same file."""
    incoming = IncomingFile("captured.png")
    incoming.write(_picture(words))
    uploading.upload(item, incoming.finish(at), _HOW, by=by, at=at)


def _picture(words: str) -> bytes:
    from PIL import Image, ImageDraw  # every process registers the desk, and only the demonstration draws

    image, out = Image.new("RGB", (480, 300), "white"), io.BytesIO()
    draw = ImageDraw.Draw(image)
    for number, letter in enumerate(words.encode()[:24]):
        left, top = 20 + number % 8 * 56, 60 + number // 8 * 72
        draw.rectangle((left, top, left + 20 + letter % 32, top + 56), fill=_COLOURS[letter % 5])
    draw.text((20, 20), f"Placeholder: {words}", fill="black")
    image.save(out, "PNG")
    return out.getvalue()
