"""Published checkpoints of the log, distributed by email, on the public site and to witnesses.

There are two feeds. Each is a chain in which every checkpoint is proven to extend the one before. The
number of leaves reveals how much the office does, so the quarter-hourly feed goes only into the office's
own emails. Everybody else gets one checkpoint a day.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from heedline.audit.models import Checkpoint as Published
from heedline.casework.log.proofs import MAIL_MARK, Growth
from heedline.dispatch.clocks import slot_of
from heedline.vault.notes import Note

DAY, SLOT = "day", "slot"
_STALE_AFTER = timedelta(days=2)


def mail_words(at: datetime) -> str:
    """Return the checkpoint to include in an email, as short lines of plain ASCII.

    This is the latest checkpoint signed before the current quarter hour. All emails of a quarter hour carry
    the same one, so that it reveals no more about their time than their date does. Empty if nothing has been
    signed yet.
    """
    found = Published.objects.filter(feed=SLOT, slot__lt=slot_of(at)).order_by("-size").first()
    if found is None:
        return ""
    note = Note.from_text(found.note)
    signed = note.signatures[0]
    made = b64encode(signed.hash + signed.made).decode()
    half = len(made) // 2
    return f"{MAIL_MARK}\n{note.text}{made[:half]}\n{made[half:]}\n"


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A published checkpoint, with its signed note, key and consistency proof.

    `slot` is its day. `old` is the size from which it was proven to grow.
    """

    note: str
    key: str
    size: int
    old: int
    proof: tuple[bytes, ...]
    slot: datetime

    @property
    def growth(self) -> str:
        """Return the body of C2SP's add-checkpoint request, to be sent to a witness.

        It contains the old size, the proof and the checkpoint.
        """
        return Growth(self.old, self.proof, self.note).text


def latest(feed: str = DAY) -> SignedHead | None:
    """Return the last checkpoint of a feed, or None.

    The public process sees only the daily feed.
    """
    return _read(Published.objects.filter(feed=feed).order_by("-size").first())


def is_stale(head: SignedHead, at: datetime) -> bool:
    """Return whether a daily checkpoint is overdue.

    The office works every day.
    """
    return at - head.slot > _STALE_AFTER


def after(size: int, feed: str = DAY) -> SignedHead | None:
    """Return the checkpoint whose consistency proof starts at `size` leaves, or None.

    Size 0 returns the first checkpoint of the feed.
    """
    return _read(Published.objects.filter(feed=feed, old=size).first())


def chain(feed: str) -> Sequence[SignedHead]:
    """Return every checkpoint of a feed, oldest first."""
    found = (_read(one) for one in Published.objects.filter(feed=feed).order_by("size"))
    return [one for one in found if one is not None]


def _read(found: Published | None) -> SignedHead | None:
    if found is None:
        return None
    raw = bytes(found.proof)
    proof = tuple(raw[at : at + 32] for at in range(0, len(raw), 32))
    return SignedHead(found.note, found.key, found.size, found.old, proof, found.slot)
