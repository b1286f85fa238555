"""Finds words near a search word: its other endings, its misspellings, and the most similar word in a text."""

from __future__ import annotations

import re
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
_SHORTEST_STEM = 3
_HAS_VOWEL = re.compile(r"[aeiouy]")
#: A stem of one short syllable. Its last letter is doubled before -ed and -ing.
_ONE_SHORT_VOWEL = re.compile(r"[^aeiou]+[aeiou][^aeiouwxy]")
#: Consonants that words without an ending may end in twice, such as call and miss.
_OFTEN_DOUBLE = "lsfz"
_HISSING = re.compile(r"(?:s|x|z|ch|sh)$")
#: The sounds of consonants, as `names.sounds` writes them.
_CONSONANTS = "bdfgjklmnprstvCY"
#: The classes of vowels in a sound (`names.py`).
_SOUNDED_VOWELS = "aio"


def other_endings(word: str) -> list[str]:
    """Return a word of English with the other endings that it may have, without the word itself.

    `recruiting` gives recruit, recruits and recruited. Some of what is returned is no word, and then occurs in no report. A
    word with a letter outside a to z, or that is too short, has none.
    """
    found: dict[str, None] = {}
    if len(word) >= SHORTEST and word.isascii() and word.isalpha():
        for stem in dict.fromkeys((word, *_stems(word))):
            found |= dict.fromkeys((stem, *_with_endings(stem)))
    return [one for one in found if one != word]


def _stems(word: str) -> Iterator[str]:
    """Yield what a word may be without its ending: hiding gives hide, running run, and parties party."""
    for ending in ("ing", "ed"):
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < _SHORTEST_STEM or not _HAS_VOWEL.search(stem):
            continue
        if stem[-1] == stem[-2] and stem[-1] not in _VOWELS:
            yield from (stem, stem[:-1]) if stem[-1] in _OFTEN_DOUBLE else (stem[:-1],)
        elif stem.endswith("i"):
            yield f"{stem[:-1]}y"
        elif _ONE_SHORT_VOWEL.fullmatch(stem):
            yield f"{stem}e"  # "hop" would be hopping
        else:
            yield from (stem,) if stem[-1] in "wxy" else (stem, f"{stem}e")
        return
    if word.endswith("ies") and len(word) > _SHORTEST_STEM + 2:
        yield f"{word[:-3]}y"
    elif word.endswith("es") and _HISSING.search(word[:-2]):
        yield from (word[:-2], word[:-1])
    elif word.endswith("s") and word[-2] not in "sui" and len(word) > _SHORTEST_STEM:
        yield word[:-1]


def _with_endings(stem: str) -> Iterator[str]:
    """Yield a stem with -s, -ed and -ing, as English spells them."""
    if stem.endswith("e"):
        yield from (f"{stem}s", f"{stem}d", f"{stem}ing" if stem.endswith("ee") else f"{stem[:-1]}ing")
    elif stem.endswith("y") and stem[-2] not in _VOWELS:
        yield from (f"{stem[:-1]}ies", f"{stem[:-1]}ied", f"{stem}ing")
    elif not stem.endswith(("ing", "ed")) and not (stem.endswith("s") and not stem.endswith("ss")):
        last = stem[-1] if _ONE_SHORT_VOWEL.fullmatch(stem) else ""
        yield from (
            f"{stem}es" if _HISSING.search(stem) else f"{stem}s",
            f"{stem}{last}ed",
            f"{stem}{last}ing",
        )


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
