"""Taking a report down for somebody else: on the telephone, at a counter, from a letter or an e-mail.

The order of a call: `open_call` → `keep` (again and again, while they talk) → `send` → `read_back` → `wrap_up` → `end`.
What is taken down lies in a sealed draft whose key is in the officer's browser only, and is theirs alone: the same
browser leads a colleague to a draft of their own. It is sent by the public site's own verb (`journey.submit`), so it is
sealed, routed, receipted and timed like every other report, and may end at a desk that this officer cannot see into.

The log says who took something down and in which quarter hour, never which report that became and never the moment: a
telephone company knows who rang then. The report's own arrival is logged like any other, and inside its seal stands who
took it down, how it reached us and when.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.access.without_training import record_missing_by_the_slot
from heedline.casework.errors import Conflict, NotHere, SealingStopped
from heedline.casework.intake import drafting
from heedline.casework.intake.drafting import Draft, For
from heedline.casework.journey import transitions
from heedline.casework.keys import directory as key_directory
from heedline.casework.report.sealing import NewReport, as_part
from heedline.desks.models import Desk
from heedline.intake.questions import QuestionSet
from heedline.intake.record import Record
from heedline.packs import load_pack
from heedline.packs.places.routing import RouteFacts, route
from heedline.packs.urgency import Urgency
from heedline.permits import functions
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.scopes import reports_of
from heedline.reports import door
from heedline.vault import envelope
from heedline.vault.canonical import canonical
from heedline.vault.codes import ALPHABET, LENGTH, NotACode, derive, lookup_hash, parse

#: How something may reach an officer, in words. The codes are those that the door lets in.
CHANNELS = {
    "phone": "By telephone",
    "counter": "At a counter, in person",
    "letter": "By letter",
    "email": "By e-mail",
}
_LANGUAGE = "en"  # what officers write in; the caller's own is an answer like others
#: An officer may go for lunch with half a letter typed in; the key goes with the browser all the same.
_HOURS = 24
#: A draft's note that somebody may be in danger, as whoever began it said.
_FOR_DANGER = "for_danger"
#: A draft's note that whoever began it had the training then: only such a call may be finished after it has run out.
_BEGUN_IN_TIME = "begun_in_time"
_LOOK_ALIKE = str.maketrans("ILOU", "110V")


@contextmanager
def _on_the_record(by: Attendance) -> Iterator[None]:
    """Like `verb.on_the_record`, by the quarter hour: whoever is refused for a training that ran out may be on the
    telephone already, and begin for somebody in danger a moment later."""
    try:
        with transaction.atomic():
            yield
    except Refused:
        journal.record_by_the_slot(Act.CALL_TAKEN_DOWN, actor=by.officer_id, refused=True)
        raise


def may_take_down(by: Attendance) -> None:
    """Raise Refused, and log it, for whoever may not take reports down by their role."""
    with _on_the_record(by):
        by.require(Capability.TAKE_DOWN, excused=True)


def may_begin(by: Attendance) -> None:
    """Raise Refused, and log it, for whoever may not begin a call: by their role, or because their training ran out.

    What was begun is kept all the same, and sent when it was begun in time or somebody is in danger: see `send`.
    """
    with _on_the_record(by):
        by.require(Capability.TAKE_DOWN)


# --- while they talk -------------------------------------------------------------------------------------------------


def _purpose(by: Attendance) -> str:
    return f"call/{by.officer_id}"


def open_call(cookie: str | None, *, by: Attendance, at: datetime) -> Draft | None:
    """What this officer has taken down in this browser and not finished; None when there is nothing. Raises Refused."""
    may_take_down(by)
    return drafting.load(cookie, at=at, purpose=_purpose(by), whose=For.OFFICER)


def begin(cookie: str | None, *, by: Attendance) -> Draft:
    """A new call of this officer, under the browser's cookie when it has one. Nothing is stored before `keep`."""
    draft = Draft(cookie or drafting.new_cookie(), keep_hours=_HOURS, purpose=_purpose(by), whose=For.OFFICER)
    draft.notes = {_BEGUN_IN_TIME: not for_danger_only(by)}
    return draft


def for_danger_only(by: Attendance) -> bool:
    """Whether they miss the training, so that they may begin a call only because somebody may be in danger."""
    return bool(by.why_untrained(Capability.TAKE_DOWN))


