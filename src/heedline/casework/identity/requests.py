"""Requests by a report's owner to open its reporter's identity, and the authoriser's decision.

The requesting officer then opens it. The identity's key is split into two halves. The desk's half opens
in the officer's unlocked session. An authoriser, who sees neither the report nor the identity, opens the
authorisers' half and seals it again to the requesting officer, for that request only. The officer must
then re-enter their passphrase, and access ends automatically when its time is up. Nobody decides their
own request, and nobody who can open reports decides any. "No name was given" looks like any other case
until the identity is opened.
"""

from __future__ import annotations

import hashlib
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
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.access.without_training import record_missing
from heedline.casework.duty import alarms
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.errors import NotHere, WrongPassphrase
from heedline.casework.keys.directory import Addressee, desk_that_decides, directory
from heedline.casework.report import notes
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
from heedline.reports.models import IdentityRequest
from heedline.vault import CannotOpen
from heedline.vault.canonical import canonical
from heedline.vault.containers import envelope
from heedline.vault.identity import open_share, release_share

#: Why an identity may be needed, as codes: the log and the tables show no words.
GROUNDS: dict[str, str] = {
    "life": "Somebody's life or safety may depend on it",
    "source-at-risk": "The reporter may be in danger themselves",
    "person-at-risk": "A child, or an adult who needs care, may be at risk",
    "asked-for-contact": "They have asked us to contact them",
    "serious-crime": "It is needed to prevent or detect a serious crime, and there is no other way",
    "legal-duty": "A court or the law requires it",
}
#: Somebody else's life, and the sender's own: for these a lapsed training stands in nobody's way; the log says so.
FOR_A_LIFE = frozenset({"life", "source-at-risk"})
#: How long it may be looked at, in minutes from the decision on.
LIMITS: dict[int, str] = {30: "30 minutes", 120: "2 hours", 480: "8 hours"}
#: What an authoriser can grant, in minutes: never more than was asked for.
GRANTABLE: dict[int, str] = {10: "10 minutes", **LIMITS}
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
    """An authoriser's decision, with reasons.

    `minutes` is one of GRANTABLE and grants less time than was asked for, or None for all of it. `conditions` must be
    confirmed by the officer before the identity opens. With `ask_back` the request ends with a question in `reasons`,
    and the officer answers it with a new request.
    """

    approve: bool
    reasons: str = field(repr=False)
    minutes: int | None = None
    conditions: str = field(repr=False, default="")
    ask_back: bool = False


def words_of(text: str) -> str:
    """Validate and tidy the submitted text, and return it.

    Raises NoRoom, and NotNow when the text is blank.
    """
    return notes.reason(text, longest=LONGEST, missing="Give a reason.")


# --- asking ----------------------------------------------------------------------------------------------------------


@verb(Act.IDENTITY_ASKED)
def ask(ref: UUID, asking: IdentityApplication, *, by: Attendance, at: datetime) -> UUID:
    """Request access to the identity behind a report, as the report's owner, and return the request's id.

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
        raise NotNow("No authoriser can decide about this source’s identity, or it has been disposed of.")
    request = keep_request(
        found, said, to=authorisers, ground=asking.ground, minutes=asking.minutes, purpose=OPEN
    )
    record(found, Act.IDENTITY_ASKED, request=str(request), ground=asking.ground, minutes=asking.minutes)
    post(Letter.IDENTITY_ASKED, desk=authorisers.desk, thing_id=request, at=at)
    return request


def _desk_asking(found: FoundReport) -> UUID:
    """Return the id of the officer's desk that owns the report, or else of the one that watches it."""
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
    """Store a request and return its id.

    Its text is sealed to the report's keys and to `to`. Raises NotNow and Locked.
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
    """Return True if this person may read reports, or has ever been granted a key for one of `desks`.

    Members of one of `desks` count as well.
    """
    if any(Capability.READ_REPORT in GRANTS[Role(role)] for role, _ in by.appointments):
        return True
    known, person = directory(), str(by.officer_id)
    return any(
        person in known.members(str(desk)) or any(person in one.grantees for one in known.epochs(str(desk)))
        for desk in desks
    )


@contextmanager
def request_on_the_record(act: Act, *, by: Attendance, request: UUID) -> Iterator[None]:
    """Run the block in one transaction and log any refusal.

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
    """Approve or refuse a request, with reasons.

    Approval hands the authorisers' half of the key to the requesting officer. Raises ValueError for a time that
    cannot be granted, and for a question or conditions that do not go with the decision. Raises NotHere, Locked and
    NoRoom. Raises Refused for one's own request and for anyone who can open reports. Raises NotNow when the
    request has already been decided or cannot be approved.
    """
    reasons = words_of(decision.reasons)
    with request_on_the_record(Act.IDENTITY_DECIDED, by=by, request=request_id):
        asked = to_decide(request_id, reply_of(decision), by, OPEN)
        minutes = _granted(decision, asked)
        missing = by.require(
            Capability.DECIDE_IDENTITY, asked.authoriser_desk_id, excused=asked.ground in FOR_A_LIFE
        )
        half = functions.second_share(request_id)
        desks = half.desks if half is not None else ()
        check_decider(asked, reply_of(decision), by, at, *desks)
        ring = by.keys()
        released = _release(asked, half, ring) if decision.approve else None
        words, digest = seal_reasons(asked, reasons, conditions=decision.conditions.strip())
        if not functions.decide_identity(
            request_id,
            approved=decision.approve,
            words=words,
            sha256=digest,
            released=released,
            minutes=minutes,
            asked_back=decision.ask_back,
        ):
            raise NotNow("Somebody else has already decided.")
        journal.record(
            Act.IDENTITY_DECIDED,
            actor=by.officer_id,
            desk=asked.desk_id,
            thing="report",
            thing_id=asked.report_id,
            detail={
                "request": str(request_id),
                "approved": decision.approve,
                **({"minutes": minutes} if minutes not in {None, asked.minutes} else {}),
                **({"asked_back": True} if decision.ask_back else {}),
            },
        )
        let_pass(asked, missing, Capability.DECIDE_IDENTITY, by)
        alarms.resolve(AlarmEvent.DECIDED, request_id, by=by, at=at)


