"""The forms of a recommendation: what is recommended, and what became of it."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from heedline.specialist_desks.protection.recommendation import (
    LIMITS,
    NO_DAY,
    NO_OWNER,
    NO_PRIORITY,
    NO_STATE,
    NO_TEXT,
    PRIORITIES,
    Became,
    Recommendation,
)
from heedline.specialist_desks.protection.visit_content import VisitFacts
from heedline.web.components.forms import DateInput, FieldOption, Form, Radios, TextArea, TextInput, Value

FIELDS: Final = (
    TextArea(
        name="what",
        label="What do you recommend?",
        required=NO_TEXT,
        rows=4,
        limit=LIMITS["what"],
        names=True,
    ),
    Radios(
        name="priority",
        label="Priority",
        required=NO_PRIORITY,
        choices=tuple(FieldOption(value=code, label=words) for code, words in PRIORITIES.items()),
        small=True,
    ),
    TextInput(
        name="owner",
        label="Who at the organisation is it for?",
        required=NO_OWNER,
        limit=LIMITS["owner"],
        names=True,
    ),
    DateInput(name="by", label="By when?", required=NO_DAY),
)
OUTCOME: Final = (
    Radios(
        name="became",
        label="What became of it?",
        required=NO_STATE,
        choices=(
            FieldOption(value=Became.DONE, label="It was done"),
            FieldOption(value=Became.DECLINED, label="The organisation declined it"),
        ),
        small=True,
    ),
    TextArea(
        name="said",
        label="What did they say?",
        hint="Enter their reason if they declined it. If it was done, you can say when.",
        rows=3,
        limit=LIMITS["said"],
        names=True,
    ),
)
_BECAME: Final = {Became.OPEN: "Open", Became.DONE: "Done.", Became.DECLINED: "Declined."}


def recommendation_of(form: Form) -> Recommendation:
    """Return the recommendation that a form without errors holds."""
    return Recommendation(
        what=form.text("what"),
        priority=form.text("priority"),
        owner=form.text("owner"),
        by=form.day("by") or date.min,
    )


def values_of(told: Recommendation) -> dict[str, Value]:
    """Return the values of the form's fields for a stored recommendation."""
    day = {"day": str(told.by.day), "month": str(told.by.month), "year": str(told.by.year)}
    return {"what": told.what, "priority": told.priority, "owner": told.owner, "by": day}


def printed(facts: VisitFacts) -> list[dict[str, Any]]:
    """Return the recommendations of a visit as the template prints them."""
    return [
        {
            "what": one.what,
            "priority": PRIORITIES[one.priority],
            "owner": one.owner,
            "by": f"{one.by:%-d %B %Y}",
            "became": _BECAME[one.became],
            "open": one.became == Became.OPEN,
            "said": one.said,
        }
        for one in facts.recommendations
    ]
