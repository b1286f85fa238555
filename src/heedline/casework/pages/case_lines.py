"""View data for the actions taken on a report, its messages and its latest identity requests.

The rows are fetched as columns of the report's own query (`beside`), so that a page takes the same
number of queries however many lines it has. A new kind of line is one more column. `case_file` has
already opened whatever is sealed in them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Case,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, JSONObject

from heedline.casework.access.session import Attendance
from heedline.casework.checks import register
from heedline.casework.identity.lines import IdentityRequestLine, RequestFacts, line_of, when_words
from heedline.casework.identity.requests import OPEN, TRACE
from heedline.casework.keys import session_signing
from heedline.casework.language.lines import TranslationLine, VersionLine, newest
from heedline.casework.search.reopening import MATCHES
from heedline.casework.tasks.tasks import CHECK, OWNER_WORKS_HERE
from heedline.desks.models import Officer
from heedline.reports.lifecycle import Move
from heedline.reports.models import (
    Dissemination,
    IdentityRequest,
    Message,
    NoteRevision,
    ReportFile,
    Step,
    Task,
    Translation,
    TranslationText,
)
from heedline.reports.models.disseminations import WAITS

#: The words of a sealed part, by its container; empty where our keys do not open it.
Words = Mapping[UUID, Mapping[str, Any]]
#: A row as the database tells it in JSON: ids and times are text.
Row = Mapping[str, Any]

_WORDS_OF = {
    "done_what": "Behaviour reported",
    "assessed_as": "Assessed as",
    "reason": "Reason",
    "closing": "Reason",
    "title": "Title",
    "text": "Text",
    "sent_files": "Files",
    "answer": "Reply",
    "with": "With whom",
    "said": "What was said",
    "task": "Task",
    "done": "What was done",
    "odd": "Something odd",
    "visit": "Visit or contact",
    "first": "To be contacted first",
    "necessity": "Necessity",
}


@dataclass(frozen=True)
class StepLine:
    """An action in a report's history, with the officer's note."""

    move: Move
    by: str
    when_words: str
    codes: tuple[tuple[str, str], ...]
    words: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(frozen=True)
class MessageLine:
    """A message to or from the reporter."""

    from_us: bool
    text: str = field(repr=False)
    when_words: str
    by: str
    verified: bool
    seen: bool
    new: bool
    id: UUID
    english: str = field(repr=False, default="")
    """The officer's original English text of a reply that was translated into the reporter's language."""
    despite: str = field(repr=False, default="")
    """The reason why the message was sent despite a source guard warning, or "" if there was none."""
    translation: VersionLine | None = field(repr=False, default=None)
    """The newest translation of a message from the reporter."""
    danger: str = ""
    """The reporter's answer to the question about danger that stood beside the message, one of `DANGER_ANSWERS` or ""."""
    copy_deleted: bool = False
    """True if the reporter has deleted their copy of a message from the desk."""


@dataclass(frozen=True)
class NoteText:
    """A revision of an officer's note."""

    number: int
    text: str = field(repr=False)
    by: str
    when_words: str


@dataclass(frozen=True)
class NoteLine:
    """An officer's note with its revisions, newest first.

    `mine` is True for its author.
    """

    id: UUID
    revisions: tuple[NoteText, ...]
    mine: bool

    @property
    def now(self) -> NoteText:
        """Return the newest revision."""
        return self.revisions[0]


def _beside(rows: QuerySet[Any], most: int | None = None, **names: Any) -> ArraySubquery:
    """Return a subquery column that holds the rows related to each report as an array.

    Row-level security applies to these rows as well.
    """
    return ArraySubquery(rows.filter(report=OuterRef("pk")).values(row=JSONObject(**names))[:most])


_WHO_SIGNED = Officer.objects.filter(
    id=Cast(KeyTextTransform("officer", OuterRef("voice")), UUIDField())
).values("name")

#: The name of the officer whom an assignment makes the owner. The step has their id.
_NEW_OWNER = Officer.objects.filter(id=Cast(KeyTextTransform("to", OuterRef("codes")), UUIDField())).values(
    "name"
)

