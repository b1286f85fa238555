"""Refuses actions on a report whose processing is restricted."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from heedline.casework.report.verb import FoundReport
from heedline.packs import load_pack
from heedline.permits.compiled_query import CompiledQuery
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Hold, Report

RESTRICTED = "Processing of this report is restricted. It may be stored but not shared. A supervisor can lift the restriction under Retention."


def restricting() -> QuerySet[Hold]:
    """Return the active holds that restrict the processing of reports."""
    codes = [code for code, hold in load_pack(settings.PACK).retention.holds.items() if hold.restricts]
    return Hold.objects.filter(released_on=None, reason__in=codes)


def usable(reports: QuerySet[Report]) -> QuerySet[Report]:
    """Filter a query to the reports that searching and linking may use (ADR 76).

    A report of danger to life may always be used: a restriction does not keep anybody from saving a life.
    """
    return reports.filter(Q(rank=0) | ~Exists(restricting().filter(report=OuterRef("pk"))))


_USABLE: Final = CompiledQuery[Report](lambda ref: usable(Report.objects.filter(pk=ref)).only("pk"))


def is_usable(report: Report) -> bool:
    """Return whether searching and linking may use a report (ADR 76)."""
    return bool(_USABLE.fetched(report.pk))


def refuse_restricted(found: FoundReport) -> None:
    """Raise NotNow if processing of the report is restricted."""
    if restricting().filter(report=found.report).exists():
        raise NotNow(RESTRICTED)
