"""Detects people's names in text.

A name is recognised if it follows a word such as "called", or if it begins with a known forename or a probable
misspelling of one, anywhere in a sentence. When in doubt, words are not taken for a name. An answer to a question such
as "What is their name?" is a name already and is not searched here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from heedline.index.extraction import cues
from heedline.index.extraction.name_comparison import is_like_forename
from heedline.index.extraction.name_evidence import is_attested, is_chinese_given, is_formed_like_forename
from heedline.index.extraction.names import latin, plain
from heedline.index.extraction.rules import NameRules
from heedline.index.extraction.surname_first import (
    BEFORE,
    POSSESSIVE,
    WORD,
    WORD_BEFORE,
    is_followed_as_person,
    is_no_surname,
    may_be_unknown_surname,
    names_with_surname_first,
)

_TOKEN = re.compile(rf"[sdwSDW]/[oO](?!\w)|{WORD}\.?|[^\w\s]|\d+")
#: A nickname between the parts of a name, in quotation marks or brackets.
_OPENING, _CLOSING = frozenset("\"'‘“("), frozenset("\"'’”)")
#: What precedes the first letter of a word: neither a letter, nor a hyphen or an apostrophe that follows one.
_AT_THE_BEGINNING = r"(?<![^\W\d_].)(?<![^\W\d_][-'’].)"
_FIRST_LETTER = re.compile(rf"[^\W\d_]{_AT_THE_BEGINNING}", re.DOTALL)
#: The first word of a name that has capitals. What follows has one too, perhaps after a particle ("ap Rhys", "bin Saleh",
#: "de la Cruz") or a quotation mark. Most words in capitals begin a sentence and are passed over here. Whether a letter
#: beyond ASCII is a capital is asked afterwards: a pattern of all capitals takes forty times as long. Unicode has none from
#: U+20000 on.
_FIRST = re.compile(
    rf"([A-Z\u00c0-\U0001ffff](?<=[^\W\d_]){_AT_THE_BEGINNING}[^\W\d_]*(?:[-'’][^\W\d_]+)*)\s"
    r"(?=[\"'‘“(]?[^\W\d_a-z]|(?:[a-z]{1,6}[ -]|[sdwSDW]/[oO] ){1,2}[^\W\d_a-z])",
    re.DOTALL,
)
#: What precedes the first word of a sentence: the end of another one, of a line or of a list's mark, and perhaps a quotation
#: mark.
_SENTENCE_BEFORE = re.compile(
    r"""(?:[.!?…][)"'”’]*[ \u00a0\t]+|[\r\n][ \u00a0\t]*[-•*]?[ \u00a0\t]*)[("'“‘]?\Z"""
)
_SPACES = frozenset(" \u00a0")
#: A word in small letters, one before a word, and what may stand before either.
_SMALL = re.compile(r"[a-z]+(?:-[a-z]+)*(?![\w-]|['’](?!s(?!\w)))")
_SMALL_BEFORE = re.compile(r"(?<![\w'’-])([a-z]{3,}) \Z")
_BEFORE_SMALL = frozenset(" \n\t\"'‘“(,.;:/")
#: How surnames with "son of" are written in small letters.
_MC = re.compile(r"mc[a-z]{4,}")
#: A word with a capital inside: McGowan, DeShawn, O'Neill, Mei-Ling.
_INNER_CAPITAL = re.compile(r"[^\W\d_][^\W\d_]?['’-]?[^\W\d_][^\W\d_A-Z]+|[^\W\d_]+(?:[-'’][^\W\d_]+)+")
#: Initials before a word with a capital. A and I are words.
_INITIALS = re.compile(
    r"(?<![\w.'’-])((?:[A-Z]\. ?){1,3}|(?:[B-HJ-Z] ){1,3})([A-Z][a-z]{2,}(?:[-'’][A-Z]?[a-z]+)*)(?!\w| [A-Z][a-z])"
)
#: Parts of the compass, and other letters with a full stop that begin no name.
_NO_INITIALS = frozenset(
    {"N.", "E.", "S.", "W.", "P.S.", "P. S.", "N.B.", "U.S.", "U.K.", "U.N.", "E.U.", "A.M.", "P.M."}
)
#: What stands between a forename and a surname, and what an Arabic surname may begin with.
_SMALL_PARTICLES = frozenset({"al", "el", "bin", "ibn", "bint", "binti", "mac", "ould", "ap"})
_JOINED = ("al", "el")
_SHORTEST_AFTER_PARTICLE, _SHORTEST_JOINED, _SHORTEST_GIVEN = 4, 6, 6
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
    firsts = {found.start(): found for found in _FIRST.finditer(text) if found[1][0].isupper()}
    starts = firsts.keys() | {at for at in cued if _FIRST_LETTER.match(text, at)}
    end = 0
    for start in sorted(starts):
        if start < end:
            continue
        guessed = False
        if start not in cued:
            first = firsts[start]
            guessed = not _is_known(first[1], rules)
            if guessed and not _may_begin(text, first, rules):
                continue
        tokens = [
            (one.group(), one.start(), one.end()) for one in islice(_TOKEN.finditer(text, start), _LOOKED_AT)
        ]
        length = _length(tokens, rules, cued=guessed or start in cued)
        if not length or (guessed and _begins_later(tokens, length, rules)):
            continue
        if start not in cued and not _is_of_a_person(tokens, length, text, rules, guessed=guessed):
            continue
        end = tokens[length - 1][2]
        yield POSSESSIVE.sub("", text[start:end]).rstrip(".")
    there = cues.words_in(text) if words is None else words
    anchors = (rules.evidence.in_small_letters | _chinese_anchors(rules)) & there
    if anchors:
        yield from _in_small_letters(text, anchors, rules)
    yield from _after_initials(text, rules)
    yield from names_with_surname_first(text, rules)


