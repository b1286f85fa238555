"""View data for starting a notice about an item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.records import desk_parts
from heedline.specialist_desks.material.items.found_item import find, item_verb
from heedline.specialist_desks.material.items.sightings import Sighting, last
from heedline.specialist_desks.material.notice_rules.directory import ChannelTest, Company
from heedline.specialist_desks.material.notices.composing import met_in, why_not_begin
from heedline.specialist_desks.material.notices.standing import (
    ItemDeconfliction,
    channel_tests,
    deconflict,
    platform_company,
    send_unnamed,
)
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialCapability


@dataclass(frozen=True)
class NoticeBeginning:
    """The data for starting a notice about an item, with the company and the reason if none can start.

    `why_not` says why none can be written, or "". `reasons` are the examiners' own, which stay at the desk.
    """

    item: UUID
    why_not: str
    company: Company | None
    met: tuple[str, ...]
    tests: Mapping[int, ChannelTest]
    seen: Sighting | None
    cleared: ItemDeconfliction
    closed_audience: bool
    audience_approved: bool
    shown: tuple[str, ...] = field(repr=False)
    reasons: tuple[str, ...] = field(repr=False)


@item_verb(MaterialAct.NOTICES_VIEWED)
def beginning(ref: UUID, *, by: Attendance, at: datetime) -> NoticeBeginning:
    """Return the data for starting a notice about an item. Raise NotHere, Refused or Locked."""
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.NOTIFY)
    company = platform_company(found)
    why_not = why_not_begin(found)
    if not why_not:
        send_unnamed(found)
    rows = list(found.item.examinations.filter(round=found.item.round).order_by("at"))
    opened = desk_parts.opened([one.container for one in rows], by.keys())
    told: list[Mapping[str, Any]] = [opened.get(one.container, {}) for one in rows]
    return NoticeBeginning(
        item=ref,
        why_not=why_not,
        company=company,
        met=met_in(found),
        tests=channel_tests(found.item.desk_id, company, by.keys()) if company is not None else {},
        seen=last(ref),
        cleared=deconflict(found),
        closed_audience=bool(found.item.closed_audience),
        audience_approved=found.item.audience_approved_by_id is not None,
        shown=tuple(one.shown for one in found.content.addresses),
        reasons=tuple(str(text) for one in told for text in one.get("reasons", {}).values()),
    )
