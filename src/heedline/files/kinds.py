"""Detect a file's type from its content, never from its name or declared type.

The list of types is closed: whatever is not on it is unknown. So is every file that two programs would read
as two different things (a polyglot), every empty file, and markup that a browser would run, such as HTML and
SVG. Unknown files are kept and handed on, and never shown as themselves.
"""

from __future__ import annotations

import codecs
import re
import struct
from dataclasses import dataclass
from enum import StrEnum

#: Bytes at the beginning and at the end of a file that decide its type.
HEAD = 36 * 1024  # a disc image says that it is one at 32 KiB
TAIL = 64 * 1024 + 22  # the end record of a zip archive with the longest comment


class FileKind(StrEnum):
    """A kind of file, as shown to officers."""

    IMAGE = "image"
    FILM = "film"
    SOUND = "sound"
    PDF = "pdf"
    OFFICE = "office"
    TEXT = "text"
    ARCHIVE = "archive"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FileType:
    """A file's kind and media type."""

    kind: FileKind
    media: str


UNKNOWN = FileType(FileKind.UNKNOWN, "application/octet-stream")
_TEXT = FileType(FileKind.TEXT, "text/plain")
_ZIP = FileType(FileKind.ARCHIVE, "application/zip")
_MP4 = FileType(FileKind.FILM, "video/mp4")
_OGG_FILM = FileType(FileKind.FILM, "video/ogg")
_OGG_SOUND = FileType(FileKind.SOUND, "audio/ogg")
_MPEG_SOUND = FileType(FileKind.SOUND, "audio/mpeg")