def _granted(decision: Decision, asked: IdentityRequest) -> int | None:
    """Return the minutes of access that an approval grants, or None for any other decision.

    Raises ValueError.
    """
    if len(decision.conditions) > LONGEST:
        raise ValueError("conditions that are too long")
    if not decision.approve:
        if decision.minutes is not None or decision.conditions.strip():
            raise ValueError("a time or conditions without an approval")
        return None
    minutes = asked.minutes if decision.minutes is None else decision.minutes
    if minutes not in GRANTABLE or minutes > asked.minutes or decision.ask_back:
        raise ValueError("a time that cannot be granted, or a question with an approval")
    return minutes


def let_pass(asked: IdentityRequest, missing: str, capability: Capability, by: Attendance) -> None:
    """Log that an officer lacked the required training but acted to save a life.

    Does nothing if the training was complete.
    """
    record_missing(missing, capability, actor=by.officer_id, desk=asked.desk_id, thing_id=asked.report_id)


def decision_request(asked: IdentityRequest) -> DecisionRequest:
    """Return the facts about this request that the two-person rules check."""
    state = RequestState.WAITING
    if asked.decided_at is not None:
        state = RequestState.AGREED if asked.approved else RequestState.REFUSED
    matter = Matter.TRACE if asked.purpose == TRACE else Matter.IDENTITY
    return DecisionRequest(matter, asked.asked_by_id, state, asked.asked_at.date())


def reply_of(decision: Decision) -> Reply:
    """Return AGREE or REFUSE, according to the decision."""
    return Reply.AGREE if decision.approve else Reply.REFUSE


def to_decide(request_id: UUID, reply: Reply, by: Attendance, purpose: str) -> IdentityRequest:
    """Return a request that awaits a decision by this officer's authorising desk.

    Raises NotHere, and NotNow once it has been decided.
    """
    mine = IdentityRequest.objects.filter(authoriser_desk_id__in=deciding_desks(by), purpose=purpose)
    asked = mine.filter(pk=request_id).first()
    if asked is None:
        raise NotHere
    decision_request(asked).after(reply)
    return asked


def check_decider(asked: IdentityRequest, reply: Reply, by: Attendance, at: datetime, *desks: UUID) -> None:
    """Raise Refused if the officer made the request, or can open reports at any of these desks."""
    opens = opens_reports(by, (asked.desk_id, *desks))
    decision_request(asked).check_person(reply, by=by.officer_id, today=at.date(), reads_reports=opens)


def released_to(asked: IdentityRequest) -> str:
    """Return the context that binds a released share to its recipient.

    It is made of the report, the officer and the request.
    """
    return f"{asked.report_id}/{asked.asked_by_id}/{asked.id}"


def _release(asked: IdentityRequest, half: functions.SecondShare | None, ring: Keyring) -> bytes:
    """Open the authorisers' share and seal it to the requesting officer's key.

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


def seal_reasons(
    asked: IdentityRequest, reasons: str, *, conditions: str = ""
) -> tuple[functions.SealedWords, bytes]:
    """Seal the reasons, and any conditions, to everyone who may read the request."""
    epochs = list(functions.release_words(asked.id)[asked.asked_words].epochs)
    container = uuid4()
    sealed = envelope.seal_part(
        canonical({"reasons": reasons, **({"conditions": conditions} if conditions else {})}),
        notes.public_keys_of(epochs),
        installation=settings.INSTALLATION,
        container_id=container,
        part=PART,
    )
    digest = hashlib.sha256(sealed.payload).digest()
    return functions.SealedWords(container, sealed.header, sealed.payload, tuple(epochs)), digest
