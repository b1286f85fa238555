"""Handlers for statements about stewards, officers, partners, desk membership and leavers."""

from dataclasses import replace
from datetime import date

from heedline.vault.statements.accepted import AcceptedStatements, BreaksARule
from heedline.vault.statements.directory import OfficerKeys, PartnerKeys, Voiceprint
from heedline.vault.statements.signed import Statement
from heedline.vault.statements.two_sides import OUTSIDE


def hear_steward(known: AcceptedStatements, said: Statement) -> None:
    """Record a steward and their signing key."""
    person = str(said.body["person"])
    if any(person in people for people in known.members.values()):
        raise BreaksARule("a member of a desk cannot be a steward")
    if person in known.partners:
        raise BreaksARule("a partner cannot be a steward")
    known.stewards[person] = known.own(said.body["signing"], f"person {person}")


def hear_officer(known: AcceptedStatements, said: Statement) -> None:
    """Record an officer and their keys."""
    person = str(said.body["person"])
    if person in known.partners:
        raise BreaksARule("a partner cannot be an officer")
    kem, signing = known.own_pair(said, person)
    known.officers[person] = OfficerKeys(person, kem, signing, said.serial)
    on = date.fromisoformat(said.issued_on)
    known.voices[person] = (*_silenced(known, person, on), Voiceprint(signing, on, None))


def hear_partner(known: AcceptedStatements, said: Statement) -> None:
    """Record a member of a partner organisation, and their keys."""
    person = str(said.body["person"])
    if person in known.officers or person in known.stewards:
        raise BreaksARule("an officer or steward cannot be a partner")
    kem, signing = known.own_pair(said, person)
    organisation = str(said.body["organisation"])
    known.partners[person] = PartnerKeys(person, organisation, kem, signing, said.serial)


def hear_member(known: AcceptedStatements, said: Statement) -> None:
    """Record that an officer belongs to a desk."""
    desk, person = str(said.body["desk"]), str(said.body["person"])
    if desk not in known.desks or person not in known.officers:
        raise BreaksARule("no such desk or no such officer")
    if person in known.stewards:
        raise BreaksARule("a steward cannot be a member of a desk")
    known.keep_apart(desk, {person})
    outside, held = known.desks[desk].kind == OUTSIDE, _desks_of(known, person)
    if any((known.desks[one].kind == OUTSIDE) != outside for one in held):
        raise BreaksARule("a member of a partner's desk and of another")
    known.members.setdefault(desk, set()).add(person)
    known.had_members.add(desk)


def hear_leaver(known: AcceptedStatements, said: Statement) -> None:
    """Record that a person has left one desk or the installation."""
    person = str(said.body["person"])
    if "desk" in said.body:
        known.members.get(str(said.body["desk"]), set()).discard(person)
        return
    for people in known.members.values():
        people.discard(person)
    if person in known.officers:
        known.voices[person] = _silenced(known, person, date.fromisoformat(said.issued_on))
    known.officers.pop(person, None)
    known.partners.pop(person, None)
    known.stewards.pop(person, None)


def _silenced(known: AcceptedStatements, person: str, on: date) -> tuple[Voiceprint, ...]:
    """Return a person's signing keys, with the most recent one ending on this day.

    Two stewards who date a statement back do not undo what the person signed until the statement before it.
    """
    on = max(on, known.latest)
    voices = known.voices.get(person, ())
    return tuple(one if one.until is not None else replace(one, until=on) for one in voices)


def _desks_of(known: AcceptedStatements, person: str) -> set[str]:
    return {desk for desk, people in known.members.items() if person in people}
