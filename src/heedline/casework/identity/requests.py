"""Opening a reporter's identity: requested by the officer who holds the report, decided by an authoriser.

The requesting officer then opens it. The identity's key is split into two halves. The desk's half opens
in the officer's unlocked session. An authoriser, who sees neither the report nor the identity, opens the
authorisers' half and seals it again to the requesting officer, for that request only. The officer must
then re-enter their passphrase, and access ends automatically when its time is up. Nobody decides their
own request, and nobody who can open reports decides any. "No name was given" looks like any other case
until the identity is opened.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access import session
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.access.without_training import record_missing
from heedline.casework.duty import alarms
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.errors import NotHere, WrongPassphrase
from heedline.casework.keys.directory import Addressee, desk_that_decides, directory
from heedline.casework.report import notes
from heedline.casework.report.opening import short_name
from heedline.casework.report.verb import FoundReport, find, record, verb
from heedline.dispatch.letters import Letter
from heedline.dispatch.outbox import post
from heedline.permits import functions
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.roles import GRANTS, Role
from heedline.permits.scopes import reports_of
from heedline.permits.second_person import DecisionRequest, Matter, Reply, RequestState, refuse_second_request
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import IdentityRequest, ReleasedShare, Report, SealedHeader, SealedPayload
from heedline.vault import CannotOpen, envelope
from heedline.vault.canonical import canonical
from heedline.vault.container import Container
from heedline.vault.identity import open_identity, open_released_share, open_share, release_share

#: Why an identity may be needed, as codes: the log and the tables show no words.
GROUNDS: dict[str, str] = {
    "life": "Somebody's life or safety may depend on it",
    "source-at-risk": "Whoever sent it may be in danger themselves",
    "safeguarding": "A child, or an adult who needs care, may be at risk",
    "asked-for-contact": "They have asked us to contact them",
    "serious-crime": "It is needed to prevent or detect a serious crime, and no other way is left",
    "legal-duty": "A court or the law requires it",
}
#: Somebody else's life, and the sender's own: for these a lapsed training stands in nobody's way; the log says so.
FOR_A_LIFE = frozenset({"life", "source-at-risk"})
#: How long it may be looked at, in minutes from the decision on.
LIMITS: dict[int, str] = {30: "30 minutes", 120: "2 hours", 480: "8 hours"}
#: Characters in one box; stated on the page.
LONGEST = 2000
PART = "release"
#: What a request is for: to open what they said of themselves, or (`casework.identity.trace_requests`) to have them traced elsewhere.
OPEN, TRACE = "open", "trace"


@dataclass(frozen=True)
class IdentityApplication:
    """An officer's request to open an identity.

    `ground` is a code from GROUNDS and `minutes` one of LIMITS.
    """

    ground: str
    necessity: str = field(repr=False)
    risk: str = field(repr=False)
    minutes: int


@dataclass(frozen=True)
class Decision:
    """An authoriser's decision, with reasons."""

    approve: bool
    reasons: str = field(repr=False)


@dataclass(frozen=True)
class OpenedIdentity:
    """The reporter's identity as the reporter gave it.

    `answers` is {page: {question: answer}}, and is empty when the reporter gave none.
    """

    request: UUID
    report: UUID
    kind: str
    question_set: str
    answers: dict[str, dict[str, object]] = field(repr=False)
    opened_at: datetime
    until: datetime


def words_of(text: str) -> str:
    """Return the submitted text, tidied.

    Raises NoRoom, and NotNow when the text is blank.
    """
    return notes.written(text, longest=LONGEST, missing="Say why, in words.")


# --- asking ----------------------------------------------------------------------------------------------------------


