"""The `heedline keys` commands for working with keys at a terminal.

Secrets are entered without echo and are never accepted as arguments.
"""

from __future__ import annotations

import argparse

from heedline.casework.access import session, terminal
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere, SealingStopped, WrongPassphrase
from heedline.casework.setup import readdressing
from heedline.jobs.keys import ceremonies
from heedline.jobs.terminal import ask, complain, say
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow

#: Parts between two lines of progress.
ROUND = 1_000


def run(args: argparse.Namespace) -> int:
    """Run one of the commands and return its exit code."""
    match args.verb:
        case "readdress":
            return readdress(args.desk, args.officer)
        case "root":
            return ceremonies.root(args)
        case "check":
            return ceremonies.check(args)
        case "begin":
            return ceremonies.begin(args)
        case "steward":
            return ceremonies.steward(args)
        case "recovery":
            return ceremonies.make_recovery(args)
        case _:
            return ceremonies.recover(args)


def readdress(desk: str, email: str) -> int:
    """Re-address parts and key shares sealed to a desk's retired epochs, and destroy epochs when due.

    The command can be run again if it was interrupted.
    """
    at = session.now()
    try:
        with terminal.sitting(email, ask("Passphrase"), at=at) as by:
            return _readdress(desk, by)
    except WrongPassphrase:
        return complain("This address and passphrase do not go together.")
    except NotHere:
        return complain("This person holds no keys of that desk.")
    except SealingStopped:
        return complain("No key of that desk is in force that its members alone hold. Compare words first.")
    except (Refused, NotNow) as no:
        return complain(no.reason)


def _readdress(code: str, by: Attendance) -> int:
    desk = readdressing.desk_of(code, by=by)
    all_of_it = readdressing.left(desk, by=by)
    say(f"{all_of_it} parts to re-address")
    moved = 0
    while True:
        done = readdressing.readdress(desk, by=by, at=session.now(), most=ROUND)
        moved += done.moved
        if done.moved:
            say(f"{moved} of {all_of_it} done")
        if not done.left or not done.moved:
            break
    if done.left:
        return complain(
            f"{done.left} parts are left: of the running quarter hour, in use, or not opened by these keys. "
            "Start this again later."
        )
    for one in readdressing.ended(desk, by=by):
        if one.ready_at > session.now():
            say(f"A key that has ended can be destroyed from {one.ready_at:%-d %B %Y, %H:%M} UTC on.")
            continue
        say(readdressing.destroy(one.epoch, by=by, at=session.now()).words)
    return 0
