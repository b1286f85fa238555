"""The groups of a queue in its usual order, what a report waits for, and the counts of the filters offered above it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from django.db.models import Expression, Value

from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.pages.queues.queue_view import NOBODY, OVERDUE, TODAY, QueueView, conditions, view_of
from heedline.casework.pages.queues.special_reports import (
    CONTACT,
    ODD,
    TRANSLATION,
    UNDER_18,
    SpecialReports,
)
from heedline.dispatch.clocks import is_overdue
from heedline.permits.queue_rows import QueueRows, number_of
from heedline.reports.lifecycle import Stage
from heedline.reports.models import Report

#: The filters offered above the open reports of a queue, with their parameters. Each is an address.
CHIPS: Mapping[str, Mapping[str, str]] = {
    "danger": {"danger": "yes"},
    "overdue": {"due": OVERDUE},
    "today": {"due": TODAY},
    "planned": {"urgency": "planned"},
    UNDER_18: {"special": UNDER_18},
    CONTACT: {"special": CONTACT},
    TRANSLATION: {"special": TRANSLATION},
    "unread": {"unread": "yes"},
    ODD: {"special": ODD},
    "nobody": {"owner": NOBODY},
}
#: The pack's code for what a reporter is told while a question of the desk is open.
_QUESTION = "question"


class QueueGroup(StrEnum):
    """The groups of a queue, in their order."""

    DANGER = "In danger"
    TODAY = "Due today"
    WAITING = "Waiting for someone"
    REST = "The rest"


class WaitsFor(StrEnum):
    """Whom or what a report waits for, in the words of its flag."""

    TRANSLATION = "Waiting for translation"
    PARTNER = "Waiting for a partner"
    COMPARISON = "Waiting for comparison"
    REPORTER = "Waiting for the reporter"


def waits_for(report: Report, *, translating: bool, with_partner: bool) -> WaitsFor | None:
    """Return what a report waits for, or None. A reporter's answer that nobody has read ends the waiting for it."""
    if report.stage == Stage.CLOSED:
        return None
    if report.stage == Stage.CLOSING:
        return WaitsFor.COMPARISON
    if translating:
        return WaitsFor.TRANSLATION
    if with_partner:
        return WaitsFor.PARTNER
    if report.status == _QUESTION and not report.unread:
        return WaitsFor.REPORTER
    return None


def group_of(report: Report, due: datetime | None, waits: WaitsFor | None, at: datetime) -> QueueGroup:
    """Return the group under which a report is listed.

    A report that nobody owns, has unread messages or is overdue waits for its desk, whatever else it waits for.
    """
    if report.rank == 0:
        return QueueGroup.DANGER
    late = due is not None and is_overdue(due, at)
    if waits is not None and report.owner_id is not None and not report.unread and not late:
        return QueueGroup.WAITING
    if due is not None and due.astimezone(office_zone()).date() <= at.astimezone(office_zone()).date():
        return QueueGroup.TODAY
    return QueueGroup.REST


def chip_counts(
    found: QueueRows, view: QueueView, special: SpecialReports, *, by: Attendance, at: datetime
) -> dict[str, Expression]:
    """Return the expressions that count the open reports under each chip of a queue, whatever its filters are."""
    views = {name: view_of(chosen, desk=view.desk, outcomes={}) for name, chosen in CHIPS.items()}
    none = {name for name in special.refs if not special.refs[name]}
    return {
        f"chip_{name}": Value(0)
        if name in none
        else number_of(replace(found, conditions=tuple(conditions(each, special, by=by, at=at))))
        for name, each in views.items()
    }
