"""Detects conflicts of interest when officers open or search for reports.

An officer's own terms are their name, family, address and car. An overseer registers them
(`oversight/conflict_register.py`). Each term is sealed to the officer's own key and nobody can read it
back. A thief of the database learns no terms and cannot test guesses against them.

The terms are opened when the officer unlocks, and compared in the memory of the office process with the
plain text of whatever the officer opens or searches for. A hit is written to the log without the term,
as an event that only overseers see. The officer's page is the same whether or not there is a hit.
Somebody who controls the office process can leave out the comparison, as the threat model says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
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

if TYPE_CHECKING:
    from heedline.casework.access.session import Attendance


@dataclass(frozen=True, slots=True)
class Registered:
    """The number of conflict-of-interest terms that an overseer registered for an officer on one day."""

    by: str
    on: date
    terms: int


def mine(*, by: Attendance) -> tuple[Registered, ...]:
    """Return the overseers who registered conflict-of-interest terms for this officer, with dates and counts.

    Never reveals the terms, nor whether one was matched. An overseer who registers terms that are not the
    officer's own, to learn which reports contain them, becomes visible to the officer here.
    """
    rows = (
        OwnTerm.objects.filter(officer_id=by.officer_id)
        .values_list("registered_by__name", "registered_on")
        .annotate(terms=Count("id"))
        .order_by("registered_on", "registered_by__name")
    )
    return tuple(Registered(name, on, terms) for name, on, terms in rows)


def words_in(told: Any) -> Iterator[str]:
    """Yield every string in a value parsed from JSON."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        for value in told.values():
            yield from words_in(value)
    elif isinstance(told, list | tuple):
        for value in told:
            yield from words_in(value)


@dataclass(frozen=True, slots=True)
class Look:
    """A view of a report to be logged, with all the plain text that it shows."""

    act: Act
    words: Iterable[str] = field(repr=False)
    detail: Mapping[str, int | str] = field(default_factory=dict)


def record_look(
    act: Act,
    words: Iterable[str],
    *,
    by: Attendance,
    report: UUID,
    desk: UUID | None,
    detail: Mapping[str, int | str] | None = None,
) -> None:
    """Log a view of a report, and any match with the officer's conflict-of-interest terms.

    Works like `record_looks`. `words` is all the plain text that the view shows.
    """
    record_looks(Look(act, words, detail or {}), by=by, report=report, desk=desk)


def record_looks(*looks: Look, by: Attendance, report: UUID, desk: UUID | None) -> None:
    """Log the views of a report that one page makes, and any matches with the officer's conflict-of-interest terms.

    Must be called inside the caller's transaction. The matches are written in the same statement as the views. The cost
    is the same whether or not the officer has terms and whether or not one matches.
    """
    terms, written = by.keys().own_terms, list[Written]()
    for look in looks:
        written.append(
            Written(
                look.act, actor=by.officer_id, desk=desk, thing="report", thing_id=report, detail=look.detail
            )
        )
        if meets(terms, look.words):
            written.append(_met(by, report, str(look.act)))
    journal.record_together(written)


def record_results(
    act: Act,
    shown: Mapping[UUID, Iterable[str]],
    *,
    by: Attendance,
    desk: UUID | None,
    detail: Mapping[str, str | int],
) -> None:
    """Log a view of search results, and each report that matches the officer's conflict-of-interest terms.

    Must be called inside the caller's transaction. The matches are written in the same statement as the view.
    `shown` is all the plain text that the view shows of each report. What was typed need not contain a term for
    a passage to show one.
    """
    look = Written(act, actor=by.officer_id, desk=desk, thing="", thing_id=None, detail=detail)
    terms = by.keys().own_terms
    met = [ref for ref, words in shown.items() if meets(terms, words)]
    journal.record_together([look, *(_met(by, ref, str(act)) for ref in met)])


def looked_for(text: str, *, by: Attendance) -> None:
    """Log any match between an officer's search text and their conflict-of-interest terms.

    Every search for typed text must call this first, before it begins a transaction of its own. The logged
    match then stands whatever becomes of the search. Raises Locked.
    """
    met = meets(by.keys().own_terms, [text])
    with transaction.atomic():
        journal.record_together([_met(by, None, "looked-for")] if met else [])


def _met(by: Attendance, report: UUID | None, how: str) -> Written:
    """Return the log entry for a match with an officer's conflict-of-interest terms.

    The entry names neither an actor nor a desk. Row-level security shows events to their actor and desk, and
    this one is for overseers only.
    """
    return Written(
        Act.OWN_TERM_MET,
        actor=None,
        desk=None,
        thing="report" if report is not None else "",
        thing_id=report,
        detail={"officer": str(by.officer_id), "how": how},
    )
