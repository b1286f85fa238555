"""`/r/check/` and `/r/brief/`: everything once more, then Send. Sent twice, it is one report with one code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from heedline.casework.errors import Conflict, SealingStopped, Spent
from heedline.casework.intake import drafting, form_tokens
from heedline.casework.intake.draft_room import For
from heedline.casework.intake.form_tokens import FormToken
from heedline.casework.intake.page_counts import BRIEF
from heedline.casework.journey import transitions
from heedline.casework.report import sealing
from heedline.intake import engine
from heedline.intake.record import NotReady, Record, record
from heedline.intake.summary import Row, check_rows
from heedline.packs.urgency import Urgency
from heedline.web.components.forms import Form, TextArea
from heedline.web.public import gates, receipt, recovery, tally, walking
from heedline.web.public.asking import language, shown
from heedline.web.public.languages import as_typed
from heedline.web.public.pages import as_written, page, see_other, tab_title
from heedline.web.public.turns import DraftVisit, StoreAway, on_draft


def check(turn: DraftVisit) -> HttpResponse:
    """Every answer with a way to change it. The button sends."""
    if turn.late:
        return recovery.expired(turn.request)
    if turn.posted:
        return send(turn, turn.asking.last)
    asking = turn.asking
    tally.entered(turn, asking.qs.any_step(asking.last))
    sections, originals = (
        check_rows(qs, turn.draft.answers, identity_offered=asking.identity_offered)
        for qs in (asking.qs, asking.original)
    )
    wanting = [
        {"title": asking.shown(asking.qs.any_step(slug)).title, "url": _page_url(slug)}
        for slug in asking.missing()
    ]
    return page(
        turn.request,
        "check",
        title=tab_title(asking.last),
        sections=[
            {"title": one.title, "list": {"rows": list(map(_row, one.rows, plain))}}
            for one, plain in asking.pages.sections(sections, originals)
        ],
        wanting=wanting,
        token=_token(turn),
        again=gates.AGAIN in turn.request.GET,
        back_url=walking.back_address(turn, asking.last),
    )


@on_draft
def brief(turn: DraftVisit) -> HttpResponse:
    """For who cannot call: one box, sent at once as danger, past every other question."""
    asking = turn.asking
    slug, name = asking.qs.narrative
    step = asking.qs.any_step(slug)
    if not turn.posted:
        if asking.fast:
            tally.brief(turn)
        given, errors = walking.reading_of(turn, step, "brief", turn.draft.answers.get(slug, {}))
        return (
            _brief_page(turn, given[name], errors)
            if asking.fast
            else see_other("reporter:question", slug=asking.first)
        )
    reading = asking.read(step, dict(turn.request.POST.lists()))
    if as_typed(turn.request) and asking.fast:
        shown_again, trouble = walking.in_another_language(turn, step, "brief")
        return shown_again or _brief_page(turn, reading.typed[name], {name: trouble})
    if name in reading.errors and asking.fast:
        return walking.set_aside(turn, step, "brief") or _brief_page(
            turn, reading.typed[name], reading.errors
        )
    if turn.late or asking.fast:
        walking.put_right(turn, "brief")
        if asking.fast:
            turn.draft.whose = For.DANGER
        trouble = walking.kept(turn, engine.with_answer(turn.draft.answers, step, reading.values))
        # for somebody in danger a draft that cannot be kept is no reason to wait: their words are sent from memory
        if trouble and not (turn.full and asking.fast):
            return recovery.store_away(turn.request, full=turn.full)
    return send(turn, BRIEF) if asking.fast else recovery.does_not_fit(turn.request, late=turn.late)


def send(turn: DraftVisit, page_slug: str) -> HttpResponse:
    """Seal and store what `page_slug` sends. Nothing is said to be sent before it is durable; whatever fails, the draft stays."""
    draft, asking = turn.draft, turn.asking
    could_not_call = asking.fast
    gates.note_box(turn)
    try:
        told = record(asking.qs, draft.answers, language=language(), identity_offered=asking.identity_offered)
    except NotReady as wanting:
        return see_other(_page_url(wanting.slugs[0]))
    try:
        passed = gates.in_the_way(turn, told)
        if isinstance(passed, HttpResponse):
            return passed
        accepted = transitions.submit(_new_report(turn, told, passed), at=turn.at)
        received = accepted.received_on
        if not accepted.again:
            tally.sent(turn, page_slug)
    except Spent:
        return gates.press_again(turn)
    except Conflict:
        received = turn.at.date()  # the other tab's answers were sent a moment ago, and those stand
    except (SealingStopped, StoreAway):
        return recovery.store_away(turn.request)
    try:
        drafting.mark_sent(
            draft,
            received_on=received.isoformat(),
            at=turn.at,
            danger=told.urgency == Urgency.DANGER,
            could_not_call=could_not_call,
        )
    except StoreAway:
        draft.received_on = received.isoformat()
        return receipt.show(turn)  # it is durable: the code must not wait for a draft
    return see_other("reporter:code")


def _new_report(turn: DraftVisit, told: Record, form: FormToken | None) -> sealing.NewReport:
    return sealing.NewReport(
        report_id=turn.draft.report_id,
        code=turn.draft.receipt_code,
        channel="web",
        record=told,
        question_set=turn.asking.qs,
        language=language(),
        hints=gates.hints(turn),
        form=form,
    )


def _token(turn: DraftVisit) -> str:
    """The form's token; without one the page is shown too, and its button leads back to it once."""
    try:
        return form_tokens.make(turn.draft)
    except StoreAway:
        return ""


def _page_url(slug: str) -> str:
    return reverse("reporter:question", kwargs={"slug": slug}) + "?back=check"


def _row(row: Row, plain: Row) -> dict[str, Any]:
    """`plain`: the same without HTML, for what only a screen reader says."""
    if row.item_id is None:
        there = _page_url(row.slug)
    else:
        there = reverse("reporter:item", kwargs={"slug": row.slug, "item": row.item_id}) + "?back=check"
    change = {"href": there, "text": shown("shared.change"), "visuallyHiddenText": plain.label.lower()}
    return {
        "key": {"text": row.label},
        "value": {"html": as_written(row.lines)} if row.given else {"text": row.lines[0]},
        "actions": {"items": [change]},
    }


def _brief_page(turn: DraftVisit, text: str, errors: Mapping[str, str]) -> HttpResponse:
    slug, name = turn.asking.qs.narrative
    if errors and not text.strip():
        errors = {name: shown("brief.missing")}
    limit = turn.asking.qs.any_step(slug).field(name).limit
    hint = shown("brief.hint", limit=f"{limit:,}")
    box = TextArea(name=name, label=shown("brief.label"), hint=hint, rows=8, limit=limit)
    form = Form((box,), {name: text}, errors)
    return page(
        turn.request,
        "brief",
        kind=turn.kind,
        keeps_typed=True,
        title=tab_title("brief"),
        form=form,
        back_url=walking.back_address(turn, slug) if turn.from_check else _call_url(turn),
    )


def _call_url(turn: DraftVisit) -> str:
    call = next(step for step in turn.asking.steps() if turn.asking.is_call_page(step))
    return reverse("reporter:question", kwargs={"slug": call.slug})
