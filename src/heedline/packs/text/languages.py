"""The languages of a pack, with the rules for translations and the record of their reviews.

A translation is a file beside the original, `words/<language>.toml` or
`kinds/<kind>/questions.<language>.toml`, with the same keys. If a language is incomplete, missing texts are
shown in the pack's first language.
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

from heedline.packs.tables import PackError, Table, read_toml

type Texts = Mapping[str, str | tuple[str, ...]]

_BRACES = re.compile(r"\{([a-z_]+(?:\.[a-z0-9_]+)?)\}")
#: Names of months are a language's own: as many as people write, whatever the original has.
_OWN = "months"
#: Digits in groups, such as a telephone number: right-to-left text would put the last group first.
_GROUPED_DIGITS = re.compile(r"(?<!\d)\+?\d+(?:[ -]\d+)+")
_ISOLATE, _END_ISOLATE = "\u2066", "\u2069"


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the public pages.

    `name` is its own name, and `english` the name that officers use. If `complete` is set, every text must
    be present. Otherwise a missing text is shown in the first language. `thousands` separates the thousands of a number.
    """

    code: str
    name: str
    english: str
    direction: Literal["ltr", "rtl"]
    complete: bool
    thousands: str = ","

    def grouped(self, value: int) -> str:
        """Format a number with this language's thousands separator."""
        return f"{value:,}".replace(",", self.thousands)


@dataclass(frozen=True, slots=True)
class ReviewMark:
    """A record that a named person has reviewed a page's translation against the original.

    `digest` is the hash of the translated texts together with their original, and `original` the hash of the
    original alone. This shows which of the two has changed since.
    """

    by: str
    on: date
    digest: str
    original: str


class PageState(StrEnum):
    """The translation state of a page in one language."""

    ORIGINAL = "original"
    REVIEWED = "reviewed"
    CHANGED = "changed since it was reviewed"
    UNREVIEWED = "not reviewed"
    WITHHELD = "not reviewed, so the original is shown"
    ABSENT = "not translated"


@dataclass(frozen=True, slots=True)
class Page:
    """The translation of one page in one language.

    `texts` is the number of texts in the original, and `own` the number in this language. `digest` and
    `original` are the values that a review mark made now would hold.
    """

    code: str
    state: PageState
    texts: int
    own: int
    digest: str
    original: str = ""
    mark: ReviewMark | None = None

    @property
    def stale(self) -> str:
        """Return which text has changed since the review: `original`, `translation` or "".

        The result is also "" if there is no mark. If both have changed, it is `original`, because the translator
        starts from there.
        """
        if self.mark is None or self.mark.digest == self.digest:
            return ""
        return "translation" if self.mark.original == self.original else "original"


def read_languages(table: Table) -> dict[str, Language]:
    """Return the languages defined in tables such as `[languages.cy]`, by code.

    The first is the original of all others.
    """
    found = {}
    for code in table:
        if not re.fullmatch(r"[a-z]{2,3}(-[a-z]{2,4})?", code):
            raise table.wrong(code, "must be a language tag in small letters")
        one = table.table(code)
        direction: Any = one.one_of("direction", ("ltr", "rtl"), "ltr")
        found[code] = Language(
            code,
            one.text("name"),
            one.text("english"),
            direction,
            one.flag("complete", False),
            one.text("thousands", ","),
        )
        one.done()
    if not found:
        raise table.wrong("", "must not be empty")
    return found


