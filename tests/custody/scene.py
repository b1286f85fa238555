"""A separate installation that is backed up and restored with the command, and helpers for its tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from heedline.backups import folder
from heedline.launch.home import Home
from heedline.launch.postgres import Cluster
from tests.support.database import CHECKOUT

#: The program that an operator runs.
COMMAND = "heedline.jobs.cli"
PATH = f"{CHECKOUT / 'src'}{os.pathsep}{CHECKOUT}"


@dataclass
class Installation:
    """A running installation, with its home, its database, its known values and the folder of its backups."""

    home: Home
    cluster: Cluster
    told: dict[str, Any]
    copies: Path

    def heedline(
        self,
        *words: str,
        home: Path | None = None,
        succeeds: bool = True,
        typed: Sequence[str] = (),
        module: str = COMMAND,
    ) -> str:
        """Run the command as an operator would, typing these lines. Return its output."""
        done = self.start(*words, home=home, module=module)
        said, wrong = done.communicate("".join(f"{line}\n" for line in typed), timeout=300)
        assert (done.returncode == 0) == succeeds, said + wrong
        return said + wrong

    def start(self, *words: str, home: Path | None = None, module: str = COMMAND) -> subprocess.Popen[str]:
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith(("HEEDLINE_", "DJANGO_"))
        }
        return subprocess.Popen(
            [sys.executable, "-m", module, *words],
            env=clean | {"HEEDLINE_HOME": str(home or self.home.folder), "PYTHONPATH": PATH},
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def peak(self, *words: str, home: Path | None = None) -> int:
        """Run the command. Return the most memory that it held, in MiB."""
        with self.start(*words, home=home) as running:
            assert running.stdout is not None
            assert running.stderr is not None
            said, wrong = running.stdout.read(), running.stderr.read()  # until it ends: it says little
            _, status, used = os.wait4(running.pid, 0)
            running.returncode = os.waitstatus_to_exitcode(status)
        assert running.returncode == 0, said + wrong
        return used.ru_maxrss // 1024

    def canary(self, *names: str) -> str:
        """`heedline canary`, signed by these stewards with their own passphrases.

        The passphrase that it makes is quick to try, as those of the day are (tests/support/quick_demo.py).
        """
        typed = [self.told["passphrases"][name] for name in names]
        return self.heedline(*signed_by(*names), typed=typed, module="tests.support.quick_demo")

    def several(self, *commands: tuple[Sequence[str], Sequence[str]]) -> list[tuple[int, str]]:
        """Run commands, each with its typed lines, in one process. Return the exit code and the output of each."""
        done = self.start(module="tests.custody.several")
        said, wrong = done.communicate(json.dumps(commands), timeout=300)
        assert done.returncode == 0, wrong
        return [(code, words) for code, words in json.loads(said)]

    def folders(self, name: str) -> tuple[str, ...]:
        """Return the words of `heedline backup` into folders of this name."""
        bodies, keys = self.copies / f"{name}-bodies", self.copies / f"{name}-keys"
        return ("backup", "--bodies", str(bodies), "--keys", str(keys))

    def newest(self, name: str) -> tuple[Path, Path]:
        """Return the newest copies of the bodies and of the key store in folders of this name."""
        bodies, keys = (folder.finished(self.copies / f"{name}-{half}")[-1] for half in ("bodies", "keys"))
        return bodies, keys

    def backup(self, name: str) -> tuple[Path, Path]:
        """Back up into folders of this name. Return the copies of the bodies and of the key store."""
        self.heedline(*self.folders(name))
        return self.newest(name)


def signed_by(*names: str) -> tuple[str, ...]:
    """Return the words of `heedline canary` for these stewards."""
    return ("canary", *(word for name in names for word in ("--steward", f"{name.lower()}@unit.example")))


def run(words: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        env=environment | {"PYTHONPATH": PATH},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def rows(url: str, question: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(question).fetchall()  # type: ignore[call-overload,no-any-return]


def kill_when_it_waits(running: subprocess.Popen[str], url: str, before: str) -> None:
    """Kill the process with SIGKILL while it waits for a lock. `before` is a condition on pg_locks."""
    until = time.monotonic() + 120
    while not rows(url, f"SELECT 1 FROM pg_locks WHERE NOT granted AND {before}"):
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < until
        time.sleep(0.1)
    running.send_signal(signal.SIGKILL)
    running.wait(30)
    running.communicate()


def words_of(taken: tuple[Path, Path], *more: str) -> tuple[str, ...]:
    return ("restore", "--bodies", str(taken[0]), "--keys", str(taken[1]), *more)


def passphrase_file(installation: Installation, tmp_path: Path, words: str | None = None) -> Path:
    file = tmp_path / "canary"
    file.write_text(words or installation.told["canary"])
    return file
