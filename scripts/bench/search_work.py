"""What searching costs: indexing real reports, a large index of invented ones, and searches from a cold process.

    python -m bench.search_work fill DESK HOW_MANY SECONDS
    python -m bench.search_work look DESK HOW_MANY
    python -m bench.search_work show DESK
    python -m bench.search_work seen DESK HOW_MANY
    python -m bench.search_work match DESK HOW_MANY SECONDS

Run by `make bench` with the environment of the office; the passphrases come out of `demo.json`. The invented reports stand
in the index alone (`invented.py`), so `look` measures a search up to the references that the index gives. One of them has a
word that no other has: the run fails unless a search for it finds that report alone. The real reports are indexed after them,
so that a batch is measured on an index of that size. `show` makes searches whose hits are real reports, and opens a page of
twenty results, with their passages. `seen` looks up the keys of invented reports, and opens and compares real
ones. `match` compares real reports with those of other desks, in an index of the linking desk that has the values of as many
invented ones. CPU is that of the process and of its connection's process in the database.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import batched
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from bench import invented
from bench.instance import Instance
from bench.seen_before import RULES

#: Invented reports of one transaction, and pages that a step of merging between them writes. Real batches are smaller.
BATCH, STEP = 1_000, 2_000
#: Real reports that are compared anew.
COMPARED = 400
#: Searches of each sort, and reports whose earlier ones are looked for.
LOOKS = 60


def measure(instance: Instance, desk: str, how_many: int, seconds: float) -> dict[str, Any]:
    """Settle what has arrived, index it with invented reports added for at most so many seconds, and search."""
    with psycopg.connect(instance.cluster.url("worker"), autocommit=True) as worker:
        worker.execute("SELECT clockwork.settle(now() + interval '1 hour', 1000000)")
    found = _run(instance, "fill", desk, str(how_many), str(seconds))
    found["look_ups"] = _run(instance, "look", desk, str(found["invented"]))
    found["shown"] = _run(instance, "show", desk)
    found["seen"] = _run(instance, "seen", desk, str(found["invented"]))
    found["matching"] = _run(instance, "match", "national", str(found["invented"]), str(seconds))
    return found


def _run(instance: Instance, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.search_work", *arguments],
        env=instance.environment("office"),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=6 * 3_600,  # the whole run has an end of its own
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


class Times:
    """Wall and CPU times of something done again and again."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.cpu: list[float] = []

    @contextmanager
    def one(self) -> Iterator[None]:
        began, cpu = time.monotonic(), _cpu()
        yield
        self.cpu.append(_cpu() - cpu)
        self.wall.append(time.monotonic() - began)

    def forget_last(self) -> None:
        self.wall.pop()
        self.cpu.pop()

    def told(self) -> dict[str, Any]:
        return {
            "times": len(self.wall),
            "wall_ms": {"p50": _p(self.wall, 0.5), "p95": _p(self.wall, 0.95), "most": _p(self.wall, 1)},
            "cpu_ms": {"p50": _p(self.cpu, 0.5), "p95": _p(self.cpu, 0.95), "most": _p(self.cpu, 1)},
        }


def _p(times: list[float], share: float) -> float:
    return round(sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1000, 1) if times else 0.0


def _cpu() -> float:
    """CPU seconds of this process and of the process that serves its connection, where the system tells them."""
    from django.db import connection

    backend = connection.connection.info.backend_pid if connection.connection is not None else 0
    try:
        told = Path(f"/proc/{backend}/schedstat").read_text(encoding="ascii")
    except OSError:
        return time.process_time()
    return time.process_time() + int(told.split()[0]) / 1e9


