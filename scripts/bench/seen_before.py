#!/usr/bin/env python3
"""Measure "seen before" on an index of many invented reports: `python scripts/bench/seen_before.py 100000`.

Every report is read, indexed with its keys, and then some are opened: their keys are looked up from a cold page cache, and
what is proposed is read again and compared. The sealed pages lie in memory and the texts are not sealed, so PostgreSQL's
part and opening the reports that are compared come on top.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from heedline.index import Document, SealedIndex, new_keys
from heedline.index.extraction.comparison import compare
from heedline.index.extraction.extract import extract
from heedline.index.extraction.values import Extract, ReportText
from heedline.index.paging import SealedPage
from heedline.packs import load_pack

RULES = load_pack("uk").matching
LOOKS, COMPARED, OF_A_KEY, BATCH = 300, 12, 101, 50
SYLLABLES = [
    "bar",
    "den",
    "mor",
    "tal",
    "vis",
    "kel",
    "ron",
    "sha",
    "lin",
    "gor",
    "pe",
    "wick",
    "ham",
    "ley",
    "ow",
    "ski",
    "ez",
    "ani",
]
DEEDS = [
    "photographed the {place} from a car", "sends films to children at the {place}", "said that the {place} would burn",
    "bought acid in small lots near the {place}", "asked how the {place} is guarded", "collects money outside the {place}",
    "keeps drums of something behind the {place}", "put up stickers round the {place}", "flies a drone over the {place}",
]  # fmt: skip
PLACES = [
    "station",
    "hall",
    "school",
    "depot",
    "market",
    "mosque",
    "synagogue",
    "arena",
    "barracks",
    "library",
    "clinic",
    "airport",
]
MORE = [
    "I have seen it more than once and others have too", "It was late and there was little light", "He did not see me, I think",
    "My neighbour told me the same a week later", "There were two more whom I did not know", "It frightens my children",
    "Somebody should look into this before it is too late", "I do not want any trouble because of this",
]  # fmt: skip


class Pages:
    """Sealed pages in memory."""

    place = b"bench"

    def __init__(self) -> None:
        self.pages: dict[int, SealedPage] = {}
        self.count = 0

    def size(self) -> int:
        return self.count

    def read(self, number: int) -> Mapping[int, SealedPage]:
        return {number: self.pages[number]} if number in self.pages else {}

    def read_all(self, numbers: Sequence[int]) -> Mapping[int, SealedPage]:
        return {number: self.pages[number] for number in numbers if number in self.pages}

    def write(self, pages: Mapping[int, SealedPage], size: int) -> None:
        self.pages.update(pages)
        self.count = size


def a_name(chance: random.Random) -> str:
    forename = chance.choice(FORENAMES)
    surname = "".join(chance.choices(SYLLABLES, k=2)).capitalize()
    return f"{forename.title()} {surname}"


FORENAMES = sorted(name for name in RULES.names.forenames if " " not in name and len(name) > 2)


def a_text(number: int) -> str:
    """Return the text of a report of some 200 words and eight values, always the same for one number."""
    chance = random.Random(number)  # noqa: S311 - invented words, no secrets
    person = random.Random(chance.randrange(60_000))  # noqa: S311 - some people are told of again and again
    name, phone = a_name(person), f"07700 {person.randrange(900_000, 901_000)}"
    plate = f"AB{person.randrange(10, 70)} {''.join(person.choices('BCDFGHJKLMNP', k=3))}"
    house, code = (
        person.randrange(1, 150),
        f"LS{person.randrange(1, 29)} {person.randrange(1, 9)}{''.join(person.choices('ABDEFGHJ', k=2))}",
    )
    sentences = [
        f"{name} {chance.choice(DEEDS).format(place=chance.choice(PLACES))}.",
        f"The car is {plate}." if chance.random() < 0.3 else "",
        f"The number is {phone}." if chance.random() < 0.3 else "",
        f"Home is {house} Mill Lane, {code}." if chance.random() < 0.4 else "",
        f"Born {person.randrange(1, 28)}/{person.randrange(1, 12)}/{person.randrange(1960, 2010)}."
        if chance.random() < 0.2
        else "",
        f"With {a_name(chance)} and @{''.join(chance.choices(SYLLABLES, k=3))}{chance.randrange(99)}.",
        *(
            f"{chance.choice(MORE)}, {chance.choice(DEEDS).format(place=chance.choice(PLACES))}."
            for _ in range(10)
        ),
    ]
    return " ".join(filter(None, sentences))


def read(number: int) -> Extract:
    return extract([ReportText(a_text(number), "text", "Report")], RULES)


def fill(index: SealedIndex, reports: int) -> tuple[float, float]:
    """Index so many reports. Return CPU seconds for reading and for indexing."""
    reading = indexing = 0.0
    for first in range(0, reports, BATCH):
        began = time.process_time()
        found = [(UUID(int=number), read(number)) for number in range(first, min(reports, first + BATCH))]
        reading += time.process_time() - began
        began = time.process_time()
        index.add(Document(report, [], (), one.keys) for report, one in found)
        index.save()
        index.merge()
        index.save()
        indexing += time.process_time() - began
    return reading, indexing


def look(index: SealedIndex, number: int) -> tuple[float, float, int]:
    """Open one report. Return milliseconds for the index and for comparing, and how many were compared."""
    mine = read(number)
    began = time.process_time()
    hits = index.seen(mine.keys, most=OF_A_KEY)
    looked = time.process_time()
    shared = {key: len(refs) for key, refs in hits.items() if len(refs) - 1 > RULES.shared_from}
    counted: Counter[UUID] = Counter()
    for key, refs in hits.items():
        if key not in shared:
            counted.update(refs)
    counted.pop(UUID(int=number), None)
    chosen = [ref for ref, _ in counted.most_common(COMPARED)]
    for ref in chosen:
        compare(mine, read(ref.int), RULES, shared)
    return 1000 * (looked - began), 1000 * (time.process_time() - looked), len(chosen)


def share(values: list[float], of: float) -> float:
    return sorted(values)[int(of * (len(values) - 1))]


def main() -> None:
    reports = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    store, keys = Pages(), new_keys()
    with SealedIndex(store, keys, writable=True) as index:
        reading, indexing = fill(index, reports)
    size = sum(len(page.sealed) for page in store.pages.values())
    print(
        f"{reports:,} reports: read {1000 * reading / reports:.2f} ms, indexed {1000 * indexing / reports:.2f} ms, {size / reports:,.0f} bytes each"
    )
    found: list[tuple[float, float, int]] = []
    pages = []
    chance = random.Random(5)  # noqa: S311 - the same reports in every run
    for _ in range(LOOKS):
        with SealedIndex(store, keys) as index:
            found.append(look(index, chance.randrange(reports)))
            pages.append(index.opened)
    for name, values in (
        ("index", [one[0] for one in found]),
        ("compare", [one[1] for one in found]),
        ("both", [one[0] + one[1] for one in found]),
    ):
        print(
            f"{name}: p50 {share(values, 0.5):.1f} ms, p95 {share(values, 0.95):.1f} ms, most {max(values):.1f} ms"
        )
    print(
        f"pages p50 {statistics.median(pages)}, p95 {share(pages, 0.95)}; compared {statistics.mean(one[2] for one in found):.1f}"
    )


if __name__ == "__main__":
    main()
