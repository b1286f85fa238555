"""Public holidays on days that the pack does not reach yet: a test runs on every date, and a deadline never guesses."""

from __future__ import annotations

from datetime import date

import pytest

from heedline.packs import load_pack
from tests.support.cast import now


@pytest.fixture(autouse=True)
def holidays_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """List New Year's Day for this year and the next in every calendar that ends earlier."""
    holidays, year = load_pack("uk").working_days.holidays, now().year
    for calendar, listed in holidays.items():
        last = max(day.year for day in listed)
        more = {date(one, 1, 1) for one in range(last + 1, year + 2)}
        if more:
            monkeypatch.setitem(holidays, calendar, listed | more)  # type: ignore[arg-type]
