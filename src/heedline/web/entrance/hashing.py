"""A limit on the number of passwords checked at once.

Checking a password is slow on purpose, so a flood of sign-ins would take every processor and every
thread of the site. Attempts from browsers that have signed in before (`known_devices`) have a separate
lane, which strangers cannot fill.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Full(Exception):
    """Raised when too many sign-ins are waiting in this lane, or when one has waited too long."""


class Lane:
    """A lane that checks one password at a time.

    At most `waiting` others wait, each for at most `within` seconds.
    """

    def __init__(self, *, waiting: int, within: float) -> None:
        self._places = threading.BoundedSemaphore(1 + waiting)
        self._turn = threading.Lock()
        self._within = within

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, then hold the lane for one password check inside the block.

        Raises Full at once if too many are waiting, or after waiting too long.
        """
        if not self._places.acquire(blocking=False):
            raise Full
        try:
            if not self._turn.acquire(timeout=self._within):
                raise Full
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._places.release()


#: Together they hold at most four of the eight threads of a site, and two processors.
STRANGERS = Lane(waiting=1, within=5.0)
KNOWN = Lane(waiting=1, within=10.0)
