"""Sealed notices to desks about their reports.

A row holds a list of notices, which may be empty. After each batch of comparisons every desk is sent one, so that
nobody who sees the rows learns which desk's report has matched. A session of the receiving desk merges all its notices
into one row. Every notice is signed (`signed_notices.py`), and one without a valid signature does not count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import JSONObject

from heedline.casework.access.session import Attendance
from heedline.casework.duty import alarms
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.errors import SealingStopped
from heedline.casework.keys import directory
from heedline.casework.keys.directory import Addressee
from heedline.casework.linking import signed_notices
from heedline.casework.search import reopening, sealed_values
from heedline.casework.search.reopening import ClosedReport
from heedline.dispatch.letters import Letter
from heedline.dispatch.outbox import post
from heedline.packs import load_pack
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import Stage
from heedline.reports.models import DeskNotice, DeskQuestion
from heedline.vault import CannotOpen

_PART = "desk-notice"
#: Rows of a desk from which on a session puts them into one, and the newest rows that a report's page opens at most.
MANY = 5
MOST = 300
#: How long a row that was set aside is kept.
KEPT_ASIDE = timedelta(days=30)
#: Rows of which this process has verified every notice, each with whether one of them is held for another desk.
_verified: dict[UUID, bool] = {}
_MOST_VERIFIED = 10_000


class NoticeKind(StrEnum):
    """The kinds of notice that desks send each other about their reports.

    They are a possible match, a question about a match and its answer, a contact that must be made before the desk acts, the
    clearance to act and its withdrawal. ENDED means that the other desk's report of a match was disposed of, and GONE that the
    report of a contact was. HELD is a notice that its sender keeps for a desk that cannot receive anything at the moment.
    """

    MATCH = "match"
    QUESTION = "question"
    ANSWER = "answer"
    ENDED = "ended"
    CONTACT = "contact"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    GONE = "gone"
    HELD = "held"


#: The kinds that count only if one side of a match has sent them to the other.
_BETWEEN_SIDES: Final = frozenset({NoticeKind.QUESTION, NoticeKind.ANSWER, NoticeKind.ENDED})


@dataclass(frozen=True)
class ReceivedNotice:
    """A notice to a desk.

    `about` is the id of the match or register hit. It appears only inside seals, because anyone who knows two reports
    could work it out. `report` is the desk's own report, if the notice names one.
    """

    kind: NoticeKind
    desk: UUID
    about: UUID
    report: UUID | None
    words: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Clearance:
    """A clearance to act, or the withdrawal of one.

    `text` says what the desk is cleared to do. It is "" if the clearance was withdrawn.
    """

    text: str = field(repr=False)
    by: str
    at: datetime


def clearances_in(notices: Iterable[ReceivedNotice]) -> dict[tuple[UUID, str], Clearance]:
    """Return the latest clearance or withdrawal for each register hit and each desk that sent one.

    Every change is a notice of its own, so the latest one counts. A withdrawal counts before a clearance of the same time.
    """
    latest: dict[tuple[UUID, str], Clearance] = {}
    for one in notices:
        if one.kind not in (NoticeKind.RELEASED, NoticeKind.WITHDRAWN):
            continue
        text = str(one.words["words"]) if one.kind is NoticeKind.RELEASED else ""
        found = Clearance(text, str(one.words["name"]), datetime.fromisoformat(one.words["at"]))
        known = latest.get((one.about, one.words["from"]))
        if known is None or (found.at, not found.text) >= (known.at, not known.text):
            latest[one.about, one.words["from"]] = found
    return latest


def words(kind: NoticeKind, about: UUID, report: UUID | None, **more: Any) -> dict[str, Any]:
    """Return a notice as the dictionary that is sealed to the receiving desk."""
    return {"kind": str(kind), "about": str(about), "report": str(report) if report else "", **more}


def send(
    items: dict[str, list[dict[str, Any]]],
    *,
    code: str,
    by: Attendance,
    at: datetime,
    cover: bool = False,
    hold: bool = False,
) -> None:
    """Sign notices as the desk with this code, and seal them to the receiving desks.

    With `cover`, every other desk that takes reports gets an empty notice. If a desk cannot receive anything now, its
    notices are held at the sending desk, provided that this is the linking desk or `hold` is True, and the others are
    sent. Must be called inside the caller's transaction. Raises Locked, and SealingStopped if a desk cannot receive its
    notices and they are not held.
    """
    ring = by.keys()
    wanted = {
        to: [signed_notices.signed(one, ring, code=code, at=at) for one in some] for to, some in items.items()
    }
    held = [(to, one) for to, some in items.items() if not _can_receive(to, at) for one in some]
    if held and not hold and code != load_pack(settings.PACK).linking_desk:
        raise SealingStopped
    for to, told in held:
        note = words(NoticeKind.HELD, UUID(told["about"]), None, to=to, notice=told)
        wanted.setdefault(code, []).append(signed_notices.signed(note, ring, code=code, at=at))
    _store(wanted, at=at, cover=cover)


def _can_receive(code: str, at: datetime) -> bool:
    return directory.addressee(code, at.date()) is not None


def _store(items: dict[str, list[dict[str, Any]]], *, at: datetime, cover: bool = False) -> None:
    """Seal signed notices to the desks that have a current key."""
    codes = set(items)
    if cover:
        codes |= {code for code, desk in load_pack(settings.PACK).desks.items() if desk.role == "desk"}
    found = {code: directory.addressee(code, at.date()) for code in codes}
    rows = [_row(to, items.get(code, []), at) for code, to in found.items() if to is not None]
    DeskNotice.objects.bulk_create(sorted(rows, key=lambda row: row.id))


def _row(to: Addressee, items: Sequence[dict[str, Any]], at: datetime) -> DeskNotice:
    ident = uuid4()
    sealed = sealed_values.seal({"items": list(items)}, to, ident, _PART)
    return DeskNotice(
        id=ident,
        desk_id=to.desk,
        on=at.date(),
        epochs=[to.epoch],
        header=sealed.header,
        payload=sealed.payload,
    )


def received(*, by: Attendance) -> tuple[ReceivedNotice, ...]:
    """Return the notices that the officer's desks have received and their keys can decrypt.

    Returns () in a locked session.
    """
    return _counted(_opened(by), by)


def _opened(by: Attendance) -> list[ReceivedNotice]:
    """Return the notices to the officer's desks, whether or not they count (`_counted`)."""
    if not by.unlocked:
        return []
    # all of them: everybody may send notices, and whoever must be contacted is not to be hidden by many others
    rows = DeskNotice.objects.filter(desk_id__in=by.desk_ids).order_by("on", "id")
    return [notice for row in rows for notice in _notices(row.desk_id, _items(row, by))]


