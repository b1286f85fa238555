"""Which colleagues have a report open, and who is not shown to them (`database/functions/presence.sql`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import F, Func, JSONField, Value

from heedline.reports.models import Presence


@dataclass(frozen=True, slots=True)
class AlsoOpen:
    """A colleague who opened the report in the last ten minutes, and the minute."""

    name: str
    minute: datetime


def noted(at: datetime) -> Func:
    """Return a column of a report that lists who else has it open, and notes that this session's officer has.

    Use it in a query for one report that the officer may read.
    """
    return Func(F("pk"), Value(at), function="permits.open_with", output_field=JSONField())


def colleagues(rows: Iterable[Mapping[str, str]]) -> tuple[AlsoOpen, ...]:
    """Return what the column `noted` holds."""
    return tuple(AlsoOpen(row["name"], datetime.fromisoformat(row["minute"])) for row in rows)


def forget(officer: UUID) -> None:
    """Delete what says that this officer has any report open. Called when they lock or sign out."""
    if not settings.FOR_PARTNERS:  # they open no reports
        Presence.objects.filter(officer_id=officer).delete()
