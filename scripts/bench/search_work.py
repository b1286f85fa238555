"""What searching costs: indexing real reports, a large index of invented ones, and searches from a cold process.

    python -m bench.search_work fill DESK HOW_MANY SECONDS
    python -m bench.search_work look DESK HOW_MANY
    python -m bench.search_work match DESK HOW_MANY SECONDS

Run by `make bench` with the environment of the office; the passphrases come out of `demo.json`. The invented reports stand
in the index alone, so a search is measured up to the references that the index gives. One of them has a word that no other
has: the run fails unless a search for it finds that report alone. `match` compares real reports with those of other desks, in
an index of the linking desk that has the values of as many invented ones.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from bisect import bisect
from itertools import accumulate
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from bench.instance import Instance

#: Words of an invented report, about two kilobytes; how many words there are, as rare as words are (Zipf and Mandelbrot).
WORDS, VOCABULARY = 330, 200_000
BATCH = 50
#: A word that one invented report alone has, and the number of that report.
NEEDLE, WHERE = "quillonberry", 37
#: Real reports that are compared anew.
COMPARED = 400


def measure(instance: Instance, desk: str, how_many: int, seconds: float) -> dict[str, Any]:
    """Settle what has arrived, index it, add invented reports for at most so many seconds, and search."""
    with psycopg.connect(instance.cluster.url("worker"), autocommit=True) as worker:
        worker.execute("SELECT clockwork.settle(now() + interval '1 hour')")
    found = _run(instance, "fill", desk, str(how_many), str(seconds))
    found["look_ups"] = _run(instance, "look", desk, str(found["invented"]))
    found["matching"] = _run(instance, "match", "national", str(found["invented"]), str(seconds))
    return found


def _run(instance: Instance, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.search_work", *arguments],
        env=instance.environment("office"),
        capture_output=True,
        text=True,
        check=True,
        timeout=6 * 3_600,  # the whole run has an end of its own
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


_SUMS = list(accumulate(1 / (rank + 2.7) for rank in range(1, VOCABULARY + 1)))


def _text(number: int) -> list[str]:
    """The words of an invented report, always the same for its number."""
    chance = random.Random(number)  # noqa: S311 - invented words, no secrets
    return [f"w{bisect(_SUMS, chance.random() * _SUMS[-1])}" for _ in range(WORDS)]


def _p(times: list[float], share: float) -> float:
    return round(sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1000, 1)


def fill(desk: str, how_many: int, seconds: float) -> dict[str, Any]:
    """Rebuild the index of a desk from its reports, then add invented ones in batches."""
    from django.db import connection, transaction

    from heedline.casework.access import session
    from heedline.casework.search import desk_index, indexing
    from heedline.index import Document
    from heedline.index.words import forms_of

    with _sitting(desk) as by:
        here, at = by.desk_ids[0], session.now()
        began, cpu = time.monotonic(), time.process_time()
        real = indexing.rebuild(here, by=by, at=at)
        took, spent = time.monotonic() - began, time.process_time() - cpu
        held: list[float] = []
        added, cpu, began = 0, time.process_time(), time.monotonic()
        while added < how_many and time.monotonic() - began < seconds:
            texts = [(number, _text(number)) for number in range(added, added + BATCH)]
            for number, words in texts:
                if number == WHERE:
                    words[WORDS // 2] = NEEDLE
            start = time.monotonic()
            with transaction.atomic(), desk_index.writing(here, by.keys()) as opened:
                if opened is None:
                    raise SystemExit("Somebody else changes the index.")
                opened[1].add(
                    Document(UUID(int=number), [words], forms_of([" ".join(words)], [words]))
                    for number, words in texts
                )
            held.append(time.monotonic() - start)
            added += BATCH
        spent_adding = time.process_time() - cpu
        with connection.cursor() as cursor:
            cursor.execute("SELECT sum(octet_length(sealed)) FROM reports_search_page")
            stored = int(cursor.fetchone()[0])
    return {
        "real": real.reports,
        "real_reports_per_second": round(real.reports / max(0.001, took)),
        "real_reports_per_cpu_second": round(real.reports / max(0.001, spent)),
        "invented": added,
        "invented_ms_cpu": round(spent_adding * 1000 / max(1, added), 2),
        "batch_ms": {"p50": _p(held, 0.5), "p95": _p(held, 0.95), "most": _p(held, 1)},
        "bytes_a_report": round(stored / max(1, added + real.reports)),
    }


def look(desk: str, how_many: int) -> dict[str, Any]:
    """Search the index of a desk, each time as a process does that has read nothing yet."""
    from heedline.casework.search import page_store, searching
    from heedline.casework.search.query import understood
    from heedline.reports.models import SearchIndex

    chance = random.Random(9)  # noqa: S311
    found: dict[str, Any] = {}
    with _sitting(desk) as by:
        with page_store.one_snapshot():
            rows = SearchIndex.objects.filter(desk_id__in=by.desk_ids)
            needle = searching.found_in(understood(NEEDLE), rows, by.keys()).all
        if needle != [UUID(int=WHERE)]:
            raise SystemExit(f"One word among {how_many:,} reports led to {len(needle)} of them.")
        for name in ("one word", "three words", "phrase", "beginning"):
            walls, cpus = [], []
            for _ in range(60):
                words = _text(chance.randrange(how_many))
                at = next(n for n in chance.sample(range(WORDS - 3), 300) if len(words[n]) > 3)
                typed = {
                    "one word": words[at],
                    "three words": " ".join(chance.sample(words, 3)),
                    "phrase": f'"{" ".join(words[at : at + 3])}"',
                    "beginning": f"{words[at][:5]}*",
                }[name]
                page_store.kept = page_store.KeptPages()
                began, cpu = time.monotonic(), time.process_time()
                with page_store.one_snapshot():
                    searching.found_in(
                        understood(typed), SearchIndex.objects.filter(desk_id__in=by.desk_ids), by.keys()
                    )
                walls.append(time.monotonic() - began)
                cpus.append(time.process_time() - cpu)
            found[name] = {
                "wall_ms": {"p50": _p(walls, 0.5), "p95": _p(walls, 0.95)},
                "cpu_ms": {"p50": _p(cpus, 0.5), "p95": _p(cpus, 0.95)},
            }
    return found


def match(desk: str, how_many: int, seconds: float) -> dict[str, Any]:
    """Put the values of invented reports into the linking desk's index, and compare real reports with all of them."""
    from django.db import transaction

    from bench.seen_before import read
    from heedline.casework.access import session
    from heedline.casework.linking import matching
    from heedline.casework.search import desk_index
    from heedline.casework.search.sealed_values import OF_VALUES
    from heedline.index import Document
    from heedline.reports.models import SealedValues

    with _sitting(desk) as by:
        here, at = by.desk_ids[0], session.now()
        desk_index.begin(here, on=at.date())
        added, began = 0, time.monotonic()
        while added < how_many and time.monotonic() - began < seconds:
            with transaction.atomic(), desk_index.writing(here, by.keys()) as opened:
                if opened is None:
                    raise SystemExit("Somebody else changes the index.")
                opened[1].add(
                    Document(UUID(int=number), (), (), [OF_VALUES + key for key in read(number).keys])
                    for number in range(added, added + BATCH)
                )
            added += BATCH
        rows = list(SealedValues.objects.order_by("id").values_list("id", flat=True)[:COMPARED])
        SealedValues.objects.filter(id__in=rows).update(indexed=False, matched_at=None)
        held: list[float] = []
        done = 0
        while True:
            start = time.monotonic()
            more = matching.catch_up(by=by, at=at)
            if not more:
                break
            held.append(time.monotonic() - start)
            done += more
    batch = {"p50": _p(held, 0.5), "p95": _p(held, 0.95), "most": _p(held, 1)} if held else {}
    return {"invented": added, "compared": done, "batch_ms": batch}


def _sitting(desk: str) -> Any:
    from heedline.casework.access import session, terminal

    facts = json.loads((Path(os.environ["HEEDLINE_HOME"]) / "demo.json").read_text(encoding="utf-8"))
    who = next(one for one in facts["officers"] if one["desk"] == desk and one["roles"] == ["officer"])
    return terminal.sitting(who["email"], who["passphrase"], at=session.now())


def main(what: str, desk: str, *numbers: str) -> None:
    """Do one of the three, and print what it took."""
    import django

    django.setup()
    if what == "look":
        told = look(desk, int(numbers[0]))
    else:
        told = {"fill": fill, "match": match}[what](desk, int(numbers[0]), float(numbers[1]))
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
