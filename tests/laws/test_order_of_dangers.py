"""A danger that nobody owns comes first, by its arrival inside the seal; no row and no alarm is finer than the quarter hour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from heedline.casework.duty import paging
from heedline.casework.pages import home
from heedline.casework.pages.queues import listed_rows
from heedline.casework.pages.queues import queue as pages_queue
from heedline.casework.pages.queues.queue import QueueLine
from heedline.casework.pages.queues.queue_view import QueueView
from heedline.dispatch.chain import PagerMemory
from heedline.dispatch.clocks import SLOT, slot_end, slot_of
from heedline.dispatch.models import Alarm
from heedline.packs import load_pack
from tests.support import stories
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import DANGER, MINUTE, NORTH_EAST, People, row

pytestmark = pytest.mark.django_db
ALLOWED = load_pack("uk").priorities["danger"].seen_within


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def arrived(slot: datetime, *minutes: int) -> list[UUID]:
    """Dangers at the north-east desk, sent so many minutes after the slot began."""
    return [stories.a_report(at=slot + one * MINUTE, **NORTH_EAST, **DANGER)[0] for one in minutes]


def listed(
    people: People, name: str = "Odile", *, unlocked: bool = True, **view: object
) -> tuple[QueueLine, ...]:
    with people.sitting(name, unlocked=unlocked) as here:
        return pages_queue.queue(by=here, at=people.at, view=QueueView(**view)).lines  # type: ignore[arg-type]


def test_dangers_of_one_quarter_hour_are_listed_as_they_came(people: People) -> None:
    slot = slot_of(people.at)
    refs = arrived(slot, 9, 2, 13, 5, 11, 1)
    assert {row(ref).due_at for ref in refs} == {slot_end(slot) + ALLOWED}, "the rows do not tell them apart"
    in_order = [refs[n] for n in (5, 1, 3, 0, 4, 2)]
    assert [line.ref for line in listed(people)] == in_order
    assert [line.ref for line in listed(people, "Nadia")] == in_order
    locked = [line.ref for line in listed(people, "Olga", unlocked=False)]
    assert locked == sorted(refs), "without keys the order says nothing of the arrival"


def test_what_nobody_owns_comes_before_an_owned_danger_that_is_due_sooner(people: People) -> None:
    slot = slot_of(people.at)
    owned, waiting = arrived(slot - 4 * SLOT, 1)[0], arrived(slot, 3)[0]
    people.take(owned, at=slot - 3 * SLOT)
    calm = people.send()[0]
    assert row(owned).due_at < row(waiting).due_at  # type: ignore[operator]
    for name, unlocked in (("Odile", True), ("Nadia", True), ("Olga", False)):
        assert [line.ref for line in listed(people, name, unlocked=unlocked)][:2] == [waiting, owned], name
    assert [line.ref for line in listed(people)] == [waiting, owned, calm]


def pages(people: People, size: int, name: str, *, unlocked: bool = True) -> Iterator[list[UUID]]:
    after: str | None = ""
    with people.sitting(name, unlocked=unlocked) as here:
        while after is not None:
            view = QueueView(size=size)
            found = pages_queue.queue(by=here, at=people.at, view=replace(view, after=after or None))
            yield [line.ref for line in found.lines]
            after = found.next


@pytest.mark.parametrize("name", ["Odile", "Nadia"])
@pytest.mark.parametrize("unlocked", [True, False])
def test_pages_follow_each_other_and_leave_nothing_out(people: People, name: str, unlocked: bool) -> None:
    slot = slot_of(people.at)
    waiting, owned = arrived(slot, 3, 8, 5, 7, 2), arrived(slot, 1, 4)
    for ref in owned:
        people.take(ref, at=slot - 5 * SLOT)
    together = [ref for page in pages(people, 2, name, unlocked=unlocked) for ref in page]
    assert set(together[:5]) == set(waiting)
    assert set(together[5:]) == set(owned)
    assert len(together) == len(set(together)) == 7


@pytest.mark.parametrize("name", ["Odile", "Nadia"])
def test_no_page_ends_among_the_dangers_that_nobody_owns(people: People, name: str) -> None:
    slot = slot_of(people.at)
    refs, calm = arrived(slot, 9, 2, 13, 5, 11, 1), [people.send()[0] for _ in range(3)]
    first, *others = pages(people, 2, name)
    assert first == [refs[n] for n in (5, 1, 3, 0, 4, 2)]
    assert {ref for page in others for ref in page} == set(calm)
    with people.sitting(name) as here:
        view = QueueView(size=2)
        assert home.next_waiting(by=here, at=people.at, view=view, after=refs[5]) == refs[1]


def test_more_dangers_than_a_page_can_show_are_all_listed(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listed_rows, "DANGERS_TOGETHER", 3)
    refs = arrived(slot_of(people.at), 9, 2, 13, 5, 11, 1, 7)
    found = list(pages(people, 2, "Odile"))
    assert [len(page) for page in found] == [3, 3, 1]
    assert {ref for page in found for ref in page} == set(refs)


def test_an_unlocked_page_counts_from_the_arrival_and_a_locked_one_from_its_quarter_hour(
    people: People,
) -> None:
    slot = slot_of(people.at)
    (ref,) = arrived(slot, 2)
    people.at = slot + 10 * MINUTE
    (line,) = listed(people)
    assert (line.due_words, line.overdue) == ("Overdue by 7 minutes", True)
    assert people.read(ref).header.due_words == "Overdue by 7 minutes"
    (line,) = listed(people, "Olga", unlocked=False)
    assert not line.overdue
    assert row(ref).due_at == slot_end(slot) + ALLOWED


def test_a_danger_that_is_stored_in_the_next_quarter_hour_counts_from_its_arrival(people: People) -> None:
    slot = slot_of(people.at)
    (ref,) = arrived(slot - MINUTE, 0)
    assert row(ref).slot == slot
    (first,) = arrived(slot, 1)
    people.at = slot + ALLOWED
    lines = listed(people)
    assert [line.ref for line in lines] == [ref, first]
    assert [line.overdue for line in lines] == [True, False]
    assert lines[0].due_words == "Overdue by 1 minute"


def test_an_arrival_that_disagrees_with_the_database_by_more_moves_no_deadline(people: People) -> None:
    """The clock of a server with the public site may be wrong."""
    slot = slot_of(people.at)
    refs = arrived(slot, -16, 16)
    people.at = slot_end(slot) + ALLOWED + MINUTE
    lines = listed(people)
    assert {line.ref for line in lines} == set(refs)
    assert {line.due_words for line in lines} == {"Overdue by 1 minute"}


def test_a_danger_that_was_taken_or_reopened_keeps_the_rows_deadline(people: People) -> None:
    (ref,) = arrived(slot_of(people.at), 1)
    people.take(ref)
    due = row(ref).due_at
    assert due is not None
    (line,) = listed(people)
    assert not line.overdue
    assert (
        due == people.at.replace(second=0, microsecond=0) + load_pack("uk").priorities["danger"].next_within
    )


def test_the_pager_counts_from_the_arrival_and_writes_only_the_quarter_hour(people: People) -> None:
    """The first page is sent at once, the next after the pack's seconds, long before the quarter hour ends."""
    memory, slot = PagerMemory(), slot_of(people.at)
    arrived(slot, 0)
    steps = [step.after.total_seconds() for step in load_pack("uk").on_call]

    def sent(seconds: float) -> int:
        with acting("worker"):
            paging.drain(people.at + timedelta(seconds=seconds))
            paging.page_dangers(people.at, seconds, memory)
        return Alarm.objects.get(kind="danger").steps_sent

    assert sent(0) == 1
    assert sent(steps[1] - 1) == 1
    assert sent(steps[1] + 1) == 2
    alarm = Alarm.objects.get(kind="danger")
    assert alarm.slot == slot
