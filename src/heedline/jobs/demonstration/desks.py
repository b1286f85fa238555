"""Demonstration data contributed by the specialist desks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from heedline.casework.access.session import Attendance


def settle(at: datetime) -> None:
    """Log the current quarter hour's arrivals early, so that specialist desks can index those reports.

    The demonstration's reports are invented, so nobody is dated by it.
    """
    from heedline.casework.intake import settle_arrivals
    from heedline.jobs.demonstration.acting import as_process

    with as_process("worker"):
        settle_arrivals.settle(at + timedelta(minutes=15))


def load(
    sent: Iterable[tuple[str, UUID]],
    officers: Iterable[tuple[str, str]],
    sitting: Callable[[str], AbstractContextManager[Attendance]],
    at: datetime,
) -> None:
    """Have each registered specialist desk add its own demonstration data.

    `sent` has pairs of desk and report, and `officers` pairs of desk and name. `sitting(name)` gives their session, with keys unlocked.
    """
    from heedline.desk_hooks import register
    from heedline.desk_hooks.hooks import DemoScene

    reports: dict[str, list[UUID]] = {}
    for code, ref in sent:
        reports.setdefault(code, []).append(ref)
    names: dict[str, list[str]] = {}
    for code, name in officers:
        names.setdefault(code, []).append(name)
    scene = DemoScene(at=at, reports=reports, officers=names, sitting=sitting)
    for desk in register.desks():
        if desk.demo is not None:
            desk.demo(scene)
