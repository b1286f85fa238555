"""View data for notices: the list, one notice, an item's notices and My work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from heedline.audit import journal
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.pages.desk_tabs import WorkWaiting
from heedline.casework.recording import refusals_logged
from heedline.casework.records import desk_parts
from heedline.casework.report.opening import short_name
from heedline.desks.models import Officer
from heedline.dispatch.clocks import due_words
from heedline.specialist_desks.material.delivery import pack_data
from heedline.specialist_desks.material.items import sightings
from heedline.specialist_desks.material.items.found_item import my_desk
from heedline.specialist_desks.material.items.sightings import Sighting
from heedline.specialist_desks.material.models import CompanyNotice, EvidenceEntry, NoticeAnswer
from heedline.specialist_desks.material.models.notices import BEGUN
from heedline.specialist_desks.material.notice_rules.content import NoticeBasis
from heedline.specialist_desks.material.notice_rules.directory import Company
from heedline.specialist_desks.material.notice_rules.refusals import OF_STATE
from heedline.specialist_desks.material.notice_rules.states import (
    OPEN_NOTICES,
    CompanyAnswer,
    NoticeState,
    is_contradicted,
)
from heedline.specialist_desks.material.notice_rules.stored import StoredNotice
from heedline.specialist_desks.material.notices import composing, due, sending
from heedline.specialist_desks.material.notices.found_notice import find_notice, notice_verb
from heedline.specialist_desks.material.rules import OPEN
from heedline.specialist_desks.material.vocabulary import DESK_KIND, MaterialAct, MaterialCapability

#: Lines of a page of notices.
A_PAGE: Final = 50
#: States in which a company has a notice that still stands, once it was sent.
_WITH_THE_COMPANY: Final = frozenset(
    {NoticeState.SENT, NoticeState.FAILED, NoticeState.CLOSED, NoticeState.LAPSED}
)
#: The lists of notices, and the states in each.
NOTICE_LISTS: Final[Mapping[str, frozenset[NoticeState]]] = {
    "open": OPEN_NOTICES,
    "approve": frozenset({NoticeState.PROPOSED}),
    "finished": frozenset(NoticeState) - OPEN_NOTICES,
}


@dataclass(frozen=True)
class CompanyNoticeLine:
    """A notice in a list."""

    ref: UUID
    reference: str
    item: UUID
    item_short: str
    basis: NoticeBasis
    state: NoticeState
    answer: CompanyAnswer
    step: str
    due_at: datetime | None
    red: bool
    owner: str
    mine: bool
    company: str = field(repr=False)


@dataclass(frozen=True)
class NoticeQueue:
    """A page of a desk's notices. `late` counts the open ones that need action."""

    desk_name: str
    lines: tuple[CompanyNoticeLine, ...]
    counts: Mapping[str, int]
    late: int
    page: int
    pages: int


@dataclass(frozen=True)
class ShownAttempt:
    """A delivery attempt with its reply."""

    at: datetime
    by: str
    outcome: str
    proof: str = field(repr=False)


@dataclass(frozen=True)
class ShownAnswer:
    """A company's answer, from its page or recorded by an officer."""

    at: datetime
    answer: CompanyAnswer
    recorded_by: str
    name: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True)
class NoticeView:
    """The data for a notice's page.

    `refused` are the reasons why it cannot go on now. `overturned` means that the company has a notice about an item
    which is no longer assessed as unlawful, and not only being examined again.
    """

    line: CompanyNoticeLine
    version: int
    stored: StoredNotice = field(repr=False)
    company: Company | None
    composer: str
    approver: str
    approved_at: datetime | None
    sent_at: datetime | None
    given_on: date | None
    attempts: tuple[ShownAttempt, ...]
    answers: tuple[ShownAnswer, ...]
    refused: tuple[str, ...]
    may_approve: bool
    escalation: str
    next_try: datetime | None
    seen: Sighting | None
    contradicted: bool
    can_withdraw: bool
    overturned: bool
    crisis: bool


