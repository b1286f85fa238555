"""Incremental indexing for an officer's desks, in small batches during requests.

A batch waits until there are eight reports or a minute has passed, because the growth of an index by a single report
would show how much that report says. A report that cannot be read never delays the others: it is set aside, or indexed in part.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere, SealingStopped
from heedline.casework.recording import refusals_logged
from heedline.casework.search import (
    desk_index,
    documents,
    index_rows,
    link_decisions,
    reopening,
    sealed_values,
    subject_entries,
    values,
)
from heedline.casework.search.documents import DeskIndexing, IndexVisit
from heedline.casework.search.page_store import StoredPages, one_snapshot
from heedline.casework.search.sealed_values import FoundValues
from heedline.desk_hooks import register
from heedline.index import Damaged, Document, SealedIndex
from heedline.index.extraction.keys import forms as forms_of_values
from heedline.permits.capabilities import Capability
from heedline.permits.compiled_query import CompiledQuery, padded
from heedline.permits.scopes import reports_of
from heedline.reports.models import Report, SearchIndex, SearchWaiting
from heedline.reports.stored import StoredPart
from heedline.vault import CannotOpen

#: Fewer reports than this wait for others, but no longer than `PATIENCE`.
FEWEST: Final = 8
PATIENCE: Final = timedelta(minutes=1)
#: Reports in one batch at most, and seconds of CPU that opening them may take. Storing them takes about as long again. A
#: batch takes up to `LAST_SECONDS` if it would otherwise leave fewer than `FEWEST` reports.
MOST: Final = 100
SECONDS, LAST_SECONDS = 0.1, 0.15
#: How many times as long opening may take by the clock, so that each batch of a busy machine is worth its fixed costs.
BUSY: Final = 4
#: The most reports whose parts are loaded together, and the number of reports added to the index together.
AT_ONCE: Final = 25
ADDED: Final = 8
#: How often the queues of an officer look whether something waits, if nothing much did.
EVERY: Final = timedelta(seconds=20)
#: The query for some of a desk's reports, compiled once for each number of them.
_REPORTS: Final = CompiledQuery(lambda desk, ids: reports_of(desk).filter(id__in=ids).select_related("desk"))
_next_look: dict[UUID, datetime] = {}
#: The desk for which an officer's session has taken the last step.
_last: dict[UUID, UUID] = {}
#: When a desk's few waiting reports were first noticed in this process.
_noticed: dict[UUID, datetime] = {}


@dataclass(frozen=True)
class Coverage:
    """A desk's search coverage, as counts of indexed, waiting and unreadable reports.

    `reports` counts those in the index, `waiting` those that are not in it as they are now, and `aside` those that could not be
    read. `new` counts those that wait for the end of their quarter hour, up to a hundred. `gone` counts the waiting ones that
    are to be removed. `ended` means that the key to which the index is sealed has ended. `made` is False while the desk has no
    index.
    """

    desk: UUID
    reports: int
    waiting: int
    aside: int
    made: bool
    gone: int = 0
    purging: bool = False
    ended: bool = False
    new: int = 0

    @property
    def whole(self) -> bool:
        return self.made and not self.waiting and not self.aside


def coverage(desks: Iterable[UUID], *, most: int | None = None) -> tuple[Coverage, ...]:
    """Return the search coverage for each of these desks, in the order given.

    Waiting reports are counted up to `most`, because counting a hundred thousand of them takes a tenth of a second.
    """
    mine = list(desks)
    return coverage_of(mine, index_rows.counts(most).rows(mine))


def coverage_of(desks: Iterable[UUID], rows: Iterable[SearchIndex]) -> tuple[Coverage, ...]:
    """Return the search coverage for each of these desks, from the rows of `index_rows.indexes`."""
    made: dict[UUID, Any] = {row.desk_id: row for row in rows}
    return tuple(
        Coverage(
            desk,
            max(0, row.reports - row.n_others),
            row.n_waiting,
            row.n_aside,
            True,
            row.n_gone,
            bool(row.purge),
            row.ended,
            row.n_new,
        )
        if (row := made.get(desk)) is not None
        else Coverage(desk, 0, 0, 0, False)
        for desk in desks
    )


def set_aside(desks: Iterable[UUID]) -> tuple[UUID, ...]:
    """Return the reports at these desks that could not be read for indexing."""
    rows = SearchWaiting.objects.filter(desk_id__in=list(desks), aside=True)
    return tuple(rows.order_by("report").values_list("report", flat=True).distinct())


def catch_up(*, by: Attendance, at: datetime, most: int | None = None) -> tuple[Coverage, ...]:
    """Run the next indexing step for one of the officer's desks, and return the coverage of all of them.

    Runs only one step, so that the page is not held up, and takes the desks in turn. Does nothing in a locked session.
    Raises nothing, because a page that shows something else must not fail. Waiting reports are counted up to `most`.
    """
    return _catch_up(by=by, at=at, most=most)[0]


def _catch_up(*, by: Attendance, at: datetime, most: int | None) -> tuple[tuple[Coverage, ...], bool]:
    """Run the next indexing step, and return the coverage of the officer's desks and whether there was a step."""
    covered = coverage(by.desk_ids, most=most)
    if not by.unlocked:
        return covered, False
    last = next((n for n, one in enumerate(covered) if one.desk == _last.get(by.officer_id)), -1)
    for one in (*covered[last + 1 :], *covered[: last + 1]):
        if _step(one, by=by, at=at):
            _last[by.officer_id] = one.desk
            return coverage(by.desk_ids, most=most), True
    idle = all(one.whole and not one.ended and not one.purging for one in covered)
    return (covered if idle else coverage(by.desk_ids, most=most)), False


