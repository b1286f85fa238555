"""What advisers do with the recommendations of a visit: write them before its report, and record what became of each.

Each move is a step of the visit in the clear, and says which recommendation only under seal. So how many were made, done and
declined can be counted without a key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.records import record
from heedline.casework.report import notes
from heedline.intake.fields import tidy
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.protection import visits
from heedline.specialist_desks.protection.recommendation import (
    LIMITS,
    MOST,
    NO_REASON,
    NO_STATE,
    TOO_MANY,
    Became,
    Recommendation,
)
from heedline.specialist_desks.protection.visit_content import VisitFacts
from heedline.specialist_desks.protection.vocabulary import ProtectionAct

DECIDED: Final = "What became of this is recorded. Undo that first."
_MOVES: Final = {Became.DONE: "done", Became.DECLINED: "decline"}


@record.record_verb(ProtectionAct.VISIT_MOVED)
def recommend(ref: UUID, told: Recommendation, *, version: int, by: Attendance, at: datetime) -> None:
    """Add a recommendation to a visit that was held.

    Raises NotHere, Refused, Changed, Locked and NotNow, also for what is missing (`Recommendation.tidied`).
    """
    found, facts = _opened(ref, version, by=by, at=at)
    if len(facts.recommendations) >= MOST:
        raise NotNow(TOO_MANY)
    _store(found, facts, "recommend", (*facts.recommendations, told.tidied()))


@record.record_verb(ProtectionAct.VISIT_MOVED)
def amend(
    ref: UUID, number: int, told: Recommendation, *, version: int, by: Attendance, at: datetime
) -> None:
    """Change a recommendation before the report is given. Raises what `recommend` raises."""
    found, facts = _opened(ref, version, by=by, at=at)
    numbered(facts, number)
    _store(found, facts, "amend", _replaced(facts, number, told.tidied()))


@record.record_verb(ProtectionAct.VISIT_MOVED)
def remove(ref: UUID, number: int, *, version: int, by: Attendance, at: datetime) -> None:
    """Remove a recommendation before the report is given. Raises NotHere, Refused, Changed, Locked and NotNow."""
    found, facts = _opened(ref, version, by=by, at=at)
    numbered(facts, number)
    left = tuple(one for n, one in enumerate(facts.recommendations, 1) if n != number)
    _store(found, facts, "remove", left)


@record.record_verb(ProtectionAct.VISIT_MOVED)
def decide(
    ref: UUID, number: int, became: str, said: str, *, version: int, by: Attendance, at: datetime
) -> None:
    """Record that the organisation has done or declined a recommendation, and what they said.

    Raises NotHere, Refused, Changed, Locked and NotNow, also for one that was declined without a reason.
    """
    found, facts = _opened(ref, version, by=by, at=at)
    one, said = numbered(facts, number), tidy(said, lines=True).strip()
    if one.became != Became.OPEN:
        raise NotNow(DECIDED)
    if became not in set(_MOVES):
        raise NotNow(NO_STATE, about="became")
    if became == Became.DECLINED and notes.says_nothing(said):
        raise NotNow(NO_REASON, about="said")
    if len(said) > LIMITS["said"]:
        raise NotNow(f"Shorten this to {LIMITS['said']} characters or fewer.", about="said")
    new = replace(one, became=Became(became), said=said)
    _store(found, facts, _MOVES[new.became], _replaced(facts, number, new))


@record.record_verb(ProtectionAct.VISIT_MOVED)
def undo(ref: UUID, number: int, *, version: int, by: Attendance, at: datetime) -> None:
    """Make a recommendation open again that was recorded as done or declined. What was said of it stays.

    Raises NotHere, also for one that is open, Refused, Changed, Locked and NotNow.
    """
    found, facts = _opened(ref, version, by=by, at=at)
    one = numbered(facts, number)
    if one.became not in _MOVES:
        raise NotHere
    _store(
        found,
        facts,
        f"undo-{_MOVES[one.became]}",
        _replaced(facts, number, replace(one, became=Became.OPEN)),
    )


def numbered(facts: VisitFacts, number: int) -> Recommendation:
    """Return the recommendation with this number. Raises NotHere."""
    if not 1 <= number <= len(facts.recommendations):
        raise NotHere
    return facts.recommendations[number - 1]


def _replaced(facts: VisitFacts, number: int, new: Recommendation) -> tuple[Recommendation, ...]:
    return tuple(new if n == number else one for n, one in enumerate(facts.recommendations, 1))


def _opened(
    ref: UUID, version: int, *, by: Attendance, at: datetime
) -> tuple[record.FoundRecord, VisitFacts]:
    found = visits.visit_of(ref, version, by=by, at=at)
    return found, VisitFacts.of_words(found.words)


def _store(
    found: record.FoundRecord, facts: VisitFacts, move: str, recommendations: Sequence[Recommendation]
) -> None:
    new = replace(facts, recommendations=tuple(recommendations))
    visits.make_move(found, move, words=new.to_words())
