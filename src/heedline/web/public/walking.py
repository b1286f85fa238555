"""From page to page: what is kept, where Continue and Back lead, and what happens off the path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from heedline.intake import fields, loops
from heedline.intake.questions import FieldKind, Question, QuestionPage, StepKind, Values
from heedline.packs.places.routing import UNKNOWN_AREA, RouteFacts, area_of
from heedline.packs.urgency import Urgency
from heedline.web.public import recovery
from heedline.web.public.asking import entry, language, pack, shown
from heedline.web.public.pages import see_other
from heedline.web.public.receipt_codes import mentions_code
from heedline.web.public.turns import DraftVisit, StoreAway

#: What is asked about once, by the name of the words that ask; the draft's note of it is absent, `asking` or `asked`.
_BEHAVIOUR, _FORCE = "behaviour", "which_force"


def off_the_path(turn: DraftVisit, slug: str) -> HttpResponse:
    """A page that is none, or does not go with the other answers: what was posted to it is shown, not dropped."""
    asking = turn.asking
    if not turn.posted or slug not in {step.slug for step in asking.qs.steps}:
        return see_other("reporter:question", slug=asking.open_now)
    if kept(turn, turn.draft.answers):
        return recovery.store_away(turn.request, full=turn.full)
    return recovery.does_not_fit(turn.request, late=turn.late)


def kept(turn: DraftVisit, answers: dict[str, Any]) -> str:
    """Save the draft; "" when that went well, otherwise what to tell."""
    try:
        turn.keep(answers)
    except StoreAway:
        return shown("unsent.not_saved")
    except ValueError:
        return shown("errors.too_large")
    return ""


def set_aside(turn: DraftVisit, step: QuestionPage, place: str) -> HttpResponse | None:
    """Keep what was posted with a mistake in it, and show it at the page's own address: so Back never asks to send a
    form again. None when it could not be kept: then the caller shows it at once."""
    turn.draft.notes.setdefault("mistakes", {})[place] = _posted(turn, step)
    turn.draft.notes.get("unfinished", {}).pop(place, None)
    return None if kept(turn, turn.draft.answers) else see_other(here(turn))


def in_another_language(
    turn: DraftVisit, step: QuestionPage, place: str, there: str = ""
) -> tuple[HttpResponse | None, str]:
    """Keep what stands in a page's boxes and show it in the language of this address, without finding fault: nobody said
    that it was finished. Where a mistake was shown, it still is. Or no answer, and what to tell instead.

    `there`: the address, where it is another than this one.
    """
    notes = turn.draft.notes
    kind = "mistakes" if place in notes.get("mistakes", {}) else "unfinished"
    notes.setdefault(kind, {})[place] = _posted(turn, step)
    trouble = kept(turn, turn.draft.answers)
    return (None if trouble else see_other(there or here(turn))), trouble


def _posted(turn: DraftVisit, step: QuestionPage) -> dict[str, list[str]]:
    """What was posted to the fields of a page."""
    names = {name for question in step.fields for name in posted_names(question)}
    return {name: values for name, values in turn.request.POST.lists() if name in names}


def put_right(turn: DraftVisit, place: str) -> None:
    """There is no mistake on that page any more, and nothing unfinished. Saved with the next save."""
    for kind in ("mistakes", "unfinished"):
        turn.draft.notes.get(kind, {}).pop(place, None)


def reading_of(
    turn: DraftVisit, step: QuestionPage, place: str, values: Values
) -> tuple[dict[str, Any], dict[str, str]]:
    """What the page shows: the mistake that was set aside and what is wrong with it, what was typed before the language
    was changed, or else the saved answer."""
    notes = turn.draft.notes
    posted = notes.get("mistakes", {}).get(place)
    if posted is None:
        unfinished = notes.get("unfinished", {}).get(place)
        typed = fields.shown(step, values) if unfinished is None else turn.asking.read(step, unfinished).typed
        return typed, {}
    reading = turn.asking.read(step, posted)
    return reading.typed, reading.errors or code_error(reading.typed)


def must_warn(turn: DraftVisit, slug: str, typed: Mapping[str, Any]) -> bool:
    """Whether to warn of a receipt code in the text, which whoever reads the report could use: once for each page."""
    warned = turn.draft.notes.setdefault("warned", [])
    if slug in warned or not code_error(typed):
        return False
    warned.append(slug)
    return True


def must_ask_gently(turn: DraftVisit, step: QuestionPage, values: Values) -> bool:
    """Whether something in the answer just given is asked about, once: an account that says who somebody is and nothing
    that anybody did; the first half of a postcode where several forces meet. Never where somebody is in danger. Kept with
    the next save."""
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
    """The names of the words with which this page asks now about what was answered; none on most pages."""
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
    """The warning, at the field that holds a code."""
    found = [name for name, text in typed.items() if isinstance(text, str) and mentions_code(text)]
    return {found[0]: shown("code_in_text.warning")} if found else {}


def here(turn: DraftVisit) -> str:
    """This page's own address."""
    return turn.request.path + ("?back=check" if turn.from_check else "")


def posted_names(question: Question) -> tuple[str, ...]:
    """Under which names a browser posts this field."""
    if question.kind is FieldKind.DATE:
        return tuple(f"{question.name}-{part}" for part in fields.DATE_PARTS)
    return (question.name,)


def is_blank(typed: Mapping[str, Any]) -> bool:
    """Whether nothing at all was typed or chosen."""
    return not any(any(v.values()) if isinstance(v, Mapping) else v for v in typed.values())


def address(turn: DraftVisit, slug: str) -> str:
    """The page of a slug; of an empty list the page that adds to it. On a detour it leads back to the check page."""
    step = turn.asking.step(slug)
    empty = step is not None and step.kind is StepKind.LOOP and not loops.items(turn.draft.answers, slug)
    there = reverse("reporter:item-new" if empty else "reporter:question", kwargs={"slug": slug})
    return f"{there}?back=check" if turn.from_check and slug != turn.asking.last else there


def back_address(turn: DraftVisit, slug: str) -> str:
    """Where the back link leads: the page before, or the check page when one answer is being changed."""
    before = turn.asking.last if turn.from_check else turn.asking.back_from(slug)
    return reverse("reporter:question", kwargs={"slug": before}) if before else reverse(entry(turn.kind))
