"""View data for a bulk closure, with similar reports, a preview of the selection and the result.

Each selected report is shown with what would happen to it. Reports are opened in the officer's session,
and each view is logged before anything is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.keyring import DeskLine
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.dissemination import outgoing
from heedline.casework.errors import NotHere
from heedline.casework.journey import closing_rules, look_alikes
from heedline.casework.journey.bulk_close import (
    LOOKED_AT,
    MOST,
    TEXTS,
    WHY,
    asks_for_a_call,
    desk_of,
    worked_on,
)
from heedline.casework.journey.look_alikes import Piece, ToldText
from heedline.casework.report.opening import (
    OpenedReport,
    first_words,
    kind_words,
    open_stored,
    received_words,
    short_name,
)
from heedline.casework.report.verb import on_the_record
from heedline.casework.tasks import tasks
from heedline.index import near_duplicates
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import Stage
from heedline.reports.models import Report, Sweep, Swept
from heedline.reports.models.sweeps import why_not
from heedline.reports.stored import in_batches
from heedline.vault import CannotOpen


@dataclass(frozen=True)
class SweepItem:
    """A report in a bulk closure, with its opening words and any reason to leave it out.

    `left_out` is "" when the report would be closed.
    """

    ref: UUID
    short: str
    version: int
    kind: str
    kind_words: str
    opening: str = field(repr=False)
    language: str
    received_words: str
    left_out: str


@dataclass(frozen=True)
class BulkGroup:
    """A group of similar reports at one desk, listed under the first of them."""

    first: SweepItem
    count: int


@dataclass(frozen=True)
class AlikeRow:
    """A text in a group, split where it differs from the group, with the first report that says it.

    `barred` is the reason why it may not be closed with the others, or "", and `sentence` the one that makes it so. `same`
    are the other reports with exactly these words.
    """

    item: SweepItem
    pieces: tuple[Piece, ...] = field(repr=False)
    barred: str
    sentence: str = field(repr=False, default="")
    same: tuple[SweepItem, ...] = ()


@dataclass(frozen=True)
class AlikePage:
    """One page of a group, with its rows, the group's size, the page number and the number of pages."""

    rows: tuple[AlikeRow, ...]
    count: int
    number: int
    pages: int


@dataclass(frozen=True)
class Alike:
    """Groups of similar reports among the first `looked_at` reports waiting at a desk.

    `more` is True when further reports are waiting beyond these. `alone` are the first of the `alone_count` reports of an
    incident that are in no group, those with marked words first. `left_out` are the first of the `left_out_count` that are
    not compared, each with the reason.
    """

    groups: tuple[BulkGroup, ...]
    looked_at: int
    more: bool
    alone: tuple[SweepItem, ...] = ()
    alone_count: int = 0
    left_out: tuple[SweepItem, ...] = ()
    left_out_count: int = 0


@dataclass(frozen=True)
class Left:
    """A report that a bulk closure or its reversal left unchanged, with the reason."""

    ref: UUID
    short: str
    because: str


@dataclass(frozen=True)
class SweepMade:
    """A completed bulk closure.

    `undo_until` is "" when the closure can no longer be undone.
    """

    id: UUID
    desk_code: str
    desk_name: str
    by: str
    at_words: str
    outcome: str
    closed: tuple[Left, ...]
    count: int
    left_out: tuple[Left, ...]
    undo_until: str
    undone_words: str
    not_restored: tuple[Left, ...]


def _opened(reports: Iterable[UUID], by: Attendance) -> dict[UUID, OpenedReport]:
    ring, found = by.keys(), {}
    for part in in_batches(reports, part="report"):
        try:
            found[part.report] = open_stored(part, ring)
        except CannotOpen:
            continue
    return found


def _hung(rows: Iterable[Report]) -> dict[UUID, str]:
    """Return the reports excluded from bulk closure by outstanding work, with reason codes."""
    refs = [row.id for row in rows]
    return dict.fromkeys(tasks.with_open(refs), "task") | dict.fromkeys(outgoing.still_open(refs), "partner")


def _item(report: Report, opened: OpenedReport | None, hung: str) -> SweepItem:
    because = why_not(report) or hung
    if not because and opened is None:
        because = "unread"
    if not because and opened is not None and asks_for_a_call(report.kind, opened):
        because = "call"
    return SweepItem(
        ref=report.id,
        short=short_name(report.id),
        version=report.version,
        kind=report.kind,
        kind_words=kind_words(report.kind),
        opening=first_words(opened.narrative) if opened is not None else "",
        language=opened.spoken if opened is not None else "",
        received_words=received_words(report),
        left_out=WHY[because] if because else "",
    )


