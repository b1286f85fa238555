"""A desk's monthly epoch keys.

A member makes and signs each key two months in advance, and grants it to every member whose key words
they have compared. Nobody is granted a key if they are on the other side of identities, now or by the
keys they hold (`vault.statements.two_sides`).

When somebody leaves, the epochs that they hold no longer count. The next member who unlocks makes new
ones and states that the old ones have ended. `setup/readdressing.py` re-addresses what was sealed to
those.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import IntegrityError, transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import key_verification
from heedline.casework.keys.signing import Hand, state
from heedline.desks.models import PARTNER, Appointment, Desk, EpochGrant, EpochKeyRow
from heedline.permits import gate, key_functions
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.models import UnlockedKeys
from heedline.vault.grants import grant, grant_info
from heedline.vault.keys import new_seed, public_key
from heedline.vault.statements.directory import Directory, EpochKey
from heedline.vault.statements.signed import key_text

#: Said to stewards and members when law 4 keeps somebody from a desk.
ON_THE_OTHER_SIDE = (
    "They work, or were given keys, on the other side of identities. First take them off that desk, re-address and "
    "destroy the keys they held there, and have them make new keys. Nobody may hold both halves."
)


def grant_context(epoch: UUID, officer: UUID) -> bytes:
    """Return the context that binds a grant to its epoch, its officer and this installation."""
    return grant_info("epoch", settings.INSTALLATION, str(epoch), str(officer))


def recovery_context(epoch: UUID, desk: UUID) -> bytes:
    """Return the context that binds an epoch's grant to its desk's recovery key."""
    return grant_info("epoch-recovery", settings.INSTALLATION, str(epoch), str(desk))


def _trusted() -> Directory:
    """Return the directory for granting keys, provided that its statements match the log.

    Raises Refused while the statements do not match those that the log names.
    """
    if key_directory.doubts():
        raise Refused(key_directory.IN_DOUBT)
    return key_directory.directory()


@transaction.atomic
def make_epoch(desk: Desk, opens_on: date, *, by: Hand, at: datetime) -> EpochKeyRow:
    """Create a desk's key for a month and grant it to the desk's members.

    A member signs the key. Its seed is granted to every member whose key words this member has compared.
    Raises Refused if nobody else could open it although the desk has other members.
    """
    known = _trusted()
    held = Appointment.objects.filter(officer_id=by.person, ended_on=None).values_list("role", "desk_id")
    gate.require(held, Capability.MAKE_EPOCH, desks=[desk.id])
    people = [
        person
        for person in known.members(str(desk.id))
        if known.officer(person) is not None and not known.barred(str(desk.id), person)
    ]
    mine = key_verification.load(UUID(by.person), by.seed)
    openers = sorted(person for person in people if person == by.person or mine.has_compared(person))
    if len(openers) < min(key_directory.ENOUGH_OPENERS, len(people)):
        raise Refused(
            "Compare verification words with a colleague at the desk first. Until you do, nobody else could open new reports."
        )
    seed = new_seed()
    row = EpochKeyRow.objects.create(desk=desk, opens_on=opens_on)
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
    """Return the first day of this month and of each of the next `ahead` months."""
    return [on + relativedelta(months=n, day=1) for n in range(ahead + 1)]


def make_epochs_ahead(desk: Desk, *, by: Hand, at: datetime, ahead: int = 2) -> int:
    """Create the missing epochs for this month and the next two, and return the number created.

    An epoch is missing if there is none that only members hold.
    """
    known = key_directory.directory()
    there = {one.opens_on for one in known.epochs(str(desk.id)) if not one.ended and not known.is_stale(one)}
    missing = [day for day in month_starts(at.date(), ahead) if day not in there]
    for day in missing:
        make_epoch(desk, day, by=by, at=at)
    return len(missing)


def keep_ahead(desks: list[UUID], *, by: Hand, at: datetime) -> int:
    """Create the missing epochs for these desks and end the epochs that leavers hold.

    Runs when a member unlocks, and returns how many epochs were made. It is not an error if a colleague does
    the same at the same time.
    """
    made = 0
    for desk in desks:
        try:
            with transaction.atomic():
                _state_destroyed(desk, by=by, at=at)
                made += _keep_ahead(desk, by=by, at=at)
        except IntegrityError:
            key_directory.read_again()
        except Refused:  # they have compared nobody yet: their page of keys says so
            key_directory.read_again()
    return made


def _state_destroyed(desk_id: UUID, *, by: Hand, at: datetime) -> None:
    """Sign a statement that a desk's epochs have been destroyed.

    They no longer count as held by anybody. Only where no grant of one is left in the table, whatever its row
    says.
    """
    known = key_directory.directory()
    facts = known.desk(str(desk_id))
    if facts is None or facts.kind == PARTNER or by.person not in known.members(str(desk_id)):
        return  # a partner takes no part in identities
    waiting = {UUID(one.epoch) for one in known.epochs(str(desk_id)) if one.ended and not one.destroyed}
    if not waiting:
        return
    rows = EpochKeyRow.objects.filter(id__in=waiting, destroyed_on__isnull=False, grants=None)
    for epoch in rows.order_by("id").values_list("id", flat=True):
        state("destroyed", {"desk": str(desk_id), "epoch": str(epoch)}, [by], at=at)


def state_opened(desks: Iterable[UUID], seeds: Mapping[UUID, bytes], *, by: Hand, at: datetime) -> None:
    """Sign statements that this officer can open epoch keys made by colleagues.

    Does nothing for keys that already have such a statement. A colleague's statement about a key is trusted
    only if there is no better one (`Directory.current_epoch`).
    """
    if key_directory.doubts():
        return
    known = key_directory.directory()
    for desk in desks:
        facts = known.desk(str(desk))
        if facts is None or facts.kind == PARTNER:
            continue
        for one in known.epochs(str(desk)):
            seed = seeds.get(UUID(one.epoch))
            if seed is None or one.opened or one.ended or by.person == one.made_by:
                continue
            if by.person in known.holders(one) and public_key(seed) == one.kem:
                try:
                    with transaction.atomic():
                        state("opened", {"desk": str(desk), "epoch": one.epoch}, [by], at=at)
                except IntegrityError:  # a colleague signed at the same time: next time
                    key_directory.read_again()
                    return


def _keep_ahead(desk_id: UUID, *, by: Hand, at: datetime) -> int:
    known = key_directory.directory()
    if by.person not in known.members(str(desk_id)):
        return 0
    if known.is_ahead(str(desk_id), at.date()) and not _held_by_leavers(desk_id):
        return 0
    desk = Desk.objects.select_for_update(no_key=True).get(id=desk_id)
    key_directory.read_again()  # a colleague may have been quicker
    before = key_directory.directory().current_epoch(str(desk_id), at.date())
    made = make_epochs_ahead(desk, by=by, at=at)
    for epoch in _held_by_leavers(desk_id):
        retire(desk, UUID(epoch.epoch), by=by, at=at)
    after = key_directory.directory().current_epoch(str(desk_id), at.date())
    if before is not None and after is not None and before.epoch != after.epoch:
        _lock_colleagues(after)
    return made


def _held_by_leavers(desk: UUID) -> list[EpochKey]:
    """Return the desk's active epochs that a former member holds.

    Epochs that nobody holds are not included. An ended epoch is granted to nobody, and three shares must
    still be able to recover these.
    """
    known = key_directory.directory()
    return [
        one for one in known.epochs(str(desk)) if not one.ended and known.is_stale(one) and known.holders(one)
    ]


def _lock_colleagues(epoch: EpochKey) -> None:
    """Lock the sessions of colleagues who unlocked before a new epoch came into force.

    They do not have the new key yet and are asked for their passphrase again.
    """
    people = [UUID(person) for person in epoch.grantees]
    UnlockedKeys.objects.filter(session__officer_id__in=people).delete()


def grant_to(person: UUID, desk: UUID, *, by: Hand, seeds: Mapping[UUID, bytes], at: datetime) -> int:
    """Grant a member the desk keys that they cannot open yet, and return the number granted.

    The seeds are taken from `seeds`. `by` signs the grants and must have compared the member's key words.
    Raises Refused.
    """
    known = _trusted()
    keys = known.officer(str(person))
    if keys is None or str(person) not in known.members(str(desk)):
        raise Refused("They are not a member of the desk.")
    if known.barred(str(desk), str(person)):
        raise Refused(ON_THE_OTHER_SIDE)
    myself = by.person == str(person)  # after a recovery
    if not myself and not key_verification.load(UUID(by.person), by.seed).has_compared(str(person)):
        raise Refused("Compare their verification words first.")
    wanted = [
        one for one in known.epochs(str(desk)) if not one.ended and str(person) not in known.holders(one)
    ]
    given = [one for one in wanted if UUID(one.epoch) in seeds]
    for one in given:
        epoch = UUID(one.epoch)
        sealed = grant(seeds[epoch], keys.kem, info=grant_context(epoch, person))
        EpochGrant.objects.update_or_create(epoch_id=epoch, officer_id=person, defaults={"sealed": sealed})
        state("granted", {"desk": str(desk), "epoch": one.epoch, "grantees": [str(person)]}, [by], at=at)
    if given:
        journal.record(
            Act.EPOCH_GRANTED,
            actor=UUID(by.person),
            desk=desk,
            thing="officer",
            thing_id=person,
            detail={"epochs": len(given)},
        )
    return len(given)


def grant_to_recovery(
    desks: Iterable[UUID],
    known: key_verification.Known,
    *,
    by: UUID,
    seeds: Mapping[UUID, bytes],
    anew: bool = False,
) -> int:
    """Grant missing seeds to the desks' recovery keys, and return the number granted.

    With `anew` all of `seeds` is granted to a new recovery key. Seeds are granted only to a key whose words
    this officer has compared with the printed ones.
    """
    given = 0
    known_keys = key_directory.trusted()
    for desk in desks:
        recovery = known_keys.recovery(str(desk))
        if recovery is None or not known.has_compared(key_verification.recovery_of(desk)):
            continue
        there = EpochGrant.objects.filter(epoch__desk_id=desk, officer=None)
        has = set() if anew else set(there.values_list("epoch_id", flat=True))
        held = {UUID(one.epoch) for one in key_directory.directory().epochs(str(desk)) if not one.ended}
        for epoch in (held & seeds.keys()) - has:
            sealed = grant(seeds[epoch], recovery.kem, info=recovery_context(epoch, desk))
            EpochGrant.objects.update_or_create(epoch_id=epoch, officer=None, defaults={"sealed": sealed})
            journal.record(
                Act.EPOCH_GRANTED,
                actor=by,
                desk=desk,
                thing="epoch",
                thing_id=epoch,
                detail={"to": "recovery"},
            )
            given += 1
    return given


def retire(desk: Desk, epoch: UUID, *, by: Hand, at: datetime) -> None:
    """End an epoch on a desk member's request, so that nothing more is sealed to it.

    Another epoch must be in force. Raises Refused.
    """
    held = Appointment.objects.filter(officer_id=by.person, ended_on=None).values_list("role", "desk_id")
    gate.require(held, Capability.READDRESS, desks=[desk.id])
    known = key_directory.directory()
    current = known.current_epoch(str(desk.id), at.date())
    if current is None or current.epoch == str(epoch) or known.is_stale(current):
        raise Refused("Another key of the desk must be in force first.")
    found = known.epoch(str(desk.id), str(epoch))
    if found is None:
        raise Refused("No such key of this desk.")
    if not found.ended:
        state("ended", {"desk": str(desk.id), "epoch": str(epoch)}, [by], at=at)
        journal.record(Act.EPOCH_ENDED, actor=UUID(by.person), desk=desk.id, thing="epoch", thing_id=epoch)
    retired = EpochKeyRow.objects.filter(id=epoch, retired_at__isnull=False).exists()
    if not retired and not key_functions.retire_epoch(epoch):
        raise Refused("Another key of the desk must be in force first.")
