"""Tests that the office uses the field's terms, and that no template, string or pack file uses the old names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path

import pytest

import heedline

PACKAGE = Path(heedline.__file__).parent
#: Where officers' words are written.
PLACES = (
    "web/office",
    "web/shell",
    "web/entrance",
    "web/components",
    "specialist_desks",
    "casework",
    "permits",
)

#: Each term as a whole label, button, heading or message, with the names that it replaced.
TERMS = {
    "Assessment": ("What we make of it",),
    "Behaviour reported": ("What was done?",),
    "Action log": ("Every look and every step",),
    "New call or walk-in": ("Take a report down",),
    "Source identity": ("Who sent it",),
    "Request communications data: threat to life": ("Have the sender traced",),
    "Retention": ("Keeping",),
    "Dip sampling": ("Read again",),
    "Clear": ("Put away",),
    "Received": ("Came",),
    "Owner": ("With",),
    "Action": ("Do",),
    "Unfounded, made in good faith": ("Not so, but reported in good faith",),
    "Propose a section 36 referral": ("Section 36: referred to Channel",),
    "Calls outside safe hours": (),
    "Conflicts of interest": (),
    "Bulk viewing": (),
    "Accreditation expiring": (),
}


def strings_of(code: str) -> Iterator[str]:
    """Yield every string of a module except docstrings."""
    left: list[ast.AST] = [ast.parse(code)]
    while left:
        node = left.pop()
        for name, value in vars(node).items():
            if isinstance(value, ast.AST):
                left.append(value)
            elif isinstance(value, list):
                documented = name == "body" and isinstance(node, _DOCUMENTED) and _is_text(value[:1])
                left += [one for one in value[documented:] if isinstance(one, ast.AST)]
            elif isinstance(node, ast.Constant) and name == "value" and isinstance(value, str):
                yield value


_DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _is_text(body: list[ast.stmt]) -> bool:
    return any(isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) for one in body)


def words_of(html: str) -> Iterator[str]:
    """What lies between the tags of a template, and its quoted values."""
    html = re.sub(r"{%\s*comment.*?endcomment\s*%}", "", html, flags=re.DOTALL)
    yield from re.findall(r'"([^"]*)"', html)
    yield from (unescape(one) for one in re.split(r"<[^>]*>|{%.*?%}|{{.*?}}", html))


@cache
def said() -> frozenset[str]:
    found: set[str] = set()
    for place in PLACES:
        for file in (PACKAGE / place).rglob("*.html"):
            found.update(words_of(file.read_text(encoding="utf-8")))
        for file in (PACKAGE / place).rglob("*.py"):
            found.update(strings_of(file.read_text(encoding="utf-8")))
    for file in (PACKAGE / "packs/uk").rglob("*.toml"):
        found.update(re.findall(r'"([^"]*)"', file.read_text(encoding="utf-8")))
    return frozenset(" ".join(one.split()) for one in found)


@pytest.mark.thorough
@pytest.mark.parametrize("term", TERMS)
def test_the_term_is_used_and_the_name_before_it_is_not(term: str) -> None:
    assert len(said()) > 5_000
    assert term in said(), f"no label, heading, button or message of the office says {term!r}"
    for old in TERMS[term]:
        whole = {one for one in said() if one.rstrip(".:…") == old}
        inside = {one for one in said() if len(old.split()) > 2 and old in one}
        assert whole | inside == set(), old


def test_an_old_name_is_found_wherever_it_stands() -> None:
    page = '{% block title %}Keeping {{ file.short }}{% endblock %}<th scope="col">With</th>{% ui "tag" text="Came" %}'
    assert {"With", "Came"} <= set(words_of(page))
    assert "Keeping" in {one.strip() for one in words_of(page)}
    code = 'def do():\n    """Put away."""\n    return ("Read again", f"Who sent it: {1}")\n'
    assert set(strings_of(code)) == {"Read again", "Who sent it: "}


def test_the_office_writes_handover_and_timestamp() -> None:
    """Only codes have the hyphen, in addresses and in the log: one word in small letters."""
    other = re.compile("hand-over|time[- ]stamp", re.IGNORECASE)
    assert [one for one in said() if other.search(one) and (" " in one or one != one.lower())] == []
