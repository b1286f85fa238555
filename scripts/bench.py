#!/usr/bin/env python3
"""Measure the budgets of the design, on this machine, in one run: `make bench`.

Starts the demonstration in a folder of its own on free ports, loads it, stops and deletes it. Writes var/bench.json and
prints a table. Exit codes: 0 measured (budgets may be missed: the table says so), 1 something that was acknowledged is
not stored, or nothing could be measured.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import (
    alarm_flood,
    api_load,
    bombs,
    catching_up,
    desk_work,
    file_work,
    floor,
    guidance,
    item_queue,
    key_work,
    log_work,
    material_work,
    overload,
    page_flow,
    page_weights,
    question_page,
    sealing_work,
    search_work,
    upload_work,
    verdicts,
)
from bench.instance import ROOT, Instance, NotStarted, running
from bench.load import Wrong
from bench.processes import machine

#: What can be measured alone, in the order of a run.
STAGES = frozenset(
    {
        "api",
        "pages",
        "desks",
        "log",
        "keys",
        "search",
        "check",
        "files",
        "uploads",
        "material",
        "pager",
        "overload",
    }
)
#: Seconds in which an invented report is made and indexed at most.
SECONDS_EACH = 0.015
LEVELS = (1, 16, 64)
#: At once, so that every thread of the public process has had a report before the clock runs.
WARM_UP = 32
#: Large files sent at once.
UPLOADS = 8
DESKS = ("north-east", "national")


@dataclass(frozen=True)
class Size:
    """How much is done. Every stage ends after so many seconds or so many times, whichever is first."""

    floor: int
    seconds: float
    reports: int
    flows: int
    pages: int
    guidance: int
    up_to: int
    queue_pages: int
    opens: int
    idle: float
    log: int
    checked: int
    file_megabytes: int = 1_000
    upload_megabytes: int = 100
    searched: int = 100_000
    searched_seconds: float = 1_200
    banked: int = 1_000_000
    items: int = 100_000
    alarms: int = 20_000


WHOLE = Size(
    floor=400,
    seconds=6,
    reports=1200,
    flows=300,
    pages=1500,
    guidance=40_000,
    up_to=10_000,
    queue_pages=80,
    opens=150,
    idle=5,
    log=60_000,
    checked=1_000_000,
)
QUICK = Size(
    floor=100,
    seconds=1.5,
    reports=300,
    flows=40,
    pages=300,
    guidance=8_000,
    up_to=1_500,
    queue_pages=30,
    opens=40,
    idle=1,
    log=10_000,
    checked=50_000,
    file_megabytes=200,
    upload_megabytes=30,
    searched=5_000,
    searched_seconds=60,
    items=2_000,
    alarms=2_000,
)


def say(words: str) -> None:
    """Progress, for whoever waits."""
    print(f"  {time.monotonic() - _began:5.0f} s  {words}", file=sys.stderr, flush=True)


_began = time.monotonic()


def _api(instance: Instance, size: Size, found: dict[str, Any]) -> None:
    before = api_load.stored(instance)
    floors = [floor.measure(instance, size.floor)]
    levels: list[tuple[bool, Any]] = []
    # a thread connects to the database with its first report: that is not what a report costs
    say("warming up")
    level, accepted = api_load.run(
        instance, WARM_UP, fresh=True, seconds=size.seconds, at_most=size.reports // 3
    )
    failed = sum(level.tally.errors.values())
    for connections in LEVELS:
        for fresh in (True, False):
            say(f"reports over the API, {connections} {'fresh' if fresh else 'kept'} connections")
            level, taken = api_load.run(
                instance, connections, fresh=fresh, seconds=size.seconds, at_most=size.reports
            )
            levels.append((fresh, level))
            accepted += taken
            failed += sum(level.tally.errors.values())
    floors.append(floor.measure(instance, size.floor))
    # before and after: what else the machine does changes both the floor and what stands on it
    base = sum(one.ms for one in floors) / len(floors)
    found["floor"] = {
        "seal_cpu_ms": round(sum(one.seal_ms for one in floors) / len(floors), 3),
        "insert_cpu_ms": round(sum(one.insert_ms for one in floors) / len(floors), 3),
        "sum_cpu_ms": round(base, 3),
        "runs": [one.told() for one in floors],
    }
    found["api"] = [
        {"fresh": fresh, **level.told(), "floors": round(level.serving_ms / base, 2)}
        for fresh, level in levels
    ]
    say("is all that was accepted stored, once?")
    kept = api_load.durability(instance, accepted, before=before, unanswered=failed, sample=20)
    found["durability"] = {**kept, "whole": api_load.whole(kept)}


def _pages(instance: Instance, size: Size, found: dict[str, Any]) -> None:
    found["flow"] = []
    for connections in LEVELS:
        say(f"the whole way through the pages, {connections} at once")
        _, told = page_flow.run(instance, connections, seconds=size.seconds, at_most=size.flows)
        found["flow"].append(told)
    say("a question page: weight and time")
    weight = question_page.weigh(instance)
    load = question_page.time_it(instance, LEVELS[-1], seconds=size.seconds, at_most=size.pages)
    found["question_page"] = {"slug": question_page.SLUG, "weight": weight, "load": load.told()}
    say("Run, Hide, Tell")
    found["guidance"] = guidance.time_it(
        instance, LEVELS[-1], seconds=size.seconds, at_most=size.guidance
    ).told()
    say("the weight of every page, in every language")
    found["weights"] = page_weights.weigh_all(instance)
    found["public_queries"] = desk_work.public_queries(instance)


def _fill(instance: Instance, size: Size, found: dict[str, Any], *, words: bool) -> None:
    say(f"filling up to {size.up_to:,} reports")
    found["filled"] = desk_work.fill(instance, size.up_to, words=words)
    found["worker"] = desk_work.until_worker_is_done(instance)


def _desks(instance: Instance, size: Size, found: dict[str, Any]) -> None:
    found["desks"] = []
    for desk in DESKS:
        say(f"queue and reports of the {desk} desk")
        found["desks"].append(desk_work.read(instance, desk, pages=size.queue_pages, opens=size.opens))


def _memory(instance: Instance) -> dict[str, Any]:
    lines = instance.family().memory()
    by: dict[str, float] = {}
    for line in lines:
        by[str(line["process"])] = by.get(str(line["process"]), 0.0) + float(str(line["pss_mib"]))
    return {
        "sum_pss_mib": round(sum(by.values()), 1),
        "sum_rss_mib": round(sum(float(str(line["rss_mib"])) for line in lines), 1),
        "by_process_pss_mib": {name: round(mib, 1) for name, mib in by.items()},
        "processes": lines,
    }


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def _in_an_instance(size: Size, only: frozenset[str], found: dict[str, Any]) -> None:
    say("starting an instance")
    with running() as instance:
        found["started_in_seconds"] = round(instance.started_in, 1)
        found["postgresql"] = instance.cluster.major
        time.sleep(size.idle)
        found["memory"] = {"idle": _memory(instance)}
        if "api" in only:
            _api(instance, size, found)
        if "uploads" in only:
            say(f"reports, while {UPLOADS} files are sent")
            found["uploads"] = upload_work.measure(
                instance,
                megabytes=size.upload_megabytes,
                how_many=UPLOADS,
                seconds=size.seconds,
                at_most=size.reports,
            )
        if "pager" in only:
            say(f"paging about {size.alarms:,} alarms and one danger")
            found["pager"] = alarm_flood.measure(instance, size.alarms)
        if "overload" in only:
            say(f"offering {overload.REPORTS} reports and {overload.VISITORS} visitors a second")
            found["overload"] = overload.measure(instance, size.seconds)
        if "pages" in only:
            _pages(instance, size, found)
        if only & {"desks", "keys", "search"}:
            _fill(instance, size, found, words="search" in only)
        if "desks" in only:
            _desks(instance, size, found)
        found["memory"]["after"] = _memory(instance)
        if "log" in only:
            say(f"putting {size.log:,} events into the log's tree")
            found["sequence"] = log_work.sequence(instance, size.log)
        if "keys" in only:
            say(f"somebody leaves the {DESKS[0]} desk: its reports get a new key")
            found["keys"] = key_work.measure(instance, DESKS[0])
        if "search" in only:
            say(f"search: an index of {size.searched:,} reports at the {DESKS[0]} desk")
            found["search"] = search_work.measure(instance, DESKS[0], size.searched, size.searched_seconds)
            say(f"from unlocking until the {DESKS[0]} desk can search its reports")
            found["search"]["catching_up"] = catching_up.measure(instance, DESKS[0])
        if "material" in only:
            say(f"the queue of {size.items:,} items of online material")
            found["item_queue"] = item_queue.measure(instance, size.items, size.searched_seconds)
        say("stopping")


def measure(size: Size, only: frozenset[str] = STAGES) -> dict[str, Any]:
    """What is asked for, in one run of one instance. Filling goes with the desks and with the keys."""
    found: dict[str, Any] = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "python": sys.version.split()[0],
        "machine": machine(),
        "size": size.__dict__,
    }
    if only - {"check", "files"}:
        _in_an_instance(size, only, found)
    if "check" in only:
        say(f"checking an exported log of {size.checked:,} events")
        found["check"] = log_work.check(size.checked)
    if "files" in only:
        say(f"sealing and opening files, one of {size.file_megabytes:,} MB")
        found["files"] = sealing_work.measure(size.file_megabytes, ROOT / "var")
        say("derivatives of files, by type")
        found["bombs"] = bombs.measure()
        found["derivatives"] = file_work.measure()
    if "material" in only:
        say(f"looking up pictures among {size.banked:,} hashes")
        found["material"] = material_work.measure(size.banked)
    found["took_seconds"] = round(time.monotonic() - _began, 1)
    return found


def _too_long(_number: int, _frame: object) -> None:
    raise NotStarted("The bench took far longer than it may, and was stopped.")


def main() -> int:
    """Parse, measure, write, print."""
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    options.add_argument("--quick", action="store_true", help="under a minute, and less exact")
    options.add_argument(
        "--at",
        type=int,
        metavar="N",
        help="queue and read at N reports (10000); with --only search or --only material, N invented reports or items (100000)",
    )
    options.add_argument(
        "--only", choices=sorted(STAGES), action="append", help="measure this alone; again for more"
    )
    options.add_argument("--to", type=Path, default=ROOT / "var" / "bench.json", help="the file to write")
    asked = options.parse_args()
    size = QUICK if asked.quick else WHOLE
    stages = frozenset(asked.only or STAGES)
    if asked.at and stages in ({"search"}, {"material"}):
        seconds = max(size.searched_seconds, asked.at * SECONDS_EACH)
        many = "searched" if stages == {"search"} else "items"
        size = Size(**{**size.__dict__, many: asked.at, "searched_seconds": seconds})
    elif asked.at:
        size = Size(**{**size.__dict__, "up_to": asked.at})
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: sys.exit(1))
    signal.signal(signal.SIGALRM, _too_long)
    searching = 2 * int(size.searched_seconds) if stages & {"search", "material"} else 0
    signal.alarm(600 + size.up_to // 50 + searching)
    try:
        found = measure(size, stages)
    except (NotStarted, Wrong) as reason:
        print(f"bench: {reason}", file=sys.stderr)
        return 1
    judged = verdicts.judge(found)
    found["verdicts"] = verdicts.told(judged)
    asked.to.parent.mkdir(exist_ok=True)
    asked.to.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(verdicts.as_table(judged))
    print(f"\nMeasured in {found['took_seconds']:.0f} s; everything is in {asked.to}.")
    return 0 if found.get("durability", {"whole": True})["whole"] else 1


if __name__ == "__main__":
    sys.exit(main())
