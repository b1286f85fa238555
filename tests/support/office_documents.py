"""Word documents for tests, written by hand, with invented authors and with what makes documents hostile."""

from __future__ import annotations

import io
import os
import subprocess
import zipfile
from html import escape
from pathlib import Path
from uuid import UUID

_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_CORE = """<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Telltale title</dc:title><dc:creator>Telltale Person</dc:creator>
<cp:lastModifiedBy>Telltale Person</cp:lastModifiedBy></cp:coreProperties>"""


def word_document(
    *paragraphs: str, links: str = "", more: dict[str, bytes] | None = None, look: str = ""
) -> bytes:
    """Return a document with paragraphs.

    `links` are further relationships, `more` further files in the archive, and `look` the properties of the text.
    """
    body = "".join(f"<w:p><w:r><w:rPr>{look}</w:rPr><w:t>{one}</w:t></w:r></w:p>" for one in paragraphs)
    files = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType="application/vnd.'
        'openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/><Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_LINKS}"><Relationship Id="rId1" Type="{_KIND}/officeDocument" '
        'Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/'
        'relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_LINKS}">{links}</Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>',
        "docProps/core.xml": _CORE,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        for name, data in (more or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


#: A macro in Basic that writes into its document when it is opened, writes a file and connects to a port.
_BASIC = """Sub Ran
ThisComponent.Text.insertString(ThisComponent.Text.Start, "MACRORAN ", False)
number = FreeFile
Open "{file}" For Output As #number
Print #number, "MACRORAN"
Close #number
createUnoService("com.sun.star.connection.Connector").connect("socket,host=127.0.0.1,port={port}")
End Sub"""
#: Opens a document with its macros allowed, gives them a moment, and ends.
_OPENING = """Sub Main
Dim how(0) As New com.sun.star.beans.PropertyValue
how(0).Name = "MacroExecutionMode"
how(0).Value = 4
opened = StarDesktop.loadComponentFromURL("{address}", "_blank", 0, how())
Wait 1500
StarDesktop.terminate()
End Sub"""


def text_with_macro(words: str, file: Path, port: int) -> bytes:
    """Return an OpenDocument text whose Basic macro is called when it is opened."""
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    script = "urn:oasis:names:tc:opendocument:xmlns:script:1.0"
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    library, basic_script = "http://openoffice.org/2000/library", "http://openoffice.org/2000/script"
    basic = '<library:library xmlns:library="{0}" library:name="Standard"{1}>{2}</library:library>'
    files = {
        "content.xml": f'<office:document-content xmlns:office="{office}" xmlns:script="{script}" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" '
        'xmlns:dom="http://www.w3.org/2001/xml-events" xmlns:ooo="http://openoffice.org/2004/office" office:version="1.3"><office:scripts><office:event-listeners>'
        '<script:event-listener script:language="ooo:script" script:event-name="dom:load" '
        'xlink:href="vnd.sun.star.script:Standard.Module1.Ran?language=Basic&amp;location=document" '
        'xlink:type="simple"/></office:event-listeners></office:scripts><office:body><office:text>'
        f"<text:p>{words}</text:p></office:text></office:body></office:document-content>",
        "Basic/script-lc.xml": f'<library:libraries xmlns:library="{library}" '
        'xmlns:xlink="http://www.w3.org/1999/xlink"><library:library library:name="Standard" library:link="false"/>'
        "</library:libraries>",
        "Basic/Standard/script-lb.xml": basic.format(
            library,
            ' library:readonly="false" library:passwordprotected="false"',
            '<library:element library:name="Module1"/>',
        ),
        "Basic/Standard/Module1.xml": f'<script:module xmlns:script="{basic_script}" script:name="Module1" '
        f'script:language="StarBasic">{escape(_BASIC.format(file=file, port=port))}</script:module>',
    }
    kind = "application/vnd.oasis.opendocument.text"
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="{media}"/>'
        for name, media in {"/": kind, **dict.fromkeys(files, "text/xml")}.items()
    )
    files["META-INF/manifest.xml"] = (
        f'<manifest:manifest xmlns:manifest="{manifest}" manifest:version="1.3">{entries}</manifest:manifest>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), kind)
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def word_with_macro(words: str) -> bytes:
    """Return a Word document with a placeholder for a project of macros, to which it refers."""
    link = (
        '<Relationship Id="rId8" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" '
        'Target="vbaProject.bin"/>'
    )
    project = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"Sub Document_Open() placeholder MACRORAN".ljust(
        4096, b"\0"
    )
    return word_document(words, links=link, more={"word/vbaProject.bin": project})


def word_with_font(words: str, font: bytes, family: str) -> bytes:
    """Return a Word document set in an embedded font, which is masked with a key as Word masks it."""
    key = UUID("6b5f3c9a-0d7e-4a51-9c1b-2f8e7d604a13")
    mask = key.bytes[::-1] * 2
    masked = bytes(one ^ two for one, two in zip(font, mask, strict=False)) + font[len(mask) :]
    table = (
        f'<w:fonts xmlns:w="{_WORD}" xmlns:r="{_KIND}"><w:font w:name="{family}"><w:embedRegular r:id="rId1" '
        f'w:fontKey="{{{str(key).upper()}}}"/></w:font></w:fonts>'
    )
    links = '<Relationship Id="{0}" Type="{1}/{2}" Target="{3}"/>'
    embedded = links.format("rId1", _KIND, "font", "fonts/font1.odttf")
    more = {
        "word/fontTable.xml": table.encode(),
        "word/_rels/fontTable.xml.rels": f'<Relationships xmlns="{_LINKS}">{embedded}</Relationships>'.encode(),
        "word/fonts/font1.odttf": masked,
    }
    return word_document(
        words,
        links=links.format("rId7", _KIND, "fontTable", "fontTable.xml"),
        more=more,
        look=f'<w:rFonts w:ascii="{family}" w:hAnsi="{family}"/><w:sz w:val="96"/>',
    )


def open_with_macros_allowed(document: Path, folder: Path, office: Path) -> None:
    """Open a document of ours in LibreOffice outside the sandbox, as nobody should: its macros run."""
    told = {**os.environ, "LD_LIBRARY_PATH": str(office.parent)}
    start = [str(office), f"-env:UserInstallation={folder.as_uri()}", "--headless", "--norestore", "--nologo"]
    for _ in range(3):  # it makes its profile, in which there is a module for macros of one's own
        if (
            subprocess.run([*start, "--terminate_after_init"], env=told, timeout=60, check=False).returncode
            != 81
        ):
            break
    (folder / "user" / "basic" / "Standard" / "Module1.xba").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" '
        f'script:language="StarBasic">{escape(_OPENING.format(address=document.as_uri()))}</script:module>'
    )
    subprocess.run([*start, "macro:///Standard.Module1.Main"], env=told, timeout=60, check=True)
