"""Parse a single-file upload form as it arrives.

`gateway.uploads` calls this before Django sees the request. The small fields of the form are kept for Django, which
checks its token as ever, and the file goes straight into a sealed object. The page that was asked for then finds it
under `UPLOADED`. What no page claims is deleted.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from wsgiref.types import WSGIEnvironment

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from heedline.casework.attachments import taking
from heedline.casework.attachments.taking import FileProblem, FileRefused, IncomingFile
from heedline.casework.intake import drafting
from heedline.casework.intake.draft_files import DraftFile
from heedline.casework.intake.draft_room import StoreFull
from heedline.casework.intake.drafting import Draft, DraftChanged
from heedline.casework.rate_limit import Limit, RateLimit
from heedline.web.declared import SentBy
from heedline.web.uploads.finding import FileDrafts
from heedline.web.uploads.places import Places

#: Key of the WSGI environment: the `UploadedFile` of this request.
UPLOADED = "heedline.upload"
#: The name of the field with the file.
FIELD = "file"
#: Bytes of a form beside its file: the token, and what the parts are called.
_BESIDE = 16 * 1024
#: A file that is too large is read on up to so many times the limit, because a browser that cannot finish shows no answer.
_READ_ON = 10
#: Files sent to one draft, whatever became of them.
_SENT = RateLimit(Limit(60, timedelta(seconds=15)), most=50_000, forget_after=timedelta(minutes=15))


class UploadedFile:
    """A file received with a request, or the reason for rejecting it."""

    def __init__(self) -> None:
        self.file: DraftFile | None = None
        self.problem: FileProblem | None = None
        self._claimed = False

    def claim(self) -> DraftFile:
        """Return the file for the caller to add to a draft, or raise FileRefused if there is none."""
        if self.file is None:
            raise FileRefused(self.problem or FileProblem.NONE_CHOSEN)
        self._claimed = True
        return self.file

    def unclaim(self) -> None:
        """Release the claim on the file after its draft could not be saved."""
        self._claimed = False

    def let_go(self) -> None:
        """Delete the file unless it was claimed."""
        if self.file is not None and not self._claimed:
            taking.forget([self.file])


class FileReceiver:
    """A receiver for one upload form, which buffers no more than one block."""

    media = "application/x-www-form-urlencoded"

    def __init__(self, environ: WSGIEnvironment, problem: FileProblem | None, place: bytes | None) -> None:
        self.most = taking.limits().size * _READ_ON
        self._uploaded = environ[UPLOADED] = UploadedFile()
        self._uploaded.problem = problem
        self._place = place
        self.sent_by = SentBy.NOBODY if place is None else SentBy.DRAFT
        self._fields: list[tuple[str, bytearray]] = []
        self._beside = 0
        self._segment: MultipartSegment | None = None
        self._incoming: IncomingFile | None = None
        self._had_file = False
        _, options = parse_options_header(str(environ.get("CONTENT_TYPE", "")))
        self._parser: PushMultipartParser | None = None
        try:
            self._parser = PushMultipartParser(options.get("boundary", ""), max_segment_count=8, strict=True)
        except MultipartError:
            self._refuse(FileProblem.UNREADABLE)

    def write(self, data: bytes) -> None:
        """Process the next bytes of the body."""
        if self._parser is None:
            return
        try:
            for event in self._parser.parse(data):
                self._on(event)
        except MultipartError:
            self._parser = None
            self._refuse(FileProblem.UNREADABLE)

    def finish(self, *, whole: bool) -> bytes:
        """Return the fields of the form without its file, URL-encoded."""
        try:
            if self._parser is not None:
                self._parser.close(check_complete=True)
        except MultipartError:
            whole = False
        if not whole:
            self._refuse(FileProblem.INTERRUPTED)
        if self._incoming is not None:
            try:
                self._uploaded.file = self._incoming.finish(datetime.now(UTC))
            except FileRefused as refused:
                self._uploaded.problem = refused.problem
            self._incoming = None
        return urlencode([(name, bytes(value)) for name, value in self._fields]).encode()

    def close(self) -> None:
        """Delete an unclaimed file, and release the draft's upload slot."""
        if self._incoming is not None:
            self._incoming.give_up()
        self._uploaded.let_go()
        if self._place is not None:
            leave(self._place)

    def _on(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        if isinstance(event, MultipartSegment):
            self._segment = event
            if event.filename is None:
                self._fields.append((event.name or "", bytearray()))
            elif event.name != FIELD or self._had_file:
                self._refuse(FileProblem.UNREADABLE)
            elif self._uploaded.problem is None:
                self._had_file = True
                if event.filename:
                    self._incoming = IncomingFile(event.filename)
        elif event is not None and self._segment is not None:
            if self._segment.filename is None:
                self._beside += len(event)
                if self._beside > _BESIDE:
                    self._refuse(FileProblem.UNREADABLE)
                else:
                    self._fields[-1][1].extend(event)
            elif self._incoming is not None:
                try:
                    self._incoming.write(bytes(event))
                except FileRefused as refused:
                    self._incoming = None
                    self._uploaded.problem = refused.problem

    def _refuse(self, problem: FileProblem) -> None:
        if self._incoming is not None:
            self._incoming.give_up()
            self._incoming = None
        self._uploaded.problem = self._uploaded.problem or problem


class FileAddresses:
    """A handler that recognises a site's form uploads and returns a receiver for each."""

    def __init__(self, drafts: FileDrafts) -> None:
        self._drafts = drafts

    def expects(self, method: str, media: str, path: str) -> bool:
        """Return whether this request is a form upload."""
        return method == "POST" and media.startswith("multipart/form-data") and self._drafts.adds(path)

    def begin(self, environ: WSGIEnvironment) -> FileReceiver:
        """Return the body receiver for this request.

        Nothing of the body is stored without a draft that may take a file, or while the draft receives another one.
        """
        draft = self._drafts.draft_for(environ)
        if draft is None:  # the page will say so
            return FileReceiver(environ, FileProblem.INTERRUPTED, None)
        place = place_of(draft)
        if not enter(place, _SENT):
            return FileReceiver(environ, FileProblem.BUSY, None)
        try:
            problem = _problem(draft, int(environ["CONTENT_LENGTH"] or 0))
            return FileReceiver(environ, problem, place)
        except BaseException:
            leave(place)
            raise


def _problem(draft: Draft, announced: int) -> FileProblem | None:
    if announced > taking.limits().size + _BESIDE:
        return FileProblem.TOO_LARGE
    try:
        taking.may_begin(draft, announced)
        stay(draft)
    except FileRefused as refused:
        return refused.problem
    except (StoreFull, ValueError):
        return FileProblem.NO_ROOM
    return None


def stay(draft: Draft) -> None:
    """Extend a one-hour draft while a file is being uploaded to it.

    Raises StoreFull and ValueError.
    """
    if draft.keep_hours == 1:
        with suppress(DraftChanged):  # another tab has just saved it, which extends it too, or has deleted it
            drafting.save(draft, at=datetime.now(UTC))


def place_of(draft: Draft) -> bytes:
    """Return the key that identifies a draft during an upload."""
    return str(draft.report_id).encode() + draft.purpose.encode()


_PLACES = Places()


def enter(place: bytes, pace: RateLimit) -> bool:
    """Take the draft's upload slot. Return False if it is taken or the rate limit is exceeded."""
    if not _PLACES.enter(place):
        return False
    if pace.allows(place):
        return True
    _PLACES.leave(place)
    return False


def leave(place: bytes) -> None:
    """Release the draft's upload slot."""
    _PLACES.leave(place)
