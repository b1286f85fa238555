"""The paging chain: who is due when, what a restart does. No database."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from heedline.dispatch.chain import REPEAT_SECONDS, RETRY_SECONDS, Deadlines, offsets_of
from heedline.packs import load_pack

OFFSETS = offsets_of(step.after for step in load_pack("uk").on_call)


def play(
    seconds: range, *, sent: int = 0, repeat: bool = True, fail_until: float = -1
) -> list[tuple[int, int]]:
    """(second, step) of every page of one alarm, asked at each of `seconds`."""
    memory, alarm, pages = Deadlines(), uuid4(), []
    for now in seconds:
        step = memory.due_step(alarm, sent, OFFSETS, float(now), repeat=repeat)
        if step is None:
            continue
        if now < fail_until:
            memory.failed(alarm, float(now))
            continue
        sent = min(memory.went_out(alarm, step, float(now)), len(OFFSETS))
        pages.append((now, step))
    return pages


def test_the_steps_are_at_once_then_two_five_and_ten_minutes() -> None:
    assert OFFSETS == (0.0, 120.0, 300.0, 600.0)
    assert play(range(1000, 1700, 5)) == [(1000, 0), (1120, 1), (1300, 2), (1600, 3)]


def test_after_the_last_step_everybody_is_paged_again_and_again() -> None:
    pages = play(range(0, 2500, 5))
    assert pages[4:] == [(600 + int(REPEAT_SECONDS), 3), (600 + 2 * int(REPEAT_SECONDS), 3), (2400, 3)]


def test_without_repeating_the_last_step_is_the_end() -> None:
    assert play(range(0, 4000, 5), repeat=False)[-1] == (600, 3)
    assert play(range(0, 4000, 5), sent=4, repeat=False) == []


def test_a_restart_sends_the_next_step_at_once_and_counts_from_there() -> None:
    assert play(range(0, 700, 5), sent=1)[:3] == [(0, 1), (180, 2), (480, 3)]
    assert play(range(0, 100, 5), sent=4) == [(0, 3)]


def test_a_page_that_reached_nobody_is_tried_again_in_seconds() -> None:
    assert play(range(0, 130, 5), fail_until=40) == [(45, 0), (120, 1)]
    assert RETRY_SECONDS == 15.0


def test_a_pager_that_slept_sends_the_highest_step_that_is_due() -> None:
    assert play(range(0, 1000, 400)) == [(0, 0), (400, 2), (800, 3)]


def test_another_pagers_step_is_not_sent_twice() -> None:
    memory, alarm = Deadlines(), uuid4()
    assert memory.due_step(alarm, 0, OFFSETS, 0.0, repeat=True) == 0
    assert memory.due_step(alarm, 1, OFFSETS, 5.0, repeat=True) is None
    assert memory.due_step(alarm, 1, OFFSETS, 120.0, repeat=True) == 1


def test_an_alarm_that_is_woken_pages_again_though_nobody_has_answered_it() -> None:
    memory, alarm = Deadlines(), uuid4()
    assert memory.due_step(alarm, 0, (0.0,), 0.0, repeat=False) == 0
    memory.went_out(alarm, 0, 0.0)
    assert memory.due_step(alarm, 1, (0.0,), 60.0, repeat=False) is None
    assert memory.due_step(alarm, 0, (0.0,), 65.0, repeat=False) == 0, "the database counts from 0 again"


def test_what_is_no_longer_open_is_forgotten() -> None:
    memory, alarm = Deadlines(), uuid4()
    memory.due_step(alarm, 0, OFFSETS, 0.0, repeat=True)
    memory.went_out(alarm, 0, 0.0)
    memory.keep_only([])
    assert memory.due_step(alarm, 0, OFFSETS, 500.0, repeat=True) == 0


def test_the_first_step_is_sent_at_once_whatever_the_pack_promises() -> None:
    assert offsets_of([timedelta(seconds=60), timedelta(minutes=2)]) == (0.0, 120.0)
