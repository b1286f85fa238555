"""Deletes entries of the interest register some time after they have ended.

An entry holds names and a ground, and its matches hold values of reports. The pack says how many months after its end an
entry is kept. A session of the linking desk then removes the matches, a few at a time, tells the desks concerned that the
contact is over, and deletes the entry. The log keeps who owned it, its dates and how many reports matched, which is what an
overseer needs. An entry stays while its owner has not acknowledged a match, and while it is in the linking desk's index.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.errors import SealingStopped
from heedline.casework.linking import disposed_hits, interests
from heedline.casework.search import sealed_values
from heedline.packs import load_pack
from heedline.packs.rules.retention import months_after
from heedline.reports.models import Interest, InterestHit
from heedline.vault import CannotOpen

#: The most entries that one step checks, and the most matches of an entry that it removes.
ENTRIES = 5
HITS = 50
#: The last entry that this process has checked. The next step continues from there, and starts again after the last one. An entry
#: whose matches nobody can open is kept, and must not hold up those after it.
_after = UUID(int=0)


def remove_step(*, by: Attendance, at: datetime) -> int:
    """Remove the next matches of expired entries, or delete entries without any, and return the number of entries deleted.

    Does nothing in a locked session or one of another desk. Never raises, so that a page that only shows something else does
    not fail.
    """
    global _after
    to = sealed_values.linking_desk(at)
    if to is None or not by.unlocked or to.desk not in by.desk_ids:
        return 0
    before = months_after(at.date(), -load_pack(settings.PACK).retention.interest_months)
    waits = InterestHit.objects.filter(interest=OuterRef("pk"), acknowledged_at=None)
    ended = Q(until__lte=before) | Q(ended_at__date__lte=before)
    expired = Interest.objects.filter(ended, ~Exists(waits), desk_id=to.desk, indexed=False).order_by("id")
    rows = list(expired.filter(id__gt=_after).select_related("home")[:ENTRIES])
    _after = rows[-1].id if len(rows) == ENTRIES else UUID(int=0)
    done = 0
    for entry in rows:
        # this month may be shorter than the one in which the entry ended
        if interests.delete_on(entry) <= at.date():
            with suppress(SealingStopped), transaction.atomic():
                done += _remove(entry, by, at)
    return done


def _remove(entry: Interest, by: Attendance, at: datetime) -> int:
    hits = list(entry.hits.select_related("home").order_by("id")[:HITS])
    if hits:
        opened: list[tuple[InterestHit, dict[str, Any]]] = []
        for hit in hits:
            with suppress(CannotOpen):  # a session whose keys open it removes it
                opened.append((hit, sealed_values.opened(hit, by.keys(), interests.HIT)))
        if opened:
            disposed_hits.remove(opened, by=by, at=at)
        if len(opened) < len(hits) or len(hits) == HITS:
            return 0
    if not Interest.objects.filter(id=entry.id).delete()[0]:
        return 0  # a colleague's session has just done it
    journal.record(
        Act.INTEREST_DELETED,
        actor=by.officer_id,
        desk=entry.home_id,
        thing="interest",
        thing_id=entry.id,
        detail={
            "officer": str(entry.owner_id),
            "registered": entry.registered_at.date().isoformat(),
            "ended": interests.ended_on(entry).isoformat(),
            "matches": entry.matches,
        },
    )
    return 1
