"""The interface text of one language.

A missing text raises an error and never leaves an empty space on a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from heedline.packs.text.languages import flat, kept_in_order

if TYPE_CHECKING:
    from heedline.packs.tables import Table

_PLACEHOLDER = re.compile(r"\{([a-z_]+(?:\.[a-z0-9_]+)?)\}")


class WordMissing(KeyError):
    """Raised when a page uses a text key that the pack does not define."""


class Words(Mapping[str, str]):
    """All interface text in one language, by dotted key.

    `words["start.title"]` is one text. `words.lines("start.fears")` is a list of texts. Placeholders with a
    dot (`{numbers.hotline}`, `{minutes.draft}`, `{hours.draft_long}`, `{service.name}`) are filled from the
    pack when it is loaded. Others (`{count}`) are filled by `say("messages.new", count=2)`. Asking for such
    a text without filling it is also an error.

    A translation has an `original`, which supplies the texts it lacks. `beside` returns the original that a
    page shows next to an unreviewed translation, and `borrowed` says whether a text comes from the original.
    """

    def __init__(
        self,
        language: str,
        texts: Mapping[str, str],
        lists: Mapping[str, tuple[str, ...]],
        *,
        direction: str = "ltr",
        original: Words | None = None,
        reviewed: frozenset[str] = frozenset(),
    ) -> None:
        self.language = language
        self.direction = direction
        self.original = original
        self._own = frozenset(texts) | frozenset(lists)
        self._texts: dict[str, str] = {**original._texts, **texts} if original else dict(texts)
        self._lists: dict[str, tuple[str, ...]] = {**original._lists, **lists} if original else dict(lists)
        self._reviewed = reviewed
        self._table = ""
        self._within: dict[str, Words] = {}

    def within(self, table: str) -> Words:
        """Return these texts, with each text or list of a table in place of that whose key stands after the table's name.

        `within("advice_mailbox")["status.read"]` is the text `advice_mailbox.status.read`, or if there is none, `status.read`.
        """
        if table not in self._within:  # kept: whoever caches a text does so by the identity of these texts
            found = copy(self)
            found._table, found._within = f"{table}.", {}
            found.original = self.original.within(table) if self.original else None
            self._within[table] = found
        return self._within[table]

    def _key(self, key: str) -> str:
        own = self._table + key
        return own if own in self._texts or own in self._lists else key

    def __getitem__(self, key: str) -> str:
        text = self._text(key)
        if open_braces := _PLACEHOLDER.findall(text):
            raise WordMissing(f"{self.language}: {key} needs {', '.join(open_braces)}: use say()")
        return text

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def _text(self, key: str) -> str:
        try:
            return self._texts[self._key(key)]
        except KeyError:
            raise WordMissing(f"{self.language}: there is no text {key}") from None

    def lines(self, key: str) -> tuple[str, ...]:
        """Return a list of strings, such as paragraphs or bullet points."""
        try:
            return self._lists[self._key(key)]
        except KeyError:
            raise WordMissing(f"{self.language}: there is no list {key}") from None

    def template(self, key: str) -> str:
        """Return a string without filling its placeholders."""
        return self._text(key)

    def borrowed(self, key: str) -> bool:
        """Return whether a string comes from the original because this language lacks it."""
        return self.original is not None and self._key(key) not in self._own

    def beside(self, key: str) -> Words | None:
        """Return the original if this language's string is an unreviewed translation, otherwise None."""
        return None if self.borrowed(key) or self._key(key).split(".")[0] in self._reviewed else self.original

    def list_keys(self) -> tuple[str, ...]:
        """Return the keys whose text is a list, for use with `lines`."""
        return tuple(self._lists)

    def say(self, key: str, **values: object) -> str:
        """Return the text with its placeholders filled.

        Raises WordMissing if a value is missing or unused.
        """
        text = self._text(key)
        wanted = set(_PLACEHOLDER.findall(text))
        if wanted != set(values):
            raise WordMissing(f"{self.language}: {key} needs exactly {sorted(wanted)}")
        return _PLACEHOLDER.sub(lambda match: str(values[match.group(1)]), text)

    def page(self, name: str) -> Iterator[str]:
        """Yield every string of one page (`start.*`), including lists, for tests and translators."""
        for key, text in self._texts.items():
            if key.startswith(name + "."):
                yield text
        for key, texts in self._lists.items():
            if key.startswith(name + "."):
                yield from texts


def fill_known(text: str, known: Mapping[str, str]) -> str:
    """Return the text with its dotted placeholders filled.

    Raises KeyError, naming a placeholder that is not known.
    """

    def one(match: re.Match[str]) -> str:
        name = match.group(1)
        return known[name] if "." in name else match.group(0)

    return _PLACEHOLDER.sub(one, text)


def fill_all(data: Any, known: Mapping[str, str]) -> Any:
    """Return TOML data with `fill_known` applied to every string at any depth."""
    if isinstance(data, str):
        return fill_known(data, known)
    if isinstance(data, list):
        return [fill_all(item, known) for item in data]
    if isinstance(data, dict):
        return {key: fill_all(value, known) for key, value in data.items()}
    return data


@dataclass(frozen=True, slots=True)
class LanguageStatus:
    """A translated language's original, text direction and review status.

    `reviewed` holds pages. `withheld` holds the keys that are withheld until a person has reviewed them.
    """

    original: Words
    direction: str
    reviewed: frozenset[str]
    withheld: frozenset[str]


def read_words(
    table: Table, language: str, known: Mapping[str, str], translation: LanguageStatus | None = None
) -> Words:
    """Return the interface text of a language, with nested tables flattened to dotted keys.

    Raises PackError for empty texts and for placeholders that the pack cannot fill.
    """
    texts: dict[str, str] = {}
    lists: dict[str, tuple[str, ...]] = {}

    def checked(key: str, text: Any) -> str:
        if not isinstance(text, str) or not text.strip():
            raise table.wrong(key, "must be text and not empty")
        try:
            filled = fill_known(text, known)
        except KeyError as error:
            raise table.wrong(key, f"nothing in the pack is called {error.args[0]}") from None
        return kept_in_order(filled) if translation and translation.direction == "rtl" else filled

    for key, value in flat(table.data):
        if isinstance(value, tuple):
            if not value:
                raise table.wrong(key, "must not be an empty list")
            lists[key] = tuple(checked(key, item) for item in value)
        else:
            texts[key] = checked(key, value)
    if translation is None:
        return Words(language, texts, lists)
    return Words(
        language,
        {key: text for key, text in texts.items() if key not in translation.withheld},
        {key: lines for key, lines in lists.items() if key not in translation.withheld},
        direction=translation.direction,
        original=translation.original,
        reviewed=translation.reviewed,
    )
