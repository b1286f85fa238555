"""The interest register of names and identifiers whose owner must be contacted before any action.

An entry is sealed to the linking desk, whose sessions compare every report with it, and to its owner's desk. A report that
matches pages the owner by name until they acknowledge it. The report's desk is told whom to contact and never why.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.keyring import DeskLine, Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.duty import alarms
from heedline.casework.duty.alarm_causes import left_behind
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.errors import Locked, NotHere, SealingStopped
from heedline.casework.keys import directory
from heedline.casework.linking import desk_notices
from heedline.casework.linking.desk_notices import Clearance, NoticeKind
from heedline.casework.recording import refusals_logged
from heedline.casework.report import notes
from heedline.casework.search import sealed_values
from heedline.index.extraction.extract import extract
from heedline.index.extraction.values import Extract, Kind, ReportText, Value
from heedline.packs import load_pack
from heedline.packs.rules.retention import months_after
from heedline.permits import linking_functions
from heedline.permits.capabilities import Capability
from heedline.permits.gate import allows
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Interest, InterestHit
from heedline.vault import CannotOpen
from heedline.vault.canonical import canonical
from heedline.vault.containers import envelope
from heedline.vault.containers.container import Container

ENTRY, HIT = "interest", "interest-hit"
#: An entry that has ended is gone from every page of the index within these days.
PURGED_WITHIN = timedelta(days=7)
#: Characters of each text, and days for which an entry may stand before it is registered again.
LONGEST, LONGEST_DAYS = 2000, 366
#: Matches of an entry that are read to see whether one is new. A flood of reports may match it by the thousand. If a report
#: beyond these is compared again, the owner is notified again.
MOST_HITS = 200
NO_GROUND = "Give the ground on which you register this."
NO_VALUES = "Give at least a full name, a phone number, an account or another identifier."
#: What `NotNow` is about if names or identifiers cannot be compared.
LINES = "lines"
NO_MATCH = "No report can match some of these lines. Change or remove them."
NO_END = f"Give an end date in the next {LONGEST_DAYS} days."
NOT_THEIRS = "Choose an investigator or supervisor who works at the desk of this entry."
NO_WORDS = "Say what the desk can do."
NOT_CLEARED = "The desk has not been cleared to act, or the clearance has been withdrawn already."
#: Clearances, by the id of the match and of the owner's desk.
type Given = Mapping[tuple[UUID, UUID], Clearance]


def register(
    names: str, identifiers: str, ground: str, until: date | None, *, by: Attendance, at: datetime
) -> UUID:
    """Register names and identifiers in the officer's own name, and return the id of the entry.

    Raises Refused, Locked, NoRoom, NotNow without a ground, an end date or a value that can be compared, and for a
    line that no report can match (`unmatchable`), and SealingStopped.
    """
    with refusals_logged(Act.INTEREST_REGISTERED, by=by.officer_id, thing="interest"):
        home = _home(by)
        by.require(Capability.REGISTER_INTEREST, home.id)
        ground = notes.written(ground, longest=LONGEST, missing=NO_GROUND)
        told = {"names": names.strip()[:LONGEST], "identifiers": identifiers.strip()[:LONGEST]}
        if not _read(told).keys:
            raise NotNow(NO_VALUES, about=LINES)
        if unmatchable(names, identifiers).any:
            raise NotNow(NO_MATCH, about=LINES)
        if until is None or not at.date() < until <= at.date() + timedelta(days=LONGEST_DAYS):
            raise NotNow(NO_END)
        to = sealed_values.linking_desk(at)
        own = directory.addressee(home.code, at.date())
        if to is None or own is None:
            raise SealingStopped
        ident = uuid4()
        sealed = sealed_values.seal({**told, "ground": ground}, to, ident, ENTRY, own)
        with transaction.atomic():
            Interest.objects.create(
                id=ident,
                owner_id=by.officer_id,
                home_id=home.id,
                desk_id=to.desk,
                registered_at=at,
                unindexed_since=at,
                until=until,
                epochs=list(dict.fromkeys([to.epoch, own.epoch])),
                header=sealed.header,
                payload=sealed.payload,
            )
            _record(Act.INTEREST_REGISTERED, ident, home.id, by)
    return ident


@dataclass(frozen=True)
class UnmatchableLines:
    """The lines of an entry that no report can match."""

    names: tuple[str, ...] = field(repr=False)
    identifiers: tuple[str, ...] = field(repr=False)

    @property
    def any(self) -> bool:
        return bool(self.names or self.identifiers)


def unmatchable(names: str, identifiers: str) -> UnmatchableLines:
    """Return the lines that hold nothing to compare with reports, such as a forename alone or part of a registration.

    A postcode alone links no reports: it is compared together with a name or a date of birth (`extraction/keys.py`).
    """
    rules = load_pack(settings.PACK).matching

    def values(line: str, holds: str) -> tuple[Value, ...]:
        text = ReportText(line, holds, "Register")
        return extract([text], rules, indexed=False, compared=False).values

    by_name = [(line, values(line, "name")) for line in filter(None, map(str.strip, names.splitlines()))]
    by_line = [
        (line, values(line, "text")) for line in filter(None, map(str.strip, identifiers.splitlines()))
    ]
    known = {one for _, some in (*by_name, *by_line) for one in some}
    named = any(one.kind is Kind.NAME for one in known)
    born = any(one.kind is Kind.BIRTH and _is_day(one) for one in known)

    def is_compared(one: Value) -> bool:
        if one.kind is Kind.BIRTH:
            return _is_day(one)
        return one.kind is not Kind.POSTCODE or named or born

    return UnmatchableLines(
        tuple(line for line, some in by_name if not some),
        tuple(line for line, some in by_line if not any(map(is_compared, some))),
    )


def _is_day(birth: Value) -> bool:
    """Return whether a date of birth is a whole date, and not only a month."""
    return birth.canonical.count("-") == 2


def end(entry: UUID, *, by: Attendance, at: datetime) -> None:
    """End one of the officer's own entries, so that reports are no longer compared with it.

    Raises NotHere.
    """
    with refusals_logged(Act.INTEREST_ENDED, by=by.officer_id, thing="interest"), transaction.atomic():
        row = Interest.objects.filter(pk=entry, owner_id=by.officer_id, ended_at=None).first()
        if row is None:
            raise NotHere
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        _record(Act.INTEREST_ENDED, entry, row.home_id, by)


def acknowledge(hit: UUID, *, by: Attendance, at: datetime) -> None:
    """Acknowledge that a report matches one of the officer's own entries, which ends its alarm.

    Raises NotHere.
    """
    with refusals_logged(Act.INTEREST_ACKNOWLEDGED, by=by.officer_id, thing="interest"), transaction.atomic():
        row = own_hit(hit, by)
        if row.acknowledged_at is None:
            InterestHit.objects.filter(pk=hit).update(acknowledged_at=at)
            _record(Act.INTEREST_ACKNOWLEDGED, row.interest_id, row.home_id, by)
        alarms.resolve(AlarmEvent.INTEREST_ACKNOWLEDGED, hit, by=by, at=at)


def release(hit: UUID, words: str, *, by: Attendance, at: datetime) -> None:
    """Send clearance to act, with a message, to the desks that hold a matching report.

    A clearance that was given before is replaced. Raises NotHere, Locked, NoRoom, NotNow without words, and
    SealingStopped.
    """
    words = notes.written(words, longest=LONGEST, missing=NO_WORDS)
    with refusals_logged(Act.INTEREST_RELEASED, by=by.officer_id, thing="interest"), transaction.atomic():
        row = own_hit(hit, by)
        at = max(at, _after(_clearance(row, by)))
        _send_clearance(row, NoticeKind.RELEASED, by, at, words=words)
        _record(Act.INTEREST_RELEASED, row.interest_id, row.home_id, by)


def withdraw(hit: UUID, *, by: Attendance, at: datetime) -> None:
    """Withdraw a clearance to act, so that the desks must contact the owner again before they act.

    Raises NotHere, Locked, NotNow if there is no clearance, and SealingStopped.
    """
    with refusals_logged(Act.INTEREST_WITHDRAWN, by=by.officer_id, thing="interest"), transaction.atomic():
        row = own_hit(hit, by)
        given = _clearance(row, by)
        if given is None or not given.text:
            raise NotNow(NOT_CLEARED)
        _send_clearance(row, NoticeKind.WITHDRAWN, by, max(at, _after(given)))
        _record(Act.INTEREST_WITHDRAWN, row.interest_id, row.home_id, by)


def _send_clearance(row: InterestHit, kind: NoticeKind, by: Attendance, at: datetime, **more: str) -> None:
    """Send a clearance or its withdrawal to the desks that hold a matching report, and a copy to the owner's desk."""
    told = _opened(row, by)
    notice = desk_notices.words(kind, row.id, UUID(told["report"]), name=by.name, at=at.isoformat(), **more)
    home = _code(row.home_id, by)
    desks = {told["desk"], load_pack(settings.PACK).linking_desk, home}
    desk_notices.send({code: [notice] for code in desks}, code=home, by=by, at=at)


