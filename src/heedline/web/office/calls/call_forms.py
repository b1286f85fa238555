"""The single-page call form: the pack's questions by section, and how the report was received.

What was posted is kept as it was typed, so that a draft loses nothing to a validation rule. `Sheet` reads it
again whenever it is shown, checked or sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal, cast

from django.conf import settings

from heedline.casework.access import session
from heedline.casework.intake import open_incidents
from heedline.casework.journey.call_taking import CHANNELS, Contact
from heedline.intake import one_page
from heedline.intake.one_page import Block, PageReading, Phrases
from heedline.intake.question_files import load_question_set
from heedline.intake.questions import FieldKind, Question, QuestionPage, QuestionSet, StepKind
from heedline.intake.record import Record, build
from heedline.packs import load_pack
from heedline.packs.urgency import Urgency
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
from heedline.web.components.typed_dates import PARTS

LANGUAGE = "en"
PHRASES = Phrases(
    account_missing="Write down what the caller said. A few words are enough.",
    choose_first="Choose an answer here too, so that what you wrote under “{step}” can be kept.",
    not_without_leave="“{step}” has not been kept, because the caller has not agreed. Ask them first, and choose it above.",
)
SAY_ANONYMOUS = (
    "Say: “You can stay anonymous. Please do not tell me your name, your number or where you live.” "
    "If they begin to, stop them."
)
SAY_CONFIDENCE = (
    "Say: “We keep your name apart from what you tell me. Two people from two teams must agree to open it.” "
    "Only then ask how to reach them."
)
_OWN = ("kind", "incident", "channel", "contact-at", *(f"contact-on-{part}" for part in PARTS))
#: The choice of no incident: no address of one looks like it.
_NO_INCIDENT = "-"
#: Characters of one prompt on the risk.
_RISK = 1000
_FEW = 3  # a step with more fields has a row of its own


@dataclass(frozen=True)
class PaperLine:
    """A field on the printed form, with boxes to tick or lines to write on."""

    label: str
    choices: tuple[str, ...]
    tall: bool


@dataclass(frozen=True)
class FormSection:
    """A step of the form as it appears on the page.

    `title` is empty if its first field already says it. `wide` gives the step a row of its own.
    """

    title: str
    names: tuple[str, ...]
    lines: tuple[PaperLine, ...]
    item: bool = False
    wide: bool = False
    more: str = ""
    """The value of the "add another" button, shown after the last item of a loop that has room for more."""
    more_words: str = ""


@dataclass(frozen=True)
class Sheet:
    """A call in progress, with its kind, its question set, the text entered and the answers read from it."""

    kind: str
    asked: QuestionSet
    typed: Mapping[str, Sequence[str]]
    offered: bool
    reading: PageReading
    own: Form

    @property
    def errors(self) -> dict[str, str]:
        return {**self.own.errors, **self.reading.errors}

    def form(self, errors: Mapping[str, str] | None = None) -> Form:
        """Return every field of the form, with its value.

        No field is marked as wrong unless `errors` are given.
        """
        fields = (
            *self.own.fields,
            *(_field(self, block, one) for block in self.blocks for one in block.step.fields),
        )
        return Form(fields, {**self.own.values, **self.reading.shown}, errors or {})

    @property
    def slots(self) -> dict[str, int]:
        """Return the number of items that the page shows for each loop."""
        return {
            step.slug: one_page.slots_of(step, self.typed, _number(self.typed, f"slots.{step.slug}"))
            for step in self.asked.steps
            if step.kind is StepKind.LOOP
        }

    @property
    def blocks(self) -> tuple[Block, ...]:
        return one_page.blocks(self.asked, self.typed, self.slots, offered=self.offered)

    def kept(self) -> dict[str, list[str]]:
        """Return the text that a draft may store, leaving out details that the caller did not agree to give."""
        typed = one_page.without(self.typed, self.reading.refused)
        return {name: list(values) for name, values in typed.items()}

    @property
    def refused_for_good(self) -> bool:
        """Return whether the caller stays anonymous, so that their details must also be removed from the page."""
        gates = [self.asked.any_step(slug).applies for slug in self.reading.refused]
        return any(
            self.reading.answers.get(gate.step, {}).get(gate.field)
            for one in gates
            if one
            for gate in one.looks_at()
        )

    def contact(self, *, dropped: bool) -> Contact:
        """Return how and when the report was received, with the call-taker's risk assessment."""
        return Contact(
            self.own.text("channel"),
            self.own.day("contact-on"),
            self.own.text("contact-at"),
            dropped,
            {one.label: words for one in risk_fields() if (words := self.own.text(one.name))},
            open_incidents.mark_for(self.own.text("incident"), self.kind),
        )

    def record(self) -> Record:
        """Build the report record to send.

        The calling code must have checked that there is an account.
        """
        answers = one_page.whole(self.asked, self.reading)
        return build(self.asked, answers, language=LANGUAGE, identity_offered=self.offered)

    @property
    def incident_words(self) -> str:
        """Return the name of the chosen incident, that its form has closed meanwhile, or "" if none was chosen."""
        slug = self.own.text("incident")
        if slug in ("", _NO_INCIDENT):
            return ""
        found = (one.name for one in open_incidents.open_for(self.kind) if one.slug == slug)
        return next(found, "Its form has closed. The report goes to the desk of its place.")

    @property
    def names_incidents(self) -> bool:
        """Return whether the form asks about which incident the report is."""
        return any(one.name == "incident" for one in self.own.fields)

    # --- where things stand ---

    @property
    def danger(self) -> list[FormSection]:
        """Return the form sections shown in the box with the emergency number."""
        return self._parts(lambda step: step.slug in self._danger)

    @property
    def mode(self) -> list[FormSection]:
        """Return the form sections asking whether the caller stays anonymous, which come before any notes."""
        return self._parts(lambda step: step.slug == self._who)

    @property
    def account(self) -> list[FormSection]:
        """Return the form sections for the free-text account, which comes first."""
        return self._parts(lambda step: step.slug == self.asked.narrative[0])

    @property
    def prompts(self) -> tuple[str, ...]:
        """Return the prompts that a call-taker can use when the caller stops talking."""
        return self.asked.any_step(self.asked.narrative[0]).prompts

    @property
    def sections(self) -> list[tuple[str, list[FormSection]]]:
        """Return the other form sections in the pack's order, with contact details last."""
        first = self._danger | {self._who, self.asked.narrative[0]}
        found = [
            (
                title,
                self._parts(lambda s, name=name: s.section == name and s.slug not in first and not s.private),
            )
            for name, title in self.asked.sections.items()
        ]
        found.append(
            ("Reaching the caller safely: only in confidence", self._parts(lambda step: step.private))
        )
        return [(title, parts) for title, parts in found if parts]

    @property
    def _danger(self) -> set[str]:
        rules = [rule.when for rule in self.asked.urgencies if rule.urgency == Urgency.DANGER]
        rules += [self.asked.fast] if self.asked.fast else []
        asked = {one.step for rule in rules for one in rule.looks_at()}
        sections = {step.section for step in self.asked.steps if step.slug in asked}
        return {step.slug for step in self.asked.steps if step.section in sections}

    @property
    def _who(self) -> str:
        return self.asked.roles.get("who", ("", ""))[0]

    def _parts(self, wanted: Any) -> list[FormSection]:
        blocks, slots = [one for one in self.blocks if wanted(one.step)], self.slots
        return [
            _part(block, block.number == slots.get(block.step.slug, 0) < block.step.limit_items)
            for block in blocks
        ]


