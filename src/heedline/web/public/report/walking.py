"""Navigation between question pages: saving, Continue and Back, and pages requested out of sequence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.http import HttpResponse

from heedline.intake import fields, loops
from heedline.intake.questions import FieldKind, Question, QuestionPage, StepKind, Values
from heedline.packs.places.routing import UNKNOWN_AREA, RouteFacts, area_of
from heedline.packs.urgency import Urgency
from heedline.web.public.report.turns import DraftVisit, StoreAway
from heedline.web.public.shell import recovery
from heedline.web.public.shell.asking import entry, language, pack, shown
from heedline.web.public.shell.languages import path_to
from heedline.web.public.shell.pages import see_other
from heedline.web.public.shell.receipt_codes import mentions_code

#: What is asked about once, by the name of the words that ask; the draft's note of it is absent, `asking` or `asked`.
_BEHAVIOUR, _FORCE = "behaviour", "which_force"
#: The field in which a page posts back which edition of its answer it shows, the edition of an answer that was not given yet,
#: and the draft's note of pages whose answer another tab has changed.
EDITION, _NONE, _ELSEWHERE = "edition", "none", "elsewhere"
_OWN_WORDS = frozenset({FieldKind.TEXT, FieldKind.LONG_TEXT})


def off_the_path(turn: DraftVisit, slug: str) -> HttpResponse:
    """Handle a request for a question page that does not exist or that the other answers rule out.

    What was posted to it is shown and not discarded.
    """
    asking = turn.asking
    if not turn.posted or slug not in {step.slug for step in asking.qs.steps}:
        return see_other("reporter:question", slug=asking.open_now)
    if kept(turn, turn.draft.answers):
        return recovery.store_away(turn.request, full=turn.full)
    return recovery.does_not_fit(turn.request, late=turn.late)


def kept(turn: DraftVisit, answers: dict[str, Any]) -> str:
    """Save the draft and return "", or return the message to show if it could not be saved."""
    try:
        turn.keep(answers)
    except StoreAway:
        return shown("unsent.not_saved")
    except ValueError:
        return shown("errors.too_large")
    return ""


def set_aside(turn: DraftVisit, step: QuestionPage, place: str) -> HttpResponse | None:
    """Save a posted page that has errors, then redirect to the page's own URL.

    Back therefore never submits a form again. Returns None if it could not be saved, in which case the caller shows
    the page at once.
    """
    turn.draft.notes.setdefault("mistakes", {})[place] = _posted(turn, step)
    turn.draft.notes.get("unfinished", {}).pop(place, None)
    return None if kept(turn, turn.draft.answers) else see_other(here(turn))


def in_another_language(
    turn: DraftVisit, step: QuestionPage, place: str, there: str = ""
) -> tuple[HttpResponse | None, str]:
    """Save the fields of a page without validating them, and show the page in the language of this URL.

    The page is not validated because the reporter did not submit it as finished. Errors that were already shown stay. The
    response is None if saving failed, and the message to show is returned instead.

    `there` is the URL to show, if it is not this one.
    """
    notes = turn.draft.notes
    kind = "mistakes" if place in notes.get("mistakes", {}) else "unfinished"
    notes.setdefault(kind, {})[place] = _posted(turn, step)
    trouble = kept(turn, turn.draft.answers)
    return (None if trouble else see_other(there or here(turn))), trouble


def _posted(turn: DraftVisit, step: QuestionPage) -> dict[str, list[str]]:
    """Return the POST data for a page's fields."""
    names = {name for question in step.fields for name in posted_names(question)}
    return {name: values for name, values in turn.request.POST.lists() if name in names}


def put_right(turn: DraftVisit, place: str) -> None:
    """Remove the errors and unfinished text recorded for a page.

    Saved with the next save of the draft.
    """
    for kind in ("mistakes", "unfinished", _ELSEWHERE):
        turn.draft.notes.get(kind, {}).pop(place, None)


def edition(turn: DraftVisit, step: QuestionPage) -> str:
    """Return which edition of its answer a page of the reporter's own words shows, or "" for pages of choices alone.

    The page posts it back, so that it is noticed if another tab has changed the answer meanwhile.
    """
    if not any(question.kind in _OWN_WORDS for question in step.fields):
        return ""
    answer = turn.draft.answers.get(step.slug)
    told = json.dumps(answer, sort_keys=True).encode("utf-8", "surrogatepass")
    return sha256(told).hexdigest()[:16] if answer else _NONE


def changed_elsewhere(turn: DraftVisit, step: QuestionPage, values: Values) -> bool:
    """Return whether another tab has changed this answer since the page was shown, to something else than is posted."""
    shown_was, now = turn.request.POST.get(EDITION, ""), edition(turn, step)
    return (
        bool(shown_was)
        and now not in ("", _NONE, shown_was)
        and dict(values) != dict(turn.draft.answers[step.slug])
    )


def show_both(turn: DraftVisit, step: QuestionPage) -> None:
    """Note that the page shows this answer's text from the other tab too, whenever it is shown until it is saved."""
    turn.draft.notes.setdefault(_ELSEWHERE, {})[step.slug] = True


def beside_other_tab(turn: DraftVisit, step: QuestionPage) -> HttpResponse | None:
    """Keep what was posted beside the answer of another tab, and redirect to the page's own URL.

    Returns None if it could not be saved.
    """
    turn.draft.notes.get("mistakes", {}).pop(step.slug, None)
    turn.draft.notes.setdefault("unfinished", {})[step.slug] = _posted(turn, step)
    return None if kept(turn, turn.draft.answers) else see_other(here(turn))


