"""What two stewards do together without sitting together: one proposes and signs, the other looks, compares and signs.

The first signature counts for nothing alone. Keys are never signed by anybody who has not typed the words that the officer
read out to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access import session, site
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.keys.signing import Proposed, Signer
from heedline.casework.keys.signing import propose as sign_first
from heedline.casework.recording import refusals_logged
from heedline.casework.setup import enrolment, leavers, single_sign_on, stewardship
from heedline.desks.models import (
    CANARY,
    PARTNER,
    Appointment,
    Desk,
    Invitation,
    Officer,
    Organisation,
    Proposal,
)
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.roles import DESK_ROLES, Role
from heedline.permits.second_person import DecisionRequest, Matter, Reply, RequestState
from heedline.vault import fingerprints


class ProposalKind(StrEnum):
    """What can be proposed."""

    ORGANISATION = "organisation"
    DESK = "desk"
    INVITE = "invite"
    KEYS = "keys"
    APPOINT = "appoint"
    LEAVE_DESK = "leave-desk"
    LEAVE = "leave"
    LET_IN = "let-in"
    UNBIND = "unbind"


@dataclass(frozen=True)
class ProposalLine:
    """A proposal that waits. `mine`: one's own, which somebody else confirms. `needs_words`: of an officer's keys."""

    id: UUID
    words: str
    proposed_by: str
    mine: bool
    needs_words: bool
    late: bool


@dataclass(frozen=True)
class Done:
    """What came of it. `code`: of an invitation, to be handed over in person, shown once; `partner`: it is used at the
    partners' site.
    """

    words: str
    code: str = field(repr=False, default="")
    partner: bool = False


def _id(text: str | None) -> UUID:
    """The id, or one that nothing has."""
    try:
        return UUID(text or "")
    except ValueError:
        return UUID(int=0)


def _officer(facts: Mapping[str, str]) -> Officer:
    found = Officer.objects.filter(pk=_id(facts.get("officer"))).first()
    if found is None:
        raise Refused("There is no such officer.")
    return found


def _known(facts: Mapping[str, str]) -> Officer | None:
    """Somebody with this e-mail address: who has left and comes back, or has lost every way to unlock."""
    return Officer.objects.filter(email__iexact=facts.get("email", "").strip()).first()


def _desk(facts: Mapping[str, str], name: str = "desk") -> Desk | None:
    return Desk.objects.filter(pk=_id(facts.get(name))).first()


def _a_desk(facts: Mapping[str, str]) -> Desk:
    found = _desk(facts)
    if found is None:
        raise Refused("There is no such desk.")
    return found


def _organisation(facts: Mapping[str, str]) -> Organisation:
    found = Organisation.objects.filter(pk=_id(facts.get("organisation"))).first()
    if found is None:
        raise Refused("There is no such organisation.")
    return found


def _compared(facts: Mapping[str, str], said: str) -> Invitation:
    """The keys that a new officer has made, when these are their words."""
    row = Invitation.objects.filter(officer=_officer(facts), kem__isnull=False).first()
    if row is None or row.kem is None or row.signing is None:
        raise Refused("They have not made their keys yet.")
    if not fingerprints.alike(said, fingerprints.words(bytes(row.kem), bytes(row.signing))):
        raise Refused("These are not the words of their keys. Read them to each other once more.")
    return row


def _new_desk(facts: Mapping[str, str]) -> Desk:
    reports = (
        facts["kind"] != PARTNER
    )  # a partner gets none: nobody waits there at night, no identity is released to it
    return Desk(
        id=UUID(facts["id"]),
        code=facts["code"],
        name=facts["name"],
        organisation=_organisation(facts),
        kind=facts["kind"],
        round_the_clock=reports and facts.get("round_the_clock") == "yes",
        authoriser=_desk(facts, "authoriser") if reports else None,
    )


def _statement(kind: ProposalKind, facts: Mapping[str, str], said: str) -> tuple[str, dict[str, Any]] | None:
    """What the first steward signs; None for what only makes a row that opens nothing."""
    match kind:
        case ProposalKind.KEYS:
            row = _compared(facts, said)
            body = stewardship.officer_body(
                row.officer_id, kem=bytes(row.kem or b""), signing=bytes(row.signing or b"")
            )
            return "officer", dict(body)
        case ProposalKind.DESK:
            new = _new_desk(facts)
            site.keep_desks_apart(new.kind, new.organisation)
            return "desk", stewardship.desk_body(new)
        case ProposalKind.APPOINT:
            if (Role(facts["role"]) in DESK_ROLES) != (_desk(facts) is not None):
                raise Refused("This role is held on a desk, or the other way round.")
            if Role(facts["role"]) is Role.STEWARD:
                raise Refused("A steward is named by the root key.")
            desk = _desk(facts)
            site.keep_apart(_officer(facts), Role(facts["role"]), desk)
            if desk is not None:
                stewardship.keep_sides_apart(_officer(facts).id, desk.id)
            return (
                ("member", dict(stewardship.member_body(_officer(facts).id, desk.id)))
                if desk is not None
                else None
            )
        case ProposalKind.LEAVE_DESK:
            return "leaver", {"desk": str(_a_desk(facts).id), "person": str(_officer(facts).id)}
        case ProposalKind.LEAVE:
            return "leaver", {"person": str(_officer(facts).id)}
        case ProposalKind.ORGANISATION | ProposalKind.INVITE | ProposalKind.LET_IN | ProposalKind.UNBIND:
            return None


def _spare_the_canary(facts: Mapping[str, str]) -> None:
    """Raise Refused for the canary's officer and desk: there is one for ever, and without it no restore is proven."""
    theirs = Appointment.objects.filter(officer=_id(facts.get("officer")), desk__kind=CANARY)
    if theirs.exists() or Desk.objects.filter(pk=_id(facts.get("desk")), kind=CANARY).exists():
        raise Refused("The canary stays as it is: the test of a restore opens it.")


