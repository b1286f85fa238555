"""The columns that specialist desks add to the queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.desk_hooks.register import Hook, hooks
from heedline.permits.capabilities import AnyCapability


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueColumn(Hook):
    """A column of the queue, shown to officers with `capability`.

    `values` maps (reports, officer, now) to the text for each report.
    """

    heading: str
    capability: AnyCapability
    values: Callable[[Sequence[UUID], Attendance, datetime], Mapping[UUID, str]]


@dataclass(frozen=True, slots=True)
class DeskColumns:
    """Extra queue columns from specialist desks, as headings and each report's cells."""

    headings: tuple[str, ...]
    cells: Mapping[UUID, tuple[str, ...]]


def desk_columns(refs: Sequence[UUID], *, by: Attendance, at: datetime) -> DeskColumns:
    """Return the specialist desks' queue columns that this officer may see, for these reports."""
    shown = [one for one in hooks(QueueColumn) if by.may(one.capability)]
    told = [column.values(refs, by, at) for column in shown]
    cells = {ref: tuple(each.get(ref, "") for each in told) for ref in refs}
    return DeskColumns(tuple(column.heading for column in shown), cells)
