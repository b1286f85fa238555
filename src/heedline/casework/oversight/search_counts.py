"""Counts of officers' searches, for supervisors and overseers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncHour

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.recording import refusals_logged
from heedline.casework.search.searching import BROAD
from heedline.permits.capabilities import Capability
from heedline.permits.roles import Role, granted
from heedline.reports.models import Search

#: Searches by one officer in one hour that are pointed out, as for reports read.
MANY: Final = 30

#: The kind of some searches, their hour, the number of them, of broad ones, of broad ones with a reason, and of reports found.
type _Line = tuple[str, datetime, int, int, int, int]


@dataclass(frozen=True)
class SearchCount:
    """The number of searches by one officer in a period.

    `broad` is the number of searches that found very many reports, of which `reasoned` were made with a reason. The others
    showed no results. `most_in_an_hour` is the largest number of searches within one hour of the clock. `bulk` is set if
    that is `MANY` or more.
    """

    officer: str
    searches: int
    most_in_an_hour: int
    broad: int
    reasoned: int
    hits: int
    by_kind: tuple[tuple[str, int], ...]

    @property
    def unreasoned(self) -> int:
        """Return the number of broad searches without a reason."""
        return self.broad - self.reasoned

    @property
    def bulk(self) -> bool:
        return self.most_in_an_hour >= MANY


def _led(by: Attendance) -> list[UUID]:
    return [
        desk
        for role, desk in by.appointments
        if desk is not None and Capability.SEE_SEARCHES in granted(Role(role))
    ]


def counts(*, by: Attendance, at: datetime, days: int = 30) -> tuple[SearchCount, ...]:
    """Return search counts for the officers of the supervised desks, most searches first.

    Raises Refused.
    """
    with refusals_logged(Act.SEARCHES_SEEN, by=by.officer_id):
        by.require(Capability.SEE_SEARCHES)
        journal.record(Act.SEARCHES_SEEN, actor=by.officer_id, desk=by.desk_ids[0] if by.desk_ids else None)
    theirs = (
        Search.objects.all() if by.may(Capability.OVERSEE) else Search.objects.filter(desks__overlap=_led(by))
    )
    rows = (
        theirs.filter(at__gte=at - timedelta(days=days))
        .annotate(hour=TruncHour("at", tzinfo=office_zone()))
        .values_list("officer__name", "kind", "hour")
        .annotate(
            n=Count("id"),
            broad=Count("id", filter=Q(hits__gt=BROAD)),
            with_reason=Count("id", filter=Q(hits__gt=BROAD, reasoned=True)),
            hits=Sum("hits"),
        )
    )
    people: dict[str, list[_Line]] = {}
    for name, *line in rows:
        people.setdefault(name, []).append(tuple(line))
    found = [_count(name, lines) for name, lines in people.items()]
    return tuple(sorted(found, key=lambda one: (-one.searches, one.officer)))


def _count(officer: str, lines: Iterable[_Line]) -> SearchCount:
    """Total an officer's searches."""
    kinds, hours = Counter[str](), Counter[datetime]()
    broad = reasoned = hits = 0
    for kind, hour, n, many, with_reason, found in lines:
        kinds[kind] += n
        hours[hour] += n
        broad += many
        reasoned += with_reason
        hits += found
    return SearchCount(
        officer, kinds.total(), max(hours.values()), broad, reasoned, hits, tuple(sorted(kinds.items()))
    )
