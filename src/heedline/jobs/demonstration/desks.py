"""Demonstration data contributed by the specialist desks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from heedline.desk_hooks import register

if TYPE_CHECKING:
    from heedline.casework.access.session import Attendance

#: An officer of the demonstration: name, code of the desk in the pack, role, on duty now.
type DemoPerson = tuple[str, str, str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoScene:
    """The context given to a desk that adds invented data to the demonstration.

    `reports` and `officers` are listed by the code of their desk. `sitting(name)` is a context manager that signs in an officer of the demonstration, with keys unlocked.
    """

    at: datetime
    reports: Mapping[str, Sequence[UUID]]
    officers: Mapping[str, Sequence[str]]
    sitting: Callable[[str], AbstractContextManager[Attendance]]


@dataclass(frozen=True, slots=True)
class DemoData(register.Hook):
    """The function with which a specialist desk adds its invented data to the demonstration, and its invented officers."""

    load: Callable[[DemoScene], None]
    people: tuple[DemoPerson, ...] = ()


def people() -> tuple[DemoPerson, ...]:
    """Return the officers that the specialist desks add to the demonstration."""
    return tuple(person for hook in register.hooks(DemoData) for person in hook.people)


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
    reports: dict[str, list[UUID]] = {}
    for code, ref in sent:
        reports.setdefault(code, []).append(ref)
    names: dict[str, list[str]] = {}
    for code, name in officers:
        names.setdefault(code, []).append(name)
    scene = DemoScene(at=at, reports=reports, officers=names, sitting=sitting)
    for hook in register.hooks(DemoData):
        hook.load(scene)
