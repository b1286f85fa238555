"""Data structures for what a specialist desk adds to the operator's tools.

They are read before Django starts, from the module `operations.py` of each desk, whose OPERATIONS is an `Operations`. It must
import its own heavy modules only when a function is called.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program that a desk needs on its machine.

    `missing` returns what cannot be done without it and how to install it, or "". `present` is the doctor's text if it is there.
    """

    missing: Callable[[], str]
    present: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoProcess:
    """A process that the demonstration runs for a desk, given its folder and as many free ports.

    `settings` maps the folder and the ports to what the office site is told, and `words` to a line for the operator.
    """

    name: str
    module: str
    ports: int
    settings: Callable[[Path, Sequence[int]], Mapping[str, str]]
    words: Callable[[Sequence[int]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """Everything that a desk adds to the operator's tools.

    `commands` adds subcommands of `heedline`. Each sets `call`, which takes the parsed arguments and returns the exit code.
    """

    commands: Callable[[argparse._SubParsersAction[argparse.ArgumentParser]], None] | None = None
    programs: tuple[Program, ...] = ()
    demo_processes: tuple[DemoProcess, ...] = ()
