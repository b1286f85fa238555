"""Police station counters open to the public, with their opening hours, by force.

`counters.csv` has one row for each counter. Opening hours use a short notation, such as
`mon-fri 09:00-17:00; sat 10:00-14:00` or `always`, so that each language can word them in its own way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from typing import Any

from heedline.packs.places.areas import rows_of
from heedline.packs.tables import PackError

FILE = "counters.csv"
COLUMNS = ("force", "name", "address", "hours", "source", "as_of")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS_AND_TIMES = re.compile(
    rf"(?P<first>{'|'.join(DAYS)})(?:-(?P<last>{'|'.join(DAYS)}))? "
    r"(?P<opens>[01]\d:[0-5]\d|2[0-3]:[0-5]\d)-(?P<shuts>[01]\d:[0-5]\d|2[0-3]:[0-5]\d|24:00)"
)


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours between two times of day, on the days from `first` to `last` (0 is Monday)."""

    first: int
    last: int
    opens: str
    shuts: str


@dataclass(frozen=True, slots=True)
class Counter:
    """One station counter.

    If `hours` is empty, the counter is open day and night. `source` and `as_of` say where the entry comes
    from and when it was last checked.
    """

    name: str
    address: str
    hours: tuple[Hours, ...]
    source: str
    as_of: date


def read_counters(folder: Traversable, forces: Mapping[str, Any]) -> dict[str, tuple[Counter, ...]]:
    """Return the station counters of each force that has any.

    Raises PackError, naming the file and row.
    """
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
