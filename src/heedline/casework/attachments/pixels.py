"""Decodes a report's pictures in the sandbox for comparison, without displaying or storing them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from heedline.casework.access.keyring import Keyring
from heedline.casework.attachments.manifests import ManifestEntry, entries_of
from heedline.casework.attachments.redeeming import read_stored
from heedline.casework.attachments.view_content import StoredObject
from heedline.files.derivatives.pixels import RawPicture, first_picture
from heedline.files.kinds import FileKind
from heedline.reports.models import ReportFile, SealedHeader
from heedline.vault import CannotOpen
from heedline.vault.containers.container import file_key


def pictures_of(report: UUID, ring: Keyring, *, most: int) -> tuple[int, Iterator[tuple[int, RawPicture]]]:
    """Return the number of pictures in a report, and decode the first `most` of them one at a time.

    Each comes with its number on the files page. Raises CannotOpen and ChangedSinceArrival for a report that does not
    open. A file that does not open, or that cannot be decoded, is left out.
    """
    rows = {one.container: one for one in ReportFile.objects.filter(report_id=report)}
    entries = [one for one in entries_of(report, ring) if one.container in rows]
    images = [(at, one) for at, one in enumerate(entries, 1) if one.kind == FileKind.IMAGE]
    return len(images), _decoded(images[:most], rows, ring)


def _decoded(
    images: Sequence[tuple[int, ManifestEntry]], rows: Mapping[UUID, ReportFile], ring: Keyring
) -> Iterator[tuple[int, RawPicture]]:
    headers = {
        one.container: one
        for one in SealedHeader.objects.filter(
            container__in=[entry.container for _, entry in images], part="file"
        )
    }
    for number, entry in images:
        header, row = headers.get(entry.container), rows[entry.container]
        if header is None:
            continue
        try:
            key = file_key(bytes(header.header), ring.for_any(header.epochs))
            stored = StoredObject(str(row.object), key.hex(), row.size, entry.length)
            picture = first_picture(read_stored(stored, 0, entry.length))
        except CannotOpen:
            continue
        if picture is not None:
            yield number, picture