def _log(state: str, desk: DeskLine, reports: Iterable[Report], by: Attendance) -> None:
    """Log a view of a desk's queue, and each report decrypted for it.

    Reports that arrived in the current quarter hour are counted, not named, as in a queue.
    """
    rows = list(reports)
    with transaction.atomic():
        journal.record_look(
            Act.QUEUE_READ,
            actor=by.officer_id,
            desk=desk.id,
            state=state,
            opened=(report.id for report in rows if report.settled),
            new=sum(1 for report in rows if not report.settled),
        )


def _permitted(desk_code: str, by: Attendance) -> DeskLine:
    desk = desk_of(by, desk_code)
    with on_the_record(Act.QUEUE_READ, by=by):
        by.require(Capability.SWEEP, desk.id)
    return desk


@dataclass(frozen=True)
class _Waiting:
    """Decrypted reports that may be closed in bulk, those that may not, and whether there are more of them."""

    items: Mapping[UUID, SweepItem]
    told: Mapping[UUID, ToldText]
    looked_at: int
    more: bool
    left_out: tuple[SweepItem, ...] = ()

    def with_words(self, words: str) -> dict[UUID, str]:
        """Return the accounts that contain these words, by report."""
        wanted = " ".join(words.casefold().split())
        texts = ((ref, self.told[ref].account) for ref in self.items)
        return {ref: text for ref, text in texts if wanted in " ".join(text.casefold().split())}

    def groups(self, words: str = "") -> list[list[UUID]]:
        return near_duplicates.groups(self.with_words(words).items())


def _waiting(desk: DeskLine, by: Attendance, incident: UUID | None = None) -> _Waiting:
    """Return the waiting reports of a desk that may be compared, or of an incident all but dangers, with what bars them."""
    waiting = reports_of(by.desk_ids).filter(desk_id=desk.id, stage=Stage.WAITING, rank__gt=0)
    waiting = waiting.filter(unread=0) if incident is None else waiting.filter(incident_id=incident)
    rows = list(waiting.select_related("desk").order_by("rank", "due_at", "id")[: LOOKED_AT + 1])
    more = len(rows) > LOOKED_AT
    rows = [row for row in rows[:LOOKED_AT] if incident is not None or not why_not(row)]
    opened, hung = _opened((row.id for row in rows), by), _hung(rows)
    found = {
        row.id: _item(row, opened.get(row.id), hung.get(row.id, ""))
        for row in rows
        if incident is not None or row.id in opened
    }
    items = {ref: item for ref, item in found.items() if not item.left_out}
    _log("alike", desk, (row for row in rows if row.id in opened), by)
    told = {row.id: look_alikes.told_text(opened[row.id], row) for row in rows if row.id in items}
    left_out = tuple(item for item in found.values() if item.left_out)
    return _Waiting(items, told, len(rows), more, left_out)


def alike(
    desk_code: str, *, words: str = "", incident: UUID | None = None, by: Attendance, at: datetime
) -> Alike:
    """Return the groups of similar reports waiting at this desk, largest first.

    With `words`, only reports whose account contains them are compared. With `incident`, only its reports are, and those that
    resemble no other, or cannot be compared, come with them. Opens the first `LOOKED_AT` reports. Reports of
    danger to life are never included. Raises NotHere, Refused and Locked.
    """
    found = _waiting(_permitted(desk_code, by), by, incident)
    grouped = found.groups(words)
    groups = tuple(BulkGroup(found.items[one[0]], len(one)) for one in grouped)
    if incident is None:
        return Alike(groups, found.looked_at, found.more)
    alike_to_others = {ref for one in grouped for ref in one}
    alone = [found.items[ref] for ref in found.with_words(words) if ref not in alike_to_others]
    alone.sort(key=lambda item: not closing_rules.marked_in([found.told[item.ref].whole]))
    return Alike(
        groups,
        found.looked_at,
        found.more,
        tuple(alone[:MOST]),
        len(alone),
        found.left_out[:MOST],
        len(found.left_out),
    )


