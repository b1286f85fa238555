"""Which reports are in a case.

The report that opened a case is listed in the case's sealed text. A report that joins it later writes on the report alone, in
the same shape as one that opens a case: a step, and a sealed note that names the case. So nothing in the clear pairs a joined
report with its case. The next saving of the case adds the joined reports to its text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, QuerySet

from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.records import desk_parts
from heedline.casework.report import notes
from heedline.casework.report.opening import short_name
from heedline.casework.report.verb import find, record, verb
from heedline.packs import load_pack
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import Move, NotNow, Stage, after
from heedline.reports.models import DeskRecord, Step
from heedline.reports.stored import parts_of
from heedline.specialist_desks.safeguarding.content import SupportCase
from heedline.specialist_desks.safeguarding.kind import KIND
from heedline.specialist_desks.safeguarding.vocabulary import SafeguardingAct, SafeguardingCapability

ALREADY: Final = "This report is in a safeguarding case already."
NO_OUTCOME: Final = "A report of this kind cannot join a case, because it could not be closed afterwards."
#: Keys of the sealed note: the first is shown in the report's history.
_SHOWN, _CASE = "Safeguarding case", "_case"
#: Joins are read again from so long before the case was last saved, because one may be stored after a later one.
_OVERLAP: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as shown beside a report that may belong to it."""

    ref: UUID
    title: str
    state: str
    owner: str
    name: str = field(repr=False)


@verb(SafeguardingAct.JOINED)
def refuse_joining(report: UUID, *, by: Attendance, at: datetime) -> None:
    """Raise NotNow or Refused if the report cannot be put into a case now."""
    found = find(report, by=by, at=at)
    found.permit(SafeguardingCapability.WORK)
    if _steps([report]).exists():
        raise NotNow(ALREADY)
    outcomes = load_pack(settings.PACK).outcomes_for(found.report.kind).values()
    if not any(one.needs == "case" for one in outcomes):
        raise NotNow(NO_OUTCOME)
    after(Stage(found.report.stage), Move.JOIN_CASE)


@verb(SafeguardingAct.JOINED)
def mark(report: UUID, case: UUID, *, by: Attendance, at: datetime) -> None:
    """Write on a report that it is in a case. Raises NotHere, Refused, Locked, and NotNow if it is in one already."""
    found = find(report, by=by, at=at)
    found.permit(SafeguardingCapability.WORK)
    if _steps([report]).exists():
        raise NotNow(ALREADY)
    note = notes.seal(found, {_SHOWN: short_name(case), _CASE: str(case)})
    found.report.apply(Move.JOIN_CASE, by=by.officer_id, at=at, note=note)
    record(found, SafeguardingAct.JOINED)


def _steps(reports: Iterable[UUID]) -> QuerySet[Step]:
    return Step.objects.filter(report__in=list(reports), move=Move.JOIN_CASE)


def cases_of(reports: Iterable[UUID], *, by: Attendance) -> dict[UUID, UUID]:
    """Return the case of each of these reports that is in one. Raises Locked."""
    return dict(_opened(_steps(reports), by))


def _opened(steps: QuerySet[Step], by: Attendance) -> Iterator[tuple[UUID, UUID]]:
    """Yield each report with its case, leaving out notes that cannot be opened."""
    ring = by.keys()
    containers = dict(steps.exclude(note=None).values_list("note", "report_id"))
    if containers:
        parts = parts_of(set(containers.values()), Q(container__in=list(containers)))
        for part, words in notes.opened_of(parts, "note", ring):
            if _CASE in words:
                yield part.report, UUID(words[_CASE])


def reports_of_case(case: UUID, told: SupportCase, *, by: Attendance) -> tuple[str, ...]:
    """Return the ids of the reports in a case: those in its text, and those that joined it since. Raises Locked."""
    steps = Step.objects.filter(move=Move.JOIN_CASE, report__in=reports_of(by.desk_ids).values("pk"))
    if (since := told.read_until) is not None:
        steps = steps.filter(at__gte=since - _OVERLAP)
    joined = (str(report) for report, of in _opened(steps.order_by("at"), by) if of == case)
    return tuple(dict.fromkeys((*told.reports, *joined)))


def unsaved(told: SupportCase, reports: Iterable[str]) -> tuple[str, ...]:
    """Return which of the reports in a case joined it since it was last saved."""
    return tuple(one for one in reports if one not in told.reports)


def with_reports(case: UUID, told: SupportCase, *, by: Attendance, at: datetime) -> SupportCase:
    """Return a case for saving, with the reports that joined it since it was last saved. Raises Locked."""
    return replace(told, reports=reports_of_case(case, told, by=by), read_to=at.isoformat())


def lines(cases: Iterable[UUID], *, by: Attendance) -> tuple[CaseLine, ...]:
    """Return these cases as lines, leaving out those of other desks and those that cannot be opened. Raises Locked."""
    wanted = set(cases)
    if not wanted:
        return ()
    rows: QuerySet[Any] = DeskRecord.objects.filter(id__in=wanted, kind=KIND.code, desk__in=by.desk_ids)
    found = list(rows.annotate(owner_name=F("owner__name")).order_by("id"))
    opened = desk_parts.opened([row.container for row in found], by.keys())
    return tuple(
        CaseLine(
            row.id,
            f"{KIND.title} {short_name(row.id)}",
            row.state,
            row.owner_name or "",
            SupportCase.of_words(opened[row.container]).texts["name"],
        )
        for row in found
        if row.container in opened
    )


def line(case: UUID, *, by: Attendance) -> CaseLine:
    """Return one case as a line. Raises NotHere and Locked."""
    found = lines([case], by=by)
    if not found:
        raise NotHere
    return found[0]
