"""Settings from the environment, each by one typed reader that names itself when it is missing or malformed."""

from __future__ import annotations

import os
from pathlib import Path


class Missing(SystemExit):
    """A variable that this process needs is not set. Stops the start with a sentence."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not set. See docs/operators-guide.md for what it means.")


class Malformed(SystemExit):
    """A variable has a value that cannot be used."""

    def __init__(self, name: str, wanted: str) -> None:
        super().__init__(f"{name} must be {wanted}.")


def text(name: str, *, default: str | None = None) -> str:
    """Return the text of a variable, or the default. Stops the start when neither is there."""
    value = os.environ.get(name, default)
    if value is None:
        raise Missing(name)
    return value


def flag(name: str, *, default: bool) -> bool:
    """Return a yes or no, written 1/0, true/false, yes/no."""
    value = os.environ.get(name)
    if value is None or value == "":
        return default
    if value.lower() in {"1", "true", "yes"}:
        return True
    if value.lower() in {"0", "false", "no"}:
        return False
    raise Malformed(name, "1 or 0")


def port(name: str, *, default: int) -> int:
    """Return a port number from 1 to 65535."""
    value = os.environ.get(name, str(default))
    if not value.isdecimal() or not 1 <= int(value) <= 65535:
        raise Malformed(name, "a port number from 1 to 65535")
    return int(value)


def count(name: str, *, default: int) -> int:
    """Return a whole number from 1 to 1000: how many of something."""
    value = os.environ.get(name, str(default))
    if not value.isdecimal() or not 1 <= int(value) <= 1000:
        raise Malformed(name, "a whole number from 1 to 1000")
    return int(value)


def megabytes(name: str, *, default: int) -> int:
    """Return a number of bytes, written in mebibytes, from 1 to 1,000,000."""
    value = os.environ.get(name, str(default))
    if not value.isdecimal() or not 1 <= int(value) <= 1_000_000:
        raise Malformed(name, "a whole number of mebibytes from 1 to 1000000")
    return int(value) * 1024 * 1024


def path(name: str, *, default: str) -> Path:
    """Return an absolute path."""
    return Path(os.environ.get(name, default)).expanduser().absolute()


def secret(name: str, *, default: str | None = None) -> str:
    """Return a secret from NAME, or from the file that NAME_FILE points to."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError:
            raise Malformed(f"{name}_FILE", "the path of a readable file") from None
    return text(name, default=default)
