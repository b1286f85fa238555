"""Tests that the import contracts cover every package and that docs/layout.md names each of them."""

from __future__ import annotations

import re
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "heedline"
#: More modules than this in one room, and nobody finds their way: split it.
MOST_MODULES = 16


def _contract(name: str) -> dict[str, list[str]]:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    found = [one for one in tool["contracts"] if one["name"] == name]
    assert len(found) == 1, f"There is no contract called {name!r}"
    contract: dict[str, list[str]] = found[0]
    return contract


def _packages() -> set[str]:
    return {f"heedline.{path.parent.name}" for path in PACKAGE.glob("*/__init__.py")}


@pytest.mark.parametrize(
    ("contract", "may"),
    [
        (
            "Only casework opens the vault",
            {"heedline.casework", "heedline.files", "heedline.index", "heedline.vault"},
        ),
        ("Only the vault touches cryptography", {"heedline.vault"}),
    ],
)
def test_a_contract_names_every_package_that_it_binds(contract: str, may: set[str]) -> None:
    assert _packages() - may <= set(_contract(contract)["source_modules"]) | may


def test_every_table_lies_where_the_contract_against_queries_looks() -> None:
    """The contract forbids `heedline.*.models`, so a table declared elsewhere would escape it."""
    strays = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if "(models.Model)" in path.read_text()
        and "models" not in path.relative_to(PACKAGE).with_suffix("").parts
    ]
    assert not strays


def test_the_layout_names_every_room() -> None:
    layout = (ROOT / "docs" / "layout.md").read_text()
    rooms = [
        path.parent.relative_to(PACKAGE)
        for inner in ("*", "casework/*", "web/*", "web/office/*", "packs/*", "specialist_desks/*")
        for path in PACKAGE.glob(f"{inner}/__init__.py")
        if path.parent.name not in {"migrations", "templatetags"}
    ]
    missing = [str(room) for room in rooms if f"`{room}/`" not in layout]
    assert not missing


def test_the_layout_names_every_room_of_a_specialist_desk() -> None:
    layout = (ROOT / "docs" / "layout.md").read_text()
    missing = [
        str(path.parent.relative_to(PACKAGE))
        for path in PACKAGE.glob("specialist_desks/*/*/__init__.py")
        if path.parent.name not in {"migrations", "models"}
        and f"| `{path.parent.name}/` |"
        not in layout.partition(f"in `specialist_desks/{path.parts[-3]}/` |")[2].partition("\n## ")[0]
    ]
    assert not missing


def test_no_files_import_each_other_in_a_circle() -> None:
    """The import contracts leave out what is imported for its type alone; here it counts, and raises CycleError."""
    graph = grimp.build_graph("heedline", exclude_type_checking_imports=False, cache_dir=None)
    TopologicalSorter({one: graph.find_modules_directly_imported_by(one) for one in graph.modules}).prepare()


@pytest.mark.parametrize(
    "room",
    sorted(
        [
            PACKAGE / "config" / "__init__.py",
            PACKAGE / "gateway" / "__init__.py",
            *(PACKAGE / "casework").glob("*/__init__.py"),
            *(
                path
                for path in (PACKAGE / "specialist_desks").glob("*/**/__init__.py")
                if path.parent.name != "migrations"
            ),
        ]
    ),
    ids=lambda path: str(path.parent.relative_to(PACKAGE)),
)
def test_a_room_is_small_and_says_what_it_is_for(room: Path) -> None:
    assert len(list(room.parent.glob("*.py"))) <= MOST_MODULES
    assert room.read_text().startswith('"""')


def test_every_rule_of_the_layout_names_a_file_that_exists() -> None:
    layout = (ROOT / "docs" / "layout.md").read_text()
    rules = layout.split("## Where a rule is", 1)[1].split("\n## ", 1)[0]
    named = re.findall(r"`([\w/]+\.(?:py|sql|toml))`", rules)
    assert len(named) >= 12
    assert [name for name in named if not (PACKAGE / name).exists()] == []


def test_one_function_reads_the_zone_of_the_installation() -> None:
    """A page that read the setting directly would be overlooked if desks ever had their own time zones (ADR 86)."""
    readers = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if "OFFICE_ZONE" in path.read_text(encoding="utf-8")
    }
    assert readers == {"config/settings.py", "casework/access/session.py"}
