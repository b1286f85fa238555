"""Display data for a file on office pages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from heedline.casework.attachments.viewing import FilesOfReport, OriginalReason, ViewableFile

REASONS = {
    OriginalReason.EVIDENCE: "It is needed as evidence",
    OriginalReason.SPECIALIST: "A specialist has to examine it",
    OriginalReason.CANNOT_BE_SHOWN: "It cannot be shown here",
}


def line_of(one: ViewableFile, query: str, files: FilesOfReport) -> dict[str, Any]:
    """Return a file's display data."""
    line, ids = one.line, {"ref": files.ref, "file": one.container}
    return {
        "container": one.container,
        "number": one.number,
        "name": line.name,
        "kind": line.kind_words,
        "size": line.length_words,
        "came": "with the report" if one.with_report else "with a message",
        "scan": line.scan_words,
        "alarming": line.malware,
        "missing": line.missing,
        "again": one.again,
        "href": reverse("report-file", kwargs=ids) + query,
        "original_href": reverse("report-original", kwargs=ids) + query,
    }
