"""Database settings for each process.

A process always uses one database, always under its own role.
"""

from __future__ import annotations

from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn

from heedline.config import environment as env

#: Nobody waits longer for a row that somebody else holds: a process that runs other code than ours, or hangs, would else
#: hold up everybody who needs one of the rows that it may lock, a partner's those of the desk that sends to it.
_WAITS_SHORTLY = "-c lock_timeout=20s"

#: Seconds in which the server must let a connection in, or the page says that it does not work just now. Without a limit of
#: ours, each page would wait more than two minutes for a host that does not answer at all.
CONNECT_SECONDS = 5
#: For a server that is reached over a network. One that goes silent is noticed within 20 seconds of sending it something, and
#: within a minute while its answer is awaited, however long a statement may take.
_OVER_A_NETWORK = {
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
#: What Django is told by settings of its own.
_PLACES = frozenset({"host", "port", "dbname", "user", "password"})


def from_url(url: str) -> dict[str, Any]:
    """Return Django's settings for the database at a URL.

    URLs have the form `postgresql://user:password@host/name?host=/socket/folder`, and may name several hosts, each with a
    port: `postgresql://user:password@one:5432,two:5432/name?target_session_attrs=primary`. Any other parameter of libpq,
    such as `sslmode`, may be added, and takes precedence over the values set here. Raises ValueError for other addresses.
    """
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError("A database address must start with postgresql://")
    try:
        found = conninfo_to_dict(url)
    except ProgrammingError:  # it may quote the address, and so the password
        raise ValueError("This is not the address of a database") from None
    host = str(found.get("host") or "")
    if found.get("target_session_attrs") == "read-write":
        # The server that can be written to. Asked for in this way, it would refuse the role of backups, which reads only.
        found["target_session_attrs"] = "primary"
    options: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        **(_OVER_A_NETWORK if any(not one.startswith("/") for one in host.split(",") if one) else {}),
        **{name: value for name, value in found.items() if name not in _PLACES},
    }
    return {
        "ENGINE": "heedline.config.postgresql",
        "NAME": str(found.get("dbname") or ""),
        "USER": str(found.get("user") or ""),
        "PASSWORD": str(found.get("password") or ""),
        "HOST": host,
        "PORT": str(found.get("port") or ""),
        "OPTIONS": options,
        # One connection a thread, kept: opening one costs more than a report.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


#: What is said of a connection that leads through a pooler.
POOLED = (
    "The database address leads through a connection pooler, which would give an officer's queries to a session of somebody"
    " else. Connect this process directly. The public site alone may use a pooler."
)


def is_pooled(connection: PGconn) -> bool:
    """Return whether a pooler answers this connection: the session that it named at the start is not the server's."""
    found = connection.exec_(b"SELECT pg_backend_pid()")
    return found.status == ExecStatus.TUPLES_OK and found.get_value(0, 0) != b"%d" % connection.backend_pid


def database_settings(process: str) -> dict[str, dict[str, Any]]:
    """Return the DATABASES setting for this process.

    A process without a name (for checks and type checking) gets a database that connects nowhere.
    """
    url = env.secret("HEEDLINE_DATABASE_URL", default="")
    if not url and process != "none":
        raise env.Missing("HEEDLINE_DATABASE_URL")
    found = from_url(url or "postgresql:///nowhere?host=/nonexistent")
    more = {
        "office": _WAITS_SHORTLY,
        "partner": _WAITS_SHORTLY,
        "files": _WAITS_SHORTLY,
    }.get(process)
    if more is not None:
        options = found["OPTIONS"]
        options["options"] = " ".join(filter(None, (options.get("options", ""), more)))
    return {"default": found}
