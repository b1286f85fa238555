"""The editing lease, which lets one officer at a time edit a report.

It says who is writing and until when. When it lapses, a colleague may write. It never says who owns the report, and no
clock depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from heedline.casework.access import presence
from heedline.casework.access.presence import AlsoOpen
from heedline.casework.access.session import Attendance
from heedline.casework.report.verb import find
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import Stage
from heedline.reports.models import Report

#: The columns of a report in which nobody is writing.
FREE: dict[str, Any] = {"lease_by_id": None, "lease_until": None}
#: Nobody writes in a report that nobody has taken, or in a closed one.
_NOBODY_WRITES = {Stage.WAITING, Stage.CLOSED}


@dataclass(frozen=True, slots=True)
class Writing:
    """The editing lease of a report, as one officer sees it.

    `until` is its end, or None if nobody is writing. `writer` is the colleague who is writing, or "" if it is the officer.
    """

    until: datetime | None = None
    writer: str = ""
    also_open: tuple[AlsoOpen, ...] = ()


def lease(by: Attendance, at: datetime) -> dict[str, Any]:
    """Return the lease column values for an officer who starts editing a report."""
    return {"lease_by_id": by.officer_id, "lease_until": at + load_pack(settings.PACK).clock("lease")}


def writing_in(report: Report, also_open: tuple[AlsoOpen, ...], *, by: Attendance, at: datetime) -> Writing:
    """Return the lease of a report as this officer sees it, without changing it."""
    if report.lease_by is None or report.lease_until is None or report.lease_until <= at:
        return Writing(also_open=also_open)
    return Writing(
        report.lease_until, "" if report.lease_by_id == by.officer_id else report.lease_by.name, also_open
    )


def keep_writing(ref: UUID, *, by: Attendance, at: datetime) -> Writing:
    """Extend and return the lease of an officer who is editing a report.

    A page sends this while somebody types in one of its forms. Nothing else changes: no step, no version, no clock. The
    lease stays as it is while a colleague is writing, and in a report that is waiting or closed. Raises NotHere and Refused.
    """
    with transaction.atomic():
        found = find(ref, by=by, at=at)
        report = found.report
        by.require(Capability.READ_REPORT, report.desk_id, report.watch_id)
        others = reports_of(by.desk_ids).filter(pk=ref).values_list(presence.noted(at), flat=True)
        also_open = presence.colleagues(others.get())
        if not found.standing.leased_to_another and report.stage not in _NOBODY_WRITES:
            for field, value in lease(by, at).items():
                setattr(report, field, value)
            report.save(update_fields=["lease_by", "lease_until"])
        return writing_in(report, also_open, by=by, at=at)
