"""Imports a rota from a CSV file.

Either the whole file is imported, or nothing, with the faults of each line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.rota import planning
from heedline.casework.rota.planning import MOST_SHIFTS, PlannedShift
from heedline.desks.models import Officer
from heedline.desks.rota_weeks import DAY_MINUTES, span_of
from heedline.reports.lifecycle import NotNow

#: The names of the columns, as the first line of the file must give them.
COLUMNS = ("email", "date", "start", "end")
#: The largest file that is read, in characters.
MOST_TEXT = 40_000
_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class ImportFault:
    """An error found in an imported CSV file.

    `line` is 0 for an error in the file as a whole.
    """

    line: int
    words: str


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """The shifts that a file would create, with the officers' names, and all errors in the file."""

    shifts: tuple[PlannedShift, ...]
    names: tuple[str, ...]
    faults: tuple[ImportFault, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    email: str
    day: str
    start: str
    end: str


def minute_of_day(text: str) -> int | None:
    """Return a time such as "08:30" as minutes after midnight, or None if it is invalid."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    minutes = int(found[1]) * 60 + int(found[2])
    return minutes if minutes <= DAY_MINUTES else None


def preview(text: str, *, desk: UUID, by: Attendance, at: datetime) -> ImportPreview:
    """Return the shifts that a file would create at a desk, without saving them.

    Raises Refused for everybody but the supervisors of the desk and stewards. An email address that does not
    belong to an officer of the desk is refused in the same words whether or not it belongs to somebody else.
    """
    planning.permit(desk, by=by)
    rows, faults = _rows(text)
    known = planning.members(desk)
    addresses = {
        email.lower(): ident
        for ident, email in Officer.objects.filter(id__in=known).values_list("id", "email")
    }
    shifts, lines = list[PlannedShift](), list[int]()
    for row in rows:
        found = _shift(row, addresses)
        if isinstance(found, str):
            faults.append(ImportFault(row.line, found))
        else:
            shifts.append(found)
            lines.append(row.line)
    problems = planning.problems_of(shifts, desk=desk, at=at)
    faults += [ImportFault(lines[number], words) for number, words in problems.items()]
    return ImportPreview(
        tuple(shifts),
        tuple(known[one.officer] for one in shifts),
        tuple(sorted(faults, key=lambda fault: fault.line)),
    )


def carry_out(text: str, *, desk: UUID, by: Attendance, at: datetime) -> UUID:
    """Create every shift in a file, and return the id of the plan.

    Raises Refused. Raises NotNow, without creating any shift, if anything in the file is wrong.
    """
    read = preview(text, desk=desk, by=by, at=at)
    if read.faults:
        first = read.faults[0]
        raise NotNow(f"Line {first.line}: {first.words}" if first.line else first.words)
    return planning.plan(read.shifts, desk=desk, by=by, at=at)


def _rows(text: str) -> tuple[list[_Row], list[ImportFault]]:
    """Return the well-formed rows of a CSV file, and the errors in its other lines."""
    if len(text) > MOST_TEXT:
        return [], [ImportFault(0, f"The file is too long. Import at most {MOST_SHIFTS} shifts at once.")]
    lines = list(_lines(text))
    if not lines or tuple(cell.strip().lower() for cell in lines[0][1]) != COLUMNS:
        return [], [ImportFault(1, f"The first line must be: {','.join(COLUMNS)}")]
    if len(lines) > MOST_SHIFTS + 1:
        return [], [ImportFault(0, f"Import at most {MOST_SHIFTS} shifts at once.")]
    rows, faults = list[_Row](), list[ImportFault]()
    for line, cells in lines[1:]:
        if len(cells) != len(COLUMNS):
            faults.append(ImportFault(line, "A line has an email address, a date, a start and an end."))
        else:
            rows.append(_Row(line, *(cell.strip() for cell in cells)))
    if not rows and not faults:
        faults.append(ImportFault(0, "The file has no shifts."))
    return rows, faults


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and cells of every non-empty line."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _shift(row: _Row, addresses: dict[str, UUID]) -> PlannedShift | str:
    """Return the shift described by a line, or a description of its error."""
    officer = addresses.get(row.email.lower())
    if officer is None:
        return f"No officer of this desk has the email address {row.email[:80]}."
    begins, ends = minute_of_day(row.start), minute_of_day(row.end)
    if begins is None or ends is None or begins == DAY_MINUTES:
        return "Enter the start and end as times, such as 08:00."
    try:
        day = date.fromisoformat(row.day)
    except ValueError:
        return "Enter the date as year, month and day, such as 2026-11-30."
    if not date(2000, 1, 1) < day < date(2999, 1, 1):
        return "Enter the date as year, month and day, such as 2026-11-30."
    return PlannedShift(officer, span_of(day, begins, ends, office_zone()))
