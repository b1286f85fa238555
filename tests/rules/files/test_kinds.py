"""What a file is, is read from its content. What is two things at once is neither."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.support.cases import cases

from heedline.files.kinds import HEAD, TAIL, UNKNOWN, FileKind, FileSample, FileType, kind_of


def picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(out, form)
    return out.getvalue()


def archive(*names: str, first: tuple[str, str] | None = None, comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        if first:
            made.writestr(zipfile.ZipInfo(first[0]), first[1])
        for name in names:
            made.writestr(name, "x", zipfile.ZIP_DEFLATED)
        made.comment = comment
    return out.getvalue()


def tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        made.addfile(tarfile.TarInfo("a"))
    return out.getvalue()


def brand(name: bytes) -> bytes:
    return struct.pack(">I", 24) + b"ftyp" + name + bytes(4) + b"isomavc1" + bytes(40)


def riff(name: bytes) -> bytes:
    return b"RIFF\x24\0\0\0" + name + b"fmt " + bytes(40)


MP3_FRAME = b"\xff\xfb\x90\x00" + bytes(417 - 4)
AAC_FRAME = bytes([0xFF, 0xF1, 0x50, 0x80, 200 >> 3, (200 & 7) << 5 | 0x1F, 0xFC]) + bytes(193)
WORDS = "Ich weiß, dass „er“ am Dienstag kommt.\nمرحبا\n"
OPEN = "application/vnd.oasis.opendocument.text"
OOXML = ("[Content_Types].xml", "_rels/.rels")

KNOWN: list[tuple[bytes, FileKind, str]] = [
    (picture("JPEG"), FileKind.IMAGE, "image/jpeg"),
    (picture("PNG"), FileKind.IMAGE, "image/png"),
    (picture("GIF"), FileKind.IMAGE, "image/gif"),
    (picture("BMP"), FileKind.IMAGE, "image/bmp"),
    (picture("TIFF"), FileKind.IMAGE, "image/tiff"),
    (picture("WEBP"), FileKind.IMAGE, "image/webp"),
    (brand(b"heic"), FileKind.IMAGE, "image/heic"),
    (brand(b"avif"), FileKind.IMAGE, "image/avif"),
    (brand(b"isom"), FileKind.FILM, "video/mp4"),
    (brand(b"mp42"), FileKind.FILM, "video/mp4"),
    (brand(b"qt  "), FileKind.FILM, "video/quicktime"),
    (brand(b"3gp5"), FileKind.FILM, "video/3gpp"),
    (brand(b"M4A "), FileKind.SOUND, "audio/mp4"),
    (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm" + bytes(40), FileKind.FILM, "video/webm"),
    (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x88matroska" + bytes(40), FileKind.FILM, "video/x-matroska"),
    (riff(b"AVI "), FileKind.FILM, "video/x-msvideo"),
    ((b"\x47" + bytes(187)) * 6, FileKind.FILM, "video/mp2t"),
    (riff(b"WAVE"), FileKind.SOUND, "audio/wav"),
    (b"ID3\4\0\0\0\0\0\0" + MP3_FRAME, FileKind.SOUND, "audio/mpeg"),
    (MP3_FRAME * 3, FileKind.SOUND, "audio/mpeg"),
    (AAC_FRAME * 3, FileKind.SOUND, "audio/aac"),
    (b"OggS\0\2" + bytes(22) + b"OpusHead" + bytes(40), FileKind.SOUND, "audio/ogg"),
    (b"fLaC" + bytes(40), FileKind.SOUND, "audio/flac"),
    (b"#!AMR\n" + bytes(40), FileKind.SOUND, "audio/amr"),
    (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\n", FileKind.PDF, "application/pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), FileKind.OFFICE, "application/x-ole-storage"),
    (b"{\\rtf1\\ansi words}", FileKind.OFFICE, "application/rtf"),
    (archive("Pictures/a.png", first=("mimetype", OPEN)), FileKind.OFFICE, OPEN),
    (
        archive(*OOXML, "word/document.xml", "word/vbaProject.bin"),
        FileKind.OFFICE,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    (
        archive(*OOXML, "xl/workbook.xml", comment=b"a comment"),
        FileKind.OFFICE,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    (archive("holiday.jpg"), FileKind.ARCHIVE, "application/zip"),
    (archive(), FileKind.ARCHIVE, "application/zip"),
    (archive(*OOXML, "word/document.xml", "classes.dex"), FileKind.ARCHIVE, "application/zip"),
    (gzip.compress(b"x"), FileKind.ARCHIVE, "application/gzip"),
    (tar(), FileKind.ARCHIVE, "application/x-tar"),
    (WORDS.encode(), FileKind.TEXT, "text/plain"),
    (WORDS.encode("utf-16"), FileKind.TEXT, "text/plain"),
    ("Müller, Straße".encode("cp1252"), FileKind.TEXT, "text/plain"),
    (b"BM: bring milk\n" * 3, FileKind.TEXT, "text/plain"),
    (b"he wrote 2 < 3 and x > y\n", FileKind.TEXT, "text/plain"),
]


@pytest.mark.parametrize(("content", "kind", "media"), KNOWN, ids=[one[2].split("/")[1] for one in KNOWN])
def test_a_type_is_known_by_its_content(content: bytes, kind: FileKind, media: str) -> None:
    assert kind_of(content[:HEAD], content[-TAIL:]) == FileType(kind, media)


PHOTO, PNG = picture("JPEG"), picture("PNG")
LONG_PHOTO = PHOTO + bytes(40_000)
HOSTILE = {
    "nothing": b"",
    "zeros": bytes(4096),
    "a program": b"MZ" + bytes(200),
    "another program": b"\x7fELF" + bytes(200),
    "html": b"<!DOCTYPE html><p>words",
    "html after words": b"hello\n\n<script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "svg after its declaration": b'<?xml version="1.0"?>\n<svg/>',
    "svg in utf-16": '<svg xmlns="x"/>'.encode("utf-16"),
    "a photo that is an archive": PHOTO + archive("a.txt"),
    "a photo that is an office document": PHOTO + archive(*OOXML, "word/document.xml"),
    "a gif that is a program": picture("GIF") + archive("META-INF/MANIFEST.MF"),
    "a pdf that is an archive": b"%PDF-1.4\n" + archive("a.txt"),
    "a photo that is a pdf": PHOTO[:20] + b"%PDF-1.4\n" + PHOTO[20:],
    "a document that is a pdf": archive(*OOXML, "word/document.xml").replace(b"_rels/.rels", b"%PDF-1.7/ab", 1),
    "a gif that is html": b"GIF89a/*<html><script>*/" + bytes(60),
    "a photo with a script": PHOTO[:20] + b"<?php system(1)?>" + PHOTO[20:],
    "a photo that is a rar": PHOTO + b"Rar!\x1a\x07\x01\0" + bytes(30),
    "a photo that is a disc": LONG_PHOTO[:32769] + b"CD001" + LONG_PHOTO[32774:],
    "a photo that is a tar": PHOTO[:257] + b"ustar\0" + PHOTO[263:],
    "half an archive": archive("a.txt", "b.txt")[:60],
    "a broken film": brand(b"\0\0\0\0"),
    "riff of nothing": riff(b"ACON"),
    "one frame": MP3_FRAME,
    "a bitmap by two letters": b"BM" + bytes(60),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_two_things_or_none_is_unknown(what: str) -> None:
    content = HOSTILE[what]
    assert kind_of(content[:HEAD], content[-TAIL:]) == UNKNOWN


def test_a_photo_that_moves_is_still_a_photo() -> None:
    """Phones append a short film to a photo. No viewer takes the photo for the film."""
    content = PHOTO + brand(b"mp42")
    assert kind_of(content).kind is FileKind.IMAGE


@given(st.binary(max_size=300))
@settings(max_examples=cases(100), deadline=None)
def test_nothing_breaks_it(content: bytes) -> None:
    for start in (b"", b"PK\3\4", b"PK\5\6", b"BM", b"\xff\xfb", b"\xff\xf1", b"RIFF", b"\xff\xfe"):
        kind_of(start + content)


@given(st.lists(st.integers(1, 90_000), min_size=1, max_size=5))
@settings(max_examples=20, deadline=None)
def test_a_sample_in_pieces_decides_as_the_whole(sizes: list[int]) -> None:
    for end in (b"", archive("a.txt")):
        content = PNG + bytes(sum(sizes)) + end
        sample, at = FileSample(), 0
        for size in [*sizes, len(content)]:
            sample.add(content[at : at + size])
            at += size
        assert sample.type() == kind_of(content[:HEAD], content[-TAIL:])
        assert (sample.type() == UNKNOWN) is bool(end)
