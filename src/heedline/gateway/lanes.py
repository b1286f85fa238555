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


#: Every so many jobs, the one that has waited longest is next, whatever its lane: no lane can hold up the others for ever.
_FAIR = 4


class Queued:
    """A job in the queue. `number` counts jobs in the order of their arrival."""

    __slots__ = ("lane", "number")

    def __init__(self, lane: QueueLane) -> None:
        self.lane, self.number = lane, 0


class LanedQueue[J: Queued]:
    """A queue with a lane for each urgency. One thread adds to it, and any thread may take from it."""

    def __init__(self) -> None:
        self._lanes: tuple[deque[J], ...] = tuple(deque() for _ in QueueLane)
        self._arrivals, self._taken = count(), count(1)

    def __bool__(self) -> bool:
        return any(self._lanes)

    def waiting(self, lane: QueueLane) -> int:
        """Return how many jobs wait in a lane."""
        return len(self._lanes[lane])

    def append(self, job: J) -> None:
        """Add a job at the end of its lane."""
        job.number = next(self._arrivals)
        self._lanes[job.lane].append(job)

    def popleft(self) -> J:
        """Remove and return the next job. Raises IndexError if there is none."""
        lanes = self._lanes
        if next(self._taken) % _FAIR == 0:
            lanes = tuple(sorted(lanes, key=_oldest))
        for lane in lanes:
            try:
                return lane.popleft()
            except IndexError:  # empty, or another thread has just taken the last one
                continue
        raise IndexError

    def remove(self, job: J) -> None:
        """Remove a job. Raises ValueError if it was taken."""
        self._lanes[job.lane].remove(job)


def _oldest[J: Queued](lane: deque[J]) -> float:
    try:
        return lane[0].number
    except IndexError:
        return float("inf")
