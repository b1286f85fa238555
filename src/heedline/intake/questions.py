"""Question sets as data: the shapes.

A question set is one folder entry of a jurisdiction pack: `questions/<code>.toml` (structure, the same in
every language) and `questions/<code>.<language>.toml` (the words). Structure and the words of every language are an
edition. It is archived under `QuestionSet.digest` with each report, so that years later an officer sees what exactly was
asked; as all its languages have one digest, a report's row does not say in which language it was asked.

Answers are plain JSON-able dictionaries, `{step slug: {field name: value}}`:

* text, long_text, choice, postcode, registration, email, phone: `str` (an unanswered field is absent)
* choices: `list[str]`, in the order of the question set
* date: `{"year": int, "month"?: int, "day"?: int}`; which keys are there is the precision
* a loop step: `{"next": int, "items": [{"id": str, "values": {field: value}}, …]}`
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
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
    """QUESTIONS: a page with fields. LOOP: a repeated group. WORDS: text only. CHECK: the last page."""

    QUESTIONS = "questions"
    LOOP = "loop"
    WORDS = "words"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Choice:
    """One radio button or tick box. An exclusive one ("none of these") clears the others."""

    value: str
    text: str
    hint: str = ""
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One field of a page. `limit` counts characters and is stated on the page before it is reached.

    `autocomplete` is an HTML token and "off" for everything that is not about the reporter themselves.
    `spellcheck` is False for names, addresses and handles (browsers may send those away to be checked).
    """

    name: str
    kind: FieldKind
    label: str
    hint: str = ""
    limit: int = 200
    choices: tuple[Choice, ...] = ()
    required: bool = False
    required_when: Condition | None = None
    """Looks at other fields of the same page."""
    error_required: str = ""
    autocomplete: str = "off"
    inputmode: str = ""
    spellcheck: bool = True
    check_label: str = ""
    limit_lines: int = 0
    """For one thing a line: how many lines may be filled, stated on the page; 0 where lines do not count."""
    patterns: tuple[str, ...] = ()
    """For postcode and registration: the jurisdiction's patterns, one of which the tidied answer must match."""
    tail: int = 0
    """How many characters of a full postcode stand after its space."""

    @property
    def row_label(self) -> str:
        """How the check page and the officer's page name this field."""
        return self.check_label or self.label


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """One page. With one field the title is that field's legend or label."""

    slug: str
    kind: StepKind
    title: str
    section: str
    used_for: str = ""
    """Who uses the answer and for what: the question protocol."""
    paragraphs: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    why: str = ""
    """"Why we ask", for a `details` element."""
    button: str = ""
    skippable: bool = False
    """Shows the second button, "Skip the other questions" (`engine.skip_target`)."""
    private: bool = False
    """Answers of this step describe the reporter: they go into the identity container, never the report."""
    contact: bool = False
    """Answers of this step say how to reach the reporter and are ordinary contact data (a call-back, a professional, an
    organisation): they are part of the report."""
    needs_identity: bool = False
    fields: tuple[Question, ...] = ()
    at_least_one: tuple[str, ...] = ()
    error_at_least_one: str = ""
    applies: Condition | None = None
    needed: Condition | None = None
    """When true the report cannot be sent before this step was answered."""
    by_door: bool = False
    """Answered by the way somebody came (`engine.next_after` passes it by): its page is for changing the answer, or for
    who came without one."""
    leads_to: str = ""
    """The page that Continue leads to, where it is not the next one. The pages between can be filled in all the same."""
    limit_items: int = 0
    item_name: str = ""
    item_title: str = ""
    without_identity: tuple[str, tuple[str, ...]] = ("", ())
    """Title and paragraphs that replace a step which needs an authoriser, where none is enrolled; a step
    without such a title then does not apply."""

    def field(self, name: str) -> Question:
        """The field of that name; KeyError when there is none."""
        for question in self.fields:
            if question.name == name:
                return question
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class UrgencyRule:
    """The first rule whose condition holds gives the urgency; none: `routine`."""

    urgency: str
    when: Condition


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A question set in one language. `source` is the data of its edition, the thing that `digest` names."""

    code: str
    version: str
    language: str
    steps: tuple[QuestionPage, ...]
    sections: Mapping[str, str]
    phrases: Mapping[str, str]
    """Error messages and small words ("Not given"), by key."""
    months: tuple[tuple[str, ...], ...]
    """Twelve tuples of accepted names for a month, the first being the one shown."""
    urgencies: tuple[UrgencyRule, ...]
    narrative: tuple[str, str]
    """(step, field) of the reporter's own account. Where that field is not required, `stands_for` may stand for it."""
    stands_for: tuple[tuple[str, str], ...]
    """(step, field) of typed answers; the first that was given is the record's narrative when none was written."""
    roles: Mapping[str, tuple[str, str]]
    """Which (step, field) tells the server what: `place`, `postcode`, `guess`, `who`; and for a call that was asked for
    `call_number`, `call_days`, `call_hours`, `call_times` (in words). A set may lack any of them."""
    confidence: str
    """The answer to `who` by which a reporter gives a name in confidence; empty where nobody is asked."""
    api_needs: tuple[str, ...]
    """Pages that are needed (`Step.needed`) from the API too, beside the narrative and the reporter's contact."""
    skip_to: str
    """Where "Skip the other questions" leads."""
    fast: Condition | None
    """When it holds, "Skip the other questions" leads straight to the check page."""
    source: Mapping[str, Any]
    digest: str = field(init=False)
    """SHA-256 of `canonical()`, in hexadecimal."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha256(self.canonical()).hexdigest())

    def canonical(self) -> bytes:
        """Canonical JSON (sorted keys, no spaces, UTF-8) of structure and all words; archived with the report."""
        return json.dumps(self.source, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    def any_step(self, slug: str) -> QuestionPage:
        """The step of that slug whether it applies or not; KeyError when there is none."""
        for step in self.steps:
            if step.slug == slug:
                return step
        raise KeyError(slug)
