"""The public API's JSON, read into the same `Record` as the web form's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from heedline.intake.questions import QuestionSet
from heedline.intake.record import Record


@dataclass(frozen=True, slots=True)
class Problem:
    """`pointer` is a JSON pointer made of key names only ("/where/postcode"); `detail` never echoes input."""

    pointer: str
    detail: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Why the payload cannot be taken; every problem found."""

    problems: tuple[Problem, ...]


def from_api(
    sets: Mapping[str, QuestionSet], payload: object, *, identity_offered: bool
) -> Record | Refused:
    """`sets`: kind → question set. Payload: `kind`, `narrative`, `language`?, and one object per step slug
    (`{"where": {"place": …, "postcode": …}, "person": [{…}, …]}`). Unknown keys are refused."""
    raise NotImplementedError
