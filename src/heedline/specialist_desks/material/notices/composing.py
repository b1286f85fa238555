"""Actions on a notice before it is sent: drafting, submitting, approving, returning and abandoning."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.urls import reverse

from heedline.casework.access.session import Attendance
from heedline.casework.records import desk_parts
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.delivery import pack_data
from heedline.specialist_desks.material.delivery.answer_tokens import answer_token_hash, new_answer_token
from heedline.specialist_desks.material.examination import law as law_of
from heedline.specialist_desks.material.items import sightings
from heedline.specialist_desks.material.items.addresses import rules as locator_rules
from heedline.specialist_desks.material.items.found_item import FoundItem, find, item_verb, newest_evidence
from heedline.specialist_desks.material.locators import canonical
from heedline.specialist_desks.material.models import CompanyNotice
from heedline.specialist_desks.material.notice_rules.clock import NoticeStep, day_in_uk
from heedline.specialist_desks.material.notice_rules.content import (
    NoticeAuthority,
    NoticeBasis,
    NoticeConstable,
    NoticeContent,
    NoticeGround,
    NoticeItem,
    digest,
    item_of,
)
from heedline.specialist_desks.material.notice_rules.directory import Company
from heedline.specialist_desks.material.notice_rules.refusals import (
    OF_STATE,
    NoticeRefusal,
    NoticeStanding,
    refusals,
    why_not_approve,
)
from heedline.specialist_desks.material.notice_rules.states import NoticeMove, NoticeState
from heedline.specialist_desks.material.notice_rules.stored import StoredNotice
from heedline.specialist_desks.material.notices import due
from heedline.specialist_desks.material.notices.found_notice import FoundNotice, find_notice, notice_verb
from heedline.specialist_desks.material.notices.standing import (
    ItemDeconfliction,
    deconflict,
    platform_company,
    send_unnamed,
    standing_of,
)
from heedline.specialist_desks.material.vocabulary import NOTICE, MaterialAct, MaterialCapability

#: Characters of a reference. No character of it looks like another.
_LETTERS, _LENGTH = "BCDFGHJKMNPQRSTVWXYZ23456789", 8
NO_COMPANY = "The directory has no company for this platform, so no notice can be addressed."
ONE_OPEN = "There is already an open notice about this item."


class NoticeRefused(NotNow):
    """Raised when a notice breaks the rules. `refusals` lists the reasons as text."""

    def __init__(self, refused: list[str]) -> None:
        super().__init__(" ".join(refused))
        self.refusals = tuple(refused)


@dataclass(frozen=True)
class NoticeForm:
    """An examiner's draft of a notice. `grounds` holds the reasons given to the company, by provision."""

    basis: NoticeBasis
    channel: int | None
    reasons: str = field(repr=False)
    grounds: Mapping[str, str] = field(repr=False, default_factory=dict)
    description: str = field(repr=False, default="")
    terms_clause: str = ""
    warning: str = ""
    preserve: bool = True
    confidential: bool = True
    crisis: bool = False
    constable: NoticeConstable | None = None


@item_verb(MaterialAct.COMPOSED)
def compose(ref: UUID, form: NoticeForm, *, by: Attendance, at: datetime) -> UUID:
    """Create a draft notice about an item, and return it.

    Raises NotHere, Refused, Locked, and NoticeRefused for an item that no company may be told of.
    """
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.NOTIFY)
    company = _may_begin(found)
    send_unnamed(found)
    ident, token = uuid4(), new_answer_token()
    voluntary = form.basis is NoticeBasis.VOLUNTARY
    stored = _stored(found, company, form, _new_reference(), _page_of(token) if voluntary else "")
    container = desk_parts.seal(found.item.desk_id, ident, stored.to_words(), part=NOTICE, on=at.date())
    row = CompanyNotice(
        id=ident,
        desk_id=found.item.desk_id,
        item_id=found.item.id,
        reference=stored.content.reference,
        basis=str(form.basis),
        crisis=form.crisis,
        container=container,
        composer_id=by.officer_id,
        owner_id=by.officer_id,
        composed_at=at,
        token=answer_token_hash(token) if voluntary else None,
        token_until=at + pack_data.notice_rules().token_lasts if voluntary else None,
        acknowledge_by=stored.content.acknowledge_by,
        answer_by=stored.content.answer_by,
    )
    due.settle(row)
    row.save(force_insert=True)
    found.record(MaterialAct.COMPOSED, notice=row.reference)
    return ident


