"""Refuses the use of a report whose processing is restricted."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet

from heedline.casework.report.verb import FoundReport
from heedline.packs import load_pack
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Hold

RESTRICTED = "Processing of this report is restricted: it is kept, and may not be passed on. A supervisor can end that, under Retention."


def restricting() -> QuerySet[Hold]:
    """Return the holds that restrict a report, so that it may be stored but not used."""
    codes = [code for code, hold in load_pack(settings.PACK).retention.holds.items() if hold.restricts]
    return Hold.objects.filter(released_on=None, reason__in=codes)


def refuse_restricted(found: FoundReport) -> None:
    """Raise NotNow if the report may be stored but not used."""
    if restricting().filter(report=found.report).exists():
        raise NotNow(RESTRICTED)
