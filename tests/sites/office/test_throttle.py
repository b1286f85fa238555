"""The limit itself, with a clock of its own."""

from __future__ import annotations

from datetime import timedelta

from heedline.casework.rate_limit import Limit, RateLimit
from heedline.web.entrance.throttle import wait_words


def test_a_burst_then_one_for_every_minute() -> None:
    limit = RateLimit(Limit(3, timedelta(minutes=1)))
    assert [limit.take("a", now=100.0) for _ in range(4)] == [0, 0, 0, 60]
    assert limit.take("b", now=100.0) == 0
    assert limit.take("a", now=130.0) == 30
    assert limit.take("a", now=160.0) == 0
    assert limit.take("a", now=160.0) == 60
    assert [limit.take("a", now=10_000.0) for _ in range(4)] == [0, 0, 0, 60]


def test_a_right_try_does_not_count() -> None:
    limit = RateLimit(Limit(2, timedelta(minutes=1)))
    for _ in range(20):
        assert limit.take("a", now=5.0) == 0
        limit.give_back("a")


def test_being_refused_does_not_make_the_wait_longer() -> None:
    limit = RateLimit(Limit(1, timedelta(minutes=1)))
    assert limit.take("a", now=0.5) == 0
    assert {limit.take("a", now=0.5) for _ in range(50)} == {60}


def test_a_flood_of_names_frees_nobody() -> None:
    limit = RateLimit(Limit(1, timedelta(minutes=1)))
    limit.take("mine", now=1.0)
    for n in range(5000):
        limit.take(f"made-up-{n}", now=1.0)
    assert limit.take("mine", now=1.0) > 0


def test_the_wait_in_words() -> None:
    assert wait_words(1) == "1 minute"
    assert wait_words(61) == "2 minutes"