#: Bytes that a file of a type begins with.
_BEGINNINGS: dict[bytes, FileType] = {
    b"\xff\xd8\xff": FileType(FileKind.IMAGE, "image/jpeg"),
    b"\x89PNG\r\n\x1a\n": FileType(FileKind.IMAGE, "image/png"),
    b"GIF87a": FileType(FileKind.IMAGE, "image/gif"),
    b"GIF89a": FileType(FileKind.IMAGE, "image/gif"),
    b"II*\0": FileType(FileKind.IMAGE, "image/tiff"),
    b"MM\0*": FileType(FileKind.IMAGE, "image/tiff"),
    b"\0\0\1\xba": FileType(FileKind.FILM, "video/mpeg"),
    b"0&\xb2u\x8ef\xcf\x11\xa6\xd9\0\xaa\0b\xcel": FileType(FileKind.FILM, "video/x-ms-asf"),
    b"fLaC": FileType(FileKind.SOUND, "audio/flac"),
    b"#!AMR\n": FileType(FileKind.SOUND, "audio/amr"),
    b"#!AMR-WB\n": FileType(FileKind.SOUND, "audio/amr-wb"),
    b"caff\0\1": FileType(FileKind.SOUND, "audio/x-caf"),
    b"ID3": _MPEG_SOUND,
    b"%PDF-": FileType(FileKind.PDF, "application/pdf"),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": FileType(FileKind.OFFICE, "application/x-ole-storage"),
    b"{\\rtf": FileType(FileKind.OFFICE, "application/rtf"),
    b"Rar!\x1a\x07": FileType(FileKind.ARCHIVE, "application/vnd.rar"),
    b"7z\xbc\xaf'\x1c": FileType(FileKind.ARCHIVE, "application/x-7z-compressed"),
    b"\x1f\x8b\x08": FileType(FileKind.ARCHIVE, "application/gzip"),
    b"BZh": FileType(FileKind.ARCHIVE, "application/x-bzip2"),
    b"\xfd7zXZ\0": FileType(FileKind.ARCHIVE, "application/x-xz"),
    b"(\xb5/\xfd": FileType(FileKind.ARCHIVE, "application/zstd"),
    b"MSCF\0\0\0\0": FileType(FileKind.ARCHIVE, "application/vnd.ms-cab-compressed"),
}
#: Containers that name their content after their length.
_RIFF: dict[bytes, FileType] = {
    b"WEBP": FileType(FileKind.IMAGE, "image/webp"),
    b"AVI ": FileType(FileKind.FILM, "video/x-msvideo"),
    b"WAVE": FileType(FileKind.SOUND, "audio/wav"),
}
_FORM: dict[bytes, FileType] = {
    b"AIFF": FileType(FileKind.SOUND, "audio/aiff"),
    b"AIFC": FileType(FileKind.SOUND, "audio/aiff"),
}
#: Brands of the ISO base media format, by their first three letters or all four.
_BRANDS: dict[bytes, FileType] = {
    **dict.fromkeys(
        (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"),
        FileType(FileKind.IMAGE, "image/heic"),
    ),
    **dict.fromkeys((b"avif", b"avis"), FileType(FileKind.IMAGE, "image/avif")),
    **dict.fromkeys((b"M4A ", b"M4B "), FileType(FileKind.SOUND, "audio/mp4")),
    b"qt  ": FileType(FileKind.FILM, "video/quicktime"),
    **dict.fromkeys((b"3gp", b"3g2"), FileType(FileKind.FILM, "video/3gpp")),
    **dict.fromkeys((b"iso", b"mp4", b"avc1", b"M4V", b"MSNV", b"dash", b"f4v ", b"mmp4"), _MP4),
}
#: Names inside a zip archive that make it an office document.
_OFFICE_PARTS: dict[bytes, str] = {
    b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
#: Names that make it a program as well.
_PROGRAM_PARTS = (b"META-INF/MANIFEST.MF", b"classes.dex", b"AndroidManifest.xml")
_OPEN_DOCUMENT = re.compile(
    rb"PK\x03\x04.{4}\0\0.{20}mimetype(application/vnd\.oasis\.opendocument\.(?:text|spreadsheet|presentation|graphics))PK",
    re.DOTALL,
)
#: Markup at the beginning of a text, by which a browser would take it for a page.
_MARKUP = re.compile(
    r"<(?:!doctype|html|head|body|script|svg|iframe|object|embed|meta|style|\?xml|\?php|%)", re.IGNORECASE
)
#: Markup that has no business in pictures and sound. Their descriptions are XML, so that is allowed.
_MARKUP_IN_MEDIA = re.compile(rb"<(?:!doctype html|html|head|body|script|svg|iframe|\?php)", re.IGNORECASE)
_CONTROLS = re.compile("[\0-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_BITMAP_HEADERS = {12, 40, 52, 56, 64, 108, 124}
_ELSEWHERE_FIRST_KIB = (b"%PDF-",)
_ELSEWHERE = (b"Rar!\x1a\x07", b"7z\xbc\xaf'\x1c")


class FileSample:
    """A sample of the bytes that determine a file's type, collected while it is streamed."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = bytearray()

    def add(self, data: bytes) -> None:
        """Add the next bytes of the file to the sample."""
        if len(self._head) < HEAD:
            self._head += data[: HEAD - len(self._head)]
        self._tail += data[-TAIL:]
        if len(self._tail) > 2 * TAIL:
            del self._tail[:-TAIL]

    def type(self) -> FileType:
        """Return the file's type, once all of its bytes have been added."""
        return kind_of(bytes(self._head), bytes(self._tail[-TAIL:]))


def kind_of(head: bytes, tail: bytes = b"") -> FileType:
    """Return the type of a file from its first `HEAD` bytes and its last `TAIL` bytes.

    A file no longer than `HEAD` needs no tail.
    """
    tail = tail or head
    found = _by_beginning(head) or _zip(head, tail) or _text(head, tail)
    return UNKNOWN if found is None or _is_polyglot(found, head, tail) else found


def _by_beginning(head: bytes) -> FileType | None:
    for beginning, found in _BEGINNINGS.items():
        if head.startswith(beginning):
            return found
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12])
    if head.startswith(b"FORM"):
        return _FORM.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12]) or _BRANDS.get(head[8:11])
    if head[4:8] in {b"moov", b"mdat", b"wide"} and len(head) > 64:
        return _BRANDS[b"qt  "]
    if head.startswith(b"\x1aE\xdf\xa3"):
        return _matroska(head)
    if head.startswith(b"OggS"):
        return _OGG_FILM if b"theora" in head[:128] else _OGG_SOUND
    return _bitmap(head) or _frames(head) or _packets(head) or _tar(head)


def _matroska(head: bytes) -> FileType | None:
    if b"webm" in head[:64]:
        return FileType(FileKind.FILM, "video/webm")
    return FileType(FileKind.FILM, "video/x-matroska") if b"matroska" in head[:64] else None


def _bitmap(head: bytes) -> FileType | None:
    if not head.startswith(b"BM") or len(head) < 26 or head[6:10] != bytes(4):
        return None
    (header,) = struct.unpack_from("<I", head, 14)
    return FileType(FileKind.IMAGE, "image/bmp") if header in _BITMAP_HEADERS else None


