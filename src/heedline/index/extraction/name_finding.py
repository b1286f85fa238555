"""Detects people's names in text.

A name follows a word such as "called", begins with a known forename, or begins with what is probably a known forename
misspelt, inside a sentence or as its first words. It finds too few names rather than too many. What an answer to "What is their name?" holds needs
none of this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from heedline.index.extraction import cues
from heedline.index.extraction.name_comparison import is_like_forename
from heedline.index.extraction.names import latin
from heedline.index.extraction.rules import NameRules

_WORD = r"[^\W\d_]+(?:[-'’][^\W\d_]+)*"
_TOKEN = re.compile(rf"{_WORD}\.?|[^\w\s]|\d+")
#: What precedes the first letter of a word: neither a letter, nor a hyphen or an apostrophe that follows one.
_AT_THE_BEGINNING = r"(?<![^\W\d_].)(?<![^\W\d_][-'’].)"
_FIRST_LETTER = re.compile(rf"[^\W\d_]{_AT_THE_BEGINNING}", re.DOTALL)
_CAPITAL = re.compile(rf"[A-Z]{_AT_THE_BEGINNING}", re.DOTALL)
#: From here on Unicode has no capital letters: Chinese characters, tags and places for private use.
_NO_CAPITALS_FROM = 0x20000
#: What precedes a name inside a sentence: a word, and at most a comma or the like.
_WORD_BEFORE = re.compile(rf"({_WORD})[ \u00a0,;:(/–—-]{{1,3}}\Z")
#: What precedes the first word of a sentence: the end of another one, of a line or of a list's mark, and perhaps a quotation
#: mark.
_SENTENCE_BEFORE = re.compile(
    r"""(?:[.!?…][)"'”’]*[ \u00a0\t]+|[\r\n][ \u00a0\t]*[-•*]?[ \u00a0\t]*)[("'“‘]?\Z"""
)
_SPACES = frozenset(" \u00a0")
#: Characters before a name in which the word before it is looked for.
_BEFORE = 24
#: A name in a text has at most so many words.
_MOST = 4
#: Words and marks from the beginning of a name that are looked at.
_LOOKED_AT = _MOST + 3


def names_in(text: str, rules: NameRules, words: frozenset[str] | None = None) -> Iterator[str]:
    """Yield each name in a text as it was written.

    A caller that already has the words of the text, and possibly of other texts (`cues.words_in`), passes them as `words`.
    """
    cued: set[int] = set()
    if cues.possible(rules.cues, cues.words_in(text) if words is None else words):
        cued = {found.end() + after for found in _cues(rules).finditer(text) for after in range(3)}
    capitals = (_CAPITAL if text.isascii() else _any_capital()).finditer(text)
    starts = {found.start() for found in capitals}
    starts.update(at for at in cued if _FIRST_LETTER.match(text, at))
    end = 0
    for start in sorted(starts):
        if start < end:
            continue
        misspelt = False
        if start not in cued:
            first = _TOKEN.match(text, start)
            if first is None:
                continue
            if _plain(first.group()) not in rules.forenames:
                if not _may_be_misspelt(text, first, rules):
                    continue
                misspelt = True
        tokens = [
            (one.group(), one.start(), one.end()) for one in islice(_TOKEN.finditer(text, start), _LOOKED_AT)
        ]
        length = _length(tokens, rules, cued=misspelt or start in cued)
        if not length or (misspelt and not _is_of_a_person(tokens, length, text, rules)):
            continue
        end = tokens[length - 1][2]
        yield text[start:end].rstrip(".")


