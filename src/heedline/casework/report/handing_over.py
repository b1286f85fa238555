"""Resealing of a report's headers to another desk's key when the report is handed over.

The headers are rewritten in the officer's unlocked session. The payloads stay as they are.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from heedline.casework.access.keyring import Keyring
from heedline.casework.errors import SealingStopped
from heedline.casework.keys.directory import Addressee
from heedline.casework.report.notes import public_keys_of
from heedline.casework.report.verb import FoundReport
from heedline.desks.models import Desk, EpochKeyRow
from heedline.permits import functions
from heedline.reports.models import HandOver, SealedHeader
from heedline.reports.models.hand_overs import HandOverState
from heedline.vault.containers.container import readdress as rewrite
from heedline.vault.identity import reseal_share


def readdress(
    found: FoundReport, to: Addressee, *, from_desk: UUID, due_at: datetime, accept_by: datetime | None
) -> None:
    """Reseal a report's headers to another desk's key, and record the handover.

    The other desk accepts it by `accept_by`. Without that time it is returned to the desk that handed it over. The
    round-the-clock desk remains a recipient. Raises CannotOpen if this officer's keys do not open the
    report, and SealingStopped if somebody else moved it in the meantime.
    """
    ring = found.by.keys()
    stays = Desk.objects.filter(id=from_desk, round_the_clock=True).exists()  # it goes on watching
    leaving = (
        set() if stays else set(EpochKeyRow.objects.filter(desk_id=from_desk).values_list("id", flat=True))
    )
    parts = SealedHeader.objects.filter(report_id=found.report.id)
    moved = []
    for header in parts.exclude(part__in=("identity", "partner")):  # a partner's header is the partner's
        old = list(header.epochs)
        keep = [epoch for epoch in old if epoch not in leaving]
        new = [*[epoch for epoch in keep if epoch != to.epoch], to.epoch]
        sealed = bytes(header.header)
        moved.append((header.container, sealed, rewrite(sealed, ring.for_any(old), public_keys_of(new))))
    share = share_for(found, to, ring)
    version = found.report.version
    if not functions.hand_over(
        found.report.id,
        to.desk,
        due_at,
        version,
        from_desk,
        to.epoch,
        share,
        moved,
        accept_by=accept_by,
        returns=accept_by is None,
    ):
        raise SealingStopped


def accepted(found: FoundReport) -> None:
    """Record that an officer of the receiving desk has accepted the report.

    Does nothing if the report was not being handed over.
    """
    HandOver.objects.filter(report_id=found.report.id, state=HandOverState.WAITING).update(
        state=HandOverState.ACCEPTED, ended_by_id=found.by.officer_id, ended_at=found.at
    )


#: Why a report cannot be handed on before its own handover has been accepted.
NOT_ACCEPTED = "Another desk has handed this report over. Accept it first, or return it."
_WAITING = HandOver.objects.filter(report=OuterRef("pk"), state=HandOverState.WAITING)
#: The name of the desk that handed a report over, as a column beside the report, until the report is accepted.
OFFERED_FROM = Subquery(_WAITING.values("from_desk__name")[:1])


def offered_by(report: UUID) -> Desk | None:
    """Return the desk that handed a report over, or None if no handover awaits acceptance."""
    rows = HandOver.objects.filter(report_id=report, state=HandOverState.WAITING).select_related("from_desk")
    found = rows.first()
    return found.from_desk if found is not None else None


def share_for(found: FoundReport, to: Addressee, ring: Keyring) -> bytes | None:
    """Return the desk's share of the identity key, resealed to the receiving desk.

    Returns None if the identity has reached the end of its retention period and was disposed of.
    """
    identity = (
        SealedHeader.objects.only("container").filter(report_id=found.report.id, part="identity").first()
    )
    if identity is None:
        return None
    for epoch, sealed in functions.desk_shares(found.report.id):
        seeds = ring.for_any([epoch]) if epoch is not None else []
        if seeds:
            return reseal_share(sealed, seeds[0], to.key, container_id=identity.container, share=1)
    raise SealingStopped