def _after_initials(text: str, rules: NameRules) -> Iterator[str]:
    """Yield each name that begins with initials: with a full stop, or before a known surname."""
    for found in _INITIALS.finditer(text):
        initials, surname = found[1], plain(found[2])
        known = surname in rules.surnames
        if not known and ("." not in initials or initials.strip() in _NO_INITIALS):
            continue
        before = WORD_BEFORE.search(text, max(0, found.start() - BEFORE), found.start())
        if before is not None and before[1][0].isupper() and latin(before[1]) not in rules.titles:
            continue  # they stand between a forename and a surname
        if surname in rules.no_names or surname in rules.evidence.places or surname in rules.evidence.openers:
            continue
        yield found.group()


def _is_known(word: str, rules: NameRules) -> bool:
    """Return whether a word is a known forename, or begins with one and a hyphen."""
    folded = plain(word)
    if folded in rules.forenames:
        return True
    before, hyphen, after = word.partition("-")
    return (
        bool(hyphen)
        and after[1:].islower()
        and after[0].isupper()
        and ((one := plain(before)) in rules.forenames and one not in rules.evidence.also_words)
    )


def _begins_later(tokens: list[tuple[str, int, int]], length: int, rules: NameRules) -> bool:
    """Return whether a name of three words or more begins with the second one, as in "Met John Smith"."""
    first, second = plain(tokens[0][0]), tokens[1][0]
    return (
        length > 2
        and _is_known(second, rules)
        and first not in rules.evidence.second_names
        and not is_formed_like_forename(first, rules)
        and not is_like_forename(first, rules)
    )


def _may_begin(text: str, found: re.Match[str], rules: NameRules) -> bool:
    """Return whether a word that is not a known forename may begin a name.

    A word in capitals may not, because in a text written in capitals any two words could be a name.
    """
    word, start = found[1], found.start()
    if text[found.end(1)] not in _SPACES or not (word[1:].islower() or _INNER_CAPITAL.fullmatch(word)):
        return False
    folded, evidence = latin(word), rules.evidence
    if (
        folded in evidence.not_first
        or folded in evidence.openers
        or folded in evidence.people
        or folded in rules.titles
        or POSSESSIVE.search(word)
    ):
        return False
    before = WORD_BEFORE.search(text, max(0, start - BEFORE), start)
    if before is None:
        return _begins_sentence(text, start)
    word_before = latin(before[1])
    if word_before in rules.before_places:
        return False
    inside_capitals = before[1][0].isupper() and not before[0][len(before[1]) :].strip()
    return not inside_capitals or any(
        word_before in words for words in (evidence.openers, evidence.people, rules.titles)
    )


def _begins_sentence(text: str, start: int) -> bool:
    """Return whether a word is the first one of the text, a sentence or a line."""
    before = max(0, start - BEFORE)
    return _SENTENCE_BEFORE.search(text, before, start) is not None or not text[before:start].strip()