def for_danger(draft: Draft, *, at: datetime) -> Draft:
    """Keep that this call was begun because somebody may be in danger: it is sent whatever it turns out to be, and also
    when it drops before anybody could ask."""
    if not draft.notes.get(_FOR_DANGER):
        draft.notes = {**draft.notes, _FOR_DANGER: True}
        keep(draft, draft.answers, at=at)
    return draft


def edition_of(draft: Draft | None) -> int:
    """How often the draft was kept: a page that was made from an older one must not write over it unseen."""
    return int(draft.notes.get("edition", 0)) if draft is not None else 0


def keep(draft: Draft, typed: Mapping[str, list[str]], *, at: datetime) -> None:
    """Seal and keep what was typed, as it was typed. Raises ValueError when it is more than a draft may hold.

    Not logged: nobody looks at anything, and an exact time for every twenty seconds of a call helps nobody.
    """
    draft.answers = dict(typed)
    draft.notes = {**draft.notes, "edition": edition_of(draft) + 1, "kept_at": at.isoformat()}
    drafting.save(draft, at=at)


def kept_at(draft: Draft | None) -> datetime | None:
    """When it was last kept."""
    said = draft.notes.get("kept_at") if draft is not None else None
    return datetime.fromisoformat(said) if said else None


def end(draft: Draft, *, at: datetime) -> None:
    """Throw away what is left of a call: its answers before it was sent, its code afterwards."""
    drafting.discard(draft.cookie, at=at, purpose=draft.purpose)


def identity_offered(*, at: datetime) -> bool:
    """Whether a caller may give a name: only where authorisers could open it."""
    try:
        return key_directory.identity_offered(at.date())
    except SealingStopped:
        return False


# --- sending ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Contact:
    """How and when it reached us. `on` and `clock` are given when it is entered later: a letter, or a sheet of paper."""

    channel: str
    on: date | None = None
    clock: str = ""
    dropped: bool = False

    def in_the_seal(self, by: Attendance) -> dict[str, Any]:
        """What is sealed with the report; the table knows the channel only."""
        return {
            "by": str(by.officer_id),
            "name": by.name,
            "on": self.on.isoformat() if self.on else "",
            "clock": self.clock,
            "dropped": self.dropped,
        }


