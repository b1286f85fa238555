"""The forms of setting up: one for each thing that a steward can propose."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from heedline.casework.setup.overview import Setup
from heedline.casework.setup.proposals import Kind
from heedline.permits.roles import Role
from heedline.web.components.forms import Choice, Field, Radios, Select, TextInput

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
    hint="They saw them when they made their keys. Face to face, or by telephone when you know their voice.",
    required="Enter the eight words",
)
TITLES = {
    Kind.ORGANISATION: "Add an organisation",
    Kind.DESK: "Add a desk",
    Kind.INVITE: "Invite somebody",
    Kind.KEYS: "Sign somebody’s keys",
    Kind.APPOINT: "Give somebody a role",
    Kind.LEAVE_DESK: "End somebody’s work at a desk",
    Kind.LEAVE: "Somebody leaves altogether",
    Kind.LET_IN: "Let somebody in by password while single sign-on fails",
    Kind.UNBIND: "End somebody’s single sign-on",
}
#: What there is only where somebody signs in through a provider.
OF_PROVIDER = frozenset({Kind.LET_IN, Kind.UNBIND})
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
    Role.AUTHORISER: "Authoriser",
    Role.OVERSEER: "Overseer (no desk)",
    Role.PARTNER: "Partner",
}
ROLE_WORDS = {**ROLES, Role.STEWARD: "Steward"}
KINDS = {
    "activity": "Activity",
    "safeguarding": "Safeguarding",
    "material": "Online material",
    "advice": "Advice",
    "authoriser": "Authorisers of identities",
    "partner": "Partner: is sent what others write for it",
}


def _choices(rows: Iterable[tuple[UUID, str]]) -> tuple[Choice, ...]:
    return tuple(Choice(value=str(one), label=name) for one, name in rows)


def fields(kind: Kind, setup: Setup) -> tuple[Field, ...]:
    """The fields of a proposal, the passphrase last."""
    organisation = Select(
        name="organisation",
        blank="Choose",
        label="Organisation",
        choices=_choices(setup.organisations),
        required="Choose an organisation",
    )
    desks = _choices((one, name) for one, name, _ in setup.desks)
    wanted = {"made-keys"} if kind is Kind.KEYS else {"signed", "no-keys", "made-keys", "invited"}
    if kind in {Kind.LEAVE, Kind.LEAVE_DESK}:
        wanted.add("stopped")  # what they hold ends only when two stewards sign that they left
    officer = Select(
        name="officer",
        blank="Choose",
        label="Who",
        choices=_choices(
            (one.id, one.name)
            for one in setup.people
            if one.state in wanted and (kind not in OF_PROVIDER or one.through_provider)
        ),
        required="Choose somebody",
    )
    match kind:
        case Kind.ORGANISATION:
            return (_NAME, _CODE, PASSPHRASE)
        case Kind.DESK:
            return (
                _NAME,
                _CODE,
                organisation,
                Select(
                    name="kind",
                    blank="Choose",
                    label="What it does",
                    choices=tuple(Choice(value=code, label=words) for code, words in KINDS.items()),
                    required="Choose what it does",
                ),
                Radios(
                    name="round_the_clock",
                    label="Does it never close?",
                    hint="A partner’s is not asked: choose either.",
                    choices=(
                        Choice(value="no", label="It closes"),
                        Choice(value="yes", label="It never closes"),
                    ),
                    required="Say whether it closes",
                    small=True,
                ),
                Select(
                    name="authoriser",
                    label="Who decides about identities",
                    hint="A desk of authorisers. None for a desk of authorisers itself, or for a partner.",
                    choices=_choices((one, name) for one, name, what in setup.desks if what == "authoriser"),
                    blank="Nobody",
                ),
                PASSPHRASE,
            )
        case Kind.INVITE:
            email = TextInput(
                name="email", label="E-mail", kind="email", required="Enter an e-mail address", limit=254
            )
            return (_NAME, email, organisation, PASSPHRASE)
        case Kind.KEYS:
            return (officer, SAID, PASSPHRASE)
        case Kind.APPOINT:
            role = Select(
                name="role",
                blank="Choose",
                label="Role",
                choices=tuple(Choice(value=code, label=words) for code, words in ROLES.items()),
                required="Choose a role",
            )
            return (
                officer,
                role,
                Select(name="desk", label="Desk", choices=desks, blank="No desk"),
                PASSPHRASE,
            )
        case Kind.LEAVE_DESK:
            return (
                officer,
                Select(name="desk", label="Desk", choices=desks, required="Choose a desk", blank="Choose"),
                PASSPHRASE,
            )
        case Kind.LEAVE | Kind.LET_IN | Kind.UNBIND:
            return (officer, PASSPHRASE)
