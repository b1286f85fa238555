"""One name has one meaning: public classes and types are unique in the whole package."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import heedline

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
        if "wall" in file.stem or "heedline.wall" in file.read_text(encoding="utf-8")
    ]
    assert named == []
