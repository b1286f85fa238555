"""Proposals that one steward signs and a second steward confirms later.

The second steward reviews, compares and signs. The first signature has no effect on its own. Keys are
signed only by somebody who has typed the words that the officer read out to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access import keyring, site
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.keys.signing import Proposed, Signer
from heedline.casework.keys.signing import propose as sign_first
from heedline.casework.recording import refusals_logged
from heedline.casework.setup import (
    enrolment,
    leavers,
    leaving_effects,
    lost_passkey,
    single_sign_on,
    stewardship,
    waiting_proposals,
)
from heedline.casework.setup.proposal_facts import ProposalKind as ProposalKind
from heedline.casework.setup.proposal_facts import (
    desk_of,
    id_of,
    known_officer,
    named_desk,
    officer_of,
    organisation_of,
    words_for,
)
from heedline.desks.models import (
    CANARY,
    PARTNER,
    Appointment,
    Desk,
    Invitation,
    Officer,
    Proposal,
)
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.roles import BESIDE, DESK_ROLES, Role
from heedline.permits.second_person import DecisionRequest, Matter, Reply, RequestState
from heedline.vault import fingerprints


@dataclass(frozen=True)
class ProposalLine:
    """A proposal awaiting a second steward's signature.

    `mine` is true for the viewer's own proposal, which somebody else has to confirm. `needs_words` is true
    if the words of an officer's keys have to be typed. `warnings` say what a desk would lose if somebody leaves.
    """

    id: UUID
    words: str
    proposed_by: str
    mine: bool
    needs_words: bool
    late: bool
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Done:
    """The result of confirming a proposal.

    `code` is an invitation code, shown once and handed over in person. `partner` is true if the code is used
    at the partners' site.
    """

    words: str
    code: str = field(repr=False, default="")
    partner: bool = False


def _compared(facts: Mapping[str, str], said: str) -> Invitation:
    """Return the new officer's invitation if `said` matches the verification words of their keys.

    Raises Refused if they have not made their keys yet or if the words differ.
    """
    row = Invitation.objects.filter(officer=officer_of(facts), kem__isnull=False).first()
    if row is None or row.kem is None or row.signing is None:
        raise Refused("They have not created their keys yet.")
    if not fingerprints.alike(said, fingerprints.words(bytes(row.kem), bytes(row.signing))):
        raise Refused("These words do not match their keys. Ask them to read the words again.")
    return row


def _new_desk(facts: Mapping[str, str]) -> Desk:
    reports = (
        facts["kind"] != PARTNER
    )  # a partner gets none: nobody waits there at night, no identity is released to it
    return Desk(
        id=UUID(facts["id"]),
        code=facts["code"],
        name=facts["name"],
        organisation=organisation_of(facts),
        kind=facts["kind"],
        round_the_clock=reports and facts.get("round_the_clock") == "yes",
        authoriser=desk_of(facts, "authoriser") if reports else None,
    )


def _statement(kind: ProposalKind, facts: Mapping[str, str], said: str) -> tuple[str, dict[str, Any]] | None:
    """Return the kind and body of the statement that the first steward signs.

    Returns None if the proposal only creates or changes a row that opens nothing.
    """
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
            return _membership(facts)
        case ProposalKind.END_ROLE:
            leavers.refuse_ending(officer_of(facts), Role(facts["role"]), named_desk(facts))
            return None
        case ProposalKind.LEAVE_DESK:
            return "leaver", {"desk": str(named_desk(facts).id), "person": str(officer_of(facts).id)}
        case ProposalKind.LEAVE:
            return "leaver", {"person": str(officer_of(facts).id)}
        case ProposalKind.INVITE:
            _check_role(facts, known_officer(facts))
            return None
        case (
            ProposalKind.ORGANISATION | ProposalKind.LET_IN | ProposalKind.UNBIND | ProposalKind.LOST_PASSKEY
        ):
            return None


def _check_role(facts: Mapping[str, str], officer: Officer | None) -> None:
    """Raise Refused if the proposed role is invalid, or if this officer cannot hold it.

    Does nothing if no role is proposed.
    """
    if not facts.get("role"):
        if facts.get("desk"):
            raise Refused("Choose the role at this desk.")
        return
    role, desk = Role(facts["role"]), desk_of(facts)
    if (role in DESK_ROLES) != (desk is not None):
        raise Refused("This role does not match the choice of desk.")
    if role is Role.STEWARD:
        raise Refused("A steward must be appointed with the root key.")
    if role is Role.OFFICER and desk is not None:
        _begin_with_a_supervisor(desk)
    if officer is None and role in BESIDE:
        raise Refused("Give this role to somebody who already works at the desk.")
    if officer is not None:
        site.keep_apart(officer, role, desk)
        stewardship.refuse_alone(officer, role, desk)
        if desk is not None:
            stewardship.keep_sides_apart(officer.id, desk.id)


def _begin_with_a_supervisor(desk: Desk) -> None:
    """Raise Refused if nobody works at the desk yet: its first member must be a supervisor."""
    if not Appointment.objects.filter(desk=desk, ended_on=None).exists():
        raise Refused("This desk has no supervisor. Appoint its supervisor first.")


def _membership(facts: Mapping[str, str]) -> tuple[str, dict[str, Any]] | None:
    """Return the statement of desk membership for a role, or None if the role has no desk."""
    officer, desk = officer_of(facts), desk_of(facts)
    _check_role(facts, officer)
    return ("member", dict(stewardship.member_body(officer.id, desk.id))) if desk is not None else None


def _spare_the_canary(facts: Mapping[str, str]) -> None:
    """Raise Refused if the proposal concerns the canary's officer or desk.

    There is only ever one canary, and without it no restore can be proven.
    """
    theirs = Appointment.objects.filter(officer=id_of(facts.get("officer")), desk__kind=CANARY)
    if theirs.exists() or Desk.objects.filter(pk=id_of(facts.get("desk")), kind=CANARY).exists():
        raise Refused("The canary cannot be changed. It is used to test restores.")


def propose(
    kind: ProposalKind,
    facts: Mapping[str, str],
    passphrase: str,
    *,
    said: str = "",
    by: Attendance,
    at: datetime,
) -> UUID:
    """Sign a proposal and submit it to another steward.

    Raises Refused and WrongPassphrase.
    """
    with refusals_logged(Act.PROPOSED, by=by.officer_id):
        by.require(Capability.SET_UP, None)
        _spare_the_canary(facts)
        known = {**facts, "id": str(uuid4())} if kind is ProposalKind.DESK else dict(facts)
        statement = _statement(kind, known, said)
        hand = keyring.hand_of(by.officer_id, passphrase)
        signed = sign_first(*statement, hand, at=at) if statement is not None else None
        membership = _membership(known) if kind is ProposalKind.KEYS else None
        also = sign_first(*membership, hand, at=at) if membership is not None else None
        row = Proposal.objects.create(
            act=kind,
            facts=known,
            statement=signed.statement if signed is not None else None,
            issued_on=at.date(),
            made=signed.made if signed is not None else None,
            also_statement=also.statement if also is not None else None,
            also_made=also.made if also is not None else None,
            proposed_at=at,
            proposed_by_id=by.officer_id,
        )
        journal.record(
            Act.PROPOSED, actor=by.officer_id, thing="proposal", thing_id=row.id, detail={"kind": kind}
        )
        return row.id


def open_proposals(*, by: Attendance, at: datetime) -> tuple[ProposalLine, ...]:
    """Return the proposals awaiting a second steward.

    Raises Refused.
    """
    by.require(Capability.SET_UP, None)
    rows = Proposal.objects.filter(closed_on=None).select_related("proposed_by").order_by("issued_on", "id")
    return tuple(_line(row, by, at) for row in rows)


def proposal(proposal_id: UUID, *, by: Attendance, at: datetime) -> ProposalLine:
    """Return one open proposal.

    Raises NotHere and Refused.
    """
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
        warnings_of(ProposalKind(row.act), row.facts, by=by, at=at),
    )


def warnings_of(
    kind: ProposalKind, facts: Mapping[str, str], *, by: Attendance, at: datetime
) -> tuple[str, ...]:
    """Return warnings about what a desk would lose if this proposal were carried out.

    Only proposals that somebody leaves or ceases to be a supervisor have warnings.
    """
    if kind is ProposalKind.END_ROLE and (at_desk := desk_of(facts)) is not None:
        return leaving_effects.end_of_role_warnings(
            id_of(facts.get("officer")), facts.get("role", ""), at_desk, by=by
        )
    if kind not in {ProposalKind.LEAVE, ProposalKind.LEAVE_DESK} or not facts.get("officer"):
        return ()
    desk = id_of(facts.get("desk")) if kind is ProposalKind.LEAVE_DESK else None
    return leaving_effects.warnings(id_of(facts["officer"]), desk, by=by, at=at)


def withdraw(proposal_id: UUID, *, by: Attendance, at: datetime) -> None:
    """Withdraw a proposal.

    Any steward may do this. Raises NotHere and Refused.
    """
    with refusals_logged(Act.PROPOSAL_WITHDRAWN, by=by.officer_id, thing="proposal", thing_id=proposal_id):
        row = _find(proposal_id, by)
        _decision_request(row).check_person(Reply.WITHDRAW, by=by.officer_id, today=at.date())
        row.closed_by_id, row.closed_on = by.officer_id, at.date()
        row.save(update_fields=["closed_by", "closed_on"])
        waiting_proposals.end_alarm(row.id, by=by.officer_id, at=at)
        journal.record(Act.PROPOSAL_WITHDRAWN, actor=by.officer_id, thing="proposal", thing_id=proposal_id)


def confirm(proposal_id: UUID, passphrase: str, *, said: str = "", by: Attendance, at: datetime) -> Done:
    """Sign another steward's proposal and carry it out.

    Raises NotHere and WrongPassphrase. Raises Refused if the proposal is the steward's own or has expired,
    if the words differ, or if its signature is forged.
    """
    with refusals_logged(Act.STATEMENT_SIGNED, by=by.officer_id, thing="proposal", thing_id=proposal_id):
        row = _find(proposal_id, by)
        _decision_request(row).check_person(Reply.AGREE, by=by.officer_id, today=at.date())
        hand = keyring.hand_of(by.officer_id, passphrase)
        kind, facts = ProposalKind(row.act), dict(row.facts)
        if kind is ProposalKind.KEYS:
            _compared(facts, said)
        first, also = (
            Proposed(
                str(row.proposed_by_id), statement or uuid4(), row.issued_on.isoformat(), bytes(made or b"")
            )
            for statement, made in ((row.statement, row.made), (row.also_statement, row.also_made))
        )
        try:
            with transaction.atomic():
                done = _carry_out(kind, facts, [first, hand], [also, hand], at)
        except IntegrityError:
            raise Refused("That name is already in use, or a colleague signed at the same time.") from None
        row.closed_by_id, row.closed_on, row.carried_out = by.officer_id, at.date(), True
        row.save(update_fields=["closed_by", "closed_on", "carried_out"])
        waiting_proposals.end_alarm(row.id, by=by.officer_id, at=at)
        return done


def _decision_request(row: Proposal) -> DecisionRequest:
    """Return the facts about this proposal that the two-person rules check."""
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


def _carry_out(
    kind: ProposalKind,
    facts: Mapping[str, str],
    hands: Sequence[Signer],
    membership: Sequence[Signer],
    at: datetime,
) -> Done:
    """Carry out a proposal.

    If a role comes with new keys, `membership` signs the second statement.
    """
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
            officer = known_officer(facts) or stewardship.make_officer(
                email=facts["email"],
                name=facts["name"],
                organisation=organisation_of(facts),
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
            made = Invitation.objects.get(officer=officer_of(facts))
            stewardship.state_public_keys(
                made.officer_id,
                kem=bytes(made.kem or b""),
                signing=bytes(made.signing or b""),
                hands=hands,
                at=at,
            )
            if facts.get("role"):
                stewardship.appoint(
                    officer_of(facts), Role(facts["role"]), desk_of(facts), hands=membership, at=at
                )
        case ProposalKind.APPOINT:
            stewardship.appoint(officer_of(facts), Role(facts["role"]), desk_of(facts), hands=hands, at=at)
        case ProposalKind.END_ROLE:
            leavers.end_role(officer_of(facts), Role(facts["role"]), named_desk(facts), hands=hands, at=at)
        case ProposalKind.LEAVE_DESK:
            leavers.leave_desk(officer_of(facts), named_desk(facts), hands=hands, at=at)
        case ProposalKind.LEAVE:
            leavers.leave(officer_of(facts), hands=hands, at=at)
        case ProposalKind.LET_IN:
            single_sign_on.let_in(officer_of(facts), hands=hands, at=at)
        case ProposalKind.UNBIND:
            single_sign_on.unbind(officer_of(facts), hands=hands, at=at)
        case ProposalKind.LOST_PASSKEY:
            lost_passkey.remove(officer_of(facts), hands=hands, at=at)
    return Done(words)
