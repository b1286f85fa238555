"""List a report's files for officers, from the manifests sealed in the report and its messages.

The contents are not opened here. Whoever may read the report may see the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from heedline.files.kinds import FileKind
from heedline.files.scanning import ScanVerdict
from heedline.reports.models import FileState

_KINDS = {
    FileKind.IMAGE: "Image",
    FileKind.FILM: "Video",
    FileKind.SOUND: "Audio",
    FileKind.PDF: "PDF",
    FileKind.OFFICE: "Office document",
    FileKind.TEXT: "Text",
    FileKind.ARCHIVE: "Archive",
    FileKind.UNKNOWN: "Unrecognised type",
}
_SCANS = {
    ScanVerdict.CLEAN: "No malware found",
    ScanVerdict.FOUND: "Malware found",
    ScanVerdict.NOT_CHECKED: "Not checked for malware",
}
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class FileLine:
    """A file attached to a report.

    `container` identifies it. `message_words` says with which message it came, or is empty for a file sent with the
    report. `missing` means that its object is not in storage.
    """

    container: UUID
    name: str = field(repr=False)
    kind: str
    kind_words: str
    media: str
    length: int
    length_words: str
    sha256: str = field(repr=False)
    scan_words: str
    malware: bool
    missing: bool
    message_words: str = ""


def file_lines(
    manifest: Iterable[Mapping[str, Any]], stored: Mapping[UUID, str], *, message_words: str = ""
) -> tuple[FileLine, ...]:
    """Return the files listed in one manifest, in the order they were added.

    `stored` maps the container of each file of the report to the state of its object.
    """
    return tuple(_line(one, stored, message_words) for one in manifest)


def _line(entry: Mapping[str, Any], stored: Mapping[UUID, str], message_words: str) -> FileLine:
    container, length = UUID(entry["container"]), int(entry["length"])
    return FileLine(
        container=container,
        name=str(entry["name"]),
        kind=str(entry["kind"]),
        kind_words=kind_words(str(entry["kind"])),
        media=str(entry["media"]),
        length=length,
        length_words=length_words(length),
        sha256=str(entry["sha256"]),
        scan_words=_SCANS[ScanVerdict(entry["scan"])],
        malware=entry["scan"] == ScanVerdict.FOUND,
        missing=stored.get(container) != FileState.KEPT,
        message_words=message_words,
    )


def kind_words(kind: str) -> str:
    """Return the display name of a file type."""
    return _KINDS.get(FileKind(kind), _KINDS[FileKind.UNKNOWN])


def length_words(length: int) -> str:
    """Return a file size formatted for display."""
    if length < _MEGABYTE:
        return f"{max(1, round(length / 1_000)):,} KB"
    return f"{length / _MEGABYTE:,.1f} MB"
