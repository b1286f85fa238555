"""People at work in one test: who sits in front of the office's screen, and Rosa at the public site.

Each sitting goes through a real session, so the database decides what is seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from heedline.audit.models import Event
from heedline.casework.access import session
from heedline.casework.access.session import Attendance
from heedline.casework.intake import settle_arrivals
from heedline.casework.journey import closing, transitions
from heedline.casework.linking import matching
from heedline.casework.pages import case_file
from heedline.casework.pages.case_file import CaseFile
from heedline.casework.search import indexing
from heedline.permits.compiled_query import CompiledQuery
from heedline.reports.lifecycle import Move, Stage
from heedline.reports.models import Report, Step
from heedline.vault.codes import ReceiptCode
from tests.support import stories
from tests.support.acting import acting
from tests.support.cast import House

NORTH_EAST: dict[str, Any] = {"where": {"postcode": stories.NORTH_EAST}}
SOUTH_WEST: dict[str, Any] = {"where": {"postcode": stories.SOUTH_WEST}}
ELSEWHERE: dict[str, Any] = {"where": {"postcode": stories.ELSEWHERE}}
DANGER: dict[str, Any] = {"now": {"danger": "yes"}}
NAMED: dict[str, Any] = {
    "you": {"who": "confidence"},
    "contact": {"name": "Rosa Verhoeven-Okonkwo", "phone": "07700 900123"},
}
MINUTE = timedelta(minutes=1)


@dataclass
class People:
    """The house, the present, and the sessions of whoever has signed in."""

    house: House
    at: datetime
    tokens: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def sitting(
        self, name: str, *, at: datetime | None = None, unlocked: bool = True
    ) -> Iterator[Attendance]:
        """`name` at the office's screen: signed in at the first time, the same session afterwards."""
        with acting("office"):
            if name not in self.tokens:
                here = self.house.sign_in(name, at=at or self.at, unlocked=unlocked)
                self.tokens[name] = here.token
            else:
                here = session.enter(self.tokens[name], self.house.officers[name], at=at or self.at)
            try:
                yield here
            finally:
                session.leave()

    # --- short forms -------------------------------------------------------------------------------------------------

    def send(self, **told: Any) -> tuple[UUID, ReceiptCode]:
        """A report that waits at the north-east desk, unless told otherwise."""
        return stories.a_report(at=self.at, **{**NORTH_EAST, **told})

    def take(self, ref: UUID, name: str = "Odile", *, at: datetime | None = None) -> None:
        with self.sitting(name, at=at) as here:
            transitions.take(ref, by=here, at=at or self.at)

    def read(self, ref: UUID, name: str = "Odile", *, at: datetime | None = None) -> CaseFile:
        with self.sitting(name, at=at) as here:
            return case_file.case_file(ref, by=here, at=at or self.at)

    def taken(self, name: str = "Odile", **told: Any) -> tuple[UUID, ReceiptCode]:
        ref, code = self.send(**told)
        self.take(ref, name)
        return ref, code

    def assessed(self, name: str = "Odile", **told: Any) -> tuple[UUID, ReceiptCode]:
        ref, code = self.taken(name, **told)
        with self.sitting(name) as here:
            transitions.assess(ref, stories.VAGUE, version=row(ref).version, by=here, at=self.at)
        return ref, code

    def closed(self, name: str = "Odile", *, by_two: bool = False, **told: Any) -> tuple[UUID, ReceiptCode]:
        """Closed by one officer, or by Olga after that officer has assessed it, as the report of a child is.

        The closure of a report that has to be compared first is completed.
        """
        if by_two:
            ref, code = self.assessed(name, **told)
            self.passed_on(ref, name, "Olga")
            self.close(ref, "Olga")
            self.completed(ref, "Olga")
            return ref, code
        ref, code = self.taken(name, **told)
        with self.sitting(name) as here:
            transitions.assess_and_close(
                ref, stories.VAGUE, stories.NOTHING, version=row(ref).version, by=here, at=self.at
            )
        self.completed(ref, name)
        return ref, code

    def completed(self, ref: UUID, name: str = "Odile") -> None:
        """Complete a kept closure, once this officer's session and Nadia's have compared everything."""
        if row(ref).stage != Stage.CLOSING:
            return
        quarter_hour_over(self.at)
        at = self.at + timedelta(minutes=50)
        for each in (name, "Nadia", name):
            with self.sitting(each) as here:
                indexing.catch_up(by=here, at=at)
                for step in range(1, 9):
                    indexing.catch_up(by=here, at=at + step * MINUTE)
                while matching.catch_up(by=here, at=at):
                    pass
                closing.complete_step(by=here, at=at)

    def passed_on(self, ref: UUID, name: str, to: str) -> None:
        """Make a colleague the owner of a report."""
        with self.sitting(name) as here:
            transitions.assign(ref, self.house.officers[to].id, by=here, at=self.at)

    def close(self, ref: UUID, name: str = "Odile") -> None:
        with self.sitting(name) as here:
            transitions.close(ref, stories.NOTHING, version=row(ref).version, by=here, at=self.at)


_ROW = CompiledQuery[Report](lambda ref: Report.objects.filter(pk=ref))


def add_step(ref: UUID, move: Move, to_desk: UUID, *, by: UUID, at: datetime) -> None:
    """Write the step of a move as SQL past the program would, whether or not the move may be made."""
    report = row(ref)
    Step(
        report=report,
        number=90,
        version=report.version + 1,
        move=move,
        from_stage=report.stage,
        to_stage=Stage.WAITING,
        by_id=by,
        at=at,
        on=at.date(),
        from_desk=report.desk_id,
        to_desk=to_desk,
        codes={},
    ).save(force_insert=True)


def row(ref: UUID) -> Report:
    """The report's row as it stands, whoever may see it."""
    return next(iter(_ROW.rows(ref)))


def quarter_hour_over(at: datetime) -> None:
    """The worker settles the quarter hour that `at` lies in, and the next: a test may run on into it."""
    with acting("worker"):
        settle_arrivals.settle(at + timedelta(minutes=30))


def logged(act: str, *, thing: UUID | None = None, refused: bool = False) -> list[Event]:
    """Events of the log."""
    found = Event.objects.filter(act=act, outcome="refused" if refused else "done").order_by("id")
    return list(found.filter(thing_id=thing) if thing is not None else found)
