"""The record of a report to be sealed, with the answers that still apply and the facts derived from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heedline.intake import engine
from heedline.intake.questions import Answers, QuestionSet
from heedline.packs.urgency import DANGER_ANSWERS, Urgency

FORMAT = 1


class NotReady(Exception):
    """Raised when a required page has not been answered.

    `slugs` lists the missing pages in order.
    """

    def __init__(self, slugs: tuple[str, ...]) -> None:
        super().__init__("the report is not complete")
        self.slugs = slugs


@dataclass(frozen=True, slots=True)
class Record:
    """One report, ready to seal.

    `report_part()` and `identity_part()` go into different containers.

    `answers` holds every counted answer except the narrative (in `narrative`) and what the reporter said
    about themselves in confidence (in `identity`, which is otherwise None). `anonymous` means that the
    reporter gave no name and no means of contact, neither in confidence nor as ordinary contact details,
    which are part of `answers`. `guessable` means that the reporter said someone could, or might, guess who
    made the report. `young` means that the reporter said they are under 18. If a set allows the account to be left out, `narrative` holds the typed answers that the
    set names in its place. `language` is that of the page, and the narrative may be in any language. `repr`
    is kept short so that no log or traceback shows an answer.
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
    young: bool

    def __repr__(self) -> str:
        return f"<Record of kind {self.kind}>"

    def report_part(self) -> dict[str, Any]:
        """Return the JSON-compatible content of the report's container, without anything from `identity`."""
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
            "young": self.young,
        }

    def identity_part(self) -> dict[str, Any] | None:
        """Return the JSON-compatible content of the identity container, or None if there is none.

        It maps steps to fields and values.
        """
        return self.identity

    @classmethod
    def from_parts(cls, report: Mapping[str, Any], identity: Mapping[str, Any] | None = None) -> Record:
        """Return the record rebuilt from an opened report and, where permitted, its identity.

        Raises ValueError if the parts are not in the expected form.
        """
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
            young=report["young"],
        )


def record(qs: QuestionSet, answers: Answers, *, language: str, identity_offered: bool) -> Record:
    """Return the record for a completed form.

    Raises NotReady while a required page is unanswered.
    """
    walk = engine.walk(qs, answers, identity_offered=identity_offered)
    if wanting := walk.missing():
        raise NotReady(wanting)
    return of_walk(walk, language=language)


def build(qs: QuestionSet, answers: Answers, *, language: str, identity_offered: bool) -> Record:
    """Return the record for the answers given so far.

    The caller must have made sure that there is a narrative.
    """
    return of_walk(engine.walk(qs, answers, identity_offered=identity_offered), language=language)


def says_no_danger(answers: Answers) -> bool:
    """Return whether the question about danger was answered: nobody is in danger, and nothing is planned."""
    return DANGER_ANSWERS.get(str(answers.get("now", {}).get("danger"))) == Urgency.ROUTINE


def of_walk(walk: engine.Walk, *, language: str) -> Record:
    """Return the record for a `Walk` that the caller has already made.

    The answers are copied.
    """
    qs, counted = walk.qs, _copied(dict(walk.answered))

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
        urgency=walk.urgency,
        place_text=said("place") or said("own_place"),
        postcode=said("postcode") or said("own_postcode"),
        anonymous=not (in_confidence and identity) and not reachable,
        identity=identity if in_confidence and identity else None,
        guessable=said("guess") in ("yes", "not_sure"),
        young="yes" in (said("young"), said("call_young")),
    )


def _copied(answers: Any) -> Any:
    """Return a deep copy of the answers."""
    if isinstance(answers, dict):
        return {name: _copied(value) for name, value in answers.items()}
    return [_copied(value) for value in answers] if isinstance(answers, list) else answers


def _kept(values: dict[str, Any]) -> dict[str, Any]:
    """Return the answers without blank pages and empty loops.

    Loop counters are dropped too, because they reveal how many items were removed.
    """
    if "items" in values:
        return {"items": values["items"]} if values["items"] else {}
    return values
