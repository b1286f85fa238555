#!/usr/bin/env python3
"""Attack an instance of our own, for a bounded time and on this machine only: `make attack`.

Starts the demonstration in a folder of its own on free ports and tries what strangers, thieves and hostile processes
tried before; runs the attacks among the tests (dump and plant, races, roles, the matrix of permissions) beside it. One
line each says whether it held. Exit codes: 0 all held, 1 something fell, 2 nothing could be tried.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

from attack import availability, live
from attack.verdict import Verdict
from bench.instance import NotStarted, running

ROOT = Path(__file__).resolve().parents[1]
#: Attacks that the tests hold already, by what they are called and the files they stand in.
AMONG_THE_TESTS = {
    "dump and plant": ("test_dump_law.py",),
    "races": ("test_races.py",),
    "roles in SQL": ("test_role_matrix.py", "test_row_walls.py"),
    "times": ("test_time_law.py", "test_draft_law.py"),
    "permission matrix": ("test_routes.py",),
    "killed readdressing": ("test_killed_readdressing.py",),
}
#: Seconds of each attack on the running instance.
LONG, SHORT = 30.0, 3.0


def on_the_instance(program: str, home: Path | None, *, short: bool) -> list[Verdict]:
    """Attack a running demonstration. Raises NotStarted."""
    attacks = [live.roles, live.statistics, live.slow_bodies, live.flood]
    if not short:
        attacks += [availability.idle_senders, availability.films, availability.captured_page]
        attacks.append(live.kill)  # the last: what it kills may not come back
    found = []
    with running(program, home) as instance:
        for attack in attacks:
            found.append(attack(instance, SHORT if short else LONG))
            print(found[-1], flush=True)
    return found


def among_the_tests() -> list[Verdict]:
    """Run the attacks that stand among the tests, each with a line of its own."""
    found = []
    for name, files in AMONG_THE_TESTS.items():
        paths = [str(path) for file in files for path in sorted((ROOT / "tests").rglob(file))]
        told = {key: value for key, value in os.environ.items() if not key.startswith("HEEDLINE_")}
        ran = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "--no-header",
                "-rfE",
                "-o",
                "addopts=-p tests.support.prepared",
                *paths,
            ],
            cwd=ROOT,
            env=told,
            capture_output=True,
            text=True,
            check=False,
        )
        fell = re.findall(r"^(?:FAILED|ERROR) \S+::(\S+)", ran.stdout, re.MULTILINE)
        counted = re.search(r"\d+ passed", ran.stdout)
        held = len(paths) == len(files) and ran.returncode == 0 and counted is not None
        words = counted.group().replace("passed", "attempts refused") if held and counted else ", ".join(fell)
        found.append(Verdict(name, held, words or "could not be tried: " + (ran.stdout + ran.stderr)[-300:]))
        print(found[-1], flush=True)
    return found


def main() -> int:
    """Attack, and say what held."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    asked.add_argument(
        "--short", action="store_true", help="only the instance, and a few seconds of each attack"
    )
    asked.add_argument(
        "--program",
        default="heedline.jobs.cli",
        help="the module that starts the instance (the tests have a quicker one)",
    )
    asked.add_argument("--home", type=Path, help="attack the demonstration in this folder, and keep it")
    given = asked.parse_args()
    short = given.short
    try:
        found = on_the_instance(given.program, given.home, short=short)
    except NotStarted as reason:
        print(f"attack: the instance did not start: {reason}", file=sys.stderr)
        return 2
    if not short:
        found += among_the_tests()
    fell = [one.name for one in found if not one.held]
    print(f"{len(found) - len(fell)} of {len(found)} held" + (f"; fell: {', '.join(fell)}" if fell else ""))
    return 1 if fell else 0


if __name__ == "__main__":
    sys.exit(main())