def fill(desk: str, how_many: int, seconds: float) -> dict[str, Any]:
    """Index invented reports at a desk for at most so many seconds, and then its real ones in the batches of a queue."""
    from django.db import connection, transaction

    from heedline.casework.access import session
    from heedline.casework.search import desk_index, indexing

    with sitting(desk) as by:
        here, at = by.desk_ids[0], session.now()
        with transaction.atomic():
            desk_index.forget(here)
        desk_index.begin(here, on=at.date())
        cpu = _cpu()
        added = add(by, invented.document, how_many, seconds)
        spent_adding = _cpu() - cpu
        held, real, cpu = Times(), 0, _cpu()
        while True:
            with held.one():
                done = indexing.index_batch(here, by=by, at=at)
            if not done:
                break
            real += done
        spent = _cpu() - cpu
        while _merged(by, idle=True):  # as an office process does that has been idle for a while
            pass
        with connection.cursor() as cursor:
            cursor.execute("SELECT sum(octet_length(sealed)) FROM reports_search_page")
            stored = int(cursor.fetchone()[0])
    return {
        "real": real,
        "real_reports_per_cpu_second": round(real / max(0.001, spent)),
        "invented": added,
        "invented_ms_cpu": round(spent_adding * 1000 / max(1, added), 2),
        "batch": held.told(),
        "bytes_a_report": round(stored / max(1, added + real)),
    }


def add(by: Any, made: Callable[[int], Any], how_many: int, seconds: float, *, first: int = 0) -> int:
    """Add invented documents to the index of somebody's desk, merging what they leave to merge, and return how many.

    Afterwards the index is as an office process leaves it that has been idle for a while.
    """
    from django.db import transaction

    from heedline.casework.search import desk_index

    added, ends = 0, time.monotonic() + seconds
    for numbers in batched(range(first, first + how_many), BATCH, strict=False):
        if time.monotonic() > ends:
            break
        documents = [made(number) for number in numbers]
        with transaction.atomic(), desk_index.writing(by.desk_ids[0], by.keys(), merge=False) as opened:
            row, index = _only(opened)
            row.reports += index.add(documents)
        while _merged(by):
            pass
        added += len(numbers)
        if not added % 20_000:
            print(f"  {added:,} of {how_many:,} invented reports", file=sys.stderr, flush=True)
    while _merged(by, idle=True):
        pass
    return added


def _merged(by: Any, *, idle: bool = False) -> bool:
    """Take one step of merging, and return whether there may be more. An `idle` process also gathers scattered keys."""
    from django.db import transaction

    from heedline.casework.search import desk_index

    with transaction.atomic(), desk_index.writing(by.desk_ids[0], by.keys(), merge=False) as opened:
        index = _only(opened)[1]
        more = bool(index.merge(STEP))
        if idle and not more and index.has_scattered_keys():
            index.gather_keys(STEP)
            more = True
        return more


def _only(opened: Any) -> Any:
    if opened is None:
        raise SystemExit("Somebody else changes the index.")
    return opened


def look(desk: str, how_many: int) -> dict[str, Any]:
    """Search the index of a desk, each time as a process does that has read nothing yet."""
    from heedline.casework.search import page_store, searching
    from heedline.casework.search.query import understood
    from heedline.reports.models import SearchIndex

    chance, rules = random.Random(9), RULES  # noqa: S311
    found: dict[str, Any] = {}
    with sitting(desk) as by:

        def hits(typed: str) -> Any:
            with page_store.one_snapshot():
                rows = SearchIndex.objects.filter(desk_id__in=by.desk_ids)
                return searching.found_in(understood(typed, rules), rows, by.keys())

        if hits(invented.NEEDLE).all != [UUID(int=invented.WHERE)]:
            raise SystemExit(f"One word among {how_many:,} reports did not lead to its report alone.")
        for sort in SORTS:
            times, most = Times(), 0
            for _ in range(LOOKS):
                typed = SORTS[sort](chance, chance.randrange(how_many))
                page_store.kept = page_store.KeptPages()
                with times.one():
                    most = max(most, len(hits(typed).all))
            found[sort] = {**times.told(), "most_hits": most}
    return found


