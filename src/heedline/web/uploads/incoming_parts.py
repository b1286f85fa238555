"""Receive and seal the body of a tus 1.0 PATCH request as it arrives.

`gateway.uploads` calls this before Django sees the request. What has arrived stays, however the request ends. The view
then finds under `PART` how far the upload has come.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from wsgiref.types import WSGIEnvironment

from heedline.casework.attachments import resuming
from heedline.casework.attachments.resuming import ResumedFile, WrongOffset
from heedline.casework.attachments.stored_objects import has_room
from heedline.casework.attachments.taking import FileProblem, FileRefused
from heedline.casework.intake.draft_files import DraftFile, DraftUpload
from heedline.casework.intake.draft_room import StoreFull
from heedline.casework.intake.drafting import Draft
from heedline.casework.rate_limit import Limit, RateLimit
from heedline.web.declared import SentBy
from heedline.web.uploads import incoming_files
from heedline.web.uploads.finding import FileDrafts

#: Key of the WSGI environment: the `ArrivedPart` of this request.
PART = "heedline.part"
MEDIA = "application/offset+octet-stream"
_OFFSET = re.compile(r"[0-9]{1,15}")
#: A part that is refused is read to its end up to this length, because a browser that cannot finish shows no answer.
_READ_ON = 16 * 1024 * 1024
#: Parts sent to one draft. A large film over a bad connection comes in some hundred of them.
_SENT = RateLimit(Limit(600, timedelta(seconds=1)), most=50_000, forget_after=timedelta(minutes=15))


@dataclass
class ArrivedPart:
    """The result of receiving a part."""

    upload: DraftUpload | None = None
    problem: FileProblem | None = None
    wrong_offset: bool = False
    offset: int = 0
    file: DraftFile | None = None
    """The complete file, if this part was the last."""


class PartReceiver:
    """Receive one part of a resumable upload."""

    media = "application/x-www-form-urlencoded"

    def __init__(self, part: ArrivedPart, file: ResumedFile | None, left: int, place: bytes | None) -> None:
        self.most = left if file is not None else _READ_ON
        self._part, self._file, self._place = part, file, place
        self.sent_by = SentBy.NOBODY if file is None else SentBy.DRAFT

    def write(self, data: bytes) -> None:
        """Process the next bytes of the part."""
        if self._file is not None:
            try:
                self._file.write(data)
            except FileRefused as refused:
                self._refuse(refused)

    def finish(self, *, whole: bool) -> bytes:
        """Store the received bytes, even if incomplete, and return an empty body."""
        if self._file is not None:
            try:
                self._part.offset = self._file.length
                if self._file.complete:
                    self._part.file = self._file.finish(datetime.now(UTC))
                else:
                    self._file.stop()
            except FileRefused as refused:
                self._refuse(refused)
        return b""

    def close(self) -> None:
        """Release the draft's upload slot."""
        if self._place is not None:
            incoming_files.leave(self._place)

    def _refuse(self, refused: FileRefused) -> None:
        self._part.problem, self._file = refused.problem, None


class PartAddresses:
    """A handler that recognises a site's tus PATCH requests and returns a receiver for each."""

    def __init__(self, drafts: FileDrafts) -> None:
        self._drafts = drafts

    def expects(self, method: str, media: str, path: str) -> bool:
        """Return whether this request resumes an upload."""
        return method == "PATCH" and media.startswith(MEDIA) and self._drafts.upload_in(path) is not None

    def begin(self, environ: WSGIEnvironment) -> PartReceiver:
        """Return the receiver for this request. A refused body is read but not stored."""
        part = environ[PART] = ArrivedPart()
        draft = self._drafts.draft_for(environ)
        named = self._drafts.upload_in(environ["PATH_INFO"])
        part.upload = resuming.found(draft, named) if draft is not None and named is not None else None
        if draft is None or part.upload is None:
            return PartReceiver(part, None, 0, None)
        place = incoming_files.place_of(draft)
        if not incoming_files.enter(place, _SENT):
            part.problem = FileProblem.BUSY
            return PartReceiver(part, None, 0, None)
        try:
            return self._continued(draft, part, part.upload, environ, place)
        except BaseException:
            incoming_files.leave(place)
            raise

    def _continued(
        self, draft: Draft, part: ArrivedPart, upload: DraftUpload, environ: WSGIEnvironment, place: bytes
    ) -> PartReceiver:
        given = str(environ.get("HTTP_UPLOAD_OFFSET", ""))
        offset = int(given) if _OFFSET.fullmatch(given) else -1
        file = None
        try:
            file = resuming.continued(upload, offset)
            if not has_room(upload.length - offset):
                raise FileRefused(FileProblem.NO_ROOM)
            incoming_files.stay(draft)
        except WrongOffset:
            part.wrong_offset = True
        except FileRefused as refused:
            part.problem, file = refused.problem, None
        except (StoreFull, ValueError):
            part.problem, file = FileProblem.NO_ROOM, None
        return PartReceiver(part, file, upload.length - offset, place)
