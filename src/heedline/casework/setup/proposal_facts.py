"""The kinds of proposal, and functions that describe a proposal and find its people and desks."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from heedline.desks.models import Desk, Officer, Organisation
from heedline.permits.gate import Refused


class ProposalKind(StrEnum):
    """The kinds of change that a steward can propose."""

    ORGANISATION = "organisation"
    DESK = "desk"
    INVITE = "invite"
    KEYS = "keys"
    APPOINT = "appoint"
    END_ROLE = "end-role"
    LEAVE_DESK = "leave-desk"
    LEAVE = "leave"
    LET_IN = "let-in"
    UNBIND = "unbind"
    LOST_PASSKEY = "lost-passkey"


def id_of(text: str | None) -> UUID:
    """Parse a UUID.

    Returns a UUID that matches no row if the text is invalid.
    """
    try:
        return UUID(text or "")
    except ValueError:
        return UUID(int=0)


def officer_of(facts: Mapping[str, str]) -> Officer:
    found = Officer.objects.filter(pk=id_of(facts.get("officer"))).first()
    if found is None:
        raise Refused("There is no such officer.")
    return found


def known_officer(facts: Mapping[str, str]) -> Officer | None:
    """Return the officer with this email address, or None.

    They may be a returning leaver, or somebody who has lost every way to unlock.
    """
    return Officer.objects.filter(email__iexact=facts.get("email", "").strip()).first()


def desk_of(facts: Mapping[str, str], name: str = "desk") -> Desk | None:
    return Desk.objects.filter(pk=id_of(facts.get(name))).first()


def named_desk(facts: Mapping[str, str]) -> Desk:
    found = desk_of(facts)
    if found is None:
        raise Refused("There is no such desk.")
    return found


def organisation_of(facts: Mapping[str, str]) -> Organisation:
    found = Organisation.objects.filter(pk=id_of(facts.get("organisation"))).first()
    if found is None:
        raise Refused("There is no such organisation.")
    return found


def role_words(facts: Mapping[str, str]) -> str:
    """Return the text describing the role that comes with an invitation or new keys, if any.

    An example is ", as officer at North East desk". Returns "" if there is no role.
    """
    if not facts.get("role"):
        return ""
    desk = desk_of(facts)
    return f", as {facts['role']}{f' at {desk.name}' if desk is not None else ''}"


def words_for(kind: ProposalKind, facts: Mapping[str, str]) -> str:
    """Return a one-sentence description of a proposal."""
    officer = Officer.objects.filter(pk=id_of(facts.get("officer"))).first()
    who = f"{officer.name} ({officer.organisation.name})" if officer is not None else facts.get("name", "")
    desk = desk_of(facts)
    where = f"{desk.name} ({desk.organisation.name})" if desk is not None else "the whole installation"
    of = Organisation.objects.filter(pk=id_of(facts.get("organisation"))).first()
    organisation = of.name if of is not None else "an organisation that is not there"
    match kind:
        case ProposalKind.ORGANISATION:
            return f"Add the organisation {facts['name']} ({facts['code']})"
        case ProposalKind.DESK:
            never = ", which never closes" if facts.get("round_the_clock") == "yes" else ""
            return f"Add to {organisation} the desk {facts['name']} ({facts['code']}, {facts['kind']}){never}"
        case ProposalKind.INVITE:
            again = known_officer(facts)
            if again is not None:
                return f"Invite {again.name} ({again.organisation.name}), {again.email}, again: they make new keys{role_words(facts)}"
            return f"Invite {facts['name']}, {facts['email']}, to {organisation}{role_words(facts)}"
        case ProposalKind.KEYS:
            return f"Sign the keys of {who}{role_words(facts)}"
        case ProposalKind.APPOINT:
            return f"Appoint {who} as {facts['role']} at {where}"
        case ProposalKind.END_ROLE:
            return f"{who} is no longer {facts['role']} at {where}"
        case ProposalKind.LEAVE_DESK:
            return f"{who} leaves {where}"
        case ProposalKind.LEAVE:
            return f"{who} leaves altogether: their sessions, keys and roles end"
        case ProposalKind.LET_IN:
            return f"Let {who} sign in by password for twelve hours from the confirmation"
        case ProposalKind.UNBIND:
            return f"{who} no longer signs in through the provider, but by password"
        case ProposalKind.LOST_PASSKEY:
            return f"Remove the lost passkeys of {who}: they sign in without them and add a new one"
