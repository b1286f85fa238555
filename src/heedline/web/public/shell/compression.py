"""Compress pages that contain no user data, so that they load faster on a slow phone.

The length of a compressed page tells which parts of it are alike. So only pages are compressed that show nothing from
the request and no text of a reporter. The CSRF token, the only secret in them, is left out of the compression and
stored as it is: the page is as long with one token as with another.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

#: Never goes back over spaces (`*+`), because anybody can send as many as a header holds.
_GZIP = re.compile(r"(?:^|,)\s*+gzip\s*+(?:;\s*+q=(?!0(?:\.0*+)?\s*+(?:,|$))[^,]*+)?(?:,|$)", re.IGNORECASE)
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"  # RFC 1952: deflate, no name, no time, best compression
_RAW = -zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Pieces:
    """A page split where tokens are inserted, with each piece stored plain and compressed."""

    plain: tuple[bytes, ...]
    packed: tuple[bytes, ...]

    @classmethod
    def of(cls, plain: tuple[bytes, ...]) -> Pieces:
        """Return the pieces, each compressed separately so that a token can be inserted between them."""
        last = len(plain) - 1
        return cls(plain, tuple(_packed(one, at == last) for at, one in enumerate(plain)))

    def joined(self, token: str, *, packed: bool) -> bytes:
        """Return the page with `token` between the pieces, compressed if `packed`."""
        between = token.encode()
        body = between.join(self.plain)
        return _HEAD + _stored(between).join(self.packed) + _end(body) if packed else body

    def response(self, request: HttpRequest, token: str = "") -> PageInPieces:
        """Return the page with `token` between the pieces, compressed if the browser accepts it."""
        packed = takes_gzip(request.META)
        response = PageInPieces(self.joined(token, packed=packed))
        response.pieces = self
        response["Cache-Control"] = "no-store"
        if packed:
            response["Content-Encoding"] = "gzip"
        response["Vary"] = "Accept-Encoding"
        return response


class PageInPieces(HttpResponse):
    """A page that contains no user data except a token, with its pieces."""

    pieces: Pieces
    #: Whether it depends on nothing but its path.
    same_for_everyone = False
    #: The question page that it is, and all that it depends on (`report.kept_pages.QuestionInPlace`), if it is one.
    shows: Hashable = None
    #: The kind of report, if this is the page before its questions and shows nothing of a draft.
    begins = ""


def takes_gzip(environ: Mapping[str, Any]) -> bool:
    """Return whether the browser accepts gzip."""
    return _GZIP.search(environ.get("HTTP_ACCEPT_ENCODING", "")) is not None


def _packed(plain: bytes, last: bool) -> bytes:
    packing = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zlib.DEFLATED, _RAW)
    return packing.compress(plain) + packing.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH)


def _stored(plain: bytes) -> bytes:
    """Return a block of the compressed stream that stores its bytes uncompressed (RFC 1951, 3.2.4)."""
    size = len(plain)
    return b"\x00" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + plain


def _end(body: bytes) -> bytes:
    return zlib.crc32(body).to_bytes(4, "little") + len(body).to_bytes(4, "little")
