"""View data for the reports in a bulk action.

Made from unsealed columns only, so nothing is decrypted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from heedline.casework.access.keyring import DeskLine
from heedline.casework.access.session import Attendance
from heedline.casework.danger import opening
from heedline.casework.duty.rota import who_take_reports
from heedline.casework.journey.bulk_assign import MOST
from heedline.casework.report import restrictions
from heedline.casework.report.handing_over import NOT_ACCEPTED
from heedline.casework.report.opening import kind_words, short_name
from heedline.casework.report.verb import standing_of
from heedline.desks.models import TAKE_NO_REPORTS, Desk
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import Stage
from heedline.reports.models import DangerEpisode, Message


@dataclass(frozen=True, slots=True)
class BulkLine:
    """A report selected for a bulk action.

    Holds its current owner and the reason why it is left out, or "". `copies_deleted` is True if the reporter has
    deleted their copy of the desk's messages.
    """

    ref: UUID
    short: str
    version: int
    kind_words: str
    stage: str
    owner: str
    left_out: str
    owner_id: UUID | None = None
    copies_deleted: bool = False

    def taken_from(self, me: UUID) -> bool:
        """Return whether reassigning this report takes it from a colleague of this officer."""
        return not self.left_out and self.owner_id not in {None, me}


@dataclass(frozen=True, slots=True)
class BulkChoices:
    """The officers who may own the desk's reports, and the desks that can receive a handover."""

    officers: Mapping[UUID, str]
    desks: tuple[tuple[str, str], ...]


def listed(
    desk: DeskLine, chosen: Mapping[UUID, int], *, handing_over: bool, by: Attendance, at: datetime
) -> tuple[BulkLine, ...]:
    """Return this desk's selected reports in queue order, with the refusals that do not depend on the chosen officer or desk.

    Raises Refused.
    """
    by.require(Capability.SEE_QUEUE, desk.id)
    deleted = Message.objects.filter(report=OuterRef("pk"), from_us=True, copy_header=None)
    rows = (
        reports_of(by.desk_ids)
        .filter(desk_id=desk.id, id__in=list(chosen)[:MOST])
        .select_related("owner")
        .annotate(
            copies_deleted=Exists(deleted),
            danger_open=Exists(DangerEpisode.objects.filter(report=OuterRef("pk"), discharged_at=None)),
            restricted=Exists(restrictions.restricting().filter(report=OuterRef("pk"))),
        )
    )
    return tuple(
        BulkLine(
            row.id,
            short_name(row.id),
            row.version,
            kind_words(row.kind),
            row.stage,
            row.owner.name if row.owner is not None else "",
            _refusal(row, chosen[row.id], handing_over=handing_over, by=by, at=at),
            row.owner_id,
            row.copies_deleted,
        )
        for row in rows.order_by("rank", "due_at", "id")
    )


def _refusal(row: Any, version: int, *, handing_over: bool, by: Attendance, at: datetime) -> str:
    """Return why this report would be left out, or "". The actions themselves check again."""
    if row.stage == Stage.CLOSED:
        return "It is closed."
    if row.version != version:
        return "It has changed since you opened the list."
    standing = standing_of(row, by.officer_id, at)
    own = Capability.RELEASE if standing.mine else Capability.ASSIGN
    try:
        by.require(
            Capability.HAND_OVER if handing_over else own, row.desk_id, row.watch_id, standing=standing
        )
    except Refused as no:
        return no.reason
    if not handing_over:
        return opening.HAND_ON if row.danger_open else ""
    if row.restricted:
        return restrictions.RESTRICTED
    return NOT_ACCEPTED if row.offered else ""


def choices(desk: DeskLine) -> BulkChoices:
    """Return the officers and desks to which this desk's reports can be assigned or handed over."""
    desks = Desk.objects.exclude(kind__in=TAKE_NO_REPORTS).exclude(pk=desk.id).order_by("name")
    return BulkChoices(who_take_reports(desk.id), tuple(desks.values_list("code", "name")))