def _step(one: Coverage, *, by: Attendance, at: datetime) -> bool:
    """Run the next indexing step for a desk, and return whether there was one."""
    if not one.made:
        with suppress(SealingStopped):
            return desk_index.begin(one.desk, on=at.date())
        return False
    if not one.ended:
        reports = bool(one.gone) or _is_time(one, at)
        if (reports or _desk_waits(one.desk)) and index_batch(one.desk, by=by, at=at, reports=reports):
            return True
    if one.ended or one.purging:
        return _purge(one.desk, by=by, at=at)
    return one.desk in desk_index.unmerged and _merge(one.desk, by)


def _merge(desk: UUID, by: Attendance) -> bool:
    """Merge a few more segments of an idle index."""
    try:
        with transaction.atomic(), desk_index.writing(desk, by.keys()) as opened:
            if opened is None:
                return False
            desk_index.merge_step(desk, opened[1], idle=True)
            return True
    except (CannotOpen, Damaged):
        throw_away(desk, by)
        return True


def is_due(*, by: Attendance, at: datetime) -> bool:
    """Return whether an officer's session is due to update its indexes."""
    return by.unlocked and at >= _next_look.get(by.officer_id, at)


def keep_up(*, by: Attendance, at: datetime) -> None:
    """Run an indexing step for an officer's desks, at most every twenty seconds."""
    if is_due(by=by, at=at):
        step(by=by, at=at)


def step(*, by: Attendance, at: datetime, waits: bool = False) -> None:
    """Run an indexing step, and pause the officer's indexing for 20 seconds unless there is a backlog.

    The pause also follows if this session can do nothing about a backlog, for example because it lacks the key. If the
    index is in use, there is no pause, and with `waits` the step waits until the index is free.
    """
    covered, done = _catch_up(by=by, at=at, most=FEWEST)
    behind = [
        one.desk
        for one in covered
        if not one.made or one.gone or one.ended or one.waiting >= FEWEST or one.desk in desk_index.unmerged
    ]
    if behind and not done:
        in_use = next((desk for desk in behind if desk_index.is_in_use(desk, by.keys())), None)
        done = in_use is not None
        if in_use is not None and waits:
            with transaction.atomic():
                desk_index.wait_for(in_use)
    _next_look[by.officer_id] = at if behind and done else at + EVERY


def index_batch(desk: UUID, *, by: Attendance, at: datetime, reports: bool = True) -> int:
    """Index the next reports waiting at a desk, and return the number processed.

    If `reports` is False, only the records that specialist desks have prepared for the index are added, and the reports
    wait for a larger batch. Runs in a transaction of its own. An index that was tampered with, or that another version
    made, is deleted and rebuilt.
    """
    if reports:
        _noticed.pop(desk, None)
    try:
        with transaction.atomic():
            return _batch(desk, by, at, reports)
    except SealingStopped:  # a specialist desk could not seal what it found: the reports keep waiting
        return 0
    except (CannotOpen, Damaged):
        throw_away(desk, by)
        return 0


