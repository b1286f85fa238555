"""A report's index keys, one for each way in which two reports can match.

A shared key only proposes a report. `comparison.py` then compares the values to decide whether two reports share something. The
index stores keys as tokens. Names have at most `MOST_NAME_KEYS` keys each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product, zip_longest

from heedline.index import word_parts
from heedline.index.extraction import chinese_names
from heedline.index.extraction.names import Name, pairs, read_name, readings, skeletons, sounds
from heedline.index.extraction.numbers import UNREAD, plates_of
from heedline.index.extraction.rules import NameRules
from heedline.index.extraction.values import Kind, Value
from heedline.index.words import LONGEST, runs_of

MOST_NAME_KEYS, MOST_PAIR_KEYS = 16, 13
#: The most keys of a report. Others are left out, because a list of a thousand numbers is not about one person.
MOST_KEYS = 400
_OUTWARD = -3


def of_report(values: Sequence[Value], sketch: Iterable[str], rules: NameRules) -> tuple[str, ...]:
    """Return the keys of a report's values and sketch, without duplicates, at most `MOST_KEYS`.

    A registration with an unreadable character has a key for each that it could be. These keys, and those of houses without their flat
    numbers, come last, so that a long list does not crowd out names. The main key
    of every name comes before the variants of any, so that each name of a long list is found.
    """
    names = [read_name(value.canonical, rules) for value in values if value.kind is Kind.NAME]
    births = [value.canonical for value in values if value.kind is Kind.BIRTH and len(value.canonical) == 10]
    postcodes = [value.canonical for value in values if value.kind is Kind.POSTCODE]
    found: dict[str, None] = {}
    for value in values:
        if value.kind not in {Kind.NAME, Kind.BIRTH, Kind.POSTCODE} or value.canonical in births:
            found[key_of(value)] = None
    found.update(dict.fromkeys(f"text:{one}" for one in sketch))
    found.update(dict.fromkeys(_in_turn(of_name(name, rules) for name in names)))
    found.update(dict.fromkeys(_combined(names, births, postcodes, rules)))
    for value in values:
        if value.kind is Kind.REGISTRATION and UNREAD in value.canonical:
            found.update(dict.fromkeys(f"{value.kind}:{plate}" for plate in plates_of(value.canonical)))
    for value in values:
        if value.kind is Kind.ADDRESS and value.canonical.count("/") == 2:
            found[key_of(value).rpartition("/")[0]] = None
    return tuple(islice(found, MOST_KEYS))


def key_of(value: Value, rules: NameRules | None = None) -> str:
    """Return the main index key of a value.

    For a name, `rules` is needed to make the key from the name's skeletons. Returns "" for a name of one part, which
    links no reports.
    """
    if value.kind is Kind.NAME and rules is not None:
        return next(iter(of_name(read_name(value.canonical, rules), rules)), "")
    return f"{value.kind}:{value.canonical}"


def of_name(name: Name, rules: NameRules) -> tuple[str, ...]:
    """Return the index keys of a name.

    The keys of a Chinese name come first, then pairs of skeletons in order, the surname with initials, and finally variants
    with one letter left out.
    """
    read = [(readings(first, rules), readings(last, rules)) for first, last in pairs(name)]
    of_pairs = (_pair(one, other) for firsts, lasts in read for one, other in product(firsts, lasts))
    found = {f"name:zh:{one}": None for one in chinese_names.keys(name, rules)}
    found.update(dict.fromkeys(islice(dict.fromkeys(of_pairs), MOST_PAIR_KEYS)))
    found.update(dict.fromkeys(_with_initials(name, rules)))
    bare = (
        key
        for firsts, lasts in read[:1]
        for one, other in product(firsts, lasts)
        for key in _with_one_left_out(one, other)
    )
    while len(found) < MOST_NAME_KEYS and (key := next(bare, None)) is not None:
        found[key] = None
    return tuple(islice(found, MOST_NAME_KEYS))


#: Length of the shortest part of a name that is found by its sound alone, and the most such forms of a report.
SHORTEST_HEARD, MOST_HEARD = 4, 120


def forms(values: Sequence[Value]) -> set[str]:
    """Return the index forms of a report's values: the sounds of its names, and the parts of names and online names."""
    names = [value for value in values if value.kind is Kind.NAME]
    return {
        *heard(names),
        *_by_initials(names),
        *parts(values),
        *(form for value in values for form in _of_places(value)),
    }


#: Characters of the longest web address that is found by its beginning. A search can't be longer, and without a bound the forms
#: of one address with ten thousand slashes would fill a hundred megabytes.
LONGEST_PAGE = 200


def _of_places(value: Value) -> Iterator[str]:
    """Yield the forms of a postcode, and of a web address and each address above it on the same site."""
    if value.kind is Kind.POSTCODE:
        yield in_postcode(value)
    if value.kind is Kind.WEB:
        page = f"{without_query(value.canonical)}/"
        ends = [at for at, sign in enumerate(page[: LONGEST_PAGE + 1]) if sign == "/"]
        for end in ends[1:]:
            yield on_page(page[:end])


