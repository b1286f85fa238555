"""The answers to the question about danger, in the words of officers and partners."""

from __future__ import annotations

from heedline.web.components.forms import FieldOption, Radios

#: By the codes of `packs.urgency.DANGER_ANSWERS`.
DANGER_TOLD = {
    "yes": "Yes, now",
    "planned": "Something is planned",
    "no": "No",
    "not_sure": "Not sure",
}
#: The question after a call to somebody outside.
TOLD_IN_A_CALL = Radios(
    name="danger",
    label="Did they say that anyone is in danger, or that something is planned?",
    hint="If somebody spoke. All answers but “No” page the desk.",
    choices=tuple(FieldOption(value=code, label=words) for code, words in DANGER_TOLD.items()),
    small=True,
)
