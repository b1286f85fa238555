"""Reading what a browser posted for one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heedline.intake.questions import QuestionSet, Step, Values


@dataclass(frozen=True, slots=True)
class Reading:
    """`values`: clean answers. `errors`: field name → message (empty: all is well).

    `typed`: what to show again, for every field, exactly as it came (minus control characters): `str`,
    `list[str]` for choices, `{"day","month","year"}` of `str` for dates.
    """

    values: dict[str, Any]
    errors: dict[str, str]
    typed: dict[str, Any]


def read(qs: QuestionSet, step: Step, posted: Mapping[str, Sequence[str]]) -> Reading:
    """Validate one page. Unknown keys are dropped. Names: `<field>`; dates `<field>-day|-month|-year`."""
    raise NotImplementedError


def shown(step: Step, values: Values) -> dict[str, Any]:
    """Stored values in the shape of `Reading.typed`, so that one template serves both."""
    raise NotImplementedError
