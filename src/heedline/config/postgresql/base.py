"""PostgreSQL backend with a socket-level health check and optional server-side parameter binding.

A persistent connection is checked at its socket, without asking the server. Django sends `SELECT 1`
before the first statement of every request, which is a second round trip beside the one that a question
page or a report needs. If the server has gone away (stopped, restarted or ended the session), it has
closed its end, so the socket has something to read. A healthy idle connection has nothing to read. In
doubtful cases the connection is closed and reopened.

Values can also be sent separately from the statement (`bound_cursor`), where Django would write them
into it. `call` does so too, without a cursor, for the functions that the public process calls with every
page: it costs about a tenth of the processor time. `call_patiently` waits for a database that changes over to
another server.
"""

from __future__ import annotations

import re
import select
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property, lru_cache
from struct import Struct
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper
from django.db.utils import Error
from psycopg import Error as PsycopgError
from psycopg import OperationalError
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus

from heedline.casework.rate_limit import spread
from heedline.config.databases import POOLED, is_pooled

#: Seconds for which the queries of a request wait while the database changes over to another server.
PATIENCE = 25.0
#: Seconds at least until the next try. Threads that lost their connections together don't come back together.
_TRY_AGAIN_AFTER = 0.15
#: The server ends all sessions, has crashed, is starting, or has become a standby.
_CHANGING_OVER = frozenset({"57P01", "57P02", "57P03", "25006"})
#: How often a statement is sent before the server is asked to keep it ready.
_PREPARE_AFTER = 2
_ANYTHING = select.POLLIN | select.POLLPRI
_PLACE = re.compile(r"%([sb])")
_BYTEA, _INT8, _TEXT, _OF_TIME, _UUID = 17, 20, 25, 1186, 2950
#: Dimensions, whether any item is NULL, type of the items, their number and the number of the first.
_ARRAY_HEAD = Struct("!iiIii")
_NULL_ITEM = (-1).to_bytes(4, signed=True)
#: Microseconds, days and months.
_INTERVAL = Struct("!qii")
#: The statement says which type it is.
_UNSAID = 0
#: A result of one of these types is what the server sends in its binary format.
_AS_IT_COMES: dict[int, Callable[[bytes], Any]] = {_BYTEA: bytes, _TEXT: bytes.decode}
_FORMATS = {"s": PyFormat.AUTO, "b": PyFormat.BINARY}


