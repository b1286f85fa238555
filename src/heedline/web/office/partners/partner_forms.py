"""Forms for writing a disclosure, reviewing a colleague's disclosure and comparing a partner's key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from uuid import UUID

from django.conf import settings

from heedline.casework.attachments import viewing
from heedline.casework.attachments.disclosing import ChosenFile, described
from heedline.casework.attachments.viewing import ViewableFile
from heedline.casework.dissemination.outgoing import (
    LONGEST,
    LONGEST_TITLE,
    NO_MEETING,
    DisseminationDraft,
)
from heedline.casework.dissemination.partners import PartnerLine
from heedline.packs import load_pack
from heedline.packs.rules.partners import Purpose
from heedline.web.components.forms import (
    Checkboxes,
    DateInput,
    Field,
    FieldOption,
    Form,
    Radios,
    TextArea,
    TextInput,
)
from heedline.web.entrance.key_pages import PASSPHRASE


def _choices(named: dict[str, str]) -> tuple[FieldOption, ...]:
    return tuple(FieldOption(value=code, label=words) for code, words in named.items())


def writing_fields(
    partners: tuple[PartnerLine, ...], files: tuple[ViewableFile, ...], *, life: bool
) -> tuple[Field, ...]:
    """Return the fields for writing a disclosure.

    `files` are those of the report that have a derivative. `life` means that the report is assessed as a danger to life, so that the disclosure can be sent before a
    second officer has reviewed it.
    """
    rules = load_pack(settings.PACK).partners
    purposes = tuple(
        FieldOption(
            value=one.code,
            label=one.name,
            hint=_time_words(one),
        )
        for one in rules.purposes.values()
    )
    return (
        Radios(
            name="partner",
            label="For whom?",
            required="Choose the partner",
            choices=tuple(
                FieldOption(value=str(one.id), label=one.words, hint=one.why_not or _compared(one))
                for one in partners
            ),
            small=True,
        ),
        Radios(
            name="purpose", label="What for?", required="Choose what it is for", choices=purposes, small=True
        ),
        DateInput(
            name="meets_on",
            label="When does the panel meet?",
            hint="Only if a panel decides. For example 14 3 2027.",
            optional=True,
        ),
        Radios(
            name="basis",
            label="What is the legal basis?",
            hint="If you are not sure, ask your legal team.",
            required="Choose the ground",
            choices=_choices(dict(rules.bases)),
            small=True,
        ),
        TextInput(
            name="title",
            label="A title that they can file it by",
            hint="Do not include names.",
            required="Enter a title",
            limit=LONGEST_TITLE,
        ),
        TextArea(
            name="text",
            label="What they need to know",
            hint=(
                "In your own words, and no more than they need. Leave out who told us, how they know it, from where they "
                "saw it, and anything only they could know."
            ),
            required="Write what they need to know",
            rows=10,
            limit=LONGEST,
            tell_limit=True,
        ),
        *((_files(files),) if files else ()),
        Checkboxes(
            name="conditions",
            label="On which conditions?",
            hint="They see these first.",
            choices=_choices(dict(rules.conditions)),
            small=True,
            optional=True,
        ),
        TextArea(
            name="necessity",
            label="Why do they need this much?",
            hint=(
                "For your colleagues. The partner does not see this. If you ask about somebody who has not agreed to it, "
                "say why it cannot wait for their consent."
            ),
            required="Say why they need this much",
            rows=3,
            limit=LONGEST,
        ),
        *((_urgent(),) if life else ()),
    )


def with_meeting(form: Form, today: date) -> Form:
    """Return the form, with an error if the day of the meeting is missing or past for a purpose that needs one."""
    purpose = load_pack(settings.PACK).partners.purposes.get(form.text("purpose"))
    day = form.day("meets_on")
    if (
        "meets_on" in form.errors
        or purpose is None
        or not purpose.meets
        or (day is not None and day >= today)
    ):
        return form
    return form.but(meets_on=NO_MEETING)


def given(form: Form, field: Field) -> Iterator[tuple[str, str]]:
    """Yield the names and values with which a browser sends what was given for a field."""
    value = form.values.get(field.name)
    if isinstance(value, Mapping):
        yield from ((f"{field.name}-{part}", text) for part, text in value.items())
    elif isinstance(value, str):
        yield field.name, value
    else:
        yield from ((field.name, one) for one in value or ())


def begun_for(code: str) -> dict[str, str]:
    """Return the values with which a disclosure for a purpose begins: the purpose, and its questions if it has any."""
    purpose = load_pack(settings.PACK).partners.purposes.get(code)
    return {"purpose": code, "text": "\n".join(purpose.questions)} if purpose is not None else {}


def _time_words(one: Purpose) -> str:
    if one.meets:
        return f"Its chair or deputy has {one.answer_working_days} working days after the meeting to sign the decision"
    if one.answer_working_days:
        reminded = " and ".join(str(day) for day in one.remind_after)
        told = f"They have {one.answer_working_days} working days to answer"
        return f"{told}, and are reminded after {reminded}" if reminded else told
    return {0: "", 1: "They have one day to answer"}.get(
        one.answer_days, f"They have {one.answer_days} days to answer"
    )


def _compared(one: PartnerLine) -> str:
    return "" if one.compared else "You have not compared verification words with them yet"


def _files(files: tuple[ViewableFile, ...]) -> Field:
    return Checkboxes(
        name="files",
        label="Which files do they get?",
        hint=(
            "They get the copy that you see, without hidden details, and never the original. A picture or a voice can show "
            "who sent it. Files and pages that nobody has opened yet are not listed."
        ),
        choices=tuple(choice for one in files for choice in _of_file(one)),
        small=True,
        optional=True,
    )


def _of_file(one: ViewableFile) -> Iterator[FieldOption]:
    """Yield the choices for a file: the file itself, and each further page group that has been opened."""
    if one.derived is None:
        return
    label = f"File {one.number}: {one.line.name}"
    yield FieldOption(value=str(one.container), label=label, hint=described(one.line.kind, one.derived))
    for group in one.groups:
        if group > 1:
            pages = viewing.page_words(group, one.derived.pages)
            yield FieldOption(value=f"{one.container}_{group}", label=f"{label}, pages {pages}")


def _chosen(value: str) -> ChosenFile:
    file, _, group = value.partition("_")
    return ChosenFile(UUID(file), int(group or 1))


def _urgent() -> Field:
    return Radios(
        name="urgent",
        label="Send before a second officer has read it?",
        hint="Life is at risk, so this may be sent before a second officer has read it. Phone the partner as well.",
        required="Choose whether to send it before a second officer has read it",
        choices=(
            FieldOption(value="no", label="No, a second officer reads it first"),
            FieldOption(value="yes", label="Yes, and a second officer will read it afterwards"),
        ),
        small=True,
    )


def writing_of(form: Form) -> DisseminationDraft:
    """Return the disclosure entered in the form."""
    return DisseminationDraft(
        partner=UUID(form.text("partner")),
        purpose=form.text("purpose"),
        basis=form.text("basis"),
        conditions=tuple(form.chosen("conditions")),
        title=form.text("title"),
        text=form.text("text"),
        necessity=form.text("necessity"),
        urgent=form.text("urgent") == "yes",
        meets_on=form.day("meets_on"),
        files=tuple(_chosen(one) for one in form.chosen("files")),
    )


def _why(name: str, label: str, hint: str) -> Field:
    return TextArea(name=name, label=label, hint=hint, required="Say why", rows=3, limit=LONGEST)


CHECKING: tuple[Field, ...] = (
    Checkboxes(
        name="read",
        label="I have read every word of it",
        choices=(
            FieldOption(
                value="yes",
                label="It says no more than they need, and nothing in it could identify the source.",
            ),
        ),
        required="Say that you have read it",
        small=True,
    ),
)
SENDING_BACK: tuple[Field, ...] = (
    _why("back", "What is wrong with it?", "Your colleague will read this and rewrite the disclosure."),
)
WITHDRAWING: tuple[Field, ...] = (
    _why(
        "back_from_them",
        "Why is it being withdrawn?",
        "After that nobody there can open it. If they have already read it, phone them.",
    ),
)
HEARD = TextInput(
    name="words",
    label="The eight words that they read to you",
    hint="Phone them on a number you already have, not one from a message. Their verification words are on their page “Keys”.",
    autocomplete="off",
    required="Enter the eight words",
)
COMPARING: tuple[Field, ...] = (HEARD, PASSPHRASE)


def releasing_fields(*, compared: bool) -> tuple[Field, ...]:
    """Return the fields for releasing a disclosure.

    The partner's key words are asked for only if this officer has not compared them yet.
    """
    return (PASSPHRASE,) if compared else COMPARING