def listed(chosen: str, page: int, *, by: Attendance, at: datetime) -> NoticeQueue:
    """Return a page of the notices at the officer's desk, most urgent first. Raise NotHere or Locked."""
    desk = my_desk(by)
    with refusals_logged(MaterialAct.NOTICES_VIEWED, by=by.officer_id, desk=desk):
        by.require(MaterialCapability.SEE, desk)
    ring = by.keys()
    rows = _in_list(desk, chosen).select_related("owner")
    total = rows.count()
    shown = list(rows.order_by("due_at", "-composed_at", "id")[(page - 1) * A_PAGE : page * A_PAGE])
    opened = desk_parts.opened([one.container for one in shown], ring)
    journal.record(MaterialAct.NOTICES_VIEWED, actor=by.officer_id, desk=desk)
    counts = {name: _in_list(desk, name).count() for name in NOTICE_LISTS}
    lines = tuple(_line(one, opened.get(one.container), by, at) for one in shown)
    name = next(one.name for one in by.desks if one.id == desk)
    return NoticeQueue(name, lines, counts, _late(desk, at), page, max(1, -(-total // A_PAGE)))


def _in_list(desk: UUID, chosen: str) -> QuerySet[CompanyNotice]:
    """Return the notices in one list. Closed ones with unread answers count as open."""
    wanted = Q(state__in=[str(one) for one in NOTICE_LISTS.get(chosen, OPEN_NOTICES)])
    if NOTICE_LISTS.get(chosen, OPEN_NOTICES) == OPEN_NOTICES:
        wanted |= Q(due_at__isnull=False)
    return CompanyNotice.objects.filter(wanted, desk_id=desk)


def of_item(item: UUID, *, by: Attendance, at: datetime) -> tuple[CompanyNoticeLine, ...]:
    """Return the notices about an item, newest first."""
    rows = list(
        CompanyNotice.objects.filter(item_id=item, desk_id__in=by.desk_ids)
        .select_related("owner")
        .order_by("-composed_at")
    )
    opened = desk_parts.opened([one.container for one in rows], by.keys())
    return tuple(_line(one, opened.get(one.container), by, at) for one in rows)


@dataclass(frozen=True)
class OpenNotice:
    """An item's open notice, as shown in the queue."""

    ref: UUID
    state: NoticeState
    due_at: datetime | None
    red: bool


def of_items(items: Sequence[UUID], at: datetime) -> dict[UUID, OpenNotice]:
    """Return these items' open notices."""
    rows = CompanyNotice.objects.filter(item_id__in=items, state__in=[str(one) for one in OPEN_NOTICES])
    return {
        one.item_id: OpenNotice(one.id, NoticeState(one.state), one.due_at, due.is_red(one, at))
        for one in rows
    }


@notice_verb(MaterialAct.NOTICES_VIEWED)
def one(ref: UUID, *, by: Attendance, at: datetime) -> NoticeView:
    """Return the data for a notice's page, and log the view. Raise NotHere, Refused or Locked."""
    found = find_notice(ref, by=by, at=at)
    found.permit(MaterialCapability.SEE)
    found.record(MaterialAct.NOTICES_VIEWED)
    row, ring = found.row, by.keys()
    people = [one for one in (row.composer_id, row.approver_id) if one is not None]
    names = dict(Officer.objects.filter(id__in=people).values_list("id", "name"))
    before = found.state in {
        NoticeState.DRAFT,
        NoticeState.PROPOSED,
        NoticeState.APPROVED,
        NoticeState.FAILED,
    }
    sending_now = found.state in {NoticeState.APPROVED, NoticeState.FAILED}
    refused, standing = composing.why_not(found, sending=sending_now) if before else ([], None)
    seen = sightings.last(row.item_id)
    level = due.next_escalation(row, at)
    with_it = found.state in _WITH_THE_COMPANY and row.sent_at is not None
    may_approve = (
        found.state is NoticeState.PROPOSED
        and standing is not None
        and composing.may_approve(standing, by.officer_id)
    )
    return NoticeView(
        line=_line(row, found.stored.to_words(), by, at),
        version=row.version,
        stored=found.stored,
        company=pack_data.directory().companies.get(found.stored.company),
        composer=names.get(row.composer_id, ""),
        approver=names.get(row.approver_id, "") if row.approver_id is not None else "",
        approved_at=row.approved_at,
        sent_at=row.sent_at,
        given_on=row.given_on,
        attempts=_attempts(row, ring),
        answers=_answers(row, ring),
        refused=tuple(refused),
        may_approve=may_approve,
        escalation=level.to if level is not None and found.state is NoticeState.SENT else "",
        next_try=sending.next_try(found),
        seen=seen,
        contradicted=is_contradicted(found.answer, seen.verdict if seen is not None else None),
        can_withdraw=with_it,
        overturned=found.item.state in OF_STATE and found.item.state not in OPEN and with_it,
        crisis=row.crisis,
    )


def waiting_for_me(by: Attendance, at: datetime) -> tuple[WorkWaiting, ...]:
    """Return the notice counts shown under My work. No keys are needed."""
    desk = next((one.id for one in by.desks if one.kind == DESK_KIND), None)
    if desk is None:
        return ()
    waiting = []
    if late := _late(desk, at):
        waiting.append(f"{late} notice{'s are' if late > 1 else ' is'} overdue or returned.")
    rows = CompanyNotice.objects.filter(desk_id=desk)
    mine = rows.filter(owner_id=by.officer_id, state__in=[str(one) for one in OPEN_NOTICES])
    first = mine.exclude(due_at=None).order_by("due_at").values_list("due_at", flat=True).first()
    if number := mine.count():
        waiting.append(
            f"You own {number} open notice{'s' if number > 1 else ''}."
            + (f" Next: {_due(first, at)}." if first is not None else "")
        )
    proposed = rows.filter(state=str(NoticeState.PROPOSED))
    added = EvidenceEntry.objects.filter(
        item_id=OuterRef("item_id"), routine=False, number__gt=OuterRef("evidence")
    )
    if again := proposed.filter(Exists(added), composer_id=by.officer_id).count():
        waiting.append(
            f"{again} notice{'s' if again > 1 else ''} of yours must be submitted again: evidence was added."
        )
    others = proposed.exclude(composer_id=by.officer_id).count()
    if others:
        waiting.append(f"{others} notice{'s wait' if others > 1 else ' waits'} for approval.")
    return tuple(WorkWaiting(words=one, url="material-notices", link="See the notices") for one in waiting)


def _due(moment: datetime, at: datetime) -> str:
    return due_words(moment, at, office_zone())


def _late(desk: UUID, at: datetime) -> int:
    late = Q(due_at__lte=at) | Q(state=str(NoticeState.FAILED))
    return CompanyNotice.objects.filter(late, desk_id=desk).count()


def _line(
    row: CompanyNotice, words: Mapping[str, Any] | None, by: Attendance, at: datetime
) -> CompanyNoticeLine:
    return CompanyNoticeLine(
        ref=row.id,
        reference=row.reference,
        item=row.item_id,
        item_short=short_name(row.item_id),
        basis=NoticeBasis(row.basis),
        state=NoticeState(row.state),
        answer=CompanyAnswer(row.answer),
        step=row.step,
        due_at=row.due_at,
        red=due.is_red(row, at),
        owner=row.owner.name,
        mine=row.owner_id == by.officer_id,
        company=str(words["content"]["addressee"]["company"]) if words else "",
    )


def _attempts(row: CompanyNotice, ring: Keyring) -> tuple[ShownAttempt, ...]:
    rows = list(row.attempts.select_related("officer").order_by("-at"))
    opened = desk_parts.opened([one.container for one in rows if one.container is not None], ring)
    return tuple(
        ShownAttempt(
            one.at,
            one.officer.name,
            one.outcome if one.outcome != BEGUN else "",
            str(opened.get(one.container, {}).get("proof", "")) if one.container is not None else "",
        )
        for one in rows
    )


def _answers(row: CompanyNotice, ring: Keyring) -> tuple[ShownAnswer, ...]:
    rows: list[NoticeAnswer] = list(row.answers.select_related("officer").order_by("-at"))
    opened = desk_parts.opened([one.container for one in rows], ring)
    return tuple(
        ShownAnswer(
            one.at,
            CompanyAnswer(one.answer),
            one.officer.name if one.officer is not None else "",
            str(opened.get(one.container, {}).get("name", "")),
            str(opened.get(one.container, {}).get("text", "")),
        )
        for one in rows
    )
