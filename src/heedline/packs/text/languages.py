"""The languages of a pack: what a translation must keep of its original, and the marks of those who read it.

A translation is a file beside the original's, `words/<language>.toml` or `questions/<code>.<language>.toml`, with the
same keys. Where a language is not complete, the texts that it lacks stand in the pack's first language.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources.abc import Traversable
from typing import Any, Literal

from heedline.packs.reading.tables import PackError, Table, read_toml

type Texts = Mapping[str, str | tuple[str, ...]]

_BRACES = re.compile(r"\{([a-z_]+(?:\.[a-z0-9_]+)?)\}")
#: Names of months are a language's own: as many as people write, whatever the original has.
_OWN = "months"
#: Digits in groups, such as a telephone number: right-to-left text would put the last group first.
_GROUPED_DIGITS = re.compile(r"(?<!\d)\+?\d+(?:[ -]\d+)+")
_ISOLATE, _END_ISOLATE = "\u2066", "\u2069"


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the public pages. `name`: its own name; `english`: what officers call it.

    `complete`: every text must be there. Otherwise a text may be missing, and stands in the first language.
    """

    code: str
    name: str
    english: str
    direction: Literal["ltr", "rtl"]
    complete: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """Somebody read all texts of a page in a language, and they say what the original says.

    `digest`: of those texts and their original together; `original`: of the original alone, so that it can be said which
    of the two has changed since.
    """

    by: str
    on: date
    digest: str
    original: str


class State(StrEnum):
    """How far a page is in a language."""

    ORIGINAL = "original"
    REVIEWED = "reviewed"
    CHANGED = "changed since it was reviewed"
    UNREVIEWED = "not reviewed"
    WITHHELD = "not reviewed, so the original is shown"
    ABSENT = "not translated"


@dataclass(frozen=True, slots=True)
class Page:
    """The texts of one page in one language: `texts` of them in the original, `own` in this language.

    `digest` and `original`: what a mark would hold that somebody made now.
    """

    code: str
    state: State
    texts: int
    own: int
    digest: str
    original: str = ""
    mark: Mark | None = None

    @property
    def stale(self) -> str:
        """What has changed since somebody reviewed it: `original`, `translation`, or "" when the mark stands, or is none.

        When both have, it is the original: whoever translates starts from there.
        """
        if self.mark is None or self.mark.digest == self.digest:
            return ""
        return "translation" if self.mark.original == self.original else "original"


def read_languages(table: Table) -> dict[str, Language]:
    """`[languages.cy]`, by code; the first is the original of all others."""
    found = {}
    for code in table:
        if not re.fullmatch(r"[a-z]{2,3}(-[a-z]{2,4})?", code):
            raise table.wrong(code, "must be a language tag in small letters")
        one = table.table(code)
        direction: Any = one.one_of("direction", ("ltr", "rtl"), "ltr")
        found[code] = Language(
            code, one.text("name"), one.text("english"), direction, one.flag("complete", False)
        )
        one.done()
    if not found:
        raise table.wrong("", "must not be empty")
    return found


