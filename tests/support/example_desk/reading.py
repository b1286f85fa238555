"""What is shown of further checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from heedline.casework.access.session import Attendance
from heedline.casework.report import notes
from heedline.reports.stored import parts_of
from heedline.vault import CannotOpen
from tests.support.example_desk.models import FurtherCheck
from tests.support.example_desk.vocabulary import PART


def waiting(ref: UUID, by: Attendance, at: datetime) -> int:
    """Return how many further checks of a report wait."""
    return FurtherCheck.objects.filter(report=ref, done=False).count()


def in_the_queue(refs: Sequence[UUID], by: Attendance, at: datetime) -> Mapping[UUID, str]:
    """Return what the queue says of each report that has a further check waiting."""
    rows = FurtherCheck.objects.filter(report__in=list(refs), done=False)
    return dict.fromkeys(rows.values_list("report_id", flat=True), "Check waiting")


def reasons(ref: UUID, by: Attendance) -> tuple[str, ...]:
    """Return the reasons of a report's further checks, opened with the officer's keys. Raises Locked."""
    ring, found = by.keys(), []
    for part in parts_of([ref], Q(part=PART)):
        with suppress(CannotOpen):
            words = notes.open_words(
                part.container, part.header, part.payload, ring.for_any(part.epochs), PART
            )
            found.append(str(words["reason"]))
    return tuple(found)
