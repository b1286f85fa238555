"""Working hours, counted as somebody would with a calendar and a watch."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from heedline.packs import load_pack

DAYS = load_pack("uk").working_days
LONDON = ZoneInfo("Europe/London")
USUAL, SCOTLAND, NORTHERN_IRELAND = "england-and-wales", "scotland", "northern-ireland"


@pytest.mark.parametrize(
    ("calendar", "start", "due"),
    [
        (USUAL, "2026-12-03T10:00", "2026-12-03T14:00"),  # within a Thursday
        (USUAL, "2026-12-03T13:00", "2026-12-03T17:00"),  # exactly to its close
        (USUAL, "2026-12-03T15:30", "2026-12-04T11:30"),  # over a night
        (USUAL, "2026-12-03T03:00", "2026-12-03T13:00"),  # before it opens
        (USUAL, "2026-12-04T16:00", "2026-12-07T12:00"),  # over a weekend
        (USUAL, "2026-12-24T17:30", "2026-12-29T13:00"),  # over Christmas
        (USUAL, "2027-03-25T16:00", "2027-03-30T12:00"),  # over Easter, and the change to summer time
        (SCOTLAND, "2026-11-27T16:00", "2026-12-01T12:00"),  # Saint Andrew's Day
        (USUAL, "2026-11-27T16:00", "2026-11-30T12:00"),
        (NORTHERN_IRELAND, "2027-03-16T15:00", "2027-03-18T11:00"),  # Saint Patrick's Day
        (USUAL, "2027-03-16T15:00", "2027-03-17T11:00"),
    ],
)
def test_four_hours_end_when_they_have_passed_at_work(calendar: str, start: str, due: str) -> None:
    begun = datetime.fromisoformat(start).replace(tzinfo=LONDON)
    found = DAYS.hours_after(begun, timedelta(hours=4), calendar=calendar)
    assert found.astimezone(LONDON) == datetime.fromisoformat(due).replace(tzinfo=LONDON)


def test_a_request_has_them_and_a_report_has_none() -> None:
    pack = load_pack("uk")
    start = datetime(2027, 3, 16, 15, tzinfo=LONDON)
    assert pack.odd_due("advice", start, area="northern-ireland") == datetime(2027, 3, 18, 11, tzinfo=LONDON)
    assert pack.odd_due("advice", start, area="unknown") == datetime(2027, 3, 17, 11, tzinfo=LONDON)
    assert pack.odd_due("activity", start, area="unknown") == start


def test_a_time_without_a_zone_is_no_time() -> None:
    with pytest.raises(ValueError, match="zone"):
        DAYS.hours_after(datetime.fromisoformat("2027-03-16T15:00"), timedelta(hours=4), calendar=USUAL)
