"""Certificates of disposal.

Each is signed by the two officers who carried out the disposal. Anybody who has the root key can check
it, without a database. A certificate names the report by its id and its payloads by their hashes, so
that the contents of an old copy of the bodies can be compared with it. It reveals nothing of the
report's content.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from heedline.backups.plan import DAYS_KEPT
from heedline.casework.keys import session_signing
from heedline.casework.keys.session_signing import Voice
from heedline.desks.models import KeyStatement
from heedline.reports.models import Disposal
from heedline.vault.canonical import canonical
from heedline.vault.statements.directory import Directory
from heedline.vault.statements.verification import verify_all

VERSION = 1


class NotGenuine(Exception):
    """Raised when the certificate was altered, or not signed by two officers of this installation."""


@dataclass(frozen=True)
class Shown:
    """The contents of a verified disposal certificate."""

    report: UUID
    desk: str
    group: str
    reason: str
    proposed_on: date
    disposed_on: date
    true_from: date
    proposed_by: UUID
    confirmed_by: UUID
    payloads: tuple[str, ...]


def proposal(
    disposal: UUID, report: UUID, *, desk: str, group: str, reason: str, on: date, by: Voice
) -> dict[str, Any]:
    """Return a signed proposal to dispose of a report."""
    body = {
        "v": VERSION,
        "what": "proposal",
        "installation": settings.INSTALLATION,
        "disposal": str(disposal),
        "report": str(report),
        "desk": desk,
        "group": group,
        "reason": reason,
        "on": on.isoformat(),
    }
    return {"body": body, "voice": session_signing.attest(by, canonical(body))}


def certificate(
    proposed: Mapping[str, Any], payloads: Sequence[str], *, on: date, by: Voice
) -> dict[str, Any]:
    """Return a signed certificate that a disposal was carried out.

    It contains the whole proposal, what was removed, and the day from which this is true of all copies.
    """
    body = {
        **proposed["body"],
        "what": "disposal",
        "proposed_on": proposed["body"]["on"],
        "on": on.isoformat(),
        "true_from": true_from(on).isoformat(),
        "key_store_kept_days": DAYS_KEPT,
        "payloads": sorted(payloads),
    }
    return {"body": body, "voice": session_signing.attest(by, canonical(body)), "proposal": dict(proposed)}


def true_from(on: date) -> date:
    """Return the first day on which every backup of the key store taken up to `on` has expired.

    Until then such a copy could still be used to open the report.
    """
    return on + timedelta(days=DAYS_KEPT + 1)


def check(paper: Mapping[str, Any], known: Directory) -> Shown:
    """Verify both signatures and return the content of the certificate.

    Raises NotGenuine.
    """
    try:
        body, proposed = paper["body"], paper["proposal"]
        asked = proposed["body"]
        shown = Shown(
            report=UUID(body["report"]),
            desk=body["desk"],
            group=body["group"],
            reason=body["reason"],
            proposed_on=date.fromisoformat(asked["on"]),
            disposed_on=date.fromisoformat(body["on"]),
            true_from=date.fromisoformat(body["true_from"]),
            proposed_by=UUID(proposed["voice"]["officer"]),
            confirmed_by=UUID(paper["voice"]["officer"]),
            payloads=tuple(body["payloads"]),
        )
        same = all(
            body[name] == asked[name]
            for name in ("v", "installation", "disposal", "report", "desk", "group", "reason")
        )
        whole = (body["what"], asked["what"], body["proposed_on"]) == ("disposal", "proposal", asked["on"])
    except (KeyError, ValueError, TypeError):
        raise NotGenuine from None
    installation = str(body["installation"])
    signed = session_signing.is_attested(
        proposed["voice"], canonical(asked), on=shown.proposed_on, known=known, installation=installation
    ) and session_signing.is_attested(
        paper["voice"], canonical(body), on=shown.disposed_on, known=known, installation=installation
    )
    apart = shown.proposed_by != shown.confirmed_by
    late = shown.true_from >= shown.disposed_on + timedelta(days=int(body["key_store_kept_days"]))
    if not (same and whole and signed and apart and late):
        raise NotGenuine
    return shown


def bundle(disposal: Disposal) -> str:
    """Return a disposal certificate and all signed key statements as JSON.

    This is all that `heedline certificate` needs besides the root key.
    """
    said = list(KeyStatement.objects.order_by("serial").values_list("signed", flat=True))
    return json.dumps({"certificate": disposal.certificate, "statements": said}, indent=1) + "\n"


def check_bundle(text: str, *, root: str) -> Shown:
    """Verify the output of `bundle` using only the root key, in hexadecimal.

    Raises NotGenuine.
    """
    try:
        told = json.loads(text)
        installation = str(told["certificate"]["body"]["installation"])
        known = verify_all(list(told["statements"]), root=bytes.fromhex(root), installation=installation)
    except (KeyError, ValueError, TypeError):
        raise NotGenuine from None
    return check(told["certificate"], known)
