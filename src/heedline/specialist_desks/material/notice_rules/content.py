"""The content of a notice, from which every format is rendered.

No field holds anything about a report: neither its words, its number, its time nor its reporter. A test holds the
list of fields, so that a new one has to be decided on.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from heedline.specialist_desks.material.locators import Locator, LocatorRules, address_without_tracking
from heedline.specialist_desks.material.notice_rules.codes import NoticeBasis as NoticeBasis
from heedline.specialist_desks.material.notice_rules.directory import ChannelKind


@dataclass(frozen=True, slots=True)
class NoticeGround:
    """A legal provision that the examination found to be met, and why."""

    provision: str
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """An item named in a notice.

    `address` is exact, or "" if the item has none; `description` then says how to find it. `seen_on` is the day of
    the desk's own last check. `reappearance` is how often it has come back after its removal.
    """

    address: str = field(repr=False)
    description: str = field(repr=False)
    seen_on: date
    native_id: str = field(default="", repr=False)
    reappearance: int = 0


@dataclass(frozen=True, slots=True)
class NoticeAddressee:
    """The company that a notice is addressed to, with the channel and address used."""

    company: str
    kind: ChannelKind
    address: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class NoticeAuthority:
    """The sending unit and its contact details."""

    unit: str
    email: str
    telephone: str = ""


@dataclass(frozen=True, slots=True)
class NoticeConstable:
    """The constable whose opinion is stated in a section 3 notice."""

    name: str
    rank: str
    number: str
    force: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeContent:
    """The content of a notice.

    `terms_clause` quotes the company's own terms. `warning` describes what its readers will see. `answer_url` is the
    page on which the company answers. `preserve` and `confidential` are requests to the company.
    """

    reference: str
    basis: NoticeBasis
    dated: date
    addressee: NoticeAddressee
    authority: NoticeAuthority
    items: tuple[NoticeItem, ...]
    grounds: tuple[NoticeGround, ...]
    reasons: str = field(repr=False)
    terms_clause: str = ""
    warning: str = ""
    acknowledge_by: datetime | None = None
    answer_by: datetime | None = None
    answer_url: str = field(default="", repr=False)
    preserve: bool = True
    confidential: bool = True
    constable: NoticeConstable | None = None


def item_of(
    locator: Locator, rules: LocatorRules, *, seen_on: date, description: str = "", reappearance: int = 0
) -> NoticeItem:
    """Return the notice item for a locator, without the reporter's text or tracking parameters."""
    address = address_without_tracking(locator, rules)
    if not address and not description:
        platform = rules.platforms.get(locator.platform)
        name = platform.name if platform else locator.platform
        description = f"Account {locator.native_id} on {name}" if name and locator.native_id else ""
    return NoticeItem(address, description, seen_on, locator.native_id, reappearance)


def digest(content: NoticeContent) -> str:
    """Return a hash of the content, which binds an approval to it."""
    return hashlib.sha256(json.dumps(asdict(content), sort_keys=True, default=str).encode()).hexdigest()