def drop_gone(*, by: Attendance) -> None:
    """Remove from the desks' indexes all reports that were disposed of or have left the desks.

    Must be called inside the transaction in which they go. The next session that has the keys removes the rest.
    """
    if not by.unlocked:
        return
    for desk in by.desk_ids:
        gone = SearchWaiting.objects.filter(desk_id=desk, gone=True)
        if not gone.exists():
            continue
        # a damaged index is found by the next step of indexing: here, nothing may wait for its row
        with (
            suppress(CannotOpen, Damaged),
            transaction.atomic(),
            desk_index.writing(desk, by.keys()) as opened,
        ):
            if opened is not None:
                row, index = opened
                found = list(gone.select_for_update(skip_locked=True))
                row.reports = max(0, row.reports - sum(_drop(one, row, index) for one in found))
                SearchWaiting.objects.filter(id__in=[one.id for one in found]).delete()


def _drop(one: SearchWaiting, row: SearchIndex, index: SealedIndex) -> int:
    """Drop the document of a `SearchWaiting` row from the index, and return the number dropped.

    If the row has a date by which the index must be purged, a purge is due by then. A purge that has begun starts
    again, because what it is merging was chosen before this document was dropped.
    """
    dropped = index.drop(one.report)
    if dropped and one.purge_by is not None:
        row.purge, row.purge_by = "due", min(row.purge_by or one.purge_by, one.purge_by)
    return dropped


def try_again(*, by: Attendance) -> int:
    """Requeue reports that were set aside, and return the number requeued. Raises Locked and Refused."""
    by.keys()
    by.require(Capability.SEARCH)
    return SearchWaiting.objects.filter(desk_id__in=by.desk_ids, aside=True).update(aside=False)


def rebuild(
    desk: UUID, *, by: Attendance, at: datetime, told: Callable[[Coverage], None] | None = None
) -> Coverage:
    """Delete and rebuild the index of one of the officer's desks, and return its coverage.

    `told` is called after each batch. Raises NotHere, Locked, Refused and SealingStopped.
    """
    by.keys()
    with refusals_logged(Act.INDEX_REBUILT, by=by.officer_id, desk=desk):
        if desk not in by.desk_ids:
            raise NotHere
        by.require(Capability.SEARCH, desk)
        desk_index.forget(desk)
        journal.record(Act.INDEX_REBUILT, actor=by.officer_id, desk=desk)
    desk_index.begin(desk, on=at.date())
    while True:
        with transaction.atomic():
            desk_index.wait_for(desk)  # other sessions index as well
            done = index_batch(desk, by=by, at=at)
        [now] = coverage([desk])
        if told is not None:
            told(now)
        if not done or not now.waiting:
            return now


def check(desk: UUID, *, by: Attendance) -> int:
    """Verify the whole index of one of the officer's desks, and return the number of reports in it.

    Raises NotHere, also for a desk without an index, Locked, Refused, CannotOpen, and Damaged.
    """
    ring = by.keys()
    by.require(Capability.SEARCH, desk)
    with one_snapshot():
        row = SearchIndex.objects.filter(desk_id=desk).first()
        if row is None or desk not in by.desk_ids:
            raise NotHere
        with SealedIndex(StoredPages(row, fresh=True), desk_index.keys_of(row, ring), writable=True) as index:
            index.check()
            if index.count() != row.reports:
                raise Damaged
    return row.reports


def _purge(desk: UUID, *, by: Attendance, at: datetime) -> bool:
    try:
        return desk_index.purge_step(desk, by=by, at=at)
    except (CannotOpen, Damaged):
        throw_away(desk, by)
        return True


def throw_away(desk: UUID, by: Attendance) -> None:
    """Delete an index that is damaged or of another version, and log it, unless a colleague has just deleted it."""
    with transaction.atomic():
        # the lock of its one writer: two sessions that delete the pages at once would wait for each other
        if SearchIndex.objects.select_for_update().filter(desk_id=desk).first() is None:
            return
        desk_index.forget(desk)
        journal.record(Act.INDEX_DAMAGED, actor=by.officer_id, desk=desk)


def _is_time(one: Coverage, at: datetime) -> bool:
    if one.waiting >= FEWEST:
        return True
    if not one.waiting:
        _noticed.pop(one.desk, None)
        return False
    return at - _noticed.setdefault(one.desk, at) >= PATIENCE


def _desk_waits(desk: UUID) -> bool:
    """Return whether a specialist desk's records are waiting to be added to this desk's index."""
    return any(hook.waits(desk) for hook in register.hooks(DeskIndexing))


