#!/usr/bin/env python3
"""What the gates, and counting, cost a report, in microseconds of processor time: `python scripts/bench/gates.py`. No database.

The pace is asked for every report that is not about danger; the token is read for every report from a page. Spending it
is part of the statement that stores the report (`door.spend_form`: one update of one row by its key).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from uuid import uuid4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heedline.config.settings")

MANY = 20_000
BUDGET_US = 30.0  # one hundredth of what a report may cost


def cost(act: Callable[[int], object]) -> float:
    """Microseconds of processor time for one."""
    for n in range(1_000):
        act(n)
    began = time.process_time()
    for n in range(MANY):
        act(n)
    return 1e6 * (time.process_time() - began) / MANY


def main() -> int:
    """Print each part. Exit code 1 when one report's share is over its budget."""
    from heedline.casework.intake import form_tokens
    from heedline.casework.intake.drafting import Draft, new_cookie
    from heedline.casework.intake.page_counts import Counts
    from heedline.casework.intake.rate_limit import Pace
    from heedline.config.wsgi import forgetting_who

    pace = Pace()
    callers = [pace.caller(f"2001:db8:{n >> 16:x}:{n & 0xFFFF:x}::1") for n in range(60_000)]
    ids = [uuid4() for _ in range(1_000)]
    counts, steps = Counts(), [f"page-{n}" for n in range(20)]
    draft = Draft(cookie=new_cookie())
    token = form_tokens._signed(form_tokens._row(draft), 0)
    forget = forgetting_who(lambda environ, start: [])
    parts = {
        "count a request and take its address away": cost(
            lambda n: forget(
                {"REMOTE_ADDR": f"203.0.{n >> 8 & 255}.{n & 255}", "PATH_INFO": "/"}, lambda *_: None
            )  # type: ignore[arg-type,return-value]
        ),
        "ask the pace, 60,000 places": cost(lambda n: pace.wait(callers[n * 7 % 60_000], ids[n % 1_000])),
        "count a page": cost(lambda n: counts.add("activity", steps[n % 20], "entered")),
        "read a form's token": cost(lambda n: form_tokens.read(draft, token)),
    }
    for what, microseconds in parts.items():
        print(f"{microseconds:8.1f} µs  {what}")
    whole = sum(parts.values())
    print(f"{whole:8.1f} µs  in all; a report may cost 3,000 µs, and this part of it {BUDGET_US:.0f} µs")
    return int(whole > BUDGET_US)


if __name__ == "__main__":
    raise SystemExit(main())
