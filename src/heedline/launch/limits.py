"""Operating system limits for Heedline's processes."""

from __future__ import annotations

import contextlib
import resource

#: Two workers' connections, the database's and what lies open besides.
_FILES = 4096


def hardened() -> None:
    """Disable core dumps for this process and raise its limit on open files.

    A core file would hold what reporters wrote, codes and the keys that sessions have unlocked.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
