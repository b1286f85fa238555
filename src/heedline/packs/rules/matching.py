"""Read the pack's rules for finding reports about one person.

`index/extraction/rules.py` defines their data structures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from importlib.resources.abc import Traversable

from heedline.index.extraction.names import spelling
from heedline.index.extraction.rules import (
    HOLDS,
    BirthRules,
    IdentifierRules,
    MatchingRules,
    NameRules,
    PlateShape,
    WebRules,
)
from heedline.index.words import words_of
from heedline.packs.rules.name_evidence import read_evidence
from heedline.packs.tables import Table, read_toml

#: Common words at most: the number of their runs of three is its third power.
MOST_COMMON = 40


def read_matching(
    folder: Traversable, formats: Mapping[str, str], answers: Mapping[str, Mapping[str, str]]
) -> MatchingRules:
    """Return the rules read from `matching.toml`, `names.toml` and `name_evidence.toml`.

    `answers` says what the answers of each kind of report hold (`read_answers`).

    Raises PackError.
    """
    top = read_toml(folder, "matching.toml")
    known = read_toml(folder, "names.toml")
    evidence = read_toml(folder, "name_evidence.toml")
    flats, streets = top.table("flats"), top.table("streets")
    rules = MatchingRules(
        phone_region=top.text("phone_region"),
        plates=tuple(_plate(one) for one in top.tables("plates")),
        shared_from=top.number("shared_from"),
        answers=dict(answers),
        postcode=formats["postcode"],
        names=_names(top.table("names"), known, evidence),
        birth=_birth(top.table("birth")),
        web=_web(top.table("web")),
        identifiers=_identifiers(top.table("identifiers")),
        flats=flats.texts("words"),
        generations=flats.texts("generations"),
        twins=flats.texts("twins"),
        common_words=_common_words(top),
        streets=_streets(streets),
    )
    for table in (flats, streets, top, known, evidence):
        table.done()
    return rules


def _streets(table: Table) -> dict[str, tuple[str, ...]]:
    others: dict[str, dict[str, None]] = defaultdict(dict)
    for line in table.texts("short"):
        words = line.split()
        if len(words) < 2 or words_of(line) != words:
            raise table.wrong("short", "must be lines of words that mean the same, in lower case")
        for word in words:
            others[word].update((other, None) for other in words if other != word)
    return {word: tuple(found) for word, found in others.items()}


def _common_words(top: Table) -> tuple[str, ...]:
    words = top.texts("common_words")
    if len(words) > MOST_COMMON or any(words_of(word) != [word] for word in words):
        raise top.wrong(
            "common_words", f"must be at most {MOST_COMMON} words, in lower case and without apostrophes"
        )
    return words


def _plate(table: Table) -> PlateShape:
    plate = PlateShape(
        table.text("shape"), table.number("spaced"), table.flag("lower", False), table.text("needs", "")
    )
    if set(plate.shape) - {"L", "D"}:
        raise table.wrong("shape", "must be written with L for a letter and D for a digit")
    table.done()
    return plate


def read_answers(table: Table) -> dict[str, str]:
    """Return what the answers to a kind's questions hold, one of `HOLDS` for each `<page>.<field>` that is read."""
    found = {}
    for field in table:
        if field.count(".") != 1:
            raise table.wrong(field, 'must be written as "step.field"')
        found[field] = table.one_of(field, HOLDS)
    return found


def _names(table: Table, known: Table, evidence: Table) -> NameRules:
    spelt = known.table("forenames")
    seconds = {
        " ".join(spelling(one).split())
        for tradition in evidence.texts("second_names")
        for line in spelt.texts(tradition)
        for one in line.split(",")
    }
    forenames = _groups(spelt)
    rules = NameRules(
        forenames=forenames,
        surnames=_groups(known.table("surnames")),
        syllables=_groups(known.table("syllables")),
        titles=frozenset(table.texts("titles")),
        particles=frozenset(table.texts("particles")),
        suffixes=frozenset(table.texts("suffixes")),
        cues=table.texts("cues"),
        no_names=frozenset(table.texts("no_names")),
        no_forenames=frozenset(table.texts("no_forenames")),
        no_surnames=frozenset(no_surnames := table.texts("no_surnames")),
        before_places=frozenset(table.texts("before_places")),
        evidence=read_evidence(evidence, forenames, seconds, no_surnames),
    )
    table.done()
    return rules


def _groups(table: Table) -> dict[str, frozenset[str]]:
    """Map each spelling to the set of names that it may stand for.

    Each line of the table lists the spellings of one name.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for tradition in table:
        for line in table.texts(tradition):
            spellings = [" ".join(spelling(one).split()) for one in line.split(",")]
            if not all(spellings) or line != line.casefold():
                raise table.wrong(tradition, f"{line!r} must be spellings in lower case, between commas")
            for one in spellings:
                found[one].add(spellings[0])
    table.done()
    return {one: frozenset(names) for one, names in found.items()}


def _birth(table: Table) -> BirthRules:
    months: dict[str, int] = {}
    lines = table.texts("months")
    if len(lines) != 12:
        raise table.wrong("months", "must be twelve lines")
    for number, line in enumerate(lines, start=1):
        months |= {one.strip(): number for one in line.split(",")}
    rules = BirthRules(table.texts("cues"), table.flag("day_first"), months)
    table.done()
    return rules


def _identifiers(table: Table) -> IdentifierRules:
    lengths = {}
    for line in table.texts("iban_lengths"):
        country, _, length = line.partition(" ")
        if len(country) != 2 or not length.isdecimal():
            raise table.wrong("iban_lengths", "must be lines such as GB 22")
        lengths[country] = int(length)
    cues = {name: table.texts(name) for name in ("devices", "accounts", "passports", "plates", "aliases")}
    if any(one != one.casefold() for some in cues.values() for one in some):
        raise table.wrong("devices", "must be in lower case, as all words of this table")
    table.done()
    return IdentifierRules(**cues, iban_lengths=lengths)


def _web(table: Table) -> WebRules:
    tracking = table.texts("tracking")
    rules = WebRules(
        endings=frozenset(table.texts("endings")),
        tracking=frozenset(one for one in tracking if not one.endswith("*")),
        tracking_beginnings=tuple(one[:-1] for one in tracking if one.endswith("*")),
        accounts=frozenset(table.texts("accounts")),
        not_accounts=frozenset(table.texts("not_accounts")),
        cues=table.texts("cues"),
    )
    table.done()
    return rules