STEPS = _beside(
    Step.objects.order_by("-number"),
    number="number",
    move="move",
    by="by__name",
    at="at",
    on="on",
    codes="codes",
    note="note",
    new_owner=Case(When(move=Move.ASSIGN, then=Subquery(_NEW_OWNER)), default=Value(None)),
)
MESSAGES = _beside(
    Message.objects.order_by("position"),
    id="id",
    from_us="from_us",
    container="container",
    voice="voice",
    by=Subquery(_WHO_SIGNED),
    sent_on="sent_on",
    seen="seen",
    copy_deleted=ExpressionWrapper(Q(from_us=True, copy_header=None), output_field=BooleanField()),
)
#: The container and the state of each file.
FILES = _beside(ReportFile.objects.order_by("container"), container="container", state="state")
#: What was written for partners. `waits` says what still calls for somebody.
DISCLOSURES = _beside(
    Dissemination.objects.order_by("written_at", "id"),
    waits=Case(When(WAITS, then=Value(True)), default=Value(False)),
    partner="partner__name",
    container="container",
    answer_code="answer_code",
    answer="answer",
    written_by="written_by__name",
    checked_by="checked_by__name",
    checked_at="checked_at",
    sent_at="sent_at",
    received_by="received_by__name",
    received_at="received_at",
    answered_by="answered_by__name",
    answered_at="answered_at",
    ended_by="ended_by__name",
    ended_at="ended_at",
    ended_words="ended_words",
)
NOTES = _beside(
    NoteRevision.objects.order_by("at", "note", "number"),
    note="note",
    number="number",
    container="container",
    by="by__name",
    by_id="by_id",
    at="at",
)
TASKS = _beside(
    Task.objects.order_by("due_at", "id"),
    id="id",
    owner="owner__name",
    owner_id="owner_id",
    owner_works_here=OWNER_WORKS_HERE,
    set_by="set_by__name",
    set_by_id="set_by_id",
    set_at="set_at",
    due_at="due_at",
    container="container",
    state="state",
    ended_by="ended_by__name",
    ended_at="ended_at",
    ended_note="ended_note",
)
TRANSLATIONS = _beside(
    Translation.objects.order_by("due_at", "id"),
    id="id",
    message="message_id",
    outward="outward",
    asked_words="asked_words",
    asked_by="asked_by__name",
    asked_by_id="asked_by_id",
    asked_on="asked_on",
    assigned_to="assigned_to__name",
    assigned_to_id="assigned_to_id",
    due_at="due_at",
    state="state",
)
TRANSLATION_TEXTS = _beside(
    TranslationText.objects.order_by("number"),
    translation="translation_id",
    number="number",
    container="container",
    by="by__name",
    on="on",
)


def _last_request(purpose: str) -> ArraySubquery:
    return _beside(
        IdentityRequest.objects.filter(purpose=purpose).order_by("-asked_at"),
        most=1,
        id="id",
        report="report_id",
        desk="desk__name",
        purpose="purpose",
        approved="approved",
        ground="ground",
        minutes="minutes",
        asked_by="asked_by__name",
        asked_by_id="asked_by_id",
        asked_at="asked_at",
        decided_by="decided_by__name",
        decided_at="decided_at",
        opens_until="opens_until",
    )


LAST_REQUEST = _last_request(OPEN)
LAST_TRACE = _last_request(TRACE)


def day_words(text: str) -> str:
    """Format a date from the database for display."""
    return f"{date.fromisoformat(text):%-d %B %Y}"


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None


