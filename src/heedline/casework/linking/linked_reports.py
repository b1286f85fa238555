"""Find which reports officers have linked to another one, from the decisions on either report's page."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import Final
from uuid import UUID

from django.db.models import Q

from heedline.audit.acts import Act
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.report.restrictions import usable
from heedline.casework.search import desk_index, index_rows, link_decisions, values
from heedline.casework.search.link_decisions import LinkDecision, LinkVerdict
from heedline.casework.search.page_store import one_snapshot
from heedline.index import Damaged
from heedline.permits.scopes import reports_of
from heedline.reports.models import SearchWaiting
from heedline.reports.stored import in_batches
from heedline.vault import CannotOpen

#: Reports with a decision about one report that are looked up in each index.
_MOST: Final = 1_000


def linked(reports: Iterable[UUID], *, by: Attendance) -> set[UUID]:
    """Return which of these reports are linked to another one by a decision in force.

    A link counts even if the other report has since been handed over, restricted or disposed of. A decision on one of these
    reports that cannot be decrypted counts as a link. Raises Locked.
    """
    wanted = set(reports)
    made, unread = _decisions(wanted, by)
    return {ref for ref in wanted if ref in unread or _others(ref, made)}


def linked_to(report: UUID, *, by: Attendance) -> tuple[tuple[UUID, ...], bool]:
    """Return the reports to which this one is linked and that the officer may use, and whether it is linked to any.

    They count as in `linked`. Raises Locked.
    """
    made, unread = _decisions({report}, by)
    others = _others(report, made)
    mine = usable(reports_of(by.desk_ids)).filter(id__in=others) if others else ()
    return tuple(sorted(one.id for one in mine)), bool(others or unread)


def _decisions(wanted: Collection[UUID], by: Attendance) -> tuple[list[LinkDecision], set[UUID]]:
    """Return the decisions about these reports, and the reports with a decision that cannot be decrypted."""
    ring = by.keys()
    made: list[LinkDecision] = []
    unread: set[UUID] = set()
    for part in in_batches(sorted({*wanted, *_naming(wanted, by, ring)}), part=link_decisions.PART):
        found = link_decisions.made_on(part.report, [part], ring)
        made += found
        if not found:
            unread.add(part.report)
    return made, unread


def _others(report: UUID, made: Iterable[LinkDecision]) -> list[UUID]:
    """Return the reports to which a decision in force links this one."""
    about = link_decisions.between(report, made).items()
    now = ((other, link_decisions.in_force(some)) for other, some in about)
    return [other for other, one in now if one is not None and one.verdict is LinkVerdict.SAME]


def _naming(wanted: Collection[UUID], by: Attendance, ring: Keyring) -> set[UUID]:
    """Return the reports at the officer's desks that may have a decision about one of these.

    They are found in the indexes. A report whose latest state is not indexed, or whose desk's index cannot be read, is included
    if it has any decision. A report is not queued for indexing until its quarter hour is settled, or while its reporter has
    just been active, and officers see nothing of this. So every report with a decision made in the last hour is included.
    """
    keys = [values.LINKED.format(ref) for ref in wanted]
    found: set[UUID] = set()
    unread = set(by.desk_ids)
    with one_snapshot(same_plans=True):
        for row in index_rows.searchable().fetched(list(by.desk_ids)):
            if row.epoch not in ring.seeds:
                continue
            with suppress(CannotOpen, Damaged), desk_index.reading(row, ring) as index:
                by_key = index.rows_of(keys, most=_MOST).by_key
                found |= set(index.reports_at({one for rows in by_key.values() for one in rows}).values())
                unread.discard(row.desk_id)
    waiting = SearchWaiting.objects.filter(desk_id__in=by.desk_ids).values("report")
    lately = index_rows.changed_lately(Act.LINK_DECIDED)
    not_indexed = Q(settled=False) | Q(id__in=waiting) | Q(id__in=lately)
    not_indexed |= Q(desk_id__in=unread) | Q(watch_id__in=unread)
    with_decisions = reports_of(by.desk_ids).filter(not_indexed, headers__part=link_decisions.PART)
    return found | set(with_decisions.values_list("id", flat=True))
