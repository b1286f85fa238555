"""A desk's keys, a month each: made by a member who signs them, granted to every member, two months ahead."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework import key_directory
from heedline.casework.signing import Hand, state
from heedline.desks.models import Appointment, Desk, EpochGrant, EpochKeyRow
from heedline.permits import gate
from heedline.permits.capabilities import Capability
from heedline.vault.grants import grant, grant_info
from heedline.vault.keys import new_seed, public_key
from heedline.vault.signed import key_text


def grant_context(epoch: UUID, officer: UUID) -> bytes:
    """What a grant is bound to: it opens as this epoch's, for this officer, here."""
    return grant_info("epoch", settings.INSTALLATION, str(epoch), str(officer))


@transaction.atomic
def make_epoch(desk: Desk, opens_on: date, *, by: Hand, at: datetime) -> EpochKeyRow:
    """Make a desk's key for a month, by a member who signs it, and grant its seed to every member with keys."""
    known = key_directory.directory()
    held = Appointment.objects.filter(officer_id=by.person, ended_on=None).values_list("role", "desk_id")
    gate.require(held, Capability.MAKE_EPOCH, desks=[desk.id])
    seed = new_seed()
    row = EpochKeyRow.objects.create(desk=desk, opens_on=opens_on)
    openers = sorted(person for person in known.members(str(desk.id)) if known.officer(person) is not None)
    body = {
        "desk": str(desk.id),
        "epoch": str(row.id),
        "kem": key_text(public_key(seed)),
        "opens_on": opens_on.isoformat(),
        "grantees": list(openers),
    }
    state("epoch", body, [by], at=at)
    for person in openers:
        keys = known.officer(person)
        if keys is not None:
            sealed = grant(seed, keys.kem, info=grant_context(row.id, UUID(person)))
            EpochGrant.objects.create(epoch=row, officer_id=UUID(person), sealed=sealed)
    journal.record(
        Act.EPOCH_MADE,
        actor=UUID(by.person),
        desk=desk.id,
        thing="epoch",
        thing_id=row.id,
        detail={"grantees": len(openers)},
    )
    return row


def month_starts(on: date, ahead: int) -> list[date]:
    """The first days of this month and of the next `ahead` ones."""
    months = [on.year * 12 + on.month - 1 + n for n in range(ahead + 1)]
    return [date(m // 12, m % 12 + 1, 1) for m in months]


def make_epochs_ahead(desk: Desk, *, by: Hand, at: datetime, ahead: int = 2) -> int:
    """Make the epochs of this month and the next two where they are missing. Return how many were made."""
    there = set(EpochKeyRow.objects.filter(desk=desk).values_list("opens_on", flat=True))
    missing = [day for day in month_starts(at.date(), ahead) if day not in there]
    for day in missing:
        make_epoch(desk, day, by=by, at=at)
    return len(missing)


def keep_ahead(desks: list[UUID], *, by: Hand, at: datetime) -> int:
    """In a member's unlocking: make what is missing on their desks. A colleague who does the same at once is no error."""
    made = 0
    for desk in Desk.objects.filter(id__in=desks):
        if by.person not in key_directory.directory().members(str(desk.id)):
            continue
        try:
            with transaction.atomic():
                made += make_epochs_ahead(desk, by=by, at=at)
        except IntegrityError:
            key_directory.forget()
    return made
