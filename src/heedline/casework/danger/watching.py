"""Adds the round-the-clock desk to a report with a danger to life, and removes it after discharge.

Headers are rewritten in the officer's unlocked session by functions of the database
(`database/functions/danger.sql`). Payloads stay as they are.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from heedline.audit.acts import Act
from heedline.casework.errors import SealingStopped
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys.directory import Addressee
from heedline.casework.report.handing_over import share_for
from heedline.casework.report.notes import public_keys_of
from heedline.casework.report.verb import FoundReport, record
from heedline.desks.models import EpochKeyRow
from heedline.packs import load_pack
from heedline.permits import danger_functions
from heedline.reports.models import SealedHeader
from heedline.vault.containers.container import readdress as rewrite

#: A message that arrives in between changes the parts to be rewritten: then they are read again.
_TRIES = 3

type Moved = list[tuple[UUID, bytes, bytes]]


def _watch_desk(found: FoundReport) -> Addressee | None:
    """Return the round-the-clock desk, or None if too few people there can open the report."""
    try:
        return key_directory.addressee(load_pack(settings.PACK).watch_desk, found.at.date())
    except SealingStopped:  # the statements are in doubt: the danger is recorded all the same
        return None


def add(found: FoundReport) -> bool:
    """Add the round-the-clock desk to the report's recipients, and return whether it is now one.

    Does nothing if the desk is already a recipient.
    """
    report = found.report
    to = _watch_desk(found)
    if report.watch_id is not None or (to is not None and report.desk_id == to.desk):
        return True
    added = to is not None and any(_add(found, to) for _ in range(_TRIES))
    if added and to is not None:
        report.watch_id = to.desk
    record(found, Act.DANGER_WATCHED, added=added)
    return added


def _add(found: FoundReport, to: Addressee) -> bool:
    ring = found.by.keys()
    moved: Moved = []
    for header in _parts(found):
        old = list(header.epochs)
        new = [*[epoch for epoch in old if epoch != to.epoch], to.epoch]
        sealed = bytes(header.header)
        moved.append((header.container, sealed, rewrite(sealed, ring.for_any(old), public_keys_of(new))))
    share = share_for(found, to, ring)
    return danger_functions.watch_danger(found.report.id, to.desk, to.epoch, share, moved)


def end(found: FoundReport) -> None:
    """Remove the round-the-clock desk from the report if it was added only for a danger now discharged.

    The supervisor who discharges it may be of that desk, and does not see the report any more afterwards.
    Raises SealingStopped if the parts cannot be rewritten.
    """
    report, ring = found.report, found.by.keys()
    for _ in range(_TRIES):
        leaving = set(EpochKeyRow.objects.filter(desk=report.watch_id).values_list("id", flat=True))
        moved: Moved = []
        for header in _parts(found):
            old = list(header.epochs)
            keep = [epoch for epoch in old if epoch not in leaving]
            sealed = bytes(header.header)
            moved.append((header.container, sealed, rewrite(sealed, ring.for_any(old), public_keys_of(keep))))
        if danger_functions.end_danger_watch(report.id, moved):
            return
    raise SealingStopped


def _parts(found: FoundReport) -> list[SealedHeader]:
    """Return the headers of the report's sealed parts that its desks can open.

    Leaves out the identity and what is sealed to a partner.
    """
    return list(SealedHeader.objects.filter(report=found.report).exclude(part__in=("identity", "partner")))