def flat(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Yield every string in nested tables, with its dotted key.

    A list of texts is one entry. A line of it that has a name, `{ run = "…" }`, is also an entry of its own, under `lines`
    beside the list. Month names are left out.
    """
    for name, value in data.items():
        key = f"{prefix}{name}"
        if isinstance(
            value, dict
        ):  # asked 40,000 times at a start: several times as fast as asking for a Mapping
            yield from flat(value, f"{key}.")
        elif key != _OWN and isinstance(value, list):
            named = [line for line in value if isinstance(line, dict) and len(line) == 1]
            yield key, tuple(next(iter(line.values())) if line in named else line for line in value)
            for line in named:
                yield from flat(line, f"{prefix}lines.")
        elif key != _OWN:
            yield key, value


def check_translation(table: Table, original: Table, *, complete: bool) -> None:
    """Check a translation's keys, placeholders and list lengths against the original.

    Raises PackError if a text has no counterpart in the original, if it loses or adds a placeholder, or if a
    list has another length.
    """
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
    """Return the translation, with gaps filled from the original."""
    merged = dict(original)
    for key, value in translation.items():
        deeper = isinstance(value, Mapping) and isinstance(original.get(key), Mapping)
        merged[key] = over(original[key], value) if deeper else value
    return merged


def kept_in_order(text: str) -> str:
    """Return the text for a right-to-left page, with digit groups isolated to keep them in order."""
    return _GROUPED_DIGITS.sub(lambda found: f"{_ISOLATE}{found.group()}{_END_ISOLATE}", text)


def in_order(data: Any) -> Any:
    """Return TOML data with `kept_in_order` applied to every string at any depth."""
    if isinstance(data, str):
        return kept_in_order(data)
    if isinstance(data, list):
        return [in_order(item) for item in data]
    if isinstance(data, Mapping):
        return {key: in_order(value) for key, value in data.items()}
    return data


def digest_of(theirs: Texts, original: Texts) -> str:
    """Return a digest of a page's translation together with its original.

    It changes if either of them does.
    """
    return _digest({key: [text, original.get(key)] for key, text in theirs.items()})


def _digest(texts: Mapping[str, Any]) -> str:
    canonical = json.dumps(texts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Reviews:
    """The reviews read from `words/reviews.toml`.

    `only_reviewed` lists keys, or prefixes of keys, whose translations are never shown before a person has
    reviewed them.
    """

    only_reviewed: tuple[str, ...]
    marks: Mapping[str, Mapping[str, ReviewMark]]
    file: Table

    def withholds(self, key: str) -> bool:
        """Return whether a text's translation is withheld until a person has reviewed it."""
        return any(key == one or key.startswith(f"{one}.") for one in self.only_reviewed)


def read_reviews(folder: Traversable, languages: Mapping[str, Language]) -> Reviews:
    """Return the translation reviews of every language, read from `words/reviews.toml`.

    Raises PackError for a language that does not exist, or for the original language.
    """
    table = read_toml(folder, "words/reviews.toml")
    only = table.texts("only_reviewed")
    tables = table.table("marks", optional=True)
    translated = list(languages)[1:]
    marks: dict[str, dict[str, ReviewMark]] = {}
    for language in tables:
        if language not in translated:
            raise tables.wrong(language, "is no language into which this pack is translated")
        marks[language] = {}
        of_language = tables.table(language)
        for code in of_language:
            one = of_language.table(code)
            marks[language][code] = ReviewMark(
                one.text("by"), one.day("on"), one.text("digest"), one.text("original")
            )
            one.done()
    table.done()
    return Reviews(only, marks, table)


def pages_of(
    language: str, theirs: Mapping[str, Texts], original: Mapping[str, Texts], reviews: Reviews
) -> dict[str, Page]:
    """Return the translation state of every page in `language`, by page code.

    Raises PackError for a mark of a page that does not exist.
    """
    marks = dict(reviews.marks.get(language, {}))
    found = {}
    for code, texts in original.items():
        own = theirs.get(code, {})
        digest, mark = digest_of(own, texts), marks.pop(code, None)
        said = _digest({key: texts.get(key) for key in own})
        withheld = any(reviews.withholds(key) for key in own)
        if not own:
            state = PageState.ABSENT
        elif mark is not None:
            state = PageState.REVIEWED if mark.digest == digest else PageState.CHANGED
        else:
            state = PageState.UNREVIEWED
        if withheld and state is not PageState.REVIEWED and all(reviews.withholds(key) for key in own):
            state = PageState.WITHHELD
        found[code] = Page(code, state, len(texts), len(own), digest, said, mark)
    for code in marks:
        raise reviews.file.wrong(f"marks.{language}.{code}", "there is no page of that name")
    return found


def by_page(texts: Texts) -> dict[str, dict[str, str | tuple[str, ...]]]:
    """Return the strings of `words/<language>.toml` grouped by page, which is the first part of their key."""
    pages: dict[str, dict[str, str | tuple[str, ...]]] = {}
    for key, text in texts.items():
        pages.setdefault(key.split(".")[0], {})[key] = text
    return pages


def optional_toml(folder: Traversable, path: str) -> Table | None:
    """Return the file as a Table, or None if it does not exist."""
    try:
        return read_toml(folder, path)
    except PackError:
        if folder.joinpath(*path.split("/")).is_file():
            raise
        return None
