"""Run several processes in the foreground as one unit, restarting any that exits.

They start and stop together. A process that keeps ending is restarted after longer and longer pauses,
and each restart is reported. Every child leads its own process group, so Ctrl-C reaches only the
supervisor, which stops the children in order. If the supervisor itself is killed, the kernel stops them
(Linux).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
_LOOK_EVERY = 0.1
#: A worker ends its running task first: it has 20 seconds for that.
STOP_WITHIN = 25.0
#: Seconds before a child is started again: the first time, and at most.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
#: Whoever ran this long before it ended is started again as if it had never ended.
STEADY_AFTER = 60.0


class Stopped(Exception):
    """Raised when a request to stop is received during start-up."""


class StepFailed(Exception):
    """Raised when a step of the start-up fails.

    `code` is its exit code.
    """

    def __init__(self, name: str, code: int) -> None:
        super().__init__(name)
        self.name, self.code = name, code


@dataclass(slots=True)
class Pauses:
    """The delay before each restart, doubled every time until the process has run for a while."""

    _last: float = 0.0

    def after(self, ran_for: float) -> float:
        """Return the delay before restarting a process that ran for this many seconds."""
        steady = self._last == 0.0 or ran_for >= STEADY_AFTER
        self._last = FIRST_PAUSE if steady else min(2 * self._last, LONGEST_PAUSE)
        return self._last


@dataclass(slots=True)
class Child:
    """A supervised child process, with its display name."""

    name: str
    process: subprocess.Popen[bytes]
    command: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    pauses: Pauses = field(default_factory=Pauses)
    began: float = field(default_factory=time.monotonic)
    #: When it is started again; None while it runs.
    due: float | None = None


def _die_with_parent() -> Callable[[], None] | None:
    """Return a `preexec_fn` that ends the child when its parent dies, or None if not on Linux.

    It asks the kernel to end the child when its parent is gone.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


class Supervisor:
    """A supervisor that starts, watches and stops child processes.

    It is used as a context manager, and every child has ended when the block is left.
    """

    def __init__(self) -> None:
        self._children: list[Child] = []
        self._asked_to_stop = False

    def __enter__(self) -> Supervisor:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self._ask_to_stop)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_stop = True

    @property
    def asked_to_stop(self) -> bool:
        """Return True once Ctrl-C, SIGTERM or a closed terminal has requested a stop."""
        return self._asked_to_stop

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Child:
        """Start a child process and keep it running for as long as the supervisor runs."""
        child = Child(name, self._spawn(command, environment), command, environment)
        self._children.append(child)
        return child

    def step(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Run a command and wait until it has finished.

        Raises StepFailed, or Stopped if a request to stop was received in the meantime.
        """
        if self._asked_to_stop:
            raise Stopped
        process = self._spawn(command, environment)
        while process.poll() is None:
            if self._asked_to_stop:
                _end(process)
                raise Stopped
            time.sleep(_LOOK_EVERY)
        if process.returncode:
            raise StepFailed(name, process.returncode)

    def _spawn(self, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own commands
            list(command),
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent(),  # safe: no thread runs here
        )

    def ended(self) -> Child | None:
        """Return a child that has ended unexpectedly, or None."""
        return next((child for child in self._children if child.process.poll() is not None), None)

    def wait(
        self, *, until: Callable[[], bool] = lambda: False, at_most: float | None = None
    ) -> Child | None:
        """Wait until a child ends, a stop is requested or `until` returns true.

        Returns the child that ended, if any. Raises TimeoutError after `at_most` seconds.
        """
        began = time.monotonic()
        while not self._asked_to_stop:
            if dead := self.ended():
                return dead
            if until():
                return None
            if at_most is not None and time.monotonic() - began > at_most:
                raise TimeoutError
            time.sleep(_LOOK_EVERY)
        return None

    def keep_running(
        self, *, say: Callable[[str], object], besides: Callable[[], None] = lambda: None
    ) -> None:
        """Restart any child that exits, until a stop is requested.

        `say` reports to a person. `besides` is called on every round.
        """
        while not self._asked_to_stop:
            for child in self._children:
                self._mend(child, say)
            besides()
            time.sleep(_LOOK_EVERY)

    def _mend(self, child: Child, say: Callable[[str], object]) -> None:
        now = time.monotonic()
        if child.due is None and child.process.poll() is not None:
            _end(child.process)  # what it started must not keep its port
            pause = child.pauses.after(now - child.began)
            child.due = now + pause
            say(
                f"{child.name} ended by itself (exit code {child.process.returncode}). It is started again in {pause:g} s."
            )
        elif child.due is not None and now >= child.due:
            child.process, child.began, child.due = (
                self._spawn(child.command, child.environment),
                now,
                None,
            )

    def stop(self) -> None:
        """Stop every child, most recent first, along with any processes that it started."""
        while self._children:
            _end(self._children.pop().process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, and kill it if it has not ended after STOP_WITHIN seconds.

    None of its own child processes is left behind.
    """
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def is_free(host: str, port: int) -> bool:
    """Return whether the port is free to listen on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
