"""The question pages (`/r/<slug>/`), one question per page.

The pack defines the questions, and the engine decides where each leads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from heedline.intake import engine
from heedline.intake.questions import QuestionPage, StepKind
from heedline.web.public.report import gates, repeated, sending, tally, walking
from heedline.web.public.report.fields_of_step import form_of, heads_itself, is_blank
from heedline.web.public.report.turns import DraftVisit, on_draft
from heedline.web.public.shell import promises
from heedline.web.public.shell.asking import shown
from heedline.web.public.shell.languages import as_typed
from heedline.web.public.shell.pages import compressed_page, page, see_other, tab_title


@on_draft
def question(turn: DraftVisit, slug: str) -> HttpResponse:
    """Show a question page, or process the form posted to it.

    A page that does not apply redirects to the first unanswered one.
    """
    asking = turn.asking
    step = asking.step(slug)
    if step is None:
        return walking.off_the_path(turn, slug)
    match step.kind:
        case StepKind.CHECK:
            return sending.check(turn)
        case StepKind.LOOP:
            return repeated.overview(turn, step)
        case StepKind.WORDS if turn.posted:
            tally.continued(turn, step)
            return see_other(walking.address(turn, asking.next_after(slug)))
        case StepKind.QUESTIONS if turn.posted:
            return answer(turn, step)
    typed, errors = walking.reading_of(turn, step, slug, turn.draft.answers.get(slug, {}))
    if not errors:
        tally.entered(turn, step)
    return show(turn, step, typed, errors)


def answer(turn: DraftVisit, step: QuestionPage) -> HttpResponse:
    """Save the answers posted to a question page, and continue to the next page.

    If there are errors or the draft was gone, the page is shown again with what was typed.
    """
    gates.note_box(turn)
    reading = turn.asking.read(step, dict(turn.request.POST.lists()))
    elsewhere = walking.changed_elsewhere(turn, step, reading.values)
    if elsewhere:
        walking.show_both(turn, step)
    if as_typed(turn.request):
        shown_again, trouble = walking.in_another_language(turn, step, step.slug)
        return shown_again or show(turn, step, reading.typed, {step.fields[0].name: trouble})
    if elsewhere and not reading.errors and (both := walking.beside_other_tab(turn, step)) is not None:
        return both
    skipping = "skip" in turn.request.POST
    before = turn.draft.answers
    mistaken = bool(reading.errors) and not (skipping and is_blank(reading.typed))
    if mistaken or walking.must_warn(turn, step.slug, reading.typed):
        errors = reading.errors or walking.code_error(reading.typed)
        shown_again = walking.set_aside(turn, step, step.slug) or show(turn, step, reading.typed, errors)
        tally.mistaken(turn, step, reading.codes.values() if reading.errors else ["receipt-code"])
        return shown_again
    walking.put_right(turn, step.slug)
    gently = walking.must_ask_gently(turn, step, reading.values)
    if trouble := walking.kept(
        turn, before if reading.errors else engine.with_answer(before, step, reading.values)
    ):
        return show(turn, step, reading.typed, {step.fields[0].name: trouble})
    if turn.late or gently:
        return see_other(walking.here(turn))
    tally.continued(turn, step)
    asking = turn.asking
    if asking.is_call_page(step) and asking.fast:
        return see_other("reporter:brief")
    if turn.from_check:
        return see_other(walking.address(turn, asking.after_change(before, step.slug)))
    onward = (asking.skip_target(step.slug) if skipping else None) or asking.next_after(step.slug)
    return see_other(walking.address(turn, onward))


def show(
    turn: DraftVisit, step: QuestionPage, typed: Mapping[str, Any], errors: Mapping[str, str]
) -> HttpResponse:
    """Render a question page with its values and errors."""
    asking = turn.asking
    call = asking.is_call_page(step)
    seen, late = asking.shown(step), turn.draft.notes.get("late", False)
    blank = not (late or errors or turn.posted) and is_blank(typed)
    gently = walking.asks_gently(turn, step)
    skips = bool(asking.skip_target(step.slug))
    return (compressed_page if blank else page)(
        turn.request,
        "call" if call else "question",
        step=seen,
        kind=turn.kind,
        # the page as these answers word it, and what else of them it depends on: what stands in it is kept for everybody
        kept_as=(turn.kind, seen, skips, gently) if blank else None,
        keeps_typed=bool(step.fields) and not call,
        title=tab_title(step.slug, step.title, kind=turn.kind),
        heading="" if heads_itself(seen) and not call else seen.title,
        form=form_of(seen, typed, errors),
        why=seen.why,
        button=seen.button or shown("shared.continue"),
        skip=shown("shared.skip_to_sending") if skips else "",
        back_url=walking.back_address(turn, step.slug),
        promised=promises.beside(step, asking.qs),
        young=any(asking.qs.roles.get(role, ("",))[0] == step.slug for role in ("young", "call_young")),
        gently=gently,
        edition=walking.edition(turn, step),
        other_tab=walking.of_other_tab(turn, step),
        step_words="" if turn.from_check else walking.step_words(turn, step.slug),
        late=late,
    )
