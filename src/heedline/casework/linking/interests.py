"""The interest register of names and identifiers whose owner must be contacted before any action.

An entry is sealed to the linking desk, whose sessions compare every report with it, and to its owner's desk. A report that
matches pages the owner by name until they acknowledge it. The report's desk is told whom to contact and never why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import BooleanField, Count, ExpressionWrapper, Prefetch, Q, QuerySet

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.keyring import DeskLine, Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.duty import alarms
from heedline.casework.duty.alarm_causes import OWN_INTERESTS, left_behind
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.errors import Locked, NotHere, SealingStopped
from heedline.casework.keys import directory
from heedline.casework.linking import desk_notices
from heedline.casework.linking.desk_notices import Clearance, NoticeKind
from heedline.casework.recording import refusals_logged
from heedline.casework.report import notes
from heedline.casework.report.opening import short_name
from heedline.casework.search import sealed_values
from heedline.desks.models import Appointment
from heedline.index.extraction.extract import extract
from heedline.index.extraction.values import Extract, Kind, ReportText, Value
from heedline.packs import load_pack
from heedline.packs.rules.retention import months_after
from heedline.permits import linking_functions
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused, allows
from heedline.permits.roles import GRANTS, Role, granted
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
#: Matches that are shown with each entry, and on a page of all matches.
SHOWN, PAGE = 3, 20
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


@dataclass(frozen=True)
class InterestLine:
    """An entry of the register, as shown to its owner.

    `left` is the name of an owner who has left or lost the role, if the entry is shown to a supervisor of its desk. `hits` are
    the first of the `matches` reports that match the entry, in the order of `_in_order`.
    `delete_on` is the day from which an ended entry is deleted.
    """

    id: UUID
    home: UUID
    until: date
    ended: bool
    delete_on: date
    left: str
    names: str = field(repr=False)
    identifiers: str = field(repr=False)
    ground: str = field(repr=False)
    hits: tuple[HitLine, ...] = field(repr=False, default=())
    matches: int = 0
    to_acknowledge: int = 0


@dataclass(frozen=True)
class HitLine:
    """A report that matches an entry, as shown to the entry's owner.

    `clearance` is the latest clearance that was given, or its withdrawal. `danger` means that it was in danger to life when its values were sealed for the comparison. `thing` means that it is
    not a report but an item of a specialist desk.
    """

    id: UUID
    on: date
    report: str
    desk_name: str
    reasons: tuple[tuple[str, str], ...] = field(repr=False)
    acknowledged: bool
    clearance: Clearance | None
    danger: bool
    thing: bool

    @property
    def released(self) -> bool:
        """True if the desk is cleared to act now."""
        return self.clearance is not None and bool(self.clearance.text)


@dataclass(frozen=True)
class HitPage:
    """A page of the reports that match an officer's entries, each with its entry, those not cleared first.

    `page` is the last page if a later one was asked for.
    `unread` is the number of this page's matches that could not be opened.
    """

    lines: tuple[tuple[InterestLine, HitLine], ...] = field(repr=False)
    matches: int
    page: int
    unread: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.matches // PAGE))


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
        row = _own_hit(hit, by)
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
        row = _own_hit(hit, by)
        at = max(at, _after(_clearance(row, by)))
        _send_clearance(row, NoticeKind.RELEASED, by, at, words=words)
        _record(Act.INTEREST_RELEASED, row.interest_id, row.home_id, by)


def withdraw(hit: UUID, *, by: Attendance, at: datetime) -> None:
    """Withdraw a clearance to act, so that the desks must contact the owner again before they act.

    Raises NotHere, Locked, NotNow if there is no clearance, and SealingStopped.
    """
    with refusals_logged(Act.INTEREST_WITHDRAWN, by=by.officer_id, thing="interest"), transaction.atomic():
        row = _own_hit(hit, by)
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
    return _clearances(by, row.id).get((row.id, row.home_id))


def _after(given: Clearance | None) -> datetime:
    """Return a time after this clearance, because the latest one counts and clocks of servers differ."""
    return given.at + timedelta(microseconds=1) if given is not None else datetime.min.replace(tzinfo=UTC)


def to_acknowledge(*, by: Attendance) -> int:
    """Return the number of reports that match the officer's own entries and are not acknowledged. This needs no keys."""
    if not by.may(Capability.REGISTER_INTEREST):
        return 0
    return InterestHit.objects.filter(owner_id=by.officer_id, acknowledged_at=None).count()


def mine(*, by: Attendance, at: datetime) -> tuple[InterestLine, ...]:
    """Return the officer's own entries, newest first, each with the first reports that match it.

    To a supervisor, entries of their desk whose owner has left or lost the role come first. The view is logged. Raises
    Refused and Locked.
    """
    ring = _read_register(by)
    given = _clearances(by)
    newest = Prefetch("hits", _in_order(InterestHit.objects.all(), given)[:SHOWN], to_attr="newest")
    waits = Q(hits__acknowledged_at=None, hits__id__isnull=False)
    found = _visible(by, at).annotate(shown=Count("hits"), waiting=Count("hits", filter=waits))
    rows = list(found.select_related("owner").prefetch_related(newest).order_by("-registered_at"))
    lines = []
    for row in rows:
        with suppress(CannotOpen):
            line = _entry(row, ring, by, at)
            hits = [one for hit in row.newest if (one := _hit(hit, ring, given)) is not None]
            lines.append(replace(line, hits=tuple(hits), matches=row.shown, to_acknowledge=row.waiting))
    return tuple(sorted(lines, key=lambda one: not one.left))


