"""Whether a kept connection still stands is seen at its socket, not asked of the server.

Django asks `SELECT 1` before the first statement of every request: a second round trip beside the one that a question page
or a report needs. A server that went away (stopped, restarted, session ended) has closed its end, so the socket has
something to read; an idle connection that stands has nothing. When in doubt the connection is given up and made anew.
"""

from __future__ import annotations

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import ConnStatus, TransactionStatus

_ANYTHING = select.POLLIN | select.POLLPRI


class DatabaseWrapper(base.DatabaseWrapper):
    """See the module."""

    connection: Any

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
