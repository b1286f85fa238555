"""Which incidents have a public form, for the public site, calls and reports from programs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import Error, OperationalError, connection

from heedline.packs import load_pack
from heedline.reports import door
from heedline.reports.door import PublicIncident

__all__ = ["IncidentMark", "PublicIncident", "at_path", "forget", "mark_for", "open_for", "open_now"]

#: The list is read again after so many seconds. While the database is away, the last one stays.
_FRESH_SECONDS = 10.0
#: Seconds that a request waits for a new list before it uses the last one.
_PAGE_WAITS = 0.3
#: Seconds that somebody who follows a link to an incident waits for the first list.
_LINK_WAITS = 5.0


@dataclass(frozen=True)
class IncidentMark:
    """The incident by whose form a report was sent, and its kind, which decides the desk and the first deadline."""

    id: UUID
    kind: str


def _idle() -> threading.Event:
    done = threading.Event()
    done.set()
    return done


@dataclass
class _Known:
    asked: float = float("-inf")
    incidents: tuple[PublicIncident, ...] | None = None
    """None until they have been read once."""
    read: threading.Event = field(default_factory=_idle)
    """Set while nobody reads the list."""


_known = _Known()
_turn = threading.Lock()


def _beside(read: Callable[[], None]) -> None:
    """Run this in a thread with a connection of its own, which may hang with the database while requests go on."""

    def run() -> None:
        try:
            read()
        finally:
            connection.close()

    threading.Thread(target=run, name="incidents", daemon=True).start()


def _begin_reading() -> bool:
    """Have the list read by another thread, unless one is reading it. Return whether one began."""
    with _turn:
        if not _known.read.is_set():
            return False
        _known.asked = time.monotonic()
        _known.read.clear()
    try:
        _beside(_read)
    except BaseException:
        _known.read.set()
        raise
    return True


def _read() -> None:
    try:
        with suppress(Error):  # incidents are no reason to keep anybody from the other pages
            _known.incidents = door.incidents()
    finally:
        _known.read.set()


def _listed() -> tuple[PublicIncident, ...] | None:
    """Return every incident as last read, or None if they have not been read yet. Waits only briefly for the database."""
    if time.monotonic() - _known.asked >= _FRESH_SECONDS and _begin_reading():
        _known.read.wait(_PAGE_WAITS)  # others go on with the last list meanwhile
    return _known.incidents


def open_now() -> tuple[PublicIncident, ...]:
    """Return the incidents whose forms are open, newest first."""
    return tuple(one for one in _listed() or () if one.is_open)


def open_for(report_kind: str) -> tuple[PublicIncident, ...]:
    """Return the incidents whose forms are open and take this kind of report, newest first."""
    kinds = load_pack(settings.PACK).incidents
    return tuple(one for one in open_now() if one.kind in kinds and kinds[one.kind].report == report_kind)


def mark_for(slug: str, report_kind: str) -> IncidentMark | None:
    """Return the mark of a report that names the incident at this path.

    None if no open incident there takes this kind of report: it is then a report like any other. Raises as `at_path` does.
    """
    found = at_path(slug) if slug else None
    return (
        IncidentMark(found.id, found.kind) if found is not None and found in open_for(report_kind) else None
    )


def at_path(slug: str) -> PublicIncident | None:
    """Return the incident at this path, open or closed, or None.

    Raises OperationalError if no list has been read yet and the database is away.
    """
    found = _listed()
    if found is None:  # whoever follows a link is not told that there is none
        _begin_reading()
        _known.read.wait(_LINK_WAITS)
        found = _known.incidents
    if found is None:
        raise OperationalError("the incidents could not be read")
    return next((one for one in found if one.slug == slug), None)


def forget() -> None:
    """Read the list anew when it is next asked for."""
    _known.asked = float("-inf")
    _known.incidents = None
