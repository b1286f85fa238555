"""Find every locator in free text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from heedline.specialist_desks.material.locators.canonical import canonical
from heedline.specialist_desks.material.locators.refanging import refang, without_invisible
from heedline.specialist_desks.material.locators.rules import LocatorRules
from heedline.specialist_desks.material.locators.shapes import Locator, LocatorKind

#: Locators of one text beyond this are left out.
MOST = 500
#: What separates words: white space, and a comma or the like before another address.
_BETWEEN = re.compile(r"[\s<>\"“”«»]+|[,;|]+(?=\s|\w{2,6}:\s?[/\\]{2}|www\.|$)|(?<=\])(?=\()")
#: A defanged dot or scheme with spaces around it, which would otherwise be cut in pieces.
_SPACED = re.compile(r"(?<=\w)\s*([\[({]\s?(?:\.|dot)\s?[\])}])\s*(?=\w)", re.IGNORECASE)
_SPACED_SCHEME = re.compile(r"\b(h(?:tt|xx)ps?)\s?(:\s?//)\s?", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?|ftp)://|(?:tg|magnet|ipfs|ipns):", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s/:]+@[\w.-]+\.\w+")
_ACCOUNT = r"@?[A-Za-z0-9_+][\w.#+-]{1,39}"


def locators_in(text: str, rules: LocatorRules) -> list[Locator]:
    """Return the distinct locators in a text, in order.

    An archived copy is followed by the page that it shows.
    """
    found: dict[str, Locator] = {}
    for one in _found(text, rules):
        locator: Locator | None = one
        while locator and len(found) < MOST:
            found.setdefault(locator.key, locator)
            locator = locator.inside
    return list(found.values())


def _found(text: str, rules: LocatorRules) -> Iterator[Locator]:
    plain = _SPACED_SCHEME.sub(r"\1\2", _SPACED.sub(r"\1", without_invisible(text)))
    for line in plain.splitlines():
        named, rest = _accounts(line, rules)
        yield from named
        for word in _BETWEEN.split(rest):
            if word and (one := _of_word(word, rules)):
                yield one


def _accounts(line: str, rules: LocatorRules) -> tuple[list[Locator], str]:
    """Return the accounts that a line names together with their app, and the rest of the line."""
    found: list[Locator] = []

    def one(match: re.Match[str]) -> str:
        named = canonical(match.group(), rules)
        if named is None or named.kind is LocatorKind.PAGE:
            return match.group()
        found.append(named)
        return " "

    for pattern in _account_patterns(tuple(rules.by_name)):
        line = pattern.sub(one, line)
    return found, line


@lru_cache(maxsize=4)
def _account_patterns(names: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """Return the patterns for "@name on App" and "App: name", bounded to stay fast on any text."""
    apps = "|".join(re.escape(one) for one in sorted(names, key=len, reverse=True))
    words = r"(?:(?:user ?name|account|handle|channel|group|user|gamertag|id)\s{0,3}[:=]?\s{0,3}){0,3}"
    patterns = (
        rf"(?<![\w@./])(?:@[\w.-]{{2,40}}|[\w.-]{{0,40}}[\d_][\w.-]{{0,40}})\s+(?:on|in|via)\s+(?:{apps})\b(?![./]\w)",
        rf"(?<![\w@./])(?:{apps})(?:\s{{0,3}}[:=]\s{{0,3}}|\s{{1,3}}){words}"
        rf"(?:@[\w.-]{{2,40}}|(?<=[:=]\s)(?!//){_ACCOUNT}|(?<=[:=])(?!//){_ACCOUNT})(?![\w@/])",
    )
    return tuple(re.compile(one, re.IGNORECASE) for one in patterns)


def _of_word(word: str, rules: LocatorRules) -> Locator | None:
    plain = refang(word)
    if not _ADDRESS.match(plain):
        if plain.startswith("@"):
            return canonical(plain.rstrip("."), rules)
        host = re.match(r"(?://)?((?:[\w-]+\.)+([\w-]{2,24}))\.?(?=[:/?#\\]|$)", plain)
        if not host or _EMAIL.match(plain):
            return None
        if host[2].lower() not in rules.endings and not host[1].lower().startswith("www."):
            return None
    return canonical(word, rules)
