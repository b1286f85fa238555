"""Public holidays that are not listed: found before a deadline would be wrong."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from heedline.jobs.doctor.people import holidays
from heedline.packs import PackError, load_pack
from heedline.packs.reading.loading import read_pack
from tests.support.pack_copy import PackCopy
from tests.support.tongues import english_only

LAST = load_pack("uk").working_days.last_year


@pytest.mark.parametrize(
    ("at", "right"),
    [
        (datetime(LAST, 9, 30, tzinfo=UTC), True),
        (datetime(LAST, 10, 1, tzinfo=UTC), False),  # a deadline of this year may end in the next
        (datetime(LAST - 1, 12, 31, tzinfo=UTC), True),
        (datetime(LAST + 1, 1, 1, tzinfo=UTC), False),
    ],
)
def test_the_doctor_finds_a_year_without_holidays(at: datetime, right: bool) -> None:
    (found,) = holidays(at)
    assert found.right is right


@pytest.mark.parametrize("calendar", ["england-and-wales", "scotland", "northern-ireland"])
def test_a_calendar_that_lacks_a_year_is_refused_when_the_pack_is_read(calendar: str) -> None:
    folder = PackCopy()
    english_only(folder)
    path = folder / "holidays.toml"
    lines = path.read_text().splitlines()
    start = lines.index(f"{calendar} = [")
    lines.pop(next(at for at in range(start, len(lines)) if lines[at].startswith(f"  {LAST}-")))
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(PackError, match=f"calendars.{calendar}: has no holidays for {LAST}"):
        read_pack("uk", folder)
