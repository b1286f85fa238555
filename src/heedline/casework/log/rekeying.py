"""Replaces the log's signing key.

The operator of the installation does this (role `backup`) while the worker is stopped.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from heedline.audit.models import Checkpoint as Published
from heedline.casework.log.keys import change
from heedline.casework.log.proofs import Unreadable, read_note
from heedline.dispatch.models import WorkerBeat
from heedline.vault.notes import NoteSigner, TreeHead

#: The worker says every minute that it runs.
SILENT = timedelta(minutes=3)


def paper(old: bytes, new: bytes, *, at: datetime) -> str:
    """Return the signed document that replaces the log's signing key `old` with `new`.

    Both keys are seeds of 32 bytes. Raises Unreadable while the worker is running, because it could sign
    more with the old key. Also raises Unreadable if nothing has been signed yet, or if `old` is not the key
    that signed last.
    """
    if WorkerBeat.objects.filter(minute__gt=at - SILENT).exists():
        raise Unreadable(
            "The worker runs, or ran within three minutes. Stop it first: it signs with the old key"
        )
    last = Published.objects.order_by("-size", "-slot").first()
    if last is None:
        raise Unreadable("Nothing was signed yet: give the worker the new key")
    tree = TreeHead.from_text(read_note(last.note).text)
    if str(NoteSigner(tree.origin, old).key) != last.key:
        raise Unreadable("This is not the key that signed the log last")
    return change(tree, old, new)
