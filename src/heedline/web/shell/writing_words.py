"""The line on a report's pages that shows who is editing it and who else has it open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from heedline.casework.access.presence import AlsoOpen
from heedline.casework.report.editing import Writing
from heedline.web.entrance import times


@dataclass(frozen=True, slots=True)
class WritingLine:
    """The content of the line that shows who is editing a report.

    `left` is the number of seconds until the officer's own lease expires. Only one of `until` and `writer` is
    set: the officer's own lease, or the colleague who is writing.
    """

    until: str = ""
    left: int = 0
    writer: str = ""
    writer_until: str = ""
    also_open: str = ""


def writing_line(writing: Writing, *, at: datetime, with_others: bool = False) -> WritingLine:
    """Return the content of the line that shows who is editing, for a report's pages.

    `with_others` also names who has the report open, as the bar does when it is first shown.
    """
    also = also_open_words(writing.also_open) if with_others else ""
    if writing.until is None:
        return WritingLine(also_open=also)
    until = times.clock(writing.until)
    if writing.writer:
        return WritingLine(writer=writing.writer, writer_until=until, also_open=also)
    return WritingLine(until, max(0, int((writing.until - at).total_seconds())), also_open=also)


def also_open_words(others: tuple[AlsoOpen, ...]) -> str:
    """Return the colleagues who have a report open, each with the time they last opened one of its pages."""
    return ", ".join(f"{one.name} ({times.clock(one.minute)})" for one in others)
