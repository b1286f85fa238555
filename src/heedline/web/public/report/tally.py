"""Anonymous counts of page use: views, errors, exits, expiries and reports sent.

The counts are per page and identify nobody. Changes to an answer from the check page are not counted, nor are
the pages on which reporters say who they are, because the number who continued from those would show how many
gave their name.
"""

from __future__ import annotations

from collections.abc import Iterable

from heedline.casework.intake.page_counts import BEFORE, BRIEF, COUNTS
from heedline.intake.questions import QuestionPage
from heedline.web.public.report.turns import DraftVisit


def _counts(turn: DraftVisit, step: QuestionPage) -> bool:
    return not (step.private or turn.from_check or turn.late)


def entered(turn: DraftVisit, step: QuestionPage) -> None:
    """Count a page that was shown without an error."""
    if not turn.posted and _counts(turn, step):
        COUNTS.add(turn.kind, step.slug, "entered")


def continued(turn: DraftVisit, step: QuestionPage) -> None:
    """Count a page that was answered or skipped."""
    if _counts(turn, step):
        COUNTS.add(turn.kind, step.slug, "continued")


def mistaken(turn: DraftVisit, step: QuestionPage, codes: Iterable[str]) -> None:
    """Count the errors that caused a page to be shown again."""
    if _counts(turn, step):
        for code in set(codes):
            COUNTS.add(turn.kind, step.slug, f"error:{code}")


def sent(turn: DraftVisit, slug: str) -> None:
    """Count a report sent from this page."""
    COUNTS.add(turn.kind, slug, "sent")


def left(turn: DraftVisit) -> None:
    """Count an exit with an unfinished report."""
    slug = turn.asking.open_now
    if not turn.asking.qs.any_step(slug).private:
        COUNTS.add(turn.kind, slug, "exit")


def began(kind: str, what: str) -> None:
    """Count a view of a start page or a submission of it (`what` is `entered` or `continued`)."""
    COUNTS.add(kind, BEFORE, what)


def brief(turn: DraftVisit) -> None:
    """Count a view of the brief page for reporters who cannot call."""
    COUNTS.add(turn.kind, BRIEF, "entered")
