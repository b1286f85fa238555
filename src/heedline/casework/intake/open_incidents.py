"""Which incidents have a public form, for the public site, calls and reports from programs."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import OperationalError

from heedline.casework.intake.last_read import LastRead
from heedline.packs import load_pack
from heedline.reports import door
from heedline.reports.door import PublicIncident

__all__ = ["IncidentMark", "PublicIncident", "at_path", "forget", "mark_for", "open_for", "open_now"]

#: Seconds that somebody who follows a link to an incident waits for the first list.
_LINK_WAITS = 5.0


@dataclass(frozen=True)
class IncidentMark:
    """The incident by whose form a report was sent, and its kind, which decides the desk and the first deadline."""

    id: UUID
    kind: str


def _read() -> tuple[PublicIncident, ...]:
    return door.incidents()


_known = LastRead(_read)


def open_now() -> tuple[PublicIncident, ...]:
    """Return the incidents whose forms are open, newest first."""
    return tuple(one for one in _known.latest() or () if one.is_open)


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
    found = _known.first(_LINK_WAITS)  # whoever follows a link is not told that there is none
    if found is None:
        raise OperationalError("the incidents could not be read")
    return next((one for one in found if one.slug == slug), None)


def forget() -> None:
    """Read the list anew when it is next asked for."""
    _known.forget()
