"""Terminal input and output."""

from __future__ import annotations

import sys
from getpass import getpass


def say(words: str) -> None:
    """Print a line for the operator."""
    print(words, flush=True)  # noqa: T201 - the command's own words


def complain(words: str) -> int:
    """Print on standard error why the command failed, and return the exit code."""
    print(f"heedline: {words}", file=sys.stderr)  # noqa: T201
    return 1


def ask(words: str) -> str:
    """Return a secret, typed without echo or read as one line of standard input.

    Standard input is read if there is no terminal.
    """
    return getpass(f"{words}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