def _part(block: Block, last_with_room: bool) -> FormSection:
    step = block.step
    said = len(step.fields) == 1 or step.fields[0].label == step.title
    title = f"{step.item_name} {block.number}" if block.number else "" if said else step.title
    ticks = all(one.choices for one in step.fields)
    return FormSection(
        title,
        tuple(block.name_of(one.name) for one in step.fields),
        tuple(
            PaperLine(
                one.label, tuple(choice.text for choice in one.choices), one.kind is FieldKind.LONG_TEXT
            )
            for one in step.fields
        ),
        bool(block.number),
        not block.number and (ticks or len(step.fields) > _FEW),
        f"more.{step.slug}" if last_with_room else "",
        f"One more {step.item_name.lower()}",
    )


def _number(typed: Mapping[str, Sequence[str]], name: str) -> int:
    said = typed.get(name, ("",))[-1]
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 4 else 0


def risk_fields() -> tuple[Field, ...]:
    """Return a text field for each of the pack's risk-assessment prompts.

    All may be left blank.
    """
    prompts = load_pack(settings.PACK).risk_prompts.prompts
    return tuple(
        TextArea(name=f"risk-{code}", label=one.label, hint=one.meaning, rows=2, limit=_RISK)
        for code, one in prompts.items()
    )


def _incident_field(kind: str) -> tuple[Field, ...]:
    """Return a choice of the open incidents that take this kind of report, or nothing if there are none."""
    offered = [FieldOption(value=one.slug, label=one.name) for one in open_incidents.open_for(kind)]
    if not offered:
        return ()
    none = FieldOption(value=_NO_INCIDENT, label="No, or not known")
    return (Radios(name="incident", label="Is it about an incident?", choices=(*offered, none), small=True),)


