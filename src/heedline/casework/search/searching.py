"""Search across the reports at an officer's desks.

A search is logged when it is made, with its kind and the number of matches. The search text is sealed to the desks. The
address of the results reveals nothing, and opens them only for the same officer in the same session. If a search finds
very many reports, they are shown only after a reason has been given.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.audit.journal import Written
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.access.session_store import row_of
from heedline.casework.errors import NotHere, SealingStopped
from heedline.casework.keys import directory
from heedline.casework.recording import refusals_logged
from heedline.casework.report import conflict_terms, notes
from heedline.casework.report.opening import ids_of_reference, kind_words, received_words, short_name
from heedline.casework.report.restrictions import usable
from heedline.casework.search import (
    desk_index,
    documents,
    index_rows,
    indexing,
    missing_words,
    passages,
    subject_entries,
    values,
)
from heedline.casework.search.indexing import Coverage
from heedline.casework.search.missing_words import MissingWord
from heedline.casework.search.page_store import one_snapshot
from heedline.casework.search.passages import MatchingPassage
from heedline.casework.search.query import Sought, understood
from heedline.casework.search.subject_entries import SubjectLink
from heedline.index import Damaged, Hit
from heedline.index.extraction.rules import NameRules
from heedline.index.terms import SearchKind
from heedline.intake.fields import tidy
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import reports_of
from heedline.reports.models import Report, Search, SearchIndex
from heedline.reports.stored import StoredPart
from heedline.vault import CannotOpen
from heedline.vault.canonical import canonical
from heedline.vault.containers import envelope
from heedline.vault.containers.container import Container

#: Hits that one index gives at most, those indexed last first.
MOST: Final = 2_000
#: A search with more hits than this asks for a reason.
BROAD: Final = 200
#: Results on one page.
PAGE: Final = 20
LONGEST_REASON: Final = 500
#: How long after the start of its quarter hour a report can be searched: the worker settles it, and a batch waits a minute.
SEARCHABLE_AFTER: Final = timedelta(minutes=17)
FRAME = "search"
REASON_TOO_SHORT = f"Give a reason of at least {notes.FEWEST_LETTERS} letters, or leave this empty."


class ReasonTooShort(Exception):
    """Raised for a reason that says nothing, such as "."."""


@dataclass(frozen=True)
class SearchFilters:
    """The filters for search results.

    Codes are those of the pack. An empty code does not filter.
    """

    kind: str = ""
    area: str = ""
    outcome: str = ""
    since: date | None = None
    until: date | None = None

    def applied(self, found: QuerySet[Report]) -> QuerySet[Report]:
        """Return the reports that match these filters."""
        codes = {"kind": self.kind, "area": self.area, "outcome": self.outcome}
        found = found.filter(**{name: code for name, code in codes.items() if code})
        if self.since is not None:
            found = found.filter(received_on__gte=self.since)
        return found.filter(received_on__lte=self.until) if self.until is not None else found

    def to_keep(self) -> dict[str, str]:
        dates = {"since": self.since, "until": self.until}
        kept = {"kind": self.kind, "area": self.area, "outcome": self.outcome}
        return kept | {name: day.isoformat() for name, day in dates.items() if day is not None}

    @classmethod
    def from_kept(cls, kept: dict[str, str]) -> SearchFilters:
        days = {name: date.fromisoformat(kept[name]) for name in ("since", "until") if name in kept}
        return cls(kept["kind"], kept["area"], kept["outcome"], **days)


@dataclass(frozen=True)
class SearchResult:
    """A report found by a search, with its matching passages and subjects."""

    ref: UUID
    short: str
    kind_words: str
    received_words: str
    stage: str
    outcome: str
    desk_name: str
    owner: str
    passages: tuple[MatchingPassage, ...] = field(repr=False)
    subjects: tuple[SubjectLink, ...] = ()


@dataclass(frozen=True)
class SearchResults:
    """A page of search results, with the coverage of the search.

    `hits` is the number of matching reports, before any is read. `more` means that there are more than can be listed.
    `needs_reason` means that nothing is shown until a reason is given. `until` is the arrival time up to which reports were
    searched, and `newer_from` the time from which newer ones can be. `unsearched` are the names of desks whose index does not
    exist yet, is damaged, or does not open with this session's keys. `unread` are reports of this page that the index lists and
    that could not be opened to confirm the match. `similar` means that some were found by a name that is spelt in another way.
    If nothing was found, `missing` are the parts of the search that are in no report. It is None if something was found.
    `several` means that one side of the search has several parts, `either` that it has several sides, and `left_out` that it
    leaves something out.
    """

    text: str = field(repr=False)
    filters: SearchFilters
    results: tuple[SearchResult, ...]
    hits: int
    more: bool
    page: int
    pages: int
    needs_reason: bool
    looked_through: tuple[Coverage, ...]
    until: datetime
    unsearched: tuple[str, ...] = ()
    unread: tuple[UUID, ...] = ()
    similar: bool = False
    missing: tuple[MissingWord, ...] | None = None
    several: bool = False
    either: bool = False
    left_out: bool = False

    @property
    def newer_from(self) -> datetime:
        return self.until + SEARCHABLE_AFTER

    @property
    def newer(self) -> int:
        """Return the number of reports that cannot be searched before their quarter hour is over."""
        return sum(one.new for one in self.looked_through)

    @property
    def reports(self) -> int:
        """Return the number of reports that were searched."""
        return sum(one.reports for one in self.looked_through)

    @property
    def waiting(self) -> int:
        """Return the number of reports that cannot be searched yet."""
        return sum(one.waiting + one.aside for one in self.looked_through)


def search(text: str, filters: SearchFilters, *, reason: str = "", by: Attendance, at: datetime) -> UUID:
    """Search the officer's desks, log the search, and return the id of its results.

    Raises Locked, Refused, SealingStopped, ReasonTooShort, and Unsearchable if the text cannot be searched for.
    """
    text = tidy(text, lines=False).strip()
    ring = by.keys()
    with refusals_logged(Act.SEARCHED, by=by.officer_id):
        by.require(Capability.SEARCH)
    conflict_terms.looked_for(text, by=by)
    sought = understood(text, load_pack(settings.PACK).matching)
    reason = tidy(reason, lines=False).strip()[:LONGEST_REASON]
    if reason and notes.says_too_little(reason):
        raise ReasonTooShort(REASON_TOO_SHORT)
    indexing.catch_up(by=by, at=at, most=indexing.FEWEST)
    with one_snapshot():
        looked = found_in(sought, SearchIndex.objects.filter(desk_id__in=by.desk_ids), ring)
        hits = filters.applied(usable(reports_of(by.desk_ids)).filter(id__in=looked.all)).count()
    for desk in looked.damaged:
        indexing.throw_away(desk, by)
    words: dict[str, object] = {"text": text, "filters": filters.to_keep(), "reason": reason}
    with transaction.atomic():
        row = _sealed(words, sought.kind, hits, by, at)
        detail: dict[str, str | int | bool] = {"search": str(row.id), "kind": str(sought.kind), "hits": hits}
        detail["reasoned"] = row.reasoned
        journal.record_together(
            [
                Written(Act.SEARCHED, actor=by.officer_id, desk=desk, thing="", thing_id=None, detail=detail)
                for desk in by.desk_ids
            ]
        )
    return row.id


def report_of_reference(written: str, *, by: Attendance) -> UUID | None:
    """Return the report with this reference at the officer's desks, or None."""
    ids = ids_of_reference(written)
    if ids is None:
        return None
    found = list(reports_of(by.desk_ids).filter(id__range=ids).values_list("id", flat=True)[:2])
    return found[0] if len(found) == 1 else None


