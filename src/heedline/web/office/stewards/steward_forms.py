"""Set-up forms, one for each kind of proposal that a steward can make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from heedline.casework.setup.overview import PersonState, Setup
from heedline.casework.setup.proposals import ProposalKind
from heedline.desks.desk_kinds import desk_kinds
from heedline.permits.roles import DESK_ROLES, Role
from heedline.web.components.forms import Field, FieldOption, Radios, Select, TextInput

PASSPHRASE = TextInput(
    name="passphrase",
    label="Passphrase",
    hint="Your six words. They sign this in your name.",
    kind="password",
    required="Enter your passphrase",
)
SAID = TextInput(
    name="said",
    label="The eight words that they read to you",
    hint="They were shown these words when they created their keys. Compare them face to face, or by telephone if you know their voice.",
    required="Enter the eight words",
)
TITLES = {
    ProposalKind.ORGANISATION: "Add an organisation",
    ProposalKind.DESK: "Add a desk",
    ProposalKind.INVITE: "Add an officer",
    ProposalKind.KEYS: "Sign an officer’s keys",
    ProposalKind.APPOINT: "Give an officer a role",
    ProposalKind.END_ROLE: "End one of an officer’s roles at a desk",
    ProposalKind.LEAVE_DESK: "End an officer’s work at a desk",
    ProposalKind.LEAVE: "Record that an officer has left",
    ProposalKind.LET_IN: "Allow sign-in by password while single sign-on fails",
    ProposalKind.UNBIND: "Unlink an officer’s single sign-on account",
    ProposalKind.LOST_PASSKEY: "Remove lost passkeys",
}
#: What there is only where somebody signs in through a provider.
OF_PROVIDER = frozenset({ProposalKind.LET_IN, ProposalKind.UNBIND})
_CODE = TextInput(
    name="code",
    label="Code",
    hint="Small letters and hyphens, such as north-east",
    required="Enter a code",
    limit=40,
)
_NAME = TextInput(name="name", label="Name", names=True, required="Enter a name", limit=120)
ROLES = {
    Role.OFFICER: "Officer",
    Role.SUPERVISOR: "Supervisor",
    Role.INVESTIGATOR: "Investigator (also an officer of the desk)",
    Role.AUTHORISER: "Authoriser",
    Role.OVERSEER: "Overseer (no desk)",
    Role.WELFARE: "Welfare of officers (no desk)",
    Role.PARTNER: "Partner",
    Role.CHAIR: "Chair of a panel (also a partner)",
    Role.DEPUTY: "Deputy chair of a panel (also a partner)",
}
ROLE_WORDS = {**ROLES, Role.STEWARD: "Steward"}


def _choices(rows: Iterable[tuple[UUID, str]]) -> tuple[FieldOption, ...]:
    return tuple(FieldOption(value=str(one), label=name) for one, name in rows)


def fields(kind: ProposalKind, setup: Setup) -> tuple[Field, ...]:
    """Return the fields for a proposal, with the passphrase last."""
    organisation = Select(
        name="organisation",
        blank="Choose",
        label="Organisation",
        choices=_choices(setup.organisations),
        required="Choose an organisation",
    )
    desks = _choices((one, name) for one, name, _ in setup.desks)
    wanted = {PersonState.MADE_KEYS}
    if kind is not ProposalKind.KEYS:
        wanted |= {PersonState.SIGNED, PersonState.NO_KEYS, PersonState.INVITED}
    if kind in {ProposalKind.LEAVE, ProposalKind.LEAVE_DESK, ProposalKind.END_ROLE}:
        wanted.add(PersonState.STOPPED)  # what they hold ends only when two stewards sign that they left
    officer = Select(
        name="officer",
        blank="Choose",
        label="Person",
        choices=_choices(
            (one.id, one.name)
            for one in setup.people
            if one.state in wanted and (kind not in OF_PROVIDER or one.through_provider)
        ),
        required="Choose a person",
    )
    role = Select(
        name="role",
        blank="No role yet",
        label="Role",
        hint="The role takes effect once two stewards have signed the officer’s keys.",
        choices=tuple(FieldOption(value=code, label=words) for code, words in ROLES.items()),
    )
    desk = Select(name="desk", label="Desk", choices=desks, blank="No desk")
    match kind:
        case ProposalKind.ORGANISATION:
            return (_NAME, _CODE, PASSPHRASE)
        case ProposalKind.DESK:
            return (
                _NAME,
                _CODE,
                organisation,
                Select(
                    name="kind",
                    blank="Choose",
                    label="Type of desk",
                    choices=tuple(
                        FieldOption(value=code, label=words) for code, words in desk_kinds().items()
                    ),
                    required="Choose the type of desk",
                ),
                Radios(
                    name="round_the_clock",
                    label="Opening hours",
                    hint="For a partner, choose either.",
                    choices=(
                        FieldOption(value="no", label="Closes at some hours"),
                        FieldOption(value="yes", label="Open round the clock"),
                    ),
                    required="Choose the opening hours",
                    small=True,
                ),
                Select(
                    name="authoriser",
                    label="Authorisers for identity requests",
                    hint="Choose an authorisers’ desk. Leave this blank for an authorisers’ desk or a partner.",
                    choices=_choices((one, name) for one, name, what in setup.desks if what == "authoriser"),
                    blank="Nobody",
                ),
                PASSPHRASE,
            )
        case ProposalKind.INVITE:
            email = TextInput(
                name="email", label="Email", kind="email", required="Enter an email address", limit=254
            )
            return (_NAME, email, organisation, role, desk, PASSPHRASE)
        case ProposalKind.KEYS:
            return (officer, SAID, role, desk, PASSPHRASE)
        case ProposalKind.APPOINT:
            return (
                officer,
                replace(role, blank="Choose", hint="", required="Choose a role"),
                desk,
                PASSPHRASE,
            )
        case ProposalKind.END_ROLE:
            at_desks = tuple(FieldOption(value=one, label=ROLES[one]) for one in ROLES if one in DESK_ROLES)
            ending = replace(role, blank="Choose", hint="", required="Choose a role", choices=at_desks)
            return (officer, ending, replace(desk, blank="Choose", required="Choose a desk"), PASSPHRASE)
        case ProposalKind.LEAVE_DESK:
            return (officer, replace(desk, blank="Choose", required="Choose a desk"), PASSPHRASE)
        case ProposalKind.LEAVE | ProposalKind.LET_IN | ProposalKind.UNBIND | ProposalKind.LOST_PASSKEY:
            return (officer, PASSPHRASE)
