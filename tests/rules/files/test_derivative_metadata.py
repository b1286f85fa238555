"""Nothing that names a device, a place or a person survives in what officers see. exiftool and mat2 are the oracles."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter
from tests.rules.files.test_derivative_documents import WORDS, pdf
from tests.rules.files.test_derivative_pictures import as_file, picture
from tests.support.derivatives import exif, made, needs, sandbox
from tests.support.office_documents import word_document
from tests.support.recordings import TELLING, recording

from heedline.files.derivatives import documents
from heedline.files.kinds import FileKind

__all__ = ["sandbox"]
pytestmark = [needs("exiftool", "mat2", "ffmpeg"), pytest.mark.usefixtures("sandbox")]

XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator><rdf:Seq><rdf:li>Telltale Person'
    b"</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"
)
#: What a picture may say of itself, and nothing else.
PICTURE_TAGS = {
    "FileType", "FileTypeExtension", "MIMEType", "ImageWidth", "ImageHeight", "EncodingProcess", "BitsPerSample",
    "ColorComponents", "YCbCrSubSampling", "JFIFVersion", "ResolutionUnit", "XResolution", "YResolution", "BitDepth",
    "ColorType", "Compression", "Filter", "Interlace", "ImageSize", "Megapixels",
}  # fmt: skip
#: Where films and sounds keep tags.
TAG_GROUPS = {
    "Keys",
    "UserData",
    "ItemList",
    "EXIF",
    "GPS",
    "XMP",
    "IPTC",
    "ID3v2_3",
    "ID3v2_4",
    "ID3v1",
    "Matroska",
}
#: Where exiftool speaks of its own file, and not of the content.
OF_THE_FILE = {"System", "ExifTool"}


def png() -> bytes:
    told = PngInfo()
    told.add_text("Author", "Telltale Person")
    told.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return as_file(picture(), "PNG", pnginfo=told, exif=exif())


def telling_pdf() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(WORDS))))
    writer.add_metadata({"/Author": "Telltale Person", "/Producer": "Telltale Devices"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def heic() -> bytes:
    pillow_heif.register_heif_opener()
    return as_file(picture(), "HEIF", exif=exif().tobytes(), xmp=XMP)


ORIGINALS: dict[str, tuple[FileKind, Callable[[], bytes]]] = {
    "jpg": (
        FileKind.IMAGE,
        lambda: as_file(picture(), "JPEG", exif=exif(), xmp=XMP, comment=b"Telltale comment"),
    ),
    "png": (FileKind.IMAGE, png),
    "webp": (FileKind.IMAGE, lambda: as_file(picture(), "WEBP", exif=exif(), xmp=XMP)),
    "tiff": (FileKind.IMAGE, lambda: as_file(picture(), "TIFF", exif=exif())),
    "gif": (FileKind.IMAGE, lambda: as_file(picture(), "GIF", comment=b"Telltale comment")),
    "heic": (FileKind.IMAGE, heic),
    "avif": (FileKind.IMAGE, lambda: as_file(picture(), "AVIF", exif=exif(), xmp=XMP)),
    "pdf": (FileKind.PDF, telling_pdf),
    "docx": (FileKind.OFFICE, lambda: word_document("Meet at the old mill")),
    "mp4": (FileKind.FILM, lambda: recording("mp4")),
    "webm": (FileKind.FILM, lambda: recording("webm")),
    "mp3": (FileKind.SOUND, lambda: recording("mp3", picture=False)),
    "wav": (FileKind.SOUND, lambda: recording("wav", picture=False)),
}
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "video/mp4": "mp4", "audio/ogg": "ogg"}


def tags(folder: Path) -> dict[str, dict[str, Any]]:
    """What exiftool finds in each file of a folder."""
    done = subprocess.run(
        ["exiftool", "-json", "-G1", "-a", "-u", "-r", str(folder)],
        capture_output=True,
        timeout=180,
        check=False,
    )
    return {Path(one["SourceFile"]).name: one for one in json.loads(done.stdout or b"[]")}


def without_file(found: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in found.items()
        if name != "SourceFile" and name.split(":")[0] not in OF_THE_FILE
    }


def test_no_derivative_says_who_or_where(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    after.mkdir()
    for ending, (kind, make) in ORIGINALS.items():
        if kind is FileKind.OFFICE and documents.office_missing():
            continue
        original = make()
        (before / f"original.{ending}").write_bytes(original)
        found, sink = made(kind, original)
        assert (found.failure, bool(sink.parts)) == (None, True), ending
        for finished, data in sink.parts:
            assert b"Telltale" not in data, ending
            part = finished.part
            (after / f"{ending}-{part.role}{part.number}.{ENDINGS[part.media]}").write_bytes(data)
    told_before = tags(before)
    told_before.pop("original.docx", None)  # to look into an archive it needs another package
    for name, told in told_before.items():
        assert "Telltale" in json.dumps(told), f"the oracle is blind to {name}"
    found_after = tags(after)
    assert len(found_after) == len(list(after.iterdir())) >= 14
    for name, told in found_after.items():
        told = without_file(told)
        assert not any(word in json.dumps(told) for word in ("Telltale", "51.5", "51 deg", "2026")), name
        if name.endswith(("jpg", "png")):
            assert {tag.split(":")[1] for tag in told} <= PICTURE_TAGS, name
        else:
            assert {tag.split(":")[0] for tag in told} & TAG_GROUPS == set(), name
            dates = {str(value) for tag, value in told.items() if "Date" in tag}
            assert dates <= {"0000:00:00 00:00:00"}, name
    shown = subprocess.run(
        ["mat2", "--show", *map(str, sorted(after.iterdir()))],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    ).stdout
    pictures = [name for name in found_after if name.endswith(("jpg", "png"))]
    assert shown.count("No metadata found") == len(pictures)
    assert not any(value.split()[0] in shown for value in TELLING.values())


def test_an_embedded_preview_is_not_passed_on() -> None:
    """A preview may show what was cut away from the picture."""
    hidden = as_file(Image.new("RGB", (64, 48), "blue"), "JPEG")
    told = exif()
    told._ifds[1] = {0x0103: 6, 0x0201: 0, 0x0202: len(hidden)}
    raw = bytearray(told.tobytes() + hidden)
    found, sink = made(FileKind.IMAGE, as_file(picture(), "JPEG", exif=bytes(raw)))
    assert found.failure is None
    data = sink.parts[0][1]
    assert hidden[20:60] not in data
    assert data.count(b"\xff\xd8\xff") == 1
