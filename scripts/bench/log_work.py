"""What the log costs: putting events into the tree, and checking an exported log without a database.

    python -m bench.log_work      puts what waits into the tree, in the worker's place; prints how many and in which time

Run by `make bench` with the environment of the worker.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from bench.instance import ROOT, Instance

_WRITE = (
    "INSERT INTO audit_event (act, actor, thing, thing_id, outcome, detail) SELECT 'report-read', gen_random_uuid(),"
    " 'report', gen_random_uuid(), 'done', '{}' FROM generate_series(1, %s)"
)
_MAKE_UP = (
    "import sys; from pathlib import Path; from bench.made_up_log import make_up;"
    "Path(sys.argv[3]).write_text(make_up(Path(sys.argv[1]), int(sys.argv[2])))"
)


def sequence(instance: Instance, events: int) -> dict[str, Any]:
    """Write so many events as the office does, and put them into the tree beside the instance's own worker."""
    with psycopg.connect(instance.cluster.url("office"), autocommit=True) as office:
        office.execute(_WRITE, [events])
    done = subprocess.run(
        [sys.executable, "-m", "bench.log_work"],
        env=instance.environment("worker"),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def check(events: int) -> dict[str, Any]:
    """Make an exported log up and run `heedline audit verify` on it, as an auditor would: seconds, and memory at most."""
    with tempfile.TemporaryDirectory(prefix="bench-log-", dir=ROOT / "var") as folder:
        paths = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "scripts"), str(ROOT / "src")))}
        export, kept = Path(folder) / "export", Path(folder) / "kept"
        # by a child of its own: what starts the program that is measured must be small itself
        subprocess.run([sys.executable, "-c", _MAKE_UP, export, str(events), kept], env=paths, check=True)
        words = ["-m", "heedline.jobs.cli", "audit", "verify", str(export), "--checkpoint", str(kept)]
        began = time.monotonic()
        child = subprocess.Popen(
            [sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        proof = _proof(export, events // 2)
    return {
        "events": events,
        "proof": proof,
        "fits": child.returncode == 0,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 2),
        "peak_rss_mib": round(used.ru_maxrss / 1024, 1),
    }


def _proof(export: Path, position: int) -> dict[str, Any]:
    """`heedline audit prove event` out of an export, and `audit check`: what a court is shown, and what it does with it."""
    heedline = [sys.executable, "-m", "heedline.jobs.cli", "audit"]
    key = json.loads((export / "checkpoints.jsonl").read_text(encoding="ascii").splitlines()[-1])["key"]
    took, paper = [], ""
    for words in (["prove", "event", str(position), "--from", str(export)], ["check", "-", "--key", key]):
        began = time.monotonic()
        done = subprocess.run([*heedline, *words], input=paper, capture_output=True, text=True, check=False)
        took.append(round(time.monotonic() - began, 2))
        paper = done.stdout
    return {"made_in_seconds": took[0], "checked_in_seconds": took[1], "holds": done.returncode == 0}


def main() -> None:
    """Put everything that waits into the tree."""
    import django

    django.setup()
    from heedline.audit import sequence as log

    before, began, cpu = log.size(), time.monotonic(), time.process_time()
    while log.extend():
        pass
    seconds, events = time.monotonic() - began, log.size() - before
    print(
        json.dumps(
            {
                "events": events,
                "seconds": round(seconds, 2),
                "per_second": round(events / seconds),
                "python_cpu_seconds": round(time.process_time() - cpu, 2),
            }
        )
    )


if __name__ == "__main__":
    main()
