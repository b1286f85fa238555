"""Reasons for refusing to send a notice, based on its content and on the examination of its items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from heedline.specialist_desks.material.notice_rules.clock import NoticeRules
from heedline.specialist_desks.material.notice_rules.content import NoticeBasis, NoticeContent, digest
from heedline.specialist_desks.material.notice_rules.directory import ChannelKind
from heedline.specialist_desks.material.rules import ItemState


class NoticeRefusal(StrEnum):
    """A reason for refusing a notice, as shown to officers."""

    NO_ITEMS = "Add at least one item."
    TOO_MANY_ITEMS = "There are too many items. Divide them between several notices."
    ITEM_TWICE = "An item is listed twice."
    NOT_FINDABLE = "Give an address or a description for every item."
    NO_GROUND = "Name the legal provision, or quote the company's terms."
    NO_REASONS = "Give the reasons."
    NO_AUTHORITY = "Name the unit and its email address."
    NO_ADDRESSEE = "Name the company and its address."
    NO_TIME = "Say by when the company should acknowledge and answer."
    NO_ANSWER_PAGE = "Add the page on which the company answers."
    NOT_EXAMINED = "An item has not been examined."
    LAWFUL = "An item was found to be lawful, or not to break any terms. No notice can be written about it."
    HELD = "Investigators need an item to stay where it is. No company is told until they agree."
    REFERRED = (
        "An item was referred to the unit for child abuse material. No notice is written about it here."
    )
    SECOND_REVIEW = "A second reviewer has not confirmed that an item is unlawful."
    EXPRESSION = "The question about freedom of expression has not been answered for an item."
    DECONFLICTION = "Investigators have not yet agreed that the company is told."
    CLOSED_AUDIENCE = "Few people could have seen an item, so a notice could expose the reporter. A senior officer must approve it."
    STALE = "It is too long since anybody checked that an item is still there. Check again first."
    NOT_THERE = "An item is no longer there, or could not be checked."
    OTHER_COMPANY = "An item is on a platform of another company."
    CHANNEL = "The channel has failed its last test, or has not been tested for too long."
    LANGUAGE = "The company doesn't accept notices in this language."
    ENTRY_OUT_OF_DATE = "Nobody has confirmed the company's entry in the directory for too long."
    REPORT_WORDS = (
        "The notice repeats words of a report, which could give the reporter away. Say it in other words."
    )
    NOT_COMPARED = (
        "Not every report about an item could be read and compared with the notice. Ask a colleague whose keys open all of"
        " them."
    )
    EVIDENCE_ADDED = "Evidence was added after this notice was submitted. Read it, return the notice as a draft and submit it again."
    NOT_APPROVED = "The notice has not been approved."
    OWN_APPROVAL = "You wrote this notice or examined an item in it. Somebody else approves it."
    TIMES_PASSED = "The times in the notice have passed. Have it approved again."
    CHANGED_SINCE = "The notice has been changed since it was approved."
    BY_HAND_OR_POST = (
        "A section 3 notice is served by hand or by recorded post. It can't be sent electronically."
    )
    NO_CONSTABLE = "Name the constable whose opinion the notice states, with rank, number and force."
    NOT_DESCRIBED = "Describe every statement, article or record for the section 3 notice."
    TERMS_ONLY = "An item only breaks the company's terms. A section 3 notice needs material that is unlawfully terrorism-related."
    NO_PROVISION = "Name the provision of the Terrorism Act 2006 for the section 3 notice."


#: The refusal that follows from an item's state at the desk. Items in other states may be in a notice.
OF_STATE: Final[Mapping[ItemState, NoticeRefusal]] = MappingProxyType(
    {
        ItemState.NEW: NoticeRefusal.NOT_EXAMINED,
        ItemState.EXAMINING: NoticeRefusal.NOT_EXAMINED,
        ItemState.SECOND: NoticeRefusal.SECOND_REVIEW,
        ItemState.DISPUTED: NoticeRefusal.SECOND_REVIEW,
        ItemState.HELD: NoticeRefusal.HELD,
        ItemState.LAWFUL: NoticeRefusal.LAWFUL,
        ItemState.OUTSIDE: NoticeRefusal.LAWFUL,
        ItemState.UNCLEAR: NoticeRefusal.LAWFUL,
        ItemState.GONE: NoticeRefusal.NOT_THERE,
        ItemState.REFERRED: NoticeRefusal.REFERRED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStanding:
    """The examination state of one item in a notice.

    `examiner` examined it first, and `reviewer` confirmed it. `live_at` is when the item was last seen to be there, or None
    if the last check did not find it. `deconflicted` means that investigators agreed. `closed_audience` means that
    few could have seen the item; `senior` is the senior officer who approved a notice all the same.
    """

    state: ItemState
    examiner: UUID | None
    reviewer: UUID | None
    expression_answered: bool
    deconflicted: bool
    closed_audience: bool
    live_at: datetime | None
    of_company: bool
    senior: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeStanding:
    """The facts that decide whether a notice may be sent, apart from its content.

    `approved_digest` is the digest of what was approved. `repeats_report` means that the notice has a run of words
    that a report has too, and `compared` that it was compared with every report that names an item.
    `evidence_added` means that the items' evidence has grown since the notice was submitted for approval.
    """

    items: tuple[ItemStanding, ...]
    composer: UUID
    approver: UUID | None = None
    approved_digest: str = ""
    channel_tested: bool = True
    entry_confirmed: bool = True
    repeats_report: bool = False
    compared: bool = True
    evidence_added: bool = False
    languages: frozenset[str] = field(default_factory=lambda: frozenset({"en"}))


def refusals(
    content: NoticeContent,
    standing: NoticeStanding,
    rules: NoticeRules,
    now: datetime,
    *,
    sending: bool = True,
) -> list[NoticeRefusal]:
    """Return the reasons for refusing to send a notice, or to submit it for approval if not `sending`."""
    found = [*_incomplete(content, rules), *_unfounded(content, standing, rules, now)]
    if content.basis is NoticeBasis.SECTION_3:
        found += _not_a_section_3_notice(content, standing)
    if sending:
        found += _not_approved(content, standing)
        if content.acknowledge_by is not None and content.acknowledge_by <= now:
            found.append(NoticeRefusal.TIMES_PASSED)
    return list(dict.fromkeys(found))


def _incomplete(content: NoticeContent, rules: NoticeRules) -> Iterator[NoticeRefusal]:
    if not content.items:
        yield NoticeRefusal.NO_ITEMS
    if len(content.items) > rules.items:
        yield NoticeRefusal.TOO_MANY_ITEMS
    places = [one.address or one.description for one in content.items]
    if not all(place.strip() for place in places):
        yield NoticeRefusal.NOT_FINDABLE
    if len(set(places)) < len(places):
        yield NoticeRefusal.ITEM_TWICE
    if not content.terms_clause.strip() and not any(one.provision.strip() for one in content.grounds):
        yield NoticeRefusal.NO_GROUND
    if not content.reasons.strip() or not all(one.reason.strip() for one in content.grounds):
        yield NoticeRefusal.NO_REASONS
    if not content.authority.unit.strip() or not content.authority.email.strip():
        yield NoticeRefusal.NO_AUTHORITY
    if not content.addressee.company.strip() or not content.addressee.address.strip():
        yield NoticeRefusal.NO_ADDRESSEE
    if content.basis is NoticeBasis.VOLUNTARY:
        if content.acknowledge_by is None or content.answer_by is None:
            yield NoticeRefusal.NO_TIME
        if not content.answer_url:
            yield NoticeRefusal.NO_ANSWER_PAGE


def _unfounded(
    content: NoticeContent, standing: NoticeStanding, rules: NoticeRules, now: datetime
) -> Iterator[NoticeRefusal]:
    if len(standing.items) != len(content.items):
        yield NoticeRefusal.NOT_EXAMINED
    for one in standing.items:
        yield from _unfounded_item(one, standing, rules, now)
    if content.addressee.kind is not ChannelKind.POST and not standing.channel_tested:
        yield NoticeRefusal.CHANNEL
    if not standing.entry_confirmed:
        yield NoticeRefusal.ENTRY_OUT_OF_DATE
    if content.addressee.language not in standing.languages:
        yield NoticeRefusal.LANGUAGE
    if standing.repeats_report:
        yield NoticeRefusal.REPORT_WORDS
    if not standing.compared:
        yield NoticeRefusal.NOT_COMPARED
    if standing.evidence_added:
        yield NoticeRefusal.EVIDENCE_ADDED


def _unfounded_item(
    item: ItemStanding, standing: NoticeStanding, rules: NoticeRules, now: datetime
) -> Iterator[NoticeRefusal]:
    if item.state in OF_STATE:
        yield OF_STATE[item.state]
    if item.examiner is None:
        yield NoticeRefusal.NOT_EXAMINED
    if item.state is ItemState.UNLAWFUL and item.reviewer in {None, item.examiner}:
        yield NoticeRefusal.SECOND_REVIEW
    if not item.expression_answered:
        yield NoticeRefusal.EXPRESSION
    if not item.deconflicted:
        yield NoticeRefusal.DECONFLICTION
    if item.closed_audience and item.senior in {None, item.examiner, standing.composer}:
        yield NoticeRefusal.CLOSED_AUDIENCE
    if item.live_at is None:
        yield NoticeRefusal.NOT_THERE
    elif now - item.live_at > rules.fresh:
        yield NoticeRefusal.STALE
    if not item.of_company:
        yield NoticeRefusal.OTHER_COMPANY


def _not_approved(content: NoticeContent, standing: NoticeStanding) -> Iterator[NoticeRefusal]:
    if standing.approver is None:
        yield NoticeRefusal.NOT_APPROVED
    elif why_not_approve(standing, standing.approver):
        yield NoticeRefusal.OWN_APPROVAL
    elif standing.approved_digest != digest(content):
        yield NoticeRefusal.CHANGED_SINCE


def why_not_approve(standing: NoticeStanding, officer: UUID) -> NoticeRefusal | None:
    """Return the reason why an officer may not approve a notice, or None.

    Whoever wrote it or first examined an item in it may not. A second reviewer may.
    """
    involved = {standing.composer, *(one.examiner for one in standing.items)}
    return NoticeRefusal.OWN_APPROVAL if officer in involved else None


def _not_a_section_3_notice(content: NoticeContent, standing: NoticeStanding) -> Iterator[NoticeRefusal]:
    if content.addressee.kind is not ChannelKind.POST:
        yield NoticeRefusal.BY_HAND_OR_POST
    officer = content.constable
    if officer is None or not all((officer.name, officer.rank, officer.number, officer.force)):
        yield NoticeRefusal.NO_CONSTABLE
    if not all(one.description.strip() for one in content.items):
        yield NoticeRefusal.NOT_DESCRIBED
    if any(one.state is ItemState.TERMS for one in standing.items):
        yield NoticeRefusal.TERMS_ONLY
    if not any(one.provision.strip() for one in content.grounds):
        yield NoticeRefusal.NO_PROVISION
