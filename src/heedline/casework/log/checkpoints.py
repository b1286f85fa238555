"""The checkpoints that leave the house: in mails, on the public site, for witnesses.

There are two feeds, each a chain in which every checkpoint is proven to have grown out of the one before. The number of
leaves counts what the office does, so the feed of quarter hours goes to the house's own mails only; everyone else gets
one checkpoint a day.
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
    """The latest checkpoint that was signed before this quarter hour, for a mail: short lines of plain ASCII.

    All mails of a quarter hour carry the same one, so that it says no more of their time than their date does. Empty
    while nothing has been signed.
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
    """A published checkpoint: the note as it was signed, the key, the day, and from which size it was proven to grow."""

    note: str
    key: str
    size: int
    old: int
    proof: tuple[bytes, ...]
    slot: datetime

    @property
    def growth(self) -> str:
        """The body of C2SP's add-checkpoint: from which size, the proof, the checkpoint. What a witness asks for."""
        return Growth(self.old, self.proof, self.note).text


def latest(feed: str = DAY) -> SignedHead | None:
    """The last checkpoint of a feed, or None. The public process sees the feed of days only."""
    return _read(Published.objects.filter(feed=feed).order_by("-size").first())


def is_stale(head: SignedHead, at: datetime) -> bool:
    """Whether a daily checkpoint should have been followed by another: the office works every day."""
    return at - head.slot > _STALE_AFTER


def after(size: int, feed: str = DAY) -> SignedHead | None:
    """The checkpoint of a feed that was proven to grow out of the one with `size` leaves (0: the first); or None."""
    return _read(Published.objects.filter(feed=feed, old=size).first())


def chain(feed: str) -> Sequence[SignedHead]:
    """Every checkpoint of a feed, oldest first."""
    found = (_read(one) for one in Published.objects.filter(feed=feed).order_by("size"))
    return [one for one in found if one is not None]


def _read(found: Published | None) -> SignedHead | None:
    if found is None:
        return None
    raw = bytes(found.proof)
    proof = tuple(raw[at : at + 32] for at in range(0, len(raw), 32))
    return SignedHead(found.note, found.key, found.size, found.old, proof, found.slot)