def _is_of_a_person(
    tokens: list[tuple[str, int, int]], length: int, text: str, rules: NameRules, *, guessed: bool
) -> bool:
    """Return whether a name is a person's, and not a place's or an organisation's.

    If the forename is `guessed`, other evidence must confirm that it is one.
    """
    evidence = rules.evidence
    words = [word.rstrip(".") for word, _, _ in tokens[:length]]
    after, start = (tokens[length][0], tokens[length][1]) if length < len(tokens) else ("", 0)
    follows = (
        bool(after)
        and after[0].isupper()
        and text[start - 1] in _SPACES
        and not tokens[length - 1][0].endswith(".")
    )
    if not guessed:
        return not any(latin(POSSESSIVE.sub("", one)) in evidence.places for one in words[1:]) and not (
            follows and latin(after) in evidence.places
        )
    if follows or len(words[-1]) < 2:
        return False
    words[-1] = POSSESSIVE.sub("", words[-1])
    if any(latin(one) in rules.no_surnames or (len(one) > 1 and one.isupper()) for one in words):
        return False
    first, begins, ends = (
        plain(words[0]),
        tokens[0][1],
        tokens[0][1] + len(text[tokens[0][1] : tokens[length - 1][2]]),
    )
    if POSSESSIVE.search(text[begins:ends]):
        ends -= 2
    before = WORD_BEFORE.search(text, max(0, begins - BEFORE), begins)
    return (
        is_formed_like_forename(first, rules)
        or is_attested(words, rules, before=before[1] if before else "", after=text[ends : ends + BEFORE])
        or (words[0][1:].islower() and is_like_forename(first, rules))
    )


def _in_small_letters(text: str, anchors: frozenset[str], rules: NameRules) -> Iterator[str]:
    """Yield names in small letters: a known forename, or one that is probably misspelt, and known names behind it.

    `anchors` are the words of the text that are names and nothing else.
    """
    places = sorted(at for word in anchors if word in text for at in _places_of(word, text))
    end = 0
    for at in places:
        if at < end:
            continue
        before = _SMALL_BEFORE.search(text, max(0, at - BEFORE), at)
        for start in (at,) if before is None else (before.start(1), at):
            found = _small_name(text, start, rules) if start >= end else ""
            if found:
                end = start + len(found)
                yield found
                break


def _places_of(word: str, text: str) -> Iterator[int]:
    """Yield where a word in small letters stands in a text."""
    at = -1
    while (at := text.find(word, at + 1)) >= 0:
        after = text[at + len(word) : at + len(word) + 1]
        if (at == 0 or text[at - 1] in _BEFORE_SMALL) and not (after.isalnum() or after == "-"):
            yield at


def _small_name(text: str, start: int, rules: NameRules) -> str:
    """Return the name in small letters that begins here, or ""."""
    evidence = rules.evidence
    words: list[str] = []
    end = start
    while len(words) < _MOST and (found := _SMALL.match(text, end + bool(words))) is not None:
        if words and text[end] == " " and (after := _after_particle(text, found, rules)) is not None:
            words.append(after.group())
            end = after.end()
            break
        if words and (
            text[end] != " "
            or not (
                _is_small_second(found.group(), rules)
                or (len(words) == 1 and _is_set_off(text, start, found, rules))
                or (words[0] in _chinese_anchors(rules) and _is_small_given(found.group(), rules))
            )
        ):
            break
        words.append(found.group())
        end = found.end()
    if len(words) == 2 and _is_small_chinese(text, start, end, words, rules):
        return text[start:end]
    if len(words) < 2 or words[0] in rules.no_names or words[0] in evidence.also_words:
        return ""
    if words[0] in rules.forenames or (
        words[1] in evidence.second_names
        and words[1] in evidence.in_small_letters
        and is_like_forename(words[0], rules)
    ):
        return text[start:end]
    return ""


def _is_set_off(text: str, start: int, found: re.Match[str], rules: NameRules) -> bool:
    """Return whether an unknown word ends a name in small letters.

    A name stands between commas, or what follows is said of a person.
    """
    if not may_be_unknown_surname(found.group(), rules):
        return False
    between_commas = text[max(0, start - 2) : start] == ", " and text[found.end() : found.end() + 1] == ","
    return (
        between_commas
        or text.startswith(", who ", found.end())
        or is_followed_as_person(text, found.end(), rules)
    )


