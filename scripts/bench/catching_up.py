"""How soon a desk that has no index yet can search its reports, once an officer has unlocked their keys.

    python -m bench.catching_up DESK       deletes the desk's index

Everything goes the real way: an officer signs in, unlocks and opens the queue, and the office site indexes what waits while it
is idle (`gateway/idle_work.py`). First the officer opens nothing else, and then a report every five seconds.

The promise is a minute for a year's reports. The whole of the United Kingdom sends about 31,000 a year. We measure with 10,000,
the whole of `make bench`, because no regional desk should get more than a third of them.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from typing import Any

import psycopg

from bench.desk_work import at_work, timed, until_worker_is_done
from bench.instance import Instance
from bench.load import Wrong, percentiles

#: Seconds between two pages of an officer at work, and between two looks at what still waits.
PAUSE, LOOK = 5.0, 0.2
#: Seconds without progress after which the site is taken to have stopped. It looks for new reports every twenty.
STOPPED, AT_MOST = 25.0, 600.0
_REPORT = re.compile(r'href="(/w/r/[0-9a-f-]{36}/)')
_WAITING = """
    SELECT EXISTS (SELECT 1 FROM reports_search_index x WHERE x.desk_id = d.id),
        (SELECT count(*) FROM reports_search_waiting w WHERE w.desk_id = d.id)
    FROM desks_desk d WHERE d.code = %s
"""


def measure(instance: Instance, desk: str) -> dict[str, Any]:
    """Measure twice how long a desk without an index takes until all its reports can be searched."""
    found = {}
    for name, pause in (("one page", None), ("a page every five seconds", PAUSE)):
        _forget(instance, desk)
        until_worker_is_done(instance)
        found[name] = asyncio.run(_until_covered(instance, desk, pause))
    return found


def _forget(instance: Instance, desk: str) -> None:
    """Delete the index and what was sealed to the linking desk when it was made, as on the first day."""
    subprocess.run(
        [sys.executable, "-m", "bench.catching_up", desk], env=instance.environment("office"), check=True
    )
    with psycopg.connect(instance.cluster.super_url("heedline"), autocommit=True) as connection:
        connection.execute("DELETE FROM reports_sealed_values")


async def _until_covered(instance: Instance, desk: str, pause: float | None) -> dict[str, Any]:
    """Unlock, open the queue, and wait until nothing waits. `pause` is the time between two further pages."""
    browser = await at_work(instance, desk)
    began = progress = time.monotonic()
    first, page = await timed(browser, f"/w/q/{desk}/")
    paths, held, stopped = _REPORT.findall(page), list[float](), 0
    last_page = time.monotonic()
    with instance.looking() as connection:
        waited = left = reports = instance.count(
            "SELECT count(*) FROM reports_report r JOIN desks_desk d ON d.id IN (r.desk_id, r.watch_id)"
            " WHERE d.code = %s AND r.settled",
            desk,
        )
        while True:
            await asyncio.sleep(LOOK)
            row = connection.execute(_WAITING, [desk]).fetchone()
            made, left = row if row is not None else (False, 0)
            now = time.monotonic()
            if made and not left:
                break
            if now - began > AT_MOST:
                raise Wrong(f"{left:,} of {reports:,} reports could not be searched after {AT_MOST:.0f} s")
            if left != waited:
                waited, progress = left, now
            elif now - max(progress, last_page) > STOPPED:
                stopped += 1
                await timed(browser, f"/w/q/{desk}/")
                progress = last_page = time.monotonic()
            if pause is not None and now - last_page >= pause:
                held.append((await timed(browser, paths[len(held) % len(paths)]))[0])
                last_page = time.monotonic()
    browser.close()
    found = {"reports": reports, "seconds": round(now - began, 1), "first_page_ms": round(first * 1000, 1)}
    return found | {"stopped": stopped, "pages": len(held)} | ({"held": percentiles(held)} if held else {})


def main(desk: str) -> None:
    """Delete the index of a desk."""
    from bench.search_work import sitting
    from heedline.config.starting import set_up_django

    set_up_django()
    from django.db import transaction

    from heedline.casework.search import desk_index

    with sitting(desk) as by, transaction.atomic():
        desk_index.forget(by.desk_ids[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
