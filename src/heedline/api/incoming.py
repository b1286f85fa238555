"""Parse a multipart report body as it arrives, streaming its files into sealed storage.

`gateway.uploads` calls this before the view. The part `report` is kept, within the limit of a report without files, and
becomes the body that the view reads. Each part `files` goes straight into a sealed object, and the view finds the list
of them under `FILES`. What no report takes is deleted.
"""

from __future__ import annotations

from datetime import UTC, datetime
from wsgiref.types import WSGIEnvironment

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from heedline.api import problems, reading
from heedline.api.problems import ApiProblem
from heedline.casework.attachments import taking
from heedline.casework.attachments.stored_objects import has_room
from heedline.casework.attachments.taking import FileProblem, FileRefused, IncomingFile
from heedline.casework.intake.draft_files import DraftFile
from heedline.web.declared import SentBy

#: Key of the WSGI environment: the `SentFiles` of this request.
FILES = "heedline.api_files"
PATH = "/api/v1/reports"
_REPORT, _FILES = "report", "files"
#: A body that is refused is read to its end up to this length, because many programs read no answer before that.
_READ_ON = 16 * 1024 * 1024
#: Bytes of the lines between the parts.
_BETWEEN = 4096
_AGAIN = "Send the same again with the same key."


class SentFiles:
    """The files received in one request, or the reason for rejecting them."""

    def __init__(self) -> None:
        self.arrived: list[DraftFile] = []
        self.problem: ApiProblem | None = None
        self._kept = False

    def keep(self) -> tuple[DraftFile, ...]:
        """Return the received files and keep them, so that a report can refer to them.

        Raises ApiProblem if they were not all taken.
        """
        if self.problem is not None:
            raise self.problem
        self._kept = True
        return tuple(self.arrived)

    def forget(self) -> None:
        """Delete all files received in this request."""
        taking.forget(self.arrived)
        self.arrived = []

    def close(self) -> None:
        """Delete the files, unless `keep` has been called."""
        if not self._kept:
            self.forget()


class ReportReceiver:
    """A receiver for one multipart request body, which stores its files and collects the report part."""

    media = "application/json"

    def __init__(self, environ: WSGIEnvironment) -> None:
        self._sent = environ[FILES] = SentFiles()
        self._report = bytearray()
        self._had_report = False
        self._segment: MultipartSegment | None = None
        self._file: IncomingFile | None = None
        self._parser: PushMultipartParser | None = None
        limits = taking.limits()
        self.most = limits.most * (limits.size + _BETWEEN) + reading.LONGEST_REPORT
        announced = int(environ["CONTENT_LENGTH"] or 0)
        _, options = parse_options_header(str(environ.get("CONTENT_TYPE", "")))
        try:
            self._parser = PushMultipartParser(
                options.get("boundary", ""), max_segment_count=limits.most + 2, strict=True
            )
        except MultipartError:
            self._refuse(_unreadable())
        if not reading.is_strong(str(environ.get("HTTP_IDEMPOTENCY_KEY", ""))):
            self._refuse(_unreadable())  # the view says what is wrong with the key
        elif announced > self.most:
            self._refuse(_of(FileProblem.TOO_LARGE, 0))
        elif not has_room(announced):
            self._refuse(_of(FileProblem.NO_ROOM, 0))
        self.sent_by = SentBy.NOBODY if self._sent.problem else SentBy.PROGRAM

    def write(self, data: bytes) -> None:
        """Process the next bytes of the body."""
        if self._parser is None:
            return
        try:
            for event in self._parser.parse(data):
                self._on(event)
        except MultipartError:
            self._refuse(_unreadable())
        except FileRefused as refused:
            self._file = None
            self._refuse(_of(refused.problem, len(self._sent.arrived)))

    def finish(self, *, whole: bool) -> bytes:
        """Return the body part that contains the report."""
        try:
            if self._parser is not None:
                self._parser.close(check_complete=True)
                self._end_part()
        except MultipartError:
            whole = False
        except FileRefused as refused:
            self._file = None
            self._refuse(_of(refused.problem, len(self._sent.arrived)))
        if not whole:
            self._refuse(_of(FileProblem.INTERRUPTED, 0))
        elif not self._had_report:
            self._refuse(_unreadable())
        return bytes(self._report)

    def close(self) -> None:
        """Delete received files that no report has claimed."""
        if self._file is not None:
            self._file.give_up()
        self._sent.close()

    def _on(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        if isinstance(event, MultipartSegment):
            self._begin_part(event)
        elif event is None:
            self._end_part()
        elif self._file is not None:
            self._file.write(bytes(event))
        elif self._segment is not None:
            self._report += event
            if len(self._report) > reading.LONGEST_REPORT:
                self._refuse(_of(FileProblem.TOO_LARGE, 0))

    def _begin_part(self, segment: MultipartSegment) -> None:
        self._end_part()
        self._segment = segment
        if segment.name == _FILES:
            if len(self._sent.arrived) >= taking.limits().most:
                raise FileRefused(FileProblem.TOO_MANY)
            self._file = IncomingFile(segment.filename or "")
        elif segment.name == _REPORT and not self._had_report:
            self._had_report = True
        else:
            raise MultipartError("a part that is not known here")

    def _end_part(self) -> None:
        if self._file is not None:
            found = self._file.finish(datetime.now(UTC))
            self._file = None
            if any(one.sha256 == found.sha256 for one in self._sent.arrived):
                taking.forget([found])
                raise FileRefused(FileProblem.DUPLICATE)
            self._sent.arrived.append(found)
        self._segment = None

    def _refuse(self, problem: ApiProblem) -> None:
        if self._file is not None:
            self._file.give_up()
            self._file = None
        self._sent.problem = self._sent.problem or problem
        self._parser = None
        self.most = _READ_ON


class ReportAddress:
    """A matcher for report submissions with files, which creates a `ReportReceiver` for each."""

    def expects(self, method: str, media: str, path: str) -> bool:
        """Return whether the request submits a report with files."""
        return method == "POST" and media.startswith("multipart/form-data") and path == PATH

    def begin(self, environ: WSGIEnvironment) -> ReportReceiver:
        """Return the body receiver for this request."""
        return ReportReceiver(environ)


def _unreadable() -> ApiProblem:
    detail = "Send one part named report with the JSON object, and parts named files, in multipart/form-data."
    return ApiProblem(problems.NOT_JSON, detail)


def _of(problem: FileProblem, number: int) -> ApiProblem:
    """Return the problem document for the file at this zero-based index."""
    limits = taking.limits()
    match problem:
        case FileProblem.TOO_LARGE:
            largest = f"A file may have at most {limits.size} bytes, and the report beside it at most {reading.LONGEST_REPORT}."
            return ApiProblem(problems.TOO_LARGE, largest)
        case FileProblem.NO_ROOM:
            return ApiProblem(
                problems.NOT_NOW, f"There is no room for files now. {_AGAIN} Or send it without files."
            )
        case FileProblem.INTERRUPTED:
            return ApiProblem(problems.TOO_SLOW, f"{_AGAIN[:-1]}, over a better connection.")
        case FileProblem.TOO_MANY:
            detail = f"At most {limits.most} files can be sent with a report."
        case FileProblem.DUPLICATE:
            detail = "This file was sent before in the same report."
        case _:
            detail = "This file is empty or could not be read."
    errors = [{"pointer": f"/files/{number}", "detail": detail}]
    return ApiProblem(problems.NOT_TAKEN, "Nothing was done. See errors.", errors=errors)