def _after_particle(text: str, found: re.Match[str], rules: NameRules) -> re.Match[str] | None:
    """Return the surname behind a particle in small letters, as in "el gammal", or None."""
    if found.group() not in _SMALL_PARTICLES or text[found.end() : found.end() + 1] != " ":
        return None
    surname = _SMALL.match(text, found.end() + 1)
    if surname is None or len(surname.group()) < _SHORTEST_AFTER_PARTICLE:
        return None
    return None if is_no_surname(surname.group(), rules) else surname


def _is_small_chinese(text: str, start: int, end: int, words: list[str], rules: NameRules) -> bool:
    """Return whether two words in small letters are a Chinese surname and forename, and the text speaks of a person."""
    surname, given = words
    if surname not in _chinese_anchors(rules) or not _is_small_given(given, rules):
        return False
    before = WORD_BEFORE.search(text, max(0, start - BEFORE), start)
    if before is not None and latin(before[1]) in rules.evidence.people:
        return True
    return not given.endswith("ing") and is_followed_as_person(text, end, rules)


def _is_small_given(word: str, rules: NameRules) -> bool:
    return len(word) >= _SHORTEST_GIVEN and not is_no_surname(word, rules) and is_chinese_given(word, rules)


@lru_cache(maxsize=4)
def _chinese_anchors(rules: NameRules) -> frozenset[str]:
    """Return the Chinese surnames that are no other word."""
    return frozenset(
        one for one in rules.evidence.chinese_surnames if len(one) > 2 and not is_no_surname(one, rules)
    )


def _is_small_second(word: str, rules: NameRules) -> bool:
    """Return whether a word in small letters is part of a name that begins before it."""
    evidence = rules.evidence
    if word in rules.no_names or word in evidence.also_words:
        return False
    if "-" in word:
        return any(_is_small_second(part, rules) for part in word.split("-"))
    if word.startswith(_JOINED) and len(word) >= _SHORTEST_JOINED and word[2:] in evidence.second_names:
        return True
    return (
        any(word in known for known in (rules.forenames, rules.surnames, evidence.second_names))
        or word in evidence.chinese_surnames
        or evidence.surname.fullmatch(word) is not None
        or evidence.small_surname.fullmatch(word) is not None
        or _MC.fullmatch(word) is not None
    )


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
    known = _is_known(first, rules)
    if not known and not (cued and capitals):
        return 0
    if _is_none(first, rules):
        return 0
    length, parts, end = 1, 1, 1
    while end < len(tokens) and end < _MOST + 2 and parts < _MOST:
        word, start, _ = tokens[end]
        if (
            end + 2 < len(tokens) and word in _OPENING and tokens[end + 2][0] in _CLOSING
        ):  # 'Dheere', a nickname
            nickname, after = tokens[end + 1][0], tokens[end + 2]
            if capitals and nickname[0].isupper() and _follows(tokens, end + 3, after[2]):
                end += 3
                parts += 1
                continue
        if not word[0].isalpha() or start - tokens[end - 1][2] > 1 or tokens[end - 1][0].endswith("."):
            break
        if latin(word) in rules.particles and end + 1 < len(tokens):
            end += 1
            continue
        surname = capitals and known and word[0].isupper() and _is_surname_too(first, word, rules, parts)
        if not surname and (
            _is_none(word, rules)
            or _without_particle(word, rules)[0].isupper() != capitals
            or (not capitals and parts > 1)
        ):
            break
        end += 1
        parts += 1
        length = end
        if POSSESSIVE.search(word):
            break
    if parts < 2 or length < 2 or (not capitals and not known):
        return 0
    return length


def _follows(tokens: list[tuple[str, int, int]], at: int, end: int) -> bool:
    """Return whether the next token is capitalised and exactly one space after `end`."""
    return at < len(tokens) and tokens[at][0][0].isupper() and tokens[at][1] - end == 1


def _is_surname_too(first: str, word: str, rules: NameRules, parts: int) -> bool:
    """Return whether a word that is not usually a name, such as Hill or Islam, is a surname after this forename."""
    evidence, folded = rules.evidence, latin(POSSESSIVE.sub("", word)).rstrip(".")
    return folded in evidence.second_names or (
        parts == 1
        and folded in evidence.surnames_of_places
        and plain(first) not in evidence.forenames_of_places
    )


def _without_particle(word: str, rules: NameRules) -> str:
    """Return a word without any particle joined to it by a hyphen, as in al-Tamimi."""
    before, hyphen, after = word.partition("-")
    return after if hyphen and after and latin(before) in rules.particles else word


def _is_none(word: str, rules: NameRules) -> bool:
    return latin(word).rstrip(".") in rules.no_names
