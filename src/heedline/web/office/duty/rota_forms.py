"""Forms for the rota pages: a shift, a week, the weekly pattern and the on-call list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from heedline.casework.rota.csv_import import COLUMNS, MOST_TEXT, minute_of_day
from heedline.desks.rota_weeks import DAY_MINUTES
from heedline.packs.rules.clocks import OnCallStep
from heedline.web.components.forms import (
    Checkboxes,
    DateInput,
    Field,
    FieldOption,
    Form,
    Radios,
    Select,
    TextArea,
    TextInput,
)

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PATTERN = "pattern"
#: Weeks ahead, and back, that can be chosen on the page for a whole week.
WEEKS_AHEAD, WEEKS_BACK = 12, 4

_STARTS = TextInput(
    name="starts", label="Starts", hint="Such as 08:00", width=5, required="Enter when the shift starts"
)
_ENDS = TextInput(
    name="ends",
    label="Ends",
    hint="A time that is not later than the start is on the next day",
    width=5,
    required="Enter when the shift ends",
)


def _people(members: Mapping[UUID, str]) -> tuple[FieldOption, ...]:
    return tuple(FieldOption(value=str(ident), label=name) for ident, name in members.items())


def shift_fields(members: Mapping[UUID, str]) -> tuple[Field, ...]:
    """Return the fields for a single shift."""
    return (
        Select(
            name="officer",
            label="Officer",
            choices=_people(members),
            blank="Choose",
            required="Choose an officer",
        ),
        DateInput(name="day", label="Date on which the shift starts"),
        _STARTS,
        _ENDS,
    )


def pattern_fields(members: Mapping[UUID, str]) -> tuple[Field, ...]:
    """Return the fields for adding hours to the weekly pattern."""
    return (
        Checkboxes(
            name="weekdays",
            label="Weekdays on which the hours start",
            required="Choose at least one weekday",
            choices=tuple(FieldOption(value=str(n), label=name) for n, name in enumerate(WEEKDAYS)),
        ),
        _STARTS,
        _ENDS,
        Select(
            name="officer",
            label="Officer",
            hint="Leave this blank for hours that the desk covers and for which nobody is named.",
            choices=_people(members),
            blank="Nobody named",
        ),
    )


def on_call_fields(members: Mapping[UUID, str], steps: tuple[OnCallStep, ...]) -> tuple[Field, ...]:
    """Return the fields for adding an officer to a step of the on-call list."""
    return (
        Select(
            name="officer",
            label="Officer",
            choices=_people(members),
            blank="Choose",
            required="Choose an officer",
        ),
        Radios(
            name="step",
            label="Step",
            required="Choose a step",
            choices=tuple(
                FieldOption(value=str(n), label=f"Step {n}", hint=one.words)
                for n, one in enumerate(steps)
                if n
            ),
            small=True,
        ),
    )


def week_fields(monday: date) -> tuple[Field, ...]:
    """Return the fields for filling a week of the rota from another week or the weekly pattern.

    `monday` is the Monday of the current week.
    """
    weeks = [monday + timedelta(weeks=n) for n in range(-WEEKS_BACK, WEEKS_AHEAD + 1)]
    return (
        Select(
            name="source",
            label="Take the shifts from",
            choices=(
                FieldOption(value=PATTERN, label="The weekly pattern"),
                *(FieldOption(value=one.isoformat(), label=week_words(one)) for one in weeks),
            ),
            blank=None,
        ),
        Select(
            name="target",
            label="Plan them in",
            choices=tuple(
                FieldOption(value=one.isoformat(), label=week_words(one)) for one in weeks if one >= monday
            ),
            blank="Choose",
            required="Choose the week to plan",
        ),
    )


def import_fields() -> tuple[Field, ...]:
    """Return the field for pasting the contents of a CSV file."""
    return (
        TextArea(
            name="text",
            label="Contents of the CSV file",
            hint=f"The first line is {','.join(COLUMNS)}. Dates are written as 2026-11-30 and times as 08:00.",
            rows=12,
            limit=MOST_TEXT,
            required="Paste the contents of the file",
        ),
    )


def week_words(monday: date) -> str:
    """Return a week in words, such as "Week of 30 November 2026"."""
    return f"Week of {monday:%-d %B %Y}"


def clock_words(minute: int) -> str:
    """Return minutes after midnight as a time, such as "08:00"."""
    return f"{minute // 60:02}:{minute % 60:02}"


def checked_times(form: Form) -> tuple[Form, int, int]:
    """Return the form with any errors in its times, and the start and end in minutes after midnight."""
    starts, ends = minute_of_day(form.text("starts")), minute_of_day(form.text("ends"))
    wrong = "Write a time such as 08:00"
    if (starts is None or starts == DAY_MINUTES) and not form.errors.get("starts"):
        form = form.but(starts=wrong)
    if (ends is None or ends == 0) and not form.errors.get("ends"):
        form = form.but(ends=f"{wrong}, or 24:00 for midnight" if ends == 0 else wrong)
    return form, starts or 0, ends or 0