def stored(desks: Iterable[UUID]) -> ArraySubquery:
    """Return a subquery that collects the stored notices to these desks into an array.

    `opened_in` opens them. Row-level security applies to these rows as well.
    """
    rows = DeskNotice.objects.filter(desk_id__in=list(desks)).order_by("-on", "id")
    columns = ("id", "desk_id", "epochs", "header", "payload")
    return ArraySubquery(rows.values(row=JSONObject(**{name: name for name in columns}))[:MOST])


def opened_in(
    column: Iterable[dict[str, Any]], report: UUID, *, by: Attendance
) -> tuple[ReceivedNotice, ...]:
    """Return the notices about a report and the replies to them, from a `stored` column."""
    found = list(column)
    if len(found) >= MOST:  # whoever must be contacted is not to be hidden by many others
        return about(report, by=by)
    return _about({report}, _notices_in(found, by), by)


def received_in(column: Iterable[dict[str, Any]], *, by: Attendance) -> tuple[ReceivedNotice, ...]:
    """Return what `received` does, from a `stored` column. Without keys it returns ()."""
    found = list(column)
    if len(found) >= MOST or not by.unlocked:
        return received(by=by)
    return _counted(_notices_in(found, by), by)


def _notices_in(found: Iterable[dict[str, Any]], by: Attendance) -> list[ReceivedNotice]:
    rows = [
        DeskNotice(
            id=UUID(one["id"]),
            desk_id=UUID(one["desk_id"]),
            epochs=[UUID(epoch) for epoch in one["epochs"]],
            header=bytes.fromhex(one["header"][2:]) if one["header"] else None,
            payload=bytes.fromhex(one["payload"][2:]),
        )
        for one in found
    ]
    return [notice for row in rows for notice in _notices(row.desk_id, _items(row, by))]


def about(*reports: UUID, by: Attendance) -> tuple[ReceivedNotice, ...]:
    """Return the notices about one or more reports and the replies to them."""
    return _about({*reports}, _opened(by), by)


def belonging_to(matches: Collection[UUID], *, by: Attendance) -> tuple[ReceivedNotice, ...]:
    """Return the notices that belong to these matches or register hits."""
    return _counted([one for one in _opened(by) if one.about in matches], by)


