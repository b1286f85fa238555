"""Shorter editions of a question set, which ask only some of its pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from heedline.intake.question_files import ROLES, read_archived
from heedline.intake.questions import QuestionSet

if TYPE_CHECKING:
    from heedline.packs.tables import Table


def shortened(
    full: QuestionSet,
    asks: Collection[str],
    as_table: Callable[[Mapping[str, Any], str], Table],
    language: str,
) -> QuestionSet:
    """Return an edition of a question set that asks only these pages, in one language.

    Roles and sections of the other pages are left out. It is archived with its reports like any other edition. `as_table` is
    `packs.tables.Table`, as for `read_archived`.
    """
    structure = dict(full.source["structure"])
    steps = structure["steps"] = [one for one in structure["steps"] if one["slug"] in asks]
    sections = {one["section"] for one in steps}
    structure["sections"] = [one for one in structure["sections"] if one in sections]
    structure["roles"] = {
        role: place
        for role, place in structure.get("roles", {}).items()
        if role not in ROLES or place.partition(".")[0] in asks
    }
    words = {
        code: {
            **said,
            "sections": {name: text for name, text in said["sections"].items() if name in sections},
            "steps": {slug: text for slug, text in said["steps"].items() if slug in asks},
        }
        for code, said in full.source["words"].items()
    }
    facts = {**full.source, "structure": structure, "words": words}
    return replace(read_archived(json.dumps(facts).encode(), as_table, language), thousands=full.thousands)
