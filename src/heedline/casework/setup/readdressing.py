"""Readdresses sealed parts from a desk's ended epochs to its current one.

Ended epochs are destroyed afterwards. Headers and halves of identity keys are rewritten, payloads never
are. The work runs in a member's unlocked session, in bounded batches. Each batch is a transaction of its
own, so that an interruption loses nothing and a second run continues with what is left. Access of other
recipients to a part is never changed, whatever its row says (`vault.containers.container.move`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, cast
from uuid import UUID

from django.db import transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.backups.plan import DAYS_KEPT
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere, SealingStopped
from heedline.casework.keys import certificates
from heedline.casework.keys import directory as key_directory
from heedline.casework.recording import refusals_logged
from heedline.desks.models import Desk, EpochKeyRow
from heedline.permits import key_functions
from heedline.permits.capabilities import Capability
from heedline.permits.roles import GRANTS, Role
from heedline.reports.lifecycle import NotNow
from heedline.vault import CannotOpen
from heedline.vault.containers.container import move
from heedline.vault.identity import reseal_share
from heedline.vault.keys import PreparedKey, prepare
from heedline.vault.statements.directory import EpochKey

#: Parts in one transaction: about a tenth of a second.
BATCH = 200

type ReaddressingProgress = Callable[[int], None]


@dataclass(frozen=True)
class ReaddressingRun:
    """The result of one readdressing run.

    `left` is the number of parts still sealed to ended keys. `failed` is the number that these keys do not
    open.
    """

    moved: int
    failed: int
    left: int


@dataclass(frozen=True)
class EndedKey:
    """An epoch that has ended but has not been destroyed.

    From `ready_at` on it can be destroyed, once no parts are left under it.
    """

    epoch: UUID
    opens_on: date
    retired_at: datetime
    ready_at: datetime


@dataclass(frozen=True)
class Certificate:
    """A certificate of an epoch's destruction.

    `true_from` is the day from which this holds for every backup as well.
    """

    epoch: UUID
    desk_name: str
    opens_on: date
    destroyed_on: date
    true_from: date

    @property
    def words(self) -> str:
        """Return the text of the certificate."""
        return (
            f"The key {self.epoch} of {self.desk_name}, in force from {self.opens_on:%-d %B %Y}, was destroyed on "
            f"{self.destroyed_on:%-d %B %Y}. Backups of the key store are kept for at most "
            f"{DAYS_KEPT} days: from {self.true_from:%-d %B %Y} nothing that was sealed to this key alone "
            "can be opened by anybody, from any backup."
        )


def ended(desk: UUID, *, by: Attendance) -> tuple[EndedKey, ...]:
    """Return the ended but not yet destroyed epochs of one of the officer's desks.

    Raises NotHere.
    """
    _mine(desk, by)
    rows = EpochKeyRow.objects.filter(id__in=key_functions.retired(desk)).order_by("opens_on", "id")
    return tuple(
        EndedKey(row.id, row.opens_on, row.retired_at, row.retired_at + WAIT)
        for row in rows
        if row.retired_at is not None
    )


#: What was on its way when an epoch ended has arrived after this time (database/functions/readdressing.sql says the same).
WAIT = timedelta(hours=1)


def left(desk: UUID, *, by: Attendance) -> int:
    """Return the number of parts still sealed to ended epochs of one of the officer's desks.

    Raises NotHere.
    """
    _mine(desk, by)
    return sum(key_functions.left_to_move(desk))


def readdress(
    desk: UUID, *, by: Attendance, at: datetime, most: int = 2_000, told: ReaddressingProgress | None = None
) -> ReaddressingRun:
    """Readdress up to `most` parts to the desk's current epoch, in batches.

    `told` is called after each batch with the number done so far. Raises NotHere if the desk is not one of
    the officer's. Raises Locked. Raises SealingStopped if no epoch held by members alone is in force.
    """
    with refusals_logged(Act.PARTS_READDRESSED, by=by.officer_id, desk=desk):
        _mine(desk, by)
        by.require(Capability.READDRESS, desk)
        ring = by.keys()
    to = _present(desk, at)
    seeds = [prepare(ring.seeds[epoch]) for epoch in key_functions.retired(desk) if epoch in ring.seeds]
    walk = _Walk(desk, to, seeds, by.officer_id, most, told)
    walk.run(_headers)
    walk.run(_shares)
    return ReaddressingRun(walk.moved, walk.failed, sum(key_functions.left_to_move(desk)))


def destroy(epoch: UUID, *, by: Attendance, at: datetime) -> Certificate:
    """Destroy an ended epoch to which no part is sealed, by removing its grants.

    Raises NotHere if the epoch has not ended or is not of the officer's desks. Raises NotNow if it is too
    early or if parts are left.
    """
    row = EpochKeyRow.objects.select_related("desk").filter(id=epoch, destroyed_on=None).first()
    if row is None:
        raise NotHere
    with refusals_logged(
        Act.EPOCH_DESTROYED, by=by.officer_id, desk=row.desk_id, thing="epoch", thing_id=epoch
    ):
        _mine(row.desk_id, by)
        by.require(Capability.READDRESS, row.desk_id)
        match key_functions.destroy_epoch(epoch):
            case "destroyed":
                pass
            case "too-early":
                raise NotNow(
                    "A key can be destroyed one hour after it expires, once everything in transit has arrived."
                )
            case "still-used":
                raise NotNow("Some parts are still sealed to this key. Re-address them first.")
            case _:
                raise NotHere
        journal.record(
            Act.EPOCH_DESTROYED, actor=by.officer_id, desk=row.desk_id, thing="epoch", thing_id=epoch
        )
    return certificate(epoch)


def certificate(epoch: UUID) -> Certificate:
    """Return the certificate of a destroyed epoch.

    Raises NotHere if the epoch has not been destroyed.
    """
    row = EpochKeyRow.objects.select_related("desk").filter(id=epoch, destroyed_on__isnull=False).first()
    if row is None or row.destroyed_on is None:
        raise NotHere
    return Certificate(
        epoch, row.desk.name, row.opens_on, row.destroyed_on, certificates.true_from(row.destroyed_on)
    )


def key_desks(by: Attendance) -> tuple[UUID, ...]:
    """Return the desks whose keys this officer holds."""
    return tuple(
        desk
        for role, desk in by.appointments
        if desk is not None and Capability.READDRESS in GRANTS[Role(role)]
    )


def desk_of(code: str, *, by: Attendance) -> UUID:
    """Return the officer's desk with this code.

    Raises NotHere.
    """
    found = Desk.objects.filter(code=code, id__in=key_desks(by)).values_list("id", flat=True).first()
    if found is None:
        raise NotHere
    return found


def _mine(desk: UUID, by: Attendance) -> None:
    if desk not in key_desks(by):
        raise NotHere


def _present(desk: UUID, at: datetime) -> EpochKey:
    known = key_directory.trusted()
    epoch = known.current_epoch(str(desk), at.date())
    if epoch is None or known.is_stale(epoch):
        raise SealingStopped
    return epoch


@dataclass
class _Walk:
    """A batched pass over headers or identity shares sealed to a desk's ended epochs."""

    desk: UUID
    to: EpochKey
    seeds: Sequence[PreparedKey]
    officer: UUID
    most: int
    told: ReaddressingProgress | None
    moved: int = 0
    failed: int = 0

    def run(self, batch: Callable[[_Walk, UUID], tuple[UUID | None, int, int]]) -> None:
        after: UUID | None = key_functions.START
        while after is not None and self.moved < self.most:
            with transaction.atomic():
                after, moved, failed = batch(self, after)
                if moved:
                    journal.record(
                        Act.PARTS_READDRESSED,
                        actor=self.officer,
                        desk=self.desk,
                        thing="epoch",
                        thing_id=UUID(self.to.epoch),
                        detail={"parts": moved},
                    )
            self.moved, self.failed = self.moved + moved, self.failed + failed
            if self.told is not None:
                self.told(self.moved)

    @property
    def size(self) -> int:
        return min(BATCH, self.most - self.moved)


def _headers(walk: _Walk, after: UUID) -> tuple[UUID | None, int, int]:
    found = key_functions.headers_to_move(walk.desk, after=after, most=walk.size)
    moved = []
    for one in found:
        try:
            moved.append((one, move(one.header, walk.seeds, walk.to.kem)))
        except (CannotOpen, ValueError):
            continue
    done = key_functions.move_headers(walk.desk, UUID(walk.to.epoch), moved) if moved else 0
    return (found[-1].container if found else None), done, len(found) - len(moved)


def _shares(walk: _Walk, after: UUID) -> tuple[UUID | None, int, int]:
    found = key_functions.shares_to_move(walk.desk, after=after, most=walk.size)
    moved = []
    for one in found:
        for seed in walk.seeds:
            try:
                new = reseal_share(
                    one.sealed,
                    seed,
                    walk.to.kem,
                    container_id=one.container,
                    share=cast(Literal[1, 2], one.share),
                )
            except CannotOpen:
                continue
            moved.append((one, new))
            break
    done = key_functions.move_shares(walk.desk, UUID(walk.to.epoch), moved) if moved else 0
    return (found[-1].id if found else None), done, len(found) - len(moved)
