"""Render office documents inside the sandbox, through a PDF file that LibreOffice writes to memory.

Macros and active content are switched off, and the sandbox has no network for what a document links to.
"""

from __future__ import annotations

import mmap
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from heedline.files.derivatives.frames import DecoderRefusal, FrameWriter
from heedline.files.derivatives.inside.pdf import draw

_OFFICE = "/usr/lib/libreoffice/program/soffice.bin"
_DOCUMENT, _FOLDER, _PROFILE = Path("/tmp/document"), Path("/tmp/made"), Path("/tmp/profile")  # noqa: S108 - inside
#: How it ends once it has made its profile, and wants to be started again.
_AGAIN = 81
#: How a compound file begins, and the streams of Word, Excel and PowerPoint, of which a document has one (MS-CFB).
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = ("WordDocument", "Workbook", "Book", "PowerPoint Document")
#: An archive that unpacks to more is taken for a bomb, without being unpacked.
_UNPACKED, _ENTRIES = 200_000_000, 20_000
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""


def _is_bomb(document: Path) -> bool:
    """Return whether an archive's declared uncompressed size is too large."""
    if not zipfile.is_zipfile(document):
        return False
    with zipfile.ZipFile(document) as archive:
        entries = archive.infolist()
    return len(entries) > _ENTRIES or sum(one.file_size for one in entries) > _UNPACKED


def _is_no_document(document: Path) -> bool:
    """Return whether a file begins like an old office document and has none of the streams of one.

    LibreOffice 26 shows such a file as a page of meaningless characters.
    """
    with document.open("rb") as file:
        if file.read(len(_OLE)) != _OLE:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            return all(whole.find(stream.encode("utf-16-le")) < 0 for stream in _STREAMS)


def _converted(out: FrameWriter) -> bool:
    """Convert the document to PDF and attach it to standard input, or report why that failed."""
    try:
        bomb, damaged = _is_bomb(_DOCUMENT), _is_no_document(_DOCUMENT)
    except (zipfile.BadZipFile, OSError, ValueError):
        bomb, damaged = False, True
    if damaged:
        out.refused(DecoderRefusal.DAMAGED)
        return False
    if bomb:
        out.refused(DecoderRefusal.TOO_LARGE)
        return False
    settings = _PROFILE / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(_SETTINGS, encoding="utf-8")
    command = [
        *(_OFFICE, "--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo"),
        *(f"-env:UserInstallation=file://{_PROFILE}", "--convert-to", "pdf", "--outdir", str(_FOLDER)),
        str(_DOCUMENT),
    ]
    told = {
        **os.environ,
        "LD_LIBRARY_PATH": str(Path(_OFFICE).parent),
    }  # without /proc it does not find itself
    for _ in range(3):
        done = subprocess.run(  # noqa: S603 - a fixed program
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=told, check=False
        )
        if done.returncode != _AGAIN:
            break
    made = _FOLDER / "document.pdf"
    if not made.exists():
        out.refused(DecoderRefusal.DAMAGED)
        return False
    shutil.rmtree(_PROFILE, ignore_errors=True)
    descriptor = os.open(made, os.O_RDONLY)
    os.dup2(descriptor, 0)
    return True


def main() -> int:
    """Run the decoder, which takes the same arguments as the PDF decoder."""
    out = FrameWriter(1)
    out.ready()
    try:
        with _DOCUMENT.open("wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy, 1 << 20)
        if _converted(out):
            draw(out, *(int(word) for word in sys.argv[1:]))
    except MemoryError:
        out.refused(DecoderRefusal.TOO_LARGE)
    except Exception:  # whatever a decoder stumbles over: the file is at fault
        out.refused(DecoderRefusal.DAMAGED)
    return 0


if __name__ == "__main__":
    sys.exit(main())