def _clearance(row: InterestHit, by: Attendance) -> Clearance | None:
    """Return the latest clearance that the owner's desk has given for a match, or its withdrawal."""
    return clearances(by, row.id).get((row.id, row.home_id))


def _after(given: Clearance | None) -> datetime:
    """Return a time after this clearance, because the latest one counts and clocks of servers differ."""
    return given.at + timedelta(microseconds=1) if given is not None else datetime.min.replace(tzinfo=UTC)


def to_acknowledge(*, by: Attendance) -> int:
    """Return the number of reports that match the officer's own entries and are not acknowledged. This needs no keys."""
    if not by.may(Capability.REGISTER_INTEREST):
        return 0
    return InterestHit.objects.filter(owner_id=by.officer_id, acknowledged_at=None).count()


def hand_on(entry: UUID, to: UUID, *, by: Attendance, at: datetime) -> None:
    """Transfer an entry and its matches to an investigator or supervisor of its desk.

    Its owner does so, or a supervisor of the desk once the owner has left or lost the role. The new owner is paged for what
    nobody has acknowledged. Raises NotHere, and NotNow for somebody who cannot own it.
    """
    with refusals_logged(Act.INTEREST_HANDED_ON, by=by.officer_id, thing="interest"), transaction.atomic():
        row = Interest.objects.filter(pk=entry).first()
        if row is None:
            raise NotHere
        if not linking_functions.hand_on_interest(entry, to):
            raise NotNow(NOT_THEIRS, about="to")
        journal.record(
            Act.INTEREST_HANDED_ON,
            actor=by.officer_id,
            desk=row.home_id,
            thing="interest",
            thing_id=entry,
            detail={"to": str(to)},
        )
        # an owner doesn't see the entries that others have left behind
        if row.owner_id != by.officer_id and not left_behind(at).filter(home=row.home_id).exists():
            alarms.resolve_at_desk(AlarmEvent.INTEREST_HANDED_ON, row.home_id, by=by, at=at)


