"""The attack for which subjects are sealed: a thief of the database, who has planted reports, learns of no two of them that they
have a subject in common.

The thief has every row with its size, and the order in which the rows came.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from heedline.casework.report.opening import short_name
from heedline.casework.retention import subject_requests
from heedline.casework.search import desk_index
from heedline.casework.search.subject_entries import SubjectBasis
from heedline.casework.subjects import changing, reading
from tests.laws import thief
from tests.support.cast import House, now
from tests.support.scene_people import People
from tests.support.search_scene import indexed
from tests.support.subject_scene import BOY, linked, offered, shown

pytestmark = pytest.mark.django_db
#: Columns that hold something else in every database, of the size of its kind.
_OWN_SIZE = (bytes, memoryview)


#: Tables into which one transaction writes several rows in the order of random ids.
_IN_ANY_ORDER = {'public."reports_sealed_values"', 'public."reports_search_waiting"'}
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class _Over(Exception):
    """Raised to roll back one of the thief's databases, so that the next starts from the same state."""


def _rows() -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table in the order in which the rows were written.

    The pages that one statement stores of an index have no order. They come by their numbers.
    """

    def ask(sql: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            if "pg_catalog" not in sql:
                sql += " ORDER BY cmin::text::bigint"
                sql += ", number" if '"reports_search_page"' in sql else ""
            cursor.execute(sql)
            return list(cursor.fetchall())

    return thief.tables(ask)


def _work(people: People, refs: list[UUID], *, shared: bool) -> list[UUID]:
    """What officers do with two reports. Only whether the second is about the subject of the first differs."""
    planted, other = refs
    first = linked(people, planted)
    candidates = offered(people, other).subjects
    assert len(candidates) == 1
    second = linked(people, other, to=first if shared else None, after=1)
    assert second != first
    indexed(people)
    for ref, link in ((planted, first), (other, second)):
        page = shown(people, ref, link)
        assert len(page.linked) == (2 if shared else 1)
        with people.sitting("Odile") as odile:
            reading.reports_sharing([ref], by=odile)
            value = page.here.values[0].value
            changing.correct(
                ref, link, value.id, value.written, SubjectBasis.ASSESSMENT, "Not certain.", by=odile, at=people.at
            )  # fmt: skip
    with people.sitting("Olga") as olga:
        changing.undo(other, second, "Two cousins.", not_same=True, by=olga, at=people.at)
        changing.relink(other, second, "One boy.", by=olga, at=people.at)
    indexed(people, "Olga")
    return [first, second]


def _sent(people: People) -> list[UUID]:
    refs = [people.send(narrative=text)[0] for text in BOY]
    indexed(people)
    return refs


def test_no_row_names_two_reports_or_their_subject(house: House) -> None:
    people = People(house, now())
    refs = _sent(people)
    links = _work(people, refs, shared=True)
    with people.sitting("Odile") as odile:
        subjects = {changing.link_of(link, by=odile).subject for link in links}
    assert len(subjects) == 1, "the two are about one boy"
    hidden = [form for one in subjects for form in (str(one).encode(), one.hex.encode(), one.bytes)]
    for table, rows in _rows().items():
        for row in rows:
            text = b"|".join(leaf for value in row.values() for leaf in thief.leaves(value))
            named = {ref for ref in refs if str(ref).encode() in text or ref.bytes in text}
            assert len(named) <= 1, f"a row of {table} names two reports"
            for word in (*hidden, b"Tierney", b"Teirney", b"Two cousins", b"not-same"):
                assert word not in text, table


def test_no_row_says_which_reports_a_request_found(house: House) -> None:
    """Somebody asks what is held about them, having planted a report. A thief learns of no other report of theirs."""
    people = People(house, now())
    refs = _sent(people)
    desk = house.desks["north-east"].id
    before = _rows()
    with people.sitting("Odile") as odile:
        asked, other = (
            subject_requests.open_one(
                f"DPO-2026-{number}", "access", people.at.date(), desk=desk, by=odile, at=people.at
            )
            for number in (41, 42)
        )
        for ref in refs:
            subject_requests.found(asked, short_name(ref), by=odile, at=people.at)
        assert [one for one, _ in subject_requests.one(asked, by=odile, at=people.at).found or ()] == refs
    after = _rows()
    new = [
        (table, row)
        for table, rows in after.items()
        for row in rows
        if repr(sorted(row.items(), key=str))
        not in {repr(sorted(one.items(), key=str)) for one in before[table]}
    ]
    assert len(new) > 4
    for table, row in new:
        text = b"|".join(leaf for value in row.values() for leaf in thief.leaves(value))
        for ref in refs:
            assert str(ref).encode() not in text, table
            assert ref.hex.encode() not in text, table
            assert ref.bytes not in text, table
    sizes = {
        row["id"]: [len(leaf) for name in ("header", "payload") for leaf in thief.leaves(row[name])]
        for row in after['public."reports_subject_request"']
    }
    assert sizes[asked] == sizes[other], "nor whether anything was found"


def test_a_database_with_a_shared_subject_looks_like_one_without(house: House) -> None:
    """They agree in the number, order, sizes and codes of the rows of every table, and in the report each is about."""
    seen = []
    people = People(house, now())
    for name in ("Odile", "Olga"):
        with people.sitting(name):  # signing in is the same for both
            pass
    for shared in (True, False):
        desk_index.unmerged.clear()  # what the process remembers of the index of the other database
        try:
            with transaction.atomic():
                refs = _sent(people)
                before = _rows()
                _work(people, refs, shared=shared)
                seen.append(_shape(before, _rows(), refs, house))
                raise _Over
        except _Over:
            pass
    with_one, without = seen
    assert with_one.keys() == without.keys()
    for table, rows in with_one.items():
        assert rows == without[table], table
    assert sum(map(len, with_one.values())) > 20, "there is something to compare"


def _shape(
    before: dict[str, list[dict[str, Any]]],
    after: dict[str, list[dict[str, Any]]],
    refs: list[UUID],
    house: House,
) -> dict[str, list[Any]]:
    """The rows that were written, with what a thief sees of times and ciphertexts, and ids numbered as they come."""
    known: dict[str, str] = {str(ref): f"report {number}" for number, ref in enumerate(refs)}
    known |= {str(one.id): name for name, one in house.officers.items()}
    known |= {str(one.id): name for name, one in house.desks.items()}
    found = {}
    for table, rows in after.items():
        old = {repr(sorted(row.items(), key=str)) for row in before[table]}
        new = [row for row in rows if repr(sorted(row.items(), key=str)) not in old]
        if table in _IN_ANY_ORDER:
            rows_seen = [
                {name: _seen(value, dict(known), "an id") for name, value in row.items()} for row in new
            ]
            found[table] = sorted(rows_seen, key=str)
        else:
            found[table] = [{name: _seen(value, known) for name, value in row.items()} for row in new]
    return {table: rows for table, rows in found.items() if rows}


def _seen(value: Any, known: dict[str, str], other: str = "") -> Any:
    if isinstance(value, _OWN_SIZE):
        return f"{len(bytes(value))} bytes"
    if isinstance(value, UUID):
        return known.setdefault(str(value), other or f"id {len(known)}")
    if isinstance(value, str):
        return _ID.sub(lambda one: known.setdefault(one[0], other or f"id {len(known)}"), value)
    if isinstance(value, datetime):
        return "a time"
    if isinstance(value, date):
        return str(value)
    if isinstance(value, dict):
        return {name: _seen(inner, known, other) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_seen(inner, known, other) for inner in value]
    if isinstance(value, int) and value > 100:
        return "a number"
    return value
