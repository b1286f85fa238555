"""The translations shown on a report's page, with their assignee, deadline and versions.

Each version names its translator and date. The rows are fetched in the report's own query, as in
`case_lines`. `case_file` has already opened whatever is sealed in them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from heedline.casework.access.session import office_zone
from heedline.casework.keys import session_signing
from heedline.casework.report import report_language
from heedline.dispatch.clocks import due_words
from heedline.reports.translation_states import TranslationState

#: Shown in place of who asked, of what was asked for when the report arrived.
ON_ARRIVAL = "Automatic, on arrival"

type TableRow = Mapping[str, Any]
type WordsById = Mapping[UUID, Mapping[str, Any]]


@dataclass(frozen=True)
class VersionLine:
    """A version of a translation.

    `verified` is True when it was signed in a session of the officer it names.
    """

    number: int
    text: str = field(repr=False)
    by: str
    day_words: str
    verified: bool


@dataclass(frozen=True)
class TranslationLine:
    """A translation of a report, of a message from its reporter, or of a reply.

    `message` is the reporter's message being translated. Without it, the translation is of the account,
    unless `outward` is set. `english` is the text of a reply, and `english_verified` states whether the
    officer who wrote it signed it. `state` is as stored.
    """

    id: UUID
    message: UUID | None
    outward: bool
    language: str
    language_words: str
    note: str = field(repr=False)
    english: str = field(repr=False)
    english_verified: bool
    template: str
    asked_by: str
    asked_by_id: UUID
    asked_words: str
    assigned_to: str
    assigned_id: UUID | None
    due_words: str
    overdue: bool
    state: TranslationState
    versions: tuple[VersionLine, ...] = field(repr=False)

    @property
    def waiting(self) -> bool:
        """Return True until the translation is written or cancelled."""
        return self.state is TranslationState.WAITING

    @property
    def done(self) -> bool:
        """Return True once the translation is written and, if it is a reply, sent."""
        return self.state is TranslationState.DONE

    @property
    def last(self) -> VersionLine | None:
        """Return the newest version, or None."""
        return self.versions[-1] if self.versions else None


def _day(text: str) -> str:
    return f"{date.fromisoformat(text):%-d %B %Y}"


def translation_lines(
    report: UUID, rows: Sequence[TableRow], texts: Sequence[TableRow], words: WordsById, at: datetime
) -> tuple[TranslationLine, ...]:
    """Return a report's translations in the order in which they were requested.

    Translations that do not open are left out.
    """
    lines = []
    for row in rows:
        asked = words.get(UUID(row["asked_words"]), {})
        if "language" not in asked:
            continue
        task, english = UUID(row["id"]), str(asked.get("english", ""))
        due = datetime.fromisoformat(row["due_at"])
        state = TranslationState(row["state"])
        waits = state is TranslationState.WAITING
        versions = [_version(report, task, one, words) for one in texts if UUID(one["translation"]) == task]
        lines.append(
            TranslationLine(
                id=task,
                message=UUID(row["message"]) if row["message"] is not None else None,
                outward=row["outward"],
                language=str(asked["language"]),
                language_words=report_language.name_of(str(asked["language"])),
                note=str(asked.get("note", "")),
                english=english,
                english_verified=session_signing.is_ours(
                    asked.get("voice"),
                    report=report,
                    message=task,
                    on=date.fromisoformat(row["asked_on"]),
                    text=english,
                ),
                template=str(asked.get("template", "")),
                asked_by=ON_ARRIVAL if asked.get("on_arrival") else row["asked_by"],
                asked_by_id=UUID(row["asked_by_id"]),
                asked_words=_day(row["asked_on"]),
                assigned_to=row["assigned_to"] or "",
                assigned_id=UUID(row["assigned_to_id"]) if row["assigned_to_id"] is not None else None,
                due_words=due_words(due, at, office_zone()) if waits else "",
                overdue=waits and due < at,
                state=state,
                versions=tuple(sorted(versions, key=lambda one: one.number)),
            )
        )
    return tuple(lines)


def _version(report: UUID, task: UUID, row: TableRow, words: WordsById) -> VersionLine:
    said = words.get(UUID(row["container"]), {})
    text = str(said.get("text", "This translation cannot be opened with your keys."))
    return VersionLine(
        number=row["number"],
        text=text,
        by=row["by"],
        day_words=_day(row["on"]),
        verified=session_signing.is_ours(
            said.get("voice"), report=report, message=task, on=date.fromisoformat(row["on"]), text=text
        ),
    )


def newest(lines: Sequence[TranslationLine], *, message: UUID | None = None) -> VersionLine | None:
    """Return the newest translation of a message, or of the report's account if none is given."""
    of_it = [line for line in lines if line.message == message and not line.outward and line.versions]
    return of_it[-1].last if of_it else None
