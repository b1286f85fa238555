"""Whose key is whose, believed only from statements that chain to the pinned root.

The public process seals to nothing else. The table of desks is never asked for a key or a desk's name: a changed row
cannot send a report to another door.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import Max

from heedline.casework.errors import SealingStopped
from heedline.desks.models import TAKE_NO_REPORTS, KeyStatement
from heedline.vault import statements
from heedline.vault.directory import DeskFacts, Directory, EpochKey

#: A route to a desk with fewer people who can open it is refused: one lost key would lose the reports.
ENOUGH_OPENERS = 2
_FRESH_SECONDS = 5.0


@dataclass
class _Known:
    asked: float
    serial: int
    root: str
    directory: Directory
    offered: dict[date, bool] = field(default_factory=dict)
    """What `identity_offered` found in this directory, by day: every question page asks, some several times."""


_known: _Known | None = None


def directory() -> Directory:
    """Return the verified directory, at most five seconds old. Raises SealingStopped when there is no pinned root."""
    global _known  # one per process: verifying is dear, and public
    now = time.monotonic()
    root = str(settings.ROOT)
    if _known is not None and _known.root == root and now - _known.asked < _FRESH_SECONDS:
        return _known.directory
    highest = KeyStatement.objects.aggregate(n=Max("serial"))["n"] or 0
    if _known is not None and _known.root == root and _known.serial == highest:
        _known.asked = now
        return _known.directory
    if not root:
        raise SealingStopped
    signed = KeyStatement.objects.order_by("serial").values_list("signed", flat=True)
    found = statements.verify_all(list(signed), root=bytes.fromhex(root), installation=settings.INSTALLATION)
    _known = _Known(now, highest, root, found)
    return found


def forget() -> None:
    """Ask again next time (after a statement was made in this process, and between tests)."""
    global _known
    _known = None


def desk_by_code(code: str) -> DeskFacts | None:
    """Return what two stewards have said of the desk with this code."""
    known = directory()
    for desk in known.desks():
        facts = known.desk(desk)
        if facts is not None and facts.code == code:
            return facts
    return None


def openers_of(desk: str, on: date) -> int:
    """How many people can open what is sealed to this desk today."""
    epoch = directory().current_epoch(desk, on)
    return 0 if epoch is None else len(directory().holders(epoch))


@dataclass(frozen=True)
class Addressee:
    """A desk that a report can be sealed to, with the epoch in force."""

    desk: UUID
    code: str
    epoch: UUID
    key: bytes
    authoriser: str | None


def addressee(code: str, on: date) -> Addressee | None:
    """Return the desk's present key, or None when fewer than two people could open it."""
    facts = desk_by_code(code)
    if facts is None:
        return None
    epoch = directory().current_epoch(facts.desk, on)
    if epoch is None or openers_of(facts.desk, on) < ENOUGH_OPENERS:
        return None
    return Addressee(UUID(facts.desk), code, UUID(epoch.epoch), epoch.kem, facts.authoriser_desk)


def authoriser_epoch(authoriser_desk: str | None, on: date) -> EpochKey | None:
    """Return the authorisers' present key, or None where nobody could decide: then no name is asked for."""
    if authoriser_desk is None:
        return None
    epoch = directory().current_epoch(authoriser_desk, on)
    return epoch if epoch is not None and directory().holders(epoch) else None


def desk_that_decides(desk: UUID | None, on: date) -> Addressee | None:
    """A desk of authorisers with its present key; None where there is none that could decide now."""
    epoch = authoriser_epoch(str(desk), on) if desk is not None else None
    facts = directory().desk(str(desk))
    if desk is None or epoch is None or facts is None:
        return None
    return Addressee(desk, facts.code, UUID(epoch.epoch), epoch.kem, None)


def identity_offered(on: date) -> bool:
    """True when every desk that may receive a report has an authoriser with keys."""
    known = directory()
    found = _known.offered if _known is not None and _known.directory is known else {}
    if on not in found:
        found[on] = _offered(known, on)
    return found[on]


def _offered(known: Directory, on: date) -> bool:
    desks = [
        facts
        for desk in known.desks()
        if (facts := known.desk(desk)) is not None and facts.kind not in TAKE_NO_REPORTS
    ]
    return bool(desks) and all(authoriser_epoch(facts.authoriser_desk, on) is not None for facts in desks)
