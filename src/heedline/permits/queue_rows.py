"""Build the SQL that selects one page of a queue's open reports, filtered and sorted.

A queue may hold a hundred thousand reports, and an officer looks at twenty-five. Each order is therefore read from an
index: for every value of the column that it goes by, the first few reports in the usual order. These few are sorted.

Everything here is asked with the rights of whoever is signed in, so that row-level security holds inside.
"""

# ruff: noqa: S608 - only names from the constants below are put into the text, and every value is a parameter
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import Expression, Field, IntegerField, UUIDField

#: How a condition compares a column with its value; "null" takes True or False, and "any" a list of ids.
type Operator = Literal["=", "<", "<=", ">", ">=", "null", "any"]
#: A condition on one column of a report, joined to the others by AND.
type ColumnCondition = tuple[str, Operator, Any]

_OPERATORS = frozenset({"=", "<", "<=", ">", ">="})
#: The condition "translating": a translation of the report has been asked for. The few that wait are read once.
_TRANSLATING = (
    " AND r.id = ANY (ARRAY(SELECT t.report_id FROM public.reports_translation t WHERE t.state = 'waiting'))"
)
_COLUMNS = frozenset(
    [
        "kind",
        "incident_id",
        "area",
        "channel",
        "urgency",
        "priority",
        "rank",
        "stage",
        "outcome",
        "due_at",
        "unread",
        "received_on",
        "owner_id",
    ]
)
#: Columns of which few values occur, each with an index (desk, column, rank, due_at, id) of the open reports.
_INDEXED = {"received": "received_on", "kind": "kind", "area": "area", "channel": "channel"}
#: The stages of an open report, in their order.
_STAGES = "'{waiting,taken,assessed,acting,closing}'::text[]"
_RANKS = "'{0,1,2,3}'::smallint[]"
#: The places of the order "priority": 0 for a danger that nobody owns, and one more than the rank for everything else.
_PLACES = "'{0,1,2,3,4}'::smallint[]"
_PLACE = "CASE WHEN r.rank = 0 AND r.owner_id IS NULL THEN 0 ELSE r.rank + 1 END"
_OF_PLACE = "r.rank = greatest(k.rank - 1, 0) AND (k.rank > 1 OR (r.owner_id IS NULL) = (k.rank = 0))"
#: The values of an indexed column that occur at a desk, each found by one step into its index.
_VALUES = (
    "WITH RECURSIVE found AS ("
    "SELECT (SELECT r.{column} FROM reports_report r WHERE r.desk_id = d.id AND NOT r.stage = 'closed'"
    " ORDER BY 1 LIMIT 1) AS value"
    " UNION ALL SELECT (SELECT r.{column} FROM reports_report r WHERE r.desk_id = d.id AND NOT r.stage = 'closed'"
    " AND r.{column} > found.value ORDER BY 1 LIMIT 1) FROM found WHERE found.value IS NOT NULL) "
)
_NO_ID, _LAST_ID = (
    "'00000000-0000-0000-0000-000000000000'::uuid",
    "'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid",
)


@dataclass(frozen=True)
class QueueOrder:
    """A queue's sort order: one column, then priority, next action and id.

    `by` is "priority", "due", "received", "kind", "area", "channel", "stage", "owner" or "unread", which puts unread messages
    first.
    """

    by: str = "priority"
    down: bool = False


@dataclass(frozen=True)
class QueuePlace:
    """A position in a queue, identified by the last report listed before it.

    In the order "priority" `rank` is a place (`_PLACES`).
    `first` is its value in the column that the order goes by, or None where that is the priority or the next time.
    """

    rank: int
    due_at: datetime
    id: UUID
    first: Any = None


@dataclass
class _Parts:
    """The parameters of an SQL query, in the order of their placeholders."""

    values: list[Any] = field(default_factory=list)

    def put(self, value: Any) -> str:
        self.values.append(value)
        return "%s"


