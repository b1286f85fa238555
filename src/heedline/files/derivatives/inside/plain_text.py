"""Decode a text file inside the sandbox as UTF-8, UTF-16 with a byte order mark, or Windows-1252."""

from __future__ import annotations

import codecs
import sys

from heedline.files.derivatives.frames import DecoderRefusal, FrameWriter

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decoded(data: bytes) -> str:
    """Decode text that may be cut off at any byte."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data, final=False)
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def main() -> int:
    """Run the decoder with a byte limit."""
    out = FrameWriter(1)
    out.ready()
    most = int(sys.argv[1])
    found = decoded(sys.stdin.buffer.read(most)).encode("utf-8", "replace")[:most].decode("utf-8", "ignore")
    if not found.strip():
        out.refused(DecoderRefusal.EMPTY)
        return 0
    out.text(found)
    out.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
