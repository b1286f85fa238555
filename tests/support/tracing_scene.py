"""A request to have a sender traced, for tests: asked by Odile about a report of a danger to life, decided by Ada."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from heedline.casework.identity import trace_requests
from heedline.casework.identity.requests import Decision
from heedline.casework.identity.trace_requests import Asking
from heedline.casework.journey import transitions
from tests.support import stories
from tests.support.scene_people import DANGER, People, row

NECESSITY, TRIED = "Nobody else knows the house", "Two questions through the code, unread since noon"
PROPORTION, REASONS = (
    "One life against one promise, and nothing of them is kept",
    "A life first; no other way in time",
)
ASKING = Asking("other-in-danger", NECESSITY, TRIED, PROPORTION)
WORDS = (NECESSITY, TRIED, PROPORTION, REASONS)
YES, NO = Decision(True, REASONS), Decision(False, "Ask the neighbour first")
LIFE = replace(stories.VAGUE, danger_to_life=True, priority="high")


def at_risk(people: People, name: str = "Odile", **told: Any) -> UUID:
    """A report that `name` holds and has assessed as a danger to life."""
    ref, _ = people.taken(name, **{**DANGER, **told})
    with people.sitting(name) as here:
        transitions.assess(ref, LIFE, version=row(ref).version, by=here, at=people.at)
    return ref


def ask(people: People, ref: UUID, name: str = "Odile", asking: Asking = ASKING) -> UUID:
    with people.sitting(name) as here:
        return trace_requests.ask(ref, asking, by=here, at=people.at)


def decide(people: People, request: UUID, decision: Decision = YES, name: str = "Ada") -> None:
    with people.sitting(name) as here:
        trace_requests.decide(request, decision, by=here, at=people.at)


def statement(people: People, request: UUID, name: str = "Odile") -> trace_requests.Statement:
    with people.sitting(name) as here:
        return trace_requests.statement(request, by=here, at=people.at)
