"""Which incidents have a public form, for the public site."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass

from django.db import Error

from heedline.reports import door
from heedline.reports.door import PublicIncident

__all__ = ["PublicIncident", "at_path", "forget", "open_now"]

#: The list is read again after so many seconds. While the database is away, the last one stays.
_FRESH_SECONDS = 10.0


@dataclass
class _Known:
    asked: float
    incidents: tuple[PublicIncident, ...]


_known = _Known(float("-inf"), ())


def _read() -> tuple[PublicIncident, ...]:
    if time.monotonic() - _known.asked >= _FRESH_SECONDS:
        _known.asked = time.monotonic()  # others go on with the last list meanwhile
        with suppress(Error):  # incidents are no reason to keep anybody from the other pages
            _known.incidents = door.incidents()
    return _known.incidents


def open_now() -> tuple[PublicIncident, ...]:
    """Return the incidents whose forms are open, newest first."""
    return tuple(one for one in _read() if one.is_open)


def at_path(slug: str) -> PublicIncident | None:
    """Return the incident at this path, open or closed, or None."""
    return next((one for one in _read() if one.slug == slug), None)


def forget() -> None:
    """Read the list anew when it is next asked for."""
    _known.asked = float("-inf")
    _known.incidents = ()
