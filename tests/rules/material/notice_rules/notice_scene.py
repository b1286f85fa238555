"""A notice that nothing speaks against, for tests to change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from uuid import UUID

from heedline.specialist_desks.material.notice_rules.clock import read_notice_rules
from heedline.specialist_desks.material.notice_rules.content import (
    NoticeAddressee,
    NoticeAuthority,
    NoticeBasis,
    NoticeConstable,
    NoticeContent,
    NoticeGround,
    NoticeItem,
    digest,
)
from heedline.specialist_desks.material.notice_rules.directory import ChannelKind
from heedline.specialist_desks.material.notice_rules.refusals import ItemStanding, NoticeStanding
from heedline.specialist_desks.material.rules import ItemState

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
RULES = read_notice_rules(files("heedline.packs") / "uk")
EXAMINER, REVIEWER, COMPOSER, APPROVER, SENIOR = (UUID(int=n) for n in range(1, 6))

REFERRAL = NoticeContent(
    reference="OM-26-0042",
    basis=NoticeBasis.VOLUNTARY,
    dated=date(2026, 11, 24),
    addressee=NoticeAddressee("Kiteboard Ltd", ChannelKind.EMAIL, "authorities@kiteboard.example"),
    authority=NoticeAuthority("The internet referral unit", "referrals@unit.example", "01632 960 123"),
    items=(
        NoticeItem("https://kiteboard.example/posts/Ab12Cd", "", date(2026, 11, 24), "Ab12Cd"),
        NoticeItem(
            "https://kiteboard.example/posts/Xy98", "A film of 40 seconds", date(2026, 11, 24), reappearance=2
        ),
    ),
    grounds=(NoticeGround("Terrorism Act 2006, section 2", "It praises an attack and calls for others."),),
    reasons="Placeholder reasons for an invented film.",
    terms_clause="4.2 No support for violence.",
    warning="the film shows violence.",
    acknowledge_by=NOW + timedelta(hours=24),
    answer_by=NOW + timedelta(hours=72),
    answer_url="https://answers.unit.example/n/placeholder",
)
LETTER = NoticeContent(
    reference="OM-26-0043",
    basis=NoticeBasis.SECTION_3,
    dated=date(2026, 11, 24),
    addressee=NoticeAddressee(
        "Kiteboard Ltd", ChannelKind.POST, "The Secretary, Kiteboard Ltd, 1 Sample Street"
    ),
    authority=REFERRAL.authority,
    items=(NoticeItem("https://kiteboard.example/posts/Ab12Cd", "A film of 40 seconds", date(2026, 11, 24)),),
    grounds=REFERRAL.grounds,
    reasons=REFERRAL.reasons,
    constable=NoticeConstable("A. Sample", "Detective Constable", "0000", "Exampleshire Police"),
)
ITEM = ItemStanding(
    state=ItemState.UNLAWFUL,
    examiner=EXAMINER,
    reviewer=REVIEWER,
    expression_answered=True,
    deconflicted=True,
    closed_audience=False,
    live_at=NOW - timedelta(hours=2),
    of_company=True,
)


def standing(content: NoticeContent, *items: ItemStanding, **more: object) -> NoticeStanding:
    """Return the standing of a notice that has been approved as it is."""
    return NoticeStanding(
        items=items or (ITEM,) * len(content.items),
        **{"composer": COMPOSER, "approver": APPROVER, "approved_digest": digest(content), **more},  # type: ignore[arg-type]
    )
