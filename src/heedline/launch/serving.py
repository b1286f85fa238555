"""Serve one site over HTTP with granian and its worker processes.

`gateway.front` stands between granian and Django. No request, path or address is logged. There is no access log, and granian's own log lines pass through `NothingPersonal`.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from heedline.casework.sign_in_proof import agrees, claim, sign_in_proof
from heedline.config import databases
from heedline.config import environment as env
from heedline.launch import CannotStart

SITES = ("public", "office", "partner", "files")
_PORTS = {"public": 8000, "office": 8001, "files": 8002, "partner": 8003}
_WORKERS = {"public": 2, "office": 1, "files": 1, "partner": 1}
_LOOPBACK = frozenset({"127.0.0.1", "127.0.0.2", "127.0.0.3", "localhost", "::1"})
OTHER_KEY = (
    "HEEDLINE_SECRET_KEY differs from that of the site's other servers. Give all servers of one site the same key. If you"
    " changed it, stop them, run heedline settle-roles --forget-sign-in-proofs SITE once, and start them again."
)
#: Seconds for which a start waits for the database.
_ASKS_FOR = 10.0
#: How many connections wait for us at most; shared out among the workers, the rest waits in the kernel.
_BACKLOG = 1024

QUIET: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"nothing_personal": {"()": "heedline.config.quiet_logs.NothingPersonal"}},
    "handlers": {
        "errors": {
            "class": "logging.StreamHandler",
            "formatter": "nothing_personal",
            "stream": "ext://sys.stderr",
        }
    },
    "loggers": {
        "_granian": {"handlers": ["errors"], "level": "ERROR", "propagate": False},
        "granian.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}


#: How granian is set up, whatever the site.
SERVER: dict[str, Any] = {
    "factory": True,
    "interface": Interfaces.RSGI,
    "http": HTTPModes.http1,
    "websockets": False,
    "backlog": _BACKLOG,
    # The head of a request: within ten seconds, and no longer than cookies and an address can make it.
    "http1_settings": HTTP1Settings(header_read_timeout=10_000, max_buffer_size=32 * 1024),
    "log_level": LogLevels.error,
    "log_dictconfig": QUIET,
    "log_access": False,
    "workers_kill_timeout": 10,
    # One that dies twice within seconds ends the process: whoever supervises it waits longer each time.
    "respawn_failed_workers": True,
}


def serve(site: str) -> int:
    """Serve `public`, `office`, `partner` or `files` until SIGTERM or SIGINT and return the exit code.

    The environment sets HEEDLINE_BIND (this machine only by default, and always in a demonstration) and the
    site's port. HEEDLINE_<SITE>_WORKERS is the number of processes, and HEEDLINE_<SITE>_THREADS (8) is the
    number of concurrent requests in each. Raises CannotStart.
    """
    host = env.text("HEEDLINE_BIND", default="127.0.0.1")
    if env.flag("HEEDLINE_DEMO", default=False) and host not in _LOOPBACK:
        raise CannotStart("A demonstration listens on this machine only: take HEEDLINE_BIND away.")
    _refuse_to_start(site)
    workers = env.count(f"HEEDLINE_{site.upper()}_WORKERS", default=_WORKERS[site])
    os.environ["HEEDLINE_PROCESS"] = site
    Granian(
        "heedline.config.wsgi:application",
        address=host,
        port=env.port(f"HEEDLINE_{site.upper()}_PORT", default=_PORTS[site]),
        workers=workers,
        backpressure=_BACKLOG // workers,
        **SERVER,
    ).serve()
    return 0


def _refuse_to_start(site: str) -> None:
    """Raise CannotStart behind a connection pooler, and with another SECRET_KEY than the site's other servers.

    The public site may use a pooler. A database that is away, or does not answer in time, is waited for later: guidance has to
    be served without it.
    """
    wrong: list[str] = []
    asking = threading.Thread(target=lambda: wrong.extend(_wrong(site)), name="start", daemon=True)
    asking.start()
    asking.join(_ASKS_FOR)
    if wrong:
        raise CannotStart(wrong[0])


def _wrong(site: str) -> Iterator[str]:
    """Yield why this server must not start, as far as the database tells."""
    address = env.secret("HEEDLINE_DATABASE_URL", default="")
    secret_key = env.secret("HEEDLINE_SECRET_KEY", default="")
    if not address:
        return  # the site itself says that it is missing
    with contextlib.suppress(psycopg.Error):
        with psycopg.connect(
            address, autocommit=True, connect_timeout=databases.CONNECT_SECONDS
        ) as connection:
            if site != "public" and databases.is_pooled(connection.pgconn):
                yield databases.POOLED
            # the files site signs nothing that another server reads
            elif (
                site != "files"
                and secret_key
                and not _has_the_sites_key(connection, site, sign_in_proof(secret_key, site))
            ):
                yield OTHER_KEY


def _has_the_sites_key(connection: psycopg.Connection, site: str, proof: bytes) -> bool:
    """Leave the proof of this key, unless the site has one, and return whether the site's proof is now this one."""
    if site != "public":
        claim(connection, site, proof)
        return agrees(connection, site, proof) is True
    return connection.execute("SELECT door.is_key_of_the_site(%b)", [proof]).fetchone() == (True,)
