"""Tests that no report content stays in the office process after its page is sent, where locking cannot clear it.

Looked through is whatever the modules of Heedline hold, with every cache of a function, and Python's cache of regular
expressions. Freed memory is not: who reads that reads what passes through it as well (threat model, root on a live host).
"""

from __future__ import annotations

import functools
import gc
import re
import sys
import types
from collections.abc import Iterator
from datetime import timedelta

import pytest

from heedline.casework.linking import interests
from heedline.casework.pages import case_file
from heedline.casework.search import searching
from tests.support.cast import House, now
from tests.support.linking_scene import compared, investigator
from tests.support.scene_people import SOUTH_WEST, People
from tests.support.subject_scene import linked, shown

pytestmark = pytest.mark.django_db
#: A surname that no pack holds, in two spellings, and other things that the reports say.
SECRETS = ("quillfeath", "quilfeath", "1632960738", "1632 960738", "ladderman")
#: The end of the number counts by itself, and not in the middle of an id, where chance may put it.
ENDING = "960738"
REPORTS = (
    "Kevin Quillfeather bought a ladderman suit. Ring 01632 960738. Born 4/9/2010.",
    "My nephew Kevin Quilfeather bought a ladderman suit, 01632 960738. Date of birth 04.09.2010.",
)
#: What only leads back to modules, and data that is the same for everybody.
_NOT_ENTERED = (types.ModuleType, types.FunctionType, types.CodeType, types.FrameType, type)


def _roots() -> Iterator[tuple[str, object]]:
    for name, module in sorted(sys.modules.items()):
        if name.startswith("heedline.") and not name.startswith("heedline.packs"):
            for what, value in vars(module).items():
                if not what.startswith("__"):
                    yield f"{name}.{what}", value
    for what in ("_cache", "_cache2"):
        yield f"re.{what}", getattr(re, what)


def _tells(text: str) -> bool:
    """Return whether a text holds one of the secrets."""
    return any(one in text for one in SECRETS) or (ENDING in text and ENDING in re.split("[^0-9a-f]+", text))


def _kept() -> set[str]:
    """Return the names of the objects that hold one of the secrets."""
    found: set[str] = set()
    seen: set[int] = set()
    for name, root in _roots():
        inside: list[object] = [root]
        while inside:
            one = inside.pop()
            if id(one) in seen:
                continue
            seen.add(id(one))
            if isinstance(one, str | bytes | bytearray):
                text = one.casefold() if isinstance(one, str) else bytes(one).decode("latin-1").casefold()
                if _tells(text):
                    found.add(name)
            elif isinstance(one, functools._lru_cache_wrapper) or not isinstance(one, _NOT_ENTERED):
                inside += [each for each in gc.get_referents(one) if not isinstance(each, _NOT_ENTERED)]
    return found


def test_no_name_is_left_in_the_process_after_a_page(house: House) -> None:
    people = People(house, now())
    ref, _ = people.send(narrative=REPORTS[0])
    other, _ = people.send(narrative=REPORTS[1])
    people.send(narrative=REPORTS[1], **SOUTH_WEST)
    investigator(people, "Otto")
    with people.sitting("Otto") as here:
        until = (people.at + timedelta(days=3)).date()
        interests.register("Kevin Quilfeather", "01632 960738", "Why", until, by=here, at=people.at)
    compared(people, "Odile", "Otto")
    link = linked(people, ref)
    shown(people, other, linked(people, other, to=link))
    with people.sitting("Odile") as here:
        search = searching.search("Kevin Quillfeather", searching.SearchFilters(), by=here, at=people.at)
        searching.results(search, page=1, by=here, at=people.at)
        _, seen = case_file.with_earlier(ref, by=here, at=people.at)
        assert seen.earlier
        assert _kept(), "while the page is made, comparing names keeps them"
    del seen
    assert _kept() == set()
