"""Certificates of disposal: signed by the two who did it, checked by anybody who has the root key. No database needed.

A certificate names the report by its id and its payloads by their hashes, so that what lies in an old copy of the bodies
can be held against it. It says nothing of what the report said.
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
from heedline.casework.report.sealing import canonical
from heedline.desks.models import KeyStatement
from heedline.reports.models import Disposal
from heedline.vault.directory import Directory
from heedline.vault.statements import verify_all

VERSION = 1


class NotGenuine(Exception):
    """This paper was not signed by two officers of this installation, or says something else than they signed."""


@dataclass(frozen=True)
class Shown:
    """What a genuine certificate says."""

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
    """What is proposed, and its signature."""
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
    """That it was done: everything that was proposed, what was removed, and from when on that is true of all copies."""
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
    """The first day after the last on which a copy of the key store from before may lie about, and so a way to open it."""
    return on + timedelta(days=DAYS_KEPT + 1)


def check(paper: Mapping[str, Any], known: Directory) -> Shown:
    """What a certificate says, once both signatures were checked. Raises NotGenuine."""
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
    """A certificate with the statements that it hangs on: all that `heedline certificate` needs besides the root key."""
    said = list(KeyStatement.objects.order_by("serial").values_list("signed", flat=True))
    return json.dumps({"certificate": disposal.certificate, "statements": said}, indent=1) + "\n"


def check_bundle(text: str, *, root: str) -> Shown:
    """Check what `bundle` wrote, by the root key (hex) alone. Raises NotGenuine."""
    try:
        told = json.loads(text)
        installation = str(told["certificate"]["body"]["installation"])
        known = verify_all(list(told["statements"]), root=bytes.fromhex(root), installation=installation)
    except (KeyError, ValueError, TypeError):
        raise NotGenuine from None
    return check(told["certificate"], known)
