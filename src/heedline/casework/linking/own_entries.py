"""An investigator's own entries of the interest register and the reports that match them, as shown to their owner."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import BooleanField, Count, ExpressionWrapper, Prefetch, Q, QuerySet

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.duty.alarm_causes import OWN_INTERESTS, left_behind
from heedline.casework.errors import NotHere
from heedline.casework.linking import interests
from heedline.casework.linking.desk_notices import Clearance
from heedline.casework.recording import refusals_logged
from heedline.casework.report.opening import short_name
from heedline.casework.search import sealed_values
from heedline.desks.models import Appointment
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.roles import GRANTS, Role, granted
from heedline.reports.models import Interest, InterestHit
from heedline.vault import CannotOpen

#: Matches that are shown with each entry, and on a page of all matches.
SHOWN, PAGE = 3, 20


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

    `clearance` is the latest clearance that was given, or its withdrawal. `danger` means that it was in danger to life when its
    values were sealed for the comparison. `thing` means that it is not a report but an item of a specialist desk.
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


def mine(*, by: Attendance, at: datetime) -> tuple[InterestLine, ...]:
    """Return the officer's own entries, newest first, each with the first reports that match it.

    To a supervisor, entries of their desk whose owner has left or lost the role come first. The view is logged. Raises
    Refused and Locked.
    """
    ring = _read_register(by)
    given = interests.clearances(by)
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
    given = interests.clearances(by)
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
    row = interests.own_hit(hit, by)
    line = _hit(row, ring, interests.clearances(by, hit))
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


def _in_order(hits: QuerySet[InterestHit], given: interests.Given) -> QuerySet[InterestHit]:
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


def _entry(row: Interest, ring: Keyring, by: Attendance, at: datetime) -> InterestLine:
    """Decrypt an entry, and return it without its matches.

    Raises CannotOpen.
    """
    told = sealed_values.opened(row, ring, interests.ENTRY)
    return InterestLine(
        row.id,
        row.home_id,
        row.until,
        row.ended_at is not None or row.until < at.date(),
        interests.delete_on(row),
        row.owner.name if row.owner_id != by.officer_id else "",
        told["names"],
        told["identifiers"],
        told["ground"],
    )


def _hit(row: InterestHit, ring: Keyring, given: interests.Given) -> HitLine | None:
    """Return a decrypted match, or None if these keys do not open it."""
    try:
        told = sealed_values.opened(row, ring, interests.HIT)
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
