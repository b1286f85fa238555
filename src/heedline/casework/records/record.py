"""The steps shared by every action on a record: begin or find, permit, move, record.

A desk's action runs under `record_verb`, calls `begin` or `find`, then `permit`, `move` and `record` of what it gets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, cast
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Model, QuerySet

from heedline.audit import journal
from heedline.audit.acts import AnyAct
from heedline.casework.access.session import Attendance
from heedline.casework.duty import alarms
from heedline.casework.duty.alarm_rules import AlarmEvent
from heedline.casework.errors import CannotOpen, Changed, NotHere
from heedline.casework.records import desk_parts
from heedline.dispatch.letters import Letter
from heedline.dispatch.outbox import post
from heedline.packs import load_pack
from heedline.packs.rules.working_days import HolidaysNotListed, Within
from heedline.permits import functions
from heedline.permits.capabilities import AnyCapability
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models.records import ENDED, TAKEN, WAITING, DeskRecord, RecordStep
from heedline.reports.record_kinds import BEGIN, WITHDRAW, OwnerRule, RecordKind, kinds

CHANGED = "A colleague has changed this record. Look at it again before you decide."
THING = "record"
OFFER_TO_ANOTHER = "Choose a colleague who does not own it already."
NOT_OFFERED = "This is not offered to you, or no longer."


@dataclass
class FoundRecord:
    """A record visible to the officer, with its row locked and its text decrypted."""

    row: DeskRecord
    words: Mapping[str, Any]
    by: Attendance
    at: datetime
    version_seen: int | None = None

    def permit(self, capability: AnyCapability) -> None:
        """Raise Refused unless the officer has this capability at the record's desk."""
        self.by.require(capability, self.row.desk_id)

    def move(
        self,
        move: str,
        *,
        due_at: datetime | None = None,
        words: Mapping[str, Any] | None = None,
        owner: UUID | None = None,
        reason: str = "",
    ) -> None:
        """Apply a move, store its step with a sealed reason, seal new text, and clear the alarm about the deadline before.

        In a state that somebody owns, the record is `owner`'s, or still its owner's, or else the officer's. One that waits has
        no owner. A record of a `signed` kind changes hands by its `OwnerRule` alone, and `owner` is the colleague to whom it
        is offered. In another state it has the time that its kind allows there, unless `due_at` is given. A record that is
        given back is never due later than before. Raises NotNow if the record's state does not allow the move, and where
        public holidays are not listed. Raises Refused if the move needs a second person and this officer took part, and
        ValueError for such a move on a record found without its version, or with new text.
        """
        row, kind = self.row, kinds()[self.row.kind]
        before, to = row.state, kind.moves.get((self.row.state, move))
        if to is None:
            raise NotNow(CHANGED)
        if (not kind.involves(move) and words is not None) or (
            move in kind.decides and self.version_seen is None
        ):
            raise ValueError(
                "A second person decides about the text that was proposed, on the version that they saw"
            )
        if move in kind.told:
            raise ValueError("The desk of the record's pair makes this move")
        self._refuse_involved(kind, move)
        if words is not None:
            self.words = words
            row.container, row.indexed = self._sealed(kind, words), None
        due_at = due_at or self._due(kind, str(to))
        row.state, row.held, row.version = str(to), kind.states[to], row.version + 1
        self._change_hands(kind.owner_rule(before, move), owner, kept=move != WITHDRAW)
        row.due_at = None if row.held == ENDED else due_at
        _step(self, move, before, self._sealed(kind, {"reason": reason}) if reason else None)
        row.save(
            update_fields=["state", "held", "version", "container", "owner", "offered", "due_at", "indexed"]
        )
        alarms.resolve(AlarmEvent.RECORD_MOVED, row.id, by=self.by, at=self.at)
        if kind.owner_rule(before, move) in (OwnerRule.DECLINE, OwnerRule.LEAD):
            post(Letter.RECORD_FELL_BACK, desk=row.desk_id, thing_id=row.id, at=self.at)

    def _change_hands(self, rule: OwnerRule, to: UUID | None, *, kept: bool) -> None:
        """Give the record its next owner. An offer stays open beside other moves if it is `kept`. Raises Refused for an offer that was not made to this officer, or is to its owner."""
        row, me = self.row, self.by.officer_id
        asked = row.offered_id
        if rule is not OwnerRule.STAYS or row.held != TAKEN or not kept:
            row.offered_id = None
        match rule:
            case OwnerRule.ANY if row.held != ENDED:
                row.owner_id = (to or row.owner_id or me) if row.held == TAKEN else None
            case OwnerRule.OFFER:
                if to is None or to == row.owner_id:
                    raise Refused(OFFER_TO_ANOTHER)
                row.offered_id = to
            case OwnerRule.SIGN | OwnerRule.DECLINE if asked != me:
                raise Refused(NOT_OFFERED)
            case OwnerRule.SIGN | OwnerRule.MINE:
                row.owner_id = me
            case OwnerRule.DECLINE | OwnerRule.LEAD:
                row.owner_id = functions.coordinator(row.desk_id) or row.owner_id

    def _sealed(self, kind: RecordKind, words: Mapping[str, Any]) -> UUID:
        return desk_parts.seal(self.row.desk_id, self.row.id, words, part=kind.part, on=self.at.date())

    def _refuse_involved(self, kind: RecordKind, move: str) -> None:
        steps = (
            RecordStep.objects.filter(record=self.row).values_list("by_id", "move")
            if move in kind.decides
            else ()
        )
        if why := kind.why_not(move, by=self.by.officer_id, steps=steps):
            raise Refused(why)

    def _due(self, kind: RecordKind, to: str) -> datetime | None:
        if to == self.row.state or to not in kind.within:
            return self.row.due_at
        due = allowed(kind.within[to], self.row.desk_id, by=self.by, at=self.at)
        given_back = self.row.held == TAKEN and kind.states[to] == WAITING
        return min(due, self.row.due_at or due) if given_back else due

    def record(self, act: AnyAct, **detail: str | int | bool) -> None:
        """Log the action in the same transaction."""
        journal.record(
            act,
            actor=self.by.officer_id,
            desk=self.row.desk_id,
            thing=THING,
            thing_id=self.row.id,
            detail=detail,
        )


