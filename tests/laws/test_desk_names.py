"""Nothing outside a specialist desk's folder names it: no import, no path, no table, and no code of its kind of desk.

The setting that lists the desks names them, and so do the data of the pack. What is said in comments does not count.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

from heedline.desks.desk_kinds import DeskKind, desk_kinds
from heedline.packs import load_pack

SOURCE = Path(__file__).resolve().parents[2] / "src" / "heedline"
ROOM = "heedline.specialist_desks"
#: Its default is the list of desks.
SETTING = SOURCE / "config" / "specialist_desks.py"
COMMENTS = {
    ".sql": re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL),
    ".html": re.compile(r"{#.*?#}|{% comment.*?endcomment %}|<!--.*?-->", re.DOTALL),
}


@dataclass(frozen=True)
class DeskNames:
    """What a specialist desk is called: its folder, the label of its app, its code and its kinds of desk."""

    folder: str
    label: str
    codes: frozenset[str]

    def found_in(self, text: str) -> bool:
        """Whether a literal is one of the desk's codes, or has its module, a template, a table or a longer code in it."""
        codes = "|".join(sorted(map(re.escape, {self.folder, self.label, *self.codes})))
        return bool(
            re.fullmatch(codes, text.strip())
            or re.search(rf"specialist_desks[./]({codes})\b", text)
            or re.search(rf"(?<![\w/-])({codes})(_[a-z]|/[a-z_]|-[a-z]+(-[a-z]+)*(?![\w -]))", text)
        )


def desks() -> list[DeskNames]:
    found = []
    for app in apps.get_app_configs():
        if app.name.startswith(f"{ROOM}."):
            desk = import_module(f"{app.name}.registration").DESK
            kinds = {hook.code for hook in desk.of(DeskKind)}
            found.append(
                DeskNames(app.name.removeprefix(f"{ROOM}."), app.label, frozenset({desk.code, *kinds}))
            )
    return found


def of_python(text: str) -> Iterator[str]:
    """Yield every module that is imported and every literal, without docstrings."""
    tree = ast.parse(text)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{one.name}" for one in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def literals(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from of_python(text)
    else:
        text = COMMENTS[path.suffix].sub("", text)
        yield text
        yield from re.findall(r"'([^'\n]*)'", text)
        yield from re.findall(r'"([^"\n]*)"', text)


def read() -> list[Path]:
    inside = SOURCE / "specialist_desks"
    return [
        path
        for suffix in (".py", *COMMENTS)
        for path in SOURCE.rglob(f"*{suffix}")
        if inside not in path.parents and path != SETTING
    ]


def test_nothing_outside_its_folder_names_a_desk() -> None:
    names, paths = desks(), read()
    assert {one.folder for one in names} == {
        path.parent.name for path in (SOURCE / "specialist_desks").glob("*/__init__.py")
    }
    assert {path.suffix for path in paths} == {".py", ".sql", ".html"}
    found = {
        (str(path.relative_to(SOURCE)), text[:80])
        for path in paths
        for text in literals(path)
        for desk in names
        if desk.found_in(text)
    }
    assert found == set()


MATERIAL = DeskNames("material", "material", frozenset({"material"}))


@pytest.mark.parametrize(
    "line",
    [
        "from heedline.specialist_desks.material import models",
        "from heedline.specialist_desks import material",
        "import heedline.specialist_desks.material.rules",
        'import_module("heedline.specialist_desks.material.rules")',
        'KINDS = ("activity", "material")',
        'page = "material/parts/item.html"',
        'path = "specialist_desks/material/rules"',
        'sql = f"SELECT {x} FROM material_item"',
        'act = "material-found"',
        'url = reverse("material-of-report")',
    ],
)
def test_a_line_that_names_a_desk_is_found(line: str) -> None:
    assert any(MATERIAL.found_in(text) for text in of_python(line))


@pytest.mark.parametrize(
    "line",
    [
        '"""Key material, such as `material/`, in a docstring."""',
        'words = "Look at online material. Do not look for more material."',
        "from heedline.vault import key_material",
        'words = "the material, as sent"',
        'field = "key_material_of"',
    ],
)
def test_an_ordinary_word_names_no_desk(line: str) -> None:
    assert not any(MATERIAL.found_in(text) for text in of_python(line))


def test_sql_and_templates_are_read_without_their_comments(tmp_path: Path) -> None:
    for name, text, named in (
        ("a.sql", "-- as material_item does\nSELECT 1", False),
        ("b.sql", "SELECT 1 FROM public.material_item", True),
        ("c.sql", "SELECT 1 WHERE d.kind = 'material'", True),
        ("d.html", "{# material/item.html #}<p>Online material</p>", False),
        ("e.html", '{% include "material/item.html" %}', True),
    ):
        (tmp_path / name).write_text(text)
        assert any(MATERIAL.found_in(one) for one in literals(tmp_path / name)) is named, name


def test_stewards_can_create_a_desk_of_every_kind_that_the_pack_names() -> None:
    assert {kind.desk_kind for kind in load_pack("uk").kinds.values()} <= set(desk_kinds())
