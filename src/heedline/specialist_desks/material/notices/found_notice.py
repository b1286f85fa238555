"""The steps shared by every action on a notice: lookup, permission, transition, deadline and logging."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.duty import alarms
from heedline.casework.errors import CannotOpen, Changed, NotHere
from heedline.casework.records import desk_parts
from heedline.casework.records.record import verb_on
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.items import found_item
from heedline.specialist_desks.material.items.found_item import FoundItem
from heedline.specialist_desks.material.models import CompanyNotice, NoticeAttempt
from heedline.specialist_desks.material.models.notices import BEGUN
from heedline.specialist_desks.material.notice_rules.content import NoticeBasis
from heedline.specialist_desks.material.notice_rules.states import (
    CompanyAnswer,
    NoticeMove,
    NoticeState,
    NotThisMove,
    moved,
)
from heedline.specialist_desks.material.notice_rules.stored import StoredNotice
from heedline.specialist_desks.material.notices import due
from heedline.specialist_desks.material.vocabulary import (
    NOTICE,
    MaterialAct,
    MaterialCapability,
)

#: How long an attempt that has begun is left alone. Afterwards nobody knows how it ended, and it counts as failed.
_UNDER_WAY = timedelta(minutes=5)
CHANGED = "A colleague has changed this notice. Look at it again before you decide."
#: The columns of a notice that change after it was written.
CHANGING = (
    "state",
    "answer",
    "version",
    "container",
    "approved_container",
    "composer",
    "approver",
    "owner",
    "approved_at",
    "sent_at",
    "acknowledge_by",
    "answer_by",
    "acknowledged_at",
    "answered_at",
    "given_on",
    "evidence",
    "step",
    "due_at",
    "escalated",
    "token",
    "token_until",
)
#: The event that resolves the alarm about an overdue notice.
MOVED = "material-notice-moved"


@dataclass
class FoundNotice:
    """A notice visible to the officer, with its row and its item's row locked and its content decrypted."""

    row: CompanyNotice
    stored: StoredNotice
    item: FoundItem
    by: Attendance
    at: datetime

    @property
    def state(self) -> NoticeState:
        return NoticeState(self.row.state)

    @property
    def basis(self) -> NoticeBasis:
        return NoticeBasis(self.row.basis)

    @property
    def answer(self) -> CompanyAnswer:
        return CompanyAnswer(self.row.answer)

    def permit(self, capability: MaterialCapability) -> None:
        """Raise Refused unless the officer has this capability at the notice's desk."""
        self.by.require(capability, self.row.desk_id)

    def move(self, move: NoticeMove) -> None:
        """Apply a transition to the notice. Raise NotNow if its state does not allow it."""
        try:
            self.row.state = moved(self.state, move, self.basis)
        except NotThisMove:
            raise NotNow(CHANGED) from None

    def not_under_way(self) -> None:
        """Raise NotNow while a delivery attempt is in progress."""
        begun = NoticeAttempt.objects.filter(notice=self.row, outcome=BEGUN, at__gt=self.at - _UNDER_WAY)
        if begun.exists():
            raise NotNow("A colleague is sending this notice now.")

    def seal(self, words: dict[str, object], part: str) -> UUID:
        """Seal text about the notice to the desk, and return its container."""
        return desk_parts.seal(self.row.desk_id, self.row.id, words, part=part, on=self.at.date())

    def write(self, stored: StoredNotice) -> None:
        """Seal new content for an unapproved draft."""
        self.stored = stored
        self.row.container = self.seal(stored.to_words(), NOTICE)
        self.row.approved_container = None
        self.row.approver_id = None
        self.row.approved_at = None
        self.row.acknowledge_by, self.row.answer_by = stored.content.acknowledge_by, stored.content.answer_by

    def save(self) -> None:
        """Update the notice's next step, and save its row with the version number increased by one."""
        due.settle(self.row)
        self.row.version += 1
        self.row.save(update_fields=CHANGING)
        if self.row.due_at is None or self.row.due_at > self.at:
            alarms.resolve(MOVED, self.row.id, by=self.by, at=self.at)

    def record(self, act: MaterialAct, **detail: str | int | bool) -> None:
        """Log the action on the notice's item in the same transaction."""
        self.item.record(act, notice=self.row.reference, **detail)


def find_notice(ref: UUID, *, by: Attendance, at: datetime, version: int | None = None) -> FoundNotice:
    """Return a notice, with its row and its item's row locked.

    Raises NotHere for a notice of no desk of the officer, Locked, and Changed if its version is no longer `version`.
    """
    about = (
        CompanyNotice.objects.filter(id=ref, desk_id__in=by.desk_ids).values_list("item", flat=True).first()
    )
    if about is None:
        raise NotHere
    item = found_item.find(about, by=by, at=at)
    row = CompanyNotice.objects.select_for_update().get(id=ref)
    if version is not None and row.version != version:
        raise Changed(CHANGED)
    opened = desk_parts.opened([row.container], by.keys())
    if row.container not in opened:
        raise CannotOpen
    return FoundNotice(row, StoredNotice.from_words(opened[row.container]), item, by, at)


def notice_verb[**P, R](act: MaterialAct) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that makes `do(ref, …, by=…, at=…)` an action on a notice."""
    return verb_on(act, CompanyNotice, "notice")
