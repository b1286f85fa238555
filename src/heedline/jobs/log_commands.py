"""The command-line parsers for `heedline audit` and `heedline witness`.

The commands themselves are in `audit.py` and `witness.py`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

type Commands = argparse._SubParsersAction[argparse.ArgumentParser]
type Call = Callable[[argparse.Namespace], int]


def add_audit(commands: Commands, call: Call) -> None:
    """Add the `heedline audit` commands to the parser."""
    audit = commands.add_parser(
        "audit", help="take the log out of the house, and find out whether it was changed"
    )
    audit.set_defaults(call=call)
    whats = audit.add_subparsers(metavar="WHAT", required=True)

    export = whats.add_parser("export", help="write the log into a folder, or carry on where that ended")
    export.add_argument("folder", help="an empty folder, or one of an earlier export")
    export.set_defaults(run="export")

    verify = whats.add_parser(
        "verify", help="compare an exported log with checkpoints from outside (no database, no settings)"
    )
    verify.add_argument("folder", help="what `export` wrote")
    verify.add_argument(
        "--checkpoint",
        metavar="FILE",
        action="append",
        required=True,
        help="an earlier checkpoint: the note, or a mail that carries one; - for standard input; again for more",
    )
    _whose(verify, required=False)
    verify.set_defaults(run="verify")

    prove = whats.add_parser("prove", help="print a proof that others can check")
    kinds = prove.add_subparsers(metavar="KIND", dest="what", required=True)
    event = kinds.add_parser("event", help="that an event is in the log (c2sp.org/tlog-proof)")
    event.add_argument("number", type=_count, help="its position in the order of the log, from 0")
    event.add_argument("--by-id", action="store_true", help="the number is the event's id, not its position")
    growth = kinds.add_parser(
        "growth", help="that the log has grown out of an earlier one (C2SP add-checkpoint)"
    )
    growth.add_argument("old", type=_count, help="how many events the earlier checkpoint had")
    growth.add_argument("new", type=_count, nargs="?", help="how many the later has (the latest)")
    for one in (event, growth):
        one.add_argument(
            "--from", dest="folder", metavar="FOLDER", help="out of an exported log, not the database"
        )
        one.set_defaults(run="prove")

    check = whats.add_parser("check", help="does a proof hold? (no database, no settings)")
    check.add_argument("proof", metavar="FILE", help="what `prove` printed; - for standard input")
    check.add_argument("--checkpoint", metavar="FILE", help="the checkpoint that you know")
    _whose(check, required=True)
    check.set_defaults(run="check")

    new_key = whats.add_parser(
        "new-key",
        help="change the key that signs the log: makes another, prints the paper by which the old one hands over",
    )
    new_key.add_argument(
        "--old", metavar="FILE", required=True, help="the file with the worker's present key"
    )
    new_key.add_argument("--new", metavar="FILE", required=True, help="where the new key is written")
    new_key.set_defaults(run="new-key")


def add_witness(commands: Commands, call: Call) -> None:
    """Add the `heedline witness` commands to the parser."""
    witness = commands.add_parser(
        "witness", help="remember a log's checkpoints for somebody outside, and sign those that fit"
    )
    witness.set_defaults(call=call)
    whats = witness.add_subparsers(metavar="WHAT", required=True)

    new = whats.add_parser("new", help="make a witness; prints its public key")
    new.add_argument("folder", help="where its key and its memory lie; keep it, and back it up")
    new.add_argument("--name", required=True, help="how it is called, such as council.example/witness")
    new.set_defaults(run="new")

    see = whats.add_parser(
        "see", help="look at a checkpoint, sign it if it fits, print it with the signature"
    )
    see.add_argument("folder", help="what `new` made")
    see.add_argument(
        "source",
        help="the address of a log's page (https://…/log/), a file (a checkpoint, a mail, or what `audit prove growth`"
        " printed), or - for standard input",
    )
    see.add_argument(
        "--key", metavar="KEY", required=True, help="the log's public key, or a file that holds it"
    )
    see.set_defaults(run="see")

    follow = whats.add_parser("follow", help="believe a log's new key, because the old one hands over to it")
    follow.add_argument("folder", help="what `new` made")
    follow.add_argument(
        "change", metavar="FILE", help="the paper that `audit new-key` printed; - for standard input"
    )
    follow.set_defaults(run="follow")

    show = whats.add_parser("show", help="print the witness's public key, and what it holds")
    show.add_argument("folder", help="what `new` made")
    show.add_argument("--key", metavar="KEY", help="the public key of a log: what is held of it")
    show.set_defaults(run="show")


def _whose(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument(
        "--key", metavar="KEY", required=required, help="the log's public key, or a file that holds it"
    )
    parser.add_argument(
        "--change",
        metavar="FILE",
        action="append",
        default=[],
        help="a paper by which the log's key was changed (`new-key` printed it); again for more",
    )
    parser.add_argument(
        "--witness",
        metavar="KEY",
        action="append",
        default=[],
        help="the public key of a witness that must have signed too, or a file that holds it",
    )


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise argparse.ArgumentTypeError("this is not a number of events")
    return int(text)
