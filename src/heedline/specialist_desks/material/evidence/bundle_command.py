"""The `heedline evidence verify` command, which checks an evidence bundle offline.

The exit codes are 0 if everything fits together, 1 if not, and 3 if a file cannot be read.
"""

from __future__ import annotations

import sys
from pathlib import Path

from heedline.specialist_desks.material.evidence import bundles
from heedline.specialist_desks.material.evidence.chain import BrokenChain

WHOLE, CHANGED, UNKNOWN = 0, 1, 3


def verify(bundle: Path, head: str, roots: Path | None) -> int:
    """Verify a bundle and return the exit code."""
    try:
        trusted = roots.read_bytes() if roots is not None else b""
        found = bundles.verify(bundle, head=head, roots=trusted)
    except OSError as why:
        return _tell(f"{why.filename} cannot be read: {why.strerror}", UNKNOWN)
    except BrokenChain as why:
        return _tell(f"CHANGED: {why}", CHANGED)
    _say(f"The bundle is whole: {found.entries} entries, {found.files} files.")
    _say(f"Hash of the newest entry: {found.head}")
    for number, at in found.stamped:
        _say(f"Entry {number} was stamped at {at:%Y-%m-%d %H:%M:%S} UTC.")
    if found.unstamped:
        _say(f"Not shown to be stamped: {', '.join(map(str, found.unstamped))}.")
    if not head:
        _say("Without --head nothing shows that the newest entries were not removed.")
    return WHOLE


def _say(words: str) -> None:
    print(words)  # noqa: T201 - the command's own words


def _tell(words: str, code: int) -> int:
    print(f"heedline: {words}", file=sys.stderr)  # noqa: T201
    return code