def flat(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Every text of nested tables, by its dotted key; a list of texts is one entry. Not the names of months."""
    for name, value in data.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from flat(value, f"{key}.")
        elif key != _OWN:
            yield key, tuple(value) if isinstance(value, list) else value


def check_translation(table: Table, original: Table, *, complete: bool) -> None:
    """PackError when a text is nobody's translation, loses or invents a brace, or a list has another length."""
    theirs, ours = dict(flat(table.data)), dict(flat(original.data))
    if unknown := sorted(set(theirs) - set(ours)):
        raise table.wrong(unknown[0], f"is not in {original.file}")
    if complete and (missing := sorted(set(ours) - set(theirs))):
        raise table.wrong(missing[0], f"is missing, and {len(missing) - 1} more")
    for key, text in theirs.items():
        said = ours[key]
        if isinstance(text, tuple) != isinstance(said, tuple):
            raise table.wrong(key, "must be a list" if isinstance(said, tuple) else "must be one text")
        lines, ours_of_it = _lines(text), _lines(said)
        if len(lines) != len(ours_of_it):
            raise table.wrong(key, f"must have {len(ours_of_it)} texts, one for each of the original")
        for line, was in zip(lines, ours_of_it, strict=True):
            if not isinstance(line, str) or not line.strip():
                raise table.wrong(key, "must be text and not empty")
            if set(_BRACES.findall(line)) != set(_BRACES.findall(was)):
                raise table.wrong(key, f"must have the braces of the original: {was}")


def _lines(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


def over(original: Mapping[str, Any], translation: Mapping[str, Any]) -> dict[str, Any]:
    """The translation, and the original wherever it says nothing."""
    merged = dict(original)
    for key, value in translation.items():
        deeper = isinstance(value, Mapping) and isinstance(original.get(key), Mapping)
        merged[key] = over(original[key], value) if deeper else value
    return merged


def kept_in_order(text: str) -> str:
    """The text for a page that reads from right to left: numbers that are written in groups keep their order."""
    return _GROUPED_DIGITS.sub(lambda found: f"{_ISOLATE}{found.group()}{_END_ISOLATE}", text)


def in_order(data: Any) -> Any:
    """`kept_in_order` in every text of TOML data, however deep."""
    if isinstance(data, str):
        return kept_in_order(data)
    if isinstance(data, list):
        return [in_order(item) for item in data]
    if isinstance(data, Mapping):
        return {key: in_order(value) for key, value in data.items()}
    return data


def digest_of(theirs: Texts, original: Texts) -> str:
    """Names these texts and what they translate: when either changes, so does the digest."""
    return _digest({key: [text, original.get(key)] for key, text in theirs.items()})


def _digest(texts: Mapping[str, Any]) -> str:
    canonical = json.dumps(texts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Reviews:
    """`words/reviews.toml`. `only_reviewed`: keys, or what stands before them, that are never shown unread by a person."""

    only_reviewed: tuple[str, ...]
    marks: Mapping[str, Mapping[str, Mark]]
    file: Table

    def withholds(self, key: str) -> bool:
        """Whether the translation of this text waits for a person's eyes."""
        return any(key == one or key.startswith(f"{one}.") for one in self.only_reviewed)


def read_reviews(folder: Traversable, languages: Mapping[str, Language]) -> Reviews:
    """The marks of every language; PackError for a language that is none, or for the original."""
    table = read_toml(folder, "words/reviews.toml")
    only = table.texts("only_reviewed")
    tables = table.table("marks", optional=True)
    translated = list(languages)[1:]
    marks: dict[str, dict[str, Mark]] = {}
    for language in tables:
        if language not in translated:
            raise tables.wrong(language, "is no language into which this pack is translated")
        marks[language] = {}
        of_language = tables.table(language)
        for code in of_language:
            one = of_language.table(code)
            marks[language][code] = Mark(
                one.text("by"), one.day("on"), one.text("digest"), one.text("original")
            )
            one.done()
    table.done()
    return Reviews(only, marks, table)


def pages_of(
    language: str, theirs: Mapping[str, Texts], original: Mapping[str, Texts], reviews: Reviews
) -> dict[str, Page]:
    """Every page of the original, as it stands in that language. PackError for a mark of a page that is none."""
    marks = dict(reviews.marks.get(language, {}))
    found = {}
    for code, texts in original.items():
        own = theirs.get(code, {})
        digest, mark = digest_of(own, texts), marks.pop(code, None)
        said = _digest({key: texts.get(key) for key in own})
        withheld = any(reviews.withholds(key) for key in own)
        if not own:
            state = State.ABSENT
        elif mark is not None:
            state = State.REVIEWED if mark.digest == digest else State.CHANGED
        else:
            state = State.UNREVIEWED
        if withheld and state is not State.REVIEWED and all(reviews.withholds(key) for key in own):
            state = State.WITHHELD
        found[code] = Page(code, state, len(texts), len(own), digest, said, mark)
    for code in marks:
        raise reviews.file.wrong(f"marks.{language}.{code}", "there is no page of that name")
    return found


def by_page(texts: Texts) -> dict[str, dict[str, str | tuple[str, ...]]]:
    """The texts of `words/<language>.toml` by the page that they stand on: the first part of their key."""
    pages: dict[str, dict[str, str | tuple[str, ...]]] = {}
    for key, text in texts.items():
        pages.setdefault(key.split(".")[0], {})[key] = text
    return pages


def optional_toml(folder: Traversable, path: str) -> Table | None:
    """The file, or None where there is none."""
    try:
        return read_toml(folder, path)
    except PackError:
        if folder.joinpath(*path.split("/")).is_file():
            raise
        return None
