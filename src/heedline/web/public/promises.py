"""What we see, who sees it and when we might have to tell: one table, on the privacy page and beside the choice."""

from __future__ import annotations

from typing import Any

from heedline.intake.questions import QuestionSet, Step
from heedline.web.public.asking import shown

#: How somebody may tell us something, as the pack's words name it.
WAYS = ("anonymous", "confidence", "contact")


def promised(*ways: str) -> list[dict[str, Any]]:
    """The table for each of these ways: a title, and the options of a summary list."""
    return [
        {
            "title": shown(f"promise.{way}_title"),
            "list": {
                "rows": [
                    {
                        "key": {"text": shown(f"promise.column_{what}")},
                        "value": {"text": shown(f"promise.{way}_{what}")},
                    }
                    for what in ("see", "who", "tell")
                ]
            },
        }
        for way in ways
    ]


def beside(step: Step, qs: QuestionSet) -> list[dict[str, Any]]:
    """What belongs beside this page: both ways where somebody chooses to be named or not, one where they are asked how to
    reach them, none elsewhere."""
    if step.fields and step.slug == qs.roles.get("who", ("", ""))[0]:
        return promised("anonymous", "confidence")
    return promised("contact") if step.contact else []
