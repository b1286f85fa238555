"""A pack that takes from another one whatever it does not have itself."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from typing import Any

#: The key of `pack.toml` that names the pack beneath.
BASED_ON = "based_on"
#: Files whose tables replace those of the same name in the pack beneath.
_BY_TABLE = frozenset({"pack.toml", "desks.toml"})
#: Tables whose entries do so one by one.
_BY_ENTRY = ("numbers", "links")
#: Files of texts. Each text replaces the one of the same key.
_BY_TEXT = "words/"
#: The key of such a file that lists tables of the pack beneath that this one has no page for, with dots.
_WITHOUT = "without"


class LayeredPack(Traversable):
    """The folder of a pack laid over another's.

    A file that the upper pack has is used as it is, except for those that `merged` combines.
    """

    def __init__(self, upper: Traversable, beneath: Traversable) -> None:
        self.upper = upper
        self.beneath = beneath

    @property
    def name(self) -> str:
        return self.upper.name

    def joinpath(self, *names: Any) -> Traversable:
        own = self.upper.joinpath(*names)
        return own if own.is_file() else self.beneath.joinpath(*names)

    def __truediv__(self, name: Any) -> Traversable:
        return self.joinpath(name)

    def iterdir(self) -> Iterator[Traversable]:
        raise NotImplementedError

    def is_dir(self) -> bool:
        return True

    def is_file(self) -> bool:
        return False

    def open(self, mode: str = "r", *_: Any, **__: Any) -> Any:
        raise IsADirectoryError(self.name)

    def read_bytes(self) -> bytes:
        raise IsADirectoryError(self.name)

    def read_text(self, encoding: str | None = None) -> str:
        raise IsADirectoryError(self.name)

    def merged(self, path: str) -> dict[str, Any]:
        """Return the data of a TOML file. Raises FileNotFoundError, TOMLDecodeError or UnicodeDecodeError."""
        parts = path.split("/")
        combined = path in _BY_TABLE or path.startswith(_BY_TEXT)
        if not combined or not self.upper.joinpath(*parts).is_file():
            return _read(self.joinpath(*parts))
        own = _read(self.upper.joinpath(*parts))
        own.pop(BASED_ON, None)
        if not self.beneath.joinpath(*parts).is_file():
            return own
        under = _read(self.beneath.joinpath(*parts))
        if path not in _BY_TABLE:
            for table in own.pop(_WITHOUT, ()):
                *outer, last = table.split(".")
                within = under
                for key in outer:
                    within = within[key]
                del within[last]
            return laid_over(under, own)
        both = {key: under[key] | own[key] for key in _BY_ENTRY if key in under and key in own}
        return {**under, **own, **both}


def laid_over(under: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return `under` with every value of `own` in place of its own, table by table."""
    found = dict(under)
    for key, value in own.items():
        below = found.get(key)
        found[key] = laid_over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return found


def _read(file: Traversable) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
