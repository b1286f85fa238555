"""On a narrow screen a table of the office stacks, and its head is gone: then a cell says itself what it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HEEDLINE = Path(__file__).resolve().parents[3] / "src/heedline"
TEMPLATES = [one for one in HEEDLINE.rglob("*.html") if "hl-stack" in one.read_text(encoding="utf-8")]
#: Where what stands there needs no word before it: the words of a report, its flags and clock; a time, a name, an act;
#: that there is nothing yet.
PLAIN = {"queue.html", "sweep.html", "history_lines.html", "figures.html", "keys.html"}


def unnamed(html: str) -> list[str]:
    """Cells of stacking tables that neither say what they are nor are something to press."""
    return [
        inner.strip()
        for table in re.findall(r"<table[^>]*\bhl-stack\b.*?</table>", html, re.DOTALL)
        for attributes, inner in re.findall(r"<td([^>]*)>(.*?)</td>", table, re.DOTALL)
        if "data-label" not in attributes
        and "<form" not in inner
        and not re.fullmatch(r"\s*(<a\b.*</a>)?\s*", inner, re.DOTALL)
    ]


@pytest.mark.parametrize("path", sorted(TEMPLATES), ids=lambda path: path.stem)
def test_a_stacked_cell_says_what_it_is(path: Path) -> None:
    if path.name not in PLAIN:
        assert unnamed(path.read_text(encoding="utf-8")) == []


def test_a_cell_without_its_name_is_found() -> None:
    assert len(TEMPLATES) > 15, "the templates of the office, the partners and the desks"
    assert unnamed('<table class="hl-stack"><td>6 May 2026</td><td data-label="Desk">North</td></table>') == [
        "6 May 2026"
    ]
