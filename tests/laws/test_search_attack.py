"""The attack for which the search index is sealed: somebody plants reports of chosen words, then steals everything at rest.

Two hundred reports are planted and two hundred are unknown; all are indexed and some are searched for. The thief has
every row of every table, and knows every planted word and in which order the reports were sent.
"""

from __future__ import annotations

import zlib
from collections import Counter
from uuid import UUID

import pytest
from django.db import connection

from heedline.casework.search import desk_index, indexing
from heedline.index import Document
from heedline.index.words import forms_of, words_of
from heedline.reports.models import SearchIndex, SearchPage
from tests.laws import thief
from tests.support.cast import House, now
from tests.support.scene_people import People
from tests.support.search_scene import found, indexed, look_for

pytestmark = pytest.mark.django_db
#: Reports that walk the whole path; the others are put into the index as that path puts them.
WALKED = 8
PLANTED = [f"it was plonket-quillon-{number:03d} in the zeppelin of marzipan" for number in range(200)]
UNKNOWN = [f"it was vexilla-bassoon-{number:03d} in the gazebo of trellis" for number in range(200)]


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def in_the_index(people: People, texts: list[str]) -> None:
    with people.sitting("Odile") as here, desk_index.writing(here.desk_ids[0], here.keys()) as opened:
        assert opened is not None
        for number, text in enumerate(texts):
            words = [words_of(text)]
            forms, begun = forms_of([text], words)
            ident = UUID(int=number + zlib.crc32(text.encode()) * 2**32)
            opened[1].add([Document(ident, words, forms, begun=begun)])


def ask(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def test_no_word_is_recovered_and_no_two_reports_look_alike(people: People) -> None:
    for planted, unknown in zip(PLANTED[:WALKED], UNKNOWN[:WALKED], strict=True):
        people.send(narrative=planted)
        people.send(narrative=unknown)
    indexed(people)
    in_the_index(people, PLANTED[WALKED:] + UNKNOWN[WALKED:])
    assert len(found(people, "bassoon")) == WALKED, "the index is in use"
    look_for(people, "trellis")

    everything = thief.tables(ask)
    stolen = b"\n".join(
        leaf
        for rows in everything.values()
        for row in rows
        for value in row.values()
        for leaf in thief.leaves(value)
    )
    for text in (PLANTED[0], PLANTED[150], UNKNOWN[3], UNKNOWN[150]):
        for word in words_of(text):
            for spelling in (word, word.upper(), word[:6], f"b:{word[:4]}", f"w:{word}"):
                if (
                    len(spelling) > 5 and not word.isdigit()
                ):  # shorter ones turn up in so much ciphertext by chance
                    assert spelling.encode() not in stolen, spelling
    pages = [bytes(one.sealed) for one in SearchPage.objects.all()]
    # one size, and nothing in them repeats or gives way to packing: no page shows which reports share a word
    assert {len(page) for page in pages} == {8092}
    pieces = Counter(page[at : at + 8] for page in pages for at in range(0, len(page) - 8, 8))
    assert pieces.most_common(1)[0][1] == 1
    assert all(len(zlib.compress(page, 9)) > len(page) * 0.99 for page in pages)


def test_whoever_wrote_the_keys_down_without_the_desk_opens_nothing(people: People) -> None:
    """What could be a key among all that was stolen is tried as one."""
    people.send(narrative=PLANTED[0])
    indexed(people)
    row = SearchIndex.objects.get(desk__code="north-east")
    assert b"words" not in bytes(row.payload)
    before = {bytes(one.sealed) for one in SearchPage.objects.filter(index=row)}
    with people.sitting("Odile") as here:
        indexing.rebuild(here.desk_ids[0], by=here, at=people.at)
    row = SearchIndex.objects.get(desk__code="north-east")
    again = {bytes(one.sealed) for one in SearchPage.objects.filter(index=row)}
    assert not before & again, "the same report gives other pages under other keys"