def _own_fields(kind: str) -> tuple[Field, ...]:
    kinds = tuple(
        FieldOption(value=code, label=one.name) for code, one in load_pack(settings.PACK).kinds.items()
    )
    return (
        Radios(name="kind", label="What is it about?", choices=kinds, small=True, inline=True),
        *_incident_field(kind),
        Radios(
            name="channel",
            label="How was it received?",
            choices=tuple(FieldOption(value=code, label=words) for code, words in CHANNELS.items()),
            small=True,
            inline=True,
        ),
        DateInput(
            name="contact-on",
            label="Date received",
            hint="Only if you are entering a letter, an email or a paper call sheet later. For example, 14 3 2026.",
        ),
        TextInput(
            name="contact-at",
            label="The time",
            hint="Use the 24-hour clock, for example 14:05.",
            width=5,
            limit=20,
        ),
        *risk_fields(),
    )


def _checked_contact(own: Form, at: datetime) -> Form:
    day, clock = own.day("contact-on"), own.text("contact-at")
    today: date = at.astimezone(session.office_zone()).date()
    if day is not None and day > today:
        own = own.but(**{"contact-on": "The date must be today or in the past"})
    if clock:
        tidy = _clock(clock)
        if not tidy:
            return own.but(**{"contact-at": "Enter a time from 00:00 to 23:59"})
        own = replace(own, values={**own.values, "contact-at": tidy})
    return own


def _clock(typed: str) -> str:
    hours, _, minutes = typed.replace(".", ":").partition(":")
    if not (hours.isdecimal() and (minutes or "00").isdecimal() and len(typed) <= 5):
        return ""
    whole = (int(hours), int(minutes or "0"))
    return f"{whole[0]:02}:{whole[1]:02}" if whole[0] < 24 and whole[1] < 60 else ""


def _kind_of(typed: Mapping[str, Sequence[str]]) -> str:
    pack = load_pack(settings.PACK)
    said = typed.get("kind", ("",))[-1]
    return said if said in pack.kinds else next(iter(pack.kinds))


def sheet_of(
    typed: Mapping[str, Sequence[str]], *, offered: bool, at: datetime, kind: str | None = None
) -> Sheet:
    """Build a call sheet from the text entered in the form.

    `kind` is the kind of report whose questions the page showed. Without it, the kind that was chosen is used.
    """
    pack = load_pack(settings.PACK)
    code = kind if kind is not None and kind in pack.kinds else _kind_of(typed)
    asked = load_question_set(pack, code, LANGUAGE)
    channel = typed.get("channel", ("",))[-1]
    whole = {
        "incident": [_NO_INCIDENT],
        **typed,
        "kind": [code],
        "channel": [channel if channel in CHANNELS else next(iter(CHANNELS))],
    }
    own = _checked_contact(Form.posted(_own_fields(code), whole.items()), at)
    reading = one_page.read_page(asked, whole, offered=offered, phrases=PHRASES)
    return Sheet(code, asked, whole, offered, reading, own)