def alike_page(desk_code: str, first: UUID, number: int, *, by: Attendance, at: datetime) -> AlikePage:
    """Return one page of the group that contains this report, with each full text once and its differences.

    Those that may not be closed with the others come first.

    Raises NotHere if the report is in no group, or has been closed since, and Refused and Locked.
    """
    found = _waiting(_permitted(desk_code, by), by)
    group = next((one for one in found.groups() if first in one), None)
    if group is None:
        raise NotHere
    compared = look_alikes.Compared({ref: found.told[ref] for ref in group})
    texts = compared.same_words()
    pages = -(-len(texts) // TEXTS)
    number = min(max(number, 1), pages)
    rows, shown = [], texts[(number - 1) * TEXTS : number * TEXTS]
    linked = worked_on({refs[0]: found.told[refs[0]] for refs in shown}, by=by, at=at)
    held = [ref for refs in shown if refs[0] in linked for ref in refs[1:]]
    linked |= worked_on({ref: found.told[ref] for ref in held}, by=by, at=at)
    for first_of, *others in (sorted(refs, key=linked.__contains__) for refs in shown):  # one that is free
        bar = compared.bar(first_of)
        because = bar or linked.get(first_of, "")
        rows.append(
            AlikeRow(
                found.items[first_of],
                tuple(compared.pieces(first_of)),
                WHY[because] if because else "",
                compared.sentence(first_of) if bar else "",
                tuple(found.items[ref] for ref in others),
            )
        )
    return AlikePage(tuple(rows), len(group), number, pages)


def look(desk_code: str, chosen: Iterable[UUID], *, by: Attendance, at: datetime) -> tuple[SweepItem, ...]:
    """Return each selected report at this desk, with any reason to leave it out.

    Raises NotHere, Refused and Locked.
    """
    desk = _permitted(desk_code, by)
    rows = list(reports_of(by.desk_ids).filter(desk_id=desk.id, id__in=list(chosen)[:MOST]).order_by("id"))
    opened = _opened((row.id for row in rows), by)
    _log("sweep", desk, (row for row in rows if row.id in opened), by)
    hung = _hung(rows)
    items = [_item(row, opened.get(row.id), hung.get(row.id, "")) for row in rows]
    left = {item.ref for item in items if not item.left_out}
    told = {row.id: look_alikes.told_text(opened[row.id], row) for row in rows if row.id in left}
    barred = look_alikes.barred(told) | worked_on(told, by=by, at=at)
    return tuple(
        replace(item, left_out=WHY[barred[item.ref]]) if item.ref in barred else item for item in items
    )


def kinds_of(desk_code: str, chosen: Iterable[UUID], *, by: Attendance) -> set[str]:
    """Return the kinds of the selected reports at this desk, without opening one. Raises NotHere."""
    rows = reports_of(by.desk_ids).filter(desk_id=desk_of(by, desk_code).id, id__in=list(chosen)[:MOST])
    return set(rows.order_by().values_list("kind", flat=True).distinct())


def _left(told: dict[str, str]) -> tuple[Left, ...]:
    return tuple(Left(UUID(ref), short_name(UUID(ref)), WHY.get(code, "")) for ref, code in told.items())


def made(sweep_id: UUID, *, by: Attendance, at: datetime) -> SweepMade:
    """Return a bulk closure made at one of the officer's desks.

    Raises NotHere, and Refused for an officer who may not close reports in bulk at that desk.
    """
    found = (
        Sweep.objects.select_related("desk", "by", "undone_by")
        .filter(pk=sweep_id, desk_id__in=by.desk_ids)
        .first()
    )
    if found is None:
        raise NotHere
    with on_the_record(Act.SWEEP_READ, by=by):
        by.require(Capability.SWEEP, found.desk_id, excused=True)  # nor does reading ever, or undoing
        journal.record(
            Act.SWEEP_READ, actor=by.officer_id, desk=found.desk_id, thing="sweep", thing_id=sweep_id
        )
    zone = office_zone()
    swept = list(Swept.objects.filter(sweep=found).values_list("report_id", flat=True))
    undone = found.undone_at is not None and found.undone_by is not None
    return SweepMade(
        id=found.id,
        desk_code=found.desk.code,
        desk_name=found.desk.name,
        by=found.by.name,
        at_words=f"{found.at.astimezone(zone):%-d %B %Y, %H:%M}",
        outcome=found.outcome,
        closed=tuple(Left(ref, short_name(ref), "") for ref in swept),
        count=found.closed,
        left_out=_left(found.left_out),
        undo_until=f"{found.until.astimezone(zone):%-d %B, %H:%M}"
        if not undone and at < found.until and swept
        else "",
        undone_words=f"{found.undone_by.name}, {found.undone_at.astimezone(zone):%-d %B, %H:%M}"
        if found.undone_at is not None and found.undone_by is not None
        else "",
        not_restored=_left(found.not_restored),
    )


def to_undo(desk_code: str, *, by: Attendance, at: datetime) -> tuple[SweepMade, ...]:
    """Return this desk's bulk closures that can still be undone, newest first.

    Their reports are not included, so this is not logged as a view.
    """
    desk = desk_of(by, desk_code)
    by.require(Capability.SWEEP, desk.id, excused=True)
    rows = Sweep.objects.select_related("desk", "by").filter(
        desk_id=desk.id, until__gt=at, undone_at=None, closed__gt=0
    )
    zone = office_zone()
    return tuple(
        SweepMade(
            id=one.id, desk_code=one.desk.code, desk_name=one.desk.name, by=one.by.name,
            at_words=f"{one.at.astimezone(zone):%-d %B, %H:%M}", outcome=one.outcome, closed=(), count=one.closed,
            left_out=(), undo_until=f"{one.until.astimezone(zone):%-d %B, %H:%M}", undone_words="", not_restored=(),
        )
        for one in rows.order_by("-until")[:20]
    )  # fmt: skip
