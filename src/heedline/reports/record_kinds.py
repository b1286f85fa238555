"""Kinds of record, which specialist desks register: their states and legal moves.

The moves stand in the database too, where a trigger holds every row to them. The migration of a desk puts them there
with `moves_of`, so both come from one table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db.migrations import RunSQL

from heedline.desk_hooks import register
from heedline.packs.rules.working_days import Within
from heedline.reports.models.records import ENDED, TAKEN, WAITING

#: The move that begins a record.
BEGIN = "begin"
#: The reason for refusing a decision about a record to an officer who took part in it.
TOOK_PART = "You took part in this. A colleague who did not must decide."
#: The moves by which a record of a `signed` kind changes hands: the owner offers it, and the receiver signs for it or declines.
OFFER, SIGN, DECLINE, WITHDRAW = "offer", "sign", "decline", "withdraw-offer"
#: The move by which a supervisor gives the record of an unsigned kind to a colleague of the desk.
REASSIGN = "reassign"
#: The move of the database when the owner leaves the desk or is suspended (`permits.owner_leaves`).
FALL_BACK = "fall-back"


class OwnerRule(StrEnum):
    """What a move does to the owner of a record. `database/triggers/records.sql` says the same."""

    ANY = "any"  # as the action says
    STAYS = "stays"
    OFFER = "offer"  # the owner stays, and a colleague is asked to sign for it
    SIGN = "sign"  # the colleague who was asked becomes the owner
    DECLINE = "decline"  # the colleague who was asked refuses: the desk's coordinator becomes the owner
    LEAD = "lead"  # the desk's coordinator becomes the owner
    MINE = "mine"  # whoever makes the move becomes the owner


_HANDING: Final = {
    OFFER: OwnerRule.OFFER,
    SIGN: OwnerRule.SIGN,
    DECLINE: OwnerRule.DECLINE,
    WITHDRAW: OwnerRule.STAYS,
    FALL_BACK: OwnerRule.LEAD,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordKind(register.Hook):
    """A kind of record of a specialist desk.

    `title` and `plural` are its names on pages, such as "Visit" and "Visits", and `page` is the route of a record's page,
    with `ref`. `states` says of each state how a record is held in it: WAITING (due, owned by nobody), TAKEN (due, owned) or
    ENDED (not due). `within` has the time allowed in each open state; where a state has none, the action that leads to it
    gives the due time. `moves` maps a state and a move to the next state; a record begins in the state `first`. `part` is the
    sort of sealed part that its text lies in.

    A move in `decides` needs a second person: nobody makes it who began the record or made any other move of it, but for the
    moves in `decides` and in `uninvolved`, such as returning a proposal. None of these changes the text.

    The move `REASSIGN` is added to each state of an unsigned kind that has an owner. It involves nobody.

    A move in `told` is made by the desk of the record's pair (`casework/records/pairs.py`), and by nobody of its own desk.

    A record of a `signed` kind has an owner in every open state, who changes only when the receiver signs for it. Its moves
    `OFFER`, `SIGN`, `DECLINE`, `WITHDRAW` and `FALL_BACK` are added to each open state and involve nobody. A move in
    `falls_back` makes the desk's coordinator the owner (`permits.coordinator`). Whoever takes a record out of a
    state in which it had ended becomes its owner.
    """

    code: str
    title: str
    plural: str
    page: str
    part: str
    first: str
    states: Mapping[str, str]
    within: Mapping[str, Within]
    moves: Mapping[tuple[str, str], str]
    decides: frozenset[str] = frozenset()
    uninvolved: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    signed: bool = False
    falls_back: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.signed:
            states = [state for state, held in self.states.items() if held != ENDED]
            handing = {(state, move): state for state in states for move in _HANDING}
            object.__setattr__(self, "moves", {**self.moves, **handing})
            object.__setattr__(self, "uninvolved", self.uninvolved | set(_HANDING))
        elif taken := {(state, REASSIGN): state for state, held in self.states.items() if held == TAKEN}:
            object.__setattr__(self, "moves", {**self.moves, **taken})
            object.__setattr__(self, "uninvolved", self.uninvolved | {REASSIGN})

    def codes(self) -> Iterable[str]:
        return (self.code, self.page)

    def fault(self, desk: register.SpecialistDesk) -> str:
        named = {self.first, *(state for state, _ in self.moves), *self.moves.values()}
        if named != set(self.states):
            return f"{self.code} moves between other states than it lists."
        if set(self.states.values()) - {WAITING, TAKEN, ENDED}:
            return f"{self.code} has a state in which a record is neither waiting, taken nor ended."
        if any(self.states.get(state, ENDED) == ENDED for state in self.within):
            return f"{self.code} allows time in a state in which nothing is due."
        if (self.decides | self.uninvolved) - {
            move for _, move in self.moves
        } or self.decides & self.uninvolved:
            return (
                f"{self.code} has a second person for a move that it does not list, or that involves nobody."
            )
        if self.told - {BEGIN, *(move for _, move in self.moves)} or self.told & self.decides:
            return f"{self.code} is told of a move that it does not list, or that needs a second person."
        if self.signed and WAITING in self.states.values():
            return f"{self.code} has to be signed for, and has a state in which nobody owns it."
        return ""

    def owner_rule(self, state: str, move: str) -> OwnerRule:
        """Return what a move from a state does to the owner."""
        if not self.signed:
            return OwnerRule.ANY
        if state == "" or self.states[state] == ENDED:
            return OwnerRule.MINE
        return OwnerRule.LEAD if move in self.falls_back else _HANDING.get(move, OwnerRule.STAYS)

    def involves(self, move: str) -> bool:
        """Return whether whoever makes this move takes part in the record, and may not decide about it."""
        return move not in self.decides | self.uninvolved

    def why_not(self, move: str, *, by: UUID, steps: Iterable[tuple[UUID, str]]) -> str:
        """Return the reason why this officer may not make a move that needs a second person, or "" if they may.

        `steps` are the officers and moves of all steps of the record. `database/triggers/records.sql` says the same.
        """
        took_part = any(officer == by and self.involves(made) for officer, made in steps)
        return TOOK_PART if move in self.decides and took_part else ""

    def rows(self) -> list[tuple[str, str, str, str, str, bool, bool, bool, str]]:
        """Return the legal moves as (kind, state, move, next state, how it is held then, decides, involves, told, owner)."""
        every = {("", BEGIN): self.first, **self.moves}
        return [
            (
                self.code,
                str(state),
                str(move),
                str(to),
                self.states[to],
                move in self.decides,
                self.involves(move),
                move in self.told,
                str(self.owner_rule(state, move)),
            )
            for (state, move), to in every.items()
        ]


def kinds() -> dict[str, RecordKind]:
    """Return the registered kinds of record by code. Records of other kinds are left over from a desk that was removed."""
    return {kind.code: kind for kind in register.hooks(RecordKind)}


def moves_of(kind: RecordKind) -> RunSQL:
    """Return the operation of a desk's migration that permits these moves, and back removes the kind's records with their alarms."""
    insert = (
        "INSERT INTO public.reports_record_move (id, kind, from_state, move, to_state, held, decides, involves, told,"
        " owner) VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, %s, %s, %s, %s)"
    )
    parts = ("reports_desk_part_payload", "reports_desk_part_header")
    walls = ("reports_record_step", "reports_record", "dispatch_alarm", *parts)
    removed = [
        (f"DELETE FROM {table} WHERE thing IN (SELECT id FROM reports_record WHERE kind = %s)", [kind.code])  # noqa: S608
        for table in parts
    ] + [
        (
            "DELETE FROM dispatch_alarm WHERE about_id IN (SELECT id FROM reports_record WHERE kind = %s)",
            [kind.code],
        ),
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
