"""A copy of the pack in languages made up for tests, so that what a language does is tested apart from any translation.

In place of the pack's own translations there are two: `cy` has every text, in capitals where the English is small and the
other way round; `ar` has some pages, in Hebrew letters, and reads from right to left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.resources.abc import Traversable
from types import SimpleNamespace
from typing import Any

import pytest

from heedline.packs import Pack, load_pack
from heedline.packs.reading import loading
from heedline.packs.reading.loading import read_pack
from heedline.packs.tables import read_toml
from heedline.packs.text.languages import Page
from heedline.web.public.shell import languages as public_languages
from tests.support.pack_copy import PackCopy

_BRACES = re.compile(r"(\{[^}]*\})")
_TRANSLATIONS = re.compile(r"\[languages\.(?!en\b)[a-z]+\]\n(?:.+\n)*")
_MADE_UP = """
[languages.cy]
name = "Cymraeg"
english = "Welsh"
complete = true

[languages.ar]
name = "العربية"
english = "Arabic"
direction = "rtl"

[numbers.emergency]
"""
#: The pages that the second has; its form has questions of the first kind only.
SOME = ("components", "shared", "languages", "doors", "attack", "code", "visit", "check")
_HEBREW = str.maketrans({chr(97 + number): chr(0x5D0 + number) for number in range(26)})


def in_cy(text: str) -> str:
    """The text as `cy` says it."""
    return "".join(part if part.startswith("{") else part.swapcase() for part in _BRACES.split(text))


def in_ar(text: str) -> str:
    """The text as `ar` says it."""
    parts = _BRACES.split(text)
    return "".join(part if part.startswith("{") else part.lower().translate(_HEBREW) for part in parts)


def english_only(folder: PackCopy) -> None:
    """Take every language but the first out of a copy of the pack."""
    main = folder / "pack.toml"
    main.write_text(_TRANSLATIONS.sub("", main.read_text(encoding="utf-8")), encoding="utf-8")
    for file in [*(folder / "words").iterdir(), *questions_in(folder)]:
        if re.search(r"(^|\.)(?!en\.)[a-z]{2}\.toml$", file.name):
            file.unlink()


def questions_in(folder: PackCopy) -> list[PackCopy]:
    """The files of the questions of every kind of report, and of the phrases that they share."""
    places = (folder / "questions", *(folder / "kinds").iterdir())
    return [
        file
        for place in places
        for file in place.iterdir()
        if file.name.startswith(("questions.", "phrases."))
    ]


def copy_of_the_pack(*, marks: str = "") -> PackCopy:
    """The pack with the two languages. `marks`: TOML for `words/reviews.toml`."""
    folder = _translated().copy()
    reviews = folder / "words/reviews.toml"
    reviews.write_text(reviews.read_text() + marks)
    return folder


@cache
def _translated() -> PackCopy:
    folder = PackCopy()
    english_only(folder)
    main = folder / "pack.toml"
    text = main.read_text(encoding="utf-8")
    main.write_text(text.replace("\n[numbers.emergency]\n", _MADE_UP, 1), encoding="utf-8")
    words = read_toml(folder, "words/en.toml").data
    _write(folder / "words/cy.toml", words, in_cy)
    _write(folder / "words/ar.toml", {page: words[page] for page in SOME}, in_ar)
    for file in questions_in(folder):
        if not file.name.endswith(".en.toml"):
            continue
        stem = file.path.removesuffix(".en.toml")
        asked = read_toml(folder, file.path).data
        _write(folder / f"{stem}.cy.toml", asked, in_cy)
        if stem in ("kinds/activity/questions", "questions/phrases"):
            _write(folder / f"{stem}.ar.toml", asked, in_ar)
    return folder


def mark(page: Page, language: str) -> str:
    """What somebody who has read that page adds to `words/reviews.toml`."""
    return f'[marks.{language}."{page.code}"]\nby = "A. Reader"\non = 2026-11-20\ndigest = "{page.digest}"\noriginal = "{page.original}"\n'


@cache
def pack_in_tongues(*reviewed: tuple[str, str]) -> Pack:
    """The pack with the two languages. `reviewed`: language and page, for each that somebody has read."""
    pack = _unreviewed()
    if not reviewed:
        return pack
    marks = "".join(mark(pack.pages[language][page], language) for language, page in reviewed)
    return read_pack("uk", copy_of_the_pack(marks=marks))


@contextmanager
def shown_instead(pack: Pack) -> Iterator[Pack]:
    """Let `load_pack` return this pack inside the block, and again the one of before afterwards. Neither is read anew."""
    before = load_pack("uk")
    _return(pack)
    try:
        yield pack
    finally:
        _return(before)


def _return(pack: Pack) -> None:
    load_pack.cache_clear()
    public_languages._spoken_as.cache_clear()  # it caches texts of the pack
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "read_pack", lambda code, folder: pack)
        load_pack("uk")


def beside(folder: Traversable) -> Callable[[str], Any]:
    """What stands for `importlib.resources.files` where this is the only pack."""
    return lambda _: SimpleNamespace(joinpath=lambda code: folder)


@cache
def _unreviewed() -> Pack:
    return read_pack("uk", copy_of_the_pack())


def _write(path: PackCopy, data: Mapping[str, Any], say: Callable[[str], str]) -> None:
    path.write_text(_toml(_said(data, say)))


def _said(data: Any, say: Callable[[str], str]) -> Any:
    if isinstance(data, Mapping):
        return {key: value if key == "months" else _said(value, say) for key, value in data.items()}
    return [_said(item, say) for item in data] if isinstance(data, list) else say(data)


def _toml(data: Mapping[str, Any], path: str = "") -> str:
    here = [f"[{path}]"] if path else []
    here += [f"{key} = {_value(value)}" for key, value in data.items() if not isinstance(value, Mapping)]
    deeper = [
        _toml(value, f"{path}.{key}" if path else key)
        for key, value in data.items()
        if isinstance(value, Mapping)
    ]
    return "\n".join([*here, *deeper]) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):  # a line with a name
        return f"{{ {', '.join(f'{name} = {_value(line)}' for name, line in value.items())} }}"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
