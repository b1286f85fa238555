"""What officers' verbs share: find and permit first, record last. The move itself is `Report.apply`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import cast
from uuid import UUID

from django.db import transaction

from heedline.audit import journal
from heedline.audit.acts import AnyAct
from heedline.casework.access.session import Attendance
from heedline.casework.access.without_training import record_missing
from heedline.casework.errors import Changed, ChangedSinceArrival, NotHere
from heedline.packs.urgency import Urgency
from heedline.permits.capabilities import AnyCapability
from heedline.permits.gate import Refused
from heedline.permits.rules import Standing
from heedline.permits.scopes import reports_of
from heedline.reports.models import Report, Step


@dataclass(frozen=True)
class FoundReport:
    """A report that this officer may see, locked for the rest of the transaction."""

    report: Report
    by: Attendance
    at: datetime

    @property
    def standing(self) -> Standing:
        r = self.report
        return standing_of(r, self.by.officer_id, self.at)

    def permit(self, capability: AnyCapability, *, excused: bool = False) -> None:
        """Raise Refused unless they may do this to this report now.

        What an emergency lets pass without the training for it (`excused`, or the report says danger) stands in the log.
        """
        missing = self.by.require(
            capability, self.report.desk_id, self.report.watch_id, standing=self.standing, excused=excused
        )
        record_missing(
            missing,
            capability,
            actor=self.by.officer_id,
            desk=self.report.desk_id,
            thing_id=self.report.id,
        )


def standing_of(r: Report, officer: UUID, at: datetime) -> Standing:
    """The facts of a report that the gate's rules look at."""
    danger = r.urgency == Urgency.DANGER or bool(r.danger_to_life)
    return Standing(r.desk_id, r.watch_id, r.holder_id, r.lease_until, r.stage, at, officer, danger)


@contextmanager
def on_the_record(act: AnyAct, *, by: Attendance, ref: UUID | None = None) -> Iterator[None]:
    """Like `refusals_logged`, for what is done to a report; that there is none for them counts as a refusal.

    A report that is not theirs is logged without its id, like one that never existed: the log, too, gives one answer.
    """
    try:
        with transaction.atomic():
            yield
    except (NotHere, Refused, ChangedSinceArrival) as why:
        with transaction.atomic():
            theirs = reports_of(by.desk_ids).filter(id__in=[ref] if ref is not None else [])
            desk = theirs.values_list("desk_id", flat=True).first()
            journal.record(
                act,
                actor=by.officer_id,
                desk=desk,
                thing="report",
                thing_id=ref if desk is not None else None,
                refused=True,
                detail={"changed": True} if isinstance(why, ChangedSinceArrival) else None,
            )
        raise


def verb[**P, R](act: AnyAct) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a verb of an officer, `do(ref, …, by=…, at=…)`: `on_the_record` from its first beat to its last."""

    def declare(do: Callable[P, R]) -> Callable[P, R]:
        @wraps(do)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            by, ref = cast(Attendance, kwargs["by"]), cast(UUID, args[0])
            with on_the_record(act, by=by, ref=ref):
                return do(*args, **kwargs)

        return run

    return declare


def find(ref: UUID, *, by: Attendance, at: datetime, version: int | None = None) -> FoundReport:
    """Return the report, locked. Raises NotHere for every other, and Changed when it is not `version` any more."""
    report = reports_of(by.desk_ids).select_for_update(of=("self",)).filter(pk=ref).first()
    if report is None:
        raise NotHere
    if version is not None and report.version != version:
        last = Step.objects.filter(report=report).select_related("by").order_by("-number").first()
        who = last.by.name if last is not None and last.by is not None else "The reporter"
        raise Changed(f"{who} saved in between ({last.move if last is not None else 'a change'}).")
    return FoundReport(report, by, at)


def record(found: FoundReport, act: AnyAct, **detail: str | int | bool) -> None:
    """Write the act into the log, in the same transaction."""
    journal.record(
        act,
        actor=found.by.officer_id,
        desk=found.report.desk_id,
        thing="report",
        thing_id=found.report.id,
        detail=detail,
    )
