"""Steps shared by every officer action on a report.

A verb first finds the report and checks permission, and writes the log last. The move itself is
`Report.apply`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Final, cast
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from heedline.audit import journal
from heedline.audit.acts import AnyAct
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.access.without_training import record_missing
from heedline.casework.errors import Changed, ChangedSinceArrival, NotHere
from heedline.packs.urgency import Urgency
from heedline.permits.capabilities import AnyCapability, Capability
from heedline.permits.compiled_query import CompiledQuery
from heedline.permits.gate import Refused
from heedline.permits.rules import Standing, no_colleague_owns_it
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import Move
from heedline.reports.models import Report, Step


@dataclass(frozen=True)
class FoundReport:
    """A report visible to the officer, with its row locked for the rest of the transaction."""

    report: Report
    by: Attendance
    at: datetime

    @property
    def standing(self) -> Standing:
        r = self.report
        return standing_of(r, self.by.officer_id, self.at)

    def permit(self, capability: AnyCapability, *, excused: bool = False) -> None:
        """Raise Refused unless the officer may now perform this action on the report.

        In an emergency (`excused`, or a report of danger) a missing training is let pass and logged.
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

    def permit_taking(self) -> None:
        """Raise Refused unless the officer may take the report.

        Whoever is too late is told which colleague became its owner, and when.
        """
        try:
            self.permit(Capability.TAKE)
        except Refused as refused:
            if refused.reason != no_colleague_owns_it(self.standing):
                raise
            owned = Step.objects.filter(report=self.report, move__in=_BECOMES_OWNED)
            raise Refused(
                f"{_what_happened(_last(owned), self.at)} A supervisor can make you its owner."
            ) from None


def standing_of(r: Report, officer: UUID, at: datetime) -> Standing:
    """Return the facts about a report that permission rules check."""
    danger = r.urgency == Urgency.DANGER or bool(r.danger_to_life)
    return Standing(r.desk_id, r.watch_id, r.owner_id, r.lease_by_id, r.lease_until, at, officer, danger)


@contextmanager
def on_the_record(act: AnyAct, *, by: Attendance, ref: UUID | None = None) -> Iterator[None]:
    """Run an action on a report in a transaction, and log any refusal separately.

    Works like `refusals_logged`, except that NotHere also counts as a refusal. A report that is not the
    officer's is logged without its id, like one that never existed, so that the log does not reveal the
    difference either.
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
    """Return a decorator that runs an officer action in a transaction and logs any refusal.

    The function runs under `on_the_record`. This covers the verb from its first step to its last.
    """

    def declare(do: Callable[P, R]) -> Callable[P, R]:
        @wraps(do)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            by, ref = cast(Attendance, kwargs["by"]), cast(UUID, args[0])
            with on_the_record(act, by=by, ref=ref):
                return do(*args, **kwargs)

        return run

    return declare


_LOCKED: Final = CompiledQuery[Report](
    lambda ref, desks: reports_of(desks).select_for_update(of=("self",)).filter(pk=ref)
)


def find(ref: UUID, *, by: Attendance, at: datetime, version: int | None = None) -> FoundReport:
    """Return a report with its row locked.

    Raises NotHere for a report that the officer may not see. Raises Changed if its version is no longer
    `version`, and TransactionManagementError outside a transaction, where nothing would stay locked.
    """
    if not connection.in_atomic_block:  # Django asks this only when it compiles the query
        raise transaction.TransactionManagementError("A report's row is locked inside a transaction only.")
    report = next(iter(_LOCKED.rows(ref, by.desk_ids)), None)
    if report is None:
        raise NotHere
    if version is not None and report.version != version:
        raise Changed(_what_happened(_last(Step.objects.filter(report=report)), at))
    return FoundReport(report, by, at)


#: What a colleague did with a report, for the officer whose form it has made out of date.
_DID = {
    Move.TAKE: "took",
    Move.RELEASE: "returned",
    Move.ASSESS: "assessed",
    Move.ASK: "sent a message about",
    Move.CALL: "recorded a call about",
    Move.REFER: "referred",
    Move.DISSEMINATE: "wrote a disclosure about",
    Move.CHECK: "recorded checks on",
    Move.NOTE_CHECK: "noted checks on",
    Move.REVIEW: "set the next review of",
    Move.JOIN_CASE: "put into a case",
    Move.ASSIGN: "reassigned",
    Move.HAND_OVER: "handed over",
    Move.ACCEPT: "accepted",
    Move.RETURN: "returned",
    Move.CLOSE: "closed",
    Move.KEEP_CLOSING: "decided to close",
    Move.STOP_CLOSING: "stopped the closure of",
    Move.REOPEN: "reopened",
    Move.SWEEP: "closed",
    Move.UNDO_SWEEP: "reopened",
    Move.DISCHARGE: "discharged the danger to life in",
}
#: The moves that give a report an owner.
_BECOMES_OWNED = (Move.TAKE, Move.ACCEPT, Move.ASSIGN)


def _last(steps: QuerySet[Step]) -> Step | None:
    return steps.select_related("by").order_by("-number").first()


def _what_happened(last: Step | None, at: datetime) -> str:
    """Return a sentence saying who last changed the report, how and when, omitting today's date."""
    if last is None:
        return "This report was changed."
    if last.by is None or last.at is None:
        did = "stopped its closure" if last.move == Move.STOP_CLOSING else "reopened this report"
        told = last.codes.get("because") == "danger-told"
        return f"{'A partner told us of danger' if told else 'The reporter sent a message'}, which {did}."
    did = _DID.get(Move(last.move), "changed")
    local, now = last.at.astimezone(office_zone()), at.astimezone(office_zone())
    when = f"{local:%H:%M}" if local.date() == now.date() else f"{local:%H:%M on %-d %B}"
    return f"{last.by.name} {did} this report at {when}."


def record(found: FoundReport, act: AnyAct, **detail: str | int | bool) -> None:
    """Log an officer action on the report, inside the caller's transaction."""
    journal.record(
        act,
        actor=found.by.officer_id,
        desk=found.report.desk_id,
        thing="report",
        thing_id=found.report.id,
        detail=detail,
    )
