"""The timeline of all events in a report's history.

It is built from the rows that `case_file` has fetched beside the report and from the parts that it has opened, so that
it takes no further query.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings

from heedline.casework.attachments import disclosing
from heedline.casework.identity.lines import when_words
from heedline.casework.intake import arrival_times
from heedline.casework.pages.case_lines import Row, Words, named_words, step_codes, task_words
from heedline.packs import load_pack
from heedline.reports.lifecycle import Move
from heedline.reports.models.tasks import TaskState


class TimelineKind(StrEnum):
    """Kinds of timeline entry, used to filter the timeline."""

    MOVE = "moves"
    MESSAGE = "messages"
    NOTE = "notes"
    TASK = "tasks"
    CALL = "calls"
    HAND_OVER = "hand-overs"
    DISCLOSURE = "disclosures"


ARRIVED, FROM_REPORTER, NOTE, CORRECTED = "arrived", "from-reporter", "note", "note-corrected"
TASK_SET, TASK_DONE, TASK_CANCELLED = "task-set", "task-done", "task-cancelled"
CHECKED, SENT, RECEIVED, ANSWERED, ENDED = "checked", "sent", "received", "answered", "ended"
REPORTER = "The reporter"

_KIND_OF = {
    Move.ASK: TimelineKind.MESSAGE,
    Move.CALL: TimelineKind.CALL,
    Move.HAND_OVER: TimelineKind.HAND_OVER,
    Move.ACCEPT: TimelineKind.HAND_OVER,
    Move.RETURN: TimelineKind.HAND_OVER,
    Move.DISSEMINATE: TimelineKind.DISCLOSURE,
}
#: What happens to a disclosure after it was written, which is a step of its own: column of the time, column of who.
_OF_A_DISCLOSURE = (
    (CHECKED, "checked_at", "checked_by"),
    (SENT, "sent_at", "written_by"),
    (RECEIVED, "received_at", "received_by"),
    (ANSWERED, "answered_at", "answered_by"),
    (ENDED, "ended_at", "ended_by"),
)


@dataclass(frozen=True)
class TimelineEntry:
    """An event in the timeline of a report.

    `what` is the code of a move, or one of the codes above. `moment` is only for the order: where the day alone is
    known, it is a time of that day, and `when_words` gives the day.
    """

    kind: TimelineKind
    what: str
    by: str
    when_words: str
    moment: datetime
    codes: tuple[tuple[str, str], ...] = ()
    words: tuple[tuple[str, str], ...] = field(repr=False, default=())


@dataclass(frozen=True)
class TimelineRows:
    """The database rows that make up a report's timeline, and the report's time of arrival."""

    arrived: str
    """As it was sealed: the time, or only the day."""
    channel: str
    steps: Sequence[Row]
    messages: Sequence[Row]
    notes: Sequence[Row]
    disclosures: Sequence[Row]
    tasks: Sequence[Row] = ()


def timeline(rows: TimelineRows, words: Words) -> tuple[TimelineEntry, ...]:
    """Return all events in a report's history, oldest first.

    The arrival always comes first.
    """
    entries = [
        *_steps(rows, words),
        *_messages(rows, words),
        *_notes(rows.notes, words),
        *_disclosures(rows.disclosures, words),
        *_tasks(rows.tasks, words),
    ]
    entries.sort(
        key=lambda one: one.moment
    )  # the sort is stable: what has the same time keeps the order of above
    arrived = arrival_times.read(rows.arrived)
    earliest = min([arrived, *(one.moment for one in entries)])
    arrival = TimelineEntry(
        TimelineKind.MOVE,
        ARRIVED,
        REPORTER,
        _day(rows.arrived) if arrival_times.is_day(rows.arrived) else when_words(arrived),
        earliest,
        codes=(("channel", rows.channel),),
    )
    return (arrival, *entries)


def only(entries: Sequence[TimelineEntry], kinds: Sequence[str], *, newest: bool) -> list[TimelineEntry]:
    """Return the entries of these kinds in the requested order.

    Returns all entries if no kind is given.
    """
    kept = [one for one in entries if not kinds or one.kind in kinds]
    return kept[::-1] if newest else kept


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _day(text: str) -> str:
    return f"{date.fromisoformat(text):%-d %B %Y}"


def _start_of(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(), UTC)


def _said_at(said: Mapping[str, Any]) -> datetime | None:
    """Return the time at which a reporter's message arrived, or None if it is not recorded.

    The exact time is stored only inside the sealed part.
    """
    try:
        arrived = str(said["arrived_at"])
        return None if arrival_times.is_day(arrived) else _moment(arrived)
    except (KeyError, ValueError):
        return None


def _steps(rows: TimelineRows, words: Words) -> Iterator[TimelineEntry]:
    """Yield a timeline entry for each transition of the report, oldest first.

    A message from the desk is shown with the move that sent it.
    """
    sent = iter([row for row in rows.messages if row["from_us"]])
    arrivals = sorted(
        at
        for row in rows.messages
        if not row["from_us"] and (at := _said_at(words.get(UUID(row["container"]), {}))) is not None
    )
    before = arrival_times.read(rows.arrived)
    for row in sorted(rows.steps, key=lambda row: int(row["number"])):
        said = named_words(words.get(UUID(row["note"]), {}) if row["note"] is not None else {})
        move = Move(row["move"])
        if move is Move.ASK and (message := next(sent, None)) is not None:
            said = (*said, *_text_of(message, words))
        if row["at"] is not None:
            moment, when = _moment(row["at"]), when_words(_moment(row["at"]))
        else:  # the reporter wrote again after the report was closed, which has its day alone
            moment = next((at for at in arrivals if at >= before), max(before, _start_of(row["on"])))
            when = _day(row["on"])
        before = max(before, moment)
        yield TimelineEntry(
            _KIND_OF.get(move, TimelineKind.MOVE),
            move,
            row["by"] or REPORTER,
            when,
            moment,
            step_codes(row),
            said,
        )


def _text_of(message: Row, words: Words) -> tuple[tuple[str, str], ...]:
    said = words.get(UUID(message["container"]), {})
    return tuple((label, str(said[key])) for key, label in _MESSAGE_WORDS if said.get(key))


_MESSAGE_WORDS = (("text", "Message"), ("english", "In English"), ("despite", "Reason for sending"))


def _messages(rows: TimelineRows, words: Words) -> Iterator[TimelineEntry]:
    for row in rows.messages:
        if row["from_us"]:
            continue
        at = _said_at(words.get(UUID(row["container"]), {}))
        yield TimelineEntry(
            TimelineKind.MESSAGE,
            FROM_REPORTER,
            REPORTER,
            when_words(at) if at is not None else _day(row["sent_on"]),
            at or _start_of(row["sent_on"]),
            codes=() if row["seen"] else (("unread", "yes"),),
            words=_text_of(row, words),
        )


def _notes(rows: Sequence[Row], words: Words) -> Iterator[TimelineEntry]:
    last: dict[str, int] = {}
    for row in rows:
        last[row["note"]] = max(last.get(row["note"], 0), int(row["number"]))
    for row in rows:
        text = str(words.get(UUID(row["container"]), {}).get("text", ""))
        current = int(row["number"]) == last[row["note"]]
        yield TimelineEntry(
            TimelineKind.NOTE,
            NOTE if int(row["number"]) == 1 else CORRECTED,
            row["by"],
            when_words(_moment(row["at"])),
            _moment(row["at"]),
            words=(("Note" if current else "Note, corrected later", text),) if text else (),
        )


def _tasks(rows: Sequence[Row], words: Words) -> Iterator[TimelineEntry]:
    for row in rows:
        said = task_words(words.get(UUID(row["container"]), {}))
        set_at = _moment(row["set_at"])
        yield TimelineEntry(
            TimelineKind.TASK, TASK_SET, row["set_by"], when_words(set_at), set_at, words=said
        )
        if row["ended_at"] is None:
            continue
        ended_at = _moment(row["ended_at"])
        ended = words.get(UUID(row["ended_note"]), {}) if row["ended_note"] is not None else {}
        yield TimelineEntry(
            TimelineKind.TASK,
            TASK_DONE if row["state"] == TaskState.DONE else TASK_CANCELLED,
            row["ended_by"],
            when_words(ended_at),
            ended_at,
            words=(*said, *named_words(ended)),
        )


def _disclosures(rows: Sequence[Row], words: Words) -> Iterator[TimelineEntry]:
    for row in rows:
        for what, at, by in _OF_A_DISCLOSURE:
            if row[at] is None:
                continue
            yield TimelineEntry(
                TimelineKind.DISCLOSURE,
                what,
                row[by] or "",
                when_words(_moment(row[at])),
                _moment(row[at]),
                codes=(("partner-name", row["partner"]),),
                words=_disclosed(row, what, words),
            )


def _disclosed(row: Row, what: str, words: Words) -> tuple[tuple[str, str], ...]:
    """Return what was sent to the partner, what the partner replied, or why a disclosure ended."""

    def said(column: str) -> Mapping[str, Any]:
        return words.get(UUID(row[column]), {}) if row[column] is not None else {}

    if what == SENT:
        sent = said("container")
        files = ", ".join(one.words for one in disclosing.files_in(sent))
        return named_words({"title": sent.get("title"), "text": sent.get("text"), "sent_files": files})
    if what == ANSWERED:
        code = load_pack(settings.PACK).partners.answers.get(row["answer_code"], row["answer_code"])
        return named_words({"answer": code, "text": said("answer").get("text")})
    return named_words(said("ended_words")) if what == ENDED else ()
