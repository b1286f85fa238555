"""The numbers of searches that officers made, for supervisors and overseers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, Sum

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.recording import refusals_logged
from heedline.casework.search.searching import BROAD
from heedline.permits.capabilities import Capability
from heedline.permits.roles import Role, granted
from heedline.reports.models import Search


@dataclass(frozen=True)
class SearchCount:
    """The number of searches by one officer in a period.

    `broad` is the number of searches that found very many reports.
    """

    officer: str
    searches: int
    broad: int
    hits: int
    by_kind: tuple[tuple[str, int], ...]


def _led(by: Attendance) -> list[UUID]:
    return [
        desk
        for role, desk in by.appointments
        if desk is not None and Capability.SEE_SEARCHES in granted(Role(role))
    ]


def counts(*, by: Attendance, at: datetime, days: int = 30) -> tuple[SearchCount, ...]:
    """Return how often the officers of the supervised desks searched recently, most searches first.

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
        .values_list("officer__name", "kind")
        .annotate(n=Count("id"), broad=Count("id", filter=Q(hits__gt=BROAD)), hits=Sum("hits"))
        .order_by("officer__name", "kind")
    )
    people: dict[str, list[tuple[str, int, int, int]]] = {}
    for name, kind, n, broad, hits in rows:
        people.setdefault(name, []).append((kind, n, broad, hits))
    found = [
        SearchCount(
            name,
            sum(n for _, n, _, _ in lines),
            sum(broad for _, _, broad, _ in lines),
            sum(hits for _, _, _, hits in lines),
            tuple((kind, n) for kind, n, _, _ in lines),
        )
        for name, lines in people.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.searches, one.officer)))
