"""What the pages count: entered, continued, each error, exits, expiries, sent. Numbers of pages, of nobody.

Not counted: changing an answer from the check page, and the pages on which somebody says who they are. How many went on
from those would say how many gave their name.
"""

from __future__ import annotations

from collections.abc import Iterable

from heedline.casework.intake.page_counts import BEFORE, BRIEF, COUNTS
from heedline.intake.questions import Step
from heedline.web.public.turns import Turn


def _counts(turn: Turn, step: Step) -> bool:
    return not (step.private or turn.from_check or turn.late)


def entered(turn: Turn, step: Step) -> None:
    """A page was shown, without a mistake on it."""
    if not turn.posted and _counts(turn, step):
        COUNTS.add(turn.kind, step.slug, "entered")


def continued(turn: Turn, step: Step) -> None:
    """A page was answered, or skipped."""
    if _counts(turn, step):
        COUNTS.add(turn.kind, step.slug, "continued")


def mistaken(turn: Turn, step: Step, codes: Iterable[str]) -> None:
    """A page came back because of these mistakes."""
    if _counts(turn, step):
        for code in set(codes):
            COUNTS.add(turn.kind, step.slug, f"error:{code}")


def sent(turn: Turn, slug: str) -> None:
    """A report was sent, from this page."""
    COUNTS.add(turn.kind, slug, "sent")


def left(turn: Turn) -> None:
    """Somebody pressed Exit with an unfinished report."""
    slug = turn.asking.open_now
    if not turn.asking.qs.any_step(slug).private:
        COUNTS.add(turn.kind, slug, "exit")


def began(kind: str, what: str) -> None:
    """The page before the first question was `entered`, or `continued`."""
    COUNTS.add(kind, BEFORE, what)


def brief(turn: Turn) -> None:
    """The one box of who cannot call was shown."""
    COUNTS.add(turn.kind, BRIEF, "entered")
