"""Each public process keeps to a CPU of its own while there is one, and gives it back when it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from uuid import uuid4

import pytest

from heedline.config import own_cpu
from heedline.config.uploads import AllAddresses, Uploads

CPUS = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else []
pytestmark = pytest.mark.skipif(len(CPUS) < 2, reason="there is one CPU, or the system cannot tell")

#: Takes a CPU, and says which, and where this thread and one that it starts may run.
PROCESS = """
import os, sys
from concurrent.futures import ThreadPoolExecutor
from heedline.config import own_cpu
got = own_cpu.take(sys.argv[1])
again = own_cpu.take(sys.argv[1])
there = ThreadPoolExecutor(1).submit(os.sched_getaffinity, 0).result()
print(got, again, sorted(os.sched_getaffinity(0)), sorted(there), flush=True)
sys.stdin.read()
"""


@contextmanager
def process(name: str) -> Iterator[str]:
    """A process that has asked for a CPU, and what it says of it."""
    command = [sys.executable, "-c", PROCESS, name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        yield running.stdout.readline().strip()
        running.communicate()


def test_each_process_has_a_cpu_of_its_own_while_there_is_one() -> None:
    name = f"test-{uuid4()}"
    with ExitStack() as stack:
        said = [stack.enter_context(process(name)) for _ in CPUS]
        assert said == [f"{cpu} None [{cpu}] [{cpu}]" for cpu in CPUS]
        with process(name) as one_too_many:
            assert one_too_many == f"None None {CPUS} {CPUS}", "it runs wherever it is put"
    with process(name) as after:
        assert after == said[0], "the first has ended"


def test_files_are_sealed_on_any_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_cpu, "_all", set())
    monkeypatch.setattr(own_cpu, "_held", [])

    def narrow() -> set[int]:
        assert own_cpu.take(f"test-{uuid4()}") in CPUS
        uploads = Uploads(AllAddresses(()))
        try:
            return uploads._pool.submit(os.sched_getaffinity, 0).result()
        finally:
            uploads.stop()
            own_cpu._held.pop().close()

    with ThreadPoolExecutor(1) as apart:  # this thread keeps its CPUs
        assert apart.submit(narrow).result() == set(CPUS)
    assert os.sched_getaffinity(0) == set(CPUS)
