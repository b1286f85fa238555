"""Encode raw pixels from the sandbox as images without metadata."""

from __future__ import annotations

import io

#: A lossless original of up to so many pixels (a screenshot, a page) stays lossless.
_SMALL = 6_000_000


def encoded(width: int, height: int, pixels: bytes, *, lossless: bool) -> tuple[bytes, str]:
    """Return the image as PNG or JPEG, with its media type."""
    from PIL import Image  # only a process that really shows files needs the memory for it

    picture = Image.frombuffer("RGB", (width, height), pixels, "raw", "RGB", 0, 1)
    out = io.BytesIO()
    if lossless and width * height <= _SMALL:
        picture.save(out, "PNG", compress_level=2)
        return out.getvalue(), "image/png"
    picture.save(out, "JPEG", quality=88)
    return out.getvalue(), "image/jpeg"
