"""Talking with whoever sits at a terminal."""

from __future__ import annotations

import sys
from getpass import getpass


def say(words: str) -> None:
    """A line for the person who waits."""
    print(words, flush=True)  # noqa: T201 - the command's own words


def complain(words: str) -> int:
    """Say on standard error why it was not done; the exit code."""
    print(f"heedline: {words}", file=sys.stderr)  # noqa: T201
    return 1


def ask(words: str) -> str:
    """A secret: typed without echo, or one line of standard input where nobody sits there."""
    return getpass(f"{words}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
