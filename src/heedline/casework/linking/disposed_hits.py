"""Removes matches from the interest register once the matching report has been disposed of.

A hit holds values of its report, but names the report only inside its seal, so the hit cannot be deleted together with
the report. Instead, sessions of the linking desk open some hits each time they open a queue, and remove those of
disposed reports. The desks that were asked to contact somebody are told that this is no longer needed.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from heedline.casework.access.session import Attendance
from heedline.casework.duty import alarms
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.errors import SealingStopped
from heedline.casework.linking import desk_notices, interests
from heedline.casework.linking.desk_notices import NoticeKind
from heedline.casework.search import sealed_values
from heedline.packs import load_pack
from heedline.permits import linking_functions
from heedline.reports.models import InterestHit, SealedValues
from heedline.vault import CannotOpen

#: Hits that are opened in one step.
STEP: Final = 50
#: The last hit that this process has opened: the next step goes on from there, and then begins again.
_after = UUID(int=0)


def remove_step(*, by: Attendance, at: datetime) -> int:
    """Check the next batch of matches, and return the number removed because their report was disposed of.

    Does nothing in a session of another desk, or a locked one. Raises nothing, because a page that shows something else
    must not fail.
    """
    global _after
    to = sealed_values.linking_desk(at)
    if to is None or not by.unlocked or to.desk not in by.desk_ids:
        return 0
    waiting = InterestHit.objects.filter(interest__desk=to.desk).select_related("home").order_by("id")
    rows = list(waiting.filter(id__gt=_after)[:STEP])
    _after = rows[-1].id if len(rows) == STEP else UUID(int=0)
    opened: list[tuple[InterestHit, dict[str, Any]]] = []
    for row in rows:
        with suppress(CannotOpen):
            opened.append((row, sealed_values.opened(row, by.keys(), interests.HIT)))
    reports = {UUID(told["report"]) for _, told in opened if told.get("thing") is not True}
    gone = set(linking_functions.disposed_among(reports)) if reports else set()
    gone |= _things_gone({UUID(told["report"]) for _, told in opened if told.get("thing") is True})
    ended = [(row, told) for row, told in opened if UUID(told["report"]) in gone]
    if not ended:
        return 0
    with suppress(SealingStopped), transaction.atomic():
        remove(ended, by=by, at=at)
        return len(ended)
    return 0


def _things_gone(things: set[UUID]) -> set[UUID]:
    """Return which of these records of specialist desks have gone. Their values at the linking desk go with them."""
    if not things:
        return set()
    return things - set(SealedValues.objects.filter(report__in=things).values_list("report", flat=True))


def remove(ended: list[tuple[InterestHit, dict[str, Any]]], *, by: Attendance, at: datetime) -> None:
    """Delete opened matches, and tell the desks concerned that the contact is over.

    Must be called inside the caller's transaction, in a session of the linking desk. Raises SealingStopped.
    """
    linking = load_pack(settings.PACK).linking_desk
    notices: dict[str, list[dict[str, Any]]] = {}
    for row, told in ended:
        notice = desk_notices.words(NoticeKind.GONE, row.id, None)
        for code in {told["desk"], row.home.code, linking}:
            notices.setdefault(code, []).append(notice)
        alarms.resolve(AlarmEvent.REPORT_DISPOSED, row.id, by=by, at=at)
    InterestHit.objects.filter(id__in=[row.id for row, _ in ended]).delete()
    desk_notices.send(notices, code=linking, by=by, at=at, cover=True)
