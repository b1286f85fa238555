"""Add items by hand, and record a danger to life that an item reveals."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from heedline.audit import journal
from heedline.casework.access.session import Attendance
from heedline.casework.danger import opening
from heedline.casework.recording import refusals_logged
from heedline.casework.report.verb import find as find_report
from heedline.casework.search import desk_index
from heedline.permits.capabilities import Capability
from heedline.reports.lifecycle import NotNow, Stage
from heedline.reports.models import Report
from heedline.specialist_desks.material.items import register_check
from heedline.specialist_desks.material.items.addresses import named_by_examiner
from heedline.specialist_desks.material.items.contents import content_at
from heedline.specialist_desks.material.items.finding import create, item_at, reports_naming
from heedline.specialist_desks.material.items.found_item import FoundItem, find, item_verb, my_desk
from heedline.specialist_desks.material.models import MaterialItem
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialCapability

NO_ADDRESS = "Type a web address, or an account with the name of its app"


def add(text: str, *, by: Attendance, at: datetime) -> UUID:
    """Return the item at the URL or account that an examiner typed, creating it if necessary.

    Raises NotHere, Refused, Locked and NotNow.
    """
    ring = by.keys()
    desk = my_desk(by)
    with refusals_logged(MaterialAct.ADDED, by=by.officer_id, desk=desk):
        by.require(MaterialCapability.EXAMINE, desk)
        locator = named_by_examiner(text)
        if locator is None:
            raise NotNow(NO_ADDRESS)
        with transaction.atomic():
            desk_index.wait_for(desk)
            with desk_index.writing(desk, ring) as opened:
                if opened is None:
                    raise NotNow("The index of your desk is being updated. Try again in a moment.")
                row, index = opened
                known = item_at(index, locator.key)
                if known is not None:
                    return known
                item = create(desk, content_at(locator), index, on=at.date())
                MaterialItem.objects.filter(id=item.id).update(indexed=row.id)
                content = content_at(locator)
                register_check.send(FoundItem(item, content, by, at), register_check.named_in(index, content))
                journal.record(
                    MaterialAct.ADDED, actor=by.officer_id, desk=desk, thing="item", thing_id=item.id
                )
                return item.id


@item_verb(MaterialAct.DANGER)
def open_danger(ref: UUID, *, by: Attendance, at: datetime) -> UUID:
    """Record a danger to life on the newest open report naming the item, and return the report.

    Raises NotHere, Refused, Locked, and NotNow if no open report names the item.
    """
    desk = my_desk(by)
    desk_index.wait_for(desk)
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.EXAMINE)
    keys = [one.key for one in found.content.addresses]
    with desk_index.writing(desk, by.keys()) as opened:
        refs = reports_naming(opened[1], keys) if opened is not None else ()
    rows = Report.objects.filter(id__in=refs, desk_id=desk).exclude(stage=Stage.CLOSED)
    alive = set(rows.values_list("id", flat=True))
    newest = next((one for one in refs if one in alive), None)
    if newest is None:
        raise NotNow(
            "No open report refers to this item. Record the threat as a report of its own, by New call."
        )
    report = find_report(newest, by=by, at=at)
    report.permit(Capability.HANDLE_DANGER)
    opening.open_danger(report)
    if "danger" not in found.content.parts:
        found.write(found.content.with_parts("danger"))
        found.save()
    found.record(MaterialAct.DANGER)
    return newest
