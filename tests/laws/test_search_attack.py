"""The attack for which the search index is sealed: somebody plants reports of chosen words, then steals everything at rest.

Two hundred reports are planted and two hundred are unknown; all are indexed and some are searched for. The thief has
every row of every table, and knows every planted word and in which order the reports were sent. Or they watch the live
database instead, and see which pages each batch writes. `test_dump_law.py` has the files of a stopped installation.
"""

from __future__ import annotations

import itertools
import math
import random
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.db import connection

from heedline.casework.search import desk_index, indexing
from heedline.index import Document, IndexKeys
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

_new_ids = (UUID(int=number << 64) for number in itertools.count(1))


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def in_the_index(people: People, texts: list[str]) -> None:
    with people.sitting("Odile") as here, desk_index.writing(here.desk_ids[0], here.keys()) as opened:
        assert opened is not None
        for text in texts:
            words = [words_of(text)]
            forms, begun = forms_of([text], words)
            opened[1].add([Document(next(_new_ids), words, forms, begun=begun)])


@dataclass(frozen=True)
class SeenBatch:
    """What a watcher of the database sees of a batch: the numbers of the pages written, and by how many the index grew."""

    pages: frozenset[int]
    grown: int

    @classmethod
    def of(cls, people: People, texts: list[str]) -> SeenBatch:
        row = SearchIndex.objects.get(desk__code="north-east")
        in_the_index(people, texts)
        written = SearchPage.objects.filter(index=row, version__gt=row.version)
        pages = frozenset(written.values_list("number", flat=True))
        return cls(pages, SearchIndex.objects.get(id=row.id).size - row.size)


def learned(examples: list[tuple[SeenBatch, bool]]) -> Callable[[SeenBatch], float]:
    """Return how likely a batch is one of those with the planted text, judged by which pages were written (naive Bayes).

    Only pages count that were written much more, or much less, often in batches with the text.
    """
    number = Counter(planted for _, planted in examples)
    written = {
        one: Counter(page for seen, planted in examples if planted is one for page in seen.pages)
        for one in number
    }
    weights: dict[int, tuple[float, float]] = {}
    for page in written[True].keys() | written[False].keys():
        with_it, without = ((written[one][page] + 1) / (number[one] + 2) for one in (True, False))
        if abs(with_it - without) > 0.3:
            weights[page] = (math.log(with_it / without), math.log((1 - with_it) / (1 - without)))
    return lambda seen: sum(
        there if page in seen.pages else not_there for page, (there, not_there) in weights.items()
    )


def told_apart(
    score: Callable[[SeenBatch], float], with_it: Sequence[SeenBatch], without: Sequence[SeenBatch]
) -> float:
    """Return the chance that a batch with the text scores higher than one without: a half if the score says nothing."""
    pairs = [(score(one), score(other)) for one in with_it for other in without]
    return sum((one > other) + (one == other) / 2 for one, other in pairs) / len(pairs)


def test_batches_show_a_watcher_not_which_of_them_says_what_was_planted(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watcher has one text indexed again and again, learns which pages change with it, and then guesses.

    Everything is drawn from one seed, so that the test gives the same result each time.
    """
    chance = random.Random(20)
    made_up = ["".join(chance.choices("bcdfghjklmnprstvw", k=3)) + f"{n:x}" for n in range(3_000)]

    def text() -> str:
        return " ".join(chance.sample(made_up, 8))

    def batch(*texts: str) -> SeenBatch:
        return SeenBatch.of(people, chance.sample([*texts, *(text() for _ in range(8 - len(texts)))], 8))

    keys = IndexKeys(chance.randbytes(32), {1: chance.randbytes(32)})
    monkeypatch.setattr(desk_index, "new_keys", lambda: keys)
    people.send(narrative="vexilla")
    indexed(people)
    for _ in range(4):
        in_the_index(people, [" ".join(chance.sample(made_up, 150)) for _ in range(100)])
    planted, coins = text(), chance.sample([True, False] * 30, 60)
    learning = [(batch(*([planted] if coin else [])), coin) for coin in coins[:30]]
    bayes, first = learned(learning), next(seen for seen, coin in learning if coin)
    guessed = [(batch(*([planted] if coin else [])), coin) for coin in coins]
    with_it, without = ([seen for seen, coin in guessed if coin is one] for one in (True, False))
    scores: dict[str, Callable[[SeenBatch], float]] = {
        "pages that changed with it before": bayes,
        "pages of the batch that first had it": lambda seen: len(seen.pages & first.pages) / len(seen.pages),
        "number of pages": lambda seen: len(seen.pages),
        "growth": lambda seen: seen.grown,
    }
    found = {name: told_apart(score, with_it, without) for name, score in scores.items()}
    # thirty of each: if the pages say nothing, one score in a thousand is further from a half by chance alone
    assert {name: chance for name, chance in found.items() if abs(chance - 0.5) > 0.25} == {}


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
