"""Compares names, to decide whether two of them may belong to the same person.

Names may be spelt alike, sound alike, or be forms of the same name. No score is ever shown: the result is one of a few
degrees of likeness, or None.

Results for pairs of names are cached until `forget`, which is called at the end of every office request, because names
are personal data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import permutations

from rapidfuzz.distance import OSA, Levenshtein

from heedline.index.extraction import chinese_names, names
from heedline.index.extraction.names import Name, known_as, likely_sound, sounds
from heedline.index.extraction.rules import NameRules

_VOWELS = frozenset("aio")
#: What one change costs: a consonant, a vowel put in or left out, a vowel of another class, two letters that are near.
_CONSONANT, _VOWEL, _OTHER_VOWEL, _NEAR = 1.0, 0.45, 0.3, 0.55
#: A vowel of another class where there is only one: Hall and Hull.
_ONLY_VOWEL = 0.7
_NEAR_PAIRS = frozenset(
    map(frozenset, ("jY", "js", "gk", "td", "vb", "vf", "Ck", "Cs", "kh", "sC", "mn", "gj", "jC", "bp"))
)
#: The consonants that are near each consonant.
NEAR_CONSONANTS = {
    one: "".join(sorted(other for pair in _NEAR_PAIRS if one in pair for other in pair - {one}))
    for one in sorted(frozenset[str]().union(*_NEAR_PAIRS))
}
_WITHOUT_VOWELS = dict.fromkeys(map(ord, _VOWELS))
#: Up to this, per letter of the longer sound, two parts sound alike.
SOUNDS_ALIKE = 0.16
_FINAL = 0.6
"""The extra cost of a final vowel, which often makes a different name (Amir and Amira)."""


class Likeness(StrEnum):
    """The degrees of similarity between two names, closest first."""

    SAME = "same"
    FORM = "form"
    """Two known forms of the same name, such as Bob and Robert."""
    SPELT = "spelt"
    SOUND = "sound"
    INITIALS = "initials"
    """At least one forename is only an initial in one of two names of three parts or more."""


_ORDER = list(Likeness)


def _cost(one: str, other: str) -> float:
    """Return the weighted edit distance between two strings of sounds."""
    only_vowel = sum(letter in _VOWELS for letter in one) <= 1
    before = [0.0]
    for letter in other:
        before.append(before[-1] + (_VOWEL if letter in _VOWELS else _CONSONANT))
    for letter in one:
        own = _VOWEL if letter in _VOWELS else _CONSONANT
        row = [before[0] + own]
        for at, against in enumerate(other):
            put_in = _VOWEL if against in _VOWELS else _CONSONANT
            row.append(
                min(before[at + 1] + own, row[at] + put_in, before[at] + _change(letter, against, only_vowel))
            )
        before = row
    return before[-1]


def _change(letter: str, against: str, only_vowel: bool) -> float:
    if letter == against:
        return 0.0
    if letter in _VOWELS and against in _VOWELS:
        return _ONLY_VOWEL if only_vowel else _OTHER_VOWEL
    if letter in _VOWELS or against in _VOWELS:
        return _CONSONANT + _VOWEL
    return _NEAR if frozenset((letter, against)) in _NEAR_PAIRS else _CONSONANT


@lru_cache(maxsize=50_000)  # until `forget`
def _sound_apart(one: str, other: str) -> float:
    """Return the phonetic distance between two name parts, divided by the length of the longer.

    A distance of more than `SOUNDS_ALIKE` may be returned as 9. For most pairs the consonants alone show that the
    distance is greater, because each change of a consonant costs at least `_NEAR`.
    """
    least = 9.0
    for mine in sounds(one):
        for theirs in sounds(other):
            if not (_heard(mine) and _heard(theirs)):  # one is of a script without vowels
                mine, theirs = _bare(mine), _bare(theirs)
            longest = max(len(mine), len(theirs))
            if _NEAR * Levenshtein.distance(_bare(mine), _bare(theirs)) > SOUNDS_ALIKE * longest:
                continue
            cost = _cost(mine, theirs)
            if (mine[-1:] in _VOWELS) != (theirs[-1:] in _VOWELS) and cost:
                cost += _FINAL
            least = min(least, cost / longest)
    return least


def _heard(sound: str) -> bool:
    return any(letter in _VOWELS for letter in sound)


def _bare(sound: str) -> str:
    return sound.translate(_WITHOUT_VOWELS)


def _slip(one: str, other: str) -> bool:
    """Return whether one name part may be a misspelling of the other.

    The shorter the part, the smaller the difference that is allowed.
    """
    least = min(len(one), len(other))
    apart = OSA.distance(one, other, score_cutoff=2)
    if least < 6:
        return least == 5 and apart == 1 and sorted(one) == sorted(other)
    return one[0] == other[0] and apart <= (1 if least < 10 else 2)


@lru_cache(maxsize=50_000)  # until `forget`
def _sounds_or_spelt(one: str, other: str) -> Likeness | None:
    if one == other:
        return Likeness.SAME
    if _slip(one, other):
        return Likeness.SPELT
    if _sound_apart(one, other) <= SOUNDS_ALIKE:
        return Likeness.SOUND
    return None


#: Letters of the shortest known forename, and of the shortest word, that are compared to tell a misspelt forename: shorter
#: words sound like too many. A word that only nearly sounds the same must be longer.
_SHORTEST_FORENAME, _SHORTEST_MISSPELT, _SHORTEST_NEARLY = 4, 5, 6


@lru_cache(maxsize=5_000)  # until `forget`
def is_like_forename(word: str, rules: NameRules) -> bool:
    """Return whether a word, in lower-case Latin letters, is probably a known forename misspelt.

    Many ordinary words differ from a forename by one letter or vowel, so this is stricter than the comparison of two
    names: both sound and spelling must be similar, or two letters must be transposed.
    """
    if not _SHORTEST_MISSPELT <= len(word) <= names.MOST_LETTERS or word in rules.no_forenames:
        return False
    known = _forenames(rules)
    if any(OSA.distance(word, one, score_cutoff=1) == 1 for one in known.by_letters.get(_sorted(word), ())):
        return True
    return any(
        _is_misspelt(word, mine, one, theirs)
        for mine in sounds(word)
        for one, theirs in known.by_skeleton.get(_bare(mine), ())
    )


def _is_misspelt(word: str, mine: str, forename: str, theirs: str) -> bool:
    """Return whether a word with this sound may be a misspelling of a forename with that sound."""
    apart = OSA.distance(word, forename, score_cutoff=2)
    if mine == theirs:
        return apart <= (1 if min(len(word), len(forename)) < 6 else 2)
    return (
        apart == 1
        and len(word) >= _SHORTEST_NEARLY
        and len(forename) >= _SHORTEST_MISSPELT
        and _sound_apart(word, forename) <= SOUNDS_ALIKE
    )


@dataclass(frozen=True, slots=True)
class _Forenames:
    """The known forenames, by the consonants of their most likely sound and by their sorted letters."""

    by_skeleton: Mapping[str, Sequence[tuple[str, str]]]
    by_letters: Mapping[str, Sequence[str]]


@lru_cache(maxsize=4)
def _forenames(rules: NameRules) -> _Forenames:
    """Return the look-up tables of known forenames, built on first use in a process."""
    by_skeleton: dict[str, list[tuple[str, str]]] = defaultdict(list)
    by_letters: dict[str, list[str]] = defaultdict(list)
    for one in rules.forenames:
        if len(one) >= _SHORTEST_FORENAME and one.isalpha() and one.isascii():
            sound = likely_sound(one)
            by_skeleton[_bare(sound)].append((one, sound))
            if len(one) >= _SHORTEST_MISSPELT:
                by_letters[_sorted(one)].append(one)
    return _Forenames(dict(by_skeleton), dict(by_letters))


def _sorted(word: str) -> str:
    return "".join(sorted(word))


def forget() -> None:
    """Clear this process's caches of names and pairs of names."""
    names.forget()
    _sound_apart.cache_clear()
    _sounds_or_spelt.cache_clear()
    is_like_forename.cache_clear()


