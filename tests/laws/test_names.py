"""One name has one meaning: public classes and types are unique in the whole package."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import heedline
from heedline.packs.urgency import Priority, Urgency
from heedline.reports.lifecycle import Stage

PACKAGE = Path(heedline.__file__).parent


def test_a_public_class_name_is_used_once() -> None:
    """Aliases of a type may be repeated where they say the same."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for file in PACKAGE.rglob("*.py"):
        if "migrations" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.TypeAlias):
                found[node.name.id].add(ast.unparse(node.value))
            elif isinstance(node, ast.ClassDef) and not node.name.startswith("_") and node.name != "Meta":
                found[node.name].add(file.relative_to(PACKAGE).as_posix())
    assert len(found) > 400
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_nothing_is_called_a_wall() -> None:
    """Row-level security, the session secret and the functions of the database go by their own names."""
    named = [
        file.relative_to(PACKAGE).as_posix()
        for pattern in ("*.py", "*.sql")
        for file in PACKAGE.rglob(pattern)
        if "wall" in file.stem or "heedline" + ".wall" in file.read_text(encoding="utf-8")
    ]
    assert named == []


STATES = {"stage": set(Stage), "urgency": set(Urgency), "priority": set(Priority)}


def test_stages_urgencies_and_priorities_are_compared_as_enums() -> None:
    found = set()
    for file in PACKAGE.rglob("*.py"):
        if "migrations" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            pairs: list[tuple[str, ast.expr]] = []
            if isinstance(node, ast.Compare):
                pairs = [(ast.unparse(node.left), one) for one in node.comparators]
            elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"filter", "exclude"}:
                pairs = [(word.arg or "", word.value) for word in node.keywords]
            for name, value in pairs:
                field = name.replace("__", ".").split(".")[-1]
                if isinstance(value, ast.Constant) and value.value in STATES.get(field, set()):
                    found.add(f"{file.relative_to(PACKAGE).as_posix()}: {name} {value.value!r}")
    assert found == set()
