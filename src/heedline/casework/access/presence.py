"""Shows which colleagues have a report open.

`database/functions/presence.sql` decides who is not shown to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import F, Func, JSONField, Value

from heedline.permits import partner_functions
from heedline.permits.models import ViewToken
from heedline.reports.models import Presence


@dataclass(frozen=True, slots=True)
class AlsoOpen:
    """A colleague who has opened the report in the last ten minutes, with the time to the minute."""

    name: str
    minute: datetime


def noted(at: datetime) -> Func:
    """Return a query column that lists who else has a report open and records this officer as a viewer.

    Use it in a query for one report that the officer may read.
    """
    return Func(F("pk"), Value(at), function="permits.open_with", output_field=JSONField())


def colleagues(rows: Iterable[Mapping[str, str]]) -> tuple[AlsoOpen, ...]:
    """Return the colleagues listed in the column that `noted` added."""
    return tuple(AlsoOpen(row["name"], datetime.fromisoformat(row["minute"])) for row in rows)


def forget(officer: UUID) -> None:
    """Delete all of this officer's presence records.

    Called when the officer locks their session or signs out.
    """
    if not settings.FOR_PARTNERS:  # they open no reports
        Presence.objects.filter(officer_id=officer).delete()


def forget_views(*sessions: bytes) -> None:
    """Delete the file tokens of these sessions, which closes every file that they have open.

    Called with `forget`.
    """
    if settings.FOR_PARTNERS:
        partner_functions.close_files()
    else:
        ViewToken.objects.filter(session__in=sessions).delete()
