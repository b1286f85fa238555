"""The `heedline audit` commands, which export the log and check it against its signed checkpoints.

`export` and `prove` query the database (as the role `backup`). `verify`, `check` and `prove --from` need
neither a database nor settings. The exit codes are 0 if everything matches, 1 if the log is not the one
that was signed, 2 for a wrong command line, and 3 if no answer can be given because something is missing
or cannot be read.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from heedline.casework.log import proofs as log_proofs
from heedline.casework.log import verifying as log_verifying
from heedline.casework.log.folder import Folder
from heedline.casework.log.keys import KeyChange, LogKeys
from heedline.casework.log.proofs import EventProof, Growth, Unreadable, read_key, read_note

if TYPE_CHECKING:
    from heedline.vault.notes import NoteKey

FITS, CHANGED, UNKNOWN = 0, 1, 3


def say(words: str) -> None:
    """Print one line of the command's output."""
    print(words)  # noqa: T201 - the command's own words


def tell(words: str) -> None:
    """Print progress or an error message for the operator."""
    print(words, file=sys.stderr, flush=True)  # noqa: T201 - the command's own words


def text_of(source: str) -> str:
    """Return the text of a file, or of standard input for `-`.

    Raises Unreadable.
    """
    try:
        return sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise Unreadable(f"{source} cannot be read") from None


def key_of(given: str) -> NoteKey:
    """Return a public key, given as text or as the name of a file that contains it.

    Raises Unreadable.
    """
    return read_key(given if given.count("+") >= 2 and not Path(given).exists() else text_of(given))


def changes_of(args: argparse.Namespace) -> list[KeyChange]:
    """Return the log key changes from the files supplied on the command line.

    Raises Unreadable.
    """
    return [KeyChange.from_text(text_of(one)) for one in args.change]


def settled(args: argparse.Namespace, home: Path) -> int:
    """Run the command named by `args.run` and return its exit code."""
    calls: dict[str, Callable[[], int]] = {
        "export": lambda: export(args, home),
        "prove": lambda: prove(args, home),
        "verify": lambda: verify(args),
        "check": lambda: check(args),
        "new-key": lambda: new_key(args, home),
    }
    try:
        return calls[args.run]()
    except Unreadable as reason:
        tell(f"heedline audit: {reason}.")
        return UNKNOWN


# --- from the database -------------------------------------------------------------------------------------------------


def _sign_in(home: Path) -> None:
    """Set up Django for the `backup` process, after finding the database URL to use.

    The address comes from the environment or from this home's own running database.
    """
    from heedline.launch import CannotStart, places, postgres, server

    url = os.environ.get("HEEDLINE_DATABASE_URL_BACKUP") or os.environ.get("HEEDLINE_DATABASE_URL")
    if not url:
        place = places.recorded(home)
        if place is None or server.postmaster(place.data) is None:
            raise CannotStart(
                f"No database runs in {home}. Start Heedline first, or set HEEDLINE_DATABASE_URL_BACKUP."
            )
        url = postgres.start(home).url("backup")  # runs already: this only says where
    os.environ["HEEDLINE_DATABASE_URL"] = url
    os.environ.setdefault("HEEDLINE_SECRET_KEY", secrets.token_hex(32))  # it signs nothing
    os.environ["HEEDLINE_PROCESS"] = "backup"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heedline.config.settings")
    from heedline.config.starting import set_up_django

    set_up_django()


def export(args: argparse.Namespace, home: Path) -> int:
    """Export the log to a folder, or continue an earlier export."""
    _sign_in(home)
    from heedline.casework.log import export as log_export

    try:
        done = log_export.export(
            Path(args.folder), lambda count, of: tell(f"exported {count:,} of {of:,} events")
        )
    except log_export.AnotherLog as reason:
        say(f"WRONG  {reason}. Nothing in the folder was changed. Export into a new one, and compare.")
        return CHANGED
    say(
        f"ok     {done.events:,} events ({done.new:,} of them new) and {done.checkpoints:,} signed checkpoints"
    )
    if done.events != done.sequenced:
        say(f"WRONG  {done.sequenced:,} events were put into the tree, {done.events:,} are there")
        return CHANGED
    say(f"       Next: heedline audit verify {args.folder} --checkpoint FILE")
    return FITS


def prove(args: argparse.Namespace, home: Path) -> int:
    """Print a proof that an event is in the log, or that the log extends an earlier one."""
    source: Folder | None = Folder(Path(args.folder)) if args.folder else None
    if source is None:
        _sign_in(home)
    say(_event_proof(args, source) if args.what == "event" else _growth(args, source))
    return FITS


