"""The queue of items of the online material desk, with as many invented items as asked for.

    python -m bench.item_queue HOW_MANY SECONDS      (with the environment of the office)

Items stand in the table and in the desk's sealed index, as found items do. They share `SEALED` sealed parts, so that every line
of a page is a part of its own to open. Every fourth item of those has reports in the index that name it. The pages are then opened
over HTTP by an examiner of the desk.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from bench.desk_work import ask_queries, at_work, timed
from bench.instance import Instance
from bench.load import Wrong, percentiles

DESK: Final = "material"
#: Sealed parts that the items share, and reports that name every fourth of them.
SEALED, NAMED_BY = 2_000, 5
#: How often each page is opened.
OPENED: Final = 40
#: A page behind those that the index orders.
FAR: Final = "list=open&page=900"
#: How many of a hundred items are in each state.
STATES: Final = {
    "new": 40, "examining": 5, "second": 4, "disputed": 1, "unlawful": 10, "held": 2, "terms": 10, "lawful": 15,
    "outside": 5, "unclear": 6, "gone": 1, "referred": 1,
}  # fmt: skip
_STATES: Final = tuple(state for state, share in STATES.items() for _ in range(share))
_FOUND: Final = date(2026, 1, 1)


def ident_of(number: int) -> UUID:
    """Return the id of an invented item, in no order as random ids are."""
    return UUID(hashlib.md5(f"item {number}".encode(), usedforsecurity=False).hexdigest())


def state_of(number: int) -> str:
    """Return the state of an invented item. It does not depend on the sealed part that the item has."""
    return _STATES[ident_of(number).int % len(_STATES)]


def measure(instance: Instance, how_many: int, seconds: float) -> dict[str, Any]:
    """Add so many items, indexing for at most so many seconds, and open each list of the queue."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.item_queue", str(how_many), str(seconds)],
        env=instance.environment("office"),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=seconds + 600,
    )
    if done.returncode:
        raise Wrong("invented items could not be indexed")
    filled: dict[str, Any] = json.loads(done.stdout)
    _insert(instance, filled)
    found = asyncio.run(_open(instance, filled["lists"]))
    return {"items": instance.count("SELECT count(*) FROM material_item"), **found}


def _insert(instance: Instance, filled: dict[str, Any]) -> None:
    """Store the rows, past the rule that an item begins as a new one."""
    with instance.looking() as connection, connection.cursor() as cursor:
        columns = "id, desk_id, container, state, round, version, found_on, indexed"
        with cursor.copy(f"COPY material_item ({columns}) FROM STDIN") as rows:
            for number in range(filled["added"]):
                container = filled["containers"][number % SEALED]
                found_on = _FOUND + timedelta(days=number % 330)
                rows.write_row(
                    (
                        ident_of(number),
                        filled["desk"],
                        container,
                        state_of(number),
                        1,
                        1,
                        found_on,
                        filled["index"],
                    )
                )
        cursor.execute("VACUUM (ANALYZE) material_item")
        cursor.execute("VACUUM (ANALYZE) reports_search_page")


async def _open(instance: Instance, lists: list[str]) -> dict[str, Any]:
    browser = await at_work(instance, DESK)
    pages, asked = {}, []
    cookies = dict(browser.cookies)
    for query in (*(f"list={name}" for name in lists), FAR):
        path = f"/w/items/?{query}"
        _, page = await timed(browser, path)
        took, before = [], instance.family().cpu()
        for _ in range(OPENED):
            seconds, page = await timed(browser, path)
            took.append(seconds)
        used = instance.family().cpu().since(before)
        pages[query] = {
            **percentiles(took),
            "lines": page.count("<tr") - 1,
            "office_cpu_ms_each": round(1000 * used.by["office"] / OPENED, 1),
            "postgres_cpu_ms_each": round(1000 * used.by["postgres"] / OPENED, 1),
        }
        asked.append({"name": query, "method": "GET", "path": path, "cookies": cookies})
    browser.close()
    for query, counted in ask_queries(instance, "office", asked).items():
        pages[query] |= counted
    return {"pages": pages}


def fill(how_many: int, seconds: float) -> dict[str, Any]:
    """Seal what the items share, and put the items into the desk's index. The rows are for the caller to insert."""
    from bench.search_work import add, sitting
    from heedline.casework.access import session
    from heedline.casework.records import desk_parts
    from heedline.casework.search import indexing
    from heedline.index import Document
    from heedline.reports.models import SearchIndex
    from heedline.specialist_desks.material.items import finding
    from heedline.specialist_desks.material.items.contents import ItemContent
    from heedline.specialist_desks.material.models import MaterialItem
    from heedline.specialist_desks.material.queue.reading import LISTS
    from heedline.specialist_desks.material.vocabulary import ITEM

    with sitting(DESK) as by:
        (desk,), at = by.desk_ids, session.now()
        while indexing.index_batch(desk, by=by, at=at):
            pass
        contents = list(_contents())
        containers = [
            str(desk_parts.seal(desk, ident_of(n), one.to_words(), part=ITEM, on=at.date()))
            for n, one in enumerate(contents)
        ]

        def document(number: int) -> Document:
            content: ItemContent = contents[number % SEALED]
            return finding.document(MaterialItem(id=ident_of(number), state=state_of(number)), content)

        def naming(number: int) -> Document:
            (address,) = contents[number % (SEALED // 4) * 4].addresses
            return Document(ident_of(-1 - number), (), keys=[finding.NAMES.format(address.key)])

        add(by, naming, SEALED // 4 * NAMED_BY, seconds)
        added = add(by, document, how_many, seconds)
        index = SearchIndex.objects.get(desk_id=desk).id
    return {
        "desk": str(desk),
        "index": str(index),
        "containers": containers,
        "added": added,
        "lists": list(LISTS),
    }


def _contents() -> Iterator[Any]:
    from importlib.resources import files

    from heedline.specialist_desks.material.items.contents import content_at
    from heedline.specialist_desks.material.locators import locators_in, read_locator_rules
    from heedline.specialist_desks.material.rules import PARTS

    rules = read_locator_rules(files("heedline.packs") / "uk")
    for number in range(SEALED):
        (locator,) = locators_in(f"https://board{number % 40}.example/thread/{number}", rules)
        parts = tuple(code for at, code in enumerate(PARTS) if number % (7 * (at + 2)) == at)
        yield content_at(locator, parts)


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(fill(int(sys.argv[1]), float(sys.argv[2]))))
