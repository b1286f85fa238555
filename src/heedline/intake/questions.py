"""Data structures for question sets.

A question set consists of two kinds of file in the folder of a kind of report: `questions.toml` (the
structure, the same in every language) and `questions.<language>.toml` (the wording). The
structure and the wording in all languages make up an edition. It is archived under `QuestionSet.digest`
with each report, so that years later an officer sees exactly what was asked. As all its languages have
one digest, a report's row does not reveal in which language it was asked.

Answers are plain JSON-compatible dictionaries, `{step slug: {field name: value}}`:

* text, long_text, choice, postcode, registration, email, phone: `str` (an unanswered field is absent)
* choices: `list[str]`, in the order of the question set
* date: `{"year": int, "month"?: int, "day"?: int}`, where the keys present give the precision
* a loop step: `{"next": int, "items": [{"id": str, "values": {field: value}}, …]}`
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heedline.intake.conditions import Condition

type Values = Mapping[str, Any]
type Answers = Mapping[str, Any]


class FieldKind(StrEnum):
    """The kinds of answer that a field can take."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    POSTCODE = "postcode"
    REGISTRATION = "registration"
    EMAIL = "email"
    PHONE = "phone"


class StepKind(StrEnum):
    """The kinds of step in a question set.

    QUESTIONS is a page with fields, LOOP a repeated group, WORDS a page with text only, and CHECK the last
    page.
    """

    QUESTIONS = "questions"
    LOOP = "loop"
    WORDS = "words"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Choice:
    """One radio button or tick box.

    An exclusive choice ("none of these") clears the others.
    """

    value: str
    text: str
    hint: str = ""
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One field of a page.

    `limit` counts characters, and the page states it before it is reached. `autocomplete` is an HTML token,
    and is "off" for everything that is not about the reporter. `spellcheck` is False for names, addresses
    and handles, because browsers may send them elsewhere to be checked.
    """

    name: str
    kind: FieldKind
    label: str
    hint: str = ""
    limit: int = 200
    choices: tuple[Choice, ...] = ()
    required: bool = False
    required_when: Condition | None = None
    """A condition on other fields of the same page under which this field is required."""
    error_required: str = ""
    autocomplete: str = "off"
    inputmode: str = ""
    spellcheck: bool = True
    check_label: str = ""
    limit_lines: int = 0
    """The maximum number of lines for a field with one entry per line.

    The page states the limit. It is 0 if lines are not counted.
    """
    patterns: tuple[str, ...] = ()
    """The jurisdiction's patterns for a postcode or registration.

    The tidied answer must match one of them.
    """
    tail: int = 0
    """The number of characters after the space in a full postcode."""
    more: bool = False
    """Whether the field is in a `details` element that the reporter has to open (`QuestionPage.more`)."""
    compact: bool = False
    """Whether the field is compact: small tick boxes side by side, or a text box two lines high."""

    @property
    def row_label(self) -> str:
        """Return the label of this field on the check page and the officer's page."""
        return self.check_label or self.label


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What a page says instead while its condition holds, such as to somebody who writes about themselves.

    The fields, and what becomes of the answers, stay the same. `label` is that of the first field.
    """

    when: Condition
    title: str
    paragraphs: tuple[str, ...]
    prompts: tuple[str, ...]
    why: str
    label: str
    error_at_least_one: str


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """One page of a question set.

    If the page has one field, the title is that field's legend or label.
    """

    slug: str
    kind: StepKind
    title: str
    section: str
    used_for: str = ""
    """The people who use the answer, and their purpose (the question protocol)."""
    paragraphs: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    why: str = ""
    """The text of "Why we ask", shown in a `details` element."""
    more: str = ""
    """The summary of the `details` element that holds the fields marked `more`."""
    button: str = ""
    skippable: bool = False
    """Whether the page shows the second button, "Skip the other questions" (`engine.skip_target`)."""
    private: bool = False
    """Whether the answers describe the reporter.

    Such answers go into the identity container and never into the report.
    """
    contact: bool = False
    """Whether the answers are contact details that may be stored in the report itself.

    These are for a call-back, a professional or an organisation, and are part of the report.
    """
    needs_identity: bool = False
    fields: tuple[Question, ...] = ()
    at_least_one: tuple[str, ...] = ()
    error_at_least_one: str = ""
    applies: Condition | None = None
    needed: Condition | None = None
    """A condition under which the report cannot be sent before this step has been answered."""
    by_door: bool = False
    """Whether the page from which the reporter started has already answered this step.

    `engine.next_after` then skips it. Its page is for changing the answer, and for reporters without one.
    """
    leads_to: str = ""
    """The page that Continue leads to, if it is not the next one.

    The pages in between can still be filled in.
    """
    limit_items: int = 0
    item_name: str = ""
    item_title: str = ""
    without_identity: tuple[str, tuple[str, ...]] = ("", ())
    """The title and paragraphs that replace a step which needs an authoriser, if none is enrolled.

    If this title is empty, the step then does not apply.
    """
    own_words: OwnWords | None = None

    def worded(self, answered: Mapping[str, Any]) -> QuestionPage:
        """Return the page as it is worded after these answers."""
        own = self.own_words
        if own is None or not own.when.holds(answered):
            return self
        first = replace(self.fields[0], label=own.label, check_label="")
        return replace(
            self,
            title=own.title,
            paragraphs=own.paragraphs,
            prompts=own.prompts,
            why=own.why,
            error_at_least_one=own.error_at_least_one,
            fields=(first, *self.fields[1:]),
        )

    def field(self, name: str) -> Question:
        """Return the field with that name.

        Raises KeyError if there is none.
        """
        for question in self.fields:
            if question.name == name:
                return question
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class UrgencyRule:
    """A rule that gives a report its urgency if its condition holds.

    The first rule that holds applies. If none holds, the urgency is `routine`.
    """

    urgency: str
    when: Condition


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A question set in one language.

    `source` is the data of its edition, which `digest` identifies.
    """

    code: str
    version: str
    language: str
    steps: tuple[QuestionPage, ...]
    sections: Mapping[str, str]
    phrases: Mapping[str, str]
    """Error messages and short phrases ("Not given"), by key."""
    months: tuple[tuple[str, ...], ...]
    """The accepted names of each of the twelve months, the first name being the one shown."""
    urgencies: tuple[UrgencyRule, ...]
    narrative: tuple[str, str]
    """The (step, field) of the reporter's own account.

    If that field is not required, one of `stands_for` may take its place.
    """
    stands_for: tuple[tuple[str, str], ...]
    """The (step, field) pairs of typed answers that can serve as the narrative.

    If no narrative was written, the first of them that was answered is used.
    """
    roles: Mapping[str, tuple[str, str]]
    """The (step, field) pairs that server code looks up by role, such as the postcode.

    The roles are `place`, `postcode`, `guess`, `who`, `young` (the reporter is under 18), `subject_young` (the person
    reported on is), `own_place` and `own_postcode` (of somebody who writes about themselves), and for a requested call `call_number`, `call_young`, `call_days`, `call_hours` and `call_times` (in words). A set may lack any of them.
    """
    confidence: str
    """The answer to `who` that means the reporter is giving their name in confidence.

    It is empty if the set does not ask.
    """
    api_needs: tuple[str, ...]
    """The required pages (`Step.needed`) that the API also requires.

    They are in addition to the narrative and the reporter's contact details.
    """
    skip_to: str
    """The slug of the page that "Skip the other questions" leads to."""
    fast: Condition | None
    """A condition under which "Skip the other questions" leads straight to the check page."""
    source: Mapping[str, Any]
    digest: str = field(init=False)
    """The SHA-256 of `canonical()`, in hexadecimal."""
    thousands: str = ","
    """The thousands separator in this language."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha256(self.canonical()).hexdigest())

    def canonical(self) -> bytes:
        """Return the structure and all wording as canonical JSON (sorted keys, no spaces, UTF-8).

        It is archived with the report.
        """
        return json.dumps(self.source, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    def any_step(self, slug: str) -> QuestionPage:
        """Return the step with that slug, whether it applies or not.

        Raises KeyError if there is none.
        """
        for step in self.steps:
            if step.slug == slug:
                return step
        raise KeyError(slug)
