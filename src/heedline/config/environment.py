"""Typed readers for settings in environment variables.

Each error names the variable that is missing or malformed.
"""

from __future__ import annotations

import os
from pathlib import Path


class Missing(SystemExit):
    """Raised when a required environment variable is not set.

    Stops the process at start-up with a message.
    """

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not set. See docs/operators-guide.md for what it means.")


class Malformed(SystemExit):
    """Raised when an environment variable has an invalid value."""

    def __init__(self, name: str, wanted: str) -> None:
        super().__init__(f"{name} must be {wanted}.")


def text(name: str, *, default: str | None = None) -> str:
    """Return the value of a variable as text, or the default.

    Stops the process at start-up if there is neither.
    """
    value = os.environ.get(name, default)
    if value is None:
        raise Missing(name)
    return value


def flag(name: str, *, default: bool) -> bool:
    """Return the value of a boolean variable, written as 1/0, true/false or yes/no."""
    value = os.environ.get(name)
    if value is None or value == "":
        return default
    if value.lower() in {"1", "true", "yes"}:
        return True
    if value.lower() in {"0", "false", "no"}:
        return False
    raise Malformed(name, "1 or 0")


def port(name: str, *, default: int) -> int:
    """Return the value of a variable as a port number from 1 to 65535."""
    value = os.environ.get(name, str(default))
    if not value.isdecimal() or not 1 <= int(value) <= 65535:
        raise Malformed(name, "a port number from 1 to 65535")
    return int(value)


def count(name: str, *, default: int) -> int:
    """Return the value of a variable as a whole number from 1 to 1000."""
    value = os.environ.get(name, str(default))
    if not value.isdecimal() or not 1 <= int(value) <= 1000:
        raise Malformed(name, "a whole number from 1 to 1000")
    return int(value)


def megabytes(name: str, *, default: int) -> int:
    """Return a size in bytes from a variable that gives it in mebibytes, from 1 to 1,000,000."""
    value = os.environ.get(name, str(default))
    if not value.isdecimal() or not 1 <= int(value) <= 1_000_000:
        raise Malformed(name, "a whole number of mebibytes from 1 to 1000000")
    return int(value) * 1024 * 1024


def path(name: str, *, default: str) -> Path:
    """Return the value of a variable as an absolute path."""
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


def object_storage() -> tuple[str, dict[str, str]]:
    """Return the bucket in which files are kept, or "", and the endpoint, region, key and secret of its service."""
    return text("HEEDLINE_FILES_BUCKET", default=""), {
        "endpoint": text("HEEDLINE_FILES_S3_ENDPOINT", default=""),
        "region": text("HEEDLINE_FILES_S3_REGION", default=""),
        "key": text("HEEDLINE_FILES_S3_KEY", default=""),
        "secret": secret("HEEDLINE_FILES_S3_SECRET", default=""),
    }
