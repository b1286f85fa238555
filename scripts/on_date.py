"""Run tests as if it were another day: `.venv/bin/python scripts/on_date.py 2027-03-28T00:30 tests/sites`.

The tests and their PostgreSQL see the same clock, which starts at that time in UTC and goes on. The server is one of
its own and stops at the end. Needs libfaketime (Debian: faketime). Browsers keep the real clock.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from heedline.launch import accounts, postgres

CHECKOUT = Path(__file__).resolve().parents[1]
CLOCK = CHECKOUT / "scripts" / "clock"
HOME = CHECKOUT / "var" / "test-postgres-on-date"
#: The object storage is a Go program, which asks the kernel for the time and refuses requests of another day. Firefox does
#: not start with another clock.
LEFT_OUT = ("tests/laws/test_object_storage.py", "tests/journeys/test_firefox.py")


def main(day: str, *arguments: str) -> int:
    """Run pytest with these arguments and return its exit code."""
    shift = datetime.fromisoformat(day).replace(tzinfo=UTC) - datetime.now(UTC)
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        sys.exit("libfaketime is missing. Debian and Ubuntu: apt-get install faketime")
    clock = {
        "LD_PRELOAD": str(library),
        "FAKETIME": f"{shift.total_seconds():+.0f}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # timeouts and waits
        "FAKETIME_NO_CACHE": "1",
        "NO_FAKE_STAT": "1",  # a file's age decides whether Python compiles it again
    }
    accounts.ENVIRONMENT |= clock
    cluster = postgres.start(HOME, durable=False)
    try:
        command = [sys.executable, "-m", "pytest", "-o", f"cache_dir={HOME}/cache"]
        command += [f"--ignore={file}" for file in LEFT_OUT]
        environment = os.environ | clock | {"HEEDLINE_TEST_HOME": str(HOME), "PYTHONPATH": str(CLOCK)}
        return subprocess.run([*command, *arguments], cwd=CHECKOUT, env=environment, check=False).returncode
    finally:
        postgres.stop(cluster)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
