"""Files of the pack are parsed once in a run, and texts and police areas read once, as long as they say the same.

No example of Hypothesis has a deadline: how long one takes depends on what else the machine does.
"""

from __future__ import annotations

import hashlib
import pickle
import tomllib
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.resources.abc import Traversable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from heedline.packs import tables
from heedline.packs.places.areas import Areas, read_areas
from heedline.packs.reading import loading
from heedline.packs.reading.word_files import PagesByCode, read_all_words
from heedline.packs.text.languages import Language
from heedline.packs.text.words import Words
from tests.support.cases import cases

settings.register_profile(
    "unhurried", max_examples=cases(100), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")


@cache
def _parsed(text: str) -> bytes:
    return pickle.dumps(tomllib.loads(text))


def _loads(text: str) -> dict[str, Any]:
    """Parse TOML. Whoever asks gets tables of their own: they may change them."""
    found: dict[str, Any] = pickle.loads(_parsed(text))  # noqa: S301 - what the line above has made
    return found


_areas: dict[object, Areas] = {}


def _read_areas(
    folder: Traversable,
    forces: Mapping[str, str],
    prefixes: Mapping[str, str],
    ambiguous: Collection[str],
    formats: Mapping[str, str],
    where: Collection[str],
) -> Areas:
    """Read police areas. What is wrong is raised each time."""
    files = sorted(folder.joinpath("areas").iterdir(), key=str)
    said = tuple(file.read_bytes() for file in files if file.name.endswith(".csv"))
    key = (said, *(tuple(one.items()) for one in (forces, prefixes, formats)), tuple(ambiguous), tuple(where))
    if key not in _areas:
        _areas[key] = read_areas(folder, forces, prefixes, ambiguous, formats, where)
    return _areas[key]


_words: dict[object, tuple[dict[str, Words], PagesByCode]] = {}


def _read_all_words(
    folder: Traversable,
    languages: Mapping[str, Language],
    known: Mapping[str, str],
    question_files: Mapping[str, str],
    known_in: Mapping[str, Mapping[str, str]],
) -> tuple[dict[str, Words], PagesByCode]:
    """Read the texts of all languages. What is wrong is raised each time."""
    said = hashlib.sha256()
    for part in ("words", *sorted({path.rpartition("/")[0] for path in question_files.values()})):
        for file in sorted(folder.joinpath(*part.split("/")).iterdir(), key=str):
            if file.is_file():
                said.update(f"\n{part}/{file.name}\n".encode() + file.read_bytes())
    key = said.digest(), repr((languages, known, question_files, known_in))
    if key not in _words:
        _words[key] = read_all_words(folder, languages, known, question_files, known_in)
    words, pages = _words[key]
    return dict(words), {code: dict(of_code) for code, of_code in pages.items()}


@pytest.fixture(scope="session", autouse=True)
def _parsed_once() -> Iterator[None]:
    """Some hundred tests change one file of the pack and read all of it. The rest took two thirds of their time."""
    with pytest.MonkeyPatch.context() as patch:
        known = SimpleNamespace(loads=_loads, TOMLDecodeError=tomllib.TOMLDecodeError)
        patch.setattr(tables, "tomllib", known)
        patch.setattr(loading, "read_areas", _read_areas)
        patch.setattr(loading, "read_all_words", _read_all_words)
        yield
