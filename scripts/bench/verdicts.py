"""The budgets of the design, and what was measured beside each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

#: From the design's budgets, for two cores with the database and the client on them.
FLOORS = 2.6
REPORTS_PER_SECOND = 400
#: CPU of a report through the pages, with several visitors and with one, at a floor of 1.2 ms.
FLOW_CPU_MS, FLOW_ALONE_CPU_MS = 20.0, 26.0
#: The weight is what a page loads besides the typeface, which is one file for a page's letters and is cached.
PAGE_P99_MS, PAGE_KIB = 150.0, 30
GUIDANCE_PER_SECOND = 5000
QUEUE_P95_MS, OPEN_P95_MS, QUERIES = 100.0, 60.0, 5
MEMORY_MIB = 650
PICTURE_MS, ADDRESS_US = 60.0, 100.0
#: Until the first of a file can be seen, by the beginning of its name.
DERIVATIVE_SECONDS = {"photo": 1.0, "page of PDF": 1.0, "film": 2.0}
#: Opening a file that unpacks to far more than it is.
BOMB_SECONDS, BOMB_MIB = 1.0, 100
#: A search; the earlier reports of one at up to so many reports, and at more; one batch of the index.
SEARCH_P95_MS, SEEN_P95_MS, SEEN_MANY_P95_MS, BATCH_P95_MS = 150.0, 50.0, 150.0, 300.0
SEEN_FEW = 100_000
#: From unlocking until the reports of a desk without an index can be searched.
COVERED_SECONDS = 60.0
#: Until a danger is paged among so many other alarms, and the queries of a round.
PAGED_SECONDS, PAGED_QUERIES = 60.0, 50
#: While more is offered than two cores can serve: the page of guidance, and the one that takes words of danger.
GUIDANCE_P99_S, DANGER_P99_S = 0.5, 2.0
AT_ONCE = (16, 64)
#: Sealing and opening beside the bare cipher, and what a file of any size may take.
SEALING_SHARE, FILE_MEMORY_MIB = 0.6, 64
#: What is left of the rate of reports while large files are sent.
RATE_SHARE = 0.7


@dataclass(frozen=True)
class Verdict:
    """One budget: `met` is None where there is none and the number is only told."""

    what: str
    measured: str
    budget: str
    met: bool | None

    @property
    def mark(self) -> str:
        return {True: "met", False: "MISSED", None: ""}[self.met]


def judge(found: dict[str, Any]) -> list[Verdict]:
    """Every budget of §13 that was measured, in the order of the table."""
    parts: tuple[tuple[str, Callable[[dict[str, Any]], Iterator[Verdict]]], ...] = (
        ("api", _api),
        ("flow", _pages),
        ("pager", _pager),
        ("overload", _overload),
        ("desks", _desk),
        ("memory", _memory),
        ("sequence", _sequence),
        ("check", _check),
        ("keys", _keys),
        ("search", _search),
        ("files", _files),
        ("derivatives", _derivatives),
        ("bombs", _bombs),
        ("material", _material),
        ("item_queue", _item_queue),
        ("uploads", _uploads),
        ("durability", _durability),
    )
    return [*_quiet(found), *(one for key, judge in parts if key in found for one in judge(found))]


def _quiet(found: dict[str, Any]) -> Iterator[Verdict]:
    """How much of the machine others had: with more than a little, times and rates say little, and CPU is dearer too."""
    levels = [*found.get("api", ()), *found.get("flow", ())]
    if not levels:
        return
    others = sum(one["others_cores"] * one["seconds"] for one in levels) / sum(
        one["seconds"] for one in levels
    )
    cores = found["machine"]["cores"]
    yield Verdict("other work on this machine meanwhile", f"{others:.2f} of {cores} cores", "", None)


def _api(found: dict[str, Any]) -> Iterator[Verdict]:
    floor = found["floor"]
    yield Verdict(
        "floor: seal + insert, CPU of one report",
        f"{floor['seal_cpu_ms']:.2f} + {floor['insert_cpu_ms']:.2f} = {floor['sum_cpu_ms']:.2f} ms",
        "",
        None,
    )
    for one in found["api"]:
        name = f"API, {one['connections']} {'fresh' if one['fresh'] else 'kept'}"
        judged = one["connections"] in AT_ONCE
        yield Verdict(
            f"{name}: reports a second (errors)",
            f"{one['per_second']:.0f} ({one['errors']})",
            f"≥ {REPORTS_PER_SECOND} (0)" if judged else "(0)",
            (one["per_second"] >= REPORTS_PER_SECOND or not judged) and not one["errors"],
        )
        yield Verdict(
            f"{name}: p50 / p95 / p99",
            f"{one['p50_ms']:.0f} / {one['p95_ms']:.0f} / {one['p99_ms']:.0f} ms",
            "",
            None,
        )
        cpu, ratio = one["server_cpu_ms_each"], one["floors"]
        yield Verdict(f"{name}: server CPU of one report", f"{cpu:.2f} ms", "", None)
        yield Verdict(
            f"{name}: in floors",
            f"{ratio:.2f}",
            f"≤ {FLOORS}" if judged else "",
            ratio <= FLOORS if judged else None,
        )


def _pages(found: dict[str, Any]) -> Iterator[Verdict]:
    for one in found["flow"]:
        name = f"whole way, {one['connections']} at once"
        yield Verdict(
            f"{name}: flows, requests a second (errors)",
            f"{one['per_second']:.1f}, {one['requests_per_second']:.0f} ({one['errors']})",
            "(0)",
            not one["errors"],
        )
        every = one["every_page"]
        budget = FLOW_CPU_MS if one["connections"] > 1 else FLOW_ALONE_CPU_MS
        yield Verdict(
            f"{name}: a page p50 / p95 / p99",
            f"{every['p50_ms']:.0f} / {every['p95_ms']:.0f} / {every['p99_ms']:.0f} ms",
            "",
            None,
        )
        yield Verdict(
            f"{name}: server CPU of a flow (a request)",
            f"{one['server_cpu_ms_each']:.1f} ms ({one['server_cpu_ms_each_request']:.2f} ms)",
            f"≤ {budget:.0f} ms",
            one["server_cpu_ms_each"] <= budget,
        )
    page = found["question_page"]
    weight = page["weight"]
    kib, letters = ((weight["bytes"] - weight["typeface_bytes"]) / 1024, weight["typeface_bytes"] / 1024)
    yield Verdict(
        "question page: weight (the typeface)",
        f"{kib:.1f} KiB ({letters:.1f} KiB)",
        f"≤ {PAGE_KIB} KiB",
        kib <= PAGE_KIB,
    )
    foreign = page["weight"]["foreign_requests"]
    yield Verdict("question page: foreign requests", f"{foreign}", "0", foreign == 0)
    p99 = page["load"]["p99_ms"]
    yield Verdict(
        f"question page: p99 at {page['load']['connections']}",
        f"{p99:.0f} ms (a second: {page['load']['per_second']:.0f})",
        f"≤ {PAGE_P99_MS:.0f} ms",
        p99 <= PAGE_P99_MS and not page["load"]["errors"],
    )
    yield Verdict("question page: server CPU", f"{page['load']['server_cpu_ms_each']:.2f} ms", "", None)
    guide = found["guidance"]
    yield Verdict(
        f"Run, Hide, Tell at {guide['connections']}: pages a second (errors)",
        f"{guide['per_second']:.0f} ({guide['errors']})",
        f"≥ {GUIDANCE_PER_SECOND} (0)",
        guide["per_second"] >= GUIDANCE_PER_SECOND and not guide["errors"],
    )
    heaviest = max(found["weights"], key=lambda one: one["bytes"] - one["typeface_bytes"])
    kib = (heaviest["bytes"] - heaviest["typeface_bytes"]) / 1024
    others = sum(one["foreign_requests"] for one in found["weights"])
    yield Verdict(
        f"heaviest of {len(found['weights'])} pages: {heaviest['page']}",
        f"{kib:.1f} KiB besides the typeface, {others} foreign requests",
        f"≤ {PAGE_KIB} KiB, 0",
        kib <= PAGE_KIB and not others,
    )
    asked = ", ".join(f"{name} {q['statements']}" for name, q in found["public_queries"].items())
    yield Verdict("statements of public requests", asked, "", None)


def _desk(found: dict[str, Any]) -> Iterator[Verdict]:
    for one in found["desks"]:
        name = f"{one['desk']} desk at {found['filled']['reports']:,} reports"
        checks: tuple[tuple[str, str, float, Callable[[float], bool]], ...] = (
            ("queue", "p95", QUEUE_P95_MS, lambda ms: ms <= QUEUE_P95_MS),
            ("open", "p95", OPEN_P95_MS, lambda ms: ms <= OPEN_P95_MS),
        )
        slowest = max(one["views"], key=lambda query: one["views"][query]["p95_ms"])
        p95, asked = one["views"][slowest]["p95_ms"], one["queries"]["view"]["statements"]
        yield Verdict(
            f"{name}: slowest of {len(one['views'])} filters and orders ({slowest}), p95; statements",
            f"{p95:.0f} ms; {asked}",
            f"p95 ≤ {QUEUE_P95_MS:.0f} ms; ≤ {QUERIES}",
            p95 <= QUEUE_P95_MS and asked <= QUERIES,
        )
        board, asked = one["board"], one["board"]["queries"]["statements"]
        yield Verdict(
            f"{name}: supervisor's board, p50 / p95; statements",
            f"{board['p50_ms']:.0f} / {board['p95_ms']:.0f} ms; {asked}",
            f"p95 ≤ {QUEUE_P95_MS:.0f} ms; ≤ {QUERIES}",
            board["p95_ms"] <= QUEUE_P95_MS and asked <= QUERIES,
        )
        for what, _, budget, good in checks:
            took = one[what]
            yield Verdict(
                f"{name}: {what} p50 / p95 (CPU)",
                f"{took['p50_ms']:.0f} / {took['p95_ms']:.0f} ms ({took['server_cpu_ms_each']:.0f} ms)",
                f"p95 ≤ {budget:.0f} ms",
                good(took["p95_ms"]),
            )
            asked, who, index = (
                one["queries"][what][key] for key in ("statements", "to_know_who_asks", "of_the_index")
            )
            yield Verdict(
                f"{name}: {what}, statements (to know who asks) + of the search index",
                f"{asked} ({who}) + {index}",
                f"≤ {QUERIES}",
                asked <= QUERIES,
            )


def _memory(found: dict[str, Any]) -> Iterator[Verdict]:
    idle = found["memory"]["idle"]["sum_pss_mib"]
    yield Verdict(
        "memory of all processes, idle (after the load)",
        f"{idle:.0f} MiB ({found['memory']['after']['sum_pss_mib']:.0f} MiB)",
        f"≤ {MEMORY_MIB} MiB",
        idle <= MEMORY_MIB,
    )


def _sequence(found: dict[str, Any]) -> Iterator[Verdict]:
    rate = f"{found['sequence']['per_second']:,}"
    yield Verdict("the log: events put into the tree a second", rate, "", None)


def _check(found: dict[str, Any]) -> Iterator[Verdict]:
    checked = found["check"]
    yield Verdict(
        f"the log: checking {checked['events']:,} exported events (memory at most)",
        f"{checked['seconds']:.1f} s ({checked['peak_rss_mib']:.0f} MiB)",
        "it fits",
        checked["fits"],
    )
    proof = checked["proof"]
    yield Verdict(
        "the log: making the proof of one event of these; checking it",
        f"{proof['made_in_seconds']:.1f} s; {proof['checked_in_seconds']:.1f} s",
        "it holds",
        proof["holds"],
    )


def _keys(found: dict[str, Any]) -> Iterator[Verdict]:
    keys = found["keys"]
    yield Verdict("keys: unlocking, once", f"{keys['unlock_seconds']:.1f} s", "", None)
    yield Verdict(
        f"keys: re-addressing {keys['parts']:,} parts; per 10,000 reports",
        f"{keys['seconds']:.1f} s; {keys['seconds_per_10_000_reports']:.0f} s",
        "nothing left",
        keys["left"] == 0,
    )


def _search(found: dict[str, Any]) -> Iterator[Verdict]:
    search, many = found["search"], found["search"]["invented"]
    for name, times in search["look_ups"].items():
        yield _timed(f"search: {name}, {many:,} reports, cold process", times, SEARCH_P95_MS)
    shown = search["shown"]["page"]
    if shown["times"]:
        yield _timed(
            f"search: page of {shown['results']} results, {many:,} reports, cold process",
            shown,
            SEARCH_P95_MS,
        )
    seen, most = search["seen"], SEEN_P95_MS if many <= SEEN_FEW else SEEN_MANY_P95_MS
    compared = seen["opened and compared"]["reports"]
    yield _timed(f"earlier reports: keys looked up, {compared} opened and compared", seen["both"], most)
    rate = search["real_reports_per_cpu_second"]
    yield Verdict("search: reports indexed a second and core", f"{rate}", "≥ 200", rate >= 200)
    yield _timed("search: one batch of reports indexed", search["batch"], BATCH_P95_MS)
    matching = search["matching"]
    if matching["compared"]:
        what = f"search: one batch compared across desks, {matching['invented']:,} reports"
        yield _timed(what, matching["batch"], BATCH_P95_MS)
    for name, times in search.get("catching_up", {}).items():
        what = f"search: {times['reports']:,} reports covered after unlocking, {name}"
        within = times["seconds"] <= COVERED_SECONDS and not times["stopped"]
        yield Verdict(what, f"{times['seconds']:.0f} s", f"≤ {COVERED_SECONDS:.0f} s", within)
        if held := times.get("held"):
            slowest = held["max_ms"]
            yield Verdict(
                "search: pages opened meanwhile, p95; longest",
                f"{held['p95_ms']:.0f} ms; {slowest:.0f} ms",
                f"≤ {BATCH_P95_MS:.0f} ms",
                held["p95_ms"] <= BATCH_P95_MS,
            )
    yield Verdict("search: bytes a report", f"{search['bytes_a_report']:,}", "", None)


def _timed(what: str, times: dict[str, Any], most: float) -> Verdict:
    wall = times["wall_ms"]["p95"]
    measured = f"{wall:.0f} ms ({times['cpu_ms']['p95']:.0f} ms)"
    return Verdict(f"{what}, p95 (CPU)", measured, f"≤ {most:.0f} ms", wall <= most)


def _files(found: dict[str, Any]) -> Iterator[Verdict]:
    rates, through = found["files"]["rates"], found["files"]["through"]
    bare = rates["bare"]
    for name in ("sealing", "opening"):
        share = rates[name] / bare
        yield Verdict(
            f"files: {name}, MB a CPU second (of ChaCha20-Poly1305 alone)",
            f"{rates[name]:,.0f} of {bare:,.0f} ({share:.0%})",
            f"≥ {SEALING_SHARE:.0%}",
            share >= SEALING_SHARE,
        )
    yield Verdict(
        "files: sealing with SHA-256 and type, MB a CPU second", f"{rates['taking']:,.0f}", "", None
    )
    yield Verdict(
        f"files: {through['megabytes']:,} MB into a folder and out of it (more memory)",
        f"{through['taken_seconds']:.1f} s, {through['read_seconds']:.1f} s ({through['more_memory_mib']:.0f} MiB)",
        f"≤ {FILE_MEMORY_MIB} MiB",
        through["whole"] and through["more_memory_mib"] <= FILE_MEMORY_MIB,
    )


def _material(found: dict[str, Any]) -> Iterator[Verdict]:
    one = found["material"]
    yield Verdict(
        f"a picture in eight forms among {one['hashes']:,} hashes: p50 / p95 (CPU)",
        f"{one['p50_ms']:.0f} / {one['p95_ms']:.0f} ms ({one['cpu_ms']:.0f} ms)",
        f"≤ {PICTURE_MS:.0f} ms",
        one["p50_ms"] <= PICTURE_MS,
    )
    yield Verdict(
        "near-duplicates found (found wrongly)",
        f"{one['recall']:.1%} ({one['false']})",
        "100 % (0)",
        one["recall"] == 1 and not one["false"],
    )
    yield Verdict(
        f"canonical form of {one['addresses']} hostile addresses, CPU of one",
        f"{one['address_us']:.0f} µs",
        f"≤ {ADDRESS_US:.0f} µs",
        one["address_us"] <= ADDRESS_US,
    )


def _item_queue(found: dict[str, Any]) -> Iterator[Verdict]:
    queue = found["item_queue"]
    for query, one in queue["pages"].items():
        yield Verdict(
            f"{queue['items']:,} items of online material, {query}: p50 / p95 (CPU of Python + PostgreSQL)",
            f"{one['p50_ms']:.0f} / {one['p95_ms']:.0f} ms"
            f" ({one['office_cpu_ms_each']:.0f} + {one['postgres_cpu_ms_each']:.0f} ms)",
            f"p95 ≤ {QUEUE_P95_MS:.0f} ms",
            one["p95_ms"] <= QUEUE_P95_MS,
        )
        yield Verdict(
            f"{query}: statements + of the search index",
            f"{one['statements']} + {one['of_the_index']}",
            f"≤ {QUERIES}",
            one["statements"] <= QUERIES,
        )


def _derivatives(found: dict[str, Any]) -> Iterator[Verdict]:
    for name, times in found["derivatives"].items():
        if "first_seconds" not in times:
            yield Verdict(f"derivatives: {name}", str(times), "", None)
            continue
        most = next((most for word, most in DERIVATIVE_SECONDS.items() if name.startswith(word)), None)
        yield Verdict(
            f"derivatives: {name}: first seen / whole",
            f"{times['first_seconds']:.2f} / {times['whole_seconds']:.2f} s",
            f"≤ {most:g} s" if most else "",
            times["first_seconds"] <= most if most else None,
        )


def _bombs(found: dict[str, Any]) -> Iterator[Verdict]:
    for name, one in found["bombs"].items():
        yield Verdict(
            f"hostile: {name}: seconds, memory (result)",
            f"{one['seconds']:.2f} s, {one['most_mib']} MiB ({one['result']})",
            f"≤ {BOMB_SECONDS:g} s, {BOMB_MIB} MiB",
            one["seconds"] <= BOMB_SECONDS and one["most_mib"] <= BOMB_MIB,
        )


def _uploads(found: dict[str, Any]) -> Iterator[Verdict]:
    sent = found["uploads"]
    alone, meanwhile = sent["alone_per_second"], sent["meanwhile_per_second"]
    share = meanwhile / alone if alone else 0.0
    yield Verdict(
        f"reports a second while {sent['how_many']} files of {sent['megabytes']} MB are sent (alone)",
        f"{meanwhile:.0f} ({alone:.0f}: {share:.0%})",
        f"≥ {RATE_SHARE:.0%}",
        share >= RATE_SHARE,
    )
    yield Verdict(
        "these files: stored, in how long, more memory of the public site",
        f"{sent['stored']} in {sent['upload_seconds']:.0f} s, {sent['more_memory_mib']:.0f} MiB",
        f"all, ≤ {FILE_MEMORY_MIB} MiB",
        sent["stored"] == sent["how_many"] and sent["more_memory_mib"] <= FILE_MEMORY_MIB,
    )


def _pager(found: dict[str, Any]) -> Iterator[Verdict]:
    pager, budget = found["pager"], f"≤ {PAGED_SECONDS:.0f} s, ≤ {PAGED_QUERIES} queries"
    for what, name in (("one danger", "danger"), ("every alarm", "round")):
        seconds, queries = pager[name]["seconds"], pager[name]["queries"]
        met = seconds <= PAGED_SECONDS and queries <= PAGED_QUERIES
        measured = f"{seconds} s, {queries} queries"
        yield Verdict(f"page about {what}, {pager['alarms']:,} alarms open", measured, budget, met)


def _overload(found: dict[str, Any]) -> Iterator[Verdict]:
    for name, budget in (("guidance", GUIDANCE_P99_S), ("danger", DANGER_P99_S)):
        told = found["overload"][name]
        met = told["p99"] <= budget and set(told["statuses"]) == {"200"}
        measured = f"{told['p99']} s, answers: {told['statuses']}"
        yield Verdict(f"{name}, p99 while too much is offered", measured, f"≤ {budget} s, all served", met)


def _durability(found: dict[str, Any]) -> Iterator[Verdict]:
    kept = found["durability"]
    stored = f"{kept['present']:,} of {kept['accepted']:,}"
    opened = f"{kept['mailboxes_opened']} of {kept['codes_tried']}"
    yield Verdict("accepted = stored whole, once; codes open", f"{stored}; {opened}", "all", kept["whole"])


def as_table(verdicts: list[Verdict]) -> str:
    """For the terminal."""
    wide = [max(len(getattr(v, name)) for v in verdicts) for name in ("what", "measured", "budget")]
    return "\n".join(
        f"{v.what:<{wide[0]}}  {v.measured:>{wide[1]}}  {v.budget:<{wide[2]}}  {v.mark}".rstrip()
        for v in verdicts
    )


def told(verdicts: list[Verdict]) -> list[dict[str, Any]]:
    """For the file."""
    return [asdict(one) for one in verdicts]
