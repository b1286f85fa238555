"""Dispose of items that are no longer named in any report, with the agreement of two people.

The database deletes the rows and writes the certificate (`database/disposal.sql`), and asks again who is there and whether
the work is finished. A change to the item ends the proposal. Whether a report still names the item stands only in the sealed index, so that is asked here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Q

from heedline.casework.access.session import Attendance
from heedline.casework.attachments import stored_objects
from heedline.casework.errors import CannotOpen, NotHere
from heedline.casework.pages.desk_tabs import WorkWaiting
from heedline.casework.report.opening import short_name
from heedline.casework.search import desk_index
from heedline.index import SealedIndex
from heedline.permits.gate import allows
from heedline.permits.scopes import reports_of
from heedline.permits.second_person import DecisionRequest, Matter, Reply, refuse_second_request
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import SearchIndex
from heedline.specialist_desks.material.evidence import known
from heedline.specialist_desks.material.items.finding import reports_naming
from heedline.specialist_desks.material.items.found_item import FoundItem, find, item_verb, my_desk
from heedline.specialist_desks.material.models import CompanyNotice, MaterialDisposal, MaterialItem
from heedline.specialist_desks.material.notice_rules.states import OPEN_NOTICES
from heedline.specialist_desks.material.outcomes import former
from heedline.specialist_desks.material.rules import DISPOSABLE
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialCapability

STILL_NAMED = "A report still refers to this item. It can be disposed of only after the last such report."
NOT_FINISHED = "The work on this item is not finished."
STILL_OPEN = (
    "A notice about this item is still open, or nobody has read an answer to it. Close it, withdraw it, give it up, or"
    " read the answer first."
)
BANK_CLOSED = (
    "Your keys do not open all of the desk's bank of known hashes, which may hold this item's. Ask a colleague whose keys "
    "open it to dispose of this item."
)
NOT_PROPOSED = "Nobody has proposed to dispose of this item, or it has changed since somebody did."
#: As for reports: functions/search.sql.
PURGED_WITHIN: Final = timedelta(days=7)
#: Proposals that My work lists at once.
_MOST_SHOWN: Final = 5
BUSY = "The index of your desk is being updated. Try again in a moment."


@dataclass(frozen=True)
class ItemCertificate:
    """An item's disposal certificate. `head` is the last hash of its evidence chain, or ""."""

    short: str
    on: date
    parts: int
    files: int
    entries: int
    head: str


@dataclass(frozen=True)
class ProposedDisposal:
    """A proposal to dispose of an item. `mine` is true if this officer made it, and so cannot decide it."""

    by: str
    on: date
    mine: bool


def proposal(ref: UUID, *, by: Attendance) -> ProposedDisposal | None:
    """Return the undecided proposal to dispose of an item, or None. Raise NotHere if no item is found."""
    if not MaterialItem.objects.filter(id=ref, desk_id__in=by.desk_ids).exists():
        raise NotHere
    row = _open(ref, by)
    if row is None:
        return None
    return ProposedDisposal(row.proposed_by.name, row.proposed_on, row.proposed_by_id == by.officer_id)


def ended_proposal(ref: UUID, *, by: Attendance) -> ProposedDisposal | None:
    """Return an item's last proposal if it lapsed because the item or its evidence changed, or None."""
    rows = MaterialDisposal.objects.filter(item=ref, desk_id__in=by.desk_ids).select_related("proposed_by")
    row = rows.order_by("-proposed_on", "-decided_on").first()
    if row is None or row.decided_on is None or row.decided_by_id is not None:
        return None
    return ProposedDisposal(row.proposed_by.name, row.proposed_on, row.proposed_by_id == by.officer_id)


def proposals_waiting(by: Attendance, at: datetime) -> tuple[WorkWaiting, ...]:
    """Return the proposed disposals that this officer can decide, oldest first. No keys are needed."""
    led = [one.id for one in by.desks if allows(by.appointments, MaterialCapability.LEAD, [one.id])]
    rows = MaterialDisposal.objects.filter(desk_id__in=led, decided_on=None)
    waiting = rows.exclude(proposed_by_id=by.officer_id).order_by("proposed_on", "id")[:_MOST_SHOWN]
    return tuple(
        WorkWaiting(
            words=f"Item {short_name(item)} is proposed for disposal.",
            url="material-dispose",
            link="See and decide",
            ref=item,
        )
        for item in waiting.values_list("item", flat=True)
    )


