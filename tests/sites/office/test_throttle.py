"""The limit itself, with a clock of its own, and as the database counts it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.db.models import F
from django.test import override_settings

from heedline.casework import attempt_limits
from heedline.casework.attempt_limits import AttemptLimit
from heedline.casework.rate_limit import Limit, RateLimit
from heedline.permits import functions
from heedline.permits.models import SecretAttempts
from heedline.web.entrance.throttle import wait_words
from tests.support.acting import acting


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


@pytest.fixture
def clock() -> Callable[[timedelta], None]:
    """Let time pass for what was counted: the database's clock can't be set."""

    def passes(time: timedelta) -> None:
        SecretAttempts.objects.update(counted_until=F("counted_until") - time)

    return passes


@pytest.mark.django_db
def test_the_database_counts_by_the_same_rule(clock: Callable[[timedelta], None]) -> None:
    limit = AttemptLimit(0, Limit(3, timedelta(minutes=1)))
    with acting("office"):
        assert [limit.take("a") for _ in range(4)] == [0, 0, 0, 60]
        assert limit.take("b") == 0
        limit.give_back("b")
        assert [limit.take("b") for _ in range(4)] == [0, 0, 0, 60]
    clock(timedelta(seconds=61))
    with acting("office"):
        assert limit.take("a") == 0
        assert 50 < limit.take("a") <= 60
    clock(timedelta(hours=3))
    with acting("office"):
        assert [limit.take("a") for _ in range(4)] == [0, 0, 0, 60]


@pytest.mark.django_db
def test_a_database_clock_that_jumped_forward_and_back_holds_nobody_up(
    clock: Callable[[timedelta], None],
) -> None:
    limit = AttemptLimit(0, Limit(3, timedelta(minutes=1)))
    with acting("office"):
        assert limit.take("a") == 0
    clock(-timedelta(days=300))  # it was counted by a clock that was 300 days ahead
    with acting("office"):
        assert [limit.take("a") for _ in range(4)] == [0, 0, 0, 60]
    clock(-timedelta(seconds=50))  # a clock that is put right by less than a minute gives nobody more guesses
    with acting("office"):
        assert limit.take("a") > 60


@pytest.mark.django_db
def test_two_servers_of_a_site_count_together() -> None:
    here = AttemptLimit(0, Limit(10, timedelta(minutes=1)))
    there = AttemptLimit(0, Limit(10, timedelta(minutes=1)))
    with acting("office"):
        assert sum(server.take("odile") == 0 for _ in range(20) for server in (here, there)) == 10


@pytest.mark.django_db
def test_partners_cannot_hold_up_officers() -> None:
    limit = AttemptLimit(0, Limit(1, timedelta(days=9)))
    with acting("partner"):
        assert limit.take("odile") == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            functions.take_attempt("office", 1, 1, timedelta(days=9))
    with acting("office"):
        assert limit.take("odile") == 0


@pytest.mark.django_db
def test_the_database_does_not_learn_which_account_was_tried() -> None:
    limit = AttemptLimit(0, Limit(1, timedelta(minutes=1)))
    with acting("office"):
        limit.take("odile@unit.example")
    before = SecretAttempts.objects.get().slot
    with override_settings(SECRET_KEY="another"), acting("office"):
        limit.take("odile@unit.example")
    assert SecretAttempts.objects.exclude(slot=before).count() == 1


@pytest.mark.django_db
def test_no_limit_fills_the_slots_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Strangers who try names would otherwise hold up a device that has signed in before."""
    monkeypatch.setattr(attempt_limits, "_SLOTS", 1)
    strangers, known = (AttemptLimit(place, Limit(1, timedelta(days=9))) for place in (1, 0))
    with acting("office"):
        assert strangers.take("odile") == 0
        assert strangers.take("anybody") > 0
        assert known.take("odile") == 0
