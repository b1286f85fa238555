"""Forms for reports, built from the pack's outcomes, statuses and question templates."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from django.conf import settings

from heedline.casework.journey.closing import Closing
from heedline.casework.journey.transitions import Assessment
from heedline.packs import load_pack
from heedline.packs.rules.presets import Preset
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import (
    Checkboxes,
    Field,
    FieldOption,
    Form,
    Radios,
    Select,
    TextArea,
    Value,
)
from heedline.web.shell.form_answers import said

#: What an officer may write in one box. Stated under the box, never cut.
LONG, SHORT = 4000, 1000
FINISHED = "finished"

DANGER = Radios(
    name="danger",
    label="Is there danger to anybody's life?",
    required="Say whether there is danger to anybody's life",
    choices=(FieldOption(value="no", label="No"), FieldOption(value="yes", label="Yes")),
    inline=True,
    small=True,
)
PRIORITY = Radios(
    name="priority",
    label="Priority",
    required="Choose a priority",
    choices=(
        FieldOption(value="high", label="High", hint="Serious harm, or an opportunity that will soon pass"),
        FieldOption(value="medium", label="Medium", hint="Time matters"),
        FieldOption(value="low", label="Low", hint="Everything else"),
    ),
    small=True,
)


def _assessed(kind: str) -> tuple[Field, ...]:
    """Return the assessment fields for this kind of report, in the pack's wording for its desk.

    A request to an ordinary service is not assessed for danger: its page has a button that passes danger on.
    """
    asked = load_pack(settings.PACK).assessment(kind)
    coded: list[Field] = []
    for one in asked.choices:
        choices = tuple(FieldOption(value=code, label=words) for code, words in one.choices.items())
        box = Checkboxes if one.several else Radios
        coded.append(
            box(
                name=f"coded_{one.code}",
                label=one.label,
                hint=one.hint,
                required=one.required,
                choices=choices,
                small=True,
            )
        )
    return (
        *((DANGER,) if load_pack(settings.PACK).is_confidential(kind) else ()),
        TextArea(
            name="done_what",
            label=asked.done_what.label,
            hint=asked.done_what.hint,
            required=asked.done_what.required,
            rows=3,
            limit=LONG,
        ),
        *coded,
        PRIORITY,
        TextArea(
            name="reason",
            label=asked.reason.label,
            hint=asked.reason.hint,
            required=asked.reason.required,
            rows=2,
            limit=SHORT,
        ),
    )


def _short_choices(kind: str) -> tuple[FieldOption, ...]:
    """Return the choices for closing quickly, each of which combines an outcome and its reason.

    The quick closure therefore needs one answer only.
    """
    pack = load_pack(settings.PACK)
    return tuple(
        FieldOption(
            value=reason.code, label=f"{pack.outcomes[reason.outcome].words}: {_inside(reason.words)}"
        )
        for reason in pack.reasons_for(kind).values()
        if pack.outcomes[reason.outcome].short and reason.needs == "nothing"
    )


def _inside(words: str) -> str:
    """Return text with its first letter in lower case, for use within a sentence."""
    return words[:1].lower() + words[1:]


def assessment_fields(kind: str) -> tuple[Field, ...]:
    """Return the fields for assessing this kind of report and for closing it quickly."""
    return (
        *_assessed(kind),
        Select(
            name="close_as",
            label="Close it now?",
            hint="For reports of no further use. For any other outcome, save the assessment first, then close the report.",
            blank="Keep it open: there is more to do",
            choices=_short_choices(kind),
        ),
    )


def without_quick_closing(form: Form) -> Form:
    """Return an assessment form that does not offer to close the report at once, unless an error stands there."""
    if "close_as" in form.errors:
        return form
    return Form(tuple(each for each in form.fields if each.name != "close_as"), form.values, form.errors)


def risk_fields(kind: str) -> tuple[Field, ...]:
    """Return a text field for each of the pack's risk prompts, with its meaning as the hint.

    All may be left blank. A request to an ordinary service has none.
    """
    if not load_pack(settings.PACK).is_confidential(kind):
        return ()
    return tuple(
        TextArea(name=f"risk_{code}", label=one.label, hint=one.meaning, optional=True, rows=2, limit=SHORT)
        for code, one in load_pack(settings.PACK).risk_prompts.prompts.items()
    )


def codes_of(field: Field, words: str) -> Value:
    """Return the code of the choice that an assessment stored in words, a list of codes for tick boxes, or a text as it is."""
    if not isinstance(field, Radios | Checkboxes):
        return words
    given = words.split("; ")
    codes = [one.value for one in field.choices if isinstance(one, FieldOption) and one.label in given]
    return codes if isinstance(field, Checkboxes) else next(iter(codes), "")


def first_focused(form: Form) -> Form:
    """Return the form with its first question focused.

    If the form has errors, the error summary has the focus.
    """
    first, *others = form.fields
    if form.errors or not isinstance(first, Radios):
        return form
    return Form((replace(first, focused=True), *others), form.values, form.errors)


def preset_values(kind: str, code: str) -> dict[str, Value] | None:
    """Return the fields filled by a preset for this kind of report, or None if there is no such preset.

    Whether there is danger to life is never among them.
    """
    for preset in load_pack(settings.PACK).presets_for(kind):
        if preset.code == code:
            return _filled(preset)
    return None


def _filled(preset: Preset) -> dict[str, Value]:
    return {
        "priority": preset.priority,
        "done_what": preset.done_what,
        "reason": preset.reason,
        "close_as": preset.close_as,
    }


def presets_of(kind: str) -> list[dict[str, object]]:
    """Return the presets for this kind of report, with the fields that each fills.

    Each has a code, a label, the key that selects it, and the fields it fills.
    """
    found = load_pack(settings.PACK).presets_for(kind)
    return [
        {"code": preset.code, "label": preset.label, "key": str(number), "fills": json.dumps(_filled(preset))}
        for number, preset in enumerate(found, 1)
    ]


def assessment_of(form: Form) -> Assessment:
    """Return the assessment entered in a valid form.

    Raises NotNow if it contradicts itself.
    """
    return Assessment(
        danger_to_life=form.text("danger") == "yes",
        done_what=form.text("done_what"),
        priority=form.text("priority"),
        reason=form.text("reason"),
        coded={label: value for name, label, value in said(form) if name.startswith(("coded_", "risk_"))},
    )


def short_closing_of(form: Form) -> Closing | None:
    """Return the closing chosen on the quick form, or None to keep the report open."""
    chosen = form.text("close_as")
    if not chosen:
        return None
    reason = load_pack(settings.PACK).reasons[chosen]
    return Closing(outcome=reason.outcome, reason=reason.words, tell_reporter=FINISHED)


#: The fields of the assessment by what a refused assessment is about (`NotNow.about`).
_FIELD_ABOUT: dict[str, str] = {
    "danger": "danger",
    "priority": "priority",
    "closing": "close_as",
    "earlier": "coded_before",
}


def assessment_refused(form: Form, no: NotNow) -> tuple[Form, int]:
    """Return the form with the reason for rejection, and the HTTP status to use.

    The reason is shown at the field that it is about, or above the form.
    """
    asked = {each.name for each in form.fields}
    field = name if (name := _FIELD_ABOUT.get(no.about, "")) in asked else ""
    return form.but(**{field: no.reason}), 422 if field else 409


def desk_options(desks: Iterable[tuple[str, str]], unstaffed: Container[str]) -> tuple[FieldOption, ...]:
    """Return the desks that can receive a report; those where nobody is on duty say so."""
    return tuple(
        FieldOption(value=code, label=name, hint="Nobody is on duty there now." if code in unstaffed else "")
        for code, name in desks
    )


def hand_over_fields(desks: Iterable[tuple[str, str]], unstaffed: Container[str]) -> tuple[Field, ...]:
    """Return the fields for a handover, with the receiving desk and the reason.

    A confirmation page follows.
    """
    return (
        Radios(
            name="to",
            label="Which desk?",
            required="Choose a desk",
            choices=desk_options(desks, unstaffed),
            small=True,
        ),
        TextArea(
            name="because",
            label="Why does it belong there?",
            hint="The desk will see this first.",
            required="Say why it belongs there",
            rows=3,
            limit=SHORT,
        ),
    )


RETURNING: tuple[Field, ...] = (
    TextArea(
        name="because",
        label="Why is it returned?",
        hint="The desk that handed the report over will see this first.",
        required="Say why it is returned",
        rows=3,
        limit=SHORT,
    ),
)


REOPENING: tuple[Field, ...] = (
    TextArea(
        name="because",
        label="Reason for reopening",
        required="Give the reason for reopening the report",
        rows=3,
        limit=SHORT,
    ),
)


def question_fields(templates: Mapping[str, str]) -> tuple[Field, ...]:
    """Return the fields for a question to the reporter, taken from the pack or in the officer's own words.

    `templates` maps code to label.
    """
    return (
        Select(
            name="template",
            label="Start from a question",
            hint="Reporters are never asked to find out more.",
            blank="My own words",
            choices=tuple(FieldOption(value=code, label=label) for code, label in templates.items()),
        ),
        TextArea(
            name="text",
            label="Your own words",
            hint="Leave this blank to send the question as it is. What you write is added below it.",
            optional=True,
            rows=4,
            limit=2000,
            tell_limit=True,
        ),
    )


WOULD_THIS_GIVE_THEM_AWAY = Checkboxes(
    name="safe",
    label="Would this give them away?",
    hint="Someone else may see the reporter’s screen. Confirm each statement.",
    choices=(
        FieldOption(value="no-names", label="It names no person or place that only the reporter knows about"),
        FieldOption(value="no-task", label="It asks only for what they know already, not to find out more"),
        FieldOption(value="no-case", label="It does not say what we know, think or do"),
    ),
    small=True,
)


DESPITE = TextArea(
    name="despite",
    label="Why are you sending it anyway?",
    hint="Sealed with the message. Your supervisors will be paged and will read it.",
    required="Give your reason for sending it anyway, or refer it",
    rows=3,
    limit=SHORT,
)
