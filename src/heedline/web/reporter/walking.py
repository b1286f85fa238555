"""From page to page: what is kept, where Continue and Back lead, and what happens off the path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from heedline.intake import loops
from heedline.intake.questions import StepKind
from heedline.web.reporter import recovery
from heedline.web.reporter.asking import words
from heedline.web.reporter.receipt_codes import mentions_code
from heedline.web.reporter.turns import StoreAway, Turn


def off_the_path(turn: Turn, slug: str) -> HttpResponse:
    """A page that is none, or does not go with the other answers: what was posted to it is shown, not dropped."""
    asking = turn.asking
    if not turn.posted or slug not in {step.slug for step in asking.qs.steps}:
        return redirect("reporter:question", slug=asking.open_now)
    if kept(turn, turn.draft.answers):
        return recovery.store_away(turn.request)
    return recovery.does_not_fit(turn.request, late=turn.late)


def kept(turn: Turn, answers: dict[str, Any]) -> str:
    """Save the draft; "" when that went well, otherwise what to tell."""
    try:
        turn.keep(answers)
    except StoreAway:
        return words()["unsent.not_saved"]
    except ValueError:
        return words()["errors.too_large"]
    return ""


def code_warning(turn: Turn, slug: str, typed: Mapping[str, Any]) -> dict[str, str]:
    """Once for each page: what was typed holds a receipt code, which whoever reads the report could then use."""
    warned = turn.draft.notes.setdefault("warned", [])
    found = [name for name, text in typed.items() if isinstance(text, str) and mentions_code(text)]
    if not found or slug in warned:
        return {}
    warned.append(slug)
    return {found[0]: words()["code_in_text.warning"]}


def is_blank(typed: Mapping[str, Any]) -> bool:
    """Whether nothing at all was typed or chosen."""
    return not any(any(v.values()) if isinstance(v, Mapping) else v for v in typed.values())


def address(turn: Turn, slug: str) -> str:
    """The page of a slug; of an empty list the page that adds to it. On a detour it leads back to the check page."""
    step = turn.asking.step(slug)
    empty = step is not None and step.kind is StepKind.LOOP and not loops.items(turn.draft.answers, slug)
    there = reverse("reporter:item-new" if empty else "reporter:question", kwargs={"slug": slug})
    return f"{there}?back=check" if turn.from_check and slug != turn.asking.last else there


def back_address(turn: Turn, slug: str) -> str:
    """Where the back link leads: the page before, or the check page when one answer is being changed."""
    before = turn.asking.last if turn.from_check else turn.asking.back_from(slug)
    return reverse("reporter:question", kwargs={"slug": before}) if before else reverse("reporter:safety")
