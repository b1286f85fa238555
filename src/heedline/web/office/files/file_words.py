"""Kinds, sizes and states of files in words."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from heedline.casework.attachments.viewing import FilesOfReport, OriginalReason, ViewableFile

KINDS = {
    "image": "Image",
    "film": "Video",
    "sound": "Audio",
    "pdf": "PDF",
    "office": "Office document",
    "text": "Text",
    "archive": "Archive",
    "unknown": "Unrecognised type",
}
SCANS = {
    "clean": "Checked for malware when it was received: nothing found",
    "found": "Malware was found in it when it was received",
    "not-checked": "Not checked for malware",
}
REASONS = {
    OriginalReason.EVIDENCE: "It is needed as evidence",
    OriginalReason.SPECIALIST: "A specialist has to examine it",
    OriginalReason.CANNOT_BE_SHOWN: "It cannot be shown here",
}
_MEGABYTE = 1_000_000


def size_words(length: int) -> str:
    """Return a length in bytes as people read it, such as 3.2 MB."""
    if length < _MEGABYTE:
        return f"{max(1, round(length / 1_000)):,} KB"
    return f"{length / _MEGABYTE:,.1f} MB"


def line_of(one: ViewableFile, query: str, files: FilesOfReport) -> dict[str, Any]:
    """Return a file as the list and the viewer show it."""
    return {
        "container": one.container,
        "number": one.number,
        "name": one.name,
        "kind": KINDS.get(one.kind, KINDS["unknown"]),
        "size": size_words(one.length),
        "came": "with the report" if one.with_report else "with a message",
        "scan": SCANS.get(one.scan, SCANS["not-checked"]),
        "alarming": one.scan == "found",
        "missing": one.missing,
        "again": one.again,
        "href": reverse("report-file", kwargs={"ref": files.ref, "file": one.container}) + query,
        "original_href": reverse("report-original", kwargs={"ref": files.ref, "file": one.container}) + query,
    }


def token_address(name: str, token: str) -> str:
    """Return the address at the files site for a token. Nothing else that we write leads there."""
    return f"{settings.FILES_URL}/{name}/{token}/"