@notice_verb(MaterialAct.COMPOSED)
def change(ref: UUID, form: NoticeForm, *, version: int, by: Attendance, at: datetime) -> None:
    """Revise a draft or undeliverable notice, making the reviser its author.

    Raises NotHere, Refused, Changed and NotNow.
    """
    found = find_notice(ref, by=by, at=at, version=version)
    found.permit(MaterialCapability.NOTIFY)
    found.not_under_way()
    if found.state is NoticeState.FAILED:
        found.move(NoticeMove.CHANGE)
    if found.state is not NoticeState.DRAFT:
        raise NotNow("Only a draft can be changed. Return it to its author first.")
    company = _may_begin(found.item, but_for=ref)
    send_unnamed(found.item)
    content = found.stored.content
    found.write(
        _stored(found.item, company, replace(form, basis=found.basis), content.reference, content.answer_url)
    )
    found.row.composer_id = found.row.owner_id = by.officer_id
    found.save()
    found.record(MaterialAct.COMPOSED)


@notice_verb(MaterialAct.PROPOSED)
def propose(ref: UUID, *, version: int, by: Attendance, at: datetime) -> None:
    """Submit a draft for approval. Raise NotHere, Refused, Changed, NotNow or NoticeRefused."""
    found = find_notice(ref, by=by, at=at, version=version)
    found.permit(MaterialCapability.NOTIFY)
    found.move(NoticeMove.PROPOSE)
    found.row.evidence = newest_evidence(found.item.item)
    refuse(found, sending=False)
    found.save()
    found.record(MaterialAct.PROPOSED)


@notice_verb(MaterialAct.APPROVED)
def approve(ref: UUID, *, version: int, by: Attendance, at: datetime) -> None:
    """Approve a notice, which starts its deadlines.

    Raises NotHere, Changed, NotNow, Refused for somebody involved, and NoticeRefused.
    """
    found = find_notice(ref, by=by, at=at, version=version)
    found.permit(MaterialCapability.NOTIFY)
    found.move(NoticeMove.APPROVE)
    standing = refuse(found, sending=False)
    involved = why_not_approve(standing, by.officer_id)
    if involved is not None:
        raise Refused(str(involved))
    found.write(replace(found.stored, content=_timed(found.stored.content, at, crisis=found.row.crisis)))
    found.row.approver_id = by.officer_id
    found.row.approved_at = at
    found.row.approved_container = found.row.container
    found.save()
    found.record(MaterialAct.APPROVED)


@notice_verb(MaterialAct.RETURNED)
def give_back(ref: UUID, *, version: int, by: Attendance, at: datetime) -> None:
    """Return a notice to its author as a draft. Raise NotHere, Refused, Changed or NotNow."""
    found = find_notice(ref, by=by, at=at, version=version)
    found.permit(MaterialCapability.NOTIFY)
    found.not_under_way()
    found.move(NoticeMove.RETURN)
    found.row.approver_id = found.row.approved_at = found.row.approved_container = None
    found.save()
    found.record(MaterialAct.RETURNED)


@notice_verb(MaterialAct.DROPPED)
def drop(ref: UUID, *, version: int, by: Attendance, at: datetime) -> None:
    """Abandon a notice before it is sent. Raise NotHere, Refused, Changed or NotNow."""
    found = find_notice(ref, by=by, at=at, version=version)
    found.permit(MaterialCapability.NOTIFY)
    found.not_under_way()
    if found.state is NoticeState.FAILED and found.row.sent_at is not None:
        raise NotNow("The company may have this notice. Withdraw it instead.")
    found.move(NoticeMove.DROP)
    found.row.token = found.row.token_until = None
    found.save()
    found.record(MaterialAct.DROPPED)


def why_not(found: FoundNotice, *, sending: bool) -> tuple[list[str], NoticeStanding]:
    """Return the reasons why a notice may not be submitted or sent, and the facts behind them."""
    cleared = deconflict(found.item)
    row, content = found.row, found.stored.content
    approved = row.approved_container is not None and row.approved_container == row.container
    standing = standing_of(
        found.item,
        found.stored,
        composer=row.composer_id,
        approver=row.approver_id,
        approved_digest=digest(content) if approved else "",
        cleared=cleared,
    )
    waits = not approved and found.state in {NoticeState.PROPOSED, NoticeState.APPROVED}
    if waits and row.evidence < newest_evidence(found.item.item):
        standing = replace(standing, evidence_added=True)
    found_reasons = refusals(content, standing, pack_data.notice_rules(), found.at, sending=sending)
    return [_words(one, cleared) for one in found_reasons], standing


def may_approve(standing: NoticeStanding, officer: UUID) -> bool:
    """Return whether an officer may approve a notice. Its author and the first examiner may not."""
    return why_not_approve(standing, officer) is None


def refuse(found: FoundNotice, *, sending: bool) -> NoticeStanding:
    """Return the facts about a notice, or raise NoticeRefused with every reason why it may not be sent.

    That it was deconflicted is logged, and not what was found.
    """
    refused, standing = why_not(found, sending=sending)
    if refused:
        raise NoticeRefused(refused)
    found.record(MaterialAct.DECONFLICTED)
    return standing