def ended_on(row: Interest) -> date:
    """Return the day on which an entry ends or has ended."""
    return min(row.until, row.ended_at.date()) if row.ended_at is not None else row.until


def delete_on(row: Interest) -> date:
    """Return the first day on which an entry is deleted, unless a match of it has not been acknowledged."""
    return months_after(ended_on(row), load_pack(settings.PACK).retention.interest_months)


def values_of(row: Interest, ring: Keyring) -> Extract:
    """Decrypt a register entry and return its names and identifiers.

    Raises CannotOpen, also for what is sealed but is no entry.
    """
    told = sealed_values.opened(row, ring, ENTRY)
    try:
        return _read(told)
    except (KeyError, TypeError, AttributeError):
        raise CannotOpen from None


def sealed_hit(entry: Interest, ident: UUID, told: dict[str, Any]) -> Container:
    """Seal a match to the keys of its register entry and return the container.

    Raises SealingStopped.
    """
    return envelope.seal_part(
        canonical(told),
        notes.public_keys_of(list(entry.epochs)),
        installation=settings.INSTALLATION,
        container_id=ident,
        part=HIT,
    )


def hits_of(row: Interest, ring: Keyring) -> list[dict[str, Any]]:
    """Return an entry's latest matches that these keys can decrypt, at most `MOST_HITS`."""
    found = []
    for hit in InterestHit.objects.filter(interest=row).order_by("-on", "id")[:MOST_HITS]:
        with suppress(CannotOpen):
            found.append(sealed_values.opened(hit, ring, HIT))
    return found


def clearances(by: Attendance, *hits: UUID) -> Given:
    """Return the latest clearances that the officer's desks have given, for all matches or only for these."""
    codes = {one.code: one.id for one in by.desks}
    found = desk_notices.belonging_to(hits, by=by) if hits else desk_notices.received(by=by)
    given = desk_notices.clearances_in(found)
    return {(hit, codes[code]): one for (hit, code), one in given.items() if code in codes}


def _read(told: dict[str, Any]) -> Extract:
    texts = [ReportText(line, "name", "Register") for line in told["names"].splitlines()]
    texts.append(ReportText(told["identifiers"], "text", "Register"))
    return extract(texts, load_pack(settings.PACK).matching)


def _home(by: Attendance) -> DeskLine:
    """Return the desk to which the officer's entries are sealed, preferring one where they may register."""
    if not by.unlocked:
        raise Locked
    if not by.desks:
        raise NotHere
    may = Capability.REGISTER_INTEREST
    return next((one for one in by.desks if allows(by.appointments, may, [one.id])), by.desks[0])


def own_hit(hit: UUID, by: Attendance) -> InterestHit:
    """Return a match of one of the officer's own entries.

    Raises NotHere.
    """
    row = InterestHit.objects.filter(pk=hit, owner_id=by.officer_id).select_related("interest__owner").first()
    if row is None:
        raise NotHere
    return row


def _opened(row: InterestHit, by: Attendance) -> dict[str, Any]:
    try:
        return sealed_values.opened(row, by.keys(), HIT)
    except CannotOpen:
        raise NotHere from None


def _code(desk: UUID, by: Attendance) -> str:
    """Return the code of the officer's desk with this id.

    Raises NotHere.
    """
    code = next((one.code for one in by.desks if one.id == desk), None)
    if code is None:
        raise NotHere
    return code


def _record(act: Act, entry: UUID, desk: UUID, by: Attendance) -> None:
    journal.record(act, actor=by.officer_id, desk=desk, thing="interest", thing_id=entry)
