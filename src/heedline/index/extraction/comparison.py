"""Compares two reports by their extracted values, giving reasons why they may be related.

There is no score. Two reports are *possibly* related if they share a value. The link is *strong* only if two different
kinds of value agree, such as a phone number and a name, or if the same file was sent with both. A value that many
reports have does not link any of them. Reasons against a link are returned as well: different dates of birth, twins,
two people with the same name, or members of one household.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from heedline.index.extraction import sketch
from heedline.index.extraction.keys import key_of, of_name
from heedline.index.extraction.name_comparison import Likeness, alike, parts_alike
from heedline.index.extraction.names import Name, read_name
from heedline.index.extraction.near_words import alike_by_initial
from heedline.index.extraction.numbers import UNREAD, fits_plate
from heedline.index.extraction.rules import MatchingRules, NameRules
from heedline.index.extraction.values import Extract, Kind, Value


class Strength(StrEnum):
    """The strength of a link between two reports.

    It describes the two reports, never a person.
    """

    POSSIBLE = "possible"
    STRONG = "strong"


class Caution(StrEnum):
    """Reasons why two reports may concern different people although they share a value."""

    TWINS = "twins"
    GENERATIONS = "generations"
    BORN_APART = "born-apart"
    HOUSEHOLD = "household"
    INITIAL = "initial"
    COPY = "copy"
    COMMON = "common"


class Weight(StrEnum):
    """The weight that a reason carries in a comparison.

    A reason may count as a kind that agrees, be enough to show the report, or only support another reason.
    """

    COUNTS = "counts"
    SHOWS = "shows"
    ADDS = "adds"


@dataclass(frozen=True, slots=True)
class SharedReason:
    """A value or text that two reports share, as it is written in each.

    `code` selects the wording of the reason. It is a kind of value, with the degree of likeness for names, or "text".
    `shared_by` is the number of reports that have the value, or 0 if they are few.
    """

    code: str
    mine: str = field(repr=False)
    theirs: str = field(repr=False)
    weight: Weight
    shared_by: int = 0


@dataclass(frozen=True, slots=True)
class Resemblance:
    """The values that two reports share, with the strength of the link and any cautions."""

    strength: Strength
    reasons: tuple[SharedReason, ...]
    cautions: tuple[Caution, ...]


#: A text contains another from this share of its runs of words.
NEARLY = 0.35
_SAME = 0.95
#: People of one name who were born so many years apart may be father and son.
_GENERATION = 15
#: Names of a report that are compared with another one that names many people as well.
MOST_NAMES = 40
#: Names of the other report or register entry up to which all names of a long list are compared with them: one of the people on
#: a list of members may be the one that an entry is about.
_FEW_NAMES = 5
#: Pairs of names up to which all are compared. Of more, only those with a key in common are.
_MOST_PAIRS = 100
#: What the members of one household share without being one person.
_OF_A_HOUSEHOLD = {"phone", "registration", "address"}
#: Kinds of value of which one that two reports share counts.
_COUNTED = (
    *(Kind.FILE, Kind.PHONE, Kind.REGISTRATION, Kind.EMAIL, Kind.HANDLE, Kind.WEB, Kind.ADDRESS),
    *(Kind.DEVICE, Kind.WALLET, Kind.BANK, Kind.PASSPORT),
)
#: The reason that surnames agree, and one forename is only the other's initial. It links nothing by itself.
_BY_INITIAL = "name-initial"


def compare(
    mine: Extract, theirs: Extract, rules: MatchingRules, shared: Mapping[str, int] | None = None
) -> Resemblance | None:
    """Compare two reports and return their Resemblance, or None if nothing distinctive is shared.

    A value that many reports have is not distinctive. `shared` maps each key that more than `shared_from` reports have
    to the number of those reports.
    """
    common = shared or {}
    reasons = [*_same_values(mine, theirs, common), *_text(mine, theirs)]
    names, others = _names_of(mine, theirs, rules.names), _names_of(theirs, mine, rules.names)
    reasons += _names(mine, theirs, names, others, rules.names, common)
    own = [one for one in reasons if one.weight is not Weight.ADDS and not one.shared_by]
    named = _has_name(reasons)
    if not own:
        return None
    cautions = tuple(_cautions(mine, theirs, reasons, names, others, rules.names))
    counted = {_group(one) for one in own if one.weight is Weight.COUNTS}
    if counted and named:  # a common name counts beside something that is not
        counted.add("name")
    strong = (len(counted) > 1 or Kind.FILE in counted) and not set(cautions) & {
        Caution.TWINS,
        Caution.GENERATIONS,
        Caution.BORN_APART,
        Caution.HOUSEHOLD,
        Caution.INITIAL,
    }
    return Resemblance(
        Strength.STRONG if strong else Strength.POSSIBLE,
        tuple(sorted(reasons, key=_importance)),
        cautions,
    )


def _importance(reason: SharedReason) -> tuple[bool, int]:
    return bool(reason.shared_by), list(Weight).index(reason.weight)


def _group(reason: SharedReason) -> str:
    """Return the group that a reason belongs to, such as "phone", "name" or "online".

    An account and its web address count as one kind.
    """
    kind = reason.code.partition("-")[0]
    return "online" if kind in {"handle", "web"} else kind


def _same_values(mine: Extract, theirs: Extract, common: Mapping[str, int]) -> Iterator[SharedReason]:
    for kind in _COUNTED:
        both = _both(mine.of(kind), theirs.of(kind))
        for one, other in _each_house_once(both) if kind is Kind.ADDRESS else both:
            if kind is Kind.REGISTRATION and UNREAD in one.canonical:
                continue
            yield SharedReason(kind, one.written, other.written, Weight.COUNTS, common.get(key_of(one), 0))
    for one, other in _both(mine.of(Kind.BIRTH), theirs.of(Kind.BIRTH)):
        whole = len(one.canonical) == 10
        yield SharedReason(
            "birth" if whole else "birth-month",
            one.written,
            other.written,
            Weight.COUNTS if whole else Weight.ADDS,
            common.get(key_of(one), 0),
        )
    for one, other in _both(mine.of(Kind.ALIAS), theirs.of(Kind.ALIAS)):
        yield SharedReason("alias", one.written, other.written, Weight.SHOWS, common.get(key_of(one), 0))
    yield from _parts_of_plates(mine, theirs, common)
    yield from _months_of_whole(mine, theirs)
    yield from _same_building(mine.of(Kind.ADDRESS), theirs.of(Kind.ADDRESS), common)
    for one, other in _both(mine.of(Kind.POSTCODE), theirs.of(Kind.POSTCODE)):
        yield SharedReason("postcode", one.written, other.written, Weight.ADDS)


def _both(mine: Sequence[Value], theirs: Sequence[Value]) -> Iterator[tuple[Value, Value]]:
    known = {value.canonical: value for value in theirs}
    for value in mine:
        if value.canonical in known:
            yield value, known[value.canonical]


def _each_house_once(both: Iterable[tuple[Value, Value]]) -> Iterator[tuple[Value, Value]]:
    """Yield shared addresses without those by street and town of a house that is shared by its postcode as well."""
    by_street = list[tuple[Value, Value]]()
    houses = set[str]()
    for pair in both:
        place, _, house = pair[0].canonical.partition("/")
        if "," in place:
            by_street.append(pair)
        else:
            houses.add(house)
            yield pair
    yield from (pair for pair in by_street if pair[0].canonical.partition("/")[2] not in houses)


def _parts_of_plates(mine: Extract, theirs: Extract, common: Mapping[str, int]) -> Iterator[SharedReason]:
    """Yield registrations that may be the same, where a character of one is unreadable. They make a report appear but add no weight."""
    for one in mine.of(Kind.REGISTRATION):
        for other in theirs.of(Kind.REGISTRATION):
            if fits_plate(one.canonical, other.canonical):
                number = max(common.get(key_of(one), 0), common.get(key_of(other), 0))
                yield SharedReason("registration-part", one.written, other.written, Weight.SHOWS, number)


def _months_of_whole(mine: Extract, theirs: Extract) -> Iterator[SharedReason]:
    """Yield birth dates that match, where one report gives the day and the other only the month."""
    for one in mine.of(Kind.BIRTH):
        for other in theirs.of(Kind.BIRTH):
            if len(one.canonical) != len(other.canonical) and one.canonical[:7] == other.canonical[:7]:
                yield SharedReason("birth-month", one.written, other.written, Weight.ADDS)


def _same_building(
    mine: Sequence[Value], theirs: Sequence[Value], common: Mapping[str, int]
) -> Iterator[SharedReason]:
    """Yield addresses in the same building, where only one of the two includes a flat."""
    for one in mine:
        for other in theirs:
            here, there = one.canonical.split("/"), other.canonical.split("/")
            if here[:2] == there[:2] and len(here) != len(there):
                building = f"{Kind.ADDRESS}:{'/'.join(here[:2])}"
                yield SharedReason(
                    "address-building", one.written, other.written, Weight.SHOWS, common.get(building, 0)
                )


def _text(mine: Extract, theirs: Extract) -> Iterator[SharedReason]:
    share = sketch.containment(mine.shingles, theirs.shingles)
    if share >= NEARLY:
        yield SharedReason("text-same" if share >= _SAME else "text", "", "", Weight.SHOWS)


def _names_of(mine: Extract, theirs: Extract, rules: NameRules) -> list[Name]:
    """Return the names that are compared: the first ones of a long list, unless the other side has few names."""
    most = None if len(theirs.of(Kind.NAME)) <= _FEW_NAMES else MOST_NAMES
    return [read_name(value.canonical, rules) for value in mine.of(Kind.NAME)[:most]]


def _names(
    mine: Extract,
    theirs: Extract,
    names: Sequence[Name],
    others: Sequence[Name],
    rules: NameRules,
    common: Mapping[str, int],
) -> Iterator[SharedReason]:
    seen: set[str] = set()
    by_initial: dict[str, SharedReason] = {}
    few = len(names) * len(others) <= _MOST_PAIRS
    keyed = [] if few else [frozenset(of_name(one, rules)) for one in others]
    for value, name in zip(mine.of(Kind.NAME), names, strict=False):
        keys = frozenset(() if few else of_name(name, rules))
        for at, (other, against) in enumerate(zip(theirs.of(Kind.NAME), others, strict=False)):
            if other.canonical in seen:
                continue
            if alike_by_initial(name, against, rules):
                supporting = SharedReason(_BY_INITIAL, value.written, other.written, Weight.ADDS)
                by_initial.setdefault(other.canonical, supporting)
            if not (few or keys & keyed[at]):
                continue
            found = alike(name, against, rules)
            if found is not None:
                seen.add(other.canonical)
                code = "name" if found is Likeness.SAME else f"name-{found}"
                yield SharedReason(
                    code, value.written, other.written, Weight.COUNTS, common.get(key_of(value, rules), 0)
                )
    yield from (one for name, one in by_initial.items() if name not in seen)


def _has_name(reasons: Iterable[SharedReason]) -> bool:
    """Return whether a whole name is shared."""
    return any(one.code.startswith("name") and one.weight is Weight.COUNTS for one in reasons)


def _cautions(
    mine: Extract,
    theirs: Extract,
    reasons: Sequence[SharedReason],
    names: Sequence[Name],
    others: Sequence[Name],
    rules: NameRules,
) -> Iterator[Caution]:
    groups = {_group(one) for one in reasons if one.weight is Weight.COUNTS}
    own = {_group(one) for one in reasons if one.weight is Weight.COUNTS and not one.shared_by}
    same_name = _has_name(reasons)
    same_initial = any(one.code == _BY_INITIAL for one in reasons)
    apart = _years_apart(mine, theirs)
    if (same_name or same_initial) and apart is not None:
        yield Caution.GENERATIONS if apart >= _GENERATION else Caution.BORN_APART
    elif same_name and (mine.generations or theirs.generations) and groups <= {"name", *_OF_A_HOUSEHOLD}:
        yield Caution.GENERATIONS
    if not same_name and names and others:
        siblings = any(_siblings(one, other, rules) for one in names for other in others)
        if "birth" in groups and siblings and not same_initial:
            yield Caution.TWINS
        elif own and own <= _OF_A_HOUSEHOLD:
            yield Caution.INITIAL if same_initial else Caution.HOUSEHOLD
    elif (mine.twins or theirs.twins) and "birth" in groups:
        yield Caution.TWINS
    if any(one.code.startswith("text") or one.code == Kind.FILE for one in reasons):
        yield Caution.COPY
    if any(one.shared_by for one in reasons):
        yield Caution.COMMON


def _siblings(one: Name, other: Name, rules: NameRules) -> bool:
    """Return whether two people have the same surname and different forenames."""
    if len(one.parts) < 2 or len(other.parts) < 2:
        return False
    return parts_alike(one.parts[-1], other.parts[-1], rules, last=True) is not None


def _years_apart(mine: Extract, theirs: Extract) -> int | None:
    """Return the difference in years between the birth dates of two reports.

    Returns None unless both reports have complete dates and share none of them.
    """
    here, there = set(_whole(mine.of(Kind.BIRTH))), set(_whole(theirs.of(Kind.BIRTH)))
    if not here or not there or here & there:
        return None
    return min(abs(int(one[:4]) - int(other[:4])) for one in here for other in there)


def _whole(values: Iterable[Value]) -> Iterator[str]:
    return (value.canonical for value in values if len(value.canonical) == 10)
