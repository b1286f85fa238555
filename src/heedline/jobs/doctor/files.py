"""What `heedline doctor` says about showing files to officers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

from heedline.files.derivatives import ffmpeg_missing, office_missing, sandbox_missing
from heedline.specialist_desks.material.capture.running import capture_missing


def told(connection: psycopg.Connection[tuple[Any, ...]]) -> Iterator[tuple[bool | None, str]]:
    """Yield whether files can be shown here, and what is missing for some kinds of them.

    A live installation without a sandbox is wrong: its officers cannot see what reporters send.
    """
    row = connection.execute("SELECT born FROM desks_installation").fetchone()
    live = row is not None and row[0] == "live"
    sandbox = sandbox_missing()
    if sandbox is None:
        yield True, "files are decoded in a sandbox without network, which was tried"
    else:
        yield (False if live else None), f"files cannot be shown. {sandbox}"
    ffmpeg = ffmpeg_missing()
    yield (True if ffmpeg is None else None), ffmpeg or "ffmpeg converts films and sound"
    capture = capture_missing()
    yield (
        (True if not capture else None),
        capture or "pages can be captured: Chromium and bubblewrap are there",
    )
    office = office_missing()
    yield (True if office is None else None), office or "LibreOffice draws office documents"
