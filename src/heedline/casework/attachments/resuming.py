"""Resumable uploads, which let the browser continue sending a file after a broken connection.

A draft lists each upload with its object, its key and what was announced of it. How far it has come is only in
its object (`files.sealed_stream`), so a part that arrives does not touch the draft. An upload that is complete
becomes a file of the draft. One that is never completed is deleted like every other object that nothing names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings

from heedline.casework.attachments import taking
from heedline.casework.attachments.stored_objects import delete_unnamed, storage
from heedline.casework.attachments.taking import FileProblem, FileRefused, IncomingFile, limits
from heedline.casework.intake.draft_files import DraftFile, DraftUpload
from heedline.casework.intake.drafting import Draft
from heedline.files.kinds import FileSample
from heedline.files.names import shown_name
from heedline.files.scanning import scan, scanner_address
from heedline.files.sealed_stream import Read, Sealing, new_file_key, read_range
from heedline.files.storage import ObjectMissing, ObjectTaken
from heedline.vault import CannotOpen

#: Uploads of one draft that may be unfinished. The oldest gives way to a new one.
MOST_UNFINISHED = 3


class WrongOffset(Exception):
    """Raised when a part does not start at the current upload offset."""


def begin(draft: Draft, name: str, length: int) -> DraftUpload:
    """Add an upload to a draft, which the caller saves.

    Raises FileRefused.
    """
    if not length:
        raise FileRefused(FileProblem.EMPTY)
    if length > limits().size:
        raise FileRefused(FileProblem.TOO_LARGE)
    taking.may_begin(draft, length)
    new = DraftUpload(uuid4(), uuid4(), new_file_key(), shown_name(name), length)
    delete_unnamed(one.object for one in draft.uploads[: 1 - MOST_UNFINISHED])
    draft.uploads = (*draft.uploads[1 - MOST_UNFINISHED :], new)
    return new


def found(draft: Draft, upload: UUID) -> DraftUpload | None:
    """Return the draft's upload with this id, or None."""
    return next((one for one in draft.uploads if one.upload == upload), None)


def arrived(upload: DraftUpload) -> int:
    """Return the number of bytes received.

    It is 0 for an upload of which nothing was stored.
    """
    return min(upload.length, _sealing(upload).position)


def continued(upload: DraftUpload, offset: int) -> ResumedFile:
    """Return the file, ready to receive bytes from the current offset.

    Raises WrongOffset if that is not where it stopped.
    """
    sealing = _sealing(upload)
    if min(upload.length, sealing.position) != offset:
        raise WrongOffset
    return ResumedFile(upload, sealing)


def remove(draft: Draft, upload: DraftUpload) -> None:
    """Remove an upload from a draft, which the caller saves, and delete the received data."""
    delete_unnamed([upload.object])
    draft.uploads = tuple(one for one in draft.uploads if one.upload != upload.upload)


def complete(draft: Draft, upload: DraftUpload, file: DraftFile) -> None:
    """Turn an upload into a file of the draft, which the caller saves.

    Raises FileRefused. Then the upload and its object are gone.
    """
    draft.uploads = tuple(one for one in draft.uploads if one.upload != upload.upload)
    taking.add(draft, file)


class ResumedFile(IncomingFile):
    """A partially uploaded file that is receiving its next part.

    What arrived before is not read again until the file is complete. Then its hash, its type and the scanner's verdict
    come from one reading of the object.
    """

    def __init__(self, upload: DraftUpload, sealing: Sealing) -> None:
        super().__init__(upload.name)
        self._key, self._object, self._sealing = upload.key, upload.object, sealing
        self._limit = upload.length

    @property
    def complete(self) -> bool:
        """Return whether the announced number of bytes has been received."""
        return self.length >= self._limit

    def write(self, data: bytes) -> None:
        """Seal and store the next bytes of the file.

        Raises FileRefused for more than was announced. Then the file is given up.
        """
        if self.length + len(data) > self._limit:
            self.give_up()
            raise FileRefused(FileProblem.TOO_LARGE)
        self._store(data)

    def stop(self) -> None:
        """Return once the received bytes are durable, so that the upload can be resumed.

        Raises FileRefused if there was no room for it.
        """
        if not self._sealing.finished:
            self._append(self._sealing.at, self._sealing.state())
        try:
            storage().finish(self._object)
        except ObjectTaken:
            raise FileRefused(FileProblem.INTERRUPTED) from None

    def finish(self, at: datetime) -> DraftFile:
        """Store the remaining bytes and return the file once it is durable.

        Raises FileRefused.
        """
        length = self._limit
        try:
            if not self._sealing.finished:
                self._close(length)
            digest, sample = hashlib.sha256(), FileSample()
            verdict = scan(scanner_address(settings.CLAMD), self._read_again(length, digest, sample))
        except ObjectTaken:
            raise FileRefused(FileProblem.INTERRUPTED) from None
        except (ObjectMissing, CannotOpen):
            self.give_up()
            raise FileRefused(FileProblem.INTERRUPTED) from None
        return self._taken(length, digest.hexdigest(), sample.type(), verdict, at)

    def _read_again(self, length: int, digest: hashlib._Hash, sample: FileSample) -> Iterator[bytes]:
        for block in read_range(self._key, reader(self._object), self._sealing.at, 0, length):
            digest.update(block)
            sample.add(block)
            yield block


def reader(object_: UUID) -> Read:
    """Return a function that reads byte ranges of an object."""
    return lambda start, length: storage().read(object_, start, length)


def _sealing(upload: DraftUpload) -> Sealing:
    try:
        size = storage().size(upload.object)
        return Sealing.resume(upload.key, reader(upload.object), size)
    except (ObjectMissing, CannotOpen):
        return Sealing(upload.key)  # nothing of it was stored