def propose(
    kind: ProposalKind,
    facts: Mapping[str, str],
    passphrase: str,
    *,
    said: str = "",
    by: Attendance,
    at: datetime,
) -> UUID:
    """Propose something to another steward, signed. Raises Refused and WrongPassphrase."""
    with refusals_logged(Act.PROPOSED, by=by.officer_id):
        by.require(Capability.SET_UP, None)
        _spare_the_canary(facts)
        known = {**facts, "id": str(uuid4())} if kind is ProposalKind.DESK else dict(facts)
        statement = _statement(kind, known, said)
        hand = session.hand_of(by.officer_id, passphrase)
        signed = sign_first(*statement, hand, at=at) if statement is not None else None
        row = Proposal.objects.create(
            act=kind,
            facts=known,
            statement=signed.statement if signed is not None else None,
            issued_on=at.date(),
            made=signed.made if signed is not None else None,
            proposed_by_id=by.officer_id,
        )
        journal.record(
            Act.PROPOSED, actor=by.officer_id, thing="proposal", thing_id=row.id, detail={"kind": kind}
        )
        return row.id


def open_proposals(*, by: Attendance, at: datetime) -> tuple[ProposalLine, ...]:
    """What waits for a second steward. Raises Refused."""
    by.require(Capability.SET_UP, None)
    rows = Proposal.objects.filter(closed_on=None).select_related("proposed_by").order_by("issued_on", "id")
    return tuple(_line(row, by, at) for row in rows)


def proposal(proposal_id: UUID, *, by: Attendance, at: datetime) -> ProposalLine:
    """One of them. Raises NotHere and Refused."""
    by.require(Capability.SET_UP, None)
    row = Proposal.objects.filter(pk=proposal_id, closed_on=None).select_related("proposed_by").first()
    if row is None:
        raise NotHere
    return _line(row, by, at)


def _line(row: Proposal, by: Attendance, at: datetime) -> ProposalLine:
    return ProposalLine(
        row.id,
        words_for(ProposalKind(row.act), row.facts),
        row.proposed_by.name,
        row.proposed_by_id == by.officer_id,
        row.act == ProposalKind.KEYS,
        _decision_request(row).late(at.date()),
    )


def words_for(kind: ProposalKind, facts: Mapping[str, str]) -> str:
    """A proposal in one sentence."""
    officer = Officer.objects.filter(pk=_id(facts.get("officer"))).first()
    who = f"{officer.name} ({officer.organisation.name})" if officer is not None else facts.get("name", "")
    desk = _desk(facts)
    where = f"{desk.name} ({desk.organisation.name})" if desk is not None else "the whole installation"
    of = Organisation.objects.filter(pk=_id(facts.get("organisation"))).first()
    organisation = of.name if of is not None else "an organisation that is not there"
    match kind:
        case ProposalKind.ORGANISATION:
            return f"Add the organisation {facts['name']} ({facts['code']})"
        case ProposalKind.DESK:
            never = ", which never closes" if facts.get("round_the_clock") == "yes" else ""
            return f"Add to {organisation} the desk {facts['name']} ({facts['code']}, {facts['kind']}){never}"
        case ProposalKind.INVITE:
            again = _known(facts)
            if again is not None:
                return f"Invite {again.name} ({again.organisation.name}), {again.email}, again: they make new keys"
            return f"Invite {facts['name']}, {facts['email']}, to {organisation}"
        case ProposalKind.KEYS:
            return f"Sign the keys of {who}"
        case ProposalKind.APPOINT:
            return f"Appoint {who} as {facts['role']} at {where}"
        case ProposalKind.LEAVE_DESK:
            return f"{who} leaves {where}"
        case ProposalKind.LEAVE:
            return f"{who} leaves altogether: their sessions, keys and roles end"
        case ProposalKind.LET_IN:
            return f"Let {who} sign in by password for twelve hours from the confirmation"
        case ProposalKind.UNBIND:
            return f"{who} no longer signs in through the provider, but by password"


