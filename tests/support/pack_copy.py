"""A copy of the pack in memory, which a test may change: nothing is written to a disk, and what is unchanged is read once."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any


@cache
def _shipped() -> dict[str, str]:
    """Every file of the pack by its path."""
    found: dict[str, str] = {}
    left = [("", files("heedline.packs").joinpath("uk"))]
    while left:
        at, folder = left.pop()
        for one in folder.iterdir():
            if one.is_dir():
                left.append((f"{at}{one.name}/", one))
            else:
                found[at + one.name] = one.read_bytes().decode()
    return found


class PackCopy(Traversable):
    """A file or folder of a copy of the pack. The copy itself is the folder whose path is empty."""

    def __init__(self, texts: dict[str, str] | None = None, path: str = "") -> None:
        self.texts = dict(_shipped()) if texts is None else texts
        self.path = path

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    def __str__(self) -> str:
        return self.path

    def copy(self) -> PackCopy:
        """Return another copy, which says what this one says now."""
        return PackCopy(dict(self.texts))

    def joinpath(self, *names: Any) -> PackCopy:
        return PackCopy(self.texts, "/".join(one for one in (self.path, *map(str, names)) if one))

    def __truediv__(self, name: Any) -> PackCopy:
        return self.joinpath(name)

    def iterdir(self) -> Iterator[PackCopy]:
        inside = f"{self.path}/" if self.path else ""
        found = {path[len(inside) :].split("/")[0] for path in self.texts if path.startswith(inside)}
        yield from (self.joinpath(name) for name in sorted(found))

    def is_file(self) -> bool:
        return self.path in self.texts

    def is_dir(self) -> bool:
        return not self.path or any(path.startswith(f"{self.path}/") for path in self.texts)

    def open(self, mode: str = "r", *_: Any, **__: Any) -> Any:
        return io.BytesIO(self.read_bytes()) if "b" in mode else io.StringIO(self.read_text())

    def read_bytes(self) -> bytes:
        return self.read_text().encode()

    def read_text(self, encoding: str | None = None) -> str:
        try:
            return self.texts[self.path]
        except KeyError:
            raise FileNotFoundError(self.path) from None

    def write_text(self, text: str, encoding: str | None = None) -> None:
        self.texts[self.path] = text

    def unlink(self) -> None:
        del self.texts[self.path]
