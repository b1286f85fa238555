"""Releases earlier disclosures to a partner's new key after the partner has lost its old keys.

A partner has no recovery key, and nobody holds its old keys on its behalf. Each desk keeps its own copy
of what it sent. After hearing the maker of the new key read out its words, an officer rewrites the
partner's header from that copy. The payload stays as it was signed, and only the partner's current staff
can open the new header. The work runs in bounded batches, each in its own transaction, so an
interruption loses nothing and a second run continues with the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access import keyring, session
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.dissemination import partners
from heedline.casework.dissemination.outgoing import PARTNER_HEADER
from heedline.casework.dissemination.partners import PartnerKey
from heedline.casework.errors import NotHere
from heedline.casework.keys import key_verification
from heedline.casework.keys.directory import directory
from heedline.casework.recording import refusals_logged
from heedline.casework.report import restrictions
from heedline.desks.models import PARTNER, Desk
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import reports_of
from heedline.reports import dissemination_states as states
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Dissemination, EarlierAnswer, SealedHeader
from heedline.vault import CannotOpen
from heedline.vault.containers.container import readdress

#: Headers in one transaction: about a tenth of a second.
BATCH = 100

type RewrapProgress = Callable[[int], None]


@dataclass(frozen=True)
class RewrapRun:
    """The numbers of headers released and failed in one run.

    `failed` counts those that this officer's keys do not open. A colleague's keys may.
    """

    released: int
    failed: int


@dataclass(frozen=True)
class _Lost:
    """A header that nobody at the partner can open, with the desk's own copy.

    The header is rewritten from that copy.
    """

    key: UUID
    copy: UUID
    report: UUID
    desk: UUID
    dissemination: UUID


def lost(partner: UUID, *, by: Attendance) -> int:
    """Return the number of headers from this officer's desks that the partner can no longer open."""
    return len(_lost(partner, by))


def _lost(partner: UUID, by: Attendance) -> list[_Lost]:
    """Return the headers that the partner can no longer open, in id order."""
    rows = (
        _with_partners(by)
        .filter(partner_id=partner)
        .order_by("id")
        .values_list("key", "container", "answer_key", "answer", "report_id", "report__desk_id", "id")
    )
    pairs = [
        _Lost(key, copy, report, desk, ident)
        for sent, sent_copy, answered, answer_copy, report, desk, ident in rows
        for key, copy in ((sent, sent_copy), (answered, answer_copy))
        if key is not None and copy is not None
    ]
    pairs += [
        _Lost(one.key, one.container, one.report_id, one.dissemination.report.desk_id, one.dissemination_id)
        for one in EarlierAnswer.objects.filter(
            dissemination__in=_with_partners(by).filter(partner_id=partner)
        )
        .select_related("dissemination__report")
        .order_by("dissemination", "number")
    ]
    addressed = dict(
        SealedHeader.objects.filter(container__in=[one.key for one in pairs]).values_list(
            "container", "epochs"
        )
    )
    can = _can_open(partner, {epoch for epochs in addressed.values() for epoch in epochs})
    # without any epoch: withdrawn, also when the rest was restored from before
    return [
        one for one in pairs if addressed.get(one.key) != [] and not set(addressed.get(one.key, ())) & can
    ]


def _with_partners(by: Attendance) -> QuerySet[Dissemination]:
    """Return the disclosures from this officer's desks that a partner may open.

    Leaves out those of reports that may no longer be disclosed.
    """
    return Dissemination.objects.filter(
        state__in=states.WITH_THE_PARTNER, report__in=reports_of(by.desk_ids)
    ).exclude(report__in=restrictions.restricting().values("report"))


def _still_there(some: Iterable[UUID], by: Attendance) -> set[UUID]:
    """Return which of these disclosures a partner may still open.

    They are locked, so that this remains true until the headers are written.
    """
    rows = _with_partners(by).filter(pk__in=list(some)).select_for_update(of=("self",)).order_by("id")
    return {row.id for row in rows}


def _can_open(partner: UUID, epochs: Iterable[UUID]) -> set[UUID]:
    """Return which of these epochs have a key that the partner still holds."""
    known = directory()
    found = {epoch: known.epoch(str(partner), str(epoch)) for epoch in epochs}
    return {one for one, key in found.items() if key is not None and known.holders(key)}


def release_again(
    partner: UUID,
    passphrase: str,
    *,
    said: str = "",
    by: Attendance,
    at: datetime,
    told: RewrapProgress | None = None,
) -> RewrapRun:
    """Re-release earlier disclosures to partner staff who can no longer open them.

    Covers what this officer's desks sent. `said` is the words that the maker of the partner's new key has
    read out, needed when this officer has not compared them yet. `told` is called with the number done after
    each batch. Raises NotHere, Locked and WrongPassphrase. Raises Refused when the words differ. Raises
    NotNow when fewer than two people there could open the disclosures, or the officer has not compared the
    key. Refusals are logged.
    """
    with refusals_logged(Act.RELEASED_AGAIN, by=by.officer_id, thing="desk", thing_id=partner):
        by.require(Capability.RELEASE_AGAIN)
        ring = by.keys()
        if not Desk.objects.filter(pk=partner, kind=PARTNER).exists():
            raise NotHere
        to = partners.key_of(partner, at)
        if to is None:
            raise NotNow(partners.TOO_FEW)
        hand = keyring.hand_of(by.officer_id, passphrase)
        if said.strip():
            key_verification.compare(to.maker, said, by=hand, at=at)
            session.unlock_with_seed(by, hand.seed, at=at)  # so that this session knows it as well
        if not to.compared(key_verification.load(by.officer_id, hand.seed)):
            raise NotNow("You have not verified their key. Enter the words that they read to you.")
    released = failed = 0
    for some in batched(_lost(partner, by), BATCH, strict=False):
        with transaction.atomic():
            done = _anew(some, to, ring, by=by)
        released, failed = released + done, failed + len(some) - done
        if told is not None:
            told(released)
    return RewrapRun(released, failed)


def _anew(some: Iterable[_Lost], to: PartnerKey, ring: Keyring, *, by: Attendance) -> int:
    """Rewrite these headers for the partner's new key.

    Disclosures that were withdrawn, restricted, handed over or rewritten in the meantime are left unchanged.
    """
    there = _still_there({one.dissemination for one in some}, by)
    wanted = {one.key: one for one in some if one.dissemination in there}
    copies = SealedHeader.objects.in_bulk([one.copy for one in wanted.values()])
    locked = SealedHeader.objects.select_for_update().filter(container__in=wanted).order_by("container")
    headers = {row.container: row for row in locked}
    done = 0
    for key, one in wanted.items():
        row, copy = headers.get(key), copies.get(one.copy)
        if copy is None or (row is not None and (not row.epochs or _can_open(to.desk, row.epochs))):
            continue
        try:
            header = readdress(bytes(copy.header), ring.for_any(copy.epochs), [to.key])
        except (CannotOpen, ValueError):
            continue
        SealedHeader.objects.update_or_create(
            container=key,
            defaults={"header": header, "epochs": [to.epoch]},
            # one that a restored key store did not have
            create_defaults={
                "report_id": one.report,
                "part": PARTNER_HEADER,
                "header": header,
                "epochs": [to.epoch],
            },
        )
        journal.record(
            Act.RELEASED_AGAIN,
            actor=by.officer_id,
            desk=one.desk,
            thing="report",
            thing_id=one.report,
            detail={"dissemination": str(one.dissemination), "partner": to.code},
        )
        done += 1
    return done
