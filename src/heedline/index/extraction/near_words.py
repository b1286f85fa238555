"""Finds the word in a text that is most similar to a search word without results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rapidfuzz.distance import OSA

from heedline.index.extraction.keys import heard_as, said_as
from heedline.index.extraction.name_comparison import NEAR_CONSONANTS, Likeness, parts_alike
from heedline.index.extraction.names import Name, known_as, plain, readings, skeletons, sounds
from heedline.index.extraction.rules import NameRules

#: Length of the shortest word for which a similar one is sought. Shorter words are similar to too many others.
SHORTEST = 4
#: Letters of the shortest word in which two may differ.
LONG = 7
_VOWELS = "aeiou"
#: The sounds of consonants, as `names.sounds` writes them.
_CONSONANTS = "bdfgjklmnprstvCY"
#: The classes of vowels in a sound (`names.py`).
_SOUNDED_VOWELS = "aio"


def slips(word: str, rules: NameRules) -> list[str]:
    """Return words that differ from this one by a common slip, and the names that it is a variant of.

    A slip is an extra letter, a single letter for a double one, two transposed letters, or a wrong or missing vowel.
    """
    found: dict[str, None] = dict.fromkeys(sorted(known_as(word, rules, last=True)))
    for at, letter in enumerate(word):
        before, after = word[:at], word[at + 1 :]
        found[before + after] = None
        found.update(dict.fromkeys(before + letter + other + after for other in letter + _VOWELS))
        if after:
            found[before + after[0] + letter + after[1:]] = None
        if letter in _VOWELS:
            found.update(dict.fromkeys(before + other + after for other in _VOWELS))
    return [one for one in found if one != word and " " not in one]


def sounds_near(word: str, rules: NameRules) -> tuple[list[str], list[str]]:
    """Return the index forms of names that sound like this word, and of names that differ from it by one consonant.

    For a short word only the former are returned, because too many names differ from it by one consonant.
    """
    bare = list(readings(word, rules))
    same = dict.fromkeys(map(heard_as, bare))
    near: dict[str, None] = {}
    if len(word) >= LONG:
        for one in bare[:1]:
            near.update(dict.fromkeys(map(heard_as, _with_one_changed(one))))
    return list(same), [one for one in near if one not in same]


def sounds_around(word: str) -> list[str]:
    """Return the sounds of a part of a name, and those that differ by one vowel or a similar consonant."""
    found: dict[str, None] = dict.fromkeys(sounds(word))
    for one in list(found):
        found.update(dict.fromkeys(_nearly(one)))
    return [one for one in found if one]


def forms_around(word: str) -> list[str]:
    """Return the index forms of sounds similar to a part of a name, and of names in scripts that leave vowels out.

    A word in such a script is looked up by its consonants alone.
    """
    if not any(vowel in sound for sound in sounds(word) for vowel in _SOUNDED_VOWELS):
        return list(map(heard_as, skeletons(word)))
    return [said_as(one) for one in dict.fromkeys((*sounds_around(word), *skeletons(word)))]


def _nearly(sound: str) -> Iterator[str]:
    """Yield the sounds that differ from this one by a vowel, or by one consonant that is easily taken for another."""
    for at in range(len(sound) + 1):
        before, after = sound[:at], sound[at:]
        if at and after[:1] not in _SOUNDED_VOWELS:
            yield from (
                before + vowel + after for vowel in _SOUNDED_VOWELS if before[-1] not in _SOUNDED_VOWELS
            )
        if not after:
            continue
        if after[0] in _SOUNDED_VOWELS:
            yield before + after[1:]
            yield from (before + vowel + after[1:] for vowel in _SOUNDED_VOWELS)
        yield from (before + other + after[1:] for other in NEAR_CONSONANTS.get(after[0], ""))


def same_name(one: str, other: str, rules: NameRules) -> bool:
    """Return whether two name parts may be spellings of one name. Short forms such as Bill for William do not count."""
    alike = parts_alike(one, other, rules, last=True)
    if alike is Likeness.FORM:
        return bool(set(skeletons(one)) & set(skeletons(other)))
    return alike is not None


def alike_by_initial(one: Name, other: Name, rules: NameRules) -> bool:
    """Return whether the surnames may be one, and one forename is only the initial of the other."""
    if min(len(one.parts), len(other.parts)) < 2 or one.parts[0][0] != other.parts[0][0]:
        return False
    short = min(len(one.parts[0]), len(other.parts[0]))
    return short == 1 and same_name(one.parts[-1], other.parts[-1], rules)


def _with_one_changed(skeleton: str) -> Iterator[str]:
    """Yield the skeletons one edit away: one sound deleted, inserted or replaced, or two transposed."""
    for at in range(len(skeleton) + 1):
        before, after = skeleton[:at], skeleton[at:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for other in _CONSONANTS:
            yield before + other + after
            if after:
                yield before + other + after[1:]


def nearest(word: str, there: Iterable[str], rules: NameRules) -> str:
    """Return the word in `there` that is most similar to `word`, or "" if none is similar enough.

    Words are compared in lower-case Latin letters, without apostrophes. One letter may differ, two if both words sound alike or
    are long and begin alike, and three if they are long and sound alike.
    """
    best, apart = "", 4
    word = plain(word)
    for written in there:
        other = plain(written)
        if abs(len(other) - len(word)) > 3 or other == word or len(other) < SHORTEST - 1:
            continue
        distance = OSA.distance(word, other, score_cutoff=3)
        if distance >= apart:
            continue
        long = min(len(word), len(other)) >= LONG
        if (
            distance <= 1
            or (distance == 2 and long and word[0] == other[0])
            or (
                (distance == 2 or (distance == 3 and long))
                and parts_alike(word, other, rules, last=True) is not None
            )
        ):
            best, apart = written, distance
    return best
