"""Officers who open or look for what concerns themselves: their own name, family, address, car.

An overseer registers an officer's own terms (`oversight/conflict_register.py`). Each is sealed to that officer's own key and read
back by nobody: a thief of the database learns none, and has nothing to try guesses against. They open when the officer
unlocks, and are compared, in the office's memory, with the plain words of whatever the officer opens or looks for. A hit
is an event of the log that only overseers see, without the term; the officer's page is the same with and without.
Whoever controls the office process can leave the comparison out: the threat model says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.audit.journal import Written
from heedline.casework.report.term_matching import meets
from heedline.desks.models import OwnTerm
from heedline.vault import CannotOpen
from heedline.vault.grants import grant, grant_info, open_grant

if TYPE_CHECKING:
    from heedline.casework.access.session import Attendance

#: Characters of one term; stated on the page. Every sealed term has the same size.
LONGEST = 100
_SIZE = 512


def _info(officer: UUID, row: UUID) -> bytes:
    return grant_info("own-term", str(officer), str(row))


def seal(term: str, public_key: bytes, *, officer: UUID, row: UUID) -> bytes:
    """A term for this officer's key and this row only, in one size whatever its length."""
    return grant(json.dumps(term).encode().ljust(_SIZE), public_key, info=_info(officer, row))


def load(officer: UUID, seed: bytes) -> tuple[str, ...]:
    """The officer's own terms, while they unlock. One that was sealed to keys they have no more is left out."""
    found = []
    for row, sealed in OwnTerm.objects.filter(officer_id=officer).values_list("id", "sealed"):
        try:
            found.append(str(json.loads(open_grant(bytes(sealed), seed, info=_info(officer, row)))))
        except CannotOpen:
            continue  # overseers see that it has to be registered again
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Registered:
    """How many own terms one overseer registered for somebody on one day."""

    by: str
    on: date
    terms: int


def mine(*, by: Attendance) -> tuple[Registered, ...]:
    """What was registered for this person, by whom and when: never which terms, and never whether one was met.

    An overseer who registers what is not the officer's own, to learn which reports have it, is seen by the officer here.
    """
    rows = (
        OwnTerm.objects.filter(officer_id=by.officer_id)
        .values_list("registered_by__name", "registered_on")
        .annotate(terms=Count("id"))
        .order_by("registered_on", "registered_by__name")
    )
    return tuple(Registered(name, on, terms) for name, on, terms in rows)


def words_in(told: Any) -> Iterator[str]:
    """Every text in something that came out of JSON."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        for value in told.values():
            yield from words_in(value)
    elif isinstance(told, list | tuple):
        for value in told:
            yield from words_in(value)


def record_look(
    act: Act,
    words: Iterable[str],
    *,
    by: Attendance,
    report: UUID,
    desk: UUID | None,
) -> None:
    """Write a look at a report into the log, in the caller's transaction; in the same statement that it met an own term.

    `words`: all that the look shows in plain. It costs the same whether the officer has terms, and whether one is met.
    """
    look = Written(act, actor=by.officer_id, desk=desk, thing="report", thing_id=report, detail={})
    met = meets(by.keys().own_terms, words)
    journal.record_together([look, *([_met(by, report, str(act))] if met else [])])


def looked_for(text: str, *, by: Attendance) -> None:
    """Whatever lets an officer look for something they typed calls this first, with what they typed, and before it begins
    a transaction of its own: a hit stands, whatever comes of looking. Raises Locked.
    """
    met = meets(by.keys().own_terms, [text])
    with transaction.atomic():
        journal.record_together([_met(by, None, "looked-for")] if met else [])


def _met(by: Attendance, report: UUID | None, how: str) -> Written:
    """Neither actor nor desk: the walls show an event to its actor and to the desk, and this is for overseers alone."""
    return Written(
        Act.OWN_TERM_MET,
        actor=None,
        desk=None,
        thing="report" if report is not None else "",
        thing_id=report,
        detail={"officer": str(by.officer_id), "how": how},
    )