def _batch(desk: UUID, by: Attendance, at: datetime, reports: bool) -> int:
    ring = by.keys()
    with desk_index.writing(desk, ring) as opened:
        if opened is None:
            return 0
        row, index = opened
        if row.size and not index.current:
            raise Damaged
        visit = IndexVisit(desk=desk, identity=row.id, index=index, ring=ring, officer=by.officer_id, at=at)
        if not all(hook.prepare(visit) for hook in register.hooks(DeskIndexing)):
            return 1  # their own things come first: a report is compared with them
        if not reports:
            return 0
        waiting = index_rows.in_turn(desk, most=MOST)
        index.busy = len(waiting) == MOST
        done, more, found, reopened = _index(visit, waiting, row, by)
        row.reports = max(0, row.reports + more)
    sealed_values.put(found, desk=desk, at=at)
    ready = [one.id for one, readable in done if readable and one.report not in reopened]
    SearchWaiting.objects.filter(id__in=ready).delete()
    if unread := [one.id for one, readable in done if not readable]:
        SearchWaiting.objects.filter(id__in=unread).update(aside=True)
    return len(done)


def _index(
    visit: IndexVisit, waiting: list[SearchWaiting], row: SearchIndex, by: Attendance
) -> tuple[list[tuple[SearchWaiting, bool]], int, list[FoundValues], set[UUID]]:
    """Index these reports until a time limit is reached.

    Returns the rows processed and whether each report could be read, the number of reports added to the index, the
    values found, and the reports that were reopened (`reopening`). A report that matches a closed one which a colleague
    is changing stays in turn.
    """
    began, clock, spent = time.thread_time(), time.monotonic(), 0.0

    def late() -> bool:
        nonlocal spent
        if not done:
            return False
        spent = time.thread_time() - began
        most = SECONDS if len(waiting) - len(done) >= FEWEST else LAST_SECONDS
        return spent > most or time.monotonic() - clock > BUSY * most

    done: list[tuple[SearchWaiting, bool]] = []
    found: list[FoundValues] = []
    indexed: list[reopening.IndexedReport] = []
    ready, more = list[Document](), 0
    while len(done) < len(waiting) and not late():
        fit = 1 + int((SECONDS - spent) * len(done) / spent) if spent else AT_ONCE
        some = waiting[len(done) : len(done) + min(max(1, fit), AT_ONCE)]
        wanted = padded([one.report for one in some], AT_ONCE)
        reports = {one.id: one for one in _REPORTS.rows([visit.desk], wanted)}
        parts = documents.searched_parts(reports, words=True)
        visit.index.expect(one.report for one in some)
        for one in some:
            if late():
                break
            report = reports.get(one.report)
            made = _document(visit, report, parts.get(one.report, [])) if report is not None else None
            if made is not None:
                ready.append(made[0])
                found.append(made[1])
                indexed.append(made[3])
            else:
                more -= _drop(one, row, visit.index)
            if len(ready) == ADDED:
                more += visit.index.add(ready)
                ready = []
            done.append((one, report is None or (made is not None and made[2])))
        more += visit.index.add(ready)
        ready = []
    again, reopened = reopening.compare(indexed, visit.desk, visit.index, by=by, at=visit.at)
    return [one for one in done if one[0].report not in again], more, found, reopened


def _document(
    visit: IndexVisit, report: Report, parts: list[StoredPart]
) -> tuple[Document, FoundValues, bool, reopening.IndexedReport] | None:
    """Return a report's document, its values, whether every part was read, and what it is compared by, or None if unreadable."""
    unread: list[str] = []
    if all(one.part != "report" for one in parts):
        return None
    try:
        opened, others = documents.opened_parts(parts, visit.ring, unread=unread)
        texts = documents.texts_of_opened(report, opened, others)
        made = link_decisions.made_on(report.id, parts, visit.ring)
        found = values.extract_of(report, texts, compared=False)
        keys = values.keys_of(found, made)
        keys += subject_entries.keys_of(subject_entries.opened(parts, visit.ring))
        for hook in register.hooks(DeskIndexing):
            keys += hook.report(visit, report, texts)
        number = sum(one.part not in {link_decisions.PART, documents.FILE_WORDS} for one in parts)
        every_key = [*keys, *values.facts_of(report, opened, others)]  # facts are searched for, not compared
        document = documents.document(report.id, texts, every_key, forms_of_values(found.values))
        read = reopening.IndexedReport(report, texts, made, keys)
        return document, FoundValues(report, found, number), not unread, read
    except documents.UNREADABLE:
        return None