class DatabaseWrapper(base.DatabaseWrapper):
    """A PostgreSQL connection with a socket-level health check and a cursor that binds parameters."""

    connection: Any
    health_check_done: bool
    _prepare_cursor: Any  # Django's own: checks the thread, counts queries where that is asked for
    #: The connection on which the statements of `call` are prepared, and their names by statement and types of values.
    _prepared: tuple[Any, dict[tuple[str, tuple[int, ...]], bytes]] = (None, {})
    #: Until when this request waits, by the monotonic clock, once it has begun to.
    _patient_until: float | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open a connection. Raise ImproperlyConfigured if it leads through a pooler, except in the public process.

        Who is signed in is a setting of the session (`permits.functions`), so no other request may share it.
        """
        made = super().get_new_connection(conn_params)
        if settings.PROCESS != "public" and is_pooled(made.pgconn):
            made.close()
            raise ImproperlyConfigured(POOLED)
        return made

    def bound_cursor(self, *, binary: bool = False) -> CursorWrapper:
        """Return a cursor that sends parameters separately from the SQL, for our own database functions.

        If `binary` is True, results are returned in PostgreSQL's binary format.

        The statement is prepared once. The sealed bytes of a report are then neither written out as text nor
        parsed as SQL, and no value appears in the text of a statement, which the server shows to its superuser.
        The ORM's statements cannot all be sent in this way.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        self.connection.prepare_threshold = _PREPARE_AFTER
        cursor = base.ServerBindingCursor(self.connection)  # type: ignore[call-arg]
        if binary:
            cursor.format = Format.BINARY  # type: ignore[attr-defined]
        wrapped: CursorWrapper = self._prepare_cursor(cursor)
        return wrapped

    def call(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Run one of our own queries, prepared once per connection, and return its rows.

        The same as `bound_cursor`, by two calls of the client library: no cursor, and no waiting in Python for the
        server's answer. Other threads run meanwhile.
        """
        if self.connection is None or not self.health_check_done:
            self.close_if_health_check_failed()
            self.ensure_connection()
        self.validate_thread_sharing()
        if not self.connection.autocommit or self.execute_wrappers or self.force_debug_cursor or self._debug:
            # a transaction may have to be begun, or somebody counts statements: the cursor does both
            with self.bound_cursor() as cursor:
                cursor.execute(sql, values)
                found: list[tuple[Any, ...]] = cursor.fetchall()
                return found
        try:
            return self._call(sql, values)
        except InvalidSqlStatementName:  # psycopg drops all that is prepared when it rolls back
            self._prepared = (None, {})
            with self.wrap_database_errors:
                return self._call(sql, values)
        except PsycopgError:
            with self.wrap_database_errors:
                raise

    def call_patiently(
        self, sql: str, values: Sequence[Any], again: tuple[str, Sequence[Any]] | None = None
    ) -> list[tuple[Any, ...]]:
        """Run one of our own queries as `call` does, and try again while the database changes over to another server.

        The first try may have been carried out although its answer was lost: the query must be safe to repeat, or `again` is
        what is run instead. All queries of a request are tried again within PATIENCE seconds from the beginning of the first
        that failed, which is tried once more in any case. Nothing is tried again inside a transaction, which has lost what
        it did before.
        """
        began = time.monotonic()
        while True:
            try:
                return self.call(sql, values)
            except Error as problem:
                if self.in_atomic_block or not self._is_changing_over(problem):
                    raise
                if self._patient_until is None:
                    # a server that went silent has taken some of the time already
                    self._patient_until = began + PATIENCE
                elif time.monotonic() > self._patient_until:
                    raise
            self.close()
            sql, values = again or (sql, values)
            time.sleep(spread(_TRY_AGAIN_AFTER))

    def _is_changing_over(self, problem: Exception) -> bool:
        """Return whether the server is gone, is stopping or starting, or is a standby that does not write."""
        return not self.is_usable() or getattr(problem.__cause__, "sqlstate", None) in _CHANGING_OVER

    def close_if_unusable_or_obsolete(self) -> None:
        """Close the connection if it cannot be used. Django calls this at the beginning and at the end of each request."""
        self._patient_until = None
        super().close_if_unusable_or_obsolete()

    @cached_property
    def _debug(self) -> bool:
        """Return whether Django logs the statements of every connection."""
        return bool(settings.DEBUG)

    def _call(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        held = self.connection
        text, formats = _numbered(sql)
        making = None
        simple = _simple(values)
        if simple is None:
            making = Transformer(held)
            sent = making.dump_sequence(values, formats)
            simple = sent, making.types or (), making.formats or []
        done = held.pgconn.exec_prepared(self._name(text, simple[1]), simple[0], simple[2], Format.BINARY)
        if held.pgconn.status != ConnStatus.OK:
            raise OperationalError("the server ended the session")
        if done.status != ExecStatus.TUPLES_OK:
            raise error_from_result(done, encoding=held.info.encoding)
        if done.nfields == 1 and done.ntuples == 1 and done.ftype(0) in _AS_IT_COMES:
            found = done.get_value(0, 0)
            return [(None if found is None else _AS_IT_COMES[done.ftype(0)](found),)]
        making = making or Transformer(held)
        making.set_pgresult(done)
        return making.load_rows(0, done.ntuples, tuple)

    def _name(self, text: str, types: tuple[int, ...]) -> bytes:
        """Return the name of a prepared statement, preparing it if this connection has not."""
        if self._prepared[0] is not self.connection:
            self._prepared = (self.connection, {})
        names = self._prepared[1]
        name = names.get((text, types))
        if name is None:
            name = f"call{len(names)}".encode()
            pgconn = self.connection.pgconn
            done = pgconn.prepare(name, text.encode(), types)
            if done.status != ExecStatus.COMMAND_OK:
                raise error_from_result(done, encoding=self.connection.info.encoding)
            names[text, types] = name
        return name

    @contextmanager
    def values_beside(self) -> Iterator[None]:
        """Bind the parameters of ORM queries on the server in this block, to keep secrets out of the SQL.

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
        """Return whether the next query can be sent on this connection.

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


def _simple(
    values: Sequence[Any],
) -> tuple[Sequence[Any], tuple[int, ...], Sequence[Format]] | None:
    """Return values in wire format with their types, or None if any value is unsupported."""
    sent: list[bytes | None] = []
    types: list[int] = []
    ways: list[Format] = []
    for value in values:
        way = _WAYS.get(type(value))
        made = way(value) if way is not None else None
        if made is None:
            return None
        sent.append(made[0])
        types.append(made[1])
        ways.append(made[2])
    return sent, tuple(types), ways


type _Made = tuple[bytes | None, int, Format]


def _text(value: str) -> _Made | None:
    """Return a string in wire format, or None if it contains a null character."""
    return None if "\0" in value else (value.encode(), _UNSAID, Format.TEXT)


def _interval(value: timedelta) -> bytes:
    return _INTERVAL.pack(1_000_000 * value.seconds + value.microseconds, value.days, 0)


#: By the type of its items: their type, that of the array, and how an item is written.
_ARRAYS: dict[type, tuple[int, int, Callable[[Any], bytes]]] = {
    bytes: (_BYTEA, 1001, bytes),
    UUID: (_UUID, 2951, lambda value: value.bytes),
    str: (_TEXT, 1009, str.encode),
    int: (_INT8, 1016, lambda value: value.to_bytes(8, signed=True)),
    timedelta: (_OF_TIME, 1187, _interval),
}


def _list(values: list[Any]) -> _Made | None:
    """Return a list as a binary array, or None if its items have mixed or unsupported types.

    Items may be None. A list of nothing else is sent as text, as its type is not known.
    """
    kinds = {type(one) for one in values if one is not None}
    if not kinds:
        return b"{%s}" % b",".join([b"NULL"] * len(values)), _UNSAID, Format.TEXT
    kind = kinds.pop()
    if (
        kinds
        or kind not in _ARRAYS
        or (kind is str and any("\0" in one for one in values if one is not None))
    ):
        return None
    of, array, written = _ARRAYS[kind]
    sent = [_ARRAY_HEAD.pack(1, None in values, of, len(values), 1)]
    for one in values:
        if one is None:
            sent.append(_NULL_ITEM)
        else:
            item = written(one)
            sent += (len(item).to_bytes(4), item)
    return b"".join(sent), array, Format.BINARY


#: How a value of each type is sent.
_WAYS: dict[type, Callable[[Any], _Made | None]] = {
    bytes: lambda value: (value, _BYTEA, Format.BINARY),
    int: lambda value: (b"%d" % value, _UNSAID, Format.TEXT),
    str: _text,
    UUID: lambda value: (value.bytes, _UUID, Format.BINARY),
    timedelta: lambda value: (_interval(value), _OF_TIME, Format.BINARY),
    type(None): lambda _: (None, _UNSAID, Format.TEXT),
    list: _list,
}  # fmt: skip


@lru_cache(maxsize=64)
def _numbered(sql: str) -> tuple[str, list[PyFormat]]:
    """Return the SQL with numbered placeholders, and the format of each parameter."""
    formats = [_FORMATS[found] for found in _PLACE.findall(sql)]
    numbers = iter(range(1, len(formats) + 1))
    return _PLACE.sub(lambda _: f"${next(numbers)}", sql), formats
