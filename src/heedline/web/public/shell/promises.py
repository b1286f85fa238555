"""The table of what we see, who sees it and when we might have to disclose it.

It appears on the privacy page and beside the choice whether to be named.
"""

from __future__ import annotations

from typing import Any

from heedline.intake.questions import QuestionPage, QuestionSet
from heedline.web.public.shell.asking import pack, shown


def ways() -> tuple[str, ...]:
    """Return how somebody may report, as the pack's words name it.

    A pack without an authorisers' desk asks nobody who they are.
    """
    return ("anonymous", "confidence", "contact") if pack().authoriser_desk else ("anonymous",)


def promised(*some: str) -> list[dict[str, Any]]:
    """Return a table of promises for each of these ways of reporting, as a title and summary-list options."""
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
        for way in some
    ]


def beside(step: QuestionPage, qs: QuestionSet) -> list[dict[str, Any]]:
    """Return the tables to show beside this page.

    Both ways are shown where reporters choose whether to be named, one where they are asked for contact details,
    and none elsewhere.
    """
    if step.fields and step.slug == qs.roles.get("who", ("", ""))[0]:
        return promised("anonymous", "confidence")
    return promised("contact") if step.contact else []
