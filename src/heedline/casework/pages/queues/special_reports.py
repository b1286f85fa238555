"""Reports of a queue that are special by something sealed: an officer to contact first, somebody under 18, something odd.

None of it is in a column of the report. Whom to contact is in the notices to the desk, and the rest in its search index, which
holds the reports up to a time and says which are not in it yet.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.linking import deconfliction, desk_notices
from heedline.casework.search import desk_index, index_rows, searching, values
from heedline.casework.search.page_store import one_snapshot
from heedline.index import Damaged
from heedline.vault import CannotOpen

#: Values of the filter "special".
CONTACT, TRANSLATION, UNDER_18, ODD = "contact", "translation", "under-18", "odd"
SPECIAL: Final = (UNDER_18, CONTACT, TRANSLATION, ODD)
#: Those that are counted from the index, with their keys.
INDEXED: Final[Mapping[str, str]] = {UNDER_18: values.UNDER_18, ODD: values.ODD}
#: Reports of one kind that are looked up in one index, the last indexed first.
MOST: Final = 2_000


@dataclass(frozen=True)
class SpecialReports:
    """The ids of special reports by filter value, closed ones among them.

    `until` is the time of arrival up to which reports are in the index. `waiting` of the others and of those that have
    changed are not in it yet, counted up to a hundred. `whole` is False if a desk has no index that these keys can read.
    """

    refs: Mapping[str, Sequence[UUID]] = field(default_factory=dict, repr=False)
    until: datetime | None = None
    waiting: int = 0
    whole: bool = False


def special_reports(desks: Collection[UUID], *, by: Attendance, at: datetime) -> SpecialReports:
    """Return the special reports of these of the officer's desks. A locked session has none."""
    if not by.unlocked:
        return SpecialReports()
    ring = by.keys()
    read: set[UUID] = set()
    refs: dict[str, list[UUID]] = {name: [] for name in INDEXED}
    with one_snapshot():
        found = index_rows.indexes(by.desk_ids, most=index_rows.COUNTED, others=False)
        rows: list[Any] = list(found.annotate(notices=desk_notices.stored(by.desk_ids)))
        here = [row for row in rows if row.desk_id in desks]
        for row in here:
            if row.epoch not in ring.seeds or not row.size:
                continue
            try:
                with desk_index.reading(row, ring) as index:
                    seen = index.seen(INDEXED.values(), most=MOST) if index.current else None
            except (CannotOpen, Damaged):
                continue
            if seen is not None:
                read.add(row.desk_id)
                for name, key in INDEXED.items():
                    refs[name] += seen.get(key, ())
    notices = desk_notices.received_in(rows[0].notices, by=by) if rows else desk_notices.received(by=by)
    return SpecialReports(
        {**refs, CONTACT: list(deconfliction.contacts_by_report(notices))},
        searching.looked_through_until(at),
        sum(row.n_waiting + row.n_aside for row in here),
        read >= set(desks),
    )
