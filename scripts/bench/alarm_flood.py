"""The pager with a flood of open alarms and one report of danger to life.

    python -m bench.alarm_flood HOW_MANY      (with the environment of the worker)

The alarms are about reports that wait at desks where nobody is on duty. Nothing is committed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bench.instance import Instance
from bench.load import Wrong


def measure(instance: Instance, how_many: int) -> dict[str, Any]:
    """Return the seconds and queries of one round of pages about danger, and of one about everything."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.alarm_flood", str(how_many)],
        env=instance.environment("worker"),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=300,
    )
    if done.returncode:
        raise Wrong("the pager could not be measured")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _run(how_many: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    from heedline.casework.duty import paging
    from heedline.desks.models import Desk
    from heedline.dispatch.chain import PagerMemory
    from heedline.dispatch.clocks import SLOT, slot_of
    from heedline.dispatch.letters import AlarmKind
    from heedline.dispatch.models import About, Alarm
    from heedline.dispatch.turns import lock_key

    at, memory = datetime.now(UTC), PagerMemory()
    connection.force_debug_cursor = False

    def timed(work: Callable[[], object]) -> dict[str, float]:
        began = time.perf_counter()
        with CaptureQueriesContext(connection) as queries:
            work()
        return {"seconds": round(time.perf_counter() - began, 2), "queries": len(queries)}

    with connection.cursor() as cursor:  # the demonstration's own pager stands aside
        for name in ("paging", "paging-dangers"):
            cursor.execute("SELECT pg_advisory_lock(%s)", [lock_key(name)])
    with transaction.atomic():
        desks = list(Desk.objects.filter(kind="activity"))

        def alarm(kind: AlarmKind, number: int) -> Alarm:
            desk = desks[number % len(desks)]
            about = {"about_kind": About.REPORT, "about_id": uuid.uuid4()}
            return Alarm(kind=kind, desk=desk, slot=slot_of(at) - SLOT, **about)

        flood = [alarm(AlarmKind.NOBODY_ON_DUTY, number) for number in range(how_many)]
        Alarm.objects.bulk_create([*flood, alarm(AlarmKind.DANGER, 0)], batch_size=5_000)
        danger = timed(lambda: paging.page_dangers(at, 1_000_000.0, memory))
        everything = timed(lambda: paging.page_round(at, 1_000_005.0, memory))
        transaction.set_rollback(True)
    return {"alarms": how_many, "danger": danger, "round": everything}


if __name__ == "__main__":
    print(json.dumps(_run(int(sys.argv[1]))))