def of_other_tab(turn: DraftVisit, step: QuestionPage) -> tuple[str, ...]:
    """Return the text that another tab has saved as this answer, while the page shows both."""
    if step.slug not in turn.draft.notes.get(_ELSEWHERE, {}):
        return ()
    answer = turn.draft.answers.get(step.slug, {})
    own = [question.name for question in step.fields if question.kind in _OWN_WORDS]
    return tuple(str(answer[name]) for name in own if answer.get(name))


def reading_of(
    turn: DraftVisit, step: QuestionPage, place: str, values: Values
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values and errors to show on a page.

    These are the posted page with errors that was set aside, or the text typed before the language was changed, or
    else the saved answer.
    """
    notes = turn.draft.notes
    posted = notes.get("mistakes", {}).get(place)
    if posted is None:
        unfinished = notes.get("unfinished", {}).get(place)
        typed = fields.shown(step, values) if unfinished is None else turn.asking.read(step, unfinished).typed
        return typed, {}
    reading = turn.asking.read(step, posted)
    return reading.typed, reading.errors or code_error(reading.typed)


def must_warn(turn: DraftVisit, slug: str, typed: Mapping[str, Any]) -> bool:
    """Return whether to warn that the text contains a receipt code, once for each page.

    Anybody who reads the report could use the code.
    """
    warned = turn.draft.notes.setdefault("warned", [])
    if slug in warned or not code_error(typed):
        return False
    warned.append(slug)
    return True


def must_ask_gently(turn: DraftVisit, step: QuestionPage, values: Values) -> bool:
    """Return whether to ask the reporter, once, to clarify the answer just given.

    It is asked for if an account says who somebody is but nothing that anybody did, or if only the first half of a
    postcode was given where several police forces meet. It is never asked for where somebody is in danger. Saved
    with the next save of the draft.
    """
    notes, asking = turn.draft.notes, turn.asking
    now = {
        _BEHAVIOUR: step.slug == asking.qs.narrative[0] and _only_who(turn, values),
        _FORCE: step.slug == asking.qs.roles.get("postcode", ("", ""))[0] and _several_forces(turn, values),
    }
    asked = [words for words, unclear in now.items() if unclear and words not in notes]
    for words in asks_gently(turn, step):
        notes[words] = "asked"
    if not asked or asking.urgency == Urgency.DANGER:
        return False
    notes[asked[0]] = "asking"
    return True


def asks_gently(turn: DraftVisit, step: QuestionPage) -> tuple[str, ...]:
    """Return the text keys of the clarifications that this page may ask for.

    Most pages have none.
    """
    qs = turn.asking.qs
    where = {_BEHAVIOUR: qs.narrative[0], _FORCE: qs.roles.get("postcode", ("", ""))[0]}
    return tuple(
        words
        for words, slug in where.items()
        if slug == step.slug and turn.draft.notes.get(words) == "asking"
    )


def _only_who(turn: DraftVisit, values: Values) -> bool:
    account = str(values.get(turn.asking.qs.narrative[1], ""))
    return pack().behaviour.only_who(account, kind=turn.kind, language=language())


def _several_forces(turn: DraftVisit, values: Values) -> bool:
    roles = turn.asking.qs.roles
    place, postcode = (str(values.get(roles.get(role, ("", ""))[1], "")) for role in ("place", "postcode"))
    if not pack().ambiguous_outcode(postcode):
        return False
    return area_of(RouteFacts(turn.kind, place, postcode), pack())[0] == UNKNOWN_AREA


def code_error(typed: Mapping[str, Any]) -> dict[str, str]:
    """Return the warning about a receipt code, keyed by the field that contains it."""
    found = [name for name, text in typed.items() if isinstance(text, str) and mentions_code(text)]
    return {found[0]: shown("code_in_text.warning")} if found else {}


def step_words(turn: DraftVisit, slug: str) -> str:
    """Return "Step 3 of 7", or an empty string for a page that is not in this report's sequence.

    Steps are not counted if a page skips others, as the page that asks for a call does, because most would never be shown.
    """
    asking = turn.asking
    steps = [step for step in asking.steps() if not step.by_door and not asking.is_call_page(step)]
    on_the_way = [step.slug for step in steps]
    if asking.fast or slug not in on_the_way or any(step.leads_to for step in steps):
        return ""
    return shown("shared.step", number=on_the_way.index(slug) + 1, count=len(on_the_way))


def here(turn: DraftVisit) -> str:
    """Return the URL of this page."""
    return turn.request.path + ("?back=check" if turn.from_check else "")


def posted_names(question: Question) -> tuple[str, ...]:
    """Return the field names under which a browser posts this question's values."""
    if question.kind is FieldKind.DATE:
        return tuple(f"{question.name}-{part}" for part in fields.DATE_PARTS)
    return (question.name,)


def address(turn: DraftVisit, slug: str) -> str:
    """Return the URL of a page, or of its page for adding an item if the page is an empty list.

    When one answer is being changed, it leads back to the check page.
    """
    step = turn.asking.step(slug)
    empty = step is not None and step.kind is StepKind.LOOP and not loops.items(turn.draft.answers, slug)
    there = path_to("reporter:item-new" if empty else "reporter:question", slug)
    return f"{there}?back=check" if turn.from_check and slug != turn.asking.last else there


def back_address(turn: DraftVisit, slug: str) -> str:
    """Return the URL of the back link.

    It leads to the previous page, or to the check page when one answer is being changed.
    """
    before = turn.asking.last if turn.from_check else turn.asking.back_from(slug)
    return path_to("reporter:question", before) if before else path_to(entry(turn.kind))
