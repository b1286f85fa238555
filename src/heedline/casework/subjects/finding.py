"""Lookup of subjects' reports through the sealed indexes of an officer's desks."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Q, QuerySet

from heedline.audit.acts import Act
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.report.restrictions import usable
from heedline.casework.search import desk_index, index_rows, link_decisions, subject_entries
from heedline.casework.search.link_decisions import LinkDecision
from heedline.casework.search.page_store import one_snapshot
from heedline.casework.search.subject_entries import KEY, PART, SubjectLink
from heedline.index import Damaged
from heedline.permits.scopes import IsOneOf, reports_of
from heedline.reports.models import Report, SealedHeader, SearchWaiting
from heedline.reports.stored import StoredPart, parts_column, parts_in
from heedline.vault import CannotOpen

#: The most reports that are looked up for one key.
MOST: Final = 500


@dataclass(frozen=True)
class LinkedReport:
    """A report that the officer may open, with its entries about one subject.

    `decided` are the link decisions made on the report, if they were asked for.
    """

    report: Report
    link: SubjectLink
    decided: tuple[LinkDecision, ...] = ()


@dataclass(frozen=True)
class ReportParts:
    """A report with some of its sealed parts."""

    report: Report
    parts: tuple[StoredPart, ...]


def reports_of_subjects(
    subjects: Iterable[UUID], *, by: Attendance, restricted: bool = False, decisions: bool = False
) -> dict[UUID, tuple[LinkedReport, ...]]:
    """Return the reports at the officer's desks that have entries about these subjects, oldest link first.

    Reports whose entries the index does not have yet are looked through as well. Restricted reports are left out, unless
    `restricted` is set, as for a data subject request. Their link decisions are read if `decisions` is set. Raises Locked.
    """
    sorts = (link_decisions.PART,) if decisions else ()
    wanted = set(subjects)
    ring = by.keys()
    with one_snapshot():
        hits, unread = look_up([KEY.format(one) for one in wanted], by=by, ring=ring)
        known = {ref for refs in hits.values() for ref in refs}
        rows = _with_parts(_having_entries(known, by, unread), *sorts, by=by, restricted=restricted)
    found = links_in(rows, ring, decisions=decisions)
    return {one: tuple(each for each in found if each.link.subject == one) for one in wanted}


def linked_reports(
    refs: Iterable[UUID], *, by: Attendance, ring: Keyring, restricted: bool = False
) -> tuple[LinkedReport, ...]:
    """Return every subject link of the given reports that the officer may open, with its report.

    Restricted reports are left out unless `restricted` is set.
    """
    return links_in(_with_parts(list(refs), by=by, restricted=restricted), ring)


def with_decisions(refs: Iterable[UUID], *, by: Attendance) -> list[ReportParts]:
    """Return reports with their entries about subjects and their link decisions, leaving out restricted ones."""
    return _with_parts(list(refs), link_decisions.PART, by=by)


def links_in(
    rows: Iterable[ReportParts], ring: Keyring, *, decisions: bool = False
) -> tuple[LinkedReport, ...]:
    """Return every subject link of these reports that can be opened, oldest first, with the `decisions` if asked for."""
    by_ref = {row.report.id: row for row in rows}
    parts = [part for row in by_ref.values() for part in row.parts]
    made = subject_entries.links(subject_entries.opened(parts, ring))
    decided: dict[UUID, tuple[LinkDecision, ...]] = {}
    if decisions:
        wanted = {one.report for one in made}
        decided = {ref: tuple(link_decisions.made_on(ref, by_ref[ref].parts, ring)) for ref in wanted}
    return tuple(LinkedReport(by_ref[one.report].report, one, decided.get(one.report, ())) for one in made)


def _with_parts(
    refs: list[UUID] | QuerySet[Any], *sorts: str, by: Attendance, restricted: bool = False
) -> list[ReportParts]:
    """Return these reports with their entries about subjects, and with other parts of the given kinds, in one query."""
    if isinstance(refs, list) and not refs:
        return []
    mine = reports_of(by.desk_ids)
    which = Q(id__in=refs) if isinstance(refs, list) else IsOneOf(F("id"), ArraySubquery(refs))
    rows: QuerySet[Any] = (mine if restricted else usable(mine)).filter(which).select_related("desk")
    rows = rows.annotate(sealed=parts_column(Q(part__in=(PART, *sorts))))
    return [ReportParts(row, tuple(parts_in(row.id, row.sealed))) for row in rows]


def look_up(keys: Iterable[str], *, by: Attendance, ring: Keyring) -> tuple[dict[str, set[UUID]], set[UUID]]:
    """Return the reports under each key in the officer's indexes, and the desks without a readable index.

    Must be called inside `page_store.one_snapshot`.
    """
    wanted = list(keys)
    hits: dict[str, set[UUID]] = {}
    unread = set(by.desk_ids)
    row: Any
    for row in index_rows.indexes(by.desk_ids):
        if row.epoch not in ring.seeds or not row.size:
            continue
        with suppress(CannotOpen, Damaged), desk_index.reading(row, ring) as index:
            for key, refs in index.seen(wanted, most=MOST).items():
                hits.setdefault(key, set()).update(refs)
            unread.discard(row.desk_id)
    return hits, unread


def _having_entries(known: Iterable[UUID], by: Attendance, unread: Iterable[UUID]) -> QuerySet[Any]:
    """Return a query for the reports with entries that are known or may not be indexed yet, or whose desk has no index.

    After a reporter has been active on a report, it waits for the end of the quarter hour, and officers see nothing of this. So
    every recently changed report is included.
    """
    mine = list(by.desk_ids)
    waiting = SearchWaiting.objects.filter(desk__in=mine).values_list("report", flat=True)
    unsettled = reports_of(mine).filter(settled=False).values_list("id", flat=True)
    lately = index_rows.changed_lately(Act.SUBJECT_CHANGED)
    some = [waiting, unsettled, lately]
    if refs := list(known):
        some.append(reports_of(mine).filter(id__in=refs).values_list("id", flat=True))
    if none := list(unread):
        some.append(reports_of(none).values_list("id", flat=True))
    first, *others = (one.order_by() for one in some)
    return SealedHeader.objects.filter(part=PART, report__in=first.union(*others)).values("report_id")
