"""Keeping the log: its order, its tree, and the signed checkpoints that leave the house. The worker's verbs.

The worker holds the log's key and no other. What it signs proves nothing to somebody who trusts only it; it binds the
house to what it has said before, because whoever kept an earlier checkpoint can tell when the log has another past.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from heedline.audit import journal, sequence
from heedline.audit.acts import Act
from heedline.audit.models import Checkpoint as Published
from heedline.casework import paging
from heedline.casework.checkpoints import DAY, SLOT
from heedline.dispatch.clocks import day_of, slot_of
from heedline.vault.notes import Checkpoint, NoteSigner, signed_note

#: One round of the worker sequences at most this many batches: paging must not wait for a long log.
BATCHES_A_ROUND = 5
#: So long may events wait for the sequencer before somebody is called. Counted in this process's memory.
PATIENCE = timedelta(minutes=5)


@dataclass(slots=True)
class Waiting:
    """Since when events have waited while nothing was sequenced, in seconds of a clock that only runs forward."""

    since: float | None = None


_waiting = Waiting()


def log_name() -> str:
    """The name of this installation's log: chosen, or made from the installation's id without showing it."""
    if settings.LOG_NAME:
        return str(settings.LOG_NAME)
    made = hashlib.sha256(b"heedline/v1/log-name\0" + settings.INSTALLATION.encode()).hexdigest()
    return f"heedline-log/{made[:12]}"


def origin(generation: int) -> str:
    """How the log is called in checkpoints. A restored log is another log: it may lack what the old one has signed."""
    return f"{log_name()}/{generation}"


def signer(generation: int) -> NoteSigner | None:
    """Who signs checkpoints here; None in a process that has not been given the key."""
    if not settings.LOG_KEY:
        return None
    return NoteSigner(origin(generation), bytes.fromhex(settings.LOG_KEY))


def keep(at: datetime, monotonic: float, waiting: Waiting = _waiting) -> int:
    """Sequence what has been written since the last round; returns how many events.

    Raises alarms: when the log does not add up, and when events have waited for longer than PATIENCE.
    """
    done = 0
    try:
        for _ in range(BATCHES_A_ROUND):
            new = sequence.extend()
            done += new
            if new < sequence.BATCH:
                break
    except sequence.Broken:
        paging.log_broken(at)
        return done
    if done or not sequence.events_wait():
        waiting.since = None
    elif waiting.since is None:
        waiting.since = monotonic
    elif monotonic - waiting.since > PATIENCE.total_seconds():
        paging.log_stands(at)
    return done


def publish(at: datetime) -> int:
    """Sign the log as it stands, once for each quarter hour and once for each day; returns how many were signed.

    An alarm is raised where there is no key to sign with. A log that has not grown is not signed again.
    """
    try:
        head = sequence.head()
    except sequence.Broken:
        paging.log_broken(at)
        return 0
    if head.size == 0:
        return 0
    by = signer(head.generation)
    if by is None:
        paging.log_stands(at)
        return 0
    return sum(_publish(feed, when, head, by) for feed, when in ((SLOT, slot_of(at)), (DAY, day_of(at))))


@transaction.atomic
def _publish(feed: str, when: datetime, head: sequence.Head, by: NoteSigner) -> bool:
    last = Published.objects.filter(feed=feed).order_by("-size").first()
    if last is not None and (last.slot >= when or last.size >= head.size):
        return False
    old = last.size if last is not None else 0
    proof = sequence.forest().consistency(old, head.size) if old else []
    text = Checkpoint(by.name, head.size, head.root).text
    Published.objects.create(
        feed=feed,
        size=head.size,
        generation=head.generation,
        old=old,
        slot=when,
        note=signed_note(text, [by.line(text)]),
        key=str(by.key),
        proof=b"".join(proof),
    )
    return True


# --- after a restore -------------------------------------------------------------------------------------------------


@transaction.atomic
def begin_generation() -> int:
    """Say that the log has been moved into a new database cluster, as a restore does; returns the new generation.

    Needs the rights of the tables' owner. Numbers of transactions start anew there: without this, what is written from
    now on would stand before what was restored, and the sequencer would stop.
    """
    generation = sequence.next_generation()
    journal.record(Act.LOG_RESTORED, actor=None, thing="log", detail={"generation": generation})
    return generation
