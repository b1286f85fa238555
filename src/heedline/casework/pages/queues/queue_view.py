"""An officer's view of a queue, with its desk, state, filters, order, page size and position.

What is special about a report by something sealed is filtered by the ids that an unlocked session finds (`special_reports`).
Otherwise only columns that are stored unsealed can be filtered or sorted by: kind, incident, area, channel, urgency, priority, stage, time of
the next action, day of arrival, owner, unread messages and outcome. All of it is in the address of the page, and none of it says what a report
is about.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.pages.queues.special_reports import SPECIAL, TRANSLATION, SpecialReports
from heedline.permits.queue_rows import ColumnCondition, QueueOrder, QueuePlace
from heedline.reports.lifecycle import Stage
from heedline.reports.models import Report, Translation

STATES = ("open", "mine", "closed")
SIZES = (25, 50, 100)
MINE, NOBODY = "me", "nobody"
OVERDUE, TODAY = "overdue", "today"
UNSET = "none"
#: Reports of the desks alone, or only those of other desks that a round-the-clock desk must see to now.
OWN, WATCHED = "own", "watched"
#: Days since arrival, as a filter: code → (newest, oldest) in days before today.
RECEIVED: Mapping[str, tuple[int, int | None]] = {
    "today": (0, 0),
    "days": (1, 6),
    "week": (0, 6),
    "weeks": (7, 29),
    "month": (0, 29),
    "older-week": (7, None),
    "older-month": (30, None),
}
#: Filters by a column's own value.
_PLAIN = ("kind", "area", "channel", "urgency", "stage", "outcome")
_FILTERS = (
    *_PLAIN,
    "incident",
    "danger",
    "priority",
    "due",
    "received",
    "owner",
    "unread",
    "whose",
    "special",
)
#: The order of the stages, for sorting.
_STAGES = (Stage.WAITING, Stage.TAKEN, Stage.ASSESSED, Stage.ACTING, Stage.CLOSING, Stage.CLOSED)
_LOOKUPS: Mapping[str, str] = {
    "=": "",
    "<": "__lt",
    "<=": "__lte",
    ">": "__gt",
    ">=": "__gte",
    "null": "__isnull",
    "any": "__in",
}
#: What each order goes by first. After it come the usual order and the id, so that no two reports are equal.
_FIRST: Mapping[str, str] = {
    "priority": "sorted_place",
    "due": "due_at",
    "received": "received_on",
    "kind": "kind",
    "area": "area",
    "channel": "channel",
    "stage": "sorted_stage",
    "owner": "sorted_owner",
    "unread": "sorted_unread",
    "outcome": "outcome",
}
_OPEN_ORDER, _CLOSED_ORDER = ("rank", "due_at", "id"), ("-received_on", "id")
#: The usual order of open reports: dangers that nobody owns first, then by rank (`permits.queue_rows.PLACE`).
_USUAL_ORDER = ("sorted_place", "due_at", "id")
_NOT_OPEN = frozenset({"outcome"})
_NOT_CLOSED = frozenset({"due", "owner", "stage", "unread"})
_LONGEST_MARK = 400


@dataclass(frozen=True)
class QueueView:
    """An officer's chosen queue, filters and sort order, with the pagination cursor.

    `sort` is a key of the sorting columns, with a leading "-" for the reverse order, or "" for the usual one. `after` is
    the mark of the last line already seen.
    """

    desk: str | None = None
    state: str = "open"  # open | mine | closed
    kind: str = ""
    area: str = ""
    channel: str = ""
    urgency: str = ""
    incident: str = ""
    danger: str = ""
    priority: str = ""
    stage: str = ""
    due: str = ""
    received: str = ""
    owner: str = ""
    unread: str = ""
    whose: str = ""
    special: str = ""
    outcome: str = ""
    sort: str = ""
    size: int = SIZES[0]
    after: str | None = field(default=None, compare=False)

    @property
    def chosen(self) -> dict[str, str]:
        """Return the view's active filters, by name."""
        return {name: value for name in _FILTERS if (value := getattr(self, name))}

    @property
    def usual(self) -> bool:
        """Return whether this is the whole queue in its default order."""
        return not self.chosen and not self.sort

    @property
    def usual_order(self) -> bool:
        """Return whether open reports are in their usual order, the most urgent first."""
        return self.state == "open" and self.sort in {"", "priority"}

    @property
    def grouped(self) -> bool:
        """Return whether reports are listed in groups (`groups.QueueGroup`), the ones in danger first."""
        return self.state != "closed" and self.sort in {"", "priority"}

    def query(self, **changes: Any) -> dict[str, str]:
        """Return the view as URL parameters, leaving out default values.

        `after` is included only if it is given.
        """
        other = replace(self, **{"after": None, **changes})
        usual = QueueView()
        return {
            each.name: str(value)
            for each in fields(other)
            if each.name != "desk" and (value := getattr(other, each.name)) not in (None, "")
            if value != getattr(usual, each.name)
        }


