"""PostgreSQL backend with a socket-level health check and optional server-side parameter binding.

A persistent connection is checked at its socket, without asking the server. Django sends `SELECT 1`
before the first statement of every request, which is a second round trip beside the one that a question
page or a report needs. If the server has gone away (stopped, restarted or ended the session), it has
closed its end, so the socket has something to read. A healthy idle connection has nothing to read. In
doubtful cases the connection is closed and reopened.

Values can also be sent separately from the statement (`bound_cursor`), where Django would write them
into it.
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
    """A PostgreSQL connection with a socket-level health check and a cursor that binds parameters."""

    connection: Any
    _prepare_cursor: Any  # Django's own: checks the thread, counts queries where that is asked for

    def bound_cursor(self) -> CursorWrapper:
        """Return a cursor that sends parameters separately from the statement, for our own database functions.

        The statement is prepared once. The sealed bytes of a report are then neither written out as text nor
        parsed as SQL, and no value appears in the text of a statement, which the server shows to its superuser.
        The ORM's statements cannot all be sent in this way.
        """
        self.ensure_connection()  # connects, and looks whether the connection stands
        self.connection.prepare_threshold = _PREPARE_AFTER
        wrapped: CursorWrapper = self._prepare_cursor(base.ServerBindingCursor(self.connection))  # type: ignore[call-arg]
        return wrapped

    @contextmanager
    def values_beside(self) -> Iterator[None]:
        """Bind values separately from the ORM's statements inside this block, so that no secret is in their text.

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
        """Return whether the next statement can be sent on this connection.

        Sends nothing and never waits.
        """
        if self.connection is None or self.connection.closed:
            return False
        held = self.connection.pgconn
        if held.status != ConnStatus.OK or held.transaction_status == TransactionStatus.UNKNOWN:
            return False
        look = select.poll()
        look.register(held.socket, _ANYTHING)  # a closed end is told without being asked for
        return not look.poll(0)