def in_postcode(value: Value) -> str:
    """Return the index form of a postcode. It is not a key, because a postcode alone does not link reports."""
    return f"c:{value.canonical}"


def without_query(address: str) -> str:
    """Return a canonical web address without what follows the question mark."""
    return address.partition("?")[0]


def on_page(address: str) -> str:
    """Return the index form of a web address without its query. It is not a key, because a whole site does not link reports."""
    return f"u:{address}"


def heard(names: Iterable[Value]) -> tuple[str, ...]:
    """Return the phonetic index forms of each part of these names, with and without its vowels.

    The main forms of every part come before the variants of any, so that each name of a long list is found.
    """
    parts = (part for value in names for part in value.canonical.split() if len(part) >= SHORTEST_HEARD)
    of_parts = (
        _in_turn([map(heard_as, skeletons(part)), map(said_as, sounds(part))])
        for part in dict.fromkeys(parts)
    )
    return tuple(islice(dict.fromkeys(_in_turn(of_parts)), MOST_HEARD))


def _in_turn(lists: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield the first of each of these lists, then the second of each, and so on."""
    return (one for same_rank in zip_longest(*lists) for one in same_rank if one is not None)


def _by_initials(names: Iterable[Value]) -> Iterator[str]:
    """Yield the forms by which a name is found if only the initial of its forename is known, here or in a search."""
    for value in names:
        first, *_, last = value.canonical.split() or [""]
        for sound in sounds(last) if last and first != last else ():
            yield with_initial(first, sound, only=len(first) == 1)


def with_initial(first: str, sound: str, *, only: bool) -> str:
    """Return the index form of a forename's first letter and a surname's sound. `only` means that only the initial is known."""
    return f"{'i' if only else 'j'}:{first[:1]}|{sound}"


def heard_as(skeleton: str) -> str:
    """Return the index form of a consonant skeleton."""
    return f"s:{skeleton}"


def said_as(sound: str) -> str:
    """Return the index form of a sound with its vowels."""
    return f"v:{sound}"


#: Kinds of value whose words are found by any part of them, and such words of a report at most.
_FOUND_BY_PARTS = frozenset({Kind.NAME, Kind.EMAIL, Kind.HANDLE, Kind.WEB})
MOST_IN_PARTS = 200


def parts(values: Iterable[Value]) -> set[str]:
    """Return the index forms by which names and online names are found by any part of a word in them.

    The first words of every value come before the others of any, so that no address of hundreds of words crowds out a name.
    """
    words = _in_turn(runs_of(value.canonical) for value in values if value.kind in _FOUND_BY_PARTS)
    longer = dict.fromkeys(word[:LONGEST] for word in words if len(word) > word_parts.SHORTEST)
    return {form for word in islice(longer, MOST_IN_PARTS) for form in word_parts.of_word(word)}


def _pair(one: str, other: str) -> str:
    return "name:" + "|".join(sorted((one, other)))


def _with_initials(name: Name, rules: NameRules) -> Iterator[str]:
    """Yield a name of three parts or more as its surname with the initials of the other parts."""
    parts = name.parts
    if len(parts) < 3:
        return
    yield from _initials(parts[-1], parts[:-1], rules)
    if parts[0] in rules.evidence.chinese_surnames:
        yield from _initials(parts[0], parts[1:], rules)


def _initials(surname: str, others: Iterable[str], rules: NameRules) -> Iterator[str]:
    initials = "".join(sorted(one[0] for one in others))
    return (f"name:i:{initials}|{one}" for one in readings(surname, rules))


def _with_one_left_out(one: str, other: str) -> Iterator[str]:
    for at in range(len(one) if len(one) > 2 else 0):
        yield _pair(one[:at] + one[at + 1 :], other)
    for at in range(len(other) if len(other) > 2 else 0):
        yield _pair(one, other[:at] + other[at + 1 :])


def _combined(
    names: Sequence[Name], births: Sequence[str], postcodes: Sequence[str], rules: NameRules
) -> Iterator[str]:
    """Yield keys that combine a date of birth with other values, or two names with a postcode.

    The combinations are those of the Ministry of Justice's hmpps-person-match: birth date and postcode; birth date,
    outcode and two letters of the forename; birth date and two letters of each name, also swapped; both names and
    postcode.
    """
    for born, code in product(births[:4], postcodes[:4]):
        yield f"born+postcode:{born}|{code}"
    for name in names[:8]:
        if len(name.parts) < 2:
            continue
        first, last = name.parts[0], name.parts[-1]
        for born in births[:4]:
            yield f"born+names:{born}|" + "|".join(sorted((first[:2], last[:2])))
            for code in postcodes[:4]:
                yield f"born+area:{born}|{code[:_OUTWARD]}|{first[:2]}"
        for code in postcodes[:4]:
            skeleton = _pair(next(iter(readings(first, rules))), next(iter(readings(last, rules))))
            yield f"{skeleton}@{code}"
