"""Read typed values from TOML, raising errors that name the file and key.

Every getter takes a key, checks the type and marks the key as used. `done()` rejects unused keys, so
that a misspelt key is an error and not a setting that silently has no effect.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources.abc import Traversable
from typing import Any

from heedline.packs.layers import LayeredPack


class PackError(Exception):
    """Raised when a pack contains invalid data.

    The message has the form `file: key: what is wrong`.
    """


def read_toml(folder: Traversable, path: str) -> Table:
    """Return the file as a Table.

    Raises PackError if it is missing or not TOML.
    """
    try:
        if isinstance(folder, LayeredPack):
            data = folder.merged(path)
        else:
            data = tomllib.loads(folder.joinpath(*path.split("/")).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PackError(f"{path}: the file is missing") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{path}: not readable as TOML: {error}") from None
    return Table(data, path)


class Table:
    """A TOML table, with the file and key that it was read from for use in error messages.

    `places` are the files of the tables in it that come from others, by their full key.
    """

    def __init__(
        self, data: Mapping[str, Any], file: str, path: str = "", places: Mapping[str, str] | None = None
    ) -> None:
        self.data = data
        self.places = places or {}
        self.file = self.places.get(path, file)
        self.path = path
        self._used: set[str] = set()

    def wrong(self, key: str, what: str) -> PackError:
        """Return the error to raise for `key`, naming the file and the full key."""
        full = ".".join(part for part in (self.path, key) if part)
        return PackError(f"{self.file}: {full}: {what}")

    def has(self, key: str) -> bool:
        """Return whether the key exists, without marking it as used."""
        return key in self.data

    def __iter__(self) -> Iterator[str]:
        """Yield the keys, in file order."""
        return iter(self.data)

    def raw(self, key: str) -> Any:
        """Return the value of `key`, whatever its type.

        Raises PackError if the key is missing.
        """
        self._used.add(key)
        if key not in self.data:
            raise self.wrong(key, "is missing")
        return self.data[key]

    def _typed[T](self, key: str, kind: type[T], default: T | None, words: str) -> T:
        if key not in self.data and default is not None:
            self._used.add(key)
            return default
        value = self.raw(key)
        # bool is an int in Python, but `minutes = true` is a mistake in a pack
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.wrong(key, f"must be {words}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Return the value of `key`, which must be a string.

        It may be empty only if the default is.
        """
        value = self._typed(key, str, default, "text")
        if not value and default != "":
            raise self.wrong(key, "must not be empty")
        return value

    def number(self, key: str, default: int | None = None) -> int:
        """Return the value of `key`, which must be a non-negative integer."""
        value = self._typed(key, int, default, "a whole number")
        if value < 0:
            raise self.wrong(key, "must not be negative")
        return value

    def flag(self, key: str, default: bool | None = None) -> bool:
        """Return the value of `key`, which must be true or false."""
        return self._typed(key, bool, default, "true or false")

    def day(self, key: str) -> date:
        """Return a date, which must be written without quotes, for example 2026-01-31."""
        return self._typed(key, date, None, "a date such as 2026-01-31")

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return the value of `key`, which must be a list of strings."""
        value = self._typed(key, list, None if default is None else list(default), "a list of texts")
        if not all(isinstance(item, str) and item for item in value):
            raise self.wrong(key, "must be a list of texts, none of them empty")
        return tuple(value)

    def numbers(self, key: str) -> tuple[int, ...]:
        """Return the value of `key`, which must be a list of integers."""
        value = self._typed(key, list, None, "a list of whole numbers")
        if not all(isinstance(item, int) and not isinstance(item, bool) for item in value):
            raise self.wrong(key, "must be a list of whole numbers")
        return tuple(value)

    def one_of(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """Return the value of `key`, which must be one of the allowed strings."""
        value = self.text(key, default)
        if value not in allowed:
            raise self.wrong(key, f"must be one of {', '.join(allowed)}")
        return value

    def table(self, key: str, *, optional: bool = False) -> Table:
        """Return a nested table."""
        value = self._typed(key, dict, {} if optional else None, "a table")
        return Table(value, self.file, ".".join(part for part in (self.path, key) if part), self.places)

    def tables(self, key: str, *, optional: bool = False) -> tuple[Table, ...]:
        """Return a list of tables (`[[key]]`), in order."""
        value = self._typed(key, list, [] if optional else None, "a list of tables")
        base = ".".join(part for part in (self.path, key) if part)
        if not all(isinstance(item, dict) for item in value):
            raise self.wrong(key, "must be a list of tables")
        return tuple(Table(item, self.file, f"{base}[{at}]") for at, item in enumerate(value))

    def named(self, key: str) -> dict[str, Table]:
        """Return a table of tables (`[key.code]`), by code, in file order."""
        table = self.table(key)
        found = {code: table.table(code) for code in table}
        if not found:
            raise self.wrong(key, "must not be empty")
        return found

    def done(self) -> None:
        """Reject keys that were never read, as they are probably misspelt or out of date."""
        for key in self.data:
            if key not in self._used:
                raise self.wrong(key, "is not a known key here")
