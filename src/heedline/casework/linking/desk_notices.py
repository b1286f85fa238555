"""Sealed notices to desks about their reports.

A row holds a list of notices, which may be empty: after each batch of comparisons every desk is sent one, so that nobody who
sees the rows learns which desk's report has matched. A session of the desk puts all that it has into one row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models.functions import JSONObject

from heedline.casework.access.session import Attendance
from heedline.casework.errors import SealingStopped
from heedline.casework.keys import directory
from heedline.casework.keys.directory import Addressee
from heedline.casework.search import sealed_values
from heedline.packs import load_pack
from heedline.reports.models import DeskNotice
from heedline.vault import CannotOpen

_PART = "desk-notice"
#: Rows of a desk from which on a session puts them into one, and the newest rows that a report's page opens at most.
MANY = 5
MOST = 300


class NoticeKind(StrEnum):
    """The kinds of notice.

    A possible match, a question about one and its answer, that somebody must be contacted before the desk acts, and that the
    desk may act again.
    """

    MATCH = "match"
    QUESTION = "question"
    ANSWER = "answer"
    CONTACT = "contact"
    RELEASED = "released"


@dataclass(frozen=True)
class ReceivedNotice:
    """A notice to a desk.

    `about` is the match or the hit that it belongs to. It stands inside seals only: whoever knows two reports could work it
    out. `report` is the desk's own report, if the notice names one.
    """

    kind: NoticeKind
    desk: UUID
    about: UUID
    report: UUID | None
    words: dict[str, Any] = field(repr=False)


def words(kind: NoticeKind, about: UUID, report: UUID | None, **more: Any) -> dict[str, Any]:
    """Return a notice in the form in which it is sealed."""
    return {"kind": str(kind), "about": str(about), "report": str(report) if report else "", **more}


def send(items: dict[str, list[dict[str, Any]]], *, at: datetime, cover: bool = False) -> None:
    """Seal notices to desks, given by code. With `cover`, every other desk that takes reports gets an empty one.

    Must be called inside the caller's transaction. Raises SealingStopped if a desk with notices can receive nothing.
    """
    codes = set(items)
    if cover:
        codes |= {code for code, desk in load_pack(settings.PACK).desks.items() if desk.role == "desk"}
    rows = []
    for code in codes:
        to = directory.addressee(code, at.date())
        if to is not None:
            rows.append(_row(to, items.get(code, []), at))
        elif items.get(code):
            raise SealingStopped
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
    """Return the notices to the officer's desks that their keys open.

    Returns () in a locked session.
    """
    if not by.unlocked:
        return ()
    # all of them: everybody may send notices, and whoever must be contacted is not to be hidden by many others
    rows = DeskNotice.objects.filter(desk_id__in=by.desk_ids).order_by("on", "id")
    return tuple(notice for row in rows for notice in _notices(row.desk_id, _items(row, by)))


def stored(desks: Iterable[UUID]) -> ArraySubquery:
    """Return a column with the stored notices of these desks, for a query that also reads something else.

    `opened_in` opens them. Row-level security applies to these rows as well.
    """
    rows = DeskNotice.objects.filter(desk_id__in=list(desks)).order_by("-on", "id")
    columns = ("id", "desk_id", "epochs", "header", "payload")
    return ArraySubquery(rows.values(row=JSONObject(**{name: name for name in columns}))[:MOST])


def opened_in(
    column: Iterable[dict[str, Any]], report: UUID, *, by: Attendance
) -> tuple[ReceivedNotice, ...]:
    """Return the notices about a report in a column of `stored`, and what followed from them."""
    rows = [
        DeskNotice(
            id=UUID(one["id"]),
            desk_id=UUID(one["desk_id"]),
            epochs=[UUID(epoch) for epoch in one["epochs"]],
            header=bytes.fromhex(one["header"][2:]) if one["header"] else None,
            payload=bytes.fromhex(one["payload"][2:]),
        )
        for one in column
    ]
    return _about(report, [notice for row in rows for notice in _notices(row.desk_id, _items(row, by))])


def about(report: UUID, *, by: Attendance) -> tuple[ReceivedNotice, ...]:
    """Return the notices about one report, and what followed from them."""
    return _about(report, received(by=by))


def _about(report: UUID, found: Iterable[ReceivedNotice]) -> tuple[ReceivedNotice, ...]:
    all_found = tuple(found)
    named = {one.about for one in all_found if one.report == report}
    return tuple(one for one in all_found if one.about in named)


def tidy(*, by: Attendance, at: datetime) -> None:
    """Put the notices of each of the officer's desks into one row, if there are many rows.

    A row that these keys do not open is left as it is.
    """
    for desk in by.desks:
        rows = DeskNotice.objects.filter(desk_id=desk.id)
        if rows.count() < MANY:
            continue
        with transaction.atomic(), suppress(SealingStopped):
            replace(desk.code, desk.id, lambda items: items, by=by, at=at)


def forget(report: UUID, *, by: Attendance, at: datetime) -> None:
    """Remove the notices about a report from those of the officer's desks.

    Must be called inside the transaction in which the report is disposed of. Raises SealingStopped.
    """
    for desk in by.desks:
        gone = {one.about for one in received(by=by) if one.report == report and one.desk == desk.id}
        if gone:
            replace(
                desk.code,
                desk.id,
                lambda items, gone=gone: [one for one in items if UUID(one["about"]) not in gone],
                by=by,
                at=at,
            )


def replace(code: str, desk: UUID, change: Any, *, by: Attendance, at: datetime) -> None:
    """Replace what a desk has by one row with `change(items)`.

    Must be called inside the caller's transaction. Raises SealingStopped.
    """
    items: list[dict[str, Any]] = []
    opened = []
    for row in DeskNotice.objects.filter(desk_id=desk).order_by("on", "id"):
        found = _items(row, by)
        if found is not None:
            opened.append(row.id)
            items += [one for one in found if one not in items]
    if not opened:
        return
    # a colleague's session that has done this meanwhile has deleted the same rows, and then nothing is added twice
    with transaction.atomic():
        if DeskNotice.objects.filter(id__in=opened).delete()[0] == len(opened):
            send({code: change(items)}, at=at)
        else:
            transaction.set_rollback(True)


def _items(row: DeskNotice, by: Attendance) -> list[dict[str, Any]] | None:
    try:
        found: list[dict[str, Any]] = sealed_values.opened(row, by.keys(), _PART)["items"]
    except CannotOpen:
        return None
    return found


def _notices(desk: UUID, items: Iterable[dict[str, Any]] | None) -> Iterable[ReceivedNotice]:
    for told in items or ():
        with suppress(KeyError, ValueError):
            report = UUID(told["report"]) if told["report"] else None
            yield ReceivedNotice(NoticeKind(told["kind"]), desk, UUID(told["about"]), report, told)
