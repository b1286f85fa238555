"""Check the sandbox from inside. Report READY and END only if every attempt to escape fails."""

from __future__ import annotations

import os
import socket
import sys

from heedline.files.derivatives.frames import FrameWriter

_HIDDEN = ("/etc/passwd", "/etc/shadow", "/home", "/root", "/proc", "/sys", "/run", "/var", "/srv", "/mnt")


def _succeeds(attempt: object) -> bool:
    try:
        attempt()  # type: ignore[operator]
    except OSError:
        return False
    return True


def _connect() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as caller:
        caller.settimeout(0.2)
        caller.connect(("192.0.2.1", 9))


def main() -> int:
    """Attempt to escape the sandbox, and report the result."""
    out = FrameWriter(1)
    shut = (
        not any(os.path.exists(place) for place in _HIDDEN)
        and not _succeeds(_connect)
        and not _succeeds(lambda: os.open("/app/written", os.O_CREAT | os.O_WRONLY))
        and not _succeeds(lambda: os.open("/usr/written", os.O_CREAT | os.O_WRONLY))
        and os.getuid() != 0
    )
    if not shut:
        return 1
    out.ready()
    out.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
