"""The instance that is measured: the demonstration itself, started as anybody starts it, in a folder of its own.

The database is durable (fsync on), every process has its own role, two processes serve the public and one the office.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench.processes import Family
from heedline.launch import demo, postgres
from heedline.launch.home import Home

ROOT = Path(__file__).resolve().parents[2]
_READY_WITHIN = 480.0
_STOP_WITHIN = 60.0
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


class NotStarted(Exception):
    """The instance did not come up; the text is what it said."""


@dataclass(frozen=True)
class Instance:
    """A running demonstration, and everything needed to ask it and to look at it."""

    home: Home
    cluster: postgres.Cluster
    sites: demo.Sites
    supervisor: int
    facts: dict[str, Any]
    started_in: float

    @property
    def public(self) -> demo.Site:
        return self.sites[0]

    @property
    def office(self) -> demo.Site:
        return self.sites[1]

    def environment(self, process: str) -> dict[str, str]:
        """What that process of the instance was told, for a helper of the bench that acts in its place."""
        urls = {
            name: self.cluster.url(name)
            for name in ("public", "office", "partner", "files", "worker", "migrate")
        }
        told = demo.environment_of(process, self.home, urls, self.sites)
        return told | {"PYTHONPATH": os.pathsep.join((str(ROOT / "scripts"), str(ROOT / "src")))}

    @contextmanager
    def looking(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """The superuser's connection: to count what is stored, never to store."""
        with psycopg.connect(self.cluster.super_url("heedline"), autocommit=True) as connection:
            yield connection

    def count(self, sql: str, *values: Any) -> int:
        """The number that a query returns."""
        with self.looking() as connection:
            row = connection.execute(sql, values).fetchone()
        return int(row[0]) if row is not None else 0

    def family(self) -> Family:
        """Its processes, by what they are."""
        return Family.of(self.supervisor, self.cluster.data)

    def officer(self, desk: str, role: str = "officer") -> dict[str, Any]:
        """Somebody of that desk with that role, with what they sign in by."""
        return next(one for one in self.facts["officers"] if one["desk"] == desk and one["roles"] == [role])


def _free_ports(how_many: int) -> list[int]:
    """Below the ports that the kernel gives to connections, which could be taken again before a site listens."""
    found: set[int] = set()
    while len(found) < how_many:
        port = 10_000 + secrets.randbelow(10_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((demo.LOOPBACK, port))
            found.add(port)
    return list(found)


def _end_with_us() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)


@contextmanager
def running(program: str = "heedline.jobs.cli", kept: Path | None = None) -> Iterator[Instance]:
    """Start it, and stop it when the block ends, however it ends. Raises NotStarted.

    `program` is the module that is run with the word `demo`. `kept` is the home of a demonstration, which is kept;
    without it, one is made in a folder of its own and deleted.
    """
    (ROOT / "var").mkdir(exist_ok=True)
    folder = kept or Path(tempfile.mkdtemp(prefix="bench-home-", dir=ROOT / "var"))
    if kept is None:
        folder.chmod(0o755)  # the database's account must get to its part of it; secrets/ inside is closed
    public, office, partner, files = _free_ports(4)
    told = {name: value for name, value in os.environ.items() if not name.startswith("HEEDLINE_")}
    told |= {
        "HEEDLINE_HOME": str(folder),
        "HEEDLINE_PUBLIC_PORT": str(public),
        "HEEDLINE_OFFICE_PORT": str(office),
        "HEEDLINE_PARTNER_PORT": str(partner),
        "HEEDLINE_FILES_PORT": str(files),
    }
    said = folder / "said.log"
    began = time.monotonic()
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", program, "demo"],
            cwd=ROOT,
            env=told,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_us,  # safe: no thread runs here
        )
    home = Home(folder)
    try:
        facts = _until_ready(process, home, said)
        yield Instance(
            home,
            postgres.start(folder),  # it runs already: this only finds it
            (
                demo.Site("public", demo.LOOPBACK, public, "HEEDLINE_PUBLIC_PORT", "/"),
                demo.Site("office", "localhost", office, "HEEDLINE_OFFICE_PORT", "/sign-in/"),
                demo.Site("partner", "127.0.0.3", partner, "HEEDLINE_PARTNER_PORT", "/sign-in/"),
                demo.Site("files", "127.0.0.2", files, "HEEDLINE_FILES_PORT", "/"),
            ),
            process.pid,
            facts,
            time.monotonic() - began,
        )
    finally:
        _stop(process)
        shutil.copyfile(said, ROOT / "var" / "bench-said.log")  # why a page failed stands there
        if kept is None:
            _delete(folder)


def _until_ready(process: subprocess.Popen[bytes], home: Home, said: Path) -> dict[str, Any]:
    until = time.monotonic() + _READY_WITHIN
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError, ValueError):
            facts: dict[str, Any] = json.loads(home.demo_json.read_text(encoding="utf-8"))
            if "public_url" in facts and facts["pid"] == process.pid:  # not those of an earlier start
                return facts
        time.sleep(0.2)
    raise NotStarted(said.read_text(encoding="utf-8", errors="replace")[-2000:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _delete(folder: Path) -> None:
    """Remove the folder, and the database where it had to lie elsewhere."""
    if (folder / "postgres.json").exists():
        postgres.destroy(postgres.start(folder))
    shutil.rmtree(folder, ignore_errors=True)
