"""Where one can talk to the police face to face: counters of stations, with their hours, by force.

`counters.csv` has one row a counter. The hours are in a small notation, `mon-fri 09:00-17:00; sat 10:00-14:00`, or
`always`, so that each language can say them in its own words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from typing import Any

from heedline.packs.places.areas import rows_of
from heedline.packs.reading.tables import PackError

FILE = "counters.csv"
COLUMNS = ("force", "name", "address", "hours", "source", "as_of")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS_AND_TIMES = re.compile(
    rf"(?P<first>{'|'.join(DAYS)})(?:-(?P<last>{'|'.join(DAYS)}))? "
    r"(?P<opens>[01]\d:[0-5]\d|2[0-3]:[0-5]\d)-(?P<shuts>[01]\d:[0-5]\d|2[0-3]:[0-5]\d|24:00)"
)


@dataclass(frozen=True, slots=True)
class Hours:
    """Open on days `first` to `last` (0 is Monday) between two times on a clock."""

    first: int
    last: int
    opens: str
    shuts: str


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter. No `hours`: open day and night. `source` and `as_of`: where the entry comes from, compared when."""

    name: str
    address: str
    hours: tuple[Hours, ...]
    source: str
    as_of: date


def read_counters(folder: Traversable, forces: Mapping[str, Any]) -> dict[str, tuple[Counter, ...]]:
    """The counters of every force that has some; PackError names file and row."""
    found: dict[str, tuple[Counter, ...]] = {}
    for at, row in rows_of(folder, FILE, COLUMNS):
        if row["force"] not in forces:
            raise PackError(f"{FILE}: row {at}: no force is called {row['force']}")
        if not all(row.values()):
            raise PackError(f"{FILE}: row {at}: every column must be filled")
        try:
            as_of = date.fromisoformat(row["as_of"])
        except ValueError:
            raise PackError(f"{FILE}: row {at}: as_of must be a date such as 2026-01-31") from None
        counter = Counter(row["name"], row["address"], _hours(row["hours"], at), row["source"], as_of)
        found[row["force"]] = (*found.get(row["force"], ()), counter)
    return found


def _hours(text: str, at: int) -> tuple[Hours, ...]:
    if text == "always":
        return ()
    found = []
    for part in text.split("; "):
        said = _DAYS_AND_TIMES.fullmatch(part)
        if said is None:
            raise PackError(f"{FILE}: row {at}: hours must read like mon-fri 09:00-17:00; sat 10:00-14:00")
        first, last = DAYS.index(said["first"]), DAYS.index(said["last"] or said["first"])
        if last < first or said["opens"] >= said["shuts"]:
            raise PackError(f"{FILE}: row {at}: {part} ends before it begins")
        found.append(Hours(first, last, said["opens"], said["shuts"]))
    return tuple(found)