_MPEG1_RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG2_RATES = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_MPEG_SAMPLES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def _frames(head: bytes) -> FileType | None:
    """Recognise MP3 and AAC without a header, by two consecutive frames."""
    if len(head) < 8 or head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0:  # ADTS
        length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
        follows = head[length : length + 2]
        return FileType(FileKind.SOUND, "audio/aac") if length > 7 and follows == head[:2] else None
    version, rate, samples = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if head[1] & 0xE6 != 0xE2 or version == 1 or rate in {0, 15} or samples == 3:
        return None
    kbits = (_MPEG1_RATES if version == 3 else _MPEG2_RATES)[rate]
    length = (144 if version == 3 else 72) * kbits * 1000 // _MPEG_SAMPLES[version][samples] + (
        head[2] >> 1 & 1
    )
    return _MPEG_SOUND if head[length : length + 2] == head[:2] else None


def _packets(head: bytes) -> FileType | None:
    """Recognise an MPEG transport stream by its packets of 188 bytes."""
    found = len(head) > 4 * 188 and all(head[at] == 0x47 for at in range(0, 5 * 188, 188) if at < len(head))
    return FileType(FileKind.FILM, "video/mp2t") if found else None


def _tar(head: bytes) -> FileType | None:
    return FileType(FileKind.ARCHIVE, "application/x-tar") if head[257:262] == b"ustar" else None


def _zip(head: bytes, tail: bytes) -> FileType | None:
    """Recognise a complete zip archive, or an office document in zip format."""
    if not head.startswith(b"PK"):
        return None
    names = _zip_names(tail)
    if names is None or not head.startswith((b"PK\3\4", b"PK\5\6")):
        return None
    if set(_PROGRAM_PARTS) & names:
        return _ZIP
    if found := _OPEN_DOCUMENT.match(head[:200]):
        return FileType(FileKind.OFFICE, found[1].decode())
    media = {_OFFICE_PARTS[part] for part in _OFFICE_PARTS if any(one.startswith(part) for one in names)}
    if b"[Content_Types].xml" in names and len(media) == 1:
        return FileType(FileKind.OFFICE, media.pop())
    return _ZIP


def _zip_names(tail: bytes) -> set[bytes] | None:
    """Return the file names in the part of a zip directory that the tail contains, or None."""
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < 22:
        return None
    size, _, comment = struct.unpack_from("<IIH", tail, at + 12)
    if at + 22 + comment != len(tail):
        return None
    names: set[bytes] = set()
    entry = at - size if size <= at else tail.find(b"PK\1\2")
    while entry >= 0 and entry + 46 <= at and tail[entry : entry + 4] == b"PK\1\2":
        name, extra, note = struct.unpack_from("<HHH", tail, entry + 28)
        names.add(tail[entry + 46 : entry + 46 + name])
        entry += 46 + name + extra + note
    return names


def _text(head: bytes, tail: bytes) -> FileType | None:
    """Recognise non-markup text in UTF-8, UTF-16 with a byte order mark, or Windows-1252."""
    if not head:
        return None
    wide = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}.get(head[:2])
    for encoding in [wide] if wide else ["utf-8", "cp1252"]:
        try:
            words = codecs.getincrementaldecoder(encoding)().decode(head, final=False)
        except UnicodeDecodeError:
            continue
        if _CONTROLS.search(words) or (not wide and b"\0" in tail):
            return None
        return None if _MARKUP.search(words[:1024]) else _TEXT
    return None


def _is_polyglot(found: FileType, head: bytes, tail: bytes) -> bool:
    """Return whether another program could read the file as a different type."""
    if found.media != "application/pdf" and any(mark in head[:1024] for mark in _ELSEWHERE_FIRST_KIB):
        return True
    if found.kind is not FileKind.ARCHIVE:
        if any(mark in head or mark in tail for mark in _ELSEWHERE):
            return True
        if not head.startswith(b"PK") and _zip_names(tail) is not None:
            return True
    if found.media != "application/x-tar" and _tar(head):
        return True
    if head[32769:32774] == b"CD001":
        return True
    return found.kind in {FileKind.IMAGE, FileKind.FILM, FileKind.SOUND} and bool(
        _MARKUP_IN_MEDIA.search(head[:4096])
    )
