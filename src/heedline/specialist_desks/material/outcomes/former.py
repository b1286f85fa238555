"""Statistics on items that have been disposed of, sealed to the desk at disposal.

Days, outcomes, provisions and platforms, without an address, an item or a person. Figures of a past day stay what they were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import office_zone
from heedline.casework.errors import CannotOpen
from heedline.casework.records import desk_parts
from heedline.specialist_desks.material.items.found_item import FoundItem
from heedline.specialist_desks.material.models import (
    CompanyNotice,
    Examination,
    MaterialDisposal,
    MaterialSighting,
    NoticeAnswer,
    NoticeAttempt,
)
from heedline.specialist_desks.material.notice_rules.states import CompanyAnswer
from heedline.specialist_desks.material.rules import ItemOutcome, Place
from heedline.specialist_desks.material.vocabulary import FIGURES

#: Outcomes of attempts that tell a company of a withdrawal.
WITHDRAWALS = ("withdrawn", "not-told")


@dataclass(frozen=True, slots=True)
class FormerNotice:
    """A sent notice, with its platform and the dates of sending, withdrawal and removal."""

    sent_on: date
    platform: str
    withdrawn_on: date | None
    gone_on: date | None
    hours: float | None


@dataclass(frozen=True, slots=True)
class FormerItem:
    """One item's statistics, with the dates and results of its first and second examinations."""

    found_on: date
    firsts: tuple[tuple[date, str, tuple[str, ...]], ...]
    seconds: tuple[tuple[date, bool], ...]
    notices: tuple[FormerNotice, ...]

    def to_words(self) -> dict[str, Any]:
        """Serialise the statistics for sealing."""
        return {
            "found": self.found_on.isoformat(),
            "firsts": [[day.isoformat(), outcome, list(met)] for day, outcome, met in self.firsts],
            "seconds": [[day.isoformat(), agreed] for day, agreed in self.seconds],
            "notices": [
                {
                    "sent": one.sent_on.isoformat(),
                    "platform": one.platform,
                    "withdrawn": _text(one.withdrawn_on),
                    "gone": _text(one.gone_on),
                    "hours": "" if one.hours is None else repr(one.hours),
                }
                for one in self.notices
            ],
        }

    @classmethod
    def from_words(cls, words: Mapping[str, Any]) -> FormerItem:
        """Build the statistics from the result of `to_words`."""
        return cls(
            date.fromisoformat(words["found"]),
            tuple((date.fromisoformat(day), outcome, tuple(met)) for day, outcome, met in words["firsts"]),
            tuple((date.fromisoformat(day), bool(agreed)) for day, agreed in words["seconds"]),
            tuple(
                FormerNotice(
                    date.fromisoformat(one["sent"]),
                    one["platform"],
                    _day(one["withdrawn"]),
                    _day(one["gone"]),
                    float(one["hours"]) if one["hours"] else None,
                )
                for one in words["notices"]
            ),
        )


def seal(found: FoundItem, disposal: UUID) -> UUID:
    """Seal a disposed item's statistics; return the container. Raise SealingStopped if sealing fails."""
    words = former_item(found).to_words()
    return desk_parts.seal(found.item.desk_id, disposal, words, part=FIGURES, on=found.at.date())


def former_items(desk: UUID, ring: Keyring) -> Sequence[FormerItem]:
    """Return the statistics for every item that a desk has disposed of.

    Raises CannotOpen if these keys do not open all of it: figures without a part of it would be wrong.
    """
    rows = MaterialDisposal.objects.filter(desk_id=desk, done=True).exclude(figures=None)
    containers = [one for one in rows.values_list("figures", flat=True) if one is not None]
    opened = desk_parts.opened(containers, ring)
    if len(opened) < len(containers):
        raise CannotOpen
    return [FormerItem.from_words(words) for words in opened.values()]


def former_item(found: FoundItem) -> FormerItem:
    """Return an item's current statistics."""
    made = list(Examination.objects.filter(item=found.item).order_by("at", "id"))
    firsts = {one.round: one for one in made if one.place == Place.FIRST}
    platform = found.content.addresses[0].platform if found.content.addresses else ""
    return FormerItem(
        found.item.found_on,
        tuple((day_of(one.at), one.outcome, tuple(one.met)) for one in made if one.place == Place.FIRST),
        tuple(
            (day_of(one.at), agrees(firsts.get(one.round), one)) for one in made if one.place == Place.SECOND
        ),
        tuple(
            _notice(one, platform)
            for one in CompanyNotice.objects.filter(item=found.item).exclude(sent_at=None).order_by("sent_at")
        ),
    )


def agrees(first: Examination | None, second: Examination) -> bool:
    """Return whether a second examination found the same outcome and at least one provision in common."""
    if first is None:
        return False
    both = ItemOutcome(first.outcome).illegal and ItemOutcome(second.outcome).illegal
    return bool(both and set(first.met) & set(second.met))


def day_of(at: datetime) -> date:
    """Return the date on which a time falls, in the office's time zone."""
    return at.astimezone(office_zone()).date()


def _notice(one: CompanyNotice, platform: str) -> FormerNotice:
    assert one.sent_at is not None  # noqa: S101 - the caller's filter
    told = NoticeAttempt.objects.filter(notice=one, outcome__in=WITHDRAWALS).order_by("at").first()
    said = NoticeAnswer.objects.filter(notice=one, answer=str(CompanyAnswer.REMOVED)).order_by("at").first()
    seen = (
        MaterialSighting.objects.filter(
            item_id=one.item_id, verdict__startswith="removed", at__gte=one.sent_at
        )
        .order_by("at")
        .first()
    )
    gone = min((row.at for row in (said, seen) if row is not None), default=None)
    return FormerNotice(
        day_of(one.sent_at),
        platform,
        day_of(told.at) if told is not None else None,
        day_of(gone) if gone is not None else None,
        (gone - one.sent_at).total_seconds() / 3600 if gone is not None else None,
    )


def _text(day: date | None) -> str:
    return day.isoformat() if day is not None else ""


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
