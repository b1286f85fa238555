"""Open a report's file: check permission, log the view, and issue a token for the files site.

The log event commits before the token leaves, so before the first byte of the file does. The files site has no key:
the token's row holds the key of the derivative, or, when there is none yet, the key of the original and fresh keys
for a derivative, whose headers are addressed here.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q, QuerySet

from heedline.audit.acts import Act
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.attachments import view_tokens
from heedline.casework.attachments.manifests import ManifestEntry, entries_of
from heedline.casework.attachments.reading import FileLine, file_lines
from heedline.casework.attachments.view_content import (
    ORIGINAL,
    VIEW,
    DerivativePlan,
    Derived,
    StoredObject,
    ViewContent,
    derived_of,
)
from heedline.casework.errors import NotHere
from heedline.casework.report import notes, restrictions
from heedline.casework.report.opening import short_name
from heedline.casework.report.verb import FoundReport, find, on_the_record, record, verb
from heedline.files.derivatives import DerivativeLimits
from heedline.permits.capabilities import Capability
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Derivative, FileState, ReportFile, SealedHeader
from heedline.reports.stored import parts_of
from heedline.vault import CannotOpen
from heedline.vault.containers.container import file_key, header_for, new_file_key

DESCRIPTION = "derivative-description"
#: Pages of a document in one derivative, and how many derivatives a document may have.
PAGES, _MOST_GROUPS = DerivativeLimits().pages, 50


class OriginalReason(StrEnum):
    """A reason for downloading an original."""

    EVIDENCE = "evidence"
    SPECIALIST = "specialist"
    CANNOT_BE_SHOWN = "cannot-be-shown"


@dataclass(frozen=True)
class ViewableFile:
    """A report's file, with its one-based position in order of arrival.

    `again` means that more than one file of the report has these bytes. `derived` is None until it is first opened.
    `groups` are the groups of pages that have been opened.
    """

    line: FileLine
    number: int
    with_report: bool
    again: bool
    derived: Derived | None
    groups: tuple[int, ...] = ()

    @property
    def container(self) -> UUID:
        return self.line.container


@dataclass(frozen=True)
class FilesOfReport:
    """The files of a report, and whether this officer may export an original."""

    ref: UUID
    short: str
    files: tuple[ViewableFile, ...]
    may_take_original: bool
    why_no_original: str


@dataclass(frozen=True)
class _Described:
    """A derivative's row with its decrypted description."""

    row: Derivative
    words: Mapping[str, Any]


def files_of(ref: UUID, *, by: Attendance, at: datetime) -> FilesOfReport:
    """Return a report's files, and log the view because file names are report content.

    Raises NotHere, Refused, Locked and CannotOpen.
    """
    with on_the_record(Act.FILES_LISTED, by=by, ref=ref):
        found = find(ref, by=by, at=at)
        found.permit(Capability.VIEW_FILES)
        lines = _lines(found)
        record(found, Act.FILES_LISTED, files=len(lines))
    why_not = ""
    if restrictions.restricting().filter(report=found.report).exists():
        why_not = restrictions.RESTRICTED
    return FilesOfReport(ref, short_name(ref), lines, by.may(Capability.TAKE_ORIGINAL), why_not)


@verb(Act.FILE_VIEWED)
def open_file(ref: UUID, container: UUID, *, group: int = 1, by: Attendance, at: datetime) -> str:
    """Log a file view and return a single-use token for the files site.

    A long document is shown in groups of `PAGES` pages, each made when it is first opened. Raises NotHere for a file
    that is not the report's or has no such group, Refused, Locked, CannotOpen, and NotNow if the object is missing.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.VIEW_FILES)
    entry, row = _entry(found, container)
    if group != 1:
        first = _descriptions(found, by.keys()).get(container)
        if first is None or group not in range(
            1, groups_of(derived_of({"stored": None, **first.words["derived"]})) + 1
        ):
            raise NotHere
    described = _descriptions(found, by.keys(), group).get(container)
    if described is not None and described.words["original"] != entry.sha256:
        raise CannotOpen  # somebody has put the derivative of another file in its place
    if described is not None:
        content, prepared = ViewContent(entry.kind, derived=_derived(described, by.keys())), None
    else:
        content, prepared = _to_make(found, entry, row, group)
    token = view_tokens.issue(ref, container, VIEW, content, prepared, by=by)
    record(found, Act.FILE_VIEWED, file=str(container))
    return token


@verb(Act.ORIGINAL_TAKEN)
def take_original(
    ref: UUID, container: UUID, reason: OriginalReason, words: str, *, by: Attendance, at: datetime
) -> str:
    """Log the reason for exporting an original and return a single-use download token.

    The words are kept as a sealed note on the report. Raises NotHere, Refused, Locked, CannotOpen, and NotNow for a
    report whose processing is restricted.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.TAKE_ORIGINAL)
    restrictions.refuse_restricted(found)
    entry, row = _entry(found, container)
    note = notes.seal(found, {"text": words, "about": "original-taken", "file": str(container)})
    content = ViewContent(
        entry.kind, entry.sha256, _safe_name(found, entry), original=_original(found, entry, row)
    )
    token = view_tokens.issue(ref, container, ORIGINAL, content, by=by)
    record(found, Act.ORIGINAL_TAKEN, file=str(container), reason=str(reason), note=str(note))
    return token