def named_words(said: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return an officer's decrypted text, labelled with the field names shown to officers."""
    if register.CHECKS in said:
        return register.words_of(said)
    return tuple(
        (_WORDS_OF.get(key, key), str(value))
        for key, value in said.items()
        if value and key != MATCHES and not key.startswith("_")  # of a program
    )


def task_words(said: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return a task's decrypted text, and what its form was answered about a visit or contact."""
    told = {key: value for key, value in said.items() if not isinstance(value, bool) and key != CHECK}
    if (contact := said.get("contact")) is not None:
        told["visit"] = "Yes" if contact else "No"
    return named_words(told)


def step_codes(row: Row) -> tuple[tuple[str, str], ...]:
    """Return the codes recorded for a step, with a new owner's id replaced by their name."""
    return tuple(
        (key, str(row["new_owner"] if key == "to" and row["new_owner"] else value))
        for key, value in row["codes"].items()
    )


def step_lines(rows: Sequence[Row], words: Words) -> tuple[StepLine, ...]:
    """Return the actions taken on the report, newest first."""
    lines = []
    for row in rows:
        said = words.get(UUID(row["note"]), {}) if row["note"] is not None else {}
        lines.append(
            StepLine(
                move=Move(row["move"]),
                by=row["by"] or "The reporter",
                when_words=when_words(_moment(row["at"])) or day_words(row["on"]),
                codes=step_codes(row),
                words=named_words(said),
            )
        )
    return tuple(lines)


def message_lines(
    report: UUID, rows: Sequence[Row], words: Words, translations: Sequence[TranslationLine] = ()
) -> tuple[MessageLine, ...]:
    """Return the messages exchanged with the reporter, oldest first.

    For each outgoing message, states whether an officer of this service really signed it.
    """
    lines = []
    for row in rows:
        said = words.get(UUID(row["container"]), {})
        text = str(said.get("text", "This message cannot be opened with your keys."))
        from_us, on = row["from_us"], date.fromisoformat(row["sent_on"])
        ours = from_us and session_signing.is_ours(
            row["voice"],
            report=report,
            message=UUID(row["id"]),
            on=on,
            text=session_signing.salted(text, str(said.get("salt", ""))),
        )
        lines.append(
            MessageLine(
                from_us=from_us,
                text=text,
                when_words=day_words(row["sent_on"]),
                by=row["by"] or "The reporter",
                verified=ours if from_us else True,
                seen=row["seen"],
                new=not from_us and not row["seen"],
                id=UUID(row["id"]),
                english=str(said.get("english", "")),
                despite=str(said.get("despite", "")),
                danger="" if from_us else str(said.get("danger", "")),
                copy_deleted=row["copy_deleted"],
                translation=None if from_us else newest(translations, message=UUID(row["id"])),
            )
        )
    return tuple(lines)


def note_lines(rows: Sequence[Row], words: Words, by: Attendance) -> tuple[NoteLine, ...]:
    """Return the notes on a report, newest first, each with all its revisions."""
    found: dict[UUID, list[NoteText]] = {}
    mine: dict[UUID, bool] = {}
    for row in rows:
        note = UUID(row["note"])
        text = words.get(UUID(row["container"]), {}).get("text", "This note cannot be opened with your keys.")
        when = when_words(datetime.fromisoformat(row["at"]))
        found.setdefault(note, []).append(NoteText(int(row["number"]), str(text), row["by"], when))
        mine[note] = UUID(row["by_id"]) == by.officer_id
    return tuple(
        NoteLine(note, tuple(sorted(texts, key=lambda one: -one.number)), mine[note])
        for note, texts in reversed(found.items())
    )


def request_line(rows: Sequence[Row], *, by: Attendance, at: datetime) -> IdentityRequestLine | None:
    """Return the latest identity request for the report, or None if there has been none."""
    if not rows:
        return None
    row = rows[0]
    asked_at = datetime.fromisoformat(row["asked_at"])
    facts = RequestFacts(
        id=UUID(row["id"]),
        report=UUID(row["report"]),
        desk=row["desk"],
        ground=row["ground"],
        minutes=row["minutes"],
        asked_by=row["asked_by"],
        asked_by_id=UUID(row["asked_by_id"]),
        asked_at=asked_at,
        decided_by=row["decided_by"] or "",
        decided_at=_moment(row["decided_at"]),
        opens_until=_moment(row["opens_until"]),
        purpose=row["purpose"],
        approved=row["approved"],
    )
    return line_of(facts, by=by, at=at)