def _some_words(chance: random.Random, number: int, how_many: int) -> str:
    """Return words of a report in the order in which it has them, of which the first is not a very short one."""
    words = invented.words_of(number)
    at = next(n for n in chance.sample(range(len(words) - 3), 300) if len(words[n]) > 3)
    return " ".join(words[at : at + how_many])


#: Letters at the end of the invented registrations.
LETTERS = "BCDFGHJKLMNP"
#: What is typed in searches of each sort, with a report that has it.
SORTS: dict[str, Callable[[random.Random, int], str]] = {
    "one word": lambda chance, number: _some_words(chance, number, 1),
    "common word": lambda chance, _: chance.choice(invented.common_words(20)),
    "three words": lambda chance, number: " ".join(chance.sample(invented.words_of(number), 3)),
    "phrase": lambda chance, number: f'"{_some_words(chance, number, 3)}"',
    "phrase of common words": lambda chance, _: (
        f'"{" ".join(chance.choices(invented.common_words(20), k=3))}"'
    ),
    "beginning": lambda chance, number: f"{_some_words(chance, number, 1)[:5]}*",
    "common beginning": lambda chance, _: f"{chance.choice(invented.common_beginnings())}*",
    "word and common beginning": lambda chance, number: (
        f"{_some_words(chance, number, 1)} {chance.choice(invented.common_beginnings())}*"
    ),
    "name": lambda _, number: invented.names_of(number)[0],
    "misspelt surname": lambda chance, number: _misspelt(chance, invented.names_of(number)[0].split()[-1]),
    "part of a word": lambda chance, number: f"*{_some_words(chance, number, 1)[1:4]}*",
    "end of a registration": lambda chance, _: (
        f"{chance.randrange(10, 70)}{''.join(chance.choices(LETTERS, k=3))}"
    ),
    "end of a number": lambda chance, _: f"*{chance.randrange(10_000):04}",
    "date": lambda chance, _: (
        f"{chance.randrange(1, 29)}/{chance.randrange(1, 13)}/{chance.randrange(1960, 2010)}"
    ),
}


def _misspelt(chance: random.Random, name: str) -> str:
    """Return a name with one of its vowels replaced."""
    at = chance.choice([at for at, letter in enumerate(name) if letter in "aeiou"] or [0])
    return name[:at] + chance.choice("aeiou") + name[at + 1 :]


#: Ranks of words that some reports of a hundred have.
_IN_SOME = slice(100, 600)
#: Given for searches with many hits.
REASON = "Measuring how long a search takes"


def show(desk: str) -> dict[str, Any]:
    """Make searches and open the first page of their results, each time as a process does that has read nothing yet.

    Only words with a whole page of real reports count.
    """
    from heedline.casework.access import session
    from heedline.casework.search import page_store, searching

    chance = random.Random(11)  # noqa: S311
    words = [word for word in invented.common_words(_IN_SOME.stop)[_IN_SOME] if len(word) > 3]
    made, shown, passages = Times(), Times(), 0
    with sitting(desk) as by:
        for word in chance.sample(words, len(words)):
            if len(shown.wall) == LOOKS:
                break
            page_store.kept = page_store.KeptPages()
            with made.one():
                ref = searching.search(
                    word, searching.SearchFilters(), reason=REASON, by=by, at=session.now()
                )
            page_store.kept = page_store.KeptPages()
            with shown.one():
                page = searching.results(ref, by=by, at=session.now())
            if len(page.results) < searching.PAGE:
                made.forget_last()
                shown.forget_last()
            else:
                passages += sum(len(one.passages) for one in page.results)
    return {
        "searched": made.told(),
        "page": {
            **shown.told(),
            "results": searching.PAGE,
            "passages": round(passages / max(1, len(shown.wall))),
        },
    }