def groups_of(derived: Derived) -> int:
    """Return the number of page groups in a file; only documents can have more than one."""
    if not any(one.role == "page" and one.number == PAGES for one in derived.parts):
        return 1
    return min(_MOST_GROUPS, -(-derived.pages // PAGES))


def page_words(group: int, pages: int) -> str:
    """Return the page range of a group, such as "21 to 40"."""
    first, last = (group - 1) * PAGES + 1, min(group * PAGES, pages)
    return str(first) if first == last else f"{first} to {last}"


def derivative_of(found: FoundReport, container: UUID, group: int = 1) -> tuple[ManifestEntry, Derived]:
    """Return a file's manifest entry, and the derivative of one page group with its key.

    Raises NotHere, CannotOpen, and NotNow for pages that nobody has opened yet.
    """
    ring = found.by.keys()
    entry, _ = _entry(found, container)
    described = _descriptions(found, ring, group).get(container)
    if described is None:
        raise NotNow("Open the file first. Until then there is nothing to send.")
    if described.words["original"] != entry.sha256:
        raise CannotOpen
    return entry, _derived(described, ring)


# --- what is there ---------------------------------------------------------------------------------------------------


def _lines(found: FoundReport) -> tuple[ViewableFile, ...]:
    ring = found.by.keys()
    stored = dict(ReportFile.objects.filter(report=found.report).values_list("container", "state"))
    entries = [one for one in entries_of(found.report.id, ring) if one.container in stored]
    described = _descriptions(found, ring)
    made: dict[UUID, list[int]] = {}
    for file, group in _kept(found).order_by("number").values_list("file_id", "number"):
        made.setdefault(file, []).append(group)
    sums = [one.sha256 for one in entries]
    return tuple(
        ViewableFile(
            file_lines((one.said,), stored)[0],
            number,
            one.with_report,
            sums.count(one.sha256) > 1,
            derived_of({"stored": None, **described[one.container].words["derived"]})
            if one.container in described
            else None,
            tuple(made.get(one.container, ())),
        )
        for number, one in enumerate(entries, 1)
    )


def _entry(found: FoundReport, container: UUID) -> tuple[ManifestEntry, ReportFile]:
    """Return a file's entry and row. Raise NotHere unless both belong to this report."""
    row = ReportFile.objects.filter(report=found.report, container=container).first()
    entries = entries_of(found.report.id, found.by.keys()) if row is not None else ()
    entry = next((one for one in entries if one.container == container), None)
    if row is None or entry is None or entry.object != row.object:
        raise NotHere
    if row.state == FileState.MISSING:
        raise NotNow("The stored file is missing. Tell the operator of this service.")
    return entry, row


def _kept(found: FoundReport) -> QuerySet[Derivative]:
    return Derivative.objects.filter(report=found.report, state=FileState.KEPT)


def _descriptions(found: FoundReport, ring: Keyring, group: int = 1) -> dict[UUID, _Described]:
    """Return the derivatives of the given page group, by file id."""
    rows = list(_kept(found).filter(number=group))
    parts = parts_of([found.report.id], Q(container__in=[row.description for row in rows]))
    opened = {
        one.container: notes.open_words(
            one.container, one.header, one.payload, ring.for_any(one.epochs), DESCRIPTION
        )
        for one in parts
    }
    return {
        row.file_id: _Described(row, opened[row.description]) for row in rows if row.description in opened
    }


def _derived(described: _Described, ring: Keyring) -> Derived:
    """Return a derivative with its key, or raise CannotOpen."""
    row = described.row
    key = _file_key(row.container, ring)
    stored = {
        "object": str(row.object),
        "key": key.hex(),
        "size": row.size,
        "length": described.words["length"],
    }
    return derived_of({"stored": stored, **described.words["derived"]})


def _file_key(container: UUID, ring: Keyring) -> bytes:
    header = SealedHeader.objects.filter(container=container).first()
    if header is None:
        raise CannotOpen
    return file_key(bytes(header.header), ring.for_any(header.epochs))


def _original(found: FoundReport, entry: ManifestEntry, row: ReportFile) -> StoredObject:
    key = _file_key(entry.container, found.by.keys())
    return StoredObject(str(row.object), key.hex(), row.size, entry.length)


def _safe_name(found: FoundReport, entry: ManifestEntry) -> str:
    """Return a download name made from the report's reference, never from the sender's file name."""
    return f"{short_name(found.report.id)}-{str(entry.container)[:8]}.original"


# --- what a token is made of -----------------------------------------------------------------------------------------


def _to_make(
    found: FoundReport, entry: ManifestEntry, row: ReportFile, group: int
) -> tuple[ViewContent, dict[str, Any]]:
    """Return the data needed to create a derivative, and the headers to store with it.

    Both are addressed to the same keys as the report, so that readdressing finds nothing unusual.
    """
    epochs = notes.recipients(found.report.id)
    keys = notes.public_keys_of(epochs)
    first = (group - 1) * PAGES + 1
    plan = DerivativePlan(
        str(uuid4()), new_file_key().hex(), str(uuid4()), new_file_key().hex(), first, PAGES
    )
    prepared = {
        "container": str(uuid4()),
        "object": plan.object,
        "header": _in_text(header_for(bytes.fromhex(plan.key), keys)),
        "description": plan.description,
        "description_header": _in_text(header_for(bytes.fromhex(plan.description_key), keys)),
        "epochs": [str(one) for one in epochs],
        "number": group,
    }
    content = ViewContent(entry.kind, entry.sha256, original=_original(found, entry, row), plan=plan)
    return content, prepared


def _in_text(data: bytes) -> str:
    return base64.b64encode(data).decode()
