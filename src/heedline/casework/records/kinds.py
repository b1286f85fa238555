"""Kinds of record, which specialist desks register: their states and legal moves.

The moves stand in the database too, where a trigger holds every row to them. The migration of a desk puts them there
with `moves_of`, so both come from one table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.migrations import RunSQL

from heedline.desk_hooks import register
from heedline.reports.models.records import ENDED, TAKEN, WAITING

#: The move that begins a record.
BEGIN = "begin"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordKind(register.Hook):
    """A kind of record of a specialist desk.

    `states` says of each state how a record is held in it: WAITING (due, owned by nobody), TAKEN (due, owned) or ENDED (not
    due). `moves` maps a state and a move to the next state; a record begins in the state `first`. `part` is the sort of
    sealed part that its text lies in.
    """

    code: str
    part: str
    first: str
    states: Mapping[str, str]
    moves: Mapping[tuple[str, str], str]

    def codes(self) -> Iterable[str]:
        return (self.code,)

    def fault(self, desk: register.SpecialistDesk) -> str:
        named = {self.first, *(state for state, _ in self.moves), *self.moves.values()}
        if named != set(self.states):
            return f"{self.code} moves between other states than it lists."
        if set(self.states.values()) - {WAITING, TAKEN, ENDED}:
            return f"{self.code} has a state in which a record is neither waiting, taken nor ended."
        return ""

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """Return the legal moves as (kind, state, move, next state, how it is held then)."""
        every = {("", BEGIN): self.first, **self.moves}
        return [
            (self.code, str(state), str(move), str(to), self.states[to])
            for (state, move), to in every.items()
        ]


def kind_of(code: str) -> RecordKind:
    """Return a registered kind of record. Raises NotRegistered for any other."""
    for kind in register.hooks(RecordKind):
        if kind.code == code:
            return kind
    raise register.NotRegistered(f"No kind of record is called {code}.")


def moves_of(kind: RecordKind) -> RunSQL:
    """Return the operation of a desk's migration that permits these moves, and back removes the kind's records."""
    insert = (
        "INSERT INTO public.reports_record_move (id, kind, from_state, move, to_state, held)"
        " VALUES (gen_random_uuid(), %s, %s, %s, %s, %s)"
    )
    parts = ("reports_desk_part_payload", "reports_desk_part_header")
    walls = ("reports_record_step", "reports_record", *parts)
    removed = [
        (f"DELETE FROM {table} WHERE thing IN (SELECT id FROM reports_record WHERE kind = %s)", [kind.code])  # noqa: S608
        for table in parts
    ] + [
        (
            "DELETE FROM reports_record_step WHERE record_id IN (SELECT id FROM reports_record WHERE kind = %s)",
            [kind.code],
        ),
        ("DELETE FROM reports_record WHERE kind = %s", [kind.code]),
        ("DELETE FROM reports_record_move WHERE kind = %s", [kind.code]),
    ]
    return RunSQL(
        [(insert, list(row)) for row in kind.rows()],
        [
            *((f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY", None) for table in walls),
            *removed,
            ("SET CONSTRAINTS ALL IMMEDIATE", None),
            *((f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY", None) for table in walls),
        ],
    )
