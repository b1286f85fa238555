"""A box that is needed in some case is never labelled optional: its hint says when."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import heedline

_ROOT = Path(heedline.__file__).parent
_FIELDS = {"Checkboxes", "DateInput", "Radios", "Select", "TextArea", "TextInput"}
_NEEDED = re.compile(r"\b(reasons?|why|needed|needs one|only for)\b", re.IGNORECASE)


def optional_fields(source: str) -> Iterator[str]:
    """The words of each field that is always labelled optional."""
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FIELDS):
            continue
        given = {one.arg: one.value for one in node.keywords}
        flag = given.get("optional")
        if isinstance(flag, ast.Constant) and flag.value is True:
            parts = [given[name] for name in ("label", "hint") if name in given]
            yield " ".join(
                one.value
                for part in parts
                for one in ast.walk(part)
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            )


def test_no_reason_that_is_needed_is_labelled_optional() -> None:
    found = [
        (path.name, words)
        for path in _ROOT.rglob("*.py")
        for words in optional_fields(path.read_text())
        if _NEEDED.search(words)
    ]
    assert found == []
    assert list(optional_fields('TextArea(label="Reason", hint="Needed if so", optional=True)'))