def matching_reports(entry: UUID | None = None, *, page: int = 1, by: Attendance, at: datetime) -> HitPage:
    """Return a page of the reports that match the officer's own entries, or one entry that they may see.

    The view is logged. Raises Refused, Locked, and NotHere for an entry that the officer may not see.
    """
    ring = _read_register(by)
    entries = _visible(by, at).filter(**({"id": entry} if entry else {"owner_id": by.officer_id}))
    if entry is not None and not entries.exists():
        raise NotHere
    found = InterestHit.objects.filter(interest__in=entries)
    matches = found.count()
    page = min(page, max(1, -(-matches // PAGE)))
    given = _clearances(by)
    rows = list(_in_order(found.select_related("interest__owner"), given)[(page - 1) * PAGE : page * PAGE])
    lines = []
    for row in rows:
        with suppress(CannotOpen):
            line, hit = _entry(row.interest, ring, by, at), _hit(row, ring, given)
            lines += [(line, hit)] if hit is not None else []
    return HitPage(tuple(lines), matches, page, len(rows) - len(lines))


def own_match(hit: UUID, *, by: Attendance, at: datetime) -> tuple[InterestLine, HitLine]:
    """Return a report that matches one of the officer's own entries, with the entry.

    The view is logged. Raises NotHere, also if these keys do not open it, and Refused and Locked.
    """
    ring = _read_register(by)
    row = _own_hit(hit, by)
    line = _hit(row, ring, _clearances(by, hit))
    if line is None:
        raise NotHere
    try:
        return _entry(row.interest, ring, by, at), line
    except CannotOpen:
        raise NotHere from None


def _read_register(by: Attendance) -> Keyring:
    """Log that the officer views their entries, and return their keys.

    Raises Refused and Locked.
    """
    with refusals_logged(Act.INTERESTS_READ, by=by.officer_id, thing="interest"), transaction.atomic():
        owns = Interest.objects.filter(owner_id=by.officer_id).exists()  # also after they lost the role
        if not (owns or by.may(Capability.REGISTER_INTEREST) or by.may(Capability.HAND_ON_INTEREST)):
            raise Refused("Only investigators register interests.")
        ring = by.keys()
        journal.record(Act.INTERESTS_READ, actor=by.officer_id, desk=by.desk_ids[0] if by.desk_ids else None)
    return ring


def _visible(by: Attendance, at: datetime) -> QuerySet[Interest]:
    """Return the officer's own entries, and to a supervisor those of their desk that others have left behind."""
    led = [desk for role, desk in by.appointments if Capability.HAND_ON_INTEREST in granted(Role(role))]
    theirs = Q(id__in=left_behind(at).filter(home__in=led).values("id"))
    return Interest.objects.filter(Q(owner_id=by.officer_id) | theirs)


def _in_order(hits: QuerySet[InterestHit], given: Given) -> QuerySet[InterestHit]:
    """Order matches so that those not cleared come first, of these the unacknowledged ones, and then the newest."""
    cleared = [hit for (hit, _), one in given.items() if one.text]
    waits = ExpressionWrapper(Q(acknowledged_at=None), BooleanField())
    if not cleared:
        return hits.order_by(waits.desc(), "-on", "id")
    return hits.order_by(ExpressionWrapper(Q(id__in=cleared), BooleanField()), waits.desc(), "-on", "id")


def successors(lines: Iterable[InterestLine]) -> tuple[tuple[UUID, str], ...]:
    """Return the id and name of each possible new owner of these entries."""
    roles = [role for role in Role if GRANTS[role] & OWN_INTERESTS]
    people = Appointment.objects.filter(
        desk_id__in={one.home for one in lines}, role__in=roles, ended_on=None, officer__is_active=True
    )
    return tuple(people.order_by("officer__name").values_list("officer_id", "officer__name").distinct())


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


def _clearances(by: Attendance, *hits: UUID) -> Given:
    """Return the latest clearances that the officer's desks have given, for all matches or only for these."""
    codes = {one.code: one.id for one in by.desks}
    found = desk_notices.belonging_to(hits, by=by) if hits else desk_notices.received(by=by)
    given = desk_notices.clearances_in(found)
    return {(hit, codes[code]): one for (hit, code), one in given.items() if code in codes}


def _entry(row: Interest, ring: Keyring, by: Attendance, at: datetime) -> InterestLine:
    """Decrypt an entry, and return it without its matches.

    Raises CannotOpen.
    """
    told = sealed_values.opened(row, ring, ENTRY)
    return InterestLine(
        row.id,
        row.home_id,
        row.until,
        row.ended_at is not None or row.until < at.date(),
        delete_on(row),
        row.owner.name if row.owner_id != by.officer_id else "",
        told["names"],
        told["identifiers"],
        told["ground"],
    )


def _hit(row: InterestHit, ring: Keyring, given: Given) -> HitLine | None:
    """Return a decrypted match, or None if these keys do not open it."""
    try:
        told = sealed_values.opened(row, ring, HIT)
    except CannotOpen:
        return None
    desk = load_pack(settings.PACK).desks.get(told["desk"])
    return HitLine(
        row.id,
        row.on,
        short_name(UUID(told["report"])),
        desk.name if desk is not None else told["desk"],
        tuple((code, written) for code, written in told["reasons"]),
        row.acknowledged_at is not None,
        given.get((row.id, row.home_id)),
        told.get("danger") is True,
        told.get("thing") is True,
    )


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


def _own_hit(hit: UUID, by: Attendance) -> InterestHit:
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
