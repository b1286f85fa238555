"""Read what stands in the folder of each kind of report, `kinds/<kind>/`, with what all kinds share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from importlib.resources.abc import Traversable
from typing import Any

from heedline.packs.report_kinds import Offers
from heedline.packs.tables import PackError, Table, read_toml

#: What a kind offers to officers, which its file may define or take from the file that all kinds share.
OFFERED = ("outcomes", "reasons", "question_templates")


#: The table of a kind's `outcomes.toml` that names them in order.
OFFERS = "offers"


def own_file(kind: str, name: str) -> str:
    """Return the path of a file in the folder of a kind of report."""
    return f"kinds/{kind}/{name}"


def with_kinds(folder: Traversable, name: str, kinds: Iterable[str], *, of_one_kind: bool = False) -> Table:
    """Return a file of the pack, with the entries of its namesakes in the folders of the kinds.

    The file itself may be missing. With `of_one_kind`, each entry of a kind's file gets that kind as its `kind`. Raises
    PackError if two files define the same entry.
    """
    data: dict[str, Any] = {}
    places: dict[str, str] = {}
    for kind, path in (("", name), *((kind, own_file(kind, name)) for kind in kinds)):
        if not folder.joinpath(*path.split("/")).is_file():
            continue
        part = read_toml(folder, path)
        for key, value in part.data.items():
            if not kind:
                data[key] = value
                continue
            if key == OFFERS:
                continue
            for code, entry in value.items():
                if code in data.setdefault(key, {}):
                    raise part.wrong(
                        f"{key}.{code}", f"stands in {places.get(f'{key}.{code}', name)} already"
                    )
                data[key][code] = {"kind": kind, **entry} if of_one_kind else entry
                places[f"{key}.{code}"] = path
    return Table(data, name, places=places)


def with_words(table: Table, folder: Traversable, kinds: Iterable[str], language: str) -> Table:
    """Return the texts of a language, with those in the folders of the kinds.

    Raises PackError if a text stands in two files.
    """
    data = dict(table.data)
    for kind in kinds:
        path = own_file(kind, f"words.{language}.toml")
        if folder.joinpath(*path.split("/")).is_file():
            _add(data, read_toml(folder, path))
    return Table(data, table.file)


def _add(data: dict[str, Any], part: Table) -> None:
    for key, value in part.data.items():
        if key not in data:
            data[key] = value
        elif isinstance(value, dict) and isinstance(data[key], dict):
            data[key] = dict(data[key])
            _add(data[key], Table(value, part.file, f"{part.path}.{key}" if part.path else key))
        else:
            raise part.wrong(key, "stands in another file already")


def read_offers(
    folder: Traversable, kinds: Iterable[str], known: Mapping[str, Collection[str]]
) -> dict[str, Offers]:
    """Return what each kind of report offers.

    `known` maps each of `OFFERED` to the codes that the pack defines. Raises PackError for a code that nobody defines, or
    that no kind offers.
    """
    found = {}
    for kind in kinds:
        table = read_toml(folder, own_file(kind, "outcomes.toml")).table(OFFERS)
        lists = [table.texts(group) for group in OFFERED]
        table.done()
        for group, codes in zip(OFFERED, lists, strict=True):
            if unknown := set(codes) - set(known[group]):
                raise table.wrong(group, f"nothing is called {min(unknown)}")
        found[kind] = Offers(*lists)
    for group in OFFERED:
        offered = {code for one in found.values() for code in getattr(one, group)}
        if idle := set(known[group]) - offered:
            raise PackError(f"outcomes.toml: {group}.{min(idle)}: no kind of report offers it")
    return found
