"""Consent to support: who gave, refused or withdrew it, whether they were able to decide, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.records import record
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord
from heedline.specialist_desks.safeguarding import gateway
from heedline.specialist_desks.safeguarding.content import SupportCase
from heedline.specialist_desks.safeguarding.kind import KIND, SESSION_KIND
from heedline.specialist_desks.safeguarding.vocabulary import SafeguardingAct, SafeguardingCapability

#: What was said, by the move that records it.
RESULTS: Final = {
    "give-consent": "Given",
    "refuse-consent": "Refused",
    "withdraw-consent": "Withdrawn",
}
WHO: Final = {
    "person": "The person",
    "parent": "A parent, or somebody else with parental responsibility",
    "guardian": "A legal guardian, or an attorney for welfare",
}
CAPACITY: Final = {"able": "Able to decide about this", "unable": "Not able to decide about this"}
HOW: Final = {
    "signed": "By signing a form",
    "spoken": "In person",
    "phone": "By phone or video",
    "written": "By letter or message",
}
CODES: Final = {"result": RESULTS, "who": WHO, "capacity": CAPACITY, "how": HOW}
LIMITS: Final = {"name": 200, "kept": 300, "note": 2_000}
FOR_A_CHILD: Final = (
    "A parent or guardian gives consent for somebody who is under 18, or whose age is not known."
)
FOR_AN_ADULT: Final = "Somebody who is 18 or over gives consent themselves."
UNABLE: Final = "Somebody who is not able to decide cannot give consent. Only a legal guardian or an attorney for welfare can."
ABLE: Final = "Somebody who is 18 or over and able to decide gives consent themselves."
NOT_YET: Final = "Enter the day on which it was said, today or earlier."
ENDED: Final = "There is no consent any more."
NOT_HERE: Final = "Consent cannot be recorded in this way now. Look at the case again."


@dataclass(frozen=True, slots=True)
class Consent:
    """What was said about consent. `codes` has what `CODES` lists, and `texts` who it was by name, where the form is kept and a note."""

    codes: Mapping[str, str] = field(repr=False)
    on: date
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)

    def to_words(self) -> dict[str, str]:
        return {**self.codes, **self.texts, "on": self.on.isoformat()}

    def lines(self) -> str:
        """Return it as the history of the case shows it."""
        said = [f"{CODES[name][self.codes[name]]}" for name in CODES]
        return "\n".join([f"{', '.join(said)}, {self.on:%-d %B %Y}", *filter(None, self.texts.values())])


def why_not(codes: Mapping[str, str], age: str) -> str:
    """Return the reason why this person cannot give consent for somebody of this age, or ""."""
    who, able = codes["who"], codes["capacity"] == "able"
    if age != "adult":
        return FOR_A_CHILD if who == "person" else ""
    if who == "parent":
        return FOR_AN_ADULT
    if who == "guardian":
        return ABLE if able else ""
    return "" if able else UNABLE


def holds(case: SupportCase) -> bool:
    """Return whether consent was given last, by somebody who can give it at the person's present age."""
    said = case.consent
    return said.get("result") == "give-consent" and not why_not(said, case.codes["age"])


@record.record_verb(SafeguardingAct.MOVED)
def save(ref: UUID, said: Consent, *, version: int, by: Attendance, at: datetime) -> None:
    """Record that consent was given, refused or withdrawn. After the last two the coordinator owns the risk, and sessions stop.

    Anybody can refuse or withdraw it. Raises NotHere, Refused, Changed, Locked, and NotNow, also for consent of somebody who
    cannot give it.
    """
    found = record.find(KIND, ref, by=by, at=at, version=version)
    found.permit(SafeguardingCapability.WORK)
    case, how = SupportCase.of_words(found.words), said.codes["result"]
    if any(said.codes.get(name) not in known for name, known in CODES.items()):
        raise ValueError("a code that does not exist")
    if (found.row.state, how) not in KIND.moves:
        raise NotNow(NOT_HERE, about="result")
    if said.on > at.date():
        raise NotNow(NOT_YET, about="on")
    if how == "give-consent" and (why := why_not(said.codes, case.codes["age"])):
        raise NotNow(why, about="who")
    new = replace(case, consent=said.to_words())
    found.move(how, words=new.to_words(), reason=said.lines(), due_at=gateway.due(found, how, new))
    found.record(SafeguardingAct.MOVED, move=how)
    if how != "give-consent":
        for row in DeskRecord.objects.filter(parent=ref, kind=SESSION_KIND.code, state=SESSION_KIND.first):
            planned = record.find(SESSION_KIND, row.id, by=by, at=at)
            planned.move("supersede", reason=ENDED)
            planned.record(SafeguardingAct.SESSION_MOVED, move="supersede")
