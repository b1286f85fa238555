"""Back up and restore a whole installation.

These are tasks for an operator. They open no report other than the canary.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from heedline.audit import sequence
from heedline.audit.models import Checkpoint as Published
from heedline.audit.tree import EMPTY_ROOT, Growing, leaf_hash
from heedline.backups import folder
from heedline.backups.dumping import copy_out, manifest_of, moment, note, objects_of, see_one_moment
from heedline.backups.folder import BackupWriter, Unfit
from heedline.backups.loading import Halves, as_owner, copy_in, refuse_unfit
from heedline.backups.plan import DAYS_KEPT, Side
from heedline.casework.continuity import canary, file_copies
from heedline.casework.log import keeping as log_keeping
from heedline.dispatch.clocks import slot_of
from heedline.files.copying import CopiedObjects
from heedline.vault import CannotOpen
from heedline.vault.notes import NotBelieved, Note, NoteKey, TreeHead

type BackupProgress = Callable[[str], None]


@dataclass(frozen=True)
class Taken:
    """A completed backup, with its folders and the hash of each manifest."""

    run: str
    places: dict[Side, Path]
    hashes: dict[Side, str]
    resumed: bool
    files: CopiedObjects | None = None
    """The result of copying the files, or None if their contents were not copied."""


@dataclass(frozen=True)
class Restored:
    """The outcome of a restore, with the checks that it passed.

    `canary` is None when the canary's passphrase was not supplied.
    """

    events: int
    checkpoints: int
    missing: int
    generation: int
    reports: int
    canary: bool | None
    files: CopiedObjects


def back_up(places: dict[Side, Path], *, at: datetime, told: BackupProgress) -> Taken:
    """Back up the installation in its state at a single point in time.

    Only the sides listed in `places` are copied. An interrupted run in the same place is resumed: files that
    have not changed are not written again, and the backup takes the moment of this run. Raises Unfit and
    LookupError.
    """
    places = {side: folder.fit(place) for side, place in places.items()}
    before = [folder.unfinished(place) for place in places.values()]
    run = next((one for one in before if one), None) or folder.new_run(at.date())
    running = slot_of(at)
    connection.ensure_connection()
    raw = connection.connection
    note(raw, bodies=Side.BODIES in places)
    see_one_moment(raw)
    try:
        seen = moment(raw)
        writings = {side: BackupWriter(place, run, str(side)) for side, place in places.items()}
        for side in Side:
            if side in writings:
                copy_out(raw, side, writings[side], running=running, told=told)
        objects = objects_of(raw, running=running) if Side.BODIES in places else []
    finally:
        raw.execute("ROLLBACK")
    # before the run has its name: a backup that is finished has its files
    files = file_copies.copy_to(places[Side.BODIES], objects, told) if Side.BODIES in places else None
    for side, writing in writings.items():
        writing.finish(manifest_of(seen, side, run, str(settings.ROOT), running, writing))
    done = {side: writing.give_name() for side, writing in writings.items()}
    return Taken(run, done, {side: folder.fingerprint(one) for side, one in done.items()}, any(before), files)


def restore(
    halves: Halves,
    *,
    at: datetime,
    told: BackupProgress,
    passphrase: str | None = None,
    trial: bool = False,
) -> Restored:
    """Restore a backup into an empty database and prove that it matches what was backed up.

    The files of reports are copied into the storage. A `trial` only counts whether they are in the backup.

    Must run as the owner of the tables. A restore is all or nothing: if anything stops it, the database is
    left empty. `halves` come from `loading.believed`. The log is trusted only as far as its own checkpoints
    support it. Raises Unfit.
    """
    with transaction.atomic():
        raw = connection.connection
        with as_owner(raw):
            refuse_unfit(raw, halves[Side.BODIES][1], installation=settings.INSTALLATION, demo=settings.DEMO)
            copy_in(raw, halves, told)
            told("proving the log")
            events, checkpoints, missing = _prove_log(
                [manifest.checkpoint for _, manifest in halves.values()]
            )
            opened: bool | None = None
            if passphrase is not None:
                told("opening the canary's report")
                opened = _open_canary(passphrase, at)
            reports = _count("SELECT count(*) FROM reports_report")
            files = file_copies.restore_from(halves[Side.BODIES][0], trial=trial, told=told)
        generation = log_keeping.begin_generation()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Restored(events, checkpoints, missing, generation, reports, opened, files)


def _open_canary(passphrase: str, at: datetime) -> bool:
    try:
        if not canary.read(passphrase, at=at):
            raise Unfit("This installation has no canary report. Make one: heedline canary")
    except CannotOpen:
        raise Unfit("The canary's report does not open with this passphrase.") from None
    return True


def _prove_log(newest: list[str]) -> tuple[int, int, int]:
    """Rebuild the log's Merkle tree and check every signed checkpoint against it.

    Returns the number of events, the number of checkpoints that matched, and how many events the newest
    known checkpoint has beyond those restored (when the bodies are older than the key store). Raises Unfit
    if a checkpoint does not match.
    """
    signed = {(one.generation, one.size): one for one in Published.objects.all()}
    wanted = {size for _, size in signed}
    for text in filter(None, newest):
        wanted.add(_read(text).size)
    roots = {0: EMPTY_ROOT}
    tree = Growing()
    for event in sequence.in_order(1 << 62):
        tree.add(leaf_hash(event.leaf()))
        if tree.size in wanted:
            roots[tree.size] = tree.root()
    for one in signed.values():
        try:
            Note.from_text(one.note).believe(NoteKey.from_text(one.key))
        except (NotBelieved, ValueError):
            raise Unfit(
                "A checkpoint of the log in this backup is not signed by the key beside it."
            ) from None
        said = _read(one.note)
        if said.size != one.size or roots.get(one.size) != said.root:
            raise Unfit(
                f"The log in this backup is not the one that was signed when it had {one.size} events."
            )
    missing = 0
    for text in filter(None, newest):
        said = _read(text)
        missing = max(missing, said.size - tree.size)
        if said.size <= tree.size and roots.get(said.size) != said.root:
            raise Unfit("The log in this backup is not the one of the checkpoint in its manifest.")
    return tree.size, len(signed), missing


def _read(note: str) -> TreeHead:
    try:
        return TreeHead.from_text(Note.from_text(note).text)
    except NotBelieved:
        raise Unfit("A checkpoint of the log in this backup cannot be read.") from None


def _count(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchone()
    return int(found[0]) if found else 0


def overdue_keys(place: Path, today: date) -> list[Path]:
    """Return the key store backups that are older than the maximum age."""
    return [one for one in folder.finished(place) if taken_on(one) < today - timedelta(days=DAYS_KEPT)]


def taken_on(backup: Path) -> date:
    """Return the date on which a backup was taken."""
    return datetime.fromisoformat(folder.read(backup).taken).astimezone(UTC).date()