def seen(desk: str, how_many: int) -> dict[str, Any]:
    """Look up the keys of invented reports in a cold process, and open and compare as many real reports as a page does."""
    from heedline.casework.search import documents, page_store, seen_before, values
    from heedline.permits.scopes import reports_of

    chance, proposed = random.Random(5), list[int]()  # noqa: S311
    looked, compared, both = Times(), Times(), Times()
    with sitting(desk) as by:
        ring = by.keys()
        refs = list(reports_of(by.desk_ids).filter(kind="activity").values_list("id", flat=True)[:2_000])
        for _ in range(LOOKS):
            number = chance.randrange(how_many)
            keys = invented.keys_of(number)
            some = chance.sample(refs, min(len(refs), 1 + seen_before.MOST_COMPARED))
            of_desk = documents.reports_with_parts(reports_of(by.desk_ids).filter(id=some[0]))
            mine = values.extract_of(
                of_desk.reports[0], documents.texts_of(of_desk.reports[0], of_desk.parts[some[0]], ring)
            )
            page_store.kept = page_store.KeptPages()
            with both.one(), page_store.one_snapshot(same_plans=True):
                with looked.one():
                    likely = seen_before.look_up(keys, UUID(int=number), (), by=by, ring=ring)
                with compared.one():
                    for one in seen_before.to_compare(some[1:], by=by).values():
                        seen_before._compared(some[0], mine, one, (), {}, ring, always=False)
            proposed.append(len(likely.refs) + likely.more)
    return {
        "keys looked up": {**looked.told(), "proposed": sum(proposed) / len(proposed)},
        "opened and compared": {**compared.told(), "reports": len(some) - 1},
        "both": both.told(),
    }


def match(desk: str, how_many: int, seconds: float) -> dict[str, Any]:
    """Put the values of invented reports into the linking desk's index, and compare real reports with all of them."""
    from heedline.casework.access import session
    from heedline.casework.linking import matching
    from heedline.casework.search import desk_index
    from heedline.casework.search.sealed_values import OF_VALUES
    from heedline.index import Document
    from heedline.reports.models import SealedValues

    def values_of(number: int) -> Document:
        keys = (key for key in invented.keys_of(number) if not key.startswith("text:"))
        return Document(UUID(int=number), (), (), [OF_VALUES + key for key in keys])

    with sitting(desk) as by:
        at = session.now()
        desk_index.begin(by.desk_ids[0], on=at.date())
        added = add(by, values_of, how_many, seconds)
        rows = list(SealedValues.objects.order_by("id").values_list("id", flat=True)[:COMPARED])
        SealedValues.objects.filter(id__in=rows).update(indexed=False, matched_at=None, due_at=at)
        held, done = Times(), 0
        while True:
            with held.one():
                more = matching.catch_up(by=by, at=at)
            if not more:
                break
            done += more
    return {"invented": added, "compared": done, "batch": held.told()}


def sitting(desk: str) -> Any:
    """Return the unlocked session of an officer of that desk, as a context manager."""
    from heedline.casework.access import session, terminal

    facts = json.loads((Path(os.environ["HEEDLINE_HOME"]) / "demo.json").read_text(encoding="utf-8"))
    who = next(one for one in facts["officers"] if one["desk"] == desk and one["roles"] == ["officer"])
    return terminal.sitting(who["email"], who["passphrase"], at=session.now())


def main(what: str, desk: str, *numbers: str) -> None:
    """Do one of the five, and print what it took."""
    from heedline.config.starting import loading, set_up_django

    set_up_django()
    with loading():  # as the office site does
        import heedline.casework.linking.matching
        import heedline.casework.search.searching  # noqa: F401
    if what == "show":
        told = show(desk)
    elif what in {"look", "seen"}:
        told = {"look": look, "seen": seen}[what](desk, int(numbers[0]))
    else:
        told = {"fill": fill, "match": match}[what](desk, int(numbers[0]), float(numbers[1]))
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
