"""The `heedline index` commands, which rebuild or verify a desk's search index at a terminal.

The passphrase of a member of the desk is asked for.
"""

from __future__ import annotations

import argparse
from uuid import UUID

from heedline.casework.access import session, terminal
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere, SealingStopped, WrongPassphrase
from heedline.casework.search import indexing
from heedline.casework.search.indexing import Coverage
from heedline.index import Damaged
from heedline.jobs.terminal import ask, complain, say
from heedline.permits.gate import Refused


def run(args: argparse.Namespace) -> int:
    """Run one of the commands and return its exit code."""
    try:
        with terminal.sitting(args.officer, ask("Passphrase"), at=session.now()) as by:
            return _rebuild(args.desk, by) if args.verb == "rebuild" else _check(args.desk, by)
    except WrongPassphrase:
        return complain("This address and passphrase do not go together.")
    except NotHere:
        return complain("This person reads no reports of that desk, or it has no index yet.")
    except SealingStopped:
        return complain("No key of that desk is in force.")
    except Damaged:
        return complain("The index is not as it was written. Rebuild it.")
    except Refused as no:
        return complain(no.reason)


def _rebuild(code: str, by: Attendance) -> int:
    def told(now: Coverage) -> None:
        say(f"{now.reports} reports indexed, {now.waiting} to go")

    done = indexing.rebuild(_desk(code, by), by=by, at=session.now(), told=told)
    if done.aside:
        return complain(f"{done.aside} reports could not be read. The search page lists them.")
    if done.waiting:
        return complain(f"{done.waiting} reports were left out. Start this again.")
    say(f"{done.reports} reports can be searched.")
    return 0


def _check(code: str, by: Attendance) -> int:
    say(f"The index is whole: {indexing.check(_desk(code, by), by=by)} reports.")
    return 0


def _desk(code: str, by: Attendance) -> UUID:
    found = next((desk.id for desk in by.desks if desk.code == code), None)
    if found is None:
        raise NotHere
    return found
