"""Rows of one page of a queue, with what is shown beside them, the decrypted reports, and the order of dangers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, Expression, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from heedline.casework.access import saved_views
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.saved_views import SavedView
from heedline.casework.access.session import Attendance
from heedline.casework.pages.queues.figures import WorkTotals
from heedline.casework.pages.queues.groups import CHIPS, WaitsFor, chip_counts, waits_for
from heedline.casework.pages.queues.queue_view import (
    OWN,
    WATCHED,
    QueueView,
    conditions,
    filtered,
    order_of,
    ordered,
    place_of,
)
from heedline.casework.pages.queues.special_reports import SpecialReports, special_reports
from heedline.casework.report import notes, report_language
from heedline.casework.report.opening import (
    OpenedReport,
    danger_first,
    open_stored,
    unowned_danger,
    with_language,
)
from heedline.desks.models import Appointment, Officer
from heedline.permits.queue_rows import QueueRows, number_of
from heedline.permits.roles import Role
from heedline.permits.scopes import IsOneOf, of_page, on_duty_now, reports_of, totals_at, waiting_at
from heedline.reports.lifecycle import Move, Stage
from heedline.reports.models import (
    Dissemination,
    Incident,
    Report,
    ReportFile,
    Step,
    Translation,
    TranslationText,
)
from heedline.reports.models.disseminations import WAITS
from heedline.reports.stored import parts_of
from heedline.vault import CannotOpen

#: Reports that match are counted up to this number.
COUNTED = 1_000
#: A page holds up to this many unowned dangers, however short it is: they can be put in the order of their arrival only on
#: one page. Each is opened for it.
DANGERS_TOGETHER = 200


def chosen_desks(by: Attendance, code: str | None) -> list[UUID]:
    """Return the ids of the officer's desks with this code, or of all of them."""
    return [desk.id for desk in by.desks if code is None or desk.code == code]


_LIST_FIELDS = (
    "id", "kind", "urgency", "priority", "danger_to_life", "desk_id", "watch_id", "stage", "slot", "received_on", "due_at",
    "rank", "version", "owner_id", "unread", "withdraw_asked", "settled", "area", "channel", "outcome",
    "status", "owner__name", "desk__name",
)  # fmt: skip


