"""Files of the pack are parsed once in a run, as long as they say the same."""

from __future__ import annotations

import pickle
import tomllib
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest

from heedline.packs.reading import tables


@cache
def _parsed(text: str) -> bytes:
    return pickle.dumps(tomllib.loads(text))


def _loads(text: str) -> dict[str, Any]:
    """Parse TOML. Whoever asks gets tables of their own: they may change them."""
    found: dict[str, Any] = pickle.loads(_parsed(text))  # noqa: S301 - what the line above has made
    return found


@pytest.fixture(scope="session", autouse=True)
def _parsed_once() -> Iterator[None]:
    """Some hundred tests change one file of the pack and read all of it. Parsing the rest took a third of their time."""
    with pytest.MonkeyPatch.context() as patch:
        known = SimpleNamespace(loads=_loads, TOMLDecodeError=tomllib.TOMLDecodeError)
        patch.setattr(tables, "tomllib", known)
        yield