def view_of(asked: Mapping[str, str], *, desk: str | None, outcomes: Mapping[str, object]) -> QueueView:
    """Return the queue view requested by a URL.

    Unknown values are ignored.
    """
    state = asked.get("state", "open")
    state = state if state in STATES else "open"
    size = asked.get("size", "")
    values = {name: _short(asked.get(name, "")) for name in _FILTERS}
    if values["received"] not in RECEIVED:
        values["received"] = ""
    if values["due"] not in {OVERDUE, TODAY}:
        values["due"] = ""
    if values["owner"] not in {"", MINE, NOBODY} and _uuid(values["owner"]) is None:
        values["owner"] = ""
    if _uuid(values["incident"]) is None:
        values["incident"] = ""
    if values["stage"] not in _STAGES:
        values["stage"] = ""
    values["danger"] = "yes" if values["danger"] == "yes" else ""
    if values["whose"] not in {OWN, WATCHED} or state != "open":
        values["whose"] = ""
    if values["special"] not in SPECIAL:
        values["special"] = ""
    if state == "closed":
        values |= {"stage": "", "owner": "", "due": "", "danger": "", "special": ""}
    elif state == "mine":
        values["owner"] = ""
    if state != "closed" or values["outcome"] not in outcomes:
        values["outcome"] = ""
    values["unread"] = "yes" if values["unread"] == "yes" else ""
    sort = _short(asked.get("sort", ""))
    return QueueView(
        desk=desk,
        state=state,
        sort=sort if sort.removeprefix("-") in sorts_of(state) else "",
        size=int(size) if size.isascii() and size.isdecimal() and int(size) in SIZES else SIZES[0],
        after=asked.get("after", "")[:_LONGEST_MARK] or None,
        **values,
    )


#: A code of the pack, an officer's id or the name of an order.
_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")


def _short(value: str) -> str:
    return value if _CODE.fullmatch(value) else ""


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None


def sorts_of(state: str) -> tuple[str, ...]:
    """Return the columns that reports in this state can be sorted by."""
    without = _NOT_CLOSED if state == "closed" else _NOT_OPEN
    return tuple(name for name in _FIRST if name not in without)


def conditions(
    view: QueueView, special: SpecialReports, *, by: Attendance, at: datetime
) -> list[ColumnCondition]:
    """Return the view's filters as (column, operator, value) conditions."""
    found: list[ColumnCondition] = [(name, "=", value) for name in _PLAIN if (value := getattr(view, name))]
    if view.priority:
        found.append(("priority", "=", "" if view.priority == UNSET else view.priority))
    if view.incident:
        found.append(("incident_id", "=", UUID(view.incident)))
    if view.danger:
        found.append(("rank", "=", 0))
    if view.due:
        found.append(("due_at", "<", at if view.due == OVERDUE else _midnight_after(at)))
    if view.special == TRANSLATION:
        found.append(("translating", "=", True))
    elif view.special:
        found.append(("id", "any", tuple(special.refs.get(view.special, ()))))
    if view.unread:
        found.append(("unread", ">", 0))
    if view.owner == NOBODY:
        found.append(("owner_id", "null", True))
    elif view.owner:
        found.append(("owner_id", "=", by.officer_id if view.owner == MINE else UUID(view.owner)))
    if view.received:
        newest, oldest = RECEIVED[view.received]
        today = at.date()  # reports are dated in UTC, as their quarter hours are
        if newest:
            found.append(("received_on", "<=", today - timedelta(days=newest)))
        if oldest is not None:
            found.append(("received_on", ">=", today - timedelta(days=oldest)))
    return found


def _midnight_after(at: datetime) -> datetime:
    """Return the end of the day that it is now for officers."""
    local = at.astimezone(office_zone())
    return datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)


def filtered(
    rows: QuerySet[Report], view: QueueView, special: SpecialReports, *, by: Attendance, at: datetime
) -> QuerySet[Report]:
    """Return the reports that match the view's filters."""
    waiting = Translation.objects.filter(report=OuterRef("pk"), state="waiting")
    return rows.annotate(translating=Exists(waiting)).filter(
        **{
            f"{column}{_LOOKUPS[operator]}": value
            for column, operator, value in conditions(view, special, by=by, at=at)
        }
    )