#: "Servant of", as `read_name` writes it. Two names that begin with it are told apart by the rest.
_SERVANT = "abdul"
#: What makes a woman's name of a man's: Rashid and Rashida, Karim and Karimah, Paul and Pauline.
_FEMININE = frozenset({"a", "ah", "ia", "iya", "ina", "ine", "ette", "ne", "nne"})


def _is_feminine_of(one: str, other: str) -> bool:
    """Return whether two forenames differ only by a feminine ending."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and short[-1] not in "aeiouyh" and long[len(short) :] in _FEMININE


def parts_alike(one: str, other: str, rules: NameRules, *, last: bool) -> Likeness | None:
    """Return the `Likeness` of two name parts, or None if they do not match.

    `last` is True if both parts may be surnames.
    """
    if one == other:
        return Likeness.SAME
    if len(one) == 1 or len(other) == 1:
        return None  # an initial has no sound
    mine, theirs = known_as(one, rules, last=last), known_as(other, rules, last=last)
    if mine & theirs:
        return Likeness.FORM
    if one in rules.forenames and other in rules.forenames:
        return None  # two names that are both known, and are not one
    if not last and _is_feminine_of(one, other):
        return None
    if one.startswith(_SERVANT) and other.startswith(_SERVANT):  # Abdul Rahman and Abdul Rahim
        rest, against = one.removeprefix(_SERVANT), other.removeprefix(_SERVANT)
        return parts_alike(rest, against, rules, last=last) if rest and against else None
    for known, against in ((mine, other), (theirs, one)):
        # a misspelling of another form of the name
        if any(_sounds_or_spelt(name.replace(" ", ""), against) for name in known):
            return Likeness.SOUND
    return _sounds_or_spelt(one, other)


def alike(one: Name, other: Name, rules: NameRules) -> Likeness | None:
    """Return the `Likeness` of two names, or None if they do not match.

    Names with fewer than two parts match nothing. Each part of the shorter name must match a part of the longer one, in
    any order, and at least two parts must match.
    """
    if chinese_names.is_chinese(one, rules) and chinese_names.is_chinese(other, rules):
        if sorted(one.parts) == sorted(other.parts):
            return Likeness.SAME
        return Likeness.FORM if chinese_names.is_one(one, other, rules) else None
    best: Likeness | None = None
    for mine in (one.parts, *one.joined):
        for theirs in (other.parts, *other.joined):
            if mine is not one.parts and theirs is not other.parts:
                continue  # two joined forenames hide that one of them is another name
            found = _all_alike(mine, theirs, rules)
            if found is not None and (best is None or _ORDER.index(found) < _ORDER.index(best)):
                best = found
    return best


def _initial(one: str, other: str) -> Likeness | None:
    """Return whether one of two parts of names is the initial of the other."""
    if one[0] != other[0]:
        return None
    return Likeness.SAME if one == other else Likeness.INITIALS


def _all_alike(mine: Sequence[str], theirs: Sequence[str], rules: NameRules) -> Likeness | None:
    few, many = sorted((mine, theirs), key=len)
    if len(few) < 2:
        return None
    if tuple(few) == tuple(many):
        return Likeness.SAME
    table = []
    initials = len(few) == len(many) > 2 and any(len(one) == 1 for one in (*few, *many))
    for i, a in enumerate(few):
        row = [
            _initial(a, b)
            if initials and 1 in (len(a), len(b))
            else parts_alike(a, b, rules, last=i > 0 or j > 0)
            for j, b in enumerate(many)
        ]
        if not any(row):
            return None  # the other parts need no comparison
        table.append(row)
    best: Likeness | None = None
    for chosen in permutations(range(len(many)), len(few)):
        found = [table[row][column] for row, column in enumerate(chosen)]
        known = [one for one in found if one is not None]
        if len(known) < len(found) or all(one is Likeness.INITIALS for one in known):
            continue
        worst = max(known, key=_ORDER.index)
        if best is None or _ORDER.index(worst) < _ORDER.index(best):
            best = worst
    return best