def posted_over(
    before: Mapping[str, Sequence[str]], posted: Mapping[str, Sequence[str]], *, kind: str, offered: bool
) -> dict[str, list[str]]:
    """Merge the posted fields into the text entered earlier.

    Answers to other kinds' questions are kept.
    """
    pack = load_pack(settings.PACK)
    shown = pack.kinds.get(kind) or next(iter(pack.kinds.values()))
    asked = load_question_set(pack, shown.code, LANGUAGE)
    loops = {f"slots.{step.slug}" for step in asked.steps if step.kind is StepKind.LOOP}
    own = {*_OWN, *(one.name for one in risk_fields())}
    names = one_page.names(asked, offered=offered) | loops | own
    kept = {name: list(values) for name, values in before.items() if name not in names}
    return kept | {name: list(posted[name]) for name in names if name in posted}


def moved_to(typed: dict[str, list[str]], old: str, new: str) -> dict[str, list[str]]:
    """Change the kind of report, moving the account to the matching field of the new question set."""
    pack = load_pack(settings.PACK)
    sets = [load_question_set(pack, code, LANGUAGE) for code in (old, new)]
    here, there = (".".join(one.narrative) for one in sets)
    if here != there and typed.get(here) and not any(typed.get(there, ())):
        typed = {**typed, there: typed[here]}
    return {**typed, "kind": [new]}


def with_one_more(sheet: Sheet, slug: str) -> tuple[Sheet, str] | None:
    """Return the sheet with one more loop item, and its first field's name, or None if the loop is full."""
    step = next((one for one in sheet.asked.steps if one.slug == slug and one.kind is StepKind.LOOP), None)
    if step is None or sheet.slots[slug] >= step.limit_items:
        return None
    count = sheet.slots[slug] + 1
    more = replace(sheet, typed={**sheet.typed, f"slots.{slug}": [str(count)]})
    return more, Block(step, count).name_of(step.fields[0].name)


def _field(sheet: Sheet, block: Block, question: Question) -> Field:
    name, label, hint = block.name_of(question.name), question.label, question.hint
    match question.kind:
        case FieldKind.CHOICE | FieldKind.CHOICES:
            choices = _choices(sheet, block.step, question)
            if question.kind is FieldKind.CHOICES:
                return Checkboxes(
                    name=name, label=label, hint=hint, choices=choices, small=True, classes="hl-inline"
                )
            inline = not any(one.hint for one in choices)
            return Radios(name=name, label=label, hint=hint, choices=choices, small=True, inline=inline)
        case FieldKind.DATE:
            return DateInput(name=name, label=label, hint=hint)
        case FieldKind.LONG_TEXT:
            account = (block.step.slug, question.name) == sheet.asked.narrative
            return TextArea(
                name=name,
                label=label,
                hint=hint,
                rows=12 if account else 2,
                limit=question.limit,
                names=not question.spellcheck,
            )
        case _:
            narrow = {FieldKind.POSTCODE: 10, FieldKind.REGISTRATION: 10, FieldKind.PHONE: 20}.get(
                question.kind
            )
            return TextInput(
                name=name,
                label=label,
                hint=hint,
                width=cast(Literal[10, 20] | None, narrow),
                inputmode=question.inputmode,
                names=not question.spellcheck,
                limit=question.limit,
            )


def _choices(sheet: Sheet, step: QuestionPage, question: Question) -> tuple[FieldOption, ...]:
    who = sheet.asked.roles.get("who") == (step.slug, question.name)
    return tuple(
        FieldOption(
            value=one.value,
            label=one.text,
            hint=(SAY_CONFIDENCE if one.value == sheet.asked.confidence else SAY_ANONYMOUS)
            if who
            else one.hint,
            exclusive=one.exclusive,
        )
        for one in question.choices
    )