def _keys(view: QueueView) -> tuple[str, ...]:
    closed = view.state == "closed"
    if not view.sort:
        return _CLOSED_ORDER if closed else _USUAL_ORDER
    sign, name = ("-", view.sort[1:]) if view.sort.startswith("-") else ("", view.sort)
    first = _FIRST[name]
    usual = _CLOSED_ORDER if closed else _USUAL_ORDER if name == "priority" else _OPEN_ORDER
    return (sign + first, *(key for key in usual if key.lstrip("-") != first))


def ordered(rows: QuerySet[Report], view: QueueView) -> QuerySet[Report]:
    """Return the reports in the view's sort order, starting after its pagination cursor.

    Raises ValueError for a mark that was never issued.
    """
    keys = _keys(view)
    names = [key.lstrip("-") for key in keys]
    if "sorted_place" in names:
        unowned = When(rank=0, owner=None, then=Value(0))
        rows = rows.annotate(sorted_place=Case(unowned, default=F("rank") + 1, output_field=IntegerField()))
    if "sorted_stage" in names:
        rows = rows.annotate(
            sorted_stage=Case(
                *(When(stage=stage, then=Value(number)) for number, stage in enumerate(_STAGES)),
                default=Value(len(_STAGES)),
            )
        )
    if "sorted_owner" in names:
        rows = rows.annotate(sorted_owner=Coalesce(F("owner__name"), Value("")))
    if "sorted_unread" in names:  # what has unread messages comes first
        rows = rows.annotate(sorted_unread=Case(When(unread__gt=0, then=Value(0)), default=Value(1)))
    if view.after:
        rows = rows.filter(_behind(keys, values_of(view)))
    return rows.order_by(*keys)


def _behind(keys: tuple[str, ...], values: tuple[Any, ...]) -> Q:
    """Return the condition for rows that sort after these values, given one value per sort key.

    The first comparison stands apart as well, because an index can use only that one.
    """
    way = ["lt" if key.startswith("-") else "gt" for key in keys]
    names = [key.lstrip("-") for key in keys]
    behind = Q()
    for last in range(len(keys)):
        same = dict(zip(names[:last], values[:last], strict=True))
        behind |= Q(**same, **{f"{names[last]}__{way[last]}": values[last]})
    return Q(**{f"{names[0]}__{way[0]}e": values[0]}) & behind


#: How the value of a key is written into a mark and read from it.
_READ: Mapping[str, Any] = {
    "rank": int,
    "sorted_place": int,
    "due_at": datetime.fromisoformat,
    "received_on": date.fromisoformat,
    "id": UUID,
    "sorted_stage": int,
    "sorted_unread": int,
}


def mark_of(report: Report, view: QueueView) -> str:
    """Return the pagination cursor for continuing after this report in the view's sort order."""
    told = [view.sort or view.state]
    for key in _keys(view):
        value = getattr(report, key.lstrip("-"))
        told.append(value.isoformat() if isinstance(value, date) else str(value))
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def values_of(view: QueueView) -> tuple[Any, ...]:
    """Return the sort values encoded in the view's pagination cursor.

    Raises ValueError for a mark that is malformed or belongs to another order.
    """
    mark = view.after or ""
    try:
        told = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        order, *values = told
        if order != (view.sort or view.state) or not all(isinstance(value, str) for value in values):
            raise ValueError("a mark of another order")
        found = tuple(
            _READ.get(key.lstrip("-"), str)(value) for key, value in zip(_keys(view), values, strict=True)
        )
    except (TypeError, UnicodeError, RecursionError) as error:
        raise ValueError("a mark that was never issued") from error
    if any(
        (isinstance(value, datetime) and value.tzinfo is None)
        or (isinstance(value, int) and not 0 <= value < 10)
        or (isinstance(value, str) and "\0" in value)
        for value in found
    ):
        raise ValueError("a mark that was never issued")
    return found


def order_of(view: QueueView) -> QueueOrder:
    """Return the sort order of a view of open reports."""
    return QueueOrder(view.sort.removeprefix("-") or "priority", view.sort.startswith("-"))


def place_of(view: QueueView) -> QueuePlace | None:
    """Return the pagination cursor for a view of open reports, or None for its first page.

    Raises ValueError for a mark that was never issued.
    """
    if not view.after:
        return None
    values = dict(zip((key.lstrip("-") for key in _keys(view)), values_of(view), strict=True))
    values.setdefault("rank", values.pop("sorted_place", 0))
    usual = {name: values.pop(name) for name in _OPEN_ORDER}
    return QueuePlace(**usual, first=next(iter(values.values()), None))
