"""Pages for repeated items (`/r/<slug>/…`), such as people and vehicles.

Each item has its own page. As many can be added as the limit allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from heedline.intake import loops
from heedline.intake.questions import QuestionPage, StepKind
from heedline.intake.summary import item_lines, value_lines
from heedline.web.components.forms import Form
from heedline.web.public.report import gates, tally, walking
from heedline.web.public.report.fields_of_step import form_of, is_blank
from heedline.web.public.report.turns import DraftVisit, on_draft
from heedline.web.public.shell import recovery
from heedline.web.public.shell.asking import shown
from heedline.web.public.shell.languages import as_typed
from heedline.web.public.shell.pages import as_written, page, see_other, tab_title


def overview(turn: DraftVisit, step: QuestionPage) -> HttpResponse:
    """List the items added so far.

    Continue leads to the next page.
    """
    if turn.posted:
        asking = turn.asking
        target = (
            asking.after_change(turn.draft.answers, step.slug)
            if turn.from_check
            else asking.next_after(step.slug)
        )
        return see_other(walking.address(turn, target))
    tally.entered(turn, step)
    back = _back(turn)
    cards = [
        _card(turn, step, item, number, back)
        for number, item in enumerate(loops.items(turn.draft.answers, step.slug), start=1)
    ]
    return page(
        turn.request,
        "overview",
        step=turn.asking.shown(step),
        title=tab_title(step.slug, step.title),
        cards=cards,
        form=Form(()),
        room=loops.has_room(turn.draft.answers, step),
        add_url=reverse("reporter:item-new", kwargs={"slug": step.slug}) + back,
        back_url=walking.back_address(turn, step.slug),
    )


@on_draft
def item_new(turn: DraftVisit, slug: str) -> HttpResponse:
    """Add an item."""
    step = _loop(turn, slug)
    if step is None:
        return walking.off_the_path(turn, slug)
    if not loops.has_room(turn.draft.answers, step):
        return (
            recovery.does_not_fit(turn.request, full=True)
            if turn.posted
            else see_other("reporter:question", slug=slug)
        )
    place = f"{slug}/new"
    if turn.posted:
        return _save(turn, step, None, place)
    typed, errors = walking.reading_of(turn, step, place, {})
    if not errors and not loops.items(turn.draft.answers, slug):
        tally.entered(turn, step)
    return _form(turn, step, typed, errors)


@on_draft
def item(turn: DraftVisit, slug: str, item: str) -> HttpResponse:
    """Edit an item.

    If it was removed in another tab, what was typed becomes a new item.
    """
    step = _loop(turn, slug)
    if step is None:
        return walking.off_the_path(turn, slug)
    found = next((one for one in loops.items(turn.draft.answers, slug) if one.id == item), None)
    if turn.posted:
        return _save(turn, step, found, f"{slug}/{item}" if found else f"{slug}/new")
    if found is None:
        return see_other("reporter:question", slug=slug)
    return _form(turn, step, *walking.reading_of(turn, step, f"{slug}/{item}", found.values))


@on_draft
def item_remove(turn: DraftVisit, slug: str, item: str) -> HttpResponse:
    """Remove an item after confirmation.

    Removing it twice is not an error.
    """
    step = _loop(turn, slug)
    if step is None:
        return walking.off_the_path(turn, slug)
    found = next((one for one in loops.items(turn.draft.answers, slug) if one.id == item), None)
    there = reverse("reporter:question", kwargs={"slug": slug}) + _back(turn)
    if turn.posted:
        trouble = walking.kept(turn, loops.remove_item(turn.draft.answers, step, item))
        return recovery.store_away(turn.request) if trouble else see_other(there)
    if found is None:
        return see_other(there)
    lines = item_lines(turn.asking.qs, step, found)
    return page(
        turn.request,
        "remove",
        title=tab_title("remove"),
        name=turn.asking.shown(step).item_name,
        written=as_written(lines),
        back_url=there,
    )


def _back(turn: DraftVisit) -> str:
    return "?back=check" if turn.from_check else ""


def _card(turn: DraftVisit, step: QuestionPage, item: loops.Item, number: int, back: str) -> dict[str, Any]:
    asking, where = turn.asking, {"slug": step.slug, "item": item.id}
    was = asking.original.any_step(step.slug).item_name
    name = asking.pages.text(f"{step.item_name} {number}", f"{was} {number}")
    actions = [
        {"href": reverse(f"reporter:{page_name}", kwargs=where) + back, "text": shown(text)}
        for page_name, text in (("item", "shared.change"), ("item-remove", "shared.remove"))
    ]
    rows = [
        {"key": {"text": question.row_label}, "value": {"html": as_written(lines)}}
        for question in asking.shown(step).fields
        if (lines := value_lines(asking.qs, question, item.values.get(question.name)))
    ]
    return {"card": {"title": {"text": name}, "actions": {"items": actions}}, "rows": rows}


def _loop(turn: DraftVisit, slug: str) -> QuestionPage | None:
    step = turn.asking.step(slug)
    return step if step is not None and step.kind is StepKind.LOOP else None


def _save(turn: DraftVisit, step: QuestionPage, old: loops.Item | None, place: str) -> HttpResponse:
    gates.note_box(turn)
    reading = turn.asking.read(step, dict(turn.request.POST.lists()))
    onward = turn.asking.last if turn.from_check else turn.asking.next_after(step.slug)
    if not as_typed(turn.request) and old is None and is_blank(reading.typed):
        walking.put_right(turn, place)
        if walking.kept(turn, turn.draft.answers):
            return recovery.store_away(turn.request)
        tally.continued(turn, step)
        if "skip" in turn.request.POST:
            onward = turn.asking.skip_target(step.slug) or onward
        return see_other(walking.address(turn, onward))  # nobody has to add anything
    if as_typed(turn.request):
        there = "" if old else reverse("reporter:item-new", kwargs={"slug": step.slug}) + _back(turn)
        shown_again, trouble = walking.in_another_language(turn, step, place, there)
        return shown_again or _form(turn, step, reading.typed, {step.fields[0].name: trouble})
    if reading.errors or walking.must_warn(turn, place, reading.typed):
        errors = reading.errors or walking.code_error(reading.typed)
        shown_again = walking.set_aside(turn, step, place) or _form(turn, step, reading.typed, errors)
        tally.mistaken(turn, step, reading.codes.values() if reading.errors else ["receipt-code"])
        return shown_again
    walking.put_right(turn, place)
    answers = turn.draft.answers
    try:
        after = (
            loops.change_item(answers, step, old.id, reading.values)
            if old
            else loops.add_item(answers, step, reading.values)
        )
    except loops.LoopFull:
        return recovery.does_not_fit(turn.request, full=True)
    if trouble := walking.kept(turn, after):
        return _form(turn, step, reading.typed, {step.fields[0].name: trouble})
    if "another" in turn.request.POST and loops.has_room(after, step):
        return see_other(reverse("reporter:item-new", kwargs={"slug": step.slug}) + _back(turn))
    if old is not None and not turn.from_check:
        return see_other("reporter:question", slug=step.slug)
    tally.continued(turn, step)
    if "skip" in turn.request.POST:
        onward = turn.asking.skip_target(step.slug) or onward
    return see_other(walking.address(turn, onward))


def _form(
    turn: DraftVisit, step: QuestionPage, typed: Mapping[str, Any], errors: Mapping[str, str]
) -> HttpResponse:
    some = bool(loops.items(turn.draft.answers, step.slug))
    overview_url = reverse("reporter:question", kwargs={"slug": step.slug})
    onward = turn.asking.last if turn.from_check else turn.asking.next_after(step.slug)
    seen = turn.asking.shown(step)
    return page(
        turn.request,
        "item",
        step=seen,
        kind=turn.kind,
        keeps_typed=True,
        title=tab_title(step.slug, step.item_title),
        heading=seen.item_title or seen.title,
        form=form_of(seen, typed, errors),
        why=seen.why,
        button=shown("shared.continue"),
        without_url=walking.address(turn, onward) if not some and turn.from_check else "",
        another=shown("loop.more") if loops.has_room(turn.draft.answers, step) else "",
        skip=shown("shared.skip_to_sending")
        if turn.asking.skip_target(step.slug) and not turn.from_check
        else "",
        step_words="" if turn.from_check else walking.step_words(turn, step.slug),
        back_url=overview_url if some and not turn.from_check else walking.back_address(turn, step.slug),
    )
