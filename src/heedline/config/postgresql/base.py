"""Two things that a kept connection can do without a round trip or a detour through text.

Whether it still stands is seen at its socket, not asked of the server.
Django asks `SELECT 1` before the first statement of every request: a second round trip beside the one that a question page
or a report needs. A server that went away (stopped, restarted, session ended) has closed its end, so the socket has
something to read; an idle connection that stands has nothing. When in doubt the connection is given up and made anew.

And values can travel beside the statement (`bound_cursor`), where Django writes them into it.
"""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper
from psycopg.pq import ConnStatus, TransactionStatus

#: How often a statement is sent before the server is asked to keep it ready.
_PREPARE_AFTER = 2
_ANYTHING = select.POLLIN | select.POLLPRI


class DatabaseWrapper(base.DatabaseWrapper):
    """See the module."""

    connection: Any
    _prepare_cursor: Any  # Django's own: checks the thread, counts queries where that is asked for

    def bound_cursor(self) -> CursorWrapper:
        """A cursor for our own functions of the database: values go beside the statement, which is prepared once.

        A report's sealed bytes are then neither written out as text nor read again as SQL, and no value stands in the
        text of a statement, which the server shows to its superuser. The ORM's statements cannot all be sent like this.
        """
        self.cursor().close()  # connects, and looks whether the connection stands
        self.connection.prepare_threshold = _PREPARE_AFTER
        wrapped: CursorWrapper = self._prepare_cursor(base.ServerBindingCursor(self.connection))  # type: ignore[call-arg]
        return wrapped

    @contextmanager
    def values_beside(self) -> Iterator[None]:
        """Send the ORM's statements inside this block with their values beside them: no secret stands in the text.

        Only for statements that are tried so: where the server cannot guess the type of a value it refuses.
        """
        self.ensure_connection()
        held, binds = self.connection, self.features.uses_server_side_binding
        factory, held.cursor_factory = held.cursor_factory, base.ServerBindingCursor
        self.features.uses_server_side_binding = True
        try:
            yield
        finally:
            held.cursor_factory = factory
            self.features.uses_server_side_binding = binds

    def is_usable(self) -> bool:
        """Whether the next statement can be sent on this connection. Sends nothing and never waits."""
        if self.connection is None or self.connection.closed:
            return False
        held = self.connection.pgconn
        if held.status != ConnStatus.OK or held.transaction_status == TransactionStatus.UNKNOWN:
            return False
        look = select.poll()
        look.register(held.socket, _ANYTHING)  # a closed end is told without being asked for
        return not look.poll(0)
