"""What is sealed: only the answers that still apply, and the facts that the server derives from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from heedline.intake.questions import Answers, QuestionSet


@dataclass(frozen=True, slots=True)
class Record:
    """One report, ready to seal. `report_part()` and `identity_part()` go into different containers.

    Nothing that the reporter said of themselves is in `answers`; it is in `identity` (None: anonymous).
    `guessable` is True when the reporter said that someone could, or might, guess it was them.
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

    def report_part(self) -> dict[str, Any]:
        """JSON-able content of the report's container; holds nothing of `identity`."""
        raise NotImplementedError

    def identity_part(self) -> dict[str, Any] | None:
        """JSON-able content of the identity container, or None."""
        raise NotImplementedError


def record(qs: QuestionSet, answers: Answers, *, language: str, identity_offered: bool) -> Record:
    """Raises NotReady(slugs) while a needed page is unanswered."""
    raise NotImplementedError