def why_not_begin(found: FoundItem) -> str:
    """Return the reason why no notice can be written about an item, or ""."""
    reason = OF_STATE.get(found.state)
    if reason is not None:
        return str(reason)
    return "" if platform_company(found) is not None else NO_COMPANY


def _may_begin(found: FoundItem, but_for: UUID | None = None) -> Company:
    reason, company = why_not_begin(found), platform_company(found)
    if reason or company is None:
        raise NoticeRefused([reason])
    running = ("draft", "proposed", "approved", "sent", "failed")
    others = CompanyNotice.objects.filter(item_id=found.item.id, state__in=running)
    if (others.exclude(id=but_for) if but_for is not None else others).exists():
        raise NoticeRefused([ONE_OPEN])
    return company


def _words(one: NoticeRefusal, cleared: ItemDeconfliction) -> str:
    return deconfliction_words(cleared) if one is NoticeRefusal.DECONFLICTION else str(one)


def deconfliction_words(cleared: ItemDeconfliction) -> str:
    """Return whom to contact before a company is told about an item, or what has not been compared."""
    if cleared.contacts:
        return f"{NoticeRefusal.DECONFLICTION} Contact {'; '.join(cleared.contacts)} first."
    return f"{NoticeRefusal.DECONFLICTION} {cleared.missing}".rstrip()


def _new_reference() -> str:
    return "OM-" + "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def _page_of(token: str) -> str:
    path = reverse(
        "material-company", urlconf="heedline.specialist_desks.material.partner_urls", args=[token]
    )
    return f"{settings.PARTNER_URL}{path}"


def _stored(
    found: FoundItem, company: Company, form: NoticeForm, reference: str, answer_url: str
) -> StoredNotice:
    """Build a notice from the draft, the item and the findings, without using any report's text."""
    rules = pack_data.notice_rules()
    channel = None if form.basis is NoticeBasis.SECTION_3 else form.channel
    if channel is not None and pack_data.channel_at(company, channel) is None:
        raise NotNow("Choose one of the company's channels.")
    content = NoticeContent(
        reference=reference,
        basis=form.basis,
        dated=day_in_uk(found.at),
        addressee=pack_data.addressee_of(company, channel),
        authority=NoticeAuthority(rules.unit, rules.email, rules.telephone),
        items=(_item(found, form),),
        grounds=_grounds(found, form.grounds),
        reasons=form.reasons,
        terms_clause=form.terms_clause,
        warning=form.warning,
        answer_url=answer_url,
        preserve=form.preserve,
        confidential=form.confidential,
        constable=form.constable,
    )
    return StoredNotice(_timed(content, found.at, crisis=form.crisis), company.code, channel)


def _timed(content: NoticeContent, at: datetime, *, crisis: bool) -> NoticeContent:
    """Return the content with its date and the deadlines for acknowledgement and answer."""
    if content.basis is NoticeBasis.SECTION_3:
        return replace(content, dated=day_in_uk(at))
    rules = pack_data.notice_rules()
    sent = at + (timedelta() if crisis else rules.steps[NoticeStep.SEND].within)
    acknowledge = rules.crisis_acknowledge if crisis else rules.steps[NoticeStep.ACKNOWLEDGE].within
    answer = rules.crisis_answer if crisis else rules.steps[NoticeStep.ANSWER].within
    return replace(content, dated=day_in_uk(at), acknowledge_by=sent + acknowledge, answer_by=sent + answer)


def _item(found: FoundItem, form: NoticeForm) -> NoticeItem:
    seen = sightings.last(found.item.id)
    day = day_in_uk(seen.at) if seen is not None else day_in_uk(found.at)
    locator = canonical(found.content.addresses[0].key, locator_rules()) if found.content.addresses else None
    if locator is None:
        return NoticeItem("", form.description, day)
    return item_of(locator, locator_rules(), seen_on=day, description=form.description)


def met_in(found: FoundItem) -> tuple[str, ...]:
    """Return the provisions that the last deciding examination found to be met."""
    rows = found.item.examinations.filter(round=found.item.round, outcome__in=("unlawful", "held"))
    last = rows.order_by("-at").first()
    return tuple(last.met) if last is not None else ()


def _grounds(found: FoundItem, said: Mapping[str, str]) -> tuple[NoticeGround, ...]:
    """Return the provisions met, with the reasons written for the company.

    The examiners' own reasons do not leave the desk: they may speak of a report.
    """
    provisions = law_of.load_law(settings.PACK).provisions
    return tuple(
        NoticeGround(provisions[code].name, said.get(code, ""))
        for code in met_in(found)
        if code in provisions
    )
