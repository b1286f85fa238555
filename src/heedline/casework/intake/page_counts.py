"""Hourly counts of events on the public site's pages, kept without tracking anyone.

Each page reports that it was entered, continued, left or sent, and this process adds one in memory. Once
an hour, at a time unrelated to any visit, counts that have reached five or more are written in multiples
of five. The rest stays in memory and is written with later counts or never. No number on disk is
therefore below five, none reveals when within its hour it arose, and the smallest number that is written
differs each time and is not known to anybody.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import DatabaseError, connection

from heedline.intake import door

logger = logging.getLogger("heedline.counting")

#: Where somebody stands before the first question, and where nobody can tell any more where they stood.
BEFORE, ANYWHERE = "start", "anywhere"
#: The one box of who cannot call.
BRIEF = "brief"
FIVE = 5
#: Different things that are counted at most. The pack's pages and errors are some hundreds.
MOST = 5_000


class Counted(NamedTuple):
    """A counted event on one page for one kind of report.

    All values are codes of the pack or of the program.
    """

    kind: str
    step: str
    what: str


class Counts:
    """Thread-safe page counts in memory, released for storage once an hour.

    `chance(n)` returns an unpredictable number below n.
    """

    def __init__(self, chance: Callable[[int], int] = secrets.randbelow) -> None:
        self._chance = chance
        self._lock = threading.Lock()
        self._held: Counter[Counted] = Counter()
        self._from: dict[Counted, int] = {}

    def __repr__(self) -> str:
        return "<Counts>"

    def add(self, kind: str, step: str, what: str) -> None:
        """Add one to a count.

        Names come from the pack's pages and from this program, never from anything a visitor sent.
        """
        one = Counted(kind, step, what)
        with self._lock:
            if one in self._held or len(self._held) < MOST:
                self._held[one] += 1

    def release(self) -> dict[Counted, int]:
        """Remove and return the counts that may be written now, in multiples of five.

        The remainder is kept for the next time.
        """
        with self._lock:
            found: dict[Counted, int] = {}
            for one, held in self._held.items():
                if held < self._from.setdefault(one, FIVE + self._chance(FIVE)):
                    continue
                found[one] = held - held % FIVE
                self._held[one] = held % FIVE
                del self._from[one]  # the next time it is another
            return found

    def take_back(self, counts: dict[Counted, int]) -> None:
        """Restore counts that could not be written, to be retried next time."""
        with self._lock:
            self._held.update(counts)


#: Of this process.
COUNTS = Counts()


def flush(counts: Counts = COUNTS) -> int:
    """Write the past hour's counts that may be released, and return the number written."""
    found = counts.release()
    if not found:
        return 0
    try:
        door.add_counts([(one.kind, one.step, one.what, n) for one, n in found.items()])
    except DatabaseError:
        logger.exception(
            "the counts of an hour could not be written"
        )  # the log says the kind of error and no more
        counts.take_back(found)
        return 0
    return len(found)


def seconds_to_next(at: datetime, chance: Callable[[int], int] = secrets.randbelow) -> float:
    """Return the seconds until a random moment in the first quarter of the next hour."""
    into = at.minute * 60 + at.second
    return 3600 - into + 30 + chance(840)


def begin() -> threading.Thread:
    """Start a thread that flushes the counts once an hour until the process ends.

    The timing does not depend on any visit.
    """

    def run() -> None:
        while True:
            time.sleep(seconds_to_next(datetime.now(UTC)))
            try:
                flush()
            finally:
                connection.close()

    thread = threading.Thread(target=run, name="counting", daemon=True)
    thread.start()
    return thread
