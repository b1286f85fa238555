"""Counters of police stations: the format that a deployment fills, and that nothing invented is shipped in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from heedline.packs import load_pack
from heedline.packs.places.counters import COLUMNS, DAYS, FILE, Hours, read_counters
from heedline.packs.reading.tables import PackError

FORCES = load_pack("uk").forces
HEAD = ",".join(COLUMNS)


def read(folder: Path, *rows: str) -> object:
    folder.joinpath(FILE).write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return read_counters(folder, FORCES)


def test_no_station_is_made_up() -> None:
    """Which stations have a counter, and when, is known to each force and changes: the deployment adds its own."""
    assert load_pack("uk").counters == {}
    assert len(load_pack("uk").words("en").lines("near.days")) == len(DAYS)


def test_a_row_is_a_counter_with_its_hours(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        'northumbria,Example Street,"1 Example Street, Newcastle",mon-fri 09:00-17:00; sat 10:00-14:00,example,2026-11-25',
        "northumbria,Always Street,2 Always Street,always,example,2026-11-25",
    )
    assert isinstance(found, dict)
    first, second = found["northumbria"]
    assert first.hours == (Hours(0, 4, "09:00", "17:00"), Hours(5, 5, "10:00", "14:00"))
    assert second.hours == ()


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("narnia,A,B,always,x,2026-11-25", "no force"),
        ("northumbria,A,B,,x,2026-11-25", "every column"),
        ("northumbria,A,B,weekdays,x,2026-11-25", "must read like"),
        ("northumbria,A,B,mon-fri 9-17,x,2026-11-25", "must read like"),
        ("northumbria,A,B,fri-mon 09:00-17:00,x,2026-11-25", "ends before"),
        ("northumbria,A,B,mon 17:00-09:00,x,2026-11-25", "ends before"),
        ("northumbria,A,B,always,x,yesterday", "must be a date"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, what: str) -> None:
    with pytest.raises(PackError, match=f"row 2: .*{what}"):
        read(tmp_path, row)
