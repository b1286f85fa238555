"""Which requests get a thread first while more arrive than can be served (ADR 156)."""

from __future__ import annotations

from collections import deque
from enum import IntEnum
from itertools import count


class QueueLane(IntEnum):
    """The lanes of the queue for a thread, most urgent first."""

    DANGER = 0
    """Somebody in danger who cannot call."""
    TEXT = 1
    """What somebody has typed, and reports of programs."""
    PAGE = 2
    """Pages that are only read. Whoever asks for one may be asked to come again."""


#: Every so many jobs, the next is of the lane that was served longest ago: no lane can hold up the others for long.
_FAIR = 4


class Queued:
    """A job in the queue."""

    __slots__ = ("lane",)

    def __init__(self, lane: QueueLane) -> None:
        self.lane = lane


class LanedQueue[J: Queued]:
    """A queue with a lane for each urgency. One thread adds to it, and any thread may take from it."""

    def __init__(self) -> None:
        self._lanes: tuple[deque[J], ...] = tuple(deque() for _ in QueueLane)
        self._taken = count(1)
        self._served = [0 for _ in QueueLane]

    def __bool__(self) -> bool:
        return any(self._lanes)

    def waiting(self, lane: QueueLane) -> int:
        """Return how many jobs wait in a lane."""
        return len(self._lanes[lane])

    def append(self, job: J) -> None:
        """Add a job at the end of its lane."""
        self._lanes[job.lane].append(job)

    def popleft(self) -> J:
        """Remove and return the next job. Raises IndexError if there is none."""
        turn, lanes = next(self._taken), list(QueueLane)
        if turn % _FAIR == 0:
            lanes.sort(key=self._served.__getitem__)
        for lane in lanes:
            try:
                job = self._lanes[lane].popleft()
            except IndexError:  # empty, or another thread has just taken the last one
                continue
            self._served[lane] = turn
            return job
        raise IndexError

    def remove(self, job: J) -> None:
        """Remove a job. Raises ValueError if it was taken."""
        self._lanes[job.lane].remove(job)
