"""Forms for closing one report or many."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from heedline.casework.journey import closing_rules
from heedline.casework.journey.closing import Closing
from heedline.casework.journey.closing_rules import ClosingProof
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import Field, FieldOption, Form, Radios, TextArea, TextInput
from heedline.web.office.report.report_forms import LONG, SHORT

#: What a reporter is told while the desk still works on it: not to be said of a closed report.
_STILL_OPEN = frozenset({"received", "read", "question"})


def closing_fields(kind: str) -> tuple[Field, ...]:
    """Return the fields for the full closing form.

    They are the outcome, a written reason and the status shown to the reporter.
    """
    pack = load_pack(settings.PACK)
    words = pack.mailbox_words(kind, "en")
    return (
        Radios(
            name="outcome",
            label="How did it end?",
            required="Choose how it ended",
            choices=tuple(
                FieldOption(value=one.code, label=one.words) for one in pack.outcomes_for(kind).values()
            ),
            small=True,
        ),
        TextArea(
            name="reason",
            label="Why?",
            hint="What was checked, and what it showed.",
            required="Say why it ended this way",
            rows=3,
            limit=LONG,
        ),
        *_proof_fields(kind),
        Radios(
            name="tell",
            label="What is the reporter told?",
            hint="The reporter sees this when they return with their code. It never says what was found.",
            required="Choose what the reporter is told",
            choices=tuple(
                FieldOption(value=code, label=words[key])
                for code, key in pack.statuses.items()
                if code not in _STILL_OPEN
            ),
            small=True,
        ),
    )


#: The fields of a closure's proof that outcomes with these needs use, and what stands above the first of them.
_PROOFS = {
    "accepted": (
        ("body", "when", "means", "accepted_by"),
        "Needed for a susceptible person under 18, and for these outcomes: {}.",
    ),
    "checked": (
        ("explained",),
        "Needed for these outcomes: {}. The checks themselves stand on the page Checks.",
    ),
}


def _proof_fields(kind: str) -> Iterable[Field]:
    """Yield the fields with which a closure proves that somebody else has the matter, or says what was checked."""
    outcomes = load_pack(settings.PACK).outcomes_for(kind).values()
    for needs, (names, above) in _PROOFS.items():
        ends = [one.words for one in outcomes if one.needs == needs]
        for name in names if ends else ():
            label = closing_rules.LABELS[name]
            hint = above.format("; ".join(ends)) if name == names[0] else ""
            if name == "means":
                choices = tuple(
                    FieldOption(value=code, label=words) for code, words in closing_rules.MEANS.items()
                )
                yield Radios(name=name, label=label, choices=choices, small=True)
            else:
                yield TextInput(name=name, label=label, hint=hint, limit=SHORT)


def closing_refused(form: Form, no: NotNow | Refused) -> tuple[Form, int]:
    """Return the closing form with the reason for rejection at the field that it is about, and the HTTP status to use."""
    about = getattr(no, "about", "")
    field = about if about in {each.name for each in form.fields} else ""
    return form.but(**{field: no.reason}), 422 if field else 409


def sweeping_fields(kinds: Iterable[str]) -> tuple[Field, ...]:
    """Return the fields for a bulk closure.

    Only outcomes that are not useful, need no proof, and suit every one of these kinds are offered.
    """
    pack = load_pack(settings.PACK)
    known = [pack.outcomes_for(kind) for kind in kinds]
    tell = closing_fields(next(iter(pack.kinds)))[-1]
    choices = tuple(
        FieldOption(value=code, label=one.words)
        for code, one in pack.outcomes.items()
        if not one.useful and one.needs == "nothing" and all(code in some for some in known)
    )
    return (
        Radios(
            name="outcome",
            label="What are they?",
            required="Choose what they are",
            choices=choices,
            small=True,
        ),
        TextArea(
            name="reason",
            label="Why?",
            hint="One reason for all of them, kept sealed with each.",
            required="Give the reason for closing them",
            rows=3,
            limit=SHORT,
        ),
        tell,
    )


def closing_of(form: Form) -> Closing:
    """Return the closure details entered in a valid form."""
    proof = ClosingProof(**{name: form.text(name) for name in closing_rules.LABELS})
    return Closing(form.text("outcome"), form.text("reason"), form.text("tell"), proof)
