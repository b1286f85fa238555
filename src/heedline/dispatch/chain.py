"""The paging chain, which decides which step is due for each alarm.

This is plain Python, driven by a monotonic clock. The exact moment of an arrival is held here, in
memory, and nowhere else. The database knows only how many steps have been sent. A restarted pager
therefore cannot know how long an alarm has been waiting. It sends the next step at once and counts from
there, which may page people too early but never too late.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

#: After the last step everybody is paged again this often, until somebody acknowledges.
REPEAT_SECONDS = 600.0
#: A step that reached nobody is tried again after this.
RETRY_SECONDS = 15.0
#: A step that calls only people who have just had a digest is looked at again after this.
HOLD_SECONDS = 60.0


@dataclass(slots=True)
class _Wait:
    started: float
    sent: int
    last: float
    not_before: float = 0.0


def offsets_of(steps: Iterable[timedelta]) -> tuple[float, ...]:
    """Return the times of the pack's paging steps in seconds, with the first step at 0.

    The first step is a promise ("within 60 seconds"), so it is sent at once.
    """
    seconds = [step.total_seconds() for step in steps]
    return (0.0, *seconds[1:])


class Deadlines:
    """The deadlines that one pager holds in memory, and when it last sent each person a digest.

    They are not shared between processes and are never stored.
    """

    def __init__(self) -> None:
        self._waits: dict[UUID, _Wait] = {}
        self._digests: dict[str, float] = {}
        #: The alarms that each person's next digest is about.
        self._pending: dict[str, set[UUID]] = {}

    def may_digest(self, person: str, now: float, pace: float) -> bool:
        """Return whether `pace` seconds have passed since the person's last digest."""
        return person not in self._digests or now - self._digests[person] >= pace

    def pend(self, alarm: UUID, people: Iterable[str]) -> None:
        """Leave an alarm that went out to others for these people's next digest."""
        for person in people:
            self._pending.setdefault(person, set()).add(alarm)

    def due_digests(self, now: float, pace: float) -> dict[str, set[UUID]]:
        """Return the people whose digest is due, with the alarms that were left for it."""
        return {who: set(some) for who, some in self._pending.items() if self.may_digest(who, now, pace)}

    def digests_sent(self, people: Iterable[str], now: float) -> None:
        """Record that these people were sent a digest."""
        for person in people:
            self._digests[person] = now
            self._pending.pop(person, None)

    def hold(self, alarm: UUID, now: float) -> None:
        """Try a step again soon, because everybody whom it calls has just had a digest."""
        self._waits[alarm].not_before = now + HOLD_SECONDS

    def due_step(
        self, alarm: UUID, sent: int, offsets: Sequence[float], now: float, *, repeat: bool
    ) -> int | None:
        """Return the paging step to send now, or None if none is due.

        `sent` is the number of steps sent so far according to the database. `offsets` are the seconds after the
        start, in ascending order, beginning with 0. `repeat` means that paging continues after the last step. If
        several steps have become due at once, the highest is returned, because each step also reaches everybody
        in the steps before it.
        """
        last = len(offsets) - 1
        wait = self._waits.get(alarm)
        if wait is None or sent < wait.sent:  # new, or begun again in the database because of news
            resumed = min(sent, last)
            wait = _Wait(started=now - offsets[resumed], sent=sent, last=now - REPEAT_SECONDS)
            self._waits[alarm] = wait
            if sent > last and not repeat:
                return None
        elif sent > wait.sent:  # another pager was faster
            wait.sent, wait.last = sent, now
        if now < wait.not_before:
            return None
        reached = max(step for step in range(last + 1) if offsets[step] <= now - wait.started)
        if reached >= wait.sent:
            return reached
        if repeat and wait.sent > last and now - wait.last >= REPEAT_SECONDS:
            return last
        return None

    def went_out(self, alarm: UUID, step: int, now: float) -> int:
        """Record that `step` reached an officer, and return the number of steps sent so far."""
        wait = self._waits[alarm]
        wait.sent, wait.last, wait.not_before = max(wait.sent, step + 1), now, 0.0
        return wait.sent

    def failed(self, alarm: UUID, now: float) -> None:
        """Record that nobody was reached, so that the step remains due and is retried soon."""
        self._waits[alarm].not_before = now + RETRY_SECONDS

    def keep_only(self, alarms: Iterable[UUID]) -> None:
        """Forget every alarm that is no longer open, along with its exact time."""
        wanted = set(alarms)
        self._waits = {alarm: wait for alarm, wait in self._waits.items() if alarm in wanted}
        left = {person: some & wanted for person, some in self._pending.items()}
        self._pending = {person: some for person, some in left.items() if some}


@dataclass(frozen=True, slots=True)
class PagerMemory:
    """The deadlines of one pager: those of alarms about danger, which have a round of their own, and those of the others."""

    dangers: Deadlines = field(default_factory=Deadlines)
    others: Deadlines = field(default_factory=Deadlines)