def comparable_report(written: str, *, by: Attendance) -> UUID | None:
    """Return the report with this reference if it may be compared with others, or None."""
    found = report_of_reference(written, by=by)
    return found if found is not None and usable(reports_of(by.desk_ids).filter(id=found)).exists() else None


def results(ref: UUID, *, page: int = 1, by: Attendance, at: datetime) -> SearchResults:
    """Return a page of an officer's search results, with matching passages.

    The view is logged. Raises Locked, Refused, and NotHere if the search belongs to another officer or another session.
    """
    ring = by.keys()
    with refusals_logged(Act.SEARCH_RESULTS_READ, by=by.officer_id):
        by.require(Capability.SEARCH)
    row = Search.objects.filter(id=ref, officer_id=by.officer_id, session=row_of(by.token)).first()
    if row is None:
        raise NotHere
    told, matching = _opened(row, ring), load_pack(settings.PACK).matching
    rules = matching.names
    filters, sought = SearchFilters.from_kept(told["filters"]), understood(told["text"], matching)
    until = looked_through_until(at)
    needs_reason = row.hits > BROAD and not row.reasoned
    shown: list[SearchResult] = []
    unread: list[UUID] = []
    hits, missing = row.hits, None
    with one_snapshot():
        rows = list(index_rows.indexes(by.desk_ids))
        looked = found_in(sought, rows, ring)
        if not needs_reason:
            found = filters.applied(usable(reports_of(by.desk_ids)).filter(id__in=looked.all))
            listed = documents.reports_with_parts(found, first=(page - 1) * PAGE, most=PAGE, words=True)
            hits = listed.number if listed.reports else (row.hits if page > 1 else 0)
            for one in listed.reports:
                try:
                    result = _result(one, listed.parts[one.id], sought, ring, rules)
                except documents.UNREADABLE:
                    unread.append(one.id)
                else:
                    shown += [result] if result is not None else []
                    unsure = one.id in looked.similar or sought.proposes_others or sought.left_out
                    if result is None and unsure:
                        hits -= 1  # found under a key or forms that other names and words have as well
            if not (shown or unread or hits):
                missing = missing_words.missing_in(
                    told["text"], sought, rows, ring, desks=by.desk_ids, rules=rules
                )
    quoted = {
        one.ref: [
            *("".join(piece for piece, _ in some.pieces) for some in one.passages),
            *(subject_entries.name_of(link.kind, link.values) for link in one.subjects),
        ]
        for one in shown
    }
    for word in missing or ():
        if word.report is not None:
            quoted.setdefault(word.report, []).append(word.near)
    with transaction.atomic():
        conflict_terms.record_results(
            Act.SEARCH_RESULTS_READ,
            quoted,
            by=by,
            desk=by.desk_ids[0] if by.desk_ids else None,
            detail={"search": str(ref), "shown": len(shown), "page": page},
        )
    return SearchResults(
        told["text"],
        filters,
        tuple(shown),
        hits,
        looked.more,
        page,
        max(1, -(-hits // PAGE)),
        needs_reason,
        tuple(one for one in indexing.coverage_of(by.desk_ids, rows) if one.desk in looked.desks),
        until,
        tuple(desk.name for desk in by.desks if desk.id not in looked.desks),
        tuple(unread),
        bool(looked.similar) and hits > len(looked.refs),
        missing,
        any(len(side.terms) > 1 for side in sought.sides),
        bool(sought.or_else),
        bool(sought.left_out),
    )


def looked_through_until(at: datetime) -> datetime:
    """Return the start of the current quarter hour, before which reports may have been indexed."""
    local = at.astimezone(office_zone())
    return local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0)


@dataclass(frozen=True)
class IndexHits:
    """The reports that match a search in several desks' indexes.

    `similar` are others that may have a name like one that was searched for, or the same address in other words. `more` means
    that there are more than were asked for. `desks` are those whose index could be searched, and `damaged` those whose index is
    not as it was sealed.
    """

    refs: tuple[UUID, ...]
    similar: frozenset[UUID]
    more: bool
    desks: frozenset[UUID]
    damaged: tuple[UUID, ...] = ()

    @property
    def all(self) -> list[UUID]:
        return [*self.refs, *self.similar]


def found_in(sought: Sought, rows: Iterable[SearchIndex], ring: Keyring) -> IndexHits:
    """Return the reports that match a search in these indexes."""
    queries = list(sought.queries())
    refs: dict[UUID, None] = {}
    desks: set[UUID] = set()
    damaged: list[UUID] = []
    alike: set[UUID] = set()
    more = False
    for row in rows:
        if row.epoch not in ring.seeds:
            continue
        if row.size:
            try:
                with desk_index.reading(row, ring) as index:
                    hits: list[Hit] = []
                    for query, by_reading in queries:
                        if by_reading:
                            alike.update(hit.report for hit in index.search(query, most=MOST))
                        else:
                            hits += index.search(query, most=MOST + 1)
            except (CannotOpen, Damaged):
                damaged.append(row.desk_id)
                continue
            of_desk = dict.fromkeys(hit.report for hit in sorted(hits, key=lambda hit: -hit.number))
            more |= len(of_desk) > MOST
            refs |= dict.fromkeys(islice(of_desk, MOST))
        desks.add(row.desk_id)
    return IndexHits(tuple(refs), frozenset(alike) - refs.keys(), more, frozenset(desks), tuple(damaged))


def _result(
    report: Report, parts: Sequence[StoredPart], sought: Sought, ring: Keyring, rules: NameRules
) -> SearchResult | None:
    """Return a report as a search result, or None if its texts do not match.

    Raises one of `documents.UNREADABLE` if the report cannot be read or was altered.
    """
    texts = documents.texts_of(report, parts, ring)
    if passages.has_left_out(texts, sought):
        return None
    found = [one for side in sought.sides for one in passages.passages(texts, side)]
    if not found and any(side.readings for side in sought.sides):
        there = values.extract_of(report, texts, indexed=False).values
        found = [one for side in sought.sides for one in passages.other_spellings(texts, there, side, rules)]
    if not found:
        return None
    return SearchResult(
        report.id,
        short_name(report.id),
        kind_words(report.kind),
        received_words(report),
        report.stage,
        report.outcome,
        report.desk.name,
        report.owner.name if report.owner is not None else "",
        tuple(dict.fromkeys(found))[: passages.MOST],
        passages.subjects_matching(subject_entries.links(subject_entries.opened(parts, ring)), sought, rules),
    )


def _sealed(words: dict[str, object], kind: SearchKind, hits: int, by: Attendance, at: datetime) -> Search:
    """Store a search, with its text sealed to the desks that were searched."""
    known, ref = directory.trusted(), uuid4()
    epochs = [one for desk in by.desk_ids if (one := known.current_epoch(str(desk), at.date())) is not None]
    if not epochs:
        raise SealingStopped
    sealed = envelope.seal_part(
        canonical(words),
        [one.kem for one in epochs],
        installation=settings.INSTALLATION,
        container_id=ref,
        part=FRAME,
    )
    return Search.objects.create(
        id=ref,
        officer_id=by.officer_id,
        desks=list(by.desk_ids),
        session=row_of(by.token),
        at=at,
        kind=kind,
        hits=hits,
        reasoned=bool(words["reason"]),
        epochs=[UUID(one.epoch) for one in epochs],
        header=sealed.header,
        payload=sealed.payload,
    )


def _opened(row: Search, ring: Keyring) -> dict[str, Any]:
    """Return the decrypted text and filters of a search.

    Raises NotHere.
    """
    try:
        told: dict[str, Any] = json.loads(
            envelope.open_part(
                Container(bytes(row.header), bytes(row.payload)),
                ring.for_any(row.epochs),
                installation=settings.INSTALLATION,
                container_id=row.id,
                part=FRAME,
            )
        )
    except CannotOpen:
        raise NotHere from None
    return told