def begin(
    kind: RecordKind,
    desk: UUID,
    words: Mapping[str, Any],
    *,
    capability: AnyCapability,
    due_at: datetime | None = None,
    parent: UUID | None = None,
    by: Attendance,
    at: datetime,
) -> FoundRecord:
    """Store a new record of a desk, with its text sealed to the desk's current key.

    It is due at `due_at`, or else in the time that its kind allows in the first state. An action that begins a record takes
    the desk's id first; its refusals are logged without a record. `parent` is the record that it belongs to. A kind that is
    told of moves gets the id of its pair, which `pairs.begin` begins. Raises NotHere for a desk that is not the officer's, Refused
    without the capability, SealingStopped, NotNow where public holidays are not listed, and ValueError for an open record
    without a due time.
    """
    if BEGIN in kind.told:
        raise ValueError("Another desk begins such a record")
    if desk not in by.desk_ids:
        raise NotHere
    by.require(capability, desk)
    held, ident = kind.states[kind.first], uuid4()
    if due_at is None and kind.first in kind.within:
        due_at = allowed(kind.within[kind.first], desk, by=by, at=at)
    if held != ENDED and due_at is None:
        raise ValueError("An open record needs a due time")
    container = desk_parts.seal(desk, ident, words, part=kind.part, on=at.date())
    owner = by.officer_id if held == TAKEN else None
    row = DeskRecord.objects.create(
        id=ident,
        desk_id=desk,
        kind=kind.code,
        state=str(kind.first),
        held=held,
        container=container,
        owner_id=owner,
        due_at=due_at,
        parent_id=parent,
        pair=uuid4() if kind.told else None,
    )
    found = FoundRecord(row, words, by, at)
    _step(found, BEGIN, "")
    return found


def find(
    kind: RecordKind, ref: UUID, *, by: Attendance, at: datetime, version: int | None = None
) -> FoundRecord:
    """Return a record with its row locked. Call it inside a transaction.

    Raises NotHere for a record of no desk of the officer, Locked, and Changed if its version is no longer `version`.
    """
    ring = by.keys()
    rows = DeskRecord.objects.select_for_update(of=("self",)).filter(desk_id__in=by.desk_ids)
    row = rows.filter(id=ref, kind=kind.code).first()
    if row is None:
        raise NotHere
    if version is not None and row.version != version:
        raise Changed(CHANGED)
    opened = desk_parts.opened([row.container], ring)
    if row.container not in opened:
        raise CannotOpen
    return FoundRecord(row, opened[row.container], by, at, version)


def record_verb[**P, R](act: AnyAct) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that makes `do(ref, …, by=…, at=…)` an action on a record, and logs its refusals."""
    return verb_on(act, DeskRecord, THING)


def verb_on[**P, R](
    act: AnyAct, model: type[Model], thing: str
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that runs an action on a desk's row in a transaction, and logs refusals for things called `thing`.

    A refusal names the row only if it is of a desk of the officer.
    """

    def declare(do: Callable[P, R]) -> Callable[P, R]:
        @wraps(do)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            with _refusals_logged(act, model, thing, cast(UUID, args[0]), cast(Attendance, kwargs["by"])):
                return do(*args, **kwargs)

        return run

    return declare


@contextmanager
def _refusals_logged(
    act: AnyAct, model: type[Model], thing: str, ref: UUID, by: Attendance
) -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except (NotHere, Refused):
        rows: QuerySet[Any] = model._default_manager.filter(id=ref, desk_id__in=by.desk_ids)
        desk = rows.values_list("desk_id", flat=True).first()
        known: dict[str, Any] = {"thing": thing, "thing_id": ref} if desk is not None else {"thing": thing}
        journal.record(act, actor=by.officer_id, desk=desk, refused=True, **known)
        raise


def allowed(within: Within, desk: UUID, *, by: Attendance, at: datetime) -> datetime:
    """Return the end of a time limit that starts at `at`, in the calendar of one of the officer's desks.

    Raises NotNow where public holidays are not listed.
    """
    return allowed_at(within, next(one.code for one in by.desks if one.id == desk), at)


def allowed_at(within: Within, desk_code: str, at: datetime) -> datetime:
    """Return the end of a time limit that starts at `at`, in the calendar of any desk.

    Raises NotNow where public holidays are not listed.
    """
    return allowed_in(within, load_pack(settings.PACK).calendar_of(desk_code), at)


def allowed_in(within: Within, calendar: str, at: datetime) -> datetime:
    """Return the end of a time limit that starts at `at`, in a calendar of the pack.

    Raises NotNow where public holidays are not listed.
    """
    try:
        return within.after(at, load_pack(settings.PACK).working_days, calendar=calendar)
    except HolidaysNotListed as missing:
        raise NotNow(
            f"The due time cannot be set, because the public holidays of {missing.year} are not known yet. Ask the operator"
            " to add them."
        ) from None


def _step(found: FoundRecord, move: str, before: str, note: UUID | None = None) -> None:
    row = found.row
    RecordStep.objects.create(
        record=row,
        number=row.version,
        move=str(move),
        from_state=before,
        to_state=row.state,
        by_id=found.by.officer_id,
        at=found.at,
        note=note,
    )
