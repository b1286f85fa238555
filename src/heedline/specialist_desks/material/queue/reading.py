"""Read items for display: the queue, an item's page, and the items named in a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from heedline.audit import journal
from heedline.audit.acts import desk_acts
from heedline.audit.models import Event
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.errors import CannotOpen, ChangedSinceArrival, NotHere
from heedline.casework.pages.desk_tabs import WorkWaiting
from heedline.casework.recording import refusals_logged
from heedline.casework.records import desk_parts
from heedline.casework.report import restrictions
from heedline.casework.report.opening import short_name
from heedline.casework.search import desk_index, documents, indexing
from heedline.desks.models import Officer
from heedline.index import Damaged, SealedIndex
from heedline.permits.scopes import reports_of
from heedline.specialist_desks.material.evidence import known
from heedline.specialist_desks.material.examination import examining, welfare
from heedline.specialist_desks.material.examination import law as law_of
from heedline.specialist_desks.material.items import reporters_words
from heedline.specialist_desks.material.items.addresses import locators_of
from heedline.specialist_desks.material.items.contents import ItemContent
from heedline.specialist_desks.material.items.finding import (
    RANKED,
    item_at,
    ranked,
    reports_naming_each,
)
from heedline.specialist_desks.material.items.found_item import my_desk, newest_evidence
from heedline.specialist_desks.material.items.reporters_words import ReportersWords
from heedline.specialist_desks.material.models import Examination, MaterialItem
from heedline.specialist_desks.material.rules import (
    BLIND,
    LISTS,
    PLACES,
    ItemOutcome,
    ItemState,
    Place,
    why_not,
)
from heedline.specialist_desks.material.vocabulary import DESK_KIND, MaterialAct, MaterialCapability

#: Lines of a page of the queue.
A_PAGE: Final = 25
#: Items whose order is looked up for one page of the queue, and how many more than the page needs are tried first.
_MOST_RANKED, _SPARE = 2_000, 100
#: Entries of an item's log on its page.
_MOST_ACTS: Final = 50
#: Findings to confirm that My work lists at once.
_MOST_SHOWN: Final = 5
#: The number of items in each state, and a page of one list. Items that the search index ranks come first, each with its
#: place, then the others, each with its day. Ranked items are looked up one by one. The others are read from the table's
#: index of this list by day (`models/items.py`) as far as the page, leaving out the ranked ones, and are not sorted. The
#: states stand in the statement itself, because PostgreSQL would not use that index for states sent as values.
_PAGE_OF: Final = """
WITH listed AS MATERIALIZED (
    SELECT i.id, r.place FROM unnest(%b::uuid[]) WITH ORDINALITY AS r(id, place)
        CROSS JOIN LATERAL (SELECT m.id FROM material_item m
            WHERE m.id = r.id AND m.desk_id = %b AND m.state IN ({states}) OFFSET 0) AS i),
known AS (SELECT count(*) AS n FROM listed)
SELECT NULL::uuid, i.state::text, count(*), 0 FROM material_item i WHERE i.desk_id = %b GROUP BY i.state
UNION ALL
SELECT l.id, '', l.place, 0 FROM (SELECT id, place FROM listed ORDER BY place OFFSET %b LIMIT %b) AS l
UNION ALL
SELECT o.id, '', NULL, o.found_on - date 'epoch' FROM (
    SELECT m.id, m.found_on FROM material_item m
    WHERE m.desk_id = %b AND m.state IN ({states}) AND m.id NOT IN (SELECT id FROM listed)
    ORDER BY m.found_on DESC, m.id
    OFFSET (SELECT GREATEST(0, %b - n) FROM known) LIMIT (SELECT GREATEST(0, %b - GREATEST(n, %b)) FROM known)) AS o
"""


@dataclass(frozen=True)
class ItemLine:
    """An item in the queue. `shown` is empty if viewing the item is blocked for everyone."""

    ref: UUID
    short: str
    state: ItemState
    shown: str = field(repr=False)
    label: str = field(repr=False)
    platform: str
    points: int
    parts: tuple[tuple[str, int], ...]
    reports: int
    found_on: date
    age: int
    owner: str
    mine: bool
    referral_due: datetime | None = None


@dataclass(frozen=True)
class ItemQueue:
    """A page of a desk's items."""

    desk_name: str
    lines: tuple[ItemLine, ...]
    counts: Mapping[str, int]
    page: int
    pages: int


