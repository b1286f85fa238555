"""Finds names that are written with the surname first: "MURPHY, Ann", "Murphy, Ann" and "MURPHY Ann"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from heedline.index.extraction.name_evidence import is_chinese_given, is_surname
from heedline.index.extraction.names import latin, plain
from heedline.index.extraction.rules import NameRules

WORD = r"[^\W\d_]+(?:[-'’][^\W\d_]+)*"
POSSESSIVE = re.compile(r"['’][sS]\.?$")
#: What precedes a name inside a sentence: a word, and at most a comma or the like.
WORD_BEFORE = re.compile(rf"({WORD})[ \u00a0,;:(/–—-]{{1,3}}\Z")
#: Characters before a name in which the word before it is looked for.
BEFORE = 24
#: A surname before a forename: "MURPHY, Ann", "Murphy, Ann" and "MURPHY Ann". The forename is only looked at, because it may be
#: the surname of the next pair.
_SURNAME_FIRST = re.compile(rf"(?<![\w.'’-])({WORD})(, ?| )(?=({WORD})(?! ?\.?@)(.{{0,12}}))", re.DOTALL)
#: What follows a forename that stands last: no word, except in small letters after a surname in capitals.
_ENDS_NAME = re.compile(r"\s*(?:\Z|[.,;:()/\d–—\n]|- )")
#: A date of birth, or a word for one, directly behind a name.
_BORN = re.compile(
    r",? ?[(\u2013-]? ?(?:(?:born|b\.|dob|d\.o\.b|ur\.)|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d\d)(?!\w)"
    r"|\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]+ \d{4}(?!\d)|(?:19|20)\d\d-\d\d-\d\d)",
    re.IGNORECASE,
)
#: How words end that are no surname. Adverbs end as Irish surnames do, but stand before no name with a date.
_NO_NAME_ENDING = ("ed", "ing", "self")
_SHORTEST_UNKNOWN = 5
_SECOND_SYLLABLE = re.compile(r" ([A-Z][a-z]{1,5})(?!\w)")
_CAPITAL_FOLLOWS = re.compile(r" [^\W\d_a-z]")
#: Letters of the shortest surname in capitals that no list knows: shorter words are mostly abbreviations.
_SHORTEST_IN_CAPITALS = 4


def names_with_surname_first(text: str, rules: NameRules) -> Iterator[str]:
    """Yield each name with a surname before a known forename, as lists and police forms have them.

    A surname in capitals needs little else. One in small letters must be known or formed like a surname, and have a comma
    and nothing behind the forename, because "In Preston, Ann said" is no name.
    """
    for found in _SURNAME_FIRST.finditer(text):
        surname, mark, forename, after = found[1], found[2], found[3], found[4]
        if not (surname[0].isupper() and forename[0].isupper()):
            continue
        if POSSESSIVE.search(forename):
            forename, after = POSSESSIVE.sub("", forename), ""
        if surname.isupper() and latin(surname) in rules.evidence.chinese_surnames:
            given = _chinese_given(forename, after, rules)
            if given:
                yield f"{surname}{mark}{given}"
                continue
        if (
            forename[1:].islower()
            and plain(forename) in rules.forenames
            and (
                _is_surname_in_capitals(surname, mark, after, rules)
                if surname.isupper()
                else mark != " " and _is_surname_in_list(text, found, rules)
            )
        ) or _is_before_birth(text, found, rules):
            yield f"{surname}{mark}{forename}"


@lru_cache(maxsize=4)
def _of_a_person(rules: NameRules) -> re.Pattern[str]:
    return re.compile(rf" (?:{'|'.join(map(re.escape, rules.evidence.after_people))})\b")


def is_followed_as_person(text: str, at: int, rules: NameRules) -> bool:
    """Return whether what follows in a text is said of a person: "is", "told", "and she"."""
    return _of_a_person(rules).match(text, at) is not None


def may_be_unknown_surname(folded: str, rules: NameRules, *, dated: bool = False) -> bool:
    """Return whether a word in lower-case Latin letters that no list knows may be a surname, and is not formed like another word.

    `dated` means that a date of birth stands behind the name.
    """
    return (
        len(folded) >= _SHORTEST_UNKNOWN
        and not folded.endswith(_NO_NAME_ENDING if dated else (*_NO_NAME_ENDING, "ly"))
        and not is_no_surname(folded, rules)
        and folded not in rules.no_forenames
        and folded not in rules.evidence.not_small_surnames
    )


def _is_before_birth(text: str, found: re.Match[str], rules: NameRules) -> bool:
    """Return whether two words are a surname and a forename because a date of birth stands directly behind them.

    The forename must be known, unless the surname is in capitals and a comma stands between the two.
    """
    surname, mark, forename = found[1], found[2], found[3]
    if not forename[1:].islower() or not _BORN.match(text, found.end(3)):
        return False
    first, last = plain(forename), latin(surname)
    known = is_surname(surname.title(), last, rules)
    if not known and (
        not may_be_unknown_surname(last, rules, dated=True) or plain(surname) in rules.forenames
    ):
        return False
    before = WORD_BEFORE.search(text, max(0, found.start() - BEFORE), found.start())
    if before is not None and (latin(before[1]) in rules.before_places or before[1][0].isupper()):
        return False
    return first in rules.forenames or (surname.isupper() and mark != " " and not is_no_surname(first, rules))


def _chinese_given(word: str, after: str, rules: NameRules) -> str:
    """Return the given name of two syllables that begins with a word, or ""."""
    if is_chinese_given(latin(word), rules):
        return word
    second = _SECOND_SYLLABLE.match(after)
    if second and latin(word) in rules.syllables and latin(second[1]) in rules.syllables:
        return f"{word}{second.group()}"
    return ""


def _is_surname_in_capitals(surname: str, mark: str, after: str, rules: NameRules) -> bool:
    """Return whether a word in capitals before a forename is a surname, and not one that is stressed."""
    folded = plain(surname)
    if len(surname) < 2 or is_no_surname(folded, rules):
        return False
    if folded in rules.evidence.chinese_surnames or is_surname(surname.title(), latin(surname), rules):
        return True
    if len(surname) < _SHORTEST_IN_CAPITALS or folded in rules.forenames:
        return False
    return mark != " " or (_ENDS_NAME.match(after) is not None and not _CAPITAL_FOLLOWS.match(after))


def _is_surname_in_list(text: str, found: re.Match[str], rules: NameRules) -> bool:
    """Return whether a word and a comma before a forename are a surname, and not a place or another person's forename."""
    surname, forename = latin(found[1]), plain(found[3])
    if (
        is_no_surname(surname, rules)
        or plain(found[1]) in rules.forenames
        or forename in rules.evidence.forenames_of_places
        or forename in rules.evidence.also_words
    ):
        return False
    followed = is_followed_as_person(text, found.end(3), rules)
    if not (
        (_ENDS_NAME.match(found[4]) or followed)
        if is_surname(found[1], surname, rules)
        else text.startswith(", ", found.end(3))
        and is_followed_as_person(text, found.end(3) + 1, rules)
        and may_be_unknown_surname(surname, rules)
    ):
        return False
    before = WORD_BEFORE.search(text, max(0, found.start() - BEFORE), found.start())
    return before is None or not (
        latin(before[1]) in rules.before_places
        or (before[1][0].isupper() and not before[0][len(before[1]) :].strip())
    )


def is_no_surname(folded: str, rules: NameRules) -> bool:
    """Return whether a word in lower-case Latin letters is one that is no surname beside a forename."""
    evidence = rules.evidence
    return any(
        folded in words
        for words in (
            rules.no_names,
            rules.no_surnames,
            rules.titles,
            evidence.openers,
            evidence.not_first,
            evidence.places,
            evidence.people,
            evidence.also_words,
        )
    )
