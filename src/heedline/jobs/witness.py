"""The `heedline witness` commands, for an external witness that stores and cosigns the log's checkpoints.

They need no database, no settings and no account. The exit codes are 0 if a checkpoint was signed or
there was nothing new, 1 if the log is not consistent with what this witness holds (nothing was signed),
2 for a wrong command line, and 3 if no answer can be given because something is missing, unreachable or
not signed by the log.
"""

from __future__ import annotations

import argparse
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from heedline.casework.log import witnessing
from heedline.casework.log.keys import KeyChange
from heedline.casework.log.proofs import Unreadable
from heedline.casework.log.witnessing import DoesNotFit, Seen, Witness
from heedline.jobs.audit import CHANGED, FITS, UNKNOWN, key_of, say, tell, text_of

if TYPE_CHECKING:
    from heedline.vault.notes import NoteKey

_SECONDS = 20
_LARGEST = 64 * 1024
#: One look goes on over so many checkpoints: ten years of days.
_MOST_STEPS = 3660


def run(args: argparse.Namespace) -> int:
    """Run the command named by `args.run` and return its exit code."""
    calls: dict[str, Callable[[argparse.Namespace], int]] = {
        "new": new,
        "see": see,
        "show": show,
        "follow": follow,
    }
    try:
        return calls[args.run](args)
    except Unreadable as reason:
        tell(f"heedline witness: {reason}.")
        return UNKNOWN
    except DoesNotFit as reason:
        tell(f"WRONG  {reason}. Nothing was signed; what was shown is kept under {args.folder}/evidence.")
        tell("       Tell somebody who does not run the log: whoever oversees the desk, or another witness.")
        return CHANGED


def new(args: argparse.Namespace) -> int:
    """Create a witness and print its public key."""
    say(str(witnessing.new(Path(args.folder), args.name)))
    tell(
        f"       The secret key lies in {args.folder}: it never leaves there. Give the line above to others."
    )
    return FITS


def show(args: argparse.Namespace) -> int:
    """Print the witness's public key and the last checkpoint of a log that it signed."""
    witness = Witness(Path(args.folder))
    say(str(witness.key))
    if args.key:
        held = witness.held(key_of(args.key))
        if held is None:
            tell("       Nothing of this log was signed here yet.")
        else:
            when = datetime.fromtimestamp(held.believe(witness.key).seconds, UTC)
            tell(f"       The last checkpoint was signed here on {when:%-d %B %Y at %H:%M} UTC:")
            say(held.text.removesuffix("\n"))
    return FITS


def follow(args: argparse.Namespace) -> int:
    """Continue a log under its new key, using a statement signed by the old key.

    The checkpoint held for the log is kept.
    """
    paper = text_of(args.change)
    change = KeyChange.from_text(paper)
    size = Witness(Path(args.folder)).follow(paper)
    say(str(change.new))
    tell(f"ok     The log signs with this key from now on. {size:,} events are held of it.")
    return FITS


def see(args: argparse.Namespace) -> int:
    """Verify a log's checkpoint and, if it is consistent, sign it and print it with the signature."""
    witness, log = Witness(Path(args.folder)), key_of(args.key)
    if args.source.startswith(("http://", "https://")):
        seen = _follow(witness, log, args.source.rstrip("/"))
    else:
        seen = witness.see(text_of(args.source), log, datetime.now(UTC))
    say(seen.note.removesuffix("\n"))
    if seen.first:
        tell(
            f"ok     {seen.size:,} events. This is the first checkpoint of this log here: it is taken on trust."
        )
    elif seen.new:
        tell(f"ok     {seen.size:,} events: the log has grown out of what was signed here before.")
    else:
        tell(f"ok     Nothing new: {seen.size:,} events, as before.")
    return FITS


def _follow(witness: Witness, log: NoteKey, site: str) -> Seen:
    """Advance from the stored checkpoint to the site's latest, using the site's proofs."""
    latest = _fetch(f"{site}/checkpoint")
    if latest is None:
        raise Unreadable("The site shows no checkpoint")
    steps: list[Seen] = []
    for _ in range(_MOST_STEPS if witness.size_held(log) else 0):
        growth = _fetch(f"{site}/after/{witness.size_held(log)}")
        if growth is None:
            break
        steps.append(witness.see(growth, log, datetime.now(UTC)))
    last = witness.see(latest, log, datetime.now(UTC), latest=True)
    return steps[-1] if steps else last


def _fetch(address: str) -> str | None:
    """Fetch a URL from a site, and return the response or None.

    Raises Unreadable.
    """
    try:
        with urllib.request.urlopen(address, timeout=_SECONDS) as answer:  # noqa: S310 - http or https, see above
            said: bytes = answer.read(_LARGEST + 1)
            text = said.decode("utf-8")
    except urllib.error.HTTPError as refusal:
        if refusal.code == 404:
            return None
        raise Unreadable(f"{address} answers with {refusal.code}") from None
    except (OSError, ValueError):
        raise Unreadable(f"{address} cannot be reached") from None
    if len(said) > _LARGEST:
        raise Unreadable(f"{address} says too much for a checkpoint")
    return text