@verb(Act.IDENTITY_ASKED)
def ask(ref: UUID, asking: IdentityApplication, *, by: Attendance, at: datetime) -> UUID:
    """Request to open the identity behind a report that the officer holds, and return the request's id.

    The authorisers are paged. Raises NotHere, Refused, Locked and NoRoom. Raises NotNow while a request is
    waiting or open, and when nobody can decide. Raises ValueError for an unknown ground or limit.
    """
    if asking.ground not in GROUNDS or asking.minutes not in LIMITS:
        raise ValueError("a ground or a limit that nobody offered")
    said = {"necessity": words_of(asking.necessity), "risk": words_of(asking.risk)}
    found = find(ref, by=by, at=at)
    found.permit(Capability.ASK_IDENTITY, excused=asking.ground in FOR_A_LIFE and found.standing.danger)
    if earlier_of(found, OPEN).filter(asked_by_id=by.officer_id, opens_until__gt=at).exists():
        raise NotNow("The identity is open to you now. You can make a new request when the time has expired.")
    authorisers = desk_that_decides(functions.who_decides(ref), at.date())
    if authorisers is None:
        raise NotNow(
            "Nobody can decide about who sent this report: nobody could when it came, or now, or its time is over."
        )
    request = keep_request(
        found, said, to=authorisers, ground=asking.ground, minutes=asking.minutes, purpose=OPEN
    )
    record(found, Act.IDENTITY_ASKED, request=str(request), ground=asking.ground, minutes=asking.minutes)
    post(Letter.IDENTITY_ASKED, desk=authorisers.desk, thing_id=request, at=at)
    return request


def _desk_asking(found: FoundReport) -> UUID:
    """Return the officer's desk that holds or watches the report."""
    report = found.report
    return next(
        one for one in (report.desk_id, report.watch_id) if one in found.by.desk_ids and one is not None
    )


def earlier_of(found: FoundReport, purpose: str) -> QuerySet[IdentityRequest]:
    """Return earlier requests about the report from this officer's desk.

    Raises NotNow while one of them is waiting.
    """
    earlier = IdentityRequest.objects.filter(
        report_id=found.report.id, desk_id=_desk_asking(found), purpose=purpose
    )
    waits = earlier.filter(decided_at=None).exists()
    refuse_second_request(Matter.TRACE if purpose == TRACE else Matter.IDENTITY, waits=waits)
    return earlier


def keep_request(
    found: FoundReport, said: dict[str, str], *, to: Addressee, ground: str, minutes: int, purpose: str
) -> UUID:
    """Store a request, with its text sealed to the report's keys and to `to`, and return its id.

    Raises NotNow and Locked.
    """
    words = notes.seal(found, said, also=to, part=PART)
    request, ref = uuid4(), found.report.id
    if not functions.ask_identity(request, ref, _desk_asking(found), ground, minutes, words, purpose=purpose):
        raise NotNow("This report has changed in the meantime. Check it again.")
    return request


# --- deciding --------------------------------------------------------------------------------------------------------


def deciding_desks(by: Attendance) -> tuple[UUID, ...]:
    """Return the authorising desks to which this person belongs."""
    return tuple(
        desk
        for role, desk in by.appointments
        if desk is not None and Capability.DECIDE_IDENTITY in GRANTS[Role(role)]
    )


def opens_reports(by: Attendance, desks: tuple[UUID, ...]) -> bool:
    """Return True if this person reads reports anywhere, or was ever given a key of one of `desks`."""
    if any(Capability.READ_REPORT in GRANTS[Role(role)] for role, _ in by.appointments):
        return True
    known, person = directory(), str(by.officer_id)
    return any(
        person in known.members(str(desk)) or any(person in one.grantees for one in known.epochs(str(desk)))
        for desk in desks
    )


@contextmanager
def request_on_the_record(act: Act, *, by: Attendance, request: UUID) -> Iterator[None]:
    """Run the block in one transaction, and log any refusal.

    A refusal rolls back the transaction and is logged in a separate one, with the request if the officer may
    see it.
    """
    try:
        with transaction.atomic():
            yield
    except (NotHere, Refused, NotNow, CannotOpen, WrongPassphrase):
        with transaction.atomic():
            found = requests_of(by).filter(pk=request).first()
            journal.record(
                act,
                actor=by.officer_id,
                desk=found.desk_id if found is not None else None,
                thing="report",
                thing_id=found.report_id if found is not None else None,
                detail={"request": str(request)} if found is not None else {},
                refused=True,
            )
        raise


def requests_of(by: Attendance) -> QuerySet[IdentityRequest]:
    """Return the requests that this officer may see.

    These are the requests that their authorising desk decides, and those about reports that they may see.
    """
    mine = Q(authoriser_desk_id__in=deciding_desks(by)) | Q(report__in=reports_of(by.desk_ids))
    return IdentityRequest.objects.filter(mine)


