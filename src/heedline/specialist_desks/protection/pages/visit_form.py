"""The form of a visit: its fields, the visit that was posted, and the values of a stored one."""

from __future__ import annotations

from datetime import date

from heedline.specialist_desks.protection.visit_content import LIMITS, NO_DAY, NO_VISITORS, VisitFacts
from heedline.web.components.forms import DateInput, Field, Form, TextArea, TextInput, Value


def fields(*, held: bool) -> tuple[Field, ...]:
    """Return the fields of a visit. Who was there and what was seen are asked once it was held."""
    plan = (
        DateInput(name="day", label="Date", required=NO_DAY),
        TextInput(
            name="time",
            label="Time",
            hint="For example, 10:30 to 12:00",
            limit=LIMITS["time"],
            width=20,
            optional=True,
        ),
        TextInput(
            name="visitors",
            label="Who visits",
            hint="The advisers who go.",
            required=NO_VISITORS,
            limit=LIMITS["visitors"],
            names=True,
        ),
    )
    return (*plan, *_HELD) if held else plan


_HELD = (
    TextArea(
        name="attendees",
        label="Who was there for the organisation",
        hint="One person a line: name and job.",
        rows=3,
        limit=LIMITS["attendees"],
        names=True,
        optional=True,
    ),
    TextArea(
        name="seen",
        label="What was seen",
        hint="Read on this page only. It never goes into an email or to another desk.",
        rows=8,
        limit=LIMITS["seen"],
        names=True,
        optional=True,
    ),
)


def visit_of(form: Form, before: VisitFacts | None = None) -> VisitFacts:
    """Return the visit that a form without errors holds. What it does not ask stays as `before` has it."""
    asked = {each.name for each in form.fields}
    kept = dict(before.texts) if before is not None else {}
    texts = kept | {name: form.text(name) for name in LIMITS if name in asked}
    return VisitFacts(
        site=before.site if before is not None else "", day=form.day("day") or date.min, texts=texts
    )


def values_of(facts: VisitFacts) -> dict[str, Value]:
    """Return the values of the form's fields for a stored visit."""
    day = {"day": str(facts.day.day), "month": str(facts.day.month), "year": str(facts.day.year)}
    return {**facts.texts, "day": day}
