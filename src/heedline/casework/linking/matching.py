"""Compares reports from different desks with each other and with the interest register.

It runs in unlocked sessions of the linking desk, in small batches. Desks and the owners of register entries are told of
matches by sealed notices. Comparing changes no report.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, Min, OuterRef, Q

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.errors import SealingStopped
from heedline.casework.keys.directory import Addressee
from heedline.casework.linking import desk_notices, interests
from heedline.casework.linking.desk_notices import NoticeKind
from heedline.casework.report import restrictions
from heedline.casework.search import desk_index, sealed_values, seen_before
from heedline.casework.search.reopening import match_of
from heedline.casework.search.sealed_values import OF_INTERESTS, OF_THINGS, OF_VALUES, ReportValues
from heedline.dispatch.clocks import slot_of
from heedline.dispatch.letters import Letter
from heedline.dispatch.models import Outbox
from heedline.index import Damaged, Document, SealedIndex
from heedline.index.extraction.comparison import Resemblance, compare
from heedline.index.extraction.values import Extract
from heedline.packs import load_pack
from heedline.reports.models import Interest, InterestHit, Report, SealedValues, SearchWaiting
from heedline.vault import CannotOpen

#: Rows in one batch at most, and seconds that comparing them may take.
MOST: Final = 40
SECONDS: Final = 0.12
#: Other reports that a batch marks as compared again, so that its own rows do not stand out.
COVER: Final = 30
#: Reports of other desks that a report is compared with at most, and documents that are looked up for one key.
MOST_COMPARED: Final = 12
MOST_OF_A_KEY: Final = 100
#: Reports compared with a new entry of the register at most, and entries compared with a report.
MOST_OF_REGISTER: Final = 100


@dataclass(frozen=True)
class ComparisonProgress:
    """The linking desk's comparison backlog.

    `since` is the quarter hour in which the report that has waited longest was sent to the desk. `arrived` is the day on
    which the oldest report arrived that the desk has to read itself and that nobody has sent for comparison yet.
    """

    desk_name: str
    reports: int
    entries: int
    since: datetime | None
    arrived: date | None = None


def progress(*, by: Attendance, at: datetime) -> ComparisonProgress | None:
    """Return the comparison backlog, or None if the officer is not at the linking desk. Needs no keys."""
    code = load_pack(settings.PACK).linking_desk
    desk = next((one for one in by.desks if one.code == code), None)
    if desk is None:
        return None
    waiting = SealedValues.objects.filter(desk_id=desk.id, matched_at=None)
    found = waiting.aggregate(reports=Count("id"), since=Min("slot"))
    entries = Interest.objects.filter(
        desk_id=desk.id, indexed=False, ended_at=None, until__gte=at.date()
    ).count()
    across = [code for code, kind in load_pack(settings.PACK).kinds.items() if kind.across]
    unread = SearchWaiting.objects.filter(desk_id=desk.id, gone=False).values("report")
    sent = SealedValues.objects.filter(report=OuterRef("pk"))
    unsent = restrictions.usable(Report.objects.filter(~Exists(sent), id__in=unread, kind__in=across))
    arrived = unsent.aggregate(first=Min("received_on"))["first"]
    return ComparisonProgress(desk.name, found["reports"], entries, found["since"], arrived)


def catch_up(*, by: Attendance, at: datetime) -> int:
    """Compare the values waiting at the linking desk, and return the number of rows processed.

    Does nothing in a session of another desk, or a locked one. Raises nothing, because a page that shows something else
    must not fail.
    """
    to = sealed_values.linking_desk(at)
    if to is None or not by.unlocked or to.desk not in by.desk_ids:
        return 0
    try:
        with transaction.atomic():
            return _batch(to, by, at)
    except (CannotOpen, Damaged, SealingStopped):
        return 0  # the index is made anew by the desk's own indexing, and the rows wait


def _batch(to: Addressee, by: Attendance, at: datetime) -> int:
    ring = by.keys()
    today = Q(until__gte=at.date(), ended_at=None)
    with desk_index.writing(to.desk, ring) as opened:
        if opened is None or (opened[0].size and not opened[1].current):
            return 0
        row, index = opened
        work = _Work(index, ring, at)
        entries = list(Interest.objects.filter(desk_id=to.desk))
        gone = [one for one in entries if one.indexed and (one.ended_at or one.until < at.date())]
        row.reports = max(0, row.reports - sum(index.drop(one.id) for one in gone))
        if gone:
            row.purge, row.purge_by = row.purge or "due", row.purge_by or at.date() + interests.PURGED_WITHIN
        new = Interest.objects.filter(today, desk_id=to.desk, indexed=False).select_related("owner", "home")
        values = SealedValues.objects.filter(desk_id=to.desk, indexed=False).order_by("due_at", "id")
        done_entries = work.through(new[:MOST], work.entry)
        done_values = work.through(values.select_for_update(skip_locked=True)[:MOST], work.values)
        row.reports += work.more
    Interest.objects.filter(id__in=[one.id for one in gone]).update(indexed=False)
    Interest.objects.filter(id__in=done_entries).update(indexed=True)
    SealedValues.objects.filter(id__in=done_values).update(indexed=True)
    if done_entries or done_values:
        indexed = SealedValues.objects.filter(desk_id=to.desk, indexed=True).order_by("?")
        # another desk that holds one of these rows may be about to wait for this desk's index
        others = indexed.select_for_update(skip_locked=True).values_list("id", flat=True)[:COVER]
        again = [*done_values, *others]
        SealedValues.objects.filter(id__in=again).update(matched_at=at, due_at=None)
        work.tell(by)
        journal.record(
            Act.REPORTS_COMPARED,
            actor=by.officer_id,
            desk=to.desk,
            detail={"reports": len(done_values), "entries": len(done_entries)},
        )
    return len(done_entries) + len(done_values)


@dataclass
class _Work:
    """A batch of comparisons, with the open index and the matches found so far."""

    index: SealedIndex
    ring: Keyring
    at: datetime
    more: int = 0
    notices: dict[str, list[dict[str, Any]]] = field(default_factory=dict, repr=False)
    hits: list[InterestHit] = field(default_factory=list, repr=False)
    earlier: dict[UUID, list[dict[str, Any]]] = field(default_factory=dict, repr=False)
    ends: float = field(default_factory=lambda: time.monotonic() + SECONDS)

    def through(self, rows: Iterable[Any], do: Any) -> list[UUID]:
        """Process at least one of these rows within the batch's time limit, and return the ids processed."""
        done: list[UUID] = []
        for row in rows:
            if done and time.monotonic() > self.ends:
                break
            with suppress(CannotOpen, SealingStopped):  # what does not open waits, and an alarm says so
                do(row)
                done.append(row.id)
        return done

    def values(self, row: SealedValues) -> None:
        """Compare a report with those of other desks and with the register, and index it.

        What is not a report is compared with the register only.
        """
        mine = sealed_values.values_in(row, self.ring)
        if row.matched_at is None:
            for other, found in () if mine.thing else self._others(mine.found):
                if other.report != mine.report and other.desk != mine.desk:
                    self._match(mine, other, found)
            for entry, found in self._entries(mine.found):
                self._hit(entry, mine, found)
        self._add(row.id, OF_THINGS if mine.thing else OF_VALUES, mine.found)

    def entry(self, row: Interest) -> None:
        """Compare a register entry with all reports, and index it."""
        found = interests.values_of(row, self.ring)
        for report, shared in self._reports(found):
            self._hit(row, report, shared)
        self._add(row.id, OF_INTERESTS, found)

    def tell(self, by: Attendance) -> None:
        """Send this batch's notices, store its register matches and queue an outbox entry for each."""
        code = load_pack(settings.PACK).linking_desk
        desk_notices.send(self.notices, code=code, by=by, at=self.at, cover=True)
        InterestHit.objects.bulk_create(self.hits)
        for entry, number in Counter(one.interest_id for one in self.hits).items():
            Interest.objects.filter(id=entry).update(matches=F("matches") + number)
        Outbox.objects.bulk_create(
            Outbox(letter=Letter.INTEREST_MATCHED, desk=one.home_id, thing_id=one.id, slot=slot_of(self.at))
            for one in self.hits
        )

    def _add(self, ref: UUID, mark: str, found: Extract) -> None:
        self.more += self.index.add([Document(ref, (), (), [mark + key for key in found.keys])])

    def _seen(
        self, mark: str, found: Extract, most: int, common: Callable[[str], bool] = lambda _: True
    ) -> tuple[list[UUID], dict[str, int]]:
        """Return the ids of documents to compare with, and the document count of each very common key.

        Only keys for which `common` returns true can be left out as too common.
        """
        by_key = self.index.rows_of([mark + key for key in found.keys], most=MOST_OF_A_KEY + 1).by_key
        hits = {key.removeprefix(mark): rows for key, rows in by_key.items()}
        shared = {key: number for key, number in seen_before.of_many(hits).items() if common(key)}
        rows = [row for row, _ in seen_before.proposed(hits, shared, ())[:most]]
        reports = self.index.reports_at(rows)
        return [reports[row] for row in rows], shared

    def _others(self, found: Extract) -> Iterator[tuple[ReportValues, Resemblance]]:
        """Yield the reports at any desk that share details with these values."""
        return self._compared(found, *self._seen(OF_VALUES, found, MOST_COMPARED))

    def _reports(self, found: Extract) -> Iterator[tuple[ReportValues, Resemblance]]:
        """Yield the reports at any desk, and records of specialist desks, that share details with a register entry.

        A number still counts if many reports contain it. Otherwise anyone could stop an entry from matching, by sending
        a few more reports with its number. Only a name can be too common.
        """
        for mark in (OF_VALUES, OF_THINGS):
            yield from self._compared(found, *self._seen(mark, found, MOST_OF_REGISTER, _is_of_names))

    def _compared(
        self, found: Extract, refs: Sequence[UUID], shared: Mapping[str, int]
    ) -> Iterator[tuple[ReportValues, Resemblance]]:
        for row in SealedValues.objects.filter(id__in=refs) if refs else ():
            with suppress(CannotOpen):
                other = sealed_values.values_in(row, self.ring)
                alike = compare(found, other.found, load_pack(settings.PACK).matching, shared)
                if alike is not None:
                    yield other, alike

    def _entries(self, found: Extract) -> Iterator[tuple[Interest, Resemblance]]:
        """Yield the register entries that share details with a report, even details that many entries have."""
        refs, _ = self._seen(OF_INTERESTS, found, MOST_OF_REGISTER, lambda _: False)
        live = Interest.objects.filter(id__in=refs, ended_at=None, until__gte=self.at.date())
        for row in live.select_related("owner", "home") if refs else ():
            with suppress(CannotOpen):
                entry = interests.values_of(row, self.ring)
                alike = compare(entry, found, load_pack(settings.PACK).matching)
                if alike is not None:
                    yield row, alike

    def _match(self, mine: ReportValues, other: ReportValues, found: Resemblance) -> None:
        match = match_of(mine.report, other.report)
        for one, against, side in ((mine, other, "mine"), (other, mine, "theirs")):
            reasons = [
                [reason.code, reason.mine if side == "mine" else reason.theirs] for reason in found.reasons
            ]
            told = desk_notices.words(
                NoticeKind.MATCH,
                match,
                one.report,
                desk=against.desk,
                reasons=reasons,
                on=str(self.at.date()),
            )
            self.notices.setdefault(one.desk, []).append(told)

    def _hit(self, entry: Interest, report: ReportValues, found: Resemblance) -> None:
        """Notify an entry's owner of a matching report, and the report's desks of the person to contact.

        If the report has since been handed over, the notices are sent again, because the new desk has not had one.
        """
        reasons = sorted([reason.code, reason.theirs] for reason in found.reasons)
        if any(
            (told["report"], told["desk"], told["reasons"]) == (str(report.report), report.desk, reasons)
            for told in self._hits_of(entry)
        ):
            return
        ident = uuid4()
        told: dict[str, Any] = {
            "report": str(report.report),
            "desk": report.desk,
            "reasons": reasons,
            "danger": report.danger,
        }
        if report.thing:
            told["thing"] = True
        # to the keys of the entry: whoever opens the entry opens what matches it
        sealed = interests.sealed_hit(entry, ident, told)
        self.hits.append(
            InterestHit(
                id=ident,
                interest=entry,
                owner_id=entry.owner_id,
                home_id=entry.home_id,
                on=self.at.date(),
                epochs=entry.epochs,
                header=sealed.header,
                payload=sealed.payload,
            )
        )
        contact = desk_notices.words(
            NoticeKind.CONTACT, ident, report.report, name=entry.owner.name, desk=entry.home.code
        )
        desks = {report.desk} | ({load_pack(settings.PACK).linking_desk} if report.watched else set())
        for code in desks:
            self.notices.setdefault(code, []).append(contact)

    def _hits_of(self, entry: Interest) -> list[dict[str, Any]]:
        """Return the matches that an entry had before this batch."""
        if entry.id not in self.earlier:
            self.earlier[entry.id] = interests.hits_of(entry, self.ring)
        return self.earlier[entry.id]


def _is_of_names(key: str) -> bool:
    return key.startswith("name:")