def decide(request_id: UUID, decision: Decision, *, by: Attendance, at: datetime) -> None:
    """Approve or refuse a request, once, with reasons.

    Approval hands the authorisers' half of the key to the requesting officer. Raises NotHere, Locked and
    NoRoom. Raises Refused for one's own request and for anyone who can open reports. Raises NotNow when the
    request has already been decided or cannot be approved.
    """
    reasons = words_of(decision.reasons)
    with request_on_the_record(Act.IDENTITY_DECIDED, by=by, request=request_id):
        asked = to_decide(request_id, reply_of(decision), by, OPEN)
        missing = by.require(
            Capability.DECIDE_IDENTITY, asked.authoriser_desk_id, excused=asked.ground in FOR_A_LIFE
        )
        half = functions.second_share(request_id)
        desks = half.desks if half is not None else ()
        check_decider(asked, reply_of(decision), by, at, *desks)
        ring = by.keys()
        released = _release(asked, half, ring) if decision.approve else None
        words, digest = seal_reasons(asked, reasons)
        if not functions.decide_identity(
            request_id, approved=decision.approve, words=words, sha256=digest, released=released
        ):
            raise NotNow("Somebody else has already decided.")
        journal.record(
            Act.IDENTITY_DECIDED,
            actor=by.officer_id,
            desk=asked.desk_id,
            thing="report",
            thing_id=asked.report_id,
            detail={"request": str(request_id), "approved": decision.approve},
        )
        _let_pass(asked, missing, Capability.DECIDE_IDENTITY, by)
        alarms.resolve(AlarmEvent.DECIDED, request_id, by=by, at=at)


def _let_pass(asked: IdentityRequest, missing: str, capability: Capability, by: Attendance) -> None:
    """Log that an officer acted to save a life without the training this requires, if they did."""
    record_missing(missing, capability, actor=by.officer_id, desk=asked.desk_id, thing_id=asked.report_id)


def decision_request(asked: IdentityRequest) -> DecisionRequest:
    """Return the facts of this request that the rules for a second person look at."""
    state = RequestState.WAITING
    if asked.decided_at is not None:
        state = RequestState.AGREED if asked.approved else RequestState.REFUSED
    matter = Matter.TRACE if asked.purpose == TRACE else Matter.IDENTITY
    return DecisionRequest(matter, asked.asked_by_id, state, asked.asked_at.date())


def reply_of(decision: Decision) -> Reply:
    """Return the reply that this decision is."""
    return Reply.AGREE if decision.approve else Reply.REFUSE


def to_decide(request_id: UUID, reply: Reply, by: Attendance, purpose: str) -> IdentityRequest:
    """Return a request awaiting a decision by this officer's authorising desk.

    Raises NotHere, and NotNow once it has been decided.
    """
    mine = IdentityRequest.objects.filter(authoriser_desk_id__in=deciding_desks(by), purpose=purpose)
    asked = mine.filter(pk=request_id).first()
    if asked is None:
        raise NotHere
    decision_request(asked).after(reply)
    return asked


def check_decider(asked: IdentityRequest, reply: Reply, by: Attendance, at: datetime, *desks: UUID) -> None:
    """Raise Refused if the officer made the request or can open reports there or at one of `desks`."""
    opens = opens_reports(by, (asked.desk_id, *desks))
    decision_request(asked).check_person(reply, by=by.officer_id, today=at.date(), reads_reports=opens)


def released_to(asked: IdentityRequest) -> str:
    """Return the context that a released half is bound to, apart from the identity itself.

    It is made of the report, the officer and the request.
    """
    return f"{asked.report_id}/{asked.asked_by_id}/{asked.id}"


def _release(asked: IdentityRequest, half: functions.SecondShare | None, ring: Keyring) -> bytes:
    """Open the authorisers' half and seal it to the requesting officer's key.

    That key must be stated for the officer by two stewards.
    """
    officer = directory().officer(str(asked.asked_by_id))
    if half is None or officer is None:
        raise NotNow(
            "The identity can no longer be released to them, because the report or the officer has left that desk."
        )
    seeds = ring.for_any([half.epoch] if half.epoch is not None else [])
    if not seeds:
        raise NotNow(
            "Your keys do not open the half of the identity key for that month. Another authoriser must decide."
        )
    share = open_share(half.sealed, seeds[0], container_id=half.container, share=2)
    return release_share(share, officer.kem, container_id=half.container, officer=released_to(asked))


