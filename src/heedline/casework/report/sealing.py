"""Seals a new report into two containers and two key shares.

Every report has all of these, whether or not the reporter gave a name, so that nobody can tell the
difference from outside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from heedline.casework.errors import SealingStopped
from heedline.casework.intake import arrival_times
from heedline.casework.intake.draft_files import DraftFile
from heedline.casework.intake.form_tokens import FormToken
from heedline.casework.intake.open_incidents import IncidentMark
from heedline.casework.keys.directory import Addressee, authoriser_epoch
from heedline.intake.questions import QuestionSet
from heedline.intake.record import Record
from heedline.reports.door import SealedFile, SealedPart
from heedline.vault.canonical import canonical, canonical_object
from heedline.vault.codes import ReceiptCode, body_mac, derive, lookup_hash
from heedline.vault.containers import envelope
from heedline.vault.containers.container import Container, header_for
from heedline.vault.identity import seal_identity
from heedline.vault.keys import new_seed, public_key

#: Bytes of every identity before it is sealed, given or not: room for all that the questions let anybody say of
#: themselves, in letters of four bytes. One that was longer than another's step would show that a name was given.
IDENTITY_SIZE = 7_500


@dataclass(frozen=True)
class Enclosed:
    """All data to be stored in the database for one new report."""

    lookup: bytes
    reporter_key: bytes
    body_mac: bytes
    report_part: SealedPart
    identity_part: SealedPart
    desk_shares: tuple[tuple[UUID, bytes], ...]
    authoriser_share: tuple[UUID | None, bytes]
    files: tuple[SealedFile, ...]


def addressed(files: Sequence[DraftFile], to: Sequence[Addressee]) -> tuple[SealedFile, ...]:
    """Return the files with headers sealed to these desks, leaving the stored objects unchanged."""
    keys = [one.key for one in to]
    epochs = tuple(one.epoch for one in to)
    return tuple(
        SealedFile(one.container, header_for(one.key, keys), one.object, one.size, epochs) for one in files
    )


def sums_of(files: Sequence[DraftFile]) -> dict[str, bytes]:
    """Return the file names and hashes to be covered by the MAC over a report or message."""
    return {"files": canonical([[one.name, one.sha256] for one in files])} if files else {}


def as_part(container_id: UUID, container: Container, epochs: tuple[UUID, ...]) -> SealedPart:
    """Convert a container to a `SealedPart`, with the payload hash that the log will record."""
    digest = hashlib.sha256(container.payload).digest()
    return SealedPart(container_id, container.header, container.payload, digest, epochs)


def enclose(
    new: NewReport, *, desk: Addressee, watch: Addressee | None, because: str, at: datetime
) -> Enclosed:
    """Seal a report to its desk, and its identity to the desk and the authoriser jointly.

    The report is also sealed to the round-the-clock desk that watches, if there is one. Raises
    SealingStopped if the reporter gave a name and no authoriser could ever decide about it.
    """
    keys = derive(new.code, installation=settings.INSTALLATION)
    told, who = new.record.report_part(), new.record.identity_part()
    to = [desk] if watch is None else [desk, watch]
    epochs = tuple(one.epoch for one in to)
    authoriser = authoriser_epoch(desk.authoriser, at.date())
    if authoriser is None and who is not None:
        raise SealingStopped
    report_id, identity_id = uuid4(), uuid4()
    body: dict[str, Any] = {
        "arrived_at": arrival_times.to_seal(at),  # the exact time stands only here, or nowhere
        "channel": new.channel,
        "language": new.language,
        "routed": because,
        "files": [one.entry() for one in new.files],
    }
    if new.hints:
        body["hints"] = list(new.hints)
    if new.taken_down is not None:
        body["taken_down"] = dict(new.taken_down)
    # what was told is written out once, for the seal and for the MAC
    record, identity_json = canonical(told), canonical(who)
    report = envelope.seal_part(
        canonical_object({"record": record, **{name: canonical(value) for name, value in body.items()}}),
        [one.key for one in to],
        installation=settings.INSTALLATION,
        container_id=report_id,
        part="report",
    )
    identity = seal_identity(
        (identity_json if who else b"{}").ljust(IDENTITY_SIZE),
        desk_recipients=[one.key for one in to],
        # where there is no authoriser the second half goes to a key that nobody keeps: it looks the same
        authoriser_recipient=authoriser.kem if authoriser is not None else public_key(new_seed()),
        installation=settings.INSTALLATION,
        container_id=identity_id,
    )
    return Enclosed(
        lookup=lookup_hash(keys.lookup_id),
        reporter_key=public_key(keys.reporter_seed),
        body_mac=body_mac(
            keys.mac_key,
            canonical_object(
                {
                    "record": record,
                    "who": identity_json,
                    "language": canonical(new.language),
                    **sums_of(new.files),
                }
            ),
        ),
        report_part=as_part(report_id, report, epochs),
        identity_part=as_part(identity_id, identity.container, ()),
        desk_shares=tuple(zip(epochs, identity.desk_shares, strict=True)),
        authoriser_share=(
            UUID(authoriser.epoch) if authoriser is not None else None,
            identity.authoriser_share,
        ),
        files=addressed(new.files, to),
    )


@dataclass(frozen=True)
class NewReport:
    """A new report to be submitted, before it is sealed.

    The id and the receipt code were created before sending, so that sending twice stores the report once.
    """

    report_id: UUID
    code: ReceiptCode
    channel: str
    record: Record
    question_set: QuestionSet
    language: str
    taken_down: Mapping[str, Any] | None = None
    """Details of how the report was taken down, added by `call_taking` before sealing.

    They say who took down the report, and how and when it reached the service.
    """
    hints: tuple[str, ...] = ()
    """Hints that the report may have been sent automatically.

    They are sealed as a hint for the officer who reads the report. Nothing else depends on them.
    """
    files: tuple[DraftFile, ...] = ()
    form: FormToken | None = None
    """The form token used to send the report.

    None if the report must not be held up by anything.
    """
    incident: IncidentMark | None = None