@dataclass(frozen=True)
class ShownExamination:
    """An examination for display. `told` holds its unsealed details, and is empty while they are hidden."""

    place: Place
    by: str
    at: datetime
    outcome: str
    met: tuple[str, ...]
    round: int
    told: Mapping[str, Any] = field(repr=False, default_factory=dict)


@dataclass(frozen=True)
class ItemView:
    """The data for an item's page.

    `evidence` is the number of the newest entry on which a finding rests. `confirms` means that evidence was added after
    this officer's finding, and `behind` that it was added after anybody's, so that nobody can review it.
    """

    line: ItemLine
    version: int
    addresses: tuple[str, ...] = field(repr=False)
    content: ItemContent = field(repr=False)
    reports: ReportersWords
    examinations: tuple[ShownExamination, ...]
    history: tuple[tuple[str, str, datetime], ...]
    place: Place | None
    why_not: str
    closed_audience: bool
    audience_approved: bool
    evidence: int
    confirms: bool
    behind: bool


def queue(chosen: str, page: int, *, by: Attendance, at: datetime) -> ItemQueue:
    """Return a page of the items at the officer's desk, highest priority first.

    Reports that wait are indexed first, so their items are in it. Raises NotHere and Locked.
    """
    desk = my_desk(by)
    by.require(MaterialCapability.SEE, desk)
    ring = by.keys()
    indexing.keep_up(by=by, at=at)
    last = page * A_PAGE
    with desk_index.open_index(desk, ring) as index:
        for most in (last + _SPARE, _MOST_RANKED):
            most = min(most, _MOST_RANKED)
            order = ranked(index, chosen, most=most) if chosen in RANKED and index is not None else []
            whole = len(order) < most or most == _MOST_RANKED
            counted, wanted = _on_page(desk, LISTS[chosen], order, page, whole=whole)
            if whole or len(wanted) == A_PAGE:
                break  # else so many have been moved since they were indexed that the page is not full
        lines = lines_of(wanted, index, ring, by, at)
    counts = {name: sum(counted.get(str(one), 0) for one in some) for name, some in LISTS.items()}
    name = next(one.name for one in by.desks if one.id == desk)
    return ItemQueue(name, lines, counts, page, max(1, -(-counts[chosen] // A_PAGE)))


def _on_page(
    desk: UUID, states: frozenset[ItemState], order: Sequence[UUID], page: int, *, whole: bool
) -> tuple[dict[str, int], list[UUID]]:
    """Return the number of items in each state, and the items of a page, in one query.

    Items in `order` come first, then the others by day if `order` is `whole`.
    """
    first, last = (page - 1) * A_PAGE, page * A_PAGE
    wrapper: Any = connection  # our own backend: Django would write each id of the order into the statement
    with wrapper.bound_cursor(binary=True) as cursor:
        cursor.execute(
            _page_of(states),
            [list(order), desk, desk, first, A_PAGE, desk, first, last if whole else 0, first],
        )
        found = cursor.fetchall()
    counted = {state: n for ref, state, n, _ in found if ref is None}
    known = sorted((place, ref) for ref, _, place, _ in found if ref is not None and place is not None)
    others = sorted((-day, ref) for ref, _, place, day in found if ref is not None and place is None)
    return counted, [ref for _, ref in (*known, *others)]


@cache
def _page_of(states: frozenset[ItemState]) -> str:
    """Return the SQL that fetches a page of the items in these states."""
    return _PAGE_OF.format(states=", ".join(f"'{one.value}'" for one in sorted(states)))


def next_to_examine(*, by: Attendance, at: datetime) -> UUID | None:
    """Return the first new item in the list of those to examine, or None if its first page has none. Raises Locked."""
    lines = queue("open", 1, by=by, at=at).lines
    return next((one.ref for one in lines if one.state is ItemState.NEW), None)


def item(ref: UUID, *, by: Attendance, at: datetime, counted: bool = True) -> ItemView:
    """Return the data for an item's page, and log the view.

    A view is `counted` as time with items, except when a form that was filled in before is sent. Raises NotHere,
    Refused, Locked, and OnBreak for an examiner who is not to look now.
    """
    ring = by.keys()
    with refusals_logged(MaterialAct.VIEWED, by=by.officer_id, thing="item", thing_id=ref):
        row = MaterialItem.objects.select_related("owner").filter(desk_id__in=by.desk_ids, id=ref).first()
        if row is None:
            raise NotHere
        by.require(MaterialCapability.SEE, row.desk_id)
        if row.state == ItemState.REFERRED:  # nothing of it is shown to anybody but who leads the desk
            by.require(MaterialCapability.LEAD, row.desk_id)
        opened = desk_parts.opened([row.container], ring)
        if row.container not in opened:
            raise CannotOpen
        content = ItemContent.from_words(opened[row.container])
    if counted and row.owner_id != by.officer_id and welfare.opted_out(by=by) & set(content.categories):
        raise welfare.OnBreak(welfare.OPTED_OUT)
    if counted:  # in a transaction of its own, so that a break that begins now is stored
        welfare.look(content.categories, by=by, at=at)
    with transaction.atomic():
        journal.record(
            MaterialAct.VIEWED, actor=by.officer_id, desk=row.desk_id, thing="item", thing_id=row.id
        )
    with desk_index.open_index(row.desk_id, ring) as index:
        lines = lines_of([row.id], index, ring, by, at)
        if not lines:
            raise CannotOpen
        reports = reporters_words.read(content, row.desk_id, index, ring)
    rows = list(row.examinations.select_related("officer").order_by("at", "round", "place"))
    place = PLACES.get(ItemState(row.state))
    earlier = [one.officer_id for one in rows]
    reason = why_not(place, by.officer_id, earlier) if place is not None else ""
    waits_for = examining.findings_behind(row, rows)
    if by.officer_id in waits_for:
        reason = examining.ADDED_SINCE_YOURS
    elif waits_for and not reason:
        reason = examining.ADDED_SINCE
    return ItemView(
        line=lines[0],
        version=row.version,
        addresses=tuple(one.shown for one in content.addresses),
        content=content,
        reports=reports,
        examinations=_examinations(rows, row, ring, by),
        history=_history(row),
        place=place,
        why_not=reason,
        closed_audience=bool(row.closed_audience),
        audience_approved=row.audience_approved_by_id is not None,
        evidence=newest_evidence(row),
        confirms=by.officer_id in waits_for,
        behind=bool(waits_for),
    )


def findings_waiting(by: Attendance) -> tuple[WorkWaiting, ...]:
    """Return tasks to confirm findings that predate new evidence, oldest first. Needs no keys."""
    desk = next((one.id for one in by.desks if one.kind == DESK_KIND), None)
    if desk is None:
        return ()
    return tuple(
        WorkWaiting(
            words=f"Evidence was added to item {short_name(item)} after you examined it.",
            url="material-item",
            link="Read it and confirm your finding",
            ref=item,
        )
        for item in examining.to_confirm(desk, by.officer_id)[:_MOST_SHOWN]
    )


def items_of_report(ref: UUID, *, by: Attendance, at: datetime) -> tuple[ItemLine, ...]:
    """Return the items that a report refers to, in order. Raise Locked if the keys are locked."""
    ring = by.keys()
    report = reports_of(by.desk_ids).filter(id=ref).first()
    desk = next((one.id for one in by.desks if one.kind == DESK_KIND), None)
    if report is None or desk is None or report.desk_id != desk:
        return ()
    parts = documents.searched_parts([ref]).get(ref, [])
    try:
        locators = locators_of(documents.texts_of(report, parts, ring))
    except (CannotOpen, ChangedSinceArrival):
        return ()
    with desk_index.open_index(desk, ring) as index:
        if index is None:
            return ()
        found = [item_at(index, one.key) for one in locators]
        wanted = list(dict.fromkeys(one for one in found if one is not None))
        return lines_of(wanted, index, ring, by, at)


def items_with_files_of(ref: UUID, *, by: Attendance, at: datetime) -> tuple[ItemLine, ...] | None:
    """Return the items whose evidence includes a file from this report, or None if the report is restricted (ADR 76).

    Raises Locked.
    """
    ring = by.keys()
    report = reports_of(by.desk_ids).filter(id=ref).first()
    desk = next((one.id for one in by.desks if one.kind == DESK_KIND), None)
    if report is None or desk is None or report.desk_id != desk:
        return ()
    if not restrictions.is_usable(report):
        return None
    try:
        wanted = known.items_with_files_of(ref, desk, ring)
    except (CannotOpen, ChangedSinceArrival):
        return ()
    return lines_of(wanted, None, ring, by, at)


def is_of_my_desk(ref: UUID, by: Attendance) -> bool:
    """Return whether a report is at the officer's online material desk."""
    mine = [one.id for one in by.desks if one.kind == DESK_KIND]
    return bool(mine) and reports_of(mine).filter(id=ref).exists()


def count_of_report(ref: UUID, by: Attendance, at: datetime) -> int:
    """Return the number of items that a report refers to."""
    return len(items_of_report(ref, by=by, at=at)) if by.unlocked else 0


def lines_of(
    wanted: Sequence[UUID], index: SealedIndex | None, ring: Keyring, by: Attendance, at: datetime
) -> tuple[ItemLine, ...]:
    """Return the given items for display, in the order given, leaving out any that cannot be opened."""
    ours = MaterialItem.objects.filter(desk_id__in=by.desk_ids, id__in=wanted)
    rows = {one.id: one for one in desk_parts.with_parts(ours.select_related("owner"))}
    words = {ref: desk_parts.part_of(rows[ref], ring) for ref in wanted if ref in rows}
    contents = {ref: ItemContent.from_words(one) for ref, one in words.items() if one is not None}
    numbers: dict[UUID, int] = {}
    if index is not None:
        with suppress(Damaged):
            keys = {ref: [one.key for one in content.addresses] for ref, content in contents.items()}
            numbers = reports_naming_each(index, keys)
    lines = []
    for ref, content in contents.items():
        row = rows[ref]
        hidden = row.state == ItemState.REFERRED
        number = numbers.get(ref, 0)
        priority = content.priority(number)
        lines.append(
            ItemLine(
                ref=row.id,
                short=short_name(row.id),
                state=ItemState(row.state),
                shown="" if hidden else content.addresses[0].shown,
                label="" if hidden else content.label,
                platform="" if hidden else content.addresses[0].platform,
                points=priority.points,
                parts=tuple((one.words, one.points) for one in priority.parts),
                reports=number,
                found_on=row.found_on,
                age=(at.date() - row.found_on).days,
                owner=row.owner.name if row.owner is not None else "",
                mine=row.owner_id == by.officer_id,
                referral_due=row.referral_due_at,
            )
        )
    return tuple(lines)


def _examinations(
    rows: Sequence[Examination], item: MaterialItem, ring: Keyring, by: Attendance
) -> tuple[ShownExamination, ...]:
    """Return an item's examinations, showing an unreviewed finding only to the examiner who made it."""
    provisions = law_of.load_law(settings.PACK).provisions
    opened = desk_parts.opened([one.container for one in rows], ring)
    reviewed = {one.round for one in rows if one.place == Place.SECOND}
    shown = []
    for one in rows:
        found = one.place == Place.FIRST and ItemOutcome(one.outcome).illegal
        blind = (
            item.state in BLIND and found and one.round not in reviewed and one.officer_id != by.officer_id
        )
        shown.append(
            ShownExamination(
                place=Place(one.place),
                by=one.officer.name,
                at=one.at,
                outcome="" if blind else one.outcome,
                met=() if blind else tuple(provisions[code].name for code in one.met if code in provisions),
                round=one.round,
                told={} if blind else opened.get(one.container, {}),
            )
        )
    return tuple(shown)


def _history(item: MaterialItem) -> tuple[tuple[str, str, datetime], ...]:
    """Return the logged actions on an item, newest first, each with the person who took it."""
    rows = list(Event.objects.filter(thing="item", thing_id=item.id).order_by("-at")[:_MOST_ACTS])
    names = dict(Officer.objects.filter(id__in=[one.actor for one in rows]).values_list("id", "name"))
    words = desk_acts()
    return tuple(
        (
            words.get(one.act, one.act) + (" (refused)" if one.outcome == "refused" else ""),
            names.get(one.actor, "") if one.actor is not None else "",
            one.at,
        )
        for one in rows
    )