def seal_reasons(asked: IdentityRequest, reasons: str) -> tuple[functions.SealedWords, bytes]:
    """Seal the reasons to everyone who may read the request."""
    epochs = list(functions.release_words(asked.id)[asked.asked_words].epochs)
    container = uuid4()
    sealed = envelope.seal_part(
        canonical({"reasons": reasons}),
        notes.public_keys_of(epochs),
        installation=settings.INSTALLATION,
        container_id=container,
        part=PART,
    )
    digest = hashlib.sha256(sealed.payload).digest()
    return functions.SealedWords(container, sealed.header, sealed.payload, tuple(epochs)), digest


# --- opening ---------------------------------------------------------------------------------------------------------


def open_now(request_id: UUID, passphrase: str, *, by: Attendance, at: datetime) -> OpenedIdentity:
    """Open the reporter's identity for the requesting officer, using their passphrase.

    Available only within the approved time, and logged first. Raises NotHere for everyone else, NotNow
    before and after that time, WrongPassphrase, Locked and CannotOpen.
    """
    with request_on_the_record(Act.IDENTITY_OPENED, by=by, request=request_id):
        asked, report, until, missing = _mine(request_id, by, at)
        ring = by.keys()
        seed = session.hand_of(by.officer_id, passphrase).seed
        answers = _opened(asked, seed, ring)
        # Not compared with the officer's own terms: a hit would say for good that a name was given, and whose (ADR 27).
        journal.record(
            Act.IDENTITY_OPENED,
            actor=by.officer_id,
            desk=report.desk_id,
            thing="report",
            thing_id=report.id,
            detail={"request": str(request_id)},
        )
        _let_pass(asked, missing, Capability.OPEN_IDENTITY, by)
    return OpenedIdentity(request_id, report.id, report.kind, report.question_set, answers, at, until)


@dataclass(frozen=True)
class Openable:
    """A request whose identity this officer can open now."""

    report: UUID
    short: str
    until: datetime


def may_open(request_id: UUID, *, by: Attendance, at: datetime) -> Openable:
    """Return what this officer could open now with their passphrase.

    Opens nothing. Raises NotHere and NotNow.
    """
    asked, report, until, _ = _mine(request_id, by, at)
    return Openable(asked.report_id, short_name(report.id), until)


def _mine(request_id: UUID, by: Attendance, at: datetime) -> tuple[IdentityRequest, Report, datetime, str]:
    """Return the request, its report, the end of its access time, and any training waived in an emergency."""
    asked = requests_of(by).filter(pk=request_id, asked_by_id=by.officer_id, purpose=OPEN).first()
    report = reports_of(by.desk_ids).filter(pk=asked.report_id).first() if asked is not None else None
    if asked is None or report is None:
        raise NotHere
    missing = by.require(
        Capability.OPEN_IDENTITY, report.desk_id, report.watch_id, excused=asked.ground in FOR_A_LIFE
    )
    if asked.decided_at is None:
        raise NotNow("No authoriser has decided yet.")
    if asked.opens_until is None:
        raise NotNow("The request was refused. You can make a new request with new reasons.")
    if asked.opens_until <= at:
        raise NotNow("The access time has expired. You can make a new request with new reasons.")
    return asked, report, asked.opens_until, missing


def _opened(asked: IdentityRequest, seed: bytes, ring: Keyring) -> dict[str, dict[str, object]]:
    """Combine the two halves of the key and open the identity.

    Raises CannotOpen.
    """
    header = SealedHeader.objects.get(report_id=asked.report_id, part="identity")
    body = SealedPayload.objects.only("payload").get(container=header.container)
    released = ReleasedShare.objects.filter(request_id=asked.id, officer_id=asked.asked_by_id).first()
    if released is None or released.sealed is None:
        raise NotNow("The access time has expired. You can make a new request with new reasons.")
    share2 = open_released_share(
        bytes(released.sealed), seed, container_id=header.container, officer=released_to(asked)
    )
    opened = open_identity(
        Container(bytes(header.header), bytes(body.payload)),
        _desk_half(asked.report_id, header.container, ring),
        share2,
        installation=settings.INSTALLATION,
        container_id=header.container,
    )
    answers: dict[str, dict[str, object]] = json.loads(opened)
    return answers


def _desk_half(report: UUID, container: UUID, ring: Keyring) -> bytes:
    for epoch, sealed in functions.desk_shares(report):
        for seed in ring.for_any([epoch] if epoch is not None else []):
            return open_share(sealed, seed, container_id=container, share=1)
    raise CannotOpen