@item_verb(MaterialAct.DISPOSAL_PROPOSED)
def propose(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Propose to dispose of an item. Raises NotHere, Refused, Locked, and NotNow while it is still needed."""
    desk_index.wait_for(my_desk(by))
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.EXAMINE)
    _refuse_unfinished(found)
    with _unnamed(found):
        pass
    refuse_second_request(Matter.DISPOSAL, waits=_open(ref, by) is not None)
    MaterialDisposal.objects.create(
        desk_id=found.item.desk_id, item=ref, proposed_by_id=by.officer_id, proposed_on=at.date()
    )
    found.record(MaterialAct.DISPOSAL_PROPOSED)


@item_verb(MaterialAct.KEPT)
def keep(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Reject an item's disposal or withdraw your own proposal. Raises NotHere, Refused, Locked, NotNow."""
    found = find(ref, by=by, at=at)
    row = _open(ref, by)
    if row is None:
        raise NotNow(NOT_PROPOSED)
    if row.proposed_by_id != by.officer_id:
        found.permit(MaterialCapability.LEAD)
    if _decide(row, None) != "kept":
        raise NotNow(NOT_PROPOSED)


@item_verb(MaterialAct.DISPOSED)
def dispose(ref: UUID, *, by: Attendance, at: datetime) -> ItemCertificate:
    """Dispose of an item as a colleague proposed, and return the certificate, which is also logged.

    Raises NotHere, Refused, Locked, and NotNow while it is still needed.
    """
    desk_index.wait_for(my_desk(by))
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.LEAD)
    _refuse_unfinished(found)
    row = _open(ref, by)
    if row is None:
        raise NotNow(NOT_PROPOSED)
    request = DecisionRequest(Matter.DISPOSAL, row.proposed_by_id, asked_on=row.proposed_on)
    request.check_person(Reply.AGREE, by=by.officer_id, today=at.date())
    with _unnamed(found) as (index_row, index):
        if index.drop(ref):
            index_row.purge, index_row.purge_by = "due", index_row.purge_by or at.date() + PURGED_WITHIN
    objects = stored_objects.objects_about(ref)
    try:
        known.forget(found)
    except CannotOpen:
        raise NotNow(BANK_CLOSED) from None
    if _decide(row, former.seal(found, row.id)) != "done":
        raise NotNow(NOT_FINISHED)
    stored_objects.delete_once_committed(objects)
    row.refresh_from_db()
    told = row.certificate or {}
    return ItemCertificate(
        short_name(ref), at.date(), told["parts"], told["files"], told["entries"], told["head"]
    )


def open_notices(item: UUID) -> bool:
    """Return whether an open notice or an unread answer prevents the item's disposal."""
    waits = Q(state__in=[str(one) for one in OPEN_NOTICES]) | Q(due_at__isnull=False)
    return CompanyNotice.objects.filter(waits, item_id=item).exists()


def _refuse_unfinished(found: FoundItem) -> None:
    if found.state not in DISPOSABLE or found.item.referral_due_at is not None:
        raise NotNow(NOT_FINISHED)
    if open_notices(found.item.id):
        raise NotNow(STILL_OPEN)


@contextmanager
def _unnamed(found: FoundItem) -> Iterator[tuple[SearchIndex, SealedIndex]]:
    """Yield the desk's index for writing. Raise NotNow unless it is certain that no report names the item."""
    desk = found.item.desk_id
    with desk_index.writing(desk, found.by.keys()) as opened:
        if opened is None:
            raise NotNow(BUSY)
        row, index = opened
        refs = reports_naming(index, [one.key for one in found.content.addresses])
        if reports_of([desk]).filter(id__in=refs).exists():
            raise NotNow(STILL_NAMED)
        yield row, index


def _open(item: UUID, by: Attendance) -> MaterialDisposal | None:
    rows = MaterialDisposal.objects.filter(item=item, desk_id__in=by.desk_ids, decided_on=None)
    return rows.select_related("proposed_by").first()


def _decide(row: MaterialDisposal, figures: UUID | None) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT permits.decide_item_disposal(%s, %s)", [row.id, figures])
        told = cursor.fetchone()
    return str(told[0]) if told else ""
