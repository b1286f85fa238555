"""`heedline keys …`: what is done with keys at a terminal. Secrets are asked for without echo, never taken as arguments."""

from __future__ import annotations

import argparse
import sys
from getpass import getpass

from heedline.casework import NotHere, SealingStopped, WrongPassphrase, attendance, readdressing, terminal
from heedline.casework.attendance import Attendance
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow

#: Parts between two lines of progress.
ROUND = 1_000


def run(args: argparse.Namespace) -> int:
    """Do one of the verbs; the exit code."""
    return readdress(args.desk, args.officer)


def say(words: str) -> None:
    """A line for the person who waits."""
    print(words, flush=True)  # noqa: T201 - the command's own words


def complain(words: str) -> int:
    """Say on standard error why it was not done; the exit code."""
    print(f"heedline: {words}", file=sys.stderr)  # noqa: T201
    return 1


def ask(words: str) -> str:
    """A secret: typed without echo, or one line of standard input where nobody sits there."""
    return getpass(f"{words}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def readdress(desk: str, email: str) -> int:
    """Re-address everything that lies under ended keys of a desk, and destroy those that can be. Can be started again."""
    at = attendance.now()
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
        done = readdressing.readdress(desk, by=by, at=attendance.now(), most=ROUND)
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
        if one.ready_at > attendance.now():
            say(f"A key that has ended can be destroyed from {one.ready_at:%-d %B %Y, %H:%M} UTC on.")
            continue
        say(readdressing.destroy(one.epoch, by=by, at=attendance.now()).words)
    return 0