def _about(
    reports: Collection[UUID], found: Sequence[ReceivedNotice], by: Attendance
) -> tuple[ReceivedNotice, ...]:
    named = {one.about for one in found if one.report in reports}
    counted = _counted([one for one in found if one.about in named], by)
    named = {one.about for one in counted if one.report in reports}
    return tuple(one for one in counted if one.about in named)


def _counted(found: Sequence[ReceivedNotice], by: Attendance) -> tuple[ReceivedNotice, ...]:
    """Return the validly signed notices, leaving out those about reports that have been disposed of.

    A notice about a match counts only if one of its two desks sent it to the other.
    """
    genuine = [one for one in found if signed_notices.is_genuine(one.words)]
    gone = {one.about for one in genuine if one.kind is NoticeKind.GONE}
    codes = {desk.id: desk.code for desk in by.desks}
    sides = {
        (one.about, one.desk): {codes.get(one.desk), one.words["desk"]}
        for one in genuine
        if one.kind is NoticeKind.MATCH
    }
    return tuple(
        one
        for one in genuine
        if one.about not in gone
        and (
            one.kind not in _BETWEEN_SIDES
            or sides.get((one.about, one.desk)) == {one.words["from"], one.words["to"]}
        )
    )


def matches_of(report: UUID, *, by: Attendance) -> list[UUID]:
    """Return the ids of the matches at other desks that a report is known to have."""
    return [one.about for one in about(report, by=by) if one.kind is NoticeKind.MATCH]


def tidy(*, by: Attendance, at: datetime) -> None:
    """Verify the notices to each of the officer's desks, and merge their rows if there are many.

    A row with an invalid signature is set aside, and an alarm is raised. A row that these keys do not open is left as
    it is. A match of a closed report reopens it, unless it was known on closing (`reopening`). Notices held for
    another desk are sent as soon as that desk can receive them.
    """
    for desk in by.desks:
        rows = list(DeskNotice.objects.filter(desk_id=desk.id, aside=False))
        held = [_verify(row, by, at) for row in rows]
        with transaction.atomic(), suppress(SealingStopped):
            if len(rows) >= MANY:
                replace(desk.code, desk.id, lambda items: items, by=by, at=at)
            if any(held):
                _send_held(desk.code, desk.id, by=by, at=at)


def _verify(row: DeskNotice, by: Attendance, at: datetime) -> bool:
    """Return whether a row holds a notice to another desk, and quarantine the row if a signature is invalid."""
    if row.id in _verified:
        return _verified[row.id]
    items = _items(row, by)
    if items is None:
        return False
    if not all(map(signed_notices.is_genuine, items)):
        with transaction.atomic():
            if DeskNotice.objects.filter(id=row.id, aside=False).update(aside=True):
                post(Letter.NOTICE_FORGED, desk=row.desk_id, thing_id=None, at=at)
        return False
    if not _bring_back(row.desk_id, items, by, at):
        return any(one["kind"] == NoticeKind.HELD for one in items)
    if len(_verified) >= _MOST_VERIFIED:
        _verified.clear()
    _verified[row.id] = any(one["kind"] == NoticeKind.HELD for one in items)
    return _verified[row.id]


def _bring_back(desk: UUID, items: Iterable[Mapping[str, Any]], by: Attendance, at: datetime) -> bool:
    """Reopen the desk's closed reports that these notices match, and return whether none has to be tried again.

    A match that was sent before the day on which the report was closed was known then. Only reports with a later one are
    opened: the notices are verified again in every process, and whenever their rows are merged.
    """
    found: dict[UUID, list[Mapping[str, Any]]] = {}
    for one in items:
        if one["kind"] == NoticeKind.MATCH and one["report"]:
            with suppress(ValueError):
                found.setdefault(UUID(one["report"]), []).append(one)
    if not found:
        return True
    done, closed = True, reports_of([desk]).filter(desk_id=desk, id__in=found, stage=Stage.CLOSED)
    for ref, ended in reopening.closed_on(closed).items():
        later = [one for one in found[ref] if date.fromisoformat(one["day"]) >= ended]
        if not later:
            continue
        matches = {UUID(one["about"]): reopening.ELSEWHERE for one in later}
        with transaction.atomic():
            done &= reopening.bring_back(ref, matches, by=by, at=at) is not ClosedReport.BUSY
    return done


