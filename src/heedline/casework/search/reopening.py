"""Reopens closed reports, for an officer or because of a match that nobody knew of when they were closed.

Matches are looked for in the session that indexes a report or opens a notice of the linking desk. A report that was closed
is indexed again, so every closed report is compared here at least once. A match that bars closing (`seen_before`) also
reopens, and so does one at another desk. The reporter's status stays: a change would tell them that somebody else has
reported the same matter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.errors import SealingStopped
from heedline.casework.report import notes
from heedline.casework.report.opening import short_name
from heedline.casework.report.restrictions import is_usable, usable
from heedline.casework.report.verb import FoundReport, record
from heedline.casework.search import documents, seen_before, values
from heedline.casework.search.documents import SearchedText
from heedline.casework.search.link_decisions import LinkDecision
from heedline.casework.search.seen_before import MOST_COMPARED, MOST_OF_A_KEY, EarlierReport
from heedline.dispatch.letters import Letter
from heedline.dispatch.outbox import post
from heedline.index import SealedIndex
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import Move, Stage
from heedline.reports.models import Keeping, Report, Step
from heedline.reports.stored import parts_column, parts_of
from heedline.vault import CannotOpen

#: Key under which a sealed closing or reopening keeps the ids of the matches that were known by then.
MATCHES: Final = "matches"
#: The moves whose notes may name matches.
_NAMING: Final = (Move.CLOSE, Move.REOPEN)
#: The reports that are looked up for one that was indexed. Those that are open are not compared with an open one.
_MOST_LIKELY: Final = 2 * MOST_COMPARED
_ENDS: Final = (Move.CLOSE, Move.SWEEP)
#: What a match at another desk is called in the reason: only the page Other desks says more.
ELSEWHERE: Final = "a report of another desk"
WHY: Final = (
    "A match was found after this report was closed: {}. Read both, decide whether they are about the same matter, and assess this "
    "report again. It was reopened automatically in the session of the officer named here, who took no action."
)


def match_of(one: UUID, other: UUID) -> UUID:
    """Return the id of a match of two reports, which must never be stored unsealed."""
    return UUID(bytes=hashlib.sha256(b"".join(sorted((one.bytes, other.bytes)))).digest()[:16])


def as_known(matches: Iterable[UUID]) -> dict[str, Any]:
    """Return the sealed field that names the known matches of a report, or {} if there are none."""
    found = sorted({str(one) for one in matches})
    return {MATCHES: found} if found else {}


def known_matches(found: FoundReport, moves: Collection[Move] = _NAMING) -> set[UUID]:
    """Return the matches that an officer knew on closing the report, or that have already reopened it.

    They are those that the notes of these `moves` name. A note that cannot be opened names none. Raises Locked.
    """
    steps = Step.objects.filter(report=found.report, move__in=moves).exclude(note=None)
    containers = [note for note in steps.values_list("note", flat=True) if note is not None]
    ring, known = found.by.keys(), set[UUID]()
    for part in parts_of([found.report.id], Q(container__in=containers)) if containers else ():
        try:
            words = notes.open_words(
                part.container, part.header, part.payload, ring.for_any(part.epochs), "note"
            )
            known |= {UUID(one) for one in words.get(MATCHES, ())}
        except (CannotOpen, ValueError, TypeError, AttributeError):
            continue
    return known


def _closed_over(found: FoundReport) -> set[UUID]:
    """Return the matches over which an officer closed a report, or has decided to close it (`journey.closing`)."""
    kept = (Move.KEEP_CLOSING,) if found.report.stage == Stage.CLOSING else ()
    return known_matches(found, (Move.CLOSE, *kept))


def stop_retention(reports: Collection[UUID]) -> None:
    """Stop the retention clocks of reports that are being reopened."""
    Keeping.objects.filter(report__in=reports).update(review_on=None, identity_until=None)


def reopen(found: FoundReport, words: dict[str, Any], letter: Letter, **changes: Any) -> None:
    """Return a closed report to its desk's queue, with a sealed note, and send the desk a letter about it.

    Must be called inside the caller's transaction. Raises NotNow if the report is not closed.
    """
    report = found.report
    report.apply(Move.REOPEN, by=found.by.officer_id, at=found.at, note=notes.seal(found, words), **changes)
    stop_retention([report.id])
    record(found, Act.REPORT_REOPENED, **({"match": True} if MATCHES in words else {}))
    post(letter, desk=report.desk_id, thing_id=report.id, at=found.at)


@dataclass(frozen=True)
class IndexedReport:
    """A report that was just indexed, with its texts, its link decisions and its index keys."""

    report: Report
    texts: Sequence[SearchedText] = field(repr=False)
    decided: Sequence[LinkDecision] = field(repr=False)
    keys: Sequence[str] = field(repr=False)


def compare(
    indexed: Iterable[IndexedReport], desk: UUID, index: SealedIndex, *, by: Attendance, at: datetime
) -> tuple[set[UUID], set[UUID]]:
    """Compare reports that were just put into a desk's index with its closed ones, and reopen these on a new match.

    Returns the indexed reports that have to be compared again, because a colleague is changing one that matches, and the
    reports that were reopened. Waits for nobody: the index is locked. Must be called inside the caller's transaction.
    """
    mine = {one.report.id: one for one in indexed if is_usable(one.report)}
    likely = {ref: _likely(one, index) for ref, one in mine.items()}
    others = {ref: seen_before.opened(row, by.keys()) for ref, row in _others(desk, mine, likely).items()}
    found: dict[UUID, dict[UUID, str]] = {}
    causes: dict[UUID, set[UUID]] = {}
    for ref, (refs, shared) in likely.items():
        one = mine[ref]
        extract = None
        for against in (others[other] for other in refs if other in others):
            other = against.row
            if one.report.stage != Stage.CLOSED and other.stage != Stage.CLOSED:
                continue
            extract = extract or values.extract_of(one.report, one.texts)
            match = seen_before.compared(ref, extract, against, one.decided, shared, by.keys(), always=False)
            if match is None or not match.undecided or _in_one_group(one.report, other, match):
                continue
            ident = match_of(ref, other.id)
            pair = ((one.report, other), (other, one.report))
            if any(ident in _closed_over(FoundReport(report, by, at)) for report, _ in pair):
                continue  # whoever closed one of the two over this match has decided for both
            for closed, newer in pair:
                if closed.stage == Stage.CLOSED and closed.desk_id == desk:
                    found.setdefault(closed.id, {})[ident] = short_name(newer.id)
                    causes.setdefault(closed.id, set()).add(ref)
    again, reopened = set[UUID](), set[UUID]()
    for ref in sorted(found):
        result = bring_back(ref, found[ref], by=by, at=at)
        if result is ClosedReport.BUSY:
            again |= causes[ref]
        elif result is ClosedReport.REOPENED:
            reopened.add(ref)
    return again, reopened


def _likely(one: IndexedReport, index: SealedIndex) -> tuple[list[UUID], Mapping[str, int]]:
    """Return the reports that share most with a report, and the keys that very many reports share. Texts do not count."""
    keys = [key for key in one.keys if not key.startswith(("text:", "link:"))]
    seen = index.rows_of(keys, [one.report.id], most=MOST_OF_A_KEY + 1)
    own = seen.by_report.get(one.report.id)
    hits = {key: [row for row in rows if row != own] for key, rows in seen.by_key.items()}
    shared = seen_before.of_many(hits)
    rows = [row for row, _ in seen_before.proposed(hits, shared, ())[:_MOST_LIKELY]]
    at = index.reports_at(rows)
    return [at[row] for row in rows], shared


def _others(
    desk: UUID,
    mine: Mapping[UUID, IndexedReport],
    likely: Mapping[UUID, tuple[list[UUID], Mapping[str, int]]],
) -> dict[UUID, Any]:
    """Return the reports to open: those that are closed, and all that may match a closed one."""
    refs = {ref for some, _ in likely.values() for ref in some}
    if not refs:
        return {}
    of_closed = {
        ref for one, (some, _) in likely.items() if mine[one].report.stage == Stage.CLOSED for ref in some
    }
    rows: Any = usable(reports_of([desk])).filter(Q(stage=Stage.CLOSED) | Q(id__in=of_closed), id__in=refs)
    rows = rows.select_related("desk").annotate(sealed=parts_column(documents.SEARCHED))
    return {row.id: row for row in rows}


def _in_one_group(one: Report, other: Report, match: EarlierReport) -> bool:
    """Return whether the two are look-alikes of which one was closed in bulk: they are read and closed as a group."""
    last = {closed.id: step for closed in (one, other) if (step := _end_of(closed)) is not None}
    swept = [step for step in last.values() if step.move == Move.SWEEP]
    together = len(swept) > 1 and len({(step.by_id, step.at) for step in swept}) == 1
    return together or (bool(swept) and match.alike)


def _end_of(report: Report) -> Step | None:
    """Return the step that closed a report, or None if it is open."""
    if report.stage != Stage.CLOSED:
        return None
    return Step.objects.filter(report=report, move__in=_ENDS).order_by("-number").first()


def closed_on(closed: QuerySet[Report]) -> dict[UUID, date]:
    """Return the day on which each of these closed reports was closed, in the order of their ids."""
    ends = Step.objects.filter(report=OuterRef("pk"), move__in=_ENDS).order_by("-number")
    with_day = closed.annotate(ended=Subquery(ends.values("on")[:1]))
    return dict(with_day.order_by("id").values_list("id", "ended"))


class ClosedReport(StrEnum):
    """What became of a closed report that matches another one: nothing new was found, or a colleague is changing it."""

    KNOWN = "known"
    REOPENED = "reopened"
    BUSY = "busy"


def bring_back(ref: UUID, matches: Mapping[UUID, str], *, by: Attendance, at: datetime) -> ClosedReport:
    """Reopen a closed report of the officer's desks for matches that nobody knew of when it was closed.

    `matches` maps the id of each match to the name of the other report. The processing of a restricted report stays
    restricted. A report that cannot be sealed to now counts as busy. Must be called inside the caller's transaction.
    Raises Locked.
    """
    closed = usable(reports_of(by.desk_ids)).filter(pk=ref, stage=Stage.CLOSED)
    report = closed.select_for_update(of=("self",), skip_locked=True).first()
    if report is None:
        return ClosedReport.BUSY if closed.exists() else ClosedReport.KNOWN
    found = FoundReport(report, by, at)
    known = known_matches(found)
    new = {match: name for match, name in matches.items() if match not in known}
    if not new:
        return ClosedReport.KNOWN
    words = {"reason": WHY.format(", ".join(sorted(set(new.values())))), **as_known(new)}
    try:
        with transaction.atomic():
            reopen(found, words, Letter.MATCHED_AFTER_CLOSING)
    except SealingStopped:  # what else the caller does goes on
        return ClosedReport.BUSY
    return ClosedReport.REOPENED
