"""Store, read, display and export files that belong to a specialist desk's records.

A record is a thing of a specialist desk, such as an item of online material. The desk permits and logs; what is here
must be called inside its transaction. Headers are parts of the desk (`reports.models.desk_parts`), so they are
readdressed and disposed of with the record.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.attachments import view_tokens
from heedline.casework.attachments.redeeming import read_stored
from heedline.casework.attachments.stored_objects import has_room, storage
from heedline.casework.attachments.view_content import (
    ORIGINAL,
    VIEW,
    DerivativePlan,
    Derived,
    StoredObject,
    ViewContent,
    derived_of,
)
from heedline.casework.attachments.viewing import DESCRIPTION
from heedline.casework.errors import NotHere, SealingStopped
from heedline.casework.intake.draft_files import DraftFile
from heedline.casework.keys import directory
from heedline.casework.report.notes import open_words
from heedline.files.derivatives import DerivativeLimits
from heedline.files.padding import blocks_of_padding
from heedline.files.sealed_stream import Sealing
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskFile, DeskPartHeader, DeskPartPayload, FileState
from heedline.vault import CannotOpen
from heedline.vault.containers.container import file_key, header_for, new_file_key

_BLOCK = 1 << 20


@dataclass(frozen=True)
class KeptFile:
    """A stored file, as listed in the sealed part of its record."""

    container: UUID
    length: int
    sha256: str = field(repr=False)


def store(desk: UUID, thing: UUID, blocks: Iterable[bytes], *, on: date) -> KeptFile:
    """Seal a record's file into storage and return its reference.

    Raises SealingStopped if the desk has no current key, and NotNow without room for it.
    """
    _public_keys(desk, on)  # before anything is written
    secret = new_file_key()
    written, sha256 = write_object(blocks, secret)
    return _name(desk, thing, written, secret, sha256, on)


def adopt(desk: UUID, thing: UUID, sent: DraftFile, *, on: date) -> KeptFile:
    """Attach an uploaded file to a desk's record by sealing the file's key to the desk."""
    written = StoredObject(str(sent.object), sent.key.hex(), sent.size, sent.length)
    return _name(desk, thing, written, sent.key, sent.sha256, on)


def _name(desk: UUID, thing: UUID, written: StoredObject, secret: bytes, sha256: str, on: date) -> KeptFile:
    epoch, public = _public_keys(desk, on)
    container = uuid4()
    DeskPartHeader.objects.create(
        container=container,
        desk_id=desk,
        thing=thing,
        part="file",
        header=header_for(secret, [public]),
        epoch=epoch,
    )
    DeskFile.objects.create(
        container=container, desk_id=desk, thing=thing, object=UUID(written.object), size=written.size
    )
    return KeptFile(container, written.length, sha256)


def write_object(blocks: Iterable[bytes], secret: bytes) -> tuple[StoredObject, str]:
    """Write an object sealed under a new file key, and return it with the SHA-256 of its content.

    An object that no row names is deleted within three days. Raises NotNow without room for it.
    """
    name, sealing = uuid4(), Sealing(secret)
    for data in blocks:
        if not has_room(sealing.position + len(data)):
            storage().delete(name)
            raise NotNow("There is no room for files on this installation. Tell its operator.")
        for start in range(0, len(data), _BLOCK):
            _append(name, sealing, data[start : start + _BLOCK])
    length, sha256 = sealing.position, sealing.sha256() or ""
    for block in blocks_of_padding(length):
        _append(name, sealing, block)
    at = sealing.at
    size = storage().append(name, sealing.finish(), at=at)
    storage().finish(name)
    return StoredObject(str(name), secret.hex(), size, length), sha256


def _append(name: UUID, sealing: Sealing, data: bytes) -> None:
    at = sealing.at
    sealed = sealing.write(data)
    if sealed:
        storage().append(name, sealed, at=at)


def read(kept: KeptFile, ring: Keyring) -> Iterator[bytes]:
    """Yield a file's authenticated blocks. Raise CannotOpen if a block or the file's hash is wrong."""
    row = _row(kept.container)
    stored = StoredObject(str(row.object), _key(kept.container, ring).hex(), row.size, kept.length)
    digest = hashlib.sha256()
    for block in read_stored(stored, 0, kept.length):
        digest.update(block)
        yield block
    if digest.hexdigest() != kept.sha256:
        raise CannotOpen


def show(thing: UUID, kept: KeptFile, kind: str, *, by: Attendance, on: date) -> str:
    """Return a single-use token for showing a record's file on the files site.

    `kind` is a code of `files.kinds`. Raises NotHere, CannotOpen, SealingStopped, and NotNow if the object is missing.
    """
    row = _row(kept.container, thing)
    if row.desk_id not in by.desk_ids:
        raise NotHere
    ring = by.keys()
    copy = DeskFile.objects.filter(made_from=kept.container, state=FileState.KEPT).first()
    if copy is not None:
        derived = _copy(copy, kept, ring)
        return view_tokens.issue(thing, kept.container, VIEW, ViewContent(kind, derived=derived), by=by)
    epoch, public = _public_keys(row.desk_id, on)
    plan = DerivativePlan(
        str(uuid4()), new_file_key().hex(), str(uuid4()), new_file_key().hex(), 1, DerivativeLimits().pages
    )
    prepared = {
        "container": str(uuid4()),
        "object": plan.object,
        "header": _in_text(header_for(bytes.fromhex(plan.key), [public])),
        "description": plan.description,
        "description_header": _in_text(header_for(bytes.fromhex(plan.description_key), [public])),
        "epochs": [str(epoch)],
    }
    original = StoredObject(str(row.object), _key(kept.container, ring).hex(), row.size, kept.length)
    content = ViewContent(kind, kept.sha256, original=original, plan=plan)
    return view_tokens.issue(thing, kept.container, VIEW, content, prepared, by=by)


def hand_out(thing: UUID, blocks: Iterable[bytes], name: str, *, by: Attendance) -> str:
    """Return a single-use token for downloading a file that is generated on request and not stored.

    Its object is deleted within three days. Raises NotHere for a record without files, and NotNow without room.
    """
    row = DeskFile.objects.filter(thing=thing, desk_id__in=by.desk_ids).first()
    if row is None:
        raise NotHere
    stored, sha256 = write_object(blocks, new_file_key())
    content = ViewContent("archive", sha256, name, original=stored)
    return view_tokens.issue(thing, row.container, ORIGINAL, content, by=by)


def _row(container: UUID, thing: UUID | None = None) -> DeskFile:
    row = DeskFile.objects.filter(container=container).first()
    if row is None or (thing is not None and row.thing != thing):
        raise NotHere
    if row.state == FileState.MISSING:
        raise NotNow("The stored file is missing. Tell the operator of this service.")
    return row


def _copy(copy: DeskFile, kept: KeptFile, ring: Keyring) -> Derived:
    """Return a file's derivative and its key. Raise CannotOpen if it was made from a different file."""
    assert copy.description is not None  # noqa: S101 - a constraint of the table
    header = DeskPartHeader.objects.filter(container=copy.description).first()
    payload = DeskPartPayload.objects.filter(container=copy.description).first()
    if header is None or payload is None:
        raise CannotOpen
    words = open_words(
        copy.description,
        bytes(header.header),
        bytes(payload.payload),
        ring.for_any([header.epoch]),
        DESCRIPTION,
    )
    if words["original"] != kept.sha256:
        raise CannotOpen
    stored = {
        "object": str(copy.object),
        "key": _key(copy.container, ring).hex(),
        "size": copy.size,
        "length": words["length"],
    }
    return derived_of({"stored": stored, **words["derived"]})


def _key(container: UUID, ring: Keyring) -> bytes:
    header = DeskPartHeader.objects.filter(container=container).first()
    if header is None:
        raise CannotOpen
    return file_key(bytes(header.header), ring.for_any([header.epoch]))


def _public_keys(desk: UUID, on: date) -> tuple[UUID, bytes]:
    epoch = directory.trusted().current_epoch(str(desk), on)
    if epoch is None:
        raise SealingStopped
    return UUID(epoch.epoch), epoch.kem


def _in_text(data: bytes) -> str:
    return base64.b64encode(data).decode()
