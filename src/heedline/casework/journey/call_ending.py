"""The steps that follow a call once its report has been sent.

They are reading back the code, a caller who rings back, where the report went, and the wrap-up. `call_taking`
takes the call down and sends it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings

from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere, SealingStopped
from heedline.casework.intake import drafting
from heedline.casework.intake.drafting import Draft
from heedline.casework.journey.call_taking import begin_again, keep, may_take_down
from heedline.casework.keys import directory as key_directory
from heedline.casework.report.opening import short_name
from heedline.casework.report.sealing import as_part
from heedline.desks.models import Desk
from heedline.permits import functions
from heedline.permits.scopes import reports_of
from heedline.reports import door
from heedline.vault.canonical import canonical
from heedline.vault.codes import ALPHABET, LENGTH, NotACode, derive, lookup_hash, parse
from heedline.vault.containers import envelope

_LOOK_ALIKE = str.maketrans("ILOU", "110V")


def ring_back(draft: Draft, *, by: Attendance, at: datetime) -> Draft:
    """Begin a new report in a dropped call's draft when the caller rings back. Return the draft.

    What was sent when the call dropped stays as it is. The draft keeps what was typed and becomes another report, which
    names the first inside its seal. Raises NotHere for a draft of any other call.
    """
    if not draft.sent or code_is(draft) != "none" or not draft.answers:
        raise NotHere
    again = begin_again(draft, by=by)
    keep(again, draft.answers, at=at)
    return again


# --- the code --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReadBack:
    """The result of reading back a receipt code.

    `group` is the number, from 1, of the group that contains the only wrong character. It is 0 when the
    whole code was right.
    """

    known: bool
    group: int = 0


def code_is(draft: Draft) -> str:
    """Return the state of the caller's receipt code.

    The states are `to-read`, `nearly` (read back with one wrong character), `kept`, `declined` and `none`
    (the call dropped).
    """
    return str(draft.notes.get("code", "none"))


def read_back(draft: Draft, said: str, *, at: datetime) -> ReadBack:
    """Compare the code that the caller read back with the real one.

    The comparison is as tolerant as the mailbox will be when the caller returns with the code.
    """
    try:
        heard = parse(said)
    except NotACode:
        return ReadBack(known=False)
    if heard.symbols != draft.code:
        return ReadBack(known=False)
    wrong = _wrong_place(said, draft.code)
    _settle_code(draft, "nearly" if wrong is not None else "kept", at)
    return ReadBack(known=True, group=0 if wrong is None else wrong // 4 + 1)


def _wrong_place(said: str, code: str) -> int | None:
    """Return the position of the only differing character, or None."""
    plain = unicodedata.normalize("NFKC", said).upper().translate(_LOOK_ALIKE)
    signs = [sign for sign in plain if sign in ALPHABET or sign == "?"]
    if len(signs) != LENGTH:  # a sign that is in no code, somewhere between: all groups are to be read again
        return 0
    return next((place for place in range(LENGTH) if signs[place] != code[place]), None)


def settle_code(draft: Draft, how: str, *, at: datetime) -> None:
    """Record that the caller has the code (`kept`) or does not want one (`declined`)."""
    if how not in {"kept", "declined"}:
        raise ValueError("a code is kept or declined")
    _settle_code(draft, how, at)


def _settle_code(draft: Draft, how: str, at: datetime) -> None:
    draft.notes = {**draft.notes, "code": how}
    drafting.save(draft, at=at)


# --- after the call --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WrapUp:
    """An officer's notes on a call, which are not part of the report.

    They cover the caller's state, background sounds and the advice given.
    """

    mood: str = field(repr=False, default="")
    behind: str = field(repr=False, default="")
    more: str = field(repr=False, default="")
    advice: tuple[str, ...] = ()

    def in_the_seal(self) -> dict[str, str]:
        """Return the notes with officers' labels, to be sealed with the report."""
        said = {
            "How the caller was": self.mood,
            "What was heard behind them": self.behind,
            "Anything else": self.more,
            "Advice given": "\n".join(self.advice),
        }
        return {label: words for label, words in said.items() if words}


@dataclass(frozen=True)
class Whereabouts:
    """The desk that received a report taken down by this officer.

    `short` is the report's reference. `ref` is set only when that is one of the officer's own desks.
    """

    desk_name: str
    short: str
    ref: UUID | None


def _lookup(draft: Draft) -> bytes:
    return lookup_hash(derive(draft.receipt_code, installation=settings.INSTALLATION).lookup_id)


def where_is(draft: Draft, *, by: Attendance) -> Whereabouts:
    """Return the desk that received the report.

    Raises NotHere when the draft was never sent.
    """
    found = door.visit(_lookup(draft))
    if found is None:
        raise NotHere
    mine = reports_of(by.desk_ids).filter(pk=draft.report_id).exists()
    name = Desk.objects.values_list("name", flat=True).get(id=found.desk)
    return Whereabouts(name, short_name(draft.report_id), draft.report_id if mine else None)


def wrapped_up(draft: Draft) -> bool:
    """Return True if the wrap-up note has been written."""
    return bool(draft.notes.get("wrapped_up"))


def wrap_up(draft: Draft, said: WrapUp, *, by: Attendance, at: datetime) -> None:
    """Seal the officer's note on the call to the report's desk, and store it with the report.

    If a note is written twice, the first one stands. Raises NotHere when there is no such report, and
    SealingStopped when the desk has no key in force.
    """
    may_take_down(by)
    lookup, words = _lookup(draft), said.in_the_seal()
    found = door.visit(lookup)
    if found is None:
        raise NotHere
    if words:
        keys = _keys_of(found.desk, str(draft.notes.get("watch", "")), at)
        container_id = uuid4()
        sealed = envelope.seal_part(
            canonical(words),
            list(keys.values()),
            installation=settings.INSTALLATION,
            container_id=container_id,
            part="note",
        )
        part = as_part(container_id, sealed, tuple(keys))
        done = functions.note_call(
            lookup, part.container, part.header, part.payload, part.sha256, list(part.epochs)
        )
        if done not in {"noted", "again"}:
            raise NotHere
    draft.notes = {**draft.notes, "wrapped_up": True}
    drafting.save(draft, at=at)


def _keys_of(desk: UUID, watch: str, at: datetime) -> dict[UUID, bytes]:
    """Return the current keys of the report's desk and of its watch desk, if any, by epoch."""
    known, today = key_directory.trusted(), at.date()
    facts = key_directory.desk_by_code(watch) if watch else None
    keys: dict[UUID, bytes] = {}
    for one in filter(None, [str(desk), facts.desk if facts else ""]):
        epoch = known.current_epoch(one, today)
        if epoch is not None:
            keys[UUID(epoch.epoch)] = epoch.kem
    if not keys:
        raise SealingStopped
    return keys
