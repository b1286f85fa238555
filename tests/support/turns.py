"""Turns on a test's one connection: the test itself, and the sites that answer its browser in threads beside it.

A page may ask in the background while the test looks something up. The test's statement would then run under the role of
the site that is just answering, and find nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from django.db import connection, connections

_turn = threading.RLock()


def turn() -> AbstractContextManager[object]:
    """Wait until nobody else uses this thread's connection, and keep it for a block. A connection that is not shared
    is free at once."""
    return _turn if connection.allow_thread_sharing else nullcontext()


@contextmanager
def shared_connection() -> Iterator[Callable[[], AbstractContextManager[object]]]:
    """Share this thread's connection until the block ends. What is yielded opens it, one turn long, in another thread."""
    shared = connections["default"]

    @contextmanager
    def lent() -> Iterator[None]:
        with _turn:
            connections["default"] = shared
            yield

    def in_turn(execute: Callable[..., Any], *told: Any) -> Any:
        with _turn:
            return execute(*told)

    shared.inc_thread_sharing()
    try:
        with shared.execute_wrapper(in_turn):
            yield lent
    finally:
        shared.dec_thread_sharing()
