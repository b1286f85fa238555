"""How many people get how far on the public site, without knowing of any of them.

A page says that it was entered, continued, left or sent, and this process adds one in memory. Once an hour, at a moment
that has nothing to do with any visit, what has grown to five or more is written down in fives and the rest stays in
memory, to be written with what comes later or never. So no number on a disk is smaller than five, none says when within
its hour, and the smallest number that is written at all differs each time and is known to nobody.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

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


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted: at which page of which kind of report what happened. Codes of the pack and of the program."""

    kind: str
    step: str
    what: str


class Counts:
    """See the module. Thread-safe. `chance(n)`: a number below n that nobody can foresee."""

    def __init__(self, chance: Callable[[int], int] = secrets.randbelow) -> None:
        self._chance = chance
        self._lock = threading.Lock()
        self._held: Counter[Counted] = Counter()
        self._from: dict[Counted, int] = {}

    def __repr__(self) -> str:
        return "<Counts>"

    def add(self, kind: str, step: str, what: str) -> None:
        """One more. Names come from the pack's pages and this program, never from what somebody sent."""
        one = Counted(kind, step, what)
        with self._lock:
            if one in self._held or len(self._held) < MOST:
                self._held[one] += 1

    def release(self) -> dict[Counted, int]:
        """What may be written now, in fives; it is forgotten here. What is left stays for the next time."""
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
        """They could not be written: once more with the next."""
        with self._lock:
            self._held.update(counts)


#: Of this process.
COUNTS = Counts()


def flush(counts: Counts = COUNTS) -> int:
    """Write down what may be written of the hour that is over. Return how many numbers."""
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
    """Until a moment in the first quarter of the next hour that nobody can foresee."""
    into = at.minute * 60 + at.second
    return 3600 - into + 30 + chance(840)


def begin() -> threading.Thread:
    """Flush once an hour for as long as this process lives, in a thread of its own: no visit sets it off."""

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