def _event_proof(args: argparse.Namespace, source: Folder | None) -> str:
    from heedline.casework.log import proving as log_proving

    log = log_proving.log_in(source)
    position = log.find(args.number) if args.by_id else args.number
    return log_proving.of_event(log, position).text.removesuffix("\n")


def _growth(args: argparse.Namespace, source: Folder | None) -> str:
    from heedline.casework.log import proving as log_proving

    return log_proving.of_growth(log_proving.log_in(source), args.old, args.new).text.removesuffix("\n")


def new_key(args: argparse.Namespace, home: Path) -> int:
    """Create a new log key and print the statement by which the old key hands over to it."""
    try:
        old = bytes.fromhex(text_of(args.old).strip())
    except ValueError:
        raise Unreadable(f"{args.old} holds no key") from None
    _sign_in(home)
    from heedline.casework.access import session
    from heedline.casework.log import rekeying as log_rekeying
    from heedline.launch.home import write_private

    place, new = Path(args.new), secrets.token_bytes(32)
    if place.exists():
        raise Unreadable(f"{place} is there already, and is never written over")
    paper = log_rekeying.paper(old, new, at=session.now())
    write_private(place, new.hex())
    say(paper.removesuffix("\n"))
    tell(
        f"       The new key lies in {place}. Start the worker with it (HEEDLINE_LOG_KEY_FILE), destroy the old one,"
    )
    tell("       and give the paper above to every witness and to whoever keeps checkpoints.")
    return FITS


# --- without one -------------------------------------------------------------------------------------------------------


def verify(args: argparse.Namespace) -> int:
    """Compare an exported log with checkpoints that were stored elsewhere."""
    kept = [log_verifying.Kept.from_text(name, text_of(name)) for name in args.checkpoint]
    verdict = log_verifying.verify(
        Folder(Path(args.folder)),
        kept,
        key=key_of(args.key) if args.key else None,
        changes=changes_of(args),
        witnesses=[key_of(one) for one in args.witness],
        progress=lambda count: tell(f"read {count:,} events"),
    )
    say(f"       {verdict.events:,} events, {verdict.checkpoints:,} checkpoints in the export")
    for generation, position in verdict.restored_at:
        say(
            f"       The log was restored before line {position + 1:,}: generation {generation} begins there."
        )
    for words in verdict.wrong:
        say(f"WRONG  {words}")
    if verdict.untold:
        say(f"WRONG  and {verdict.untold:,} more like these")
    if verdict.wrong:
        return CHANGED
    for one in kept:
        say(f"ok     The first {one.tree.size:,} events are those behind the checkpoint {one.name}.")
    say("ok     Every event stands where it was put, and every signed checkpoint fits.")
    if not args.key:
        say("       The log's key was taken from the export. Bring your own with --key to check who signed.")
    return FITS


def check(args: argparse.Namespace) -> int:
    """Check whether a proof is valid."""
    text = text_of(args.proof)
    is_event = text.startswith(log_proofs.EVENT_PROOF)
    proof: EventProof | Growth = EventProof.from_text(text) if is_event else Growth.from_text(text)
    later = read_note(proof.note)
    trees = [log_verifying.Kept("in the proof", later)]
    before = (
        log_verifying.Kept.from_text(args.checkpoint, text_of(args.checkpoint)) if args.checkpoint else None
    )
    if before is not None:
        trees.append(before)
    keys = LogKeys.known(key_of(args.key), changes_of(args))
    wrong = log_verifying.unbelieved(trees, keys, [key_of(one) for one in args.witness])
    if isinstance(proof, EventProof):
        if not proof.holds:
            wrong.append("The proof does not lead from this event to the checkpoint.")
        if before is not None and before.tree != trees[0].tree:
            wrong.append("The proof is for another checkpoint than the one that was given.")
    elif before is None:
        raise Unreadable(
            "A proof of growth is from one checkpoint to another: give the earlier with --checkpoint"
        )
    elif not proof.holds_from(before.tree):
        wrong.append(
            f"The log of {trees[0].tree.size:,} events did not grow out of that of {before.tree.size:,}."
        )
    for words in wrong:
        say(f"WRONG  {words}")
    if wrong:
        return CHANGED
    if isinstance(proof, EventProof):
        say(f"ok     This event is number {proof.position:,} (from 0) of {trees[0].tree.size:,} in the log:")
        say(proof.event.decode("ascii"))
    else:
        say(f"ok     The log of {trees[0].tree.size:,} events begins with that of {proof.old:,}.")
    return FITS
