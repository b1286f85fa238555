"""Opens a reporter's identity for the officer who requested it, within the granted time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access import keyring
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.identity.requests import (
    FOR_A_LIFE,
    OPEN,
    PART,
    let_pass,
    released_to,
    request_on_the_record,
    requests_of,
)
from heedline.casework.report import notes
from heedline.casework.report.opening import short_name
from heedline.permits import functions
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import IdentityRequest, ReleasedShare, Report, SealedHeader, SealedPayload
from heedline.vault import CannotOpen
from heedline.vault.containers import envelope
from heedline.vault.containers.container import Container
from heedline.vault.identity import open_identity, open_released_share, open_share

#: The reason that officers read if an identity opens but was not written by this program. Anyone can seal to a public key.
UNREADABLE: Final = "The identity was opened, but its contents are damaged and cannot be shown. Tell an overseer and a steward."


@dataclass(frozen=True)
class OpenedIdentity:
    """The reporter's identity as the reporter gave it.

    `answers` is {page: {question: answer}}, and is empty when the reporter gave none.
    """

    request: UUID
    report: UUID
    kind: str
    question_set: str
    answers: dict[str, dict[str, object]] = field(repr=False)
    opened_at: datetime
    until: datetime


def open_now(
    request_id: UUID, passphrase: str, *, confirmed: bool = False, by: Attendance, at: datetime
) -> OpenedIdentity:
    """Open the reporter's identity for the requesting officer, using their passphrase.

    Available only within the granted time, and logged first. `confirmed` says that the officer has confirmed the
    authoriser's conditions. Raises NotHere for everyone else, NotNow before and after that time, while conditions are not
    confirmed and if the contents are damaged, WrongPassphrase, Locked and CannotOpen.
    """
    with request_on_the_record(Act.IDENTITY_OPENED, by=by, request=request_id):
        asked, report, until, missing = _mine(request_id, by, at)
        ring = by.keys()
        conditions = _conditions(asked, ring)
        if conditions and not confirmed:
            raise NotNow("Confirm the conditions of the authoriser first.")
        seed = keyring.hand_of(by.officer_id, passphrase).seed
        answers = _opened(asked, seed, ring)
        # Not compared with the officer's own terms: a hit would say for good that a name was given, and whose (ADR 27).
        journal.record(
            Act.IDENTITY_OPENED,
            actor=by.officer_id,
            desk=report.desk_id,
            thing="report",
            thing_id=report.id,
            detail={"request": str(request_id), **({"confirmed": True} if conditions else {})},
        )
        let_pass(asked, missing, Capability.OPEN_IDENTITY, by)
    return OpenedIdentity(request_id, report.id, report.kind, report.question_set, answers, at, until)


@dataclass(frozen=True)
class Openable:
    """An approved identity request, which this officer can open now.

    `conditions` are those of the authoriser, or "".
    """

    report: UUID
    short: str
    until: datetime
    conditions: str = field(repr=False, default="")


def may_open(request_id: UUID, *, by: Attendance, at: datetime) -> Openable:
    """Return the request, if this officer can now open the identity with their passphrase.

    Opens only the conditions. Raises NotHere, NotNow, Locked and CannotOpen.
    """
    asked, report, until, _ = _mine(request_id, by, at)
    return Openable(asked.report_id, short_name(report.id), until, _conditions(asked, by.keys()))


def _conditions(asked: IdentityRequest, ring: Keyring) -> str:
    """Return the conditions on which the identity was released, or "".

    Raises CannotOpen if they cannot be read: nothing opens under conditions that nobody knows.
    """
    part = functions.release_words(asked.id).get(asked.decided_words) if asked.decided_words else None
    if asked.decided_words is None or part is None:
        raise CannotOpen
    said = notes.open_words(asked.decided_words, part.header, part.payload, ring.for_any(part.epochs), PART)
    return str(said.get("conditions", ""))


def _mine(request_id: UUID, by: Attendance, at: datetime) -> tuple[IdentityRequest, Report, datetime, str]:
    """Return this officer's request with its report, expiry time and any training waived in an emergency."""
    asked = requests_of(by).filter(pk=request_id, asked_by_id=by.officer_id, purpose=OPEN).first()
    report = reports_of(by.desk_ids).filter(pk=asked.report_id).first() if asked is not None else None
    if asked is None or report is None:
        raise NotHere
    missing = by.require(
        Capability.OPEN_IDENTITY, report.desk_id, report.watch_id, excused=asked.ground in FOR_A_LIFE
    )
    if asked.decided_at is None:
        raise NotNow("No authoriser has decided yet.")
    if asked.opens_until is None:
        raise NotNow("The request was refused. You can make a new request with new reasons.")
    if asked.opens_until <= at:
        raise NotNow("The access time has expired. You can make a new request with new reasons.")
    return asked, report, asked.opens_until, missing


def _opened(asked: IdentityRequest, seed: bytes, ring: Keyring) -> dict[str, dict[str, object]]:
    """Combine the two shares of the key and open the identity.

    Raises CannotOpen, and NotNow if the access time has expired or the contents are damaged.
    """
    header = SealedHeader.objects.get(report_id=asked.report_id, part="identity")
    body = SealedPayload.objects.only("payload").get(container=header.container)
    released = ReleasedShare.objects.filter(request_id=asked.id, officer_id=asked.asked_by_id).first()
    if released is None or released.sealed is None:
        raise NotNow("The access time has expired. You can make a new request with new reasons.")
    share2 = open_released_share(
        bytes(released.sealed), seed, container_id=header.container, officer=released_to(asked)
    )
    opened = open_identity(
        Container(bytes(header.header), bytes(body.payload)),
        _desk_half(asked.report_id, header.container, ring),
        share2,
        installation=settings.INSTALLATION,
        container_id=header.container,
    )
    return _answers(opened)


def _answers(body: bytes) -> dict[str, dict[str, object]]:
    """Return the answers in an opened identity.

    Raises NotNow if the body is not in the form in which this program seals answers.
    """
    try:
        answers = envelope.object_of(body)
    except CannotOpen:
        raise NotNow(UNREADABLE) from None
    if not all(isinstance(page, dict) for page in answers.values()):
        raise NotNow(UNREADABLE)
    return answers


def _desk_half(report: UUID, container: UUID, ring: Keyring) -> bytes:
    for epoch, sealed in functions.desk_shares(report):
        for seed in ring.for_any([epoch] if epoch is not None else []):
            return open_share(sealed, seed, container_id=container, share=1)
    raise CannotOpen
