"""Worker tasks that sequence the log, maintain its tree and sign its checkpoints.

The worker holds the log's key and no other. Its signatures prove nothing to somebody who trusts only the
worker. They do bind the installation to what it said before, because anybody who kept an earlier
checkpoint can tell if the log has a different past.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from heedline.audit import journal, sequence
from heedline.audit.acts import Act
from heedline.audit.models import Checkpoint as Published
from heedline.casework.log.checkpoints import DAY, SLOT
from heedline.dispatch.clocks import day_of, slot_of
from heedline.dispatch.letters import AlarmKind
from heedline.vault.notes import NotBelieved, Note, NoteSigner, TreeHead, signed_note

#: One round of the worker sequences at most this many batches: paging must not wait for a long log.
BATCHES_A_ROUND = 5
#: So long may events wait for the sequencer before somebody is called. Counted in this process's memory.
PATIENCE = timedelta(minutes=5)


#: What is in the tree is signed within this: the quarter hour that began, and one more to get it done.
SIGNED_WITHIN = timedelta(minutes=30)


@dataclass(slots=True)
class LogBacklog:
    """Events that have been written but not yet added to the tree.

    They are below the horizon `below`. `since` is in seconds, read from a clock that only runs forward.
    """

    below: tuple[int, int] | None = None
    since: float = 0.0


@dataclass(slots=True)
class Unsigned:
    """The size of the log when last signed, and the time at which it first exceeded that size.

    `since` is in seconds, read from a clock that only runs forward.
    """

    size: int = -1
    since: float = 0.0


_waiting = LogBacklog()
_unsigned = Unsigned()
_patrol = sequence.Patrol()


def log_name() -> str:
    """Return the name of this installation's log.

    It is configured, or derived from the installation's id in a way that does not reveal the id.
    """
    if settings.LOG_NAME:
        return str(settings.LOG_NAME)
    made = hashlib.sha256(b"heedline/v1/log-name\0" + settings.INSTALLATION.encode()).hexdigest()
    return f"heedline-log/{made[:12]}"


def origin(generation: int) -> str:
    """Return the origin that identifies the log in its checkpoints.

    A restored log is a different log, because it may lack what the old one signed.
    """
    return f"{log_name()}/{generation}"


#: Raises an alarm about the whole installation. The worker passes it in, because paging lies above the log.
type RaiseAlarm = Callable[[AlarmKind, datetime], None]


def signer(generation: int) -> NoteSigner | None:
    """Return the signer of checkpoints, or None if this process does not have the key."""
    if not settings.LOG_KEY:
        return None
    return NoteSigner(origin(generation), bytes.fromhex(settings.LOG_KEY))


def keep(at: datetime, monotonic: float, waiting: LogBacklog = _waiting, *, alarm: RaiseAlarm) -> int:
    """Sequence the events written since the last run and return the number of events.

    Raises alarms if the log is inconsistent, and if something written PATIENCE ago is still not in the tree.
    In that case the sequencer has stopped or cannot keep up.
    """
    done = 0
    try:
        for _ in range(BATCHES_A_ROUND):
            new = sequence.extend()
            done += new
            if new < sequence.BATCH:
                break
    except sequence.Broken:
        alarm(AlarmKind.LOG_BROKEN, at)
        return done
    if waiting.below is None or not sequence.events_wait(waiting.below):
        below = sequence.horizon()
        waiting.below = below if sequence.events_wait(below) else None
        waiting.since = monotonic
    elif monotonic - waiting.since > PATIENCE.total_seconds():
        alarm(AlarmKind.LOG_STANDS, at)
    return done


def look_back(at: datetime, patrol: sequence.Patrol = _patrol, *, alarm: RaiseAlarm) -> bool:
    """Recheck a batch of old events and return whether they are unchanged.

    Raises an alarm if they are not. One portion every fifteen seconds covers a million events in about two
    hours.
    """
    try:
        sequence.recheck(patrol)
    except sequence.Broken:
        patrol.position, patrol.after = 0, sequence.BEFORE_ALL
        alarm(AlarmKind.LOG_BROKEN, at)
        return False
    return True


def watch(at: datetime, monotonic: float, unsigned: Unsigned = _unsigned, *, alarm: RaiseAlarm) -> None:
    """Raise an alarm if the log has grown and no checkpoint has been signed for SIGNED_WITHIN."""
    last = Published.objects.filter(feed=SLOT).order_by("-size").values_list("size", flat=True).first() or 0
    if sequence.size() <= last:
        unsigned.size = -1
    elif unsigned.size != last:
        unsigned.size, unsigned.since = last, monotonic
    elif monotonic - unsigned.since > SIGNED_WITHIN.total_seconds():
        alarm(AlarmKind.LOG_STANDS, at)


def publish(at: datetime, *, alarm: RaiseAlarm) -> int:
    """Sign the current log for each quarter hour and each day, and return the number of signatures.

    Raises an alarm if there is no key to sign with. Raises one also if the tree did not grow out of what was
    last signed, and such a tree is never signed. A log that has not grown is not signed again.
    """
    try:
        head = sequence.head()
        by = signer(head.generation)
        if by is None:
            if head.size:
                alarm(AlarmKind.LOG_STANDS, at)
            return 0
        return sum(_publish(feed, when, head, by) for feed, when in ((SLOT, slot_of(at)), (DAY, day_of(at))))
    except sequence.Broken:
        alarm(AlarmKind.LOG_BROKEN, at)
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
    text = TreeHead(by.name, head.size, head.root).text
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
        said = TreeHead.from_text(Note.from_text(last.note).text)
        same = said.size <= head.size and sequence.forest().root(said.size) == said.root
    except (NotBelieved, ValueError):
        same = False
    if not same:
        raise sequence.Broken("The tree did not grow out of what was signed last")


# --- after a restore -------------------------------------------------------------------------------------------------


@transaction.atomic
def begin_generation() -> int:
    """Record that the log was moved to a new database cluster, and return the new generation.

    A restore does this. Needs the rights of the owner of the tables. Transaction numbers start again in a
    new cluster. Without this step new events would sort before the restored ones, and the sequencer would
    stop.
    """
    generation = sequence.next_generation()
    journal.record(Act.LOG_RESTORED, actor=None, thing="log", detail={"generation": generation})
    return generation
