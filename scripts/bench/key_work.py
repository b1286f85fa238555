"""What keys cost: unlocking, and addressing a desk's reports to a new key after somebody has left.

    python -m bench.key_work DESK LEAVER MEMBER STEWARD STEWARD      (emails)

Run by `make bench` with the environment of the office; the passphrases come out of `demo.json`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg

from bench.instance import Instance


def measure(instance: Instance, desk: str) -> dict[str, Any]:
    """Settle what has arrived, let somebody of the desk leave, and re-address in a colleague's session."""
    with psycopg.connect(instance.cluster.url("worker"), autocommit=True) as worker:
        worker.execute("SELECT clockwork.settle(now() + interval '1 hour', 1000000)")
    people = instance.facts["officers"]
    member, leaver = [one["email"] for one in people if one["desk"] == desk and one["roles"] == ["officer"]][
        :2
    ]
    stewards = [one["email"] for one in people if one["roles"] == ["steward"]]
    reports = instance.count(
        "SELECT count(*) FROM reports_report r JOIN desks_desk d ON d.id = r.desk_id WHERE d.code = %s", desk
    )
    done = subprocess.run(
        [sys.executable, "-m", "bench.key_work", desk, leaver, member, *stewards],
        env=instance.environment("office"),
        capture_output=True,
        text=True,
        check=True,
        timeout=900,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    found["reports"] = reports
    found["seconds_per_10_000_reports"] = round(found["seconds"] * 10_000 / max(1, reports), 1)
    return found


def main(desk: str, leaver: str, member: str, *stewards: str) -> None:
    """Do it, and print what it took."""
    import django

    django.setup()
    from heedline.casework.access import session, terminal
    from heedline.casework.setup import ceremonies, leavers, readdressing
    from heedline.desks.models import Officer

    facts = json.loads((Path(os.environ["HEEDLINE_HOME"]) / "demo.json").read_text(encoding="utf-8"))
    words = {one["email"]: one["passphrase"] for one in facts["officers"]}
    hands = [ceremonies.hand_of(email, words[email]) for email in stewards]
    at = session.now()
    leavers.leave(Officer.objects.get(email=leaver), hands=hands, at=at)
    with terminal.sitting(member, words[member], at=at):
        pass  # makes the new keys
    began = time.monotonic()
    with terminal.sitting(member, words[member], at=at) as by:
        unlocked = time.monotonic() - began
        here = readdressing.desk_of(desk, by=by)
        parts = readdressing.left(here, by=by)
        began, cpu = time.monotonic(), time.process_time()
        moved = 0
        while True:
            done = readdressing.readdress(here, by=by, at=at, most=5_000)
            moved += done.moved
            if not done.moved or not done.left:
                break
        took = time.monotonic() - began
    told = {
        "unlock_seconds": round(unlocked, 2),
        "parts": parts,
        "moved": moved,
        "left": done.left,
        "seconds": round(took, 2),
        "cpu_seconds": round(time.process_time() - cpu, 2),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
