"""The kinds of record of the safeguarding desk: cases, child checks and sessions, with their states, deadlines and moves.

Every open state has an owner: the officer who holds the risk. A case is proposed for ending from any of them, and a second
person ends it or returns it to gateway.
"""

from __future__ import annotations

from typing import Final

from heedline.packs.rules.working_days import Within
from heedline.reports.models.records import ENDED, TAKEN
from heedline.reports.record_kinds import RecordKind
from heedline.specialist_desks.safeguarding.vocabulary import CASE, CHILD_CHECK, SESSION

_QUARTER: Final = Within(hours=24 * 91)
#: The time allowed in each open state, in the calendar of the case's regime. The regime has that of the first two.
WITHIN: Final = {
    "information": Within(working_days=10),
    "panel": Within(working_days=20),
    "deferred": Within(working_days=20),
    "consent": Within(working_days=10),
    "plan": _QUARTER,
    "exit": Within(working_days=10),
    "after-exit": Within(hours=24 * 182),
    "not-adopted": Within(working_days=20),
    "police-led": _QUARTER,
    "transferring": Within(working_days=5),
    "ending": Within(working_days=2),
}
_OPEN: Final = ("gateway", "decision", *WITHIN)
#: The moves on the way from gateway to the last review.
_FORWARD: Final = {
    ("gateway", "propose"): "decision",
    ("decision", "agree"): "information",
    ("decision", "refuse"): "gateway",
    ("decision", "take-back"): "gateway",
    ("information", "refer"): "panel",
    ("panel", "adopt"): "consent",
    ("panel", "not-adopt"): "not-adopted",
    ("panel", "defer"): "deferred",
    ("deferred", "refer"): "panel",
    ("consent", "give-consent"): "plan",
    ("consent", "refuse-consent"): "panel",
    ("plan", "withdraw-consent"): "panel",
    ("plan", "prepare-exit"): "exit",
    ("exit", "continue"): "plan",
    ("exit", "withdraw-consent"): "panel",
    ("exit", "leave"): "after-exit",
    ("after-exit", "review"): "after-exit",
}
#: The moves into and out of the states beside that way.
_BESIDE: Final = {
    ("gateway", "lead"): "police-led",
    ("information", "lead"): "police-led",
    ("not-adopted", "lead"): "police-led",
    ("gateway", "transfer"): "transferring",
    ("information", "transfer"): "transferring",
    ("plan", "transfer"): "transferring",
    **{
        (state, "reassess"): "gateway"
        for state in ("police-led", "transferring", "not-adopted", "after-exit", "closed")
    },
}
_ENDING: Final = {
    **{(state, "propose-ending"): "ending" for state in _OPEN if state not in ("decision", "ending")},
    ("ending", "agree-ending"): "closed",
    ("ending", "refuse-ending"): "gateway",
}
#: Saving the text, in every open state in which no second person decides about it.
_SAVING: Final = {(state, "save"): state for state in _OPEN if state not in ("decision", "ending")}

KIND: Final = RecordKind(
    code="safeguarding-case",
    title="Safeguarding case",
    plural="Safeguarding cases",
    page="safeguarding-case",
    part=CASE,
    first="gateway",
    states={**dict.fromkeys(_OPEN, TAKEN), "closed": ENDED},
    within=WITHIN,
    moves={**_FORWARD, **_BESIDE, **_ENDING, **_SAVING},
    decides=frozenset({"agree", "refuse", "agree-ending", "refuse-ending"}),
    signed=True,
    falls_back=frozenset({"refuse-consent", "withdraw-consent", "leave"}),
)

#: Telling children's services about the person of a case, or recording that the person is 18 or over. Both are one move, and
#: every case has the check, so that nothing in the clear says who is a child.
CHECK_KIND: Final = RecordKind(
    code="safeguarding-child-check",
    title="Child check",
    plural="Child checks",
    page="safeguarding-child-check",
    part=CHILD_CHECK,
    first="open",
    states={"open": TAKEN, "done": ENDED},
    within={},
    moves={("open", "complete"): "done"},
    signed=True,
)

#: A planned session of support. It is due when the provider should have reported it. That it was held is recorded only from
#: the provider's signed report (`sessions.py`); another day supersedes one that was not held.
SESSION_KIND: Final = RecordKind(
    code="safeguarding-session",
    title="Session",
    plural="Sessions",
    page="safeguarding-session",
    part=SESSION,
    first="planned",
    states={"planned": TAKEN, "held": ENDED, "not-held": ENDED, "superseded": ENDED},
    within={},
    moves={
        ("planned", "hold"): "held",
        ("planned", "miss"): "not-held",
        ("planned", "supersede"): "superseded",
        ("not-held", "supersede"): "superseded",
    },
    signed=True,
)
