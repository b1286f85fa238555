"""Notify reporters that the material they reported was examined or is no longer online.

No message names an item. Messages are coarse, late, and sent for several items at once in random order, so that their
day does not say which reports named the same page, and so that nobody can test the desk with a report.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from heedline.audit import journal
from heedline.casework.access.session import Attendance
from heedline.casework.contact import messages
from heedline.casework.errors import CannotOpen, ChangedSinceArrival
from heedline.casework.recording import refusals_logged
from heedline.casework.records import desk_parts
from heedline.casework.report.opening import open_stored
from heedline.casework.report.verb import find as find_report
from heedline.casework.search import desk_index, documents
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Receipt
from heedline.specialist_desks.material.delivery.pack_data import notice_rules
from heedline.specialist_desks.material.items import sightings
from heedline.specialist_desks.material.items.contents import ItemContent
from heedline.specialist_desks.material.items.finding import EVERY, reports_naming
from heedline.specialist_desks.material.items.found_item import my_desk
from heedline.specialist_desks.material.models import MaterialItem
from heedline.specialist_desks.material.rules import OPEN, ItemState
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialCapability

#: Items that one run looks at, and reports that it tells, at most.
_MOST_ITEMS, _MOST_REPORTS = 2_000, 200
#: States of items of which nobody is told anything yet.
_UNDECIDED = frozenset({*OPEN, ItemState.HELD, ItemState.REFERRED})
TOO_FEW = (
    "Reporters are told when reports of at least {items} items are due, each item named by a report of its own."
    " There are fewer now."
)


@dataclass(frozen=True)
class DueMessages:
    """The messages due to reporters, by report.

    `items` counts the items of which each is named by a report of its own, so that one report counts once.
    """

    texts: Mapping[UUID, str] = field(repr=False)
    items: int

    @property
    def number(self) -> int:
        return len(self.texts)

    @property
    def may_be_sent(self) -> bool:
        """Return whether the messages cover enough items to be sent."""
        return self.number > 0 and self.items >= notice_rules().tell_items


def due_messages(*, by: Attendance, at: datetime) -> DueMessages:
    """Return the messages now due to the desk's reporters. Raise NotHere, Refused or Locked."""
    desk, ring, rules = my_desk(by), by.keys(), notice_rules()
    by.require(MaterialCapability.NOTIFY, desk)
    rows = list(
        MaterialItem.objects.filter(desk_id=desk)
        .annotate(decided=Max("examinations__at"))
        .order_by("found_on", "id")[:_MOST_ITEMS]
    )
    opened = desk_parts.opened([one.container for one in rows], ring)
    naming: dict[UUID, list[MaterialItem]] = defaultdict(list)
    with desk_index.open_index(desk, ring) as index:
        for row in rows:
            if index is None or row.container not in opened:
                continue
            content = ItemContent.from_words(opened[row.container])
            for ref in reports_naming(index, [one.key for one in content.addresses], most=EVERY):
                naming[ref].append(row)
    texts = {}
    for ref, named in naming.items():
        decided = [one.decided for one in named]  # type: ignore[attr-defined]
        late = all(one is not None and at - one >= rules.tell_after for one in decided)
        if not late or any(ItemState(one.state) in _UNDECIDED for one in named):
            continue
        gone = all((seen := sightings.last(one.id)) is not None and seen.verdict.is_removed for one in named)
        text = _message(ref, by, at, gone=gone)
        if text:
            texts[ref] = text
        if len(texts) >= _MOST_REPORTS:
            break
    return DueMessages(texts, _apart([{one.id for one in naming[ref]} for ref in texts]))


def _apart(named: Sequence[AbstractSet[UUID]]) -> int:
    """Return the number of reports in a greedy selection in which no two share an item."""
    count, counted = 0, set[UUID]()
    for items in sorted(named, key=len):
        if counted.isdisjoint(items):
            count, counted = count + 1, counted | items
    return count


def tell(*, by: Attendance, at: datetime) -> int:
    """Send the messages now due, and return the number stored.

    Each is a transaction of its own, in random order. Raises NotHere, Refused, Locked, and NotNow for too few items.
    """
    found = due_messages(by=by, at=at)
    if not found.may_be_sent:
        raise NotNow(TOO_FEW.format(items=notice_rules().tell_items))
    order = list(found.texts)
    secrets.SystemRandom().shuffle(order)
    for ref in order:
        with refusals_logged(MaterialAct.REPORTERS_TOLD, by=by.officer_id, thing="report", thing_id=ref):
            report = find_report(ref, by=by, at=at)
            report.permit(Capability.READ_REPORT)
            messages.inform(report, found.texts[ref])
            journal.record(
                MaterialAct.REPORTERS_TOLD,
                actor=by.officer_id,
                desk=report.report.desk_id,
                thing="report",
                thing_id=ref,
            )
    return len(order)


def _message(ref: UUID, by: Attendance, at: datetime, *, gone: bool) -> str:
    """Return the message due to a reporter, in the language that they used, or "" if none is due.

    It is "" if they were told this, or that it is gone, in whichever language. A report that is elsewhere cannot be
    answered. One about an item that was decided before waits as long as any other, or a reporter could find out what the
    desk knows already.
    """
    report = reports_of([my_desk(by)]).filter(id=ref).first()
    if report is None or at.date() - report.received_on < notice_rules().tell_after:
        return ""
    if not Receipt.objects.filter(report_id=ref).exists():
        return ""
    ring, parts = by.keys(), documents.searched_parts([ref]).get(ref, [])
    try:
        said = {one.text for one in documents.texts_of(report, parts, ring)}
        languages = [open_stored(one, ring).language for one in parts if one.part == "report"]
    except (CannotOpen, ChangedSinceArrival):
        return ""
    texts = notice_rules().tell
    told = texts.variants(gone=gone) | texts.variants(gone=True)
    if any(
        one in text for text in said for one in told
    ):  # a draft that was checked since has the English in it
        return ""
    return texts.message(languages[0] if languages else "", gone=gone)
