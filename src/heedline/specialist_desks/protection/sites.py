"""What advisers do with the record of a site: open it, change it, add a request to it, review, close and reopen it.

A request for advice belongs to an ordinary service, so a site may name the requests that are about it, and a request its
site. Both are sealed. Each is moved by a transaction of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from heedline.casework.access.keyring import DeskLine
from heedline.casework.access.session import Attendance
from heedline.casework.errors import CannotOpen, NotHere
from heedline.casework.records import record
from heedline.casework.records.shown_record import ShownRecord, shown
from heedline.casework.report import notes, verb
from heedline.casework.report.opening import open_stored
from heedline.packs import load_pack
from heedline.packs.places.routing import RouteFacts, route
from heedline.permits.capabilities import Capability
from heedline.permits.gate import allows
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord, Report
from heedline.reports.stored import parts_of
from heedline.specialist_desks.protection import timing
from heedline.specialist_desks.protection.content import SiteFacts
from heedline.specialist_desks.protection.kinds import SITE_KIND
from heedline.specialist_desks.protection.vocabulary import (
    REQUEST,
    SITE_OF_REQUEST,
    ProtectionAct,
    ProtectionCapability,
)

VISIT_OPEN: Final = (
    "A visit of this site is open. Follow it up, or record that it was not held, before you close the site."
)
OTHER_SITE: Final = "This request has a site already."
_ADVISE: Final = ProtectionCapability.ADVISE
#: The moves that need nothing but a reason, if that. Those that need a new review time are marked with True.
_PLAIN: Final = {"review": True, "close": False, "reopen": True}


@dataclass(frozen=True, slots=True)
class OpenedSite:
    """A site with what its record says."""

    record: ShownRecord
    facts: SiteFacts = field(repr=False)


@dataclass(frozen=True, slots=True)
class SiteOfRequest:
    """What a request for advice says of its site. `site` is the site's record, or None if the request has none yet."""

    facts: SiteFacts = field(repr=False)
    site: UUID | None


def desks_of(by: Attendance) -> tuple[DeskLine, ...]:
    """Return the desks of advisers at which this officer may work on sites."""
    kinds = {one.desk_kind for code, one in load_pack(settings.PACK).kinds.items() if code == REQUEST}
    return tuple(one for one in by.desks if one.kind in kinds and allows(by.appointments, _ADVISE, [one.id]))


def opened(ref: UUID, *, by: Attendance, at: datetime) -> OpenedSite:
    """Return a site, decrypted. Raises NotHere, Refused, Locked and CannotOpen."""
    found = shown(SITE_KIND, ref, capability=_ADVISE, by=by, at=at)
    return OpenedSite(found, SiteFacts.of_words(found.words))


@record.record_verb(ProtectionAct.SITE_PRINTED)
def copy_for_printing(ref: UUID, *, by: Attendance, at: datetime) -> OpenedSite:
    """Return a site whose weak spots are printed, and log that. Raises NotHere, Refused, Locked and CannotOpen."""
    _found(ref, by=by, at=at).record(ProtectionAct.SITE_PRINTED)
    return opened(ref, by=by, at=at)


def of_request(request: UUID, *, by: Attendance, at: datetime) -> SiteOfRequest:
    """Return what a request for advice says of its site, and the site's record.

    Raises NotHere for an officer who is no adviser, and for a report that is no request. Raises Locked and CannotOpen.
    """
    report = Report.objects.filter(id=request, kind=REQUEST).first()
    if report is None or not desks_of(by):
        raise NotHere
    parts = parts_of([request], Q(part__in=("report", SITE_OF_REQUEST)))
    linked = [UUID(words["site"]) for _, words in notes.opened_of(parts, SITE_OF_REQUEST, by.keys())]
    told = next((one for one in parts if one.part == "report"), None)
    if told is None:
        raise CannotOpen
    answers = open_stored(told, by.keys()).record.get("answers", {})
    return SiteOfRequest(SiteFacts.of_answers(answers, str(request)), next(iter(linked), None))


def begin(facts: SiteFacts, *, by: Attendance, at: datetime) -> UUID:
    """Open the record of a site at the desk of its postcode, or else at the officer's first desk.

    Raises NotHere for an officer who is no adviser, Locked, and NotNow for what is missing (`SiteFacts.tidied`).
    """
    facts = facts.tidied()
    told = RouteFacts(kind=REQUEST, postcode=facts.texts["postcode"])
    wanted = route(told, load_pack(settings.PACK)).desk_code
    mine = sorted(desks_of(by), key=lambda one: one.code != wanted)
    if not mine:
        raise NotHere
    return _begin(mine[0].id, facts, by=by, at=at)