def _may_be_misspelt(text: str, found: re.Match[str], rules: NameRules) -> bool:
    """Return whether a word followed by a capital letter may be a misspelt forename.

    A word that is all capitals is not: in a text in capitals any two words could be a name.
    """
    end = found.end()
    if text[end : end + 1] not in _SPACES or not (
        text[end + 1 : end + 2].isupper() or text[end + 3 : end + 4] == "-"  # the hyphen of al-Tamimi
    ):
        return False
    word, start = found.group(), found.start()
    before = _WORD_BEFORE.search(text, max(0, start - _BEFORE), start)
    if not word[1:].islower():
        return False
    if before is None:
        return _begins_sentence(text, start) and is_like_forename(_plain(word), rules)
    if latin(before[1]) in rules.before_places:
        return False
    inside_capitals = before[1][0].isupper() and not before[0][len(before[1]) :].strip()
    return not inside_capitals and is_like_forename(_plain(word), rules)


def _begins_sentence(text: str, start: int) -> bool:
    """Return whether a word is the first one of the text, a sentence or a line."""
    return (
        _SENTENCE_BEFORE.search(text, max(0, start - _BEFORE), start) is not None or not text[:start].strip()
    )


def _is_of_a_person(tokens: list[tuple[str, int, int]], length: int, text: str, rules: NameRules) -> bool:
    """Return whether a name whose forename is misspelt is a person's, and not a place's or an organisation's."""
    words = [word.rstrip(".") for word, _, _ in tokens[:length]]
    if len(words[-1]) < 2 or any(
        latin(one) in rules.no_surnames or (len(one) > 1 and one.isupper()) for one in words
    ):
        return False
    if length == len(tokens) or tokens[length - 1][0].endswith("."):
        return True
    word, start, _ = tokens[length]
    return not (word[0].isupper() and text[start - 1] in _SPACES)


def _plain(word: str) -> str:
    return latin(word).replace("'", "").replace("’", "")


@lru_cache(maxsize=1)
def _any_capital() -> re.Pattern[str]:
    """Return a pattern that matches a capital letter in any script at the start of a word."""
    capitals = (one for one in map(chr, range(_NO_CAPITALS_FROM)) if one.isupper() and one.isalpha())
    return re.compile(rf"[{''.join(capitals)}]{_AT_THE_BEGINNING}", re.DOTALL)


@lru_cache(maxsize=4)
def _cues(rules: NameRules) -> re.Pattern[str]:
    phrases = "|".join(re.escape(one) for one in sorted(rules.cues, key=len, reverse=True))
    return re.compile(
        rf"(?<!\w)(?:{phrases})\.?(?=[\s:,\"'‘“])\s*(?:is\s+|was\s+)?[:,\"'‘“]?\s*", re.IGNORECASE
    )


def _length(tokens: list[tuple[str, int, int]], rules: NameRules, *, cued: bool) -> int:
    """Return the length, in tokens, of the name that starts with the first token, or 0 if there is none."""
    first = tokens[0][0]
    if not first[0].isalpha():
        return 0
    capitals = first[0].isupper()
    if not capitals and not cued:
        return 0
    known = _plain(first) in rules.forenames
    if not known and not (cued and capitals):
        return 0
    if _is_none(first, rules):
        return 0
    length, parts, end = 1, 1, 1
    while end < len(tokens) and end < _MOST + 2 and parts < _MOST:
        word, start, _ = tokens[end]
        if not word[0].isalpha() or start - tokens[end - 1][2] > 1 or tokens[end - 1][0].endswith("."):
            break
        if latin(word) in rules.particles and end + 1 < len(tokens):
            end += 1
            continue
        if (
            _is_none(word, rules)
            or _without_particle(word, rules)[0].isupper() != capitals
            or (not capitals and parts > 1)
        ):
            break
        end += 1
        parts += 1
        length = end
    if parts < 2 or (not capitals and not known):
        return 0
    return length


def _without_particle(word: str, rules: NameRules) -> str:
    """Return a word without any particle joined to it by a hyphen, as in al-Tamimi."""
    before, hyphen, after = word.partition("-")
    return after if hyphen and after and latin(before) in rules.particles else word


def _is_none(word: str, rules: NameRules) -> bool:
    return latin(word).rstrip(".") in rules.no_names
