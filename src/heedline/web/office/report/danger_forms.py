"""Forms for the Danger to life page, one for each kind of log entry and each action."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from django.conf import settings

from heedline.casework.danger.action_log import LONGEST, NOTE_FIELDS, DangerNoteKind
from heedline.casework.danger.discharge import ENDINGS
from heedline.casework.journey.owners import Colleague
from heedline.packs import load_pack
from heedline.packs.urgency import Urgency
from heedline.web.components.forms import Field, FieldOption, Form, Radios, Select, TextArea, TextInput

#: The times offered for the next review, in minutes, as far as the pack allows them.
REVIEWS = {
    15: "15 minutes",
    30: "30 minutes",
    60: "1 hour",
    120: "2 hours",
    240: "4 hours",
    480: "8 hours",
    1440: "24 hours",
}
#: Texts of one line.
_SHORT = frozenset({"log_number", "when", "who", "warned"})


def note_fields(kind: DangerNoteKind) -> tuple[Field, ...]:
    """Return the form fields for one kind of log entry.

    Their names begin with the entry's kind, because the page has several forms.
    """
    fields: list[Field] = []
    for one in NOTE_FIELDS[kind]:
        name, required = f"{kind}_{one.code}", f"Fill in “{one.label}”" if one.needed else ""
        if one.code in _SHORT:
            fields.append(TextInput(name=name, label=one.label, required=required))
        else:
            fields.append(
                TextArea(
                    name=name,
                    label=one.label,
                    required=required,
                    optional=not one.needed,
                    rows=2,
                    limit=LONGEST,
                )
            )
    return tuple(fields)


def note_words(kind: DangerNoteKind, form: Form) -> dict[str, str]:
    """Return the texts entered in a valid form, by the code of their field."""
    return {one.code: form.text(f"{kind}_{one.code}") for one in NOTE_FIELDS[kind]}


def _reason(name: str, label: str = "Reason", *, needed: bool = True) -> TextArea:
    required = "Give the reason" if needed else ""
    return TextArea(name=name, label=label, required=required, optional=not needed, rows=2, limit=LONGEST)


RETURN: tuple[Field, ...] = (_reason("return_reason"),)
TAKE: tuple[Field, ...] = (_reason("take_reason"),)
DISCHARGE: tuple[Field, ...] = (
    Radios(
        name="ending",
        label="Why has the danger ended?",
        required="Choose why the danger has ended",
        choices=tuple(FieldOption(value=code, label=words) for code, words in ENDINGS.items()),
        small=True,
    ),
    _reason("discharge_reason"),
)
ALONE: tuple[Field, ...] = (
    *(replace(one, name=f"alone_{one.name}") for one in DISCHARGE),
    _reason("why_alone", "Why can nobody else confirm it now?"),
)
REFUSE: tuple[Field, ...] = (_reason("refuse_reason", "Why does the danger stay open?"),)
REVIEW_DISCHARGE: tuple[Field, ...] = (_reason("finding", "What did you check, and what did you find?"),)


def review_fields() -> tuple[Field, ...]:
    """Return the fields for setting the next review, with the intervals that the pack allows."""
    longest = load_pack(settings.PACK).priorities[Urgency.DANGER].review_within
    return (
        Radios(
            name="review_in",
            label="Next review in",
            required="Choose when the danger is reviewed next",
            choices=tuple(
                FieldOption(value=str(minutes), label=words)
                for minutes, words in REVIEWS.items()
                if timedelta(minutes=minutes) <= longest
            ),
            inline=True,
            small=True,
        ),
        _reason("review_reason"),
    )


def review_span(form: Form) -> timedelta:
    """Return the time until the next review, as chosen in a valid form."""
    return timedelta(minutes=int(form.text("review_in")))


def offer_fields(colleagues: Iterable[Colleague]) -> tuple[Field, ...]:
    """Return the fields for offering a danger to life to one of these colleagues."""
    return (
        Select(
            name="colleague",
            label="Hand over to",
            required="Choose a colleague",
            blank="Choose a colleague",
            choices=tuple(
                FieldOption(value=str(one.id), label=f"{one.name} (on duty)" if one.on_duty else one.name)
                for one in colleagues
            ),
        ),
        _reason("offer_reason", "What they need to know", needed=False),
    )