def begin_from(request: UUID, facts: SiteFacts, *, by: Attendance, at: datetime) -> UUID:
    """Open the record of the site that a request is about. If the request has one already, return that one.

    Raises what `of_request` and `begin` raise.
    """
    known = of_request(request, by=by, at=at)
    if known.site is not None:
        return known.site
    ref = begin(replace(facts, requests=(str(request),)), by=by, at=at)
    _link(request, ref, by=by, at=at)
    return ref


def join(request: UUID, site: UUID, *, by: Attendance, at: datetime) -> None:
    """Note that a request is about a site that has a record already. Raises what `of_request` raises, Refused, and NotNow for
    a request that is about another site.
    """
    known = of_request(request, by=by, at=at)
    if known.site not in (None, site):
        raise NotNow(OTHER_SITE)
    _add_request(site, request, by=by, at=at)
    if known.site is None:
        _link(request, site, by=by, at=at)


@record.record_verb(ProtectionAct.SITE_MOVED)
def _begin(desk: UUID, facts: SiteFacts, *, by: Attendance, at: datetime) -> UUID:
    due = timing.review_due(at)
    found = record.begin(SITE_KIND, desk, facts.to_words(), capability=_ADVISE, due_at=due, by=by, at=at)
    found.record(ProtectionAct.SITE_MOVED, move="begin")
    return found.row.id


@verb.verb(ProtectionAct.REQUEST_LINKED)
def _link(request: UUID, site: UUID, *, by: Attendance, at: datetime) -> None:
    found = verb.find(request, by=by, at=at)
    found.permit(Capability.READ_REPORT)
    if parts_of([request], Q(part=SITE_OF_REQUEST)):
        raise NotNow(OTHER_SITE)
    notes.seal(found, {"site": str(site)}, part=SITE_OF_REQUEST)
    verb.record(found, ProtectionAct.REQUEST_LINKED)


@record.record_verb(ProtectionAct.SITE_MOVED)
def _add_request(ref: UUID, request: UUID, *, by: Attendance, at: datetime) -> None:
    found = _found(ref, by=by, at=at)
    facts = SiteFacts.of_words(found.words)
    if str(request) not in facts.requests:
        _move(found, "link", words=replace(facts, requests=(*facts.requests, str(request))).to_words())


@record.record_verb(ProtectionAct.SITE_MOVED)
def save(ref: UUID, facts: SiteFacts, *, version: int, by: Attendance, at: datetime) -> None:
    """Change what a site's record says. Its requests and visits stay as they are.

    Raises NotHere, Refused, Changed, Locked and NotNow, also for what is missing.
    """
    found = _found(ref, version, by=by, at=at)
    before = SiteFacts.of_words(found.words)
    _move(
        found,
        "save",
        words=replace(facts.tidied(), requests=before.requests, visits=before.visits).to_words(),
    )


@record.record_verb(ProtectionAct.SITE_MOVED)
def move(ref: UUID, how: str, *, version: int, reason: str = "", by: Attendance, at: datetime) -> None:
    """Review, close or reopen a site. Raises NotHere, Refused, Changed, Locked, and NotNow while a visit is open."""
    if how not in _PLAIN:
        raise NotHere
    found = _found(ref, version, by=by, at=at)
    visits = SiteFacts.of_words(found.words).visits
    if how == "close" and DeskRecord.objects.filter(id__in=visits, due_at__isnull=False).exists():
        raise NotNow(VISIT_OPEN)
    due = timing.review_due(at) if _PLAIN[how] else None
    _move(found, how, due_at=due, reason=reason)


def _found(ref: UUID, version: int | None = None, *, by: Attendance, at: datetime) -> record.FoundRecord:
    found = record.find(SITE_KIND, ref, by=by, at=at, version=version)
    found.permit(_ADVISE)
    return found


def _move(found: record.FoundRecord, how: str, **more: Any) -> None:
    found.move(how, **more)
    found.record(ProtectionAct.SITE_MOVED, move=how)


def is_request(ref: UUID, by: Attendance) -> bool:
    """Return whether a report is a request for advice that this officer could open the record of a site from."""
    return bool(desks_of(by)) and Report.objects.filter(id=ref, kind=REQUEST).exists()
