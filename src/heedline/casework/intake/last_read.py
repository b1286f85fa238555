"""A short list that public pages show, read from the database now and then, and shown from memory while that is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from django.db import Error, connection

#: The list is read again after so many seconds.
_FRESH_SECONDS = 10.0
#: Seconds that a request waits for a new list before it uses the last one.
_PAGE_WAITS = 0.3


def _beside(read: Callable[[], None]) -> None:
    """Run this in a thread with a connection of its own, which may hang with the database while requests go on."""

    def run() -> None:
        try:
            read()
        finally:
            connection.close()

    threading.Thread(target=run, name="last-read", daemon=True).start()


class LastRead[T]:
    """What `read` returned last. While the database is away, that stays."""

    def __init__(self, read: Callable[[], T]) -> None:
        self.asked = float("-inf")
        self.value: T | None = None  # until it has been read once
        self.done = threading.Event()  # set while nobody reads
        self.done.set()
        self._source = read
        self._turn = threading.Lock()

    def latest(self) -> T | None:
        """Return what was read last, or None if nothing has been read yet. Waits only briefly for the database."""
        if time.monotonic() - self.asked >= _FRESH_SECONDS and self._begin():
            self.done.wait(_PAGE_WAITS)  # others go on with the last one meanwhile
        return self.value

    def first(self, seconds: float) -> T | None:
        """Return what was read last. If nothing has been read yet, wait so many seconds for it."""
        if self.latest() is None:
            self._begin()
            self.done.wait(seconds)
        return self.value

    def forget(self) -> None:
        """Forget the value, so that the next request reads it again."""
        self.asked, self.value = float("-inf"), None

    def _begin(self) -> bool:
        """Have it read by another thread, unless one is reading. Return whether one began."""
        with self._turn:
            if not self.done.is_set():
                return False
            self.asked = time.monotonic()
            self.done.clear()
        try:
            _beside(self._read)
        except BaseException:
            self.done.set()
            raise
        return True

    def _read(self) -> None:
        try:
            with suppress(Error):  # no reason to keep anybody from the page
                self.value = self._source()
        finally:
            self.done.set()
