"""Receive a file into a draft, sealing it on arrival and storing its key only in the draft.

An object that no draft lists any more opens for nobody. Its bytes are deleted at once where that is known, and
otherwise by the worker (`sweeping`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from django.conf import settings

from heedline.casework.attachments.stored_objects import delete_unnamed, has_room, storage
from heedline.casework.intake.draft_files import DraftFile
from heedline.casework.intake.drafting import Draft
from heedline.files.kinds import FileSample, FileType
from heedline.files.names import shown_name
from heedline.files.padding import blocks_of_padding
from heedline.files.scanning import ScanVerdict, VirusScan, scanner_address
from heedline.files.sealed_stream import Sealing, new_file_key
from heedline.files.storage import ObjectMissing, ObjectTaken, StorageFull
from heedline.packs import load_pack
from heedline.packs.rules.file_limits import FileLimits

#: A file that was taken longer ago is not sent any more. Its object may be deleted a while later (`sweeping.AFTER`).
GOOD_FOR = timedelta(hours=36)


class FileProblem(StrEnum):
    """A reason for rejecting a file, for which the public pages have a message."""

    NONE_CHOSEN = "none_chosen"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    DUPLICATE = "duplicate"
    NO_ROOM = "no_room"
    BUSY = "busy"
    INTERRUPTED = "interrupted"
    UNREADABLE = "unreadable"


class FileRefused(Exception):
    """Raised when a file is rejected. None of its data is kept."""

    def __init__(self, problem: FileProblem) -> None:
        super().__init__(problem)
        self.problem = problem


def limits() -> FileLimits:
    """Return the pack's file limits."""
    return load_pack(settings.PACK).file_limits


def may_begin(draft: Draft, announced: int) -> None:
    """Raise FileRefused if this draft cannot accept another file of about `announced` bytes."""
    if len(draft.files) >= limits().most:
        raise FileRefused(FileProblem.TOO_MANY)
    if not has_room(min(announced, limits().size)):
        raise FileRefused(FileProblem.NO_ROOM)


class IncomingFile:
    """A file that is being received.

    Holds no more of it than one chunk of 64 KiB and what is written at once.
    """

    def __init__(self, name: str) -> None:
        self._name = shown_name(name)
        self._key = new_file_key()
        self._object = uuid4()
        self._sealing = Sealing(self._key)
        self._sample = FileSample()
        self._scan = VirusScan(scanner_address(settings.CLAMD))
        self._limit = limits().size

    @property
    def length(self) -> int:
        """Return the number of bytes received."""
        return self._sealing.position

    def write(self, data: bytes) -> None:
        """Seal and store the next bytes of the file.

        Raises FileRefused. Then the file is given up.
        """
        if self.length + len(data) > self._limit:
            self.give_up()
            raise FileRefused(FileProblem.TOO_LARGE)
        self._sample.add(data)
        self._scan.add(data)
        self._store(data)

    def finish(self, at: datetime) -> DraftFile:
        """Store the remaining bytes and return the file once it is durable.

        Raises FileRefused for an empty file, or if there was no room for the rest.
        """
        length, sha256 = self.length, self._sealing.sha256()
        if not length or sha256 is None:
            self.give_up()
            raise FileRefused(FileProblem.EMPTY)
        self._close(length)
        return self._taken(length, sha256, self._sample.type(), self._scan.verdict(), at)

    def _taken(
        self, length: int, sha256: str, found: FileType, verdict: ScanVerdict, at: datetime
    ) -> DraftFile:
        return DraftFile(
            container=uuid4(),
            object=self._object,
            key=self._key,
            name=self._name,
            kind=str(found.kind),
            media=found.media,
            length=length,
            sha256=sha256,
            size=self._sealing.at,
            scan=str(verdict),
            taken_at=at.isoformat(),
        )

    def _close(self, length: int) -> None:
        """Pad the object to the size step for this length, and return once it is durable."""
        for block in blocks_of_padding(length, self.length - length):
            self._store(block)
        self._append(self._sealing.at, self._sealing.finish())
        storage().finish(self._object)

    def give_up(self) -> None:
        """Delete the received data and discard its key."""
        self._scan.close()
        delete_unnamed([self._object])

    def _store(self, data: bytes) -> None:
        if not has_room(len(data)):  # others arrive at the same time, and each was asked about itself alone
            self.give_up()
            raise FileRefused(FileProblem.NO_ROOM)
        self._append(self._sealing.at, self._sealing.write(data))

    def _append(self, at: int, sealed: bytes) -> None:
        if not sealed:
            return
        try:
            storage().append(self._object, sealed, at)
        except ObjectTaken:  # the browser has gone on at another server, whose part stays
            raise FileRefused(FileProblem.INTERRUPTED) from None
        except ObjectMissing:  # somebody else has cut it off or deleted it
            self.give_up()
            raise FileRefused(FileProblem.INTERRUPTED) from None
        except (StorageFull, ConnectionError):
            self.give_up()
            raise FileRefused(FileProblem.NO_ROOM) from None


def add(draft: Draft, file: DraftFile) -> None:
    """Add a file to a draft, which the caller saves.

    Raises FileRefused for one file too many, or one that the draft has already. Then its object is deleted.
    """
    problem = None
    if len(draft.files) >= limits().most:
        problem = FileProblem.TOO_MANY
    elif any(one.sha256 == file.sha256 for one in draft.files):
        problem = FileProblem.DUPLICATE
    if problem is not None:
        forget([file])
        raise FileRefused(problem)
    draft.files = (*draft.files, file)


def remove(draft: Draft, container: UUID) -> None:
    """Remove a file from a draft, which the caller saves, and delete its object."""
    forget(one for one in draft.files if one.container == container)
    draft.files = tuple(one for one in draft.files if one.container != container)


def forget(files: Iterable[DraftFile]) -> None:
    """Delete the stored objects of these draft files."""
    delete_unnamed(one.object for one in files)


def forget_all(*drafts: Draft | None) -> None:
    """Delete the objects of all files in abandoned drafts."""
    for draft in drafts:
        if draft is not None:
            forget(draft.files)
            delete_unnamed(one.object for one in draft.uploads)


def still_good(file: DraftFile, at: datetime) -> bool:
    """Return whether a draft's file has a recent and complete object, so that it can still be sent."""
    if at > datetime.fromisoformat(file.taken_at) + GOOD_FOR:
        return False
    try:
        return storage().size(file.object) == file.size
    except ObjectMissing:
        return False
