"""Databases in which an installation stands already: built once in each process of tests, and only looked at after.

Building the house of tests/support/cast.py takes half a second of keys, signatures and statements. A test that asks for `house`
runs in a database in which it was built and committed, inside its own transaction, which is rolled back as everywhere.
A test that does not ask for one runs in the empty database. The few tests that commit do it in a copy, which the next of
them replaces.
"""

from __future__ import annotations

import copy
import pickle
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings

from heedline.casework.intake import last_read, open_incidents, public_threat_levels
from heedline.casework.keys import directory as key_directory
from heedline.casework.linking import matching
from heedline.casework.pages.queues import upkeep
from heedline.casework.search import desk_index, indexing, page_store
from heedline.intake.question_files import load_question_set
from heedline.packs import load_pack
from heedline.reports import door
from tests.support import database, quick_sessions
from tests.support.acting import acting
from tests.support.cast import House, add_partner, build_house, now
from tests.support.scene_people import People

# How much fits into a page's time depends on what else the machine does: here all of it does. Tests of the limits set their own.
for _limited in (indexing, matching, upkeep):
    vars(_limited)["SECONDS"] = 3600.0


def _questions(house: House, at: datetime) -> None:
    """Archive the English questions of each kind of report, as the first report of an installation does."""
    pack = load_pack(settings.PACK)
    with acting("public"):
        for code in sorted({kind.code for kind in pack.kinds.values()}):
            door.archive_questions(code, load_question_set(pack, code).canonical())


def _things(house: House, at: datetime) -> dict[str, str]:
    """Make the things of tests/laws/real_things.py, all at once."""
    from tests.laws.real_things import furnish  # knows what most tests need not load

    with transaction.atomic(), override_settings(DEMO=True):
        return furnish(People(house, at))


def _material(house: House, at: datetime) -> None:
    """Make the desk of tests/support/material_scene.py."""
    from tests.support.material_scene import material_desk  # knows what most tests need not load

    material_desk(People(house, at))


def _full_desks(house: House, at: datetime) -> object:
    """Make the reports of tests/laws/row_wall_scene.py, beside which the partner stands."""
    from tests.laws.row_wall_scene import furnish  # knows what most tests need not load

    return furnish(People(house, at))


def _leads(house: House, at: datetime) -> None:
    """Appoint the supervisors and the overseer of tests/support/keeping_scene.py."""
    from tests.support.keeping_scene import with_leads  # knows what most tests need not load

    with_leads(People(house, at))


def _taken_item(house: House, at: datetime) -> object:
    """Make the item of tests/support/material_scene.py that Odile is examining."""
    from tests.support.material_scene import stand  # knows what most tests need not load

    return stand(People(house, at))


def _kiteboard(house: House, at: datetime) -> object:
    """Make the item of tests/support/notice_scene.py."""
    from tests.support.notice_scene import stand  # knows what most tests need not load

    return stand(People(house, at))


#: What stands in a database, what it is a copy of, and how the rest is built.
_BUILDERS: dict[str, tuple[str, Callable[[House, datetime], object]]] = {
    "house": (database.EMPTY, _questions),
    "council": ("house", lambda house, at: add_partner(house, at=at)),
    "full_desks": ("council", _full_desks),
    "material": ("house", _material),
    "leads": ("house", _leads),
    "taken_item": ("material", _taken_item),
    "kiteboard": ("material", _kiteboard),
    "things": ("house", _things),
}


#: The copy for a test that commits, made anew for each.
_COPY = "copy"


@dataclass(frozen=True)
class _Furnished:
    house: bytes  # pickled: a copy for each test is then made ten times as fast as by `deepcopy`
    known: key_directory._Known
    quarter: datetime
    built: object
    rows: tuple[tuple[str, int], ...]


READ_BESIDE = last_read._beside
#: A thread would have a connection of its own, which sees nothing of a test's transaction.
last_read._beside = lambda read: read()

_standing: dict[str, _Furnished] = {}
_committing = False
#: The databases that tests have used since the last call of `changed`. No others can have changed.
_visited: set[str] = set()


def enter(name: str) -> None:
    """Let Django's connection lead to the database in which `name` stands; it is built when there is none yet.

    It is built anew in each quarter of an hour. Nothing in it is older than what a test would have made itself by a
    date, and every settled quarter of an hour lies before it.

    A test that asks for nothing while a fixture of its file holds a copy runs in the copy.
    """
    if name == database.EMPTY and _committing:
        name = _COPY
    if name in _BUILDERS and (name not in _standing or _standing[name].quarter != _quarter()):
        _build(name)
    _visited.add(name)
    open_incidents.forget()
    public_threat_levels.forget()
    database.enter(name)


def house(name: str) -> House:
    """Return a copy of the house that stands in this database, and make its root the pinned one."""
    found = _standing[name]
    settings.ROOT = found.known.root
    # As it was known after the last statement was made. Verifying all statements anew takes longer than many a test.
    key_directory.forget()
    key_directory._known = replace(found.known, asked=time.monotonic(), offered={})
    desk_index.unmerged.clear()  # of an index that an earlier test had, or changed
    page_store.kept._pages.clear()
    made: House = pickle.loads(found.house)  # noqa: S301 - what `_build` has made
    return made


def built(name: str) -> Any:
    """Return what was said when this database was built."""
    return copy.deepcopy(_standing[name].built)


@contextmanager
def in_a_copy(name: str) -> Iterator[None]:
    """Let Django's connection lead to a new copy of the database in which `name` stands, until the block ends.

    Whatever is committed there stays in the copy: the database itself is as it was, and needs no making anew.
    """
    global _committing
    enter(name)
    database.make(_COPY, name)
    database.enter(_COPY)
    _committing = True
    try:
        yield
    finally:
        _committing = False
        database.enter(database.EMPTY)


def changed() -> list[str]:
    """Return the tables that tests have changed since the last call, and drop their databases."""
    found: list[str] = []
    for name in sorted(_visited & _standing.keys()):
        marks = [table for table, _ in set(_standing[name].rows) ^ set(database.rows(name))]
        if marks:
            del _standing[name]
            quick_sessions.kept.pop(name, None)
            found += sorted(set(marks))
    _visited.clear()
    return found


def _build(name: str) -> None:
    base, build = _BUILDERS[name]
    quick_sessions.kept.pop(name, None)
    if base != database.EMPTY:
        enter(base)
        made = house(base)
        database.make(name, base)
        database.enter(name)
    else:
        database.make(name, base)
        database.enter(name)
        made = build_house(now())
    built = build(made, now())
    key_directory.forget()
    key_directory.directory()
    known = key_directory._known
    assert known is not None
    connection.close()
    quick_sessions.kept[name] = {}
    _standing[name] = _Furnished(pickle.dumps(made), known, _quarter(), built, database.rows(name))


def _quarter() -> datetime:
    present = now()
    return present.replace(minute=present.minute - present.minute % 15, second=0, microsecond=0)
