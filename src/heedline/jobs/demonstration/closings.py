"""How reports of the demonstration are closed: their outcomes, reasons, and what the outcomes need."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from heedline.casework.access.session import Attendance

#: Outcome and reason.
CLOSINGS = {
    "close-no-behaviour": ("no-behaviour", "Describes who someone is, not anything they did."),
    "close-malicious": (
        "malicious",
        "A private quarrel, no behaviour that could be checked, and a wish to harm before a hearing.",
    ),
    "close-explained": ("no-concern-explained", "Building work with a permit, checked with the council."),
    "close-spam": ("spam", "Advertising or a test."),
    "close-needs-met": ("needs-met", "The school's own counsellor sees him each week, and he wants that."),
    "close-lawful": ("lawful", "A news report about an attack, with the faces of the hurt made unclear."),
    "close-advice-given": ("advice-given", "Talked through the plan for the evening on the phone."),
}


#: What these closures have to say beside their reasons.
PROOFS = {
    "close-explained": {
        "explained": "Building work: the permit names the street, the firm and the week",
    },
    "close-needs-met": {
        "body": "The school's counsellor",
        "when": "Monday, 10:40",
        "means": "telephone",
        "accepted_by": "The head of pastoral care",
    },
}


#: Whom the adviser spoke to before closing, and what was agreed.
SPOKEN = {"close-advice-given": ("Cleo, who runs the club", "Went through the plan for the evening.")}


#: The checks that were made before these closures: the system, and what was searched for.
CHECKS = {
    "close-explained": (
        "people-or-permits",
        "The street, in the council's register of permits: a permit for the week",
    )
}


#: What concerns a child, so that a second officer closes it.
BY_TWO = frozenset({"close-needs-met"})


def answer_first(ref: UUID, then: str, *, version: int, by: Attendance, at: datetime) -> int:
    """Log the call to an organisation whose request is closed so, and return how many versions that makes."""
    from heedline.casework.journey import call_outcomes

    if then not in SPOKEN:
        return 0
    whom, said = SPOKEN[then]
    call_outcomes.tried(ref, "reached", said, whom=whom, danger="no", version=version, by=by, at=at)
    return 1


def record_checks(ref: UUID, then: str, *, version: int, by: Attendance, at: datetime) -> int:
    """Record the checks that were made before this closure, and return how many there are: none or one."""
    from heedline.casework.checks import recording
    from heedline.casework.checks.register import CheckOutcome

    if then not in CHECKS:
        return 0
    system, text = CHECKS[then]
    trace = recording.NewResult(system, None, CheckOutcome.TRACE, text)
    recording.record_results(ref, [trace], who=by.name, version=version, by=by, at=at)
    return 1