def _send_held(code: str, desk: UUID, *, by: Attendance, at: datetime) -> None:
    """Send held notices to the desks that once again have a current key.

    Only notices that the desk itself has held are sent, signed again in this session.
    """
    ready: dict[str, list[dict[str, Any]]] = {}

    def is_ready(one: Mapping[str, Any]) -> bool:
        return one["kind"] == NoticeKind.HELD and one["from"] == code and _can_receive(one["to"], at)

    def without(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for one in filter(is_ready, items):
            ready.setdefault(one["to"], []).append(one["notice"])
        return [one for one in items if not is_ready(one)]

    if any(one.desk == desk and is_ready(one.words) for one in received(by=by)):
        replace(code, desk, without, by=by, at=at)
        send(ready, code=code, by=by, at=at, cover=True)


def forget(report: UUID, *, by: Attendance, at: datetime) -> None:
    """Delete notices about a report from the officer's desks, and notify the desks with matching reports.

    Questions about the report end, with their alarms. Every desk is sent a notice, most of them empty, so that no row
    shows whether the report had a match. Must be called inside the transaction in which the report is disposed of.
    Raises SealingStopped if one of the officer's desks cannot receive anything.
    """
    ended: dict[str, dict[str, list[dict[str, Any]]]] = {}
    told_before = received(by=by)
    for desk in by.desks:
        found = [one for one in told_before if one.desk == desk.id]
        gone = {one.about for one in found if one.report == report}
        if not gone:
            continue
        _end_questions([one for one in found if one.about in gone], by, at)
        replace(
            desk.code,
            desk.id,
            lambda items, gone=gone: [one for one in items if UUID(one["about"]) not in gone],
            by=by,
            at=at,
        )
        for one in found:
            if one.kind is NoticeKind.MATCH and one.report == report:
                other = one.words["desk"]
                told = words(NoticeKind.ENDED, one.about, None, to=other, at=at.isoformat())
                ended.setdefault(desk.code, {}).setdefault(other, []).append(told)
    for code, notices in (ended or {desk.code: {} for desk in by.desks[:1]}).items():
        send(notices, code=code, by=by, at=at, cover=True, hold=True)


def _end_questions(found: Iterable[ReceivedNotice], by: Attendance, at: datetime) -> None:
    """Delete the questions in these notices, whichever desk asked them, and resolve their alarms."""
    asked = [UUID(one.words["question"]) for one in found if one.kind is NoticeKind.QUESTION]
    for question in asked:
        alarms.resolve(AlarmEvent.REPORT_DISPOSED, question, by=by, at=at)
    DeskQuestion.objects.filter(id__in=asked).delete()


def replace(code: str, desk: UUID, change: Any, *, by: Attendance, at: datetime) -> None:
    """Merge a desk's validly signed notices into one row, after passing them through `change`.

    Rows that were set aside stay as they are for a month. Must be called inside the caller's transaction. Raises
    SealingStopped.
    """
    if not _can_receive(code, at):
        raise SealingStopped
    items: list[dict[str, Any]] = []
    opened = []
    kept = Q(aside=True, on__gt=at.date() - KEPT_ASIDE, on__lte=at.date())
    rows = DeskNotice.objects.filter(desk_id=desk).exclude(kept)
    for row in rows.order_by("on", "id"):
        found = _items(row, by)
        if found is not None:
            opened.append(row.id)
            items += [one for one in found if one not in items and signed_notices.is_genuine(one)]
    if not opened:
        return
    gone = {one["about"] for one in items if one["kind"] == NoticeKind.GONE}
    items = [one for one in items if one["about"] not in gone]
    # a colleague's session that has done this meanwhile has deleted the same rows, and then nothing is added twice
    with transaction.atomic():
        if DeskNotice.objects.filter(id__in=opened).delete()[0] == len(opened):
            _store({code: change(items)}, at=at)
        else:
            transaction.set_rollback(True)


def _items(row: DeskNotice, by: Attendance) -> list[dict[str, Any]] | None:
    try:
        found: list[dict[str, Any]] = sealed_values.opened(row, by.keys(), _PART)["items"]
    except (CannotOpen, KeyError, TypeError):
        return None
    return found if isinstance(found, list) else None


def _notices(desk: UUID, items: Iterable[dict[str, Any]] | None) -> Iterable[ReceivedNotice]:
    for told in items or ():
        with suppress(KeyError, ValueError, TypeError, AttributeError):
            report = UUID(told["report"]) if told["report"] else None
            yield ReceivedNotice(NoticeKind(told["kind"]), desk, UUID(told["about"]), report, told)
