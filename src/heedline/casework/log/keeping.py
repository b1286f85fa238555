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
from heedline.casework.duty import paging
from heedline.casework.log.checkpoints import DAY, SLOT
from heedline.dispatch.clocks import day_of, slot_of
from heedline.vault.notes import Checkpoint, NotBelieved, Note, NoteSigner, signed_note

#: One round of the worker sequences at most this many batches: paging must not wait for a long log.
BATCHES_A_ROUND = 5
#: So long may events wait for the sequencer before somebody is called. Counted in this process's memory.
PATIENCE = timedelta(minutes=5)


#: What is in the tree is signed within this: the quarter hour that began, and one more to get it done.
SIGNED_WITHIN = timedelta(minutes=30)


@dataclass(slots=True)
class Waiting:
    """What was written and is not in the tree yet: below which horizon, and since when.

    `since`: seconds of a clock that only runs forward.
    """

    below: tuple[int, int] | None = None
    since: float = 0.0


@dataclass(slots=True)
class Unsigned:
    """How large the log was when it was last signed, and since when it has been larger (`since` as above)."""

    size: int = -1
    since: float = 0.0


_waiting = Waiting()
_unsigned = Unsigned()
_patrol = sequence.Patrol()


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

    Raises alarms: when the log does not add up, and when something that was written PATIENCE ago is still not in the
    tree, because the sequencer stands or because it cannot keep up.
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
    if waiting.below is None or not sequence.events_wait(waiting.below):
        below = sequence.horizon()
        waiting.below = below if sequence.events_wait(below) else None
        waiting.since = monotonic
    elif monotonic - waiting.since > PATIENCE.total_seconds():
        paging.log_stands(at)
    return done


def look_back(at: datetime, patrol: sequence.Patrol = _patrol) -> bool:
    """Read a portion of the old events again; returns whether they are those that were sequenced. Else an alarm is raised.

    A portion every quarter minute comes past a million events in about two hours.
    """
    try:
        sequence.recheck(patrol)
    except sequence.Broken:
        patrol.position, patrol.after = 0, sequence.BEFORE_ALL
        paging.log_broken(at)
        return False
    return True


def watch(at: datetime, monotonic: float, unsigned: Unsigned = _unsigned) -> None:
    """Raise an alarm when the log has grown and no checkpoint was signed for SIGNED_WITHIN."""
    last = Published.objects.filter(feed=SLOT).order_by("-size").values_list("size", flat=True).first() or 0
    if sequence.size() <= last:
        unsigned.size = -1
    elif unsigned.size != last:
        unsigned.size, unsigned.since = last, monotonic
    elif monotonic - unsigned.since > SIGNED_WITHIN.total_seconds():
        paging.log_stands(at)


def publish(at: datetime) -> int:
    """Sign the log as it stands, once for each quarter hour and once for each day; returns how many were signed.

    An alarm is raised where there is no key to sign with, and where the tree is not one that grew out of what was signed
    last: that is never signed. A log that has not grown is not signed again.
    """
    try:
        head = sequence.head()
        by = signer(head.generation)
        if by is None:
            if head.size:
                paging.log_stands(at)
            return 0
        return sum(_publish(feed, when, head, by) for feed, when in ((SLOT, slot_of(at)), (DAY, day_of(at))))
    except sequence.Broken:
        paging.log_broken(at)
        return 0


@transaction.atomic
def _publish(feed: str, when: datetime, head: sequence.Head, by: NoteSigner) -> bool:
    last = Published.objects.filter(feed=feed).order_by("-size").first()
    if last is not None:
        _refuse_another_past(last, head)
        if last.slot >= when or last.size == head.size:
            return False
    elif head.size == 0:
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


def _refuse_another_past(last: Published, head: sequence.Head) -> None:
    try:
        said = Checkpoint.from_text(Note.from_text(last.note).text)
        same = said.size <= head.size and sequence.forest().root(said.size) == said.root
    except (NotBelieved, ValueError):
        same = False
    if not same:
        raise sequence.Broken("The tree did not grow out of what was signed last")


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
