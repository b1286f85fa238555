"""Backing up and restoring: what an operator does to the whole installation. Opens nothing but the canary."""

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
from heedline.backups.dumping import copy_out, manifest_of, moment, note, see_one_moment
from heedline.backups.folder import Unfit, Writing
from heedline.backups.loading import Halves, as_owner, copy_in, refuse_unfit
from heedline.backups.plan import DAYS_KEPT, Side
from heedline.casework.continuity import canary
from heedline.casework.log import keeping as log_keeping
from heedline.dispatch.clocks import slot_of
from heedline.vault import CannotOpen
from heedline.vault.notes import Checkpoint, NotBelieved, Note, NoteKey

type Told = Callable[[str], None]


@dataclass(frozen=True)
class Taken:
    """A finished backup: its two folders, and the hash of each manifest."""

    run: str
    places: dict[Side, Path]
    hashes: dict[Side, str]
    resumed: bool


@dataclass(frozen=True)
class Restored:
    """What was restored and what was proven. `canary`: None when nobody brought its passphrase."""

    events: int
    checkpoints: int
    missing: int
    generation: int
    reports: int
    canary: bool | None


def back_up(places: dict[Side, Path], *, at: datetime, told: Told) -> Taken:
    """Copy the installation as it is at one moment; only the sides that have a place. Raises Unfit, LookupError.

    A run that was interrupted there is taken up: what is still the same is not written again, and the moment is this one.
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
        writings = {side: Writing(place, run, str(side)) for side, place in places.items()}
        for side in Side:
            if side in writings:
                copy_out(raw, side, writings[side], running=running, told=told)
    finally:
        raw.execute("ROLLBACK")
    for side, writing in writings.items():
        writing.finish(manifest_of(seen, side, run, str(settings.ROOT), running, writing))
    done = {side: writing.give_name() for side, writing in writings.items()}
    return Taken(run, done, {side: folder.fingerprint(one) for side, one in done.items()}, any(before))


def restore(halves: Halves, *, at: datetime, told: Told, passphrase: str | None = None) -> Restored:
    """Fill an empty database, and prove that it is what was backed up. As the tables' owner. Raises Unfit.

    All or nothing: whatever stops it, the database is as empty as before. `halves` come from `loading.believed`; the log is
    believed only as far as its own checkpoints bear it out.
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
        generation = log_keeping.begin_generation()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Restored(events, checkpoints, missing, generation, reports, opened)


def _open_canary(passphrase: str, at: datetime) -> bool:
    try:
        if not canary.read(passphrase, at=at):
            raise Unfit("This installation has no canary report. Make one: heedline canary")
    except CannotOpen:
        raise Unfit("The canary's report does not open with this passphrase.") from None
    return True


def _prove_log(newest: list[str]) -> tuple[int, int, int]:
    """Make the log's tree again and hold every signed checkpoint against it. Raises Unfit where one does not fit.

    Returns how many events there are, how many checkpoints fitted, and how many events the newest known checkpoint has
    beyond those that were restored (bodies older than the key store).
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


def _read(note: str) -> Checkpoint:
    try:
        return Checkpoint.from_text(Note.from_text(note).text)
    except NotBelieved:
        raise Unfit("A checkpoint of the log in this backup cannot be read.") from None


def _count(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchone()
    return int(found[0]) if found else 0


def overdue_keys(place: Path, today: date) -> list[Path]:
    """Copies of the key store that are older than they may be."""
    return [one for one in folder.finished(place) if taken_on(one) < today - timedelta(days=DAYS_KEPT)]


def taken_on(backup: Path) -> date:
    """The day of a backup."""
    return datetime.fromisoformat(folder.read(backup).taken).astimezone(UTC).date()
