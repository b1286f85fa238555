"""Parse the public API's JSON into the same `Record` that the web form produces.

`{"kind": "activity", "narrative": "…", "language": "en",
  "now": {"danger": "yes"}, "where": {"date": {"year": 2026, "month": 3}, "place": "…", "postcode": "…"},
  "person": [{"name": "…"}, …]}`

Only `kind` and `narrative` are required; kinds of report whose account may be left out say what is needed instead. Answers
to the other questions on the narrative's page go under that page's name. Everything is validated as on the pages. What the pages would drop
without a word is refused here: unknown keys, and answers to questions that the other answers rule out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from heedline.intake import engine, loops
from heedline.intake.fields import DATE_PARTS, Wrong, clean, missing_fields, tidy
from heedline.intake.questions import FieldKind, Question, QuestionPage, QuestionSet, StepKind
from heedline.intake.record import Record, of_walk

#: The pattern of a language tag, as ECMA 262 and Python read it alike.
LANGUAGE_TAG = "[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}"
#: The pattern of the last part of the address of an incident's form.
INCIDENT_SLUG = "[a-z0-9-]{1,40}"
_NAME = re.compile(r"[a-z][a-z_-]{0,39}")


@dataclass(frozen=True, slots=True)
class PayloadProblem:
    """A problem found in the payload.

    `pointer` is a JSON pointer made of key names only ("/where/postcode"). `detail` never repeats the input.
    """

    pointer: str
    detail: str


@dataclass(frozen=True, slots=True)
class RejectedPayload:
    """The reasons why a payload was rejected, with every problem found."""

    problems: tuple[PayloadProblem, ...]


def from_api(
    sets: Mapping[str, QuestionSet], payload: object, *, identity_offered: bool
) -> Record | RejectedPayload:
    """Parse an API payload into a record, or return RejectedPayload listing every problem.

    `sets` maps each kind of report to its question set. Nothing is guessed or dropped.
    """
    if not isinstance(payload, Mapping):
        return RejectedPayload((PayloadProblem("", "must be an object"),))
    kind = payload.get("kind")
    qs = sets.get(kind) if isinstance(kind, str) else None
    if qs is None:
        return RejectedPayload((PayloadProblem("/kind", f"must be one of {', '.join(sorted(sets))}"),))
    reader = _Reader(qs, identity_offered)
    walk = engine.walk(qs, reader.answers(payload), identity_offered=identity_offered)
    reader.whole(walk)
    if reader.problems:
        return RejectedPayload(tuple(reader.problems))
    return of_walk(walk, language=reader.language)


class _Reader:
    def __init__(self, qs: QuestionSet, identity_offered: bool) -> None:
        self.qs = qs
        self.identity_offered = identity_offered
        self.language = qs.language
        self.problems: list[PayloadProblem] = []

    def wrong(self, pointer: str, detail: str) -> None:
        self.problems.append(PayloadProblem(pointer, detail))

    def answers(self, payload: Mapping[Any, Any]) -> dict[str, Any]:
        steps = {s.slug: s for s in self.qs.steps if s.kind in (StepKind.QUESTIONS, StepKind.LOOP)}
        narrative_step, narrative_field = self.qs.narrative
        answers: dict[str, Any] = {}
        counted: dict[str, Any] = {}
        for key in payload:
            if key not in steps and key not in ("kind", "narrative", "language", "incident"):
                self.unknown("", key)
        if "incident" in payload and not _is_slug(payload["incident"]):
            self.wrong("/incident", "must be the last part of the address of the incident's form")
        self.read_language(payload.get("language", self.qs.language))
        question = self.qs.any_step(narrative_step).field(narrative_field)
        narrative = self.value(question, payload.get("narrative", ""), "/narrative")
        if question.required and not narrative and not self.problems_at("/narrative"):
            self.wrong("/narrative", question.error_required)
        for slug, step in steps.items():
            given = payload.get(slug)
            # earlier pages come first, so what decides whether this one applies has been read
            applies = engine.applies(step, counted, identity_offered=self.identity_offered)
            if slug == narrative_step:
                beside = self.beside_the_narrative(step, given)
                if narrative or beside:
                    answers[slug] = {**beside, **({narrative_field: narrative} if narrative else {})}
            elif given is not None:
                if not applies:
                    self.wrong(f"/{slug}", "does not go with the other answers, or is not offered here")
                elif step.kind is StepKind.LOOP:
                    answers = self.loop(answers, step, given)
                else:
                    answers[slug] = self.page(step, given, f"/{slug}")
            if applies and slug in answers:
                counted[slug] = answers[slug]
        return answers

    def whole(self, walk: engine.Walk) -> None:
        """Record a problem for every required page that has no answer.

        Pages that become required through other answers (such as contact details for a confidential report) are
        required here too. The first pages are not, because an API client may know nothing but the narrative.
        """
        for slug in walk.missing():
            step = self.qs.any_step(slug)
            pointer = "/narrative" if slug == self.qs.narrative[0] else f"/{slug}"
            needed = step.private or step.contact or slug in self.qs.api_needs
            if needed and not self.problems_at(pointer):
                self.wrong(pointer, "is missing")

    def problems_at(self, pointer: str) -> bool:
        return any(p.pointer == pointer or p.pointer.startswith(pointer + "/") for p in self.problems)

    def unknown(self, parent: str, key: object) -> None:
        # a key may hold anything; only what looks like a key's name is repeated
        named = isinstance(key, str) and _NAME.fullmatch(key)
        self.wrong(
            f"{parent}/{key}" if named else parent, "is not a known key" if named else "has an unknown key"
        )

    def read_language(self, given: object) -> None:
        if isinstance(given, str) and re.fullmatch(LANGUAGE_TAG, given):
            self.language = given
        else:
            self.wrong("/language", "must be a language tag, for example en")

    def page(self, step: QuestionPage, given: object, pointer: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if not isinstance(given, Mapping):
            self.wrong(pointer, "must be an object")
            return values
        fields = {question.name: question for question in step.fields}
        with_errors: set[str] = set()
        for key, raw in given.items():
            if key not in fields:
                self.unknown(pointer, key)
                continue
            before = len(self.problems)
            value = self.value(fields[key], raw, f"{pointer}/{key}")
            if len(self.problems) > before:
                with_errors.add(key)
            elif value:
                values[key] = value
        for name, detail in missing_fields(step, values, with_errors).items():
            self.wrong(f"{pointer}/{name}", detail)
        return {question.name: values[question.name] for question in step.fields if question.name in values}

    def beside_the_narrative(self, step: QuestionPage, given: object) -> dict[str, Any]:
        """Return the answers to the other questions of the page that also asks for the narrative."""
        others = [question for question in step.fields if question.name != self.qs.narrative[1]]
        if given is None:
            return {}
        if not others or (isinstance(given, Mapping) and self.qs.narrative[1] in given):
            self.wrong(f"/{step.slug}", "goes into narrative")
            return {}
        return self.page(replace(step, fields=tuple(others)), given, f"/{step.slug}")

    def loop(self, answers: dict[str, Any], step: QuestionPage, given: object) -> dict[str, Any]:
        pointer = f"/{step.slug}"
        if not isinstance(given, list):
            self.wrong(pointer, "must be a list")
            return answers
        if len(given) > step.limit_items:
            self.wrong(pointer, self.qs.phrases["loop_full"].format(limit=step.limit_items))
            return answers
        for at, item in enumerate(given):
            answers = loops.add_item(answers, step, self.page(step, item, f"{pointer}/{at}"))
        return answers

    def value(self, question: Question, raw: object, pointer: str) -> Any:
        """Return the validated value of a JSON answer, or record a problem and return None."""
        typed = _typed(question, raw)
        if typed is None:
            self.wrong(pointer, _shape(question))
            return None
        try:
            return clean(self.qs, question, typed)
        except Wrong as wrong:
            self.wrong(pointer, str(wrong))
            return None


def _is_slug(given: object) -> bool:
    return isinstance(given, str) and re.fullmatch(INCIDENT_SLUG, given) is not None


def _shape(question: Question) -> str:
    match question.kind:
        case FieldKind.DATE:
            return "must be an object of year, month and day"
        case FieldKind.CHOICES:
            return "must be a list of texts"
    return "must be text"


def _typed(question: Question, raw: object) -> Any:
    """Convert a JSON value to the form of `Reading.typed`, or return None if its type is wrong."""
    if question.kind is FieldKind.DATE:
        if not isinstance(raw, Mapping) or set(raw) - set(DATE_PARTS):
            return None
        parts = {part: raw.get(part, "") for part in DATE_PARTS}
        if any(isinstance(value, bool) or not isinstance(value, str | int) for value in parts.values()):
            return None
        return {part: tidy(str(value), lines=False) for part, value in parts.items()}
    if question.kind is FieldKind.CHOICES:
        if not isinstance(raw, list) or not all(isinstance(value, str) for value in raw):
            return None
        return [tidy(value, lines=False) for value in raw]
    if not isinstance(raw, str):
        return None
    return tidy(raw, lines=question.kind is FieldKind.LONG_TEXT)
