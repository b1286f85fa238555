"""One site over HTTP: granian, WSGI, its worker processes.

It logs no request, no path and no address: there is no access log, and its own lines pass through `NothingPersonal`.
"""

from __future__ import annotations

from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

SITES = ("public", "office")
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
        "_granian": {"handlers": ["errors"], "level": "WARNING", "propagate": False},
        "granian.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}


def serve(site: str, *, host: str, port: int, workers: int, threads: int) -> None:
    """Serve `public` or `office` until SIGTERM or SIGINT. Each of `workers` processes answers `threads` requests at once."""
    if site not in SITES:
        raise ValueError(f"there is no site {site}")
    Granian(
        f"heedline.config.wsgi_{site}:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=workers,
        blocking_threads=threads,
        # A thread keeps its database connection: it should not be given up after a quiet half minute.
        blocking_threads_idle_timeout=600,
        backlog=_BACKLOG,
        backpressure=_BACKLOG // workers,
        http1_settings=HTTP1Settings(header_read_timeout=15_000),  # somebody slow holds nobody up for long
        log_level=LogLevels.warning,
        log_dictconfig=QUIET,
        log_access=False,
        workers_kill_timeout=10,
    ).serve()
