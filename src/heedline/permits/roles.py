"""The capabilities that each role grants.

Roles are stored as codes, never as class paths. Plain Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from heedline.desk_hooks import register
from heedline.permits.capabilities import AnyCapability
from heedline.permits.capabilities import Capability as C
from heedline.permits.standing import Standing


class Role(StrEnum):
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    INVESTIGATOR = "investigator"
    AUTHORISER = "authoriser"
    STEWARD = "steward"
    OVERSEER = "overseer"
    WELFARE = "welfare"
    PARTNER = "partner"
    CHAIR = "chair"
    DEPUTY = "deputy"


#: In words, for `docs/access.md` and the settings page.
DESCRIPTIONS: dict[Role, str] = {
    Role.OFFICER: "Reads, assesses and answers the reports of their desk.",
    Role.SUPERVISOR: "An officer who also answers for the desk: sees its board, says who owns a report, closes reports that are linked to another one, reopens, clears alarms of others, acknowledges and discharges dangers to life, reads closed reports again, decides what is kept, confirms who speaks what, records who was trained, plans the rota of the desk. At the round-the-clock desk, opens and closes the public form of an incident.",
    Role.INVESTIGATOR: "An officer who also registers names and identifiers about which they must be contacted before anybody acts. Held beside the role of officer or supervisor at the same desk.",
    Role.AUTHORISER: "Decides whether a reporter's identity may be opened, or a reporter traced elsewhere. Never a member of a desk that reads reports.",
    Role.STEWARD: "Sets up desks and officers and signs their keys, two together. Plans the rota of any desk. Opens nothing.",
    Role.OVERSEER: "Can view the log, access lists and disposal certificates. Cannot open reports, belong to a desk that reads reports, or be a steward.",
    Role.WELFARE: "Looks after the welfare of officers: sees for how many minutes each of them has viewed files, and never which files or reports. Opens nothing.",
    Role.PARTNER: "Works for a partner, on a site of its own: opens what a desk wrote for the partner, signs that it arrived, and answers. Holds no other role but chair or deputy, and sees no report.",
    Role.CHAIR: "Chairs the panel of a partner, and signs its decisions. Held beside the role of partner at the same desk.",
    Role.DEPUTY: "Signs the decisions of a panel when its chair is away. Held beside the role of partner at the same desk.",
}

_DESK_WORK = frozenset(
    {
        C.SEE_QUEUE,
        C.READ_REPORT,
        C.TAKE_DOWN,
        C.TAKE,
        C.RELEASE,
        C.ASSESS,
        C.SET_NEXT_ACTION,
        C.ASK,
        C.CALL_BACK,
        C.TRANSLATE,
        C.WRITE_NOTE,
        C.SET_TASK,
        C.HAND_OVER_SHIFT,
        C.LINK,
        C.SEE_SUBJECTS,
        C.CHANGE_SUBJECTS,
        C.PRINT_REPORT,
        C.VIEW_FILES,
        C.SEARCH,
        C.HAND_OVER,
        C.CLOSE,
        C.REOPEN,
        C.SWEEP,
        C.HANDLE_DANGER,
        C.SEE_HISTORY,
        C.BE_ON_DUTY,
        C.ANSWER_ALARM,
        C.MAKE_EPOCH,
        C.READDRESS,
        C.SEE_KEYS,
        C.ASK_IDENTITY,
        C.OPEN_IDENTITY,
        C.ASK_TRACE,
        C.PROPOSE_DISPOSAL,
        C.PLACE_HOLD,
        C.ANSWER_SUBJECT,
        C.SEE_CERTIFICATES,
        C.PRACTISE,
        C.DISSEMINATE,
        C.CHECK_DISSEMINATION,
        C.FOLLOW_DISSEMINATION,
        C.RELEASE_AGAIN,
        C.ENTER_THREAT_LEVEL,
        C.CONFIRM_THREAT_LEVEL,
    }
)
#: What somebody answers for who leads a desk: what is kept, and the end of it.
_LEADING = frozenset({C.LEAD_DANGER, C.SEE_SEARCHES, C.REVIEW_KEEPING, C.DECIDE_DISPOSAL, C.RELEASE_HOLD})

GRANTS: dict[Role, frozenset[C]] = {
    Role.OFFICER: _DESK_WORK,
    Role.SUPERVISOR: _DESK_WORK
    | _LEADING
    | {
        C.SEE_BOARD,
        C.OPEN_INCIDENT,
        C.ASSIGN,
        C.CLOSE_REPEAT,
        C.TAKE_ORIGINAL,
        C.CHECK_CLOSED,
        C.CONFIRM_LANGUAGE,
        C.RECORD_TRAINING,
        C.PLAN_ROTA,
        C.HAND_ON_INTEREST,
    },
    Role.INVESTIGATOR: frozenset({C.REGISTER_INTEREST}),
    Role.AUTHORISER: frozenset(
        {C.MAKE_EPOCH, C.READDRESS, C.SEE_KEYS, C.BE_ON_DUTY, C.DECIDE_IDENTITY, C.DECIDE_TRACE}
    ),
    Role.STEWARD: frozenset(
        {C.SET_UP, C.SEE_KEYS, C.SEE_FIGURES, C.CONFIRM_LANGUAGE, C.RECORD_TRAINING, C.PLAN_ROTA}
    ),
    Role.OVERSEER: frozenset({C.OVERSEE, C.SEE_SEARCHES, C.SEE_KEYS, C.SEE_CERTIFICATES}),
    Role.WELFARE: frozenset({C.SEE_WELFARE}),
    Role.PARTNER: frozenset({C.MAKE_EPOCH, C.READDRESS, C.SEE_KEYS, C.READ_SENT, C.ANSWER_SENT}),
    Role.CHAIR: frozenset({C.SIGN_DECISION}),
    Role.DEPUTY: frozenset({C.SIGN_DECISION}),
}

#: Roles of partners' people, who hold no other.
PARTNER_ROLES = frozenset({Role.PARTNER, Role.CHAIR, Role.DEPUTY})
#: Roles that stand on a desk; the others are held for the whole installation.
DESK_ROLES = PARTNER_ROLES | {Role.OFFICER, Role.SUPERVISOR, Role.INVESTIGATOR, Role.AUTHORISER}
#: Roles that are held only beside another role at the same desk.
BESIDE: dict[Role, frozenset[Role]] = {
    Role.INVESTIGATOR: frozenset({Role.OFFICER, Role.SUPERVISOR}),
    Role.CHAIR: frozenset({Role.PARTNER}),
    Role.DEPUTY: frozenset({Role.PARTNER}),
}
#: Roles behind whose sign-in no key stands: what they see or set up, whoever signs in as them sees and sets up. They sign in
#: here, never by the word of a provider of single sign-on.
SIGN_IN_HERE = frozenset({Role.STEWARD, Role.OVERSEER, Role.WELFARE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The roles that have a capability, and its further conditions (as in `permits.rules.RULES`).

    A pack can require a training for it (`training.toml`) only if it `can_need_training`.
    """

    words: str
    roles: frozenset[Role]
    rules: tuple[Callable[[Standing], str | None], ...] = ()
    can_need_training: bool = False


@dataclass(frozen=True, slots=True)
class DeskGrants(register.Hook):
    """The capabilities of a specialist desk, each with its grant."""

    grants: Mapping[AnyCapability, Grant]

    def codes(self) -> Iterable[str]:
        return map(str, self.grants)


def desk_grants() -> dict[AnyCapability, Grant]:
    """Return every capability of the registered desks with its grant."""
    return {what: grant for hook in register.hooks(DeskGrants) for what, grant in hook.grants.items()}


#: What concerns who a reporter is. Where nobody is asked, it is granted to nobody (ADR 190).
OF_IDENTITIES = frozenset(
    {C.ASK_IDENTITY, C.OPEN_IDENTITY, C.DECIDE_IDENTITY, C.ASK_TRACE, C.DECIDE_TRACE, C.CALL_BACK}
)
_withheld: frozenset[C] = frozenset()


def withhold(capabilities: frozenset[C]) -> None:
    """Grant these to no role of the core in this process."""
    global _withheld
    _withheld = capabilities


def granted(role: Role) -> frozenset[AnyCapability]:
    """Return the capabilities of a role in the core and at the registered specialist desks."""
    return (GRANTS[role] - _withheld) | {what for what, grant in desk_grants().items() if role in grant.roles}
