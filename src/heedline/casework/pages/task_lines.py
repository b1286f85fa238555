"""View data for the tasks on a report's Tasks page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.identity.lines import when_words
from heedline.casework.pages.case_lines import Row, Words, named_words
from heedline.casework.tasks.odd_things import ODD
from heedline.casework.tasks.tasks import CHECK, may_change
from heedline.dispatch.clocks import due_words, is_overdue
from heedline.reports.models.tasks import TaskState


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task on a report.

    `owner` is "" if nobody owns it. `due_words` is "" and `ended_words` says when and by whom it ended,
    unless it is open. `changes` means that this officer may end it or give it away. `contact` means that it includes a
    visit or contact, which needs deconfliction. `odd` means that it is about something odd, and ends only with an answer.
    `check` means that it is a check that was asked for, and ends with its result.
    """

    id: UUID
    text: str = field(repr=False)
    owner: str
    owner_id: UUID | None
    set_words: str
    state: TaskState
    due_words: str
    overdue: bool
    ended_words: str
    ended: tuple[tuple[str, str], ...] = field(repr=False)
    changes: bool
    contact: bool = False
    odd: bool = False
    check: bool = False

    @property
    def is_open(self) -> bool:
        return self.state is TaskState.OPEN


def task_lines(
    rows: Sequence[Row], words: Words, *, by: Attendance, at: datetime, desks: Iterable[UUID | None]
) -> tuple[TaskLine, ...]:
    """Return the tasks on a report, open tasks first, each group ordered by due time."""
    where = tuple(desks)
    lines = [_line(row, words, by, at, where) for row in rows]
    return tuple(sorted(lines, key=lambda one: not one.is_open))


def _line(row: Row, words: Words, by: Attendance, at: datetime, desks: tuple[UUID | None, ...]) -> TaskLine:
    state, due = TaskState(row["state"]), datetime.fromisoformat(row["due_at"])
    owner = UUID(row["owner_id"]) if row["owner_id"] is not None else None
    set_by, open_now = UUID(row["set_by_id"]), state is TaskState.OPEN
    ended_at = datetime.fromisoformat(row["ended_at"]) if row["ended_at"] is not None else None
    note = words.get(UUID(row["ended_note"]), {}) if row["ended_note"] is not None else {}
    return TaskLine(
        UUID(row["id"]),
        str(words.get(UUID(row["container"]), {}).get("task", "This cannot be opened with your keys.")),
        row["owner"] or "",
        owner,
        f"{row['set_by']}, {when_words(datetime.fromisoformat(row['set_at']))}",
        state,
        due_words(due, at, office_zone()) if open_now else "",
        open_now and is_overdue(due, at),
        f"{row['ended_by']}, {when_words(ended_at)}" if ended_at is not None else "",
        named_words(note),
        open_now and may_change(owner if row["owner_works_here"] else None, set_by, by=by, desks=desks),
        bool(words.get(UUID(row["container"]), {}).get("contact")),
        ODD in words.get(UUID(row["container"]), {}),
        CHECK in words.get(UUID(row["container"]), {}),
    )