def contact_rows(channel: str, sealed: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The same for whoever opens the report, as (label, words)."""
    day = f"{date.fromisoformat(sealed['on']):%-d %B %Y}" if sealed.get("on") else ""
    rows = [
        ("How", CHANNELS.get(channel, channel)),
        ("Taken down by", str(sealed.get("name", ""))),
        ("When it reached us", ", ".join(filter(None, [day, str(sealed.get("clock", ""))]))),
        ("Unfinished", "The call ended before everything was asked." if sealed.get("dropped") else ""),
    ]
    return [(label, words) for label, words in rows if words]


def send(
    draft: Draft, contact: Contact, told: Record, asked: QuestionSet, *, by: Attendance, at: datetime
) -> None:
    """Send what was taken down. When this returns it is durable, and the draft holds the code and nothing else.

    Sent twice, it is one report. Raises SealingStopped (nothing was sent, the draft stays) and Refused. A training that
    ran out since this call began cuts nobody off, and none is asked for where somebody is or may be in danger
    (`for_danger`); the log says so.
    """
    excused = told.urgency == Urgency.DANGER or bool(draft.notes.get(_FOR_DANGER))
    with _on_the_record(by):
        begun = bool(draft.notes.get(_BEGUN_IN_TIME))
        missing = by.require(Capability.TAKE_DOWN, begun=begun, excused=excused)
    if contact.channel not in CHANNELS:
        raise ValueError("a way in that the door does not know")
    new = NewReport(
        report_id=draft.report_id,
        code=draft.receipt_code,
        channel=contact.channel,
        record=told,
        question_set=asked,
        language=_LANGUAGE,
        taken_down=contact.in_the_seal(by),
    )
    try:
        accepted = transitions.submit(new, at=at)
    except Conflict:  # it went a moment ago, from another tab, with other words: those stand
        received = at.date()
    else:
        received = accepted.received_on
        if not accepted.again:
            # Not in the transaction that submits: until both are settled, one number would tie them together.
            with transaction.atomic():
                desk = by.desk_ids[0] if by.desk_ids else None
                journal.record_by_the_slot(Act.CALL_TAKEN_DOWN, actor=by.officer_id, desk=desk)
                # never why: that would say of the call which of the day's reports it became
                record_missing_by_the_slot(missing, Capability.TAKE_DOWN, actor=by.officer_id, desk=desk)
    draft.answers = {}
    draft.notes = {"watch": _watch(told), "code": "none" if contact.dropped else "to-read"}
    draft.sent, draft.received_on = True, received.isoformat()
    drafting.save(draft, at=at)


def _watch(told: Record) -> str:
    facts = RouteFacts(
        kind=told.kind, place_text=told.place_text, postcode=told.postcode, urgency=told.urgency
    )
    return route(facts, load_pack(settings.PACK)).watch_code or ""


# --- the code --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReadBack:
    """What the caller read back. `group`: the one (from 1) with the single wrong sign; 0 when all of it was right."""

    known: bool
    group: int = 0


def code_is(draft: Draft) -> str:
    """`to-read`, `nearly` (read back with one wrong sign), `kept`, `declined`, or `none` (the call dropped)."""
    return str(draft.notes.get("code", "none"))


def read_back(draft: Draft, said: str, *, at: datetime) -> ReadBack:
    """Compare what the caller read back, as tolerantly as the mailbox will when they come back with it."""
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
    """Where the one sign stands that differs; None when none does."""
    plain = unicodedata.normalize("NFKC", said).upper().translate(_LOOK_ALIKE)
    signs = [sign for sign in plain if sign in ALPHABET or sign == "?"]
    if len(signs) != LENGTH:  # a sign that is in no code, somewhere between: all groups are to be read again
        return 0
    return next((place for place in range(LENGTH) if signs[place] != code[place]), None)


def settle_code(draft: Draft, how: str, *, at: datetime) -> None:
    """The caller has the code for sure (`kept`), or wants none (`declined`)."""
    if how not in {"kept", "declined"}:
        raise ValueError("a code is kept or declined")
    _settle_code(draft, how, at)


def _settle_code(draft: Draft, how: str, at: datetime) -> None:
    draft.notes = {**draft.notes, "code": how}
    drafting.save(draft, at=at)


# --- after the call --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WrapUp:
    """What is not for the report: how the caller was, what was heard behind them, what they were advised."""

    mood: str = field(repr=False, default="")
    behind: str = field(repr=False, default="")
    more: str = field(repr=False, default="")
    advice: tuple[str, ...] = ()

    def in_the_seal(self) -> dict[str, str]:
        """As it stands beside the report, under the words that officers see."""
        said = {
            "How the caller was": self.mood,
            "What was heard behind them": self.behind,
            "Anything else": self.more,
            "Advice given": "\n".join(self.advice),
        }
        return {label: words for label, words in said.items() if words}


@dataclass(frozen=True)
class Whereabouts:
    """Where a report that was taken down went. `ref` only when it is at a desk of this officer."""

    desk_name: str
    ref: UUID | None


def _lookup(draft: Draft) -> bytes:
    return lookup_hash(derive(draft.receipt_code, installation=settings.INSTALLATION).lookup_id)


def where_is(draft: Draft, *, by: Attendance) -> Whereabouts:
    """Which desk has it. Raises NotHere when it was never sent."""
    found = door.visit(_lookup(draft))
    if found is None:
        raise NotHere
    mine = reports_of(by.desk_ids).filter(pk=draft.report_id).exists()
    name = Desk.objects.values_list("name", flat=True).get(id=found.desk)
    return Whereabouts(name, draft.report_id if mine else None)


def wrapped_up(draft: Draft) -> bool:
    """Whether the note after the call was written."""
    return bool(draft.notes.get("wrapped_up"))


def wrap_up(draft: Draft, said: WrapUp, *, by: Attendance, at: datetime) -> None:
    """Seal the officer's note to whoever has the report, and lay it beside it. Written twice, the first stands.

    Raises NotHere when there is no such report, and SealingStopped when its desk has no key in force.
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
    """The present keys of the desk that has the report and of the one that watches it, by epoch."""
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