class _HowMany(Subquery):
    """An uncorrelated SQL subquery that counts the rows of a query."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


@dataclass(frozen=True)
class Listed:
    """A queue row with the extra columns fetched alongside it.

    `staffed` is True when an officer is on duty at the row's desk. `translated` is the part with its newest translation.
    `closed` is the day and the officer of its closing. `files` counts those of the report and of its messages. `waits` is
    what an open one waits for.
    """

    report: Report
    staffed: bool
    translated: UUID | None
    closed: tuple[date, str] | None
    files: int
    waits: WaitsFor | None


@dataclass(frozen=True)
class Beside:
    """Data shown alongside a queue's rows, such as totals, colleagues, saved views and the desks with an officer on duty.

    It is fetched in the same statement as the rows, or alone if there are none.
    """

    waiting: int
    total: int
    totals: WorkTotals
    colleagues: tuple[tuple[UUID, str], ...]
    views: tuple[SavedView, ...]
    incidents: tuple[tuple[UUID, str], ...]
    chips: Mapping[str, int]
    staffed: frozenset[UUID]
    special: SpecialReports


#: The newest version of the report's own translation.
_TRANSLATED = Subquery(
    TranslationText.objects.filter(
        report=OuterRef("pk"), translation__message=None, translation__outward=False
    )
    .order_by("-translation__due_at", "-number")
    .values("container")[:1]
)
_FILES = Coalesce(
    Subquery(
        ReportFile.objects.filter(report=OuterRef("pk"))
        .order_by()
        .values("report")
        .annotate(n=Count("*"))
        .values("n")
    ),
    0,
)
_CLOSED = Subquery(
    Step.objects.filter(report=OuterRef("pk"), move__in=[Move.CLOSE, Move.SWEEP])
    .order_by("-number")
    .values(line=JSONObject(on="on", by="by__name"))[:1]
)


_TRANSLATING = Exists(Translation.objects.filter(report=OuterRef("pk"), state="waiting"))
_WITH_PARTNER = Exists(Dissemination.objects.filter(WAITS, report=OuterRef("pk")))


def _beside(
    total: Subquery | Expression, desks: Sequence[UUID], by: Attendance, at: datetime
) -> dict[str, Any]:
    """Return the query annotations for the fields of `Beside`, given the expression for the total.

    None of them depends on the row, so each is calculated once.
    """
    people = Appointment.objects.filter(desk_id__in=desks, ended_on=None, officer__is_active=True).exclude(
        role=Role.INVESTIGATOR
    )  # they are officers of the desk as well
    return {
        "now_waiting": waiting_at(by.desk_ids),
        "now_totals": totals_at(desks, at),
        "now_total": total,
        "now_people": ArraySubquery(
            people.order_by("officer__name").values(line=JSONObject(id="officer_id", name="officer__name"))
        ),
        "now_views": saved_views.column(by),
        "now_incidents": ArraySubquery(
            Incident.objects.order_by("-opened_at").values(line=JSONObject(id="id", name="name"))
        ),
        "now_on_duty": on_duty_now(at),
    }


def _told_beside(told: Mapping[str, Any], special: SpecialReports, by: Attendance) -> Beside:
    people = {UUID(one["id"]): one["name"] for one in told["now_people"] or ()}
    incidents = {UUID(one["id"]): one["name"] for one in told["now_incidents"] or ()}
    return Beside(
        told["now_waiting"],
        told["now_total"] or 0,
        WorkTotals(*told["now_totals"]),
        tuple(people.items()),
        saved_views.opened(told["now_views"] or (), by),
        tuple(incidents.items()),
        {name: told[f"chip_{name}"] for name in CHIPS if f"chip_{name}" in told},
        frozenset(UUID(one["desk"]) for one in told["now_on_duty"]),
        special,
    )


def _listed(
    rows: QuerySet[Report],
    beside: dict[str, Any],
    special: SpecialReports,
    by: Attendance,
    view: QueueView,
) -> tuple[list[Listed], Beside]:
    """Return one page of queue rows, and the `Beside` data fetched with them.

    One more row is fetched, to show whether another page follows.
    """
    more: dict[str, Any] = (
        {"closed_by": _CLOSED}
        if view.state == "closed"
        else {"translating": _TRANSLATING, "with_partner": _WITH_PARTNER}
    )
    told = list(
        rows.select_related("owner", "desk")
        .only(*_LIST_FIELDS)
        .annotate(translated=_TRANSLATED, n_files=_FILES, **more, **beside)[: view.size + 1]
    )
    if told:
        found = _told_beside(vars(told[0]), special, by)
    else:
        found = _told_beside(Officer.objects.filter(pk=by.officer_id).values(**beside).get(), special, by)
    return [
        Listed(row, row.desk_id in found.staffed, row.translated, _closing(row), row.n_files, _waiting(row))
        for row in told
    ], found


def _closing(row: Report) -> tuple[date, str] | None:
    told = getattr(row, "closed_by", None)
    return (date.fromisoformat(told["on"]), told["by"]) if told else None


def _waiting(row: Report) -> WaitsFor | None:
    translating, with_partner = getattr(row, "translating", False), getattr(row, "with_partner", False)
    return waits_for(row, translating=translating, with_partner=with_partner)


def _rows_of(
    by: Attendance, view: QueueView, special: SpecialReports, at: datetime
) -> tuple[list[Listed], Beside]:
    """Return the queue rows for a view, and the `Beside` data to show alongside them.

    Open ones include the reports of other desks that a round-the-clock desk must deal with now.
    """
    desks = chosen_desks(by, view.desk)
    if view.state == "open":
        watching = [desk.id for desk in by.desks if desk.round_the_clock and desk.id in desks]
        matching = tuple(conditions(view, special, by=by, at=at))
        own, watched = () if view.whose == WATCHED else desks, () if view.whose == OWN else watching
        found = QueueRows(tuple(own), tuple(watched), at, COUNTED + 1, matching)
        page = replace(found, most=view.size + 1, order=order_of(view), after=place_of(view))
        rows = ordered(of_page(by.desk_ids, page), replace(view, after=None))
        beside = _beside(number_of(found), desks, by, at) | chip_counts(found, view, special, by=by, at=at)
        return _listed(rows, beside, special, by, view)
    mine = reports_of(by.desk_ids)
    if view.state == "closed":
        mine = mine.filter(stage=Stage.CLOSED, desk_id__in=desks)
    else:
        mine = mine.filter(owner_id=by.officer_id).exclude(stage=Stage.CLOSED)
    those = filtered(mine, view, special, by=by, at=at)
    total = _HowMany(those.order_by().values("id")[: COUNTED + 1])
    # the narrow query reads an index alone; only the rows of the page are then read whole
    narrow = ordered(those, view).values("id")[: view.size + 1]
    rows = ordered(mine.filter(IsOneOf(F("id"), ArraySubquery(narrow))), replace(view, after=None))
    return _listed(rows, _beside(total, desks, by, at), special, by, view)


def opened_of(rows: Sequence[Listed], ring: Keyring | None) -> dict[UUID, OpenedReport]:
    """Return the decrypted reports for one page of a queue, by report id.

    Uses one query whatever the number of lines. Reports that do not open are left out.
    """
    if ring is None or not rows:
        return {}
    found: dict[UUID, OpenedReport] = {}
    said: dict[UUID, list[Mapping[str, Any]]] = {}
    translated: dict[UUID, str] = {}
    which = Q(part__in=("report", report_language.PART)) | Q(
        container__in=[row.translated for row in rows if row.translated is not None]
    )
    for part in parts_of([row.report.id for row in rows], which):
        with suppress(CannotOpen):
            if part.part == "report":
                found[part.report] = open_stored(part, ring)
                continue
            words = notes.open_words(
                part.container, part.header, part.payload, ring.for_any(part.epochs), part.part
            )
            if part.part == report_language.PART:
                said.setdefault(part.report, []).append(words)
            else:
                translated[part.report] = str(words["text"])
    return {
        ref: with_language(opened, said.get(ref, ()), translated.get(ref, ""))
        for ref, opened in found.items()
    }


def page_of_rows(by: Attendance, view: QueueView, at: datetime) -> tuple[list[Listed], bool, Beside]:
    """Return the rows of one page, whether more follow, and what is shown beside them.

    In an unlocked session no page in the usual order ends among the dangers that nobody owns (`DANGERS_TOGETHER`).
    """
    special = SpecialReports()
    if view.state == "open" or view.special:
        special = special_reports(chosen_desks(by, view.desk), by=by, at=at)
    rows, beside = _rows_of(by, view, special, at)
    size = view.size
    if by.unlocked and view.usual_order and len(rows) > size and unowned_danger(rows[size].report):
        rows, beside = _rows_of(by, replace(view, size=max(size, DANGERS_TOGETHER)), special, at)
        dangers = sum(unowned_danger(row.report) for row in rows)
        size = max(size, min(dangers, DANGERS_TOGETHER))
    return rows[:size], len(rows) > size, beside


def in_order(rows: list[Listed], opened: Mapping[UUID, OpenedReport], view: QueueView) -> list[Listed]:
    """Return the rows of a page in the view's order, the dangers that nobody owns by their arrival."""
    if not view.usual_order:
        return rows
    return sorted(rows, key=lambda row: danger_first(row.report, opened.get(row.report.id)))
