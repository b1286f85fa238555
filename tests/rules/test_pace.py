"""The gate that only slows: who waits, that nobody waits twice or for ever, and that nothing is left of an address."""

from __future__ import annotations

import gc
from uuid import uuid4

import pytest

from heedline.casework.intake.rate_limit import Caller, Pace, is_inner, network_of


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(burst=3, every=5.0, wait=10.0, most=100, forget_after=600.0, clock=clock)


HERE, THERE = "203.0.113.77", "198.51.100.4"


def test_a_burst_goes_through_and_what_comes_after_waits(pace: Pace) -> None:
    here = pace.caller(HERE)
    assert [pace.wait(here, uuid4()) for _ in range(5)] == [0, 0, 0, 10, 10]
    assert pace.wait(pace.caller(THERE), uuid4()) == 0, "another place is another count"


def test_time_gives_room_again_but_never_more_than_the_burst(pace: Pace, clock: Clock) -> None:
    for _ in range(3):
        pace.wait(pace.caller(HERE), uuid4())
    clock.now += 5
    assert [pace.wait(pace.caller(HERE), uuid4()) for _ in range(2)] == [0, 10]
    clock.now += 500
    assert [pace.wait(pace.caller(HERE), uuid4()) for _ in range(4)] == [0, 0, 0, 10]


def test_whoever_has_waited_goes_through_while_the_flood_goes_on(pace: Pace, clock: Clock) -> None:
    here, mine = pace.caller(HERE), uuid4()
    for _ in range(3):
        pace.wait(here, uuid4())
    assert pace.wait(here, mine) == 10
    clock.now += 4
    assert pace.wait(here, mine) == 6, "asking too early does not make it longer"
    clock.now += 6
    assert all(pace.wait(here, uuid4()) in {0, 10} for _ in range(50))
    assert pace.wait(here, mine) == 0
    assert pace.wait(here, mine) == 0, "and again, when the press is repeated"


def test_something_odd_waits_once_whoever_it_is(pace: Pace, clock: Clock) -> None:
    mine = uuid4()
    assert pace.wait(None, mine, odd=True) == 10
    clock.now += 10
    assert pace.wait(None, mine, odd=True) == 0


def test_nobody_is_counted_without_an_address(pace: Pace) -> None:
    assert pace.caller("") is None
    assert pace.caller("unknown") is None
    assert all(pace.wait(None, uuid4()) == 0 for _ in range(50))


def test_the_key_is_thrown_away_and_with_it_every_count(pace: Pace, clock: Clock) -> None:
    before = pace.caller(HERE)
    for _ in range(5):
        pace.wait(before, uuid4())
    clock.now += 600
    after = pace.caller(HERE)
    assert before != after, "the same address has another number under another key"
    assert pace.wait(after, uuid4()) == 0
    assert Pace().caller(HERE) != Pace().caller(HERE), "each process has its own key"


def test_nothing_of_an_address_stays_in_memory_or_in_words(pace: Pace) -> None:
    """Neither as text nor packed, in anything that the gate or a caller holds on to."""
    where = "2001:db8:7:9::1"
    caller = pace.caller(where)
    pace.wait(caller, uuid4())
    assert repr(pace) == "<Pace>"
    assert repr(caller) == "Caller()"
    seen, todo = set(), [pace, caller]
    while todo:
        one = todo.pop()
        if id(one) in seen or isinstance(one, type):
            continue
        seen.add(id(one))
        if isinstance(one, bytes):
            assert network_of(where) not in one  # type: ignore[operator]
        elif isinstance(one, str):
            assert "2001:db8" not in one
        elif isinstance(one, (Pace, Caller)):
            todo += [getattr(one, name, None) for name in (*vars(type(one)), *getattr(one, "__dict__", {}))]
        else:
            todo += [r for r in gc.get_referents(one) if isinstance(r, (bytes, str, tuple, list, dict))]
    assert len(seen) > 10


def test_memory_is_bounded_and_the_oldest_is_forgotten(pace: Pace) -> None:
    for n in range(1_000):
        caller = pace.caller(f"2001:db8:0:{n:x}::1")
        for _ in range(4):
            pace.wait(caller, uuid4())
    assert len(pace._counts) <= 100
    assert len(pace._waiting) <= 100


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.77", "203.0.113.78", False),
        ("2001:db8:1:2::3", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::3", "2001:db8:1:3::3", False),
        ("::ffff:203.0.113.77", "203.0.113.77", True),
    ],
)
def test_a_place_is_an_address_or_a_home_network(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same


def test_inner_networks_are_known() -> None:
    assert all(
        is_inner(a) for a in ("127.0.0.1", "::1", "10.1.2.3", "172.17.0.1", "192.168.1.1", "fd00::1", "")
    )
    assert all(is_inner(a) for a in ("::ffff:127.0.0.1", "not an address"))
    assert not any(is_inner(a) for a in ("203.0.113.77", "2001:db8::1", "172.32.0.1"))