def withdraw(proposal_id: UUID, *, by: Attendance, at: datetime) -> None:
    """Put a proposal away; every steward may. Raises NotHere and Refused."""
    with refusals_logged(Act.PROPOSAL_WITHDRAWN, by=by.officer_id, thing="proposal", thing_id=proposal_id):
        row = _find(proposal_id, by)
        _decision_request(row).check_person(Reply.WITHDRAW, by=by.officer_id, today=at.date())
        row.closed_by_id, row.closed_on = by.officer_id, at.date()
        row.save(update_fields=["closed_by", "closed_on"])
        journal.record(Act.PROPOSAL_WITHDRAWN, actor=by.officer_id, thing="proposal", thing_id=proposal_id)


def confirm(proposal_id: UUID, passphrase: str, *, said: str = "", by: Attendance, at: datetime) -> Done:
    """Sign what another steward has proposed, and carry it out.

    Raises NotHere, WrongPassphrase, and Refused for one's own proposal, a late one, other words or a forged signature.
    """
    with refusals_logged(Act.STATEMENT_SIGNED, by=by.officer_id, thing="proposal", thing_id=proposal_id):
        row = _find(proposal_id, by)
        _decision_request(row).check_person(Reply.AGREE, by=by.officer_id, today=at.date())
        hand = session.hand_of(by.officer_id, passphrase)
        kind, facts = ProposalKind(row.act), dict(row.facts)
        if kind is ProposalKind.KEYS:
            _compared(facts, said)
        first = Proposed(
            str(row.proposed_by_id),
            row.statement or uuid4(),
            row.issued_on.isoformat(),
            bytes(row.made or b""),
        )
        try:
            with transaction.atomic():
                done = _carry_out(kind, facts, [first, hand], at)
        except IntegrityError:
            raise Refused(
                "There is one of that name already, or a colleague signed at the same time."
            ) from None
        row.closed_by_id, row.closed_on, row.carried_out = by.officer_id, at.date(), True
        row.save(update_fields=["closed_by", "closed_on", "carried_out"])
        return done


def _decision_request(row: Proposal) -> DecisionRequest:
    """Return the facts of this proposal that the rules for a second person look at."""
    state = RequestState.WAITING
    if row.closed_on is not None:
        state = RequestState.AGREED if row.carried_out else RequestState.WITHDRAWN
    return DecisionRequest(Matter.PROPOSAL, row.proposed_by_id, state, row.issued_on)


def _find(proposal_id: UUID, by: Attendance) -> Proposal:
    by.require(Capability.SET_UP, None)
    row = Proposal.objects.select_for_update().filter(pk=proposal_id, closed_on=None).first()
    if row is None:
        raise NotHere
    return row


def _carry_out(kind: ProposalKind, facts: Mapping[str, str], hands: Sequence[Signer], at: datetime) -> Done:
    words = words_for(kind, facts)
    match kind:
        case ProposalKind.ORGANISATION:
            stewardship.make_organisation(facts["code"], facts["name"], hands=hands, at=at)
        case ProposalKind.DESK:
            new = _new_desk(facts)
            stewardship.make_desk(
                code=new.code,
                name=new.name,
                organisation=new.organisation,
                kind=new.kind,
                round_the_clock=new.round_the_clock,
                authoriser=new.authoriser,
                hands=hands,
                at=at,
                desk_id=new.id,
            )
        case ProposalKind.INVITE:
            officer = _known(facts) or stewardship.make_officer(
                email=facts["email"],
                name=facts["name"],
                organisation=_organisation(facts),
                password="",
                hands=hands,
                at=at,
            )
            if not officer.is_active:
                stewardship.permit_stewards(hands)
                officer.is_active = True
                officer.save(update_fields=["is_active"])
            return Done(words, enrolment.invite(officer, at=at), site.of_partner(officer))
        case ProposalKind.KEYS:
            made = Invitation.objects.get(officer=_officer(facts))
            stewardship.state_public_keys(
                made.officer_id,
                kem=bytes(made.kem or b""),
                signing=bytes(made.signing or b""),
                hands=hands,
                at=at,
            )
        case ProposalKind.APPOINT:
            stewardship.appoint(_officer(facts), Role(facts["role"]), _desk(facts), hands=hands, at=at)
        case ProposalKind.LEAVE_DESK:
            leavers.leave_desk(_officer(facts), _a_desk(facts), hands=hands, at=at)
        case ProposalKind.LEAVE:
            leavers.leave(_officer(facts), hands=hands, at=at)
        case ProposalKind.LET_IN:
            single_sign_on.let_in(_officer(facts), hands=hands, at=at)
        case ProposalKind.UNBIND:
            single_sign_on.unbind(_officer(facts), hands=hands, at=at)
    return Done(words)