@dataclass(frozen=True)
class QueueRows:
    """A query for the `chosen` desks' open reports, and others that the `watching` desks must see.

    The latter are all in danger until that is discharged, in any stage what is overdue, and what waits where nobody is on
    duty. `most` limits the number, the first in the order after `after`; without an order they are any.
    """

    chosen: tuple[UUID, ...]
    watching: tuple[UUID, ...]
    at: datetime
    most: int
    conditions: tuple[ColumnCondition, ...] = ()
    order: QueueOrder | None = None
    after: QueuePlace | None = None

    def sql(self) -> tuple[str, list[Any]]:
        """Return the SQL that selects the report ids, with its parameters."""
        parts = _Parts()
        branches = [self._of_desks(parts)]
        if self.watching:
            branches.append(self._watched(parts))
        text = f"SELECT q.id FROM ({' UNION '.join(branches)}) q"
        if self.order is not None:
            text += f" ORDER BY q.first {self._way}, q.rank, q.due_at, q.id"
        return f"{text} LIMIT {self.most:d}", parts.values

    @property
    def _way(self) -> str:
        return "DESC" if self.order is not None and self.order.down else "ASC"

    def _where(self, parts: _Parts) -> str:
        text = ""
        for column, operator, value in self.conditions:
            if column == "translating":
                text += _TRANSLATING
                continue
            if (column, operator) == ("id", "any"):
                text += f" AND r.id = ANY ({parts.put(list(value))}::uuid[])"
                continue
            if column not in _COLUMNS or not (operator in _OPERATORS or operator == "null"):
                raise ValueError("no such condition")
            if operator == "null":
                text += f" AND r.{column} IS {'' if value else 'NOT '}NULL"
            else:
                text += f" AND r.{column} {operator} {parts.put(value)}"
        return text

    def _of_desks(self, parts: _Parts) -> str:
        """Return the query for the chosen desks' reports, with the columns `first`, `rank`, `due_at` and `id`."""
        desks = f"unnest({parts.put(list(self.chosen))}::uuid[]) AS d(id)"
        by = self.order.by if self.order is not None else ""
        if not by:
            # rank by rank, since a condition on the next time is a stretch of the index only within one
            return (
                f"SELECT 0 AS first, r.rank, r.due_at, r.id FROM {desks} CROSS JOIN unnest({_RANKS}) AS k(rank)"
                " CROSS JOIN LATERAL (SELECT r.rank, r.due_at, r.id FROM reports_report r WHERE r.desk_id = d.id"
                f" AND r.rank = k.rank AND NOT r.stage = 'closed'{self._where(parts)} LIMIT {self.most:d}) r"
            )
        if by in {"priority", "due"}:
            return self._by_rank(desks, by, parts)
        if by == "owner":
            return self._by_owner(desks, parts)
        if by == "unread":
            return self._by_unread(desks, parts)
        if by == "stage":
            values = f"(SELECT s.value, s.place - 1 AS first FROM unnest({_STAGES}) WITH ORDINALITY s(value, place)) v"
            same = "r.stage = v.value"
        else:
            column = _INDEXED[by]
            values = (
                f"LATERAL ({_VALUES.format(column=column)}SELECT found.value, found.value AS first FROM found"
                " WHERE found.value IS NOT NULL) v"
            )
            same = f"r.{column} = v.value"
        return f"SELECT v.first, r.rank, r.due_at, r.id FROM {desks} CROSS JOIN {values} {self._few(same, parts)}"

    def _few(self, same: str, parts: _Parts) -> str:
        """Return a lateral join that reads the first reports of each desk and value, in default order."""
        where, behind = self._where(parts), ""
        beyond = ""
        if self.after is not None:
            # the value of the last line goes on where that line was, each value after it begins anew
            went_on = f"v.first = {parts.put(self.after.first)}"
            behind = (
                f" AND (r.rank, r.due_at, r.id) > (CASE WHEN {went_on} THEN {parts.put(self.after.rank)} ELSE -1 END,"
                f" CASE WHEN v.first = {parts.put(self.after.first)} THEN {parts.put(self.after.due_at)}"
                " ELSE '-infinity'::timestamptz END,"
                f" CASE WHEN v.first = {parts.put(self.after.first)} THEN {parts.put(self.after.id)} ELSE {_NO_ID} END)"
            )
        text = (
            f"CROSS JOIN LATERAL (SELECT r.rank, r.due_at, r.id FROM reports_report r WHERE r.desk_id = d.id AND {same}"
            f" AND NOT r.stage = 'closed'{where}{behind} ORDER BY r.rank, r.due_at, r.id LIMIT {self.most:d}) r"
        )
        if self.after is not None:
            compare = "<=" if self._way == "DESC" else ">="
            beyond = f" WHERE v.first {compare} {parts.put(self.after.first)}"
        return text + beyond

    def _by_owner(self, desks: str, parts: _Parts) -> str:
        owned = (
            f"LATERAL ({_VALUES.format(column='owner_id')}SELECT found.value, o.name AS first FROM found"
            " JOIN desks_officer o ON o.id = found.value) v"
        )
        nobody = "(VALUES ('')) v(first)"
        return (
            f"SELECT v.first, r.rank, r.due_at, r.id FROM {desks} CROSS JOIN {owned}"
            f" {self._few('r.owner_id = v.value', parts)}"
            f" UNION ALL SELECT v.first, r.rank, r.due_at, r.id FROM unnest({parts.put(list(self.chosen))}::uuid[]) AS d(id)"
            f" CROSS JOIN {nobody} {self._few('r.owner_id IS NULL', parts)}"
        )

    def _by_unread(self, desks: str, parts: _Parts) -> str:
        return (
            f"SELECT v.first, r.rank, r.due_at, r.id FROM {desks} CROSS JOIN (VALUES (0)) v(first)"
            f" {self._few('r.unread > 0', parts)}"
            f" UNION ALL SELECT v.first, r.rank, r.due_at, r.id FROM unnest({parts.put(list(self.chosen))}::uuid[]) AS d(id)"
            f" CROSS JOIN (VALUES (1)) v(first) {self._few('r.unread = 0', parts)}"
        )

    def _by_rank(self, desks: str, by: str, parts: _Parts) -> str:
        """Return a query that reads one rank at a time, so that sorting by due time uses the index."""
        backwards = by == "due" and self._way == "DESC"
        where = self._where(parts)
        behind = f" AND {self._behind_in_rank(by, 'k.rank', parts)}" if self.after is not None else ""
        first, steps, same = "r.due_at", _RANKS, "r.rank = k.rank"
        if by == "priority":
            first, steps, same = "k.rank::integer", _PLACES, _OF_PLACE
        return (
            f"SELECT {first} AS first, r.rank, r.due_at, r.id FROM {desks} CROSS JOIN unnest({steps}) AS k(rank)"
            f" CROSS JOIN LATERAL (SELECT r.rank, r.due_at, r.id FROM reports_report r WHERE r.desk_id = d.id AND {same}"
            f" AND NOT r.stage = 'closed'{where}{behind}"
            f" ORDER BY r.due_at{' DESC' if backwards else ''}, r.id LIMIT {self.most:d}) r"
        )

    def _behind_in_rank(self, by: str, rank: str, parts: _Parts) -> str:
        """Return the condition for rows after the position, as an index range within one rank."""
        after = self.after
        if after is None:
            return "true"
        if by == "priority":
            beyond = "<" if self._way == "DESC" else ">"
            # what comes first in the order was seen, the rank of the last line goes on, all others begin anew
            return (
                f"(r.due_at, r.id) > (CASE WHEN {rank} = {parts.put(after.rank)} THEN {parts.put(after.due_at)}"
                f" WHEN {rank} {beyond} {parts.put(after.rank)} THEN '-infinity'::timestamptz"
                f" ELSE 'infinity'::timestamptz END, CASE WHEN {rank} = {parts.put(after.rank)} THEN {parts.put(after.id)}"
                f" WHEN {rank} {beyond} {parts.put(after.rank)} THEN {_NO_ID} ELSE {_LAST_ID} END)"
            )
        if self._way == "ASC":
            return (
                f"(r.due_at, r.id) > ({parts.put(after.due_at)}, CASE WHEN {rank} < {parts.put(after.rank)} THEN {_LAST_ID}"
                f" WHEN {rank} = {parts.put(after.rank)} THEN {parts.put(after.id)} ELSE {_NO_ID} END)"
            )
        return (
            f"r.due_at <= {parts.put(after.due_at)} AND (r.due_at < {parts.put(after.due_at)}"
            f" OR {rank} > {parts.put(after.rank)} OR ({rank} = {parts.put(after.rank)} AND r.id > {parts.put(after.id)}))"
        )

    def _watched(self, parts: _Parts) -> str:
        """Return the query for other desks' reports that the round-the-clock desk must now deal with.

        Rank by rank, since "overdue" is a stretch of the index only within one.
        """
        watching = f"unnest({parts.put(list(self.watching))}::uuid[]) AS w(id)"
        danger = (
            "SELECT r.rank, r.due_at, r.id, r.owner_id, r.stage, r.kind, r.area, r.channel, r.received_on, r.unread"
            f" FROM {watching}"
            " JOIN reports_report r ON r.watch_id = w.id AND r.rank = 0 AND NOT r.stage = 'closed'"
            f"{self._where(parts)}"
        )
        here = parts.put(self.at)
        desk = (
            f"SELECT d.id, d.id NOT IN (SELECT o.desk_id FROM permits.on_duty({here}) o) AS empty"
            " FROM desks_desk d WHERE d.kind NOT IN ('authoriser', 'partner') OFFSET 0"
        )
        late = (
            "SELECT r.rank, r.due_at, r.id, r.owner_id, r.stage, r.kind, r.area, r.channel, r.received_on, r.unread"
            f" FROM ({desk}) d CROSS JOIN unnest({parts.put(list(self.watching))}::uuid[]) AS w(id)"
            " CROSS JOIN unnest('{1,2,3}'::smallint[]) AS k(rank) CROSS JOIN LATERAL ("
            "SELECT r.* FROM reports_report r WHERE r.watch_id = w.id AND r.desk_id = d.id AND r.rank = k.rank"
            f" AND NOT r.stage = 'closed' AND (r.stage = 'waiting' OR r.due_at < {parts.put(self.at)})"
            f" AND r.due_at < CASE WHEN d.empty THEN 'infinity' ELSE {parts.put(self.at)}::timestamptz END"
            f"{self._where(parts)}{self._enough(parts)}) r"
        )
        by = self.order.by if self.order is not None else ""
        first = {
            "": "0",
            "priority": _PLACE,
            "due": "r.due_at",
            "stage": f"array_position({_STAGES}, r.stage::text) - 1",
            "unread": "(r.unread = 0)::integer",
            "owner": "coalesce((SELECT o.name FROM desks_officer o WHERE o.id = r.owner_id), '')",
        }.get(by) or f"r.{_INDEXED[by]}"
        every = f"SELECT {first} AS first, r.rank, r.due_at, r.id FROM ({danger} UNION ALL {late}) r"
        if self.after is None:
            return every
        if by in {"priority", "due"}:
            beyond = self._behind_in_rank(by, _PLACE if by == "priority" else "r.rank", parts)
            return f"{every} WHERE {beyond}"
        compare = "<" if self._way == "DESC" else ">"
        after = self.after
        return (
            f"SELECT * FROM ({every}) r WHERE r.first {compare} {parts.put(after.first)} OR (r.first ="
            f" {parts.put(after.first)} AND (r.rank, r.due_at, r.id) >"
            f" ({parts.put(after.rank)}, {parts.put(after.due_at)}, {parts.put(after.id)}))"
        )

    def _enough(self, parts: _Parts) -> str:
        """Return the ORDER BY and LIMIT clauses for one rank of one desk, if an index provides the order.

        Other orders need every row, and OFFSET 0 keeps PostgreSQL from reading the whole table for them.
        """
        by = self.order.by if self.order is not None else ""
        if not by:
            return f" LIMIT {self.most:d}"
        if by == "priority":
            behind = (
                f" AND {self._behind_in_rank(by, '(k.rank + 1)', parts)}" if self.after is not None else ""
            )
            return f"{behind} ORDER BY r.due_at, r.id LIMIT {self.most:d}"
        return " OFFSET 0"


class _OfQueue(Expression):
    """An SQL expression over `QueueRows`, evaluated once per query rather than once per row."""

    def __init__(self, rows: QueueRows, template: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self._rows, self._template = rows, template

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the SQL and its parameters."""
        text, values = self._rows.sql()
        return self._template.replace("<rows>", text), tuple(values)

    def get_group_by_cols(self) -> list[Any]:
        """Return no GROUP BY columns, because the value is the same for every row."""
        return []


def ids_of(rows: QueueRows) -> Expression:
    """Return an expression for the ids as an array."""
    return _OfQueue(rows, "ARRAY(<rows>)", ArrayField(UUIDField()))


def number_of(rows: QueueRows) -> Expression:
    """Return an expression for the number of ids."""
    return _OfQueue(rows, "(SELECT count(*) FROM (<rows>) counted)", IntegerField())
