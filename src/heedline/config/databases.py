"""Database settings for each process.

A process always uses one database, always under its own role.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from heedline.config import environment as env

#: The public process looks everything up by a key. A session that first stores a report while there are few keeps a plan
#: that reads the whole table to check each reference; without this, a rush on a new installation gets dearer with every
#: report, until the database has counted its rows.
_BY_INDEX = "-c enable_seqscan=off"

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
_PLACES = frozenset({"host", "port"})


def from_url(url: str) -> dict[str, Any]:
    """Return Django's settings for the database at a URL.

    URLs have the form `postgresql://user:password@host/name?host=/socket/folder`. Any other parameter of libpq, such as
    `sslmode`, may be added, and takes precedence over the values set here.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError("A database address must start with postgresql://")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    host = query.get("host") or parts.hostname or ""
    options: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        **(_OVER_A_NETWORK if host and not host.startswith("/") else {}),
        **{name: value for name, value in query.items() if name not in _PLACES},
    }
    return {
        "ENGINE": "heedline.config.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": query.get("port") or (str(parts.port) if parts.port else ""),
        "OPTIONS": options,
        # One connection a thread, kept: opening one costs more than a report.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


def database_settings(process: str) -> dict[str, dict[str, Any]]:
    """Return the DATABASES setting for this process.

    A process without a name (for checks and type checking) gets a database that connects nowhere.
    """
    url = env.secret("HEEDLINE_DATABASE_URL", default="")
    if not url and process != "none":
        raise env.Missing("HEEDLINE_DATABASE_URL")
    found = from_url(url or "postgresql:///nowhere?host=/nonexistent")
    more = {
        "public": _BY_INDEX,
        "office": _WAITS_SHORTLY,
        "partner": _WAITS_SHORTLY,
        "files": _WAITS_SHORTLY,
    }.get(process)
    if more is not None:
        options = found["OPTIONS"]
        options["options"] = " ".join(filter(None, (options.get("options", ""), more)))
    return {"default": found}
