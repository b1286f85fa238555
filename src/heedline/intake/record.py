"""What is sealed: only the answers that still apply, and the facts that the server derives from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heedline.intake import engine
from heedline.intake.questions import Answers, QuestionSet

FORMAT = 1


class NotReady(Exception):
    """A page that is needed was not answered; `slugs` names them in order."""

    def __init__(self, slugs: tuple[str, ...]) -> None:
        super().__init__("the report is not complete")
        self.slugs = slugs


@dataclass(frozen=True, slots=True)
class Record:
    """One report, ready to seal. `report_part()` and `identity_part()` go into different containers.

    `answers` holds every counted answer but two: the narrative (it is in `narrative`) and what the reporter
    said of themselves in confidence (it is in `identity`; else None). `anonymous`: the reporter gave no name and no way
    to reach them, neither in confidence nor as ordinary contact data, which is part of `answers`. `guessable`: the
    reporter said that someone could, or might, guess it was them. Where a set lets the account be left out, typed
    answers that it names stand in `narrative`. `language` is that of the page; the narrative may be in any.
    `repr` is kept short so that no log or traceback shows an answer.
    """

    kind: str
    language: str
    set_version: str
    set_digest: str
    answers: dict[str, Any]
    narrative: str
    urgency: str
    place_text: str
    postcode: str
    anonymous: bool
    identity: dict[str, Any] | None
    guessable: bool

    def __repr__(self) -> str:
        return f"<Record of kind {self.kind}>"

    def report_part(self) -> dict[str, Any]:
        """JSON-able content of the report's container; holds nothing of `identity`."""
        return {
            "format": FORMAT,
            "kind": self.kind,
            "language": self.language,
            "question_set": {"version": self.set_version, "digest": self.set_digest},
            "narrative": self.narrative,
            "answers": self.answers,
            "urgency": self.urgency,
            "place_text": self.place_text,
            "postcode": self.postcode,
            "anonymous": self.anonymous,
            "guessable": self.guessable,
        }

    def identity_part(self) -> dict[str, Any] | None:
        """JSON-able content of the identity container ({step: {field: value}}), or None."""
        return self.identity

    @classmethod
    def from_parts(cls, report: Mapping[str, Any], identity: Mapping[str, Any] | None = None) -> Record:
        """The record again, from an opened report (and, where allowed, its identity); ValueError otherwise."""
        if report.get("format") != FORMAT:
            raise ValueError("not a report of a known format")
        return cls(
            kind=report["kind"],
            language=report["language"],
            set_version=report["question_set"]["version"],
            set_digest=report["question_set"]["digest"],
            answers=dict(report["answers"]),
            narrative=report["narrative"],
            urgency=report["urgency"],
            place_text=report["place_text"],
            postcode=report["postcode"],
            anonymous=report["anonymous"],
            identity=None if identity is None else dict(identity),
            guessable=report["guessable"],
        )


def record(qs: QuestionSet, answers: Answers, *, language: str, identity_offered: bool) -> Record:
    """The record of a finished form; NotReady while a needed page is unanswered."""
    if wanting := engine.missing(qs, answers, identity_offered=identity_offered):
        raise NotReady(wanting)
    return build(qs, answers, language=language, identity_offered=identity_offered)


def build(qs: QuestionSet, answers: Answers, *, language: str, identity_offered: bool) -> Record:
    """The record of whatever was answered; the caller has made sure that there is a narrative."""
    counted = engine.counted(qs, answers, identity_offered=identity_offered)
    urgency = engine.urgency(qs, answers, identity_offered=identity_offered)

    def said(role: str) -> str:
        step, field = qs.roles.get(role, ("", ""))
        return str(counted.get(step, {}).get(field, ""))

    private = {step.slug for step in qs.steps if step.private}
    in_confidence = bool(qs.confidence) and said("who") == qs.confidence
    reachable = any(step.contact and counted.get(step.slug) for step in qs.steps)
    identity = {slug: values for slug, values in counted.items() if slug in private and values}
    step, field = qs.narrative
    narrative = counted.get(step, {}).pop(field, "")
    if not narrative:
        typed = (counted.get(slug, {}).get(name, "") for slug, name in qs.stands_for)
        narrative = next(filter(None, typed), "")
    return Record(
        kind=qs.code,
        language=language,
        set_version=qs.version,
        set_digest=qs.digest,
        answers={
            slug: kept for slug, values in counted.items() if slug not in private and (kept := _kept(values))
        },
        narrative=narrative,
        urgency=urgency,
        place_text=said("place"),
        postcode=said("postcode"),
        anonymous=not (in_confidence and identity) and not reachable,
        identity=identity if in_confidence and identity else None,
        guessable=said("guess") in ("yes", "not_sure"),
    )


def _kept(values: dict[str, Any]) -> dict[str, Any]:
    """Without pages left blank and loops without items; a loop's counter says how many were removed."""
    if "items" in values:
        return {"items": values["items"]} if values["items"] else {}
    return values
