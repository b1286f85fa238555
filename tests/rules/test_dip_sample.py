"""Which closed reports are read again: arithmetic that everybody can repeat and nobody can steer."""

from __future__ import annotations

import hashlib
from datetime import date
from uuid import UUID

import pytest

from heedline.reports.models.dip_checks import draw, how_many, last_week

DESK = UUID(int=7)
REPORTS = [UUID(int=n * 2**90 + n) for n in range(1, 101)]


@pytest.mark.parametrize(
    ("closed", "drawn"), [(0, 0), (1, 1), (2, 2), (40, 2), (41, 3), (100, 5), (400, 20), (9000, 20)]
)
def test_one_in_twenty_but_some_always_and_never_too_many(closed: int, drawn: int) -> None:
    assert how_many(closed) == drawn


def test_the_draw_is_the_smallest_hashes_as_the_guide_says() -> None:
    root = bytes(range(32))
    first = sorted(
        REPORTS,
        key=lambda one: hashlib.sha256(b"heedline/v1/dip-sample\0" + root + DESK.bytes + one.bytes).digest(),
    )
    assert draw(root, DESK, REPORTS) == tuple(first[:5])
    assert draw(root, DESK, reversed(REPORTS * 2)) == tuple(first[:5]), "order and repeats change nothing"
    assert draw(bytes(32), DESK, REPORTS) != draw(root, DESK, REPORTS)
    assert draw(root, UUID(int=8), REPORTS) != draw(root, DESK, REPORTS)
    assert draw(root, DESK, []) == ()


def test_a_week_is_drawn_when_it_has_ended() -> None:
    assert last_week(date(2026, 11, 30)) == date(
        2026, 11, 23
    )  # a Monday looks at the week that ended yesterday
    assert last_week(date(2026, 12, 6)) == date(2026, 11, 23)
    assert last_week(date(2026, 12, 7)) == date(2026, 11, 30)
