"""Decides whether capitalised words are a person's name when the first is not a known forename.

The decision rests on how the words are formed or on the words beside them: "son of" in the language of the name, a
surname that is known or ends like one, a forename built from the elements of a naming tradition, a Chinese surname
beside two syllables, "my brother" before the name, or "'s brother" after it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from heedline.index.extraction.names import latin, plain
from heedline.index.extraction.rules import NameRules

#: A syllable of Mandarin or Cantonese in Latin letters.
_SYLLABLE = (
    r"(?:zh|ch|sh|hs|ts|kw|gw|ng|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:iang|iong|uang|eung|ang|eng|ing|ong|ung|uan|ian|ien|iao|uai|yuk|oi|ai|ei|ao|ou|au|an|en|in|un|am|im|um|ia|ie|iu|iu|ua|uo|ui|ue"
    r"|er|ee|oo|ok|ik|ak|uk|it|at|ut|ip|ap|yi|a|o|e|i|u)"
)
_TWO_SYLLABLES = re.compile(rf"{_SYLLABLE}-?{_SYLLABLE}")
_HYPHENATED = re.compile(r"[a-z]{1,6}-[a-z]{1,6}")
#: Letters of the shortest two syllables written as one word: shorter words are like too many.
_SHORTEST_GIVEN = 5
#: What follows a person's name: "who", an age, or their wife.
_OF_A_PERSON_AFTER = re.compile(
    r",? who\b|,? (?:is )?aged \d|,? \(?\d{2}[,)]| and (?:his|her) [a-z]|,? (?:his|her) [a-z]"
)
_POSSESSIVE_BEFORE = re.compile(r"['’]s (?:own |older |elder |younger |little |big |best |ex-?)?([a-z-]+)")


def is_formed_like_forename(word: str, rules: NameRules) -> bool:
    """Return whether a word, in lower-case Latin letters, is formed like a forename in some naming tradition."""
    return rules.evidence.forename.fullmatch(word) is not None


def is_attested(words: Sequence[str], rules: NameRules, *, before: str, after: str) -> bool:
    """Return whether a possible name is confirmed by its own words or by the text on either side.

    `before` is the word before it, and `after` the text that follows.
    """
    evidence = rules.evidence
    person_before = before in evidence.people or before.casefold() in rules.titles
    if person_before or _OF_A_PERSON_AFTER.match(after):
        return True
    relative = _POSSESSIVE_BEFORE.match(after)
    if relative is not None and relative[1] in evidence.relatives:
        return True
    folded = [latin(word) for word in words]
    if (
        len(words) == 2
        and folded[1] in rules.forenames
        and (is_surname(words[0], folded[0], rules) or (before and folded[1] in evidence.second_names))
    ):
        return True  # the surname first
    if any(one in evidence.linking for one in folded[1:-1]):
        return True
    return any(
        is_surname(word, one, rules) for word, one in zip(words[1:], folded[1:], strict=True)
    ) or _is_chinese(folded, rules)


def is_surname(word: str, folded: str, rules: NameRules) -> bool:
    """Return whether a word is a known surname or is formed like one. `folded` is the word in lower-case Latin letters."""
    evidence = rules.evidence
    if evidence.surname_beginning.match(word):
        return True
    first, hyphen, rest = folded.partition("-")
    if hyphen and first in evidence.joined:
        return True
    return any(
        one in evidence.second_names or evidence.surname.fullmatch(one) is not None
        for one in (plain(folded), *((first, rest) if hyphen else ()))
    )


def _is_chinese(folded: Sequence[str], rules: NameRules) -> bool:
    """Return whether words are a Chinese surname and one or two syllables, in either order."""
    evidence, known = rules.evidence, rules.evidence.chinese_surnames
    if len(folded) == 2:
        return any(
            one in known and is_chinese_given(other, rules) for one, other in (folded, reversed(folded))
        ) or (
            not known.isdisjoint(folded)
            and evidence.also_words.isdisjoint(folded)
            and all(one in known or one in rules.syllables for one in folded)
        )
    if len(folded) != 3:
        return False
    return any(
        surname in known
        and all(one in rules.syllables for one in given)
        and evidence.also_words.isdisjoint((surname,) if surname not in evidence.also_words else given)
        for surname, given in ((folded[0], folded[1:]), (folded[-1], folded[:-1]))
    )


def is_chinese_given(word: str, rules: NameRules) -> bool:
    """Return whether a word is two syllables of a Chinese forename."""
    first, hyphen, second = word.partition("-")
    if hyphen:
        return (first in rules.syllables and second in rules.syllables) or (
            _HYPHENATED.fullmatch(word) is not None and _TWO_SYLLABLES.fullmatch(word) is not None
        )
    return len(word) >= _SHORTEST_GIVEN and _TWO_SYLLABLES.fullmatch(word) is not None
