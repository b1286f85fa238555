"""Find the police force for a postcode or a clearly named place.

Only exact matches count. Nothing is guessed.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from heedline.packs.tables import PackError

#: A name after a word of the pack that says where, and what follows it in the same sentence, which may name another place.
_PLACED = r"\b(?i:{})\s+([A-Z][\w'’-]*)(?=([^.,;:!?\n]{{0,100}}))"
_WORD = re.compile(r"[\w'’-]+")
#: Further words of the longest name of a council.
_LONGEST_NAME = 5


@dataclass(frozen=True, slots=True)
class _Sector:
    usual: str
    exceptions: Mapping[str, str]


class Areas:
    """A lookup table of police forces by postcode or place.

    `forces_of_postcode` and `forces_of_place` return a set of one force, several or none.
    """

    def __init__(
        self,
        outcodes: Mapping[str, frozenset[str]],
        sectors: Mapping[str, _Sector],
        prefixes: Mapping[str, str],
        places: Mapping[str, frozenset[str]],
        formats: Mapping[str, str],
        where: Collection[str],
    ) -> None:
        self._placed = re.compile(_PLACED.format("|".join(map(re.escape, where))))
        self._outcodes = outcodes
        self._sectors = sectors
        self._prefixes = prefixes
        self._places = places
        self._tail = int(formats["postcode_tail"])
        self._full = re.compile(formats["postcode"])
        self._first_half = re.compile(formats["outcode"])
        self._words = re.compile(r"[A-Z0-9]+")

    def forces_of_postcode(self, postcode: str) -> frozenset[str]:
        """Return the forces for a full postcode or an outcode, in any case and spacing.

        The set is empty if the text is neither.
        """
        tight = "".join(postcode.upper().split())
        if self._full.fullmatch(tight):
            outcode, inward = tight[: -self._tail], tight[-self._tail :]
        elif self._first_half.fullmatch(tight):
            outcode, inward = tight, ""
        else:
            return frozenset()
        for prefix, force in self._prefixes.items():
            if re.fullmatch(rf"{prefix}\d.*", outcode):
                return frozenset({force})
        if inward and (sector := self._sectors.get(f"{outcode} {inward[0]}")):
            return frozenset({sector.exceptions.get(inward[1:], sector.usual)})
        return self._outcodes.get(outcode, frozenset())

    def ambiguous_outcode(self, postcode: str) -> bool:
        """Return whether this is an outcode on its own that does not belong to a single force."""
        tight = "".join(postcode.upper().split())
        full = self._full.fullmatch(tight)
        return not full and len(self.forces_of_postcode(tight)) > 1

    def forces_of_place(self, place: str) -> frozenset[str]:
        """Return the forces for a place described in words.

        The place must contain a full postcode, or its last part must be exactly the name of a council or force.
        "12 Example Road, Leeds" is found, but "near the Leeds road" is not, because a wrong desk is worse than
        the round-the-clock one.
        """
        if found := self._forces_of_postcodes_in(place):
            return found
        parts = re.split(r"[,\n]", place.strip().strip("."))
        return self._places.get(_plain(parts[-1]), frozenset())

    def forces_in_account(self, account: str) -> frozenset[str]:
        """Return the forces for an account of what happened that names a place.

        It has to contain a full postcode, or a council or force after a word that says where, such as "near" (`desks.toml`). The name has
        to begin with a capital letter and not be part of a longer name: "near Leeds Road" is not found.
        """
        if found := self._forces_of_postcodes_in(account):
            return found
        named: frozenset[str] = frozenset()
        for after in self._placed.finditer(account):
            words = [after[1], *_WORD.findall(after[2])[:_LONGEST_NAME]]
            for size in range(len(words), 0, -1):
                if forces := self._places.get(_plain(" ".join(words[:size]))):
                    longer = size < len(words) and words[size][:1].isupper()
                    named |= frozenset() if longer else forces
                    break
        return named

    def _forces_of_postcodes_in(self, text: str) -> frozenset[str]:
        """Return the forces for the full postcodes in a text."""
        found: frozenset[str] = frozenset()
        for first, second in itertools.pairwise(["", *self._words.findall(text.upper())]):
            # "S1 2HE" are two words of the text, "S12HE" is one
            for candidate in (second, first + second):
                if self._full.fullmatch(candidate):
                    found |= self.forces_of_postcode(candidate)
        return found


def _plain(name: str) -> str:
    """Return the place name in the normalised form used for lookups.

    It is in lower case, with "&" spelled out and without "city of" and similar additions.
    """
    plain = " ".join(name.lower().replace("&", " and ").replace(".", " ").split())
    plain = re.sub(r", (city|county) of$", "", plain)
    return re.sub(r"^(the )?(city of |london borough of |royal borough of )", "", plain)


def read_areas(
    folder: Traversable,
    forces: Mapping[str, str],
    prefixes: Mapping[str, str],
    ambiguous: Collection[str],
    formats: Mapping[str, str],
    where: Collection[str],
) -> Areas:
    """Return the lookup read from `councils.csv` and `outcodes.csv`.

    `forces` maps ids to names, and `where` are the words that say where, such as "near". Raises PackError, naming the file and row.
    """
    outcodes: dict[str, frozenset[str]] = {}
    sectors: dict[str, _Sector] = {}
    for at, row in rows_of(folder, "areas/outcodes.csv", ("code", "forces", "exceptions")):
        found = frozenset(row["forces"].split())
        exceptions: dict[str, str] = {}
        for group in filter(None, row["exceptions"].split(";")):
            force, _, units = group.partition(":")
            exceptions |= dict.fromkeys(units.split(), force)
        for force in found | set(exceptions.values()):
            if force not in forces:
                raise PackError(f"areas/outcodes.csv: row {at}: no force is called {force}")
        if " " in row["code"]:
            if len(found) != 1:
                raise PackError(f"areas/outcodes.csv: row {at}: a sector has one usual force")
            sectors[row["code"]] = _Sector(next(iter(found)), exceptions)
        else:
            outcodes[row["code"]] = found
    places: dict[str, frozenset[str]] = {}
    for force, name in forces.items():
        for plain in {_plain(name), _plain(name.removesuffix(" Police"))}:
            places[plain] = places.get(plain, frozenset()) | {force}
    for at, row in rows_of(folder, "areas/councils.csv", ("code", "name", "force")):
        if row["force"] not in forces:
            raise PackError(f"areas/councils.csv: row {at}: no force is called {row['force']}")
        for plain in {_plain(row["name"]), _plain(row["name"].removesuffix(" City"))}:
            places[plain] = places.get(plain, frozenset()) | {row["force"]}
    for plain in ambiguous:
        if plain not in places:
            raise PackError(f"desks.toml: areas.ambiguous_places: no council or force is called {plain}")
        del places[plain]
    for prefix, force in prefixes.items():
        if force not in forces:
            raise PackError(f"desks.toml: areas.prefixes.{prefix}: no force is called {force}")
    return Areas(outcodes, sectors, dict(prefixes), places, formats, where)


def rows_of(folder: Traversable, path: str, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of one of the pack's tables, with their line numbers.

    Raises PackError if the columns differ or a row has no value in the first column.
    """
    try:
        lines = folder.joinpath(*path.split("/")).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise PackError(f"{path}: the file is missing") from None
    reader = csv.DictReader(lines)
    if tuple(reader.fieldnames or ()) != columns:
        raise PackError(f"{path}: the columns must be {', '.join(columns)}")
    rows = []
    for at, row in enumerate(reader, start=2):
        if None in row or None in row.values() or not row[columns[0]]:
            raise PackError(f"{path}: row {at}: must have {len(columns)} fields")
        rows.append((at, row))
    return rows
