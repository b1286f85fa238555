"""Gather the facts that decide whether a notice may be sent, such as examinations and deconfliction."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import batched
from uuid import UUID

from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.delivery.attempts import AttemptOutcome
from heedline.casework.errors import CannotOpen, ChangedSinceArrival
from heedline.casework.linking import deconfliction, desk_notices
from heedline.casework.records import desk_parts
from heedline.casework.search import desk_index, documents
from heedline.index import Damaged
from heedline.permits.scopes import reports_of
from heedline.reports.models import SealedValues
from heedline.specialist_desks.material.delivery import pack_data
from heedline.specialist_desks.material.items import register_check, sightings
from heedline.specialist_desks.material.items.found_item import FoundItem
from heedline.specialist_desks.material.items.register_check import ReportsNaming
from heedline.specialist_desks.material.models import ChannelTestRecord, Examination, NoticeAttempt
from heedline.specialist_desks.material.notice_rules.directory import ChannelKind, ChannelTest, Company
from heedline.specialist_desks.material.notice_rules.refusals import ItemStanding, NoticeStanding
from heedline.specialist_desks.material.notice_rules.repeating import repeats, written_words
from heedline.specialist_desks.material.notice_rules.stored import StoredNotice
from heedline.specialist_desks.material.rules import Place

#: Reports whose words a notice is compared with, and seconds that this may take. With more of either, it is not sent.
_MOST_READ = 2_000
_LONGEST_READ = 30.0
_BATCH = 100
#: Outcomes after which a notice may have made its channel unusable.
_NOT_ARRIVED = [str(AttemptOutcome.LATER), str(AttemptOutcome.NEVER), str(AttemptOutcome.BOUNCED)]
#: What is missing before a desk knows that nobody has to be contacted.
INDEX_CLOSED = (
    "Your session can't read the desk's index, so we can't tell which reports name this item. Open the queue and try again, or"
    " ask a colleague whose keys open it."
)
NOT_COMPARED_YET = (
    "This item, or a report that names it, has not been compared with the interest register yet."
)
NOTHING_SENT = (
    "The address of this item has not been sent to be compared with the interest register. Open the form for the notice to"
    " send it."
)


@dataclass(frozen=True, slots=True)
class ItemDeconfliction:
    """The deconfliction result for an item, with the investigators to contact before notifying a company.

    `contacts` are the people to contact, and `cleared` those who have cleared the desk to act. `missing` says what has not
    been compared with the interest register, or "".
    """

    contacts: tuple[str, ...]
    missing: str
    cleared: tuple[deconfliction.ContactPerson, ...] = ()

    @property
    def is_clear(self) -> bool:
        return not self.contacts and not self.missing


def naming(found: FoundItem) -> ReportsNaming | None:
    """Return the reports that refer to an item, or None if this session can't read the desk's index."""
    try:
        with desk_index.open_index(found.item.desk_id, found.by.keys()) as index:
            return register_check.named_in(index, found.content) if index is not None else None
    except (CannotOpen, Damaged):
        return None


def send_unnamed(found: FoundItem) -> None:
    """Send the item itself to be compared with the interest register, if its address was sent with no report."""
    named = naming(found)
    if named is not None:
        register_check.send(found, named)


@dataclass(frozen=True, slots=True)
class ReportTexts:
    """The text that reporters wrote about an item. `whole` is False if some of it is missing."""

    texts: tuple[str, ...] = field(repr=False)
    whole: bool


def report_texts(found: FoundItem) -> ReportTexts:
    """Return the reporters' text in the reports about an item, for comparison only.

    A report that was changed since it arrived opens for nobody, so nobody can have repeated it.
    """
    ring, until = found.by.keys(), time.monotonic() + _LONGEST_READ
    naming_it = naming(found)
    if naming_it is None:
        return ReportTexts((), whole=False)
    named = reports_of([found.item.desk_id]).filter(id__in=naming_it.refs).order_by("id")
    rows, texts = list(named[: _MOST_READ + 1]), []
    whole = len(rows) <= _MOST_READ
    for batch in batched(rows[:_MOST_READ], _BATCH):
        if time.monotonic() > until:
            whole = False
            break
        parts = documents.searched_parts([one.id for one in batch])
        for one in batch:
            left_out: list[str] = []
            try:
                read = documents.texts_of(one, parts.get(one.id, []), ring, unread=left_out)
            except ChangedSinceArrival:
                continue
            except CannotOpen:
                whole = False
                continue
            whole = whole and documents.PARTS["message"] not in left_out
            texts += [text.text for text in read if text.part in {"report", "message"}]
    return ReportTexts(tuple(texts), whole)


def deconflict(found: FoundItem) -> ItemDeconfliction:
    """Return the deconfliction result for an item, from the reports that name it and from the item itself.

    It is logged by the caller on the item alone: a log entry for each report would say that they name one page.
    """
    by, item, named = found.by, found.item.id, naming(found)
    concerned = {*(named.refs if named is not None else ()), item}
    contacts = deconfliction.contacts_in(desk_notices.about(*concerned, by=by))
    compared = dict(SealedValues.objects.filter(report__in=concerned).values_list("report", "matched_at"))
    missing = ""
    if named is None:
        missing = INDEX_CLOSED
    elif item not in compared and not named.shows(compared):
        missing = NOTHING_SENT
    elif any(at is None for at in compared.values()):
        missing = NOT_COMPARED_YET
    return ItemDeconfliction(
        tuple(f"{one.name}, {one.desk_name}".rstrip(", ") for one in contacts if not one.released),
        missing,
        tuple(one for one in contacts if one.released),
    )


def channel_tests(desk: UUID, company: Company, ring: Keyring) -> dict[int, ChannelTest]:
    """Return the last test or undelivered notice for each of a company's channels.

    By which channel a notice went is sealed with its proof: a clear row would say which company an item is about.
    """
    rows = ChannelTestRecord.objects.filter(desk_id=desk, company=company.code).order_by("at")
    tests = {one.channel: ChannelTest(one.at, one.passed) for one in rows}
    passed = [one.at for one in tests.values() if one.passed]
    if not passed:
        return tests
    tried = NoticeAttempt.objects.filter(
        notice__desk_id=desk, outcome__in=_NOT_ARRIVED, at__gte=min(passed)
    ).exclude(container=None)
    told = {one.container: one.at for one in tried.order_by("at") if one.container is not None}
    for container, words in desk_parts.opened(list(told), ring).items():
        number, at = words.get("channel"), told[container]
        if words.get("failed") and words.get("company") == company.code and number in tests:
            last = tests[number]
            if at >= last.at:
                tests[number] = ChannelTest(at, passed=False)
    return tests


def standing_of(
    found: FoundItem,
    stored: StoredNotice,
    *,
    composer: UUID,
    approver: UUID | None = None,
    approved_digest: str = "",
    cleared: ItemDeconfliction | None = None,
) -> NoticeStanding:
    """Return the facts that `refusals` needs to decide whether a notice may be sent."""
    company = pack_data.directory().companies.get(stored.company)
    at = found.at
    tests = channel_tests(found.item.desk_id, company, found.by.keys()) if company is not None else {}
    # a form is filled in by hand, and nothing can test it
    told = report_texts(found)
    by_hand = stored.channel is None or stored.content.addressee.kind is ChannelKind.FORM
    tested = by_hand or pack_data.directory().is_tested(tests.get(stored.channel or 0), at)
    return NoticeStanding(
        items=(_item(found, company, cleared or deconflict(found)),),
        composer=composer,
        approver=approver,
        approved_digest=approved_digest,
        channel_tested=tested,
        entry_confirmed=company is not None and not pack_data.is_out_of_date(company, at),
        repeats_report=repeats(written_words(stored.content), told.texts),
        compared=told.whole,
        languages=frozenset(company.languages) if company is not None else frozenset(),
    )


def _item(found: FoundItem, company: Company | None, cleared: ItemDeconfliction) -> ItemStanding:
    row = found.item
    rounds = [one for one in row.examinations.order_by("at") if one.round == row.round]
    first = next((one for one in rounds if one.place == Place.FIRST), None)
    review = next((one for one in rounds if one.place in (Place.THIRD, Place.SECOND) and _agrees(one)), None)
    seen = sightings.last(row.id)
    platform = found.content.addresses[0].platform if found.content.addresses else ""
    return ItemStanding(
        state=found.state,
        examiner=first.officer_id if first else None,
        reviewer=review.officer_id if review else None,
        expression_answered=first is not None and _expression_answered(first, found.by),
        deconflicted=cleared.is_clear,
        closed_audience=bool(row.closed_audience),
        senior=row.audience_approved_by_id,
        live_at=seen.at if seen is not None and seen.is_there else None,
        of_company=company is not None and platform in company.platforms,
    )


def _agrees(one: Examination) -> bool:
    return one.outcome in ("unlawful", "held")


def _expression_answered(one: Examination, by: Attendance) -> bool:
    words = desk_parts.opened([one.container], by.keys()).get(one.container, {})
    return bool(words.get("expression"))


def platform_company(found: FoundItem) -> Company | None:
    """Return the company that runs the item's platform, or None."""
    platform = found.content.addresses[0].platform if found.content.addresses else ""
    return pack_data.directory().of_platform(platform) if platform else None
