"""The wording of notices, as headed paragraphs that every format shares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from heedline.specialist_desks.material.locators import defanged
from heedline.specialist_desks.material.notice_rules.content import NoticeBasis, NoticeContent, NoticeItem

_ZONE = ZoneInfo("Europe/London")
#: Subject of an email and title of a paper. It never says what the notice is about.
SUBJECTS = {
    NoticeBasis.VOLUNTARY: "Referral {reference}: please acknowledge",
    NoticeBasis.SECTION_3: "Notice {reference} under section 3 of the Terrorism Act 2006",
}


@dataclass(frozen=True, slots=True)
class NoticePart:
    """A heading and its paragraphs, which may be a numbered list."""

    heading: str
    paragraphs: tuple[str, ...]
    numbered: bool = False


def subject(content: NoticeContent) -> str:
    """Return the subject line of a notice, which identifies it only by its reference."""
    return SUBJECTS[content.basis].format(reference=content.reference)


def parts(content: NoticeContent, *, exact: bool = False) -> list[NoticePart]:
    """Return the parts of a notice, with URLs defanged unless `exact` is set."""
    write = _section_3 if content.basis is NoticeBasis.SECTION_3 else _voluntary
    return list(write(content, exact=exact))


def _voluntary(content: NoticeContent, *, exact: bool) -> Iterator[NoticePart]:
    unit = re.sub(r"^The ", "the ", content.authority.unit)
    opening = [
        f"To {content.addressee.company}.",
        f"We are {unit}. We have examined the material below and ask you to review it under your own terms and, if you"
        " agree, to remove it or disable access to it. This is a voluntary referral and not an order.",
    ]
    if content.warning:
        opening.append(f"Warning: {content.warning}")
    yield NoticePart(subject(content), tuple(opening))
    yield _items(content, exact=exact)
    yield NoticePart("Why we ask", _reasons(content))
    asked = []
    if content.acknowledge_by:
        asked.append(f"Acknowledge this referral by {moment(content.acknowledge_by)}.")
    if content.answer_by:
        asked.append(f"Tell us what you decided by {moment(content.answer_by)}.")
    if content.preserve:
        asked.append("Preserve the material and the account's records, because they may be evidence.")
    if content.confidential:
        asked.append("Don't tell the person who posted it that police referred it.")
    yield NoticePart("What we ask of you", tuple(asked), numbered=True)
    yield NoticePart(
        "How to answer",
        (
            f"Answer, object or ask a question at {content.answer_url}. You don't need an account.",
            _contact(content),
        ),
    )


def _section_3(content: NoticeContent, *, exact: bool) -> Iterator[NoticePart]:
    officer = content.constable
    who = f"{officer.rank} {officer.name}, number {officer.number}, {officer.force}" if officer else ""
    yield NoticePart(
        subject(content),
        (
            f"To {content.addressee.company}, {content.addressee.address}.",
            f"Given by {who}, a constable.",
            "I declare that, in my opinion, each statement, article or record listed below is unlawfully"
            " terrorism-related within the meaning of section 3 of the Terrorism Act 2006.",
        ),
    )
    yield _items(content, exact=exact)
    yield NoticePart("Grounds for my opinion", _reasons(content))
    yield NoticePart(
        "What you must do",
        (
            "You are required to secure that each statement, article or record, so far as it is unlawfully"
            " terrorism-related, is not available to the public, or is modified so that it is no longer unlawfully"
            " terrorism-related.",
            "Warning: if you fail to comply with this notice within 2 working days, the statement, article or record"
            " will be regarded as having your endorsement. The 2 working days begin with the day after the day on"
            " which this notice is given. Saturdays, Sundays, Christmas Day, Good Friday and bank holidays in any"
            " part of the United Kingdom are not working days.",
        ),
    )
    yield NoticePart(
        "If it becomes available again",
        (
            "If you comply and the same statement, article or record, or one that is for all practical purposes the"
            " same, is later made available to the public, it may be regarded as having your endorsement under section"
            " 3(4), even though you get no further notice.",
            "That does not apply if you have taken every step you reasonably could to prevent it and to find out"
            " whether it was happening, and, once you knew, every step you reasonably could to secure that it was no"
            " longer available or was modified.",
        ),
    )
    yield NoticePart("How to answer", (_contact(content), f"Quote the reference {content.reference}."))
    yield NoticePart(
        "Service",
        (
            "This notice is given by hand or by recorded delivery. It is not given by email.",
            "Given by hand to (name, position): ________________________________",
            "At (place): ________________________________",
            "On (day and time): ________________________________",
            "Or recorded delivery number: ________________________________",
            "Signature of the constable: ________________________________",
        ),
    )


def _items(content: NoticeContent, *, exact: bool) -> NoticePart:
    return NoticePart("The material", tuple(_item(one, exact=exact) for one in content.items), numbered=True)


def _item(item: NoticeItem, *, exact: bool) -> str:
    said = [item.address if exact else defanged(item.address)] if item.address else []
    if item.description:
        said.append(item.description)
    if item.native_id:
        said.append(f"identifier {item.native_id}")
    said.append(f"seen by us on {day(item.seen_on)}")
    if item.reappearance:
        times = "once" if item.reappearance == 1 else f"{item.reappearance} times"
        said.append(f"it has come back {times} after you removed it")
    return "; ".join(said)


def _reasons(content: NoticeContent) -> tuple[str, ...]:
    said = [content.reasons]
    said += [f"{one.provision}: {one.reason}" for one in content.grounds]
    if content.terms_clause:
        said.append(f"Your own terms: {content.terms_clause}")
    return tuple(said)


def _contact(content: NoticeContent) -> str:
    telephone = f" or {content.authority.telephone}" if content.authority.telephone else ""
    return f"You can reach us at {content.authority.email}{telephone}."


def day(one: date) -> str:
    """Return a date as text, such as 2 April 2026."""
    return f"{one.day} {one:%B %Y}"


def moment(one: datetime) -> str:
    """Return a time as text, in UK local time."""
    local = one.astimezone(_ZONE)
    return f"{local:%H:%M} on {day(local.date())} (UK time)"
