"""`/r/check/` and `/r/brief/`: everything once more, then Send. Sent twice, it is one report with one code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from heedline.casework import Conflict, SealingStopped, drafting, journey
from heedline.intake import engine, fields
from heedline.intake.record import NotReady, record
from heedline.intake.summary import Row, check_rows
from heedline.web.components.forms import Form, TextArea
from heedline.web.reporter import receipt, recovery, walking
from heedline.web.reporter.asking import language, words
from heedline.web.reporter.pages import as_written, page, see_other, tab_title
from heedline.web.reporter.turns import StoreAway, Turn, on_draft


def check(turn: Turn) -> HttpResponse:
    """Every answer with a way to change it. The button sends."""
    if turn.late:
        return recovery.expired(turn.request)
    if turn.posted:
        return send(turn)
    asking = turn.asking
    sections = check_rows(asking.qs, turn.draft.answers, identity_offered=asking.identity_offered)
    wanting = [{"title": asking.qs.any_step(slug).title, "url": _page_url(slug)} for slug in asking.missing()]
    return page(
        turn.request,
        "check",
        title=tab_title(asking.last),
        sections=[
            {"title": one.title, "list": {"rows": [_row(row) for row in one.rows]}} for one in sections
        ],
        wanting=wanting,
        back_url=walking.back_address(turn, asking.last),
    )


@on_draft
def brief(turn: Turn) -> HttpResponse:
    """For who cannot call: one box, sent at once as danger, past every other question."""
    asking = turn.asking
    slug, name = asking.qs.narrative
    step = asking.qs.any_step(slug)
    if not turn.posted:
        given, errors = walking.reading_of(turn, step, "brief", turn.draft.answers.get(slug, {}))
        return (
            _brief_page(turn, given[name], errors)
            if asking.fast
            else see_other("reporter:question", slug=asking.first)
        )
    reading = fields.read(asking.qs, step, dict(turn.request.POST.lists()))
    if name in reading.errors and asking.fast:
        return walking.set_aside(turn, step, "brief") or _brief_page(
            turn, reading.typed[name], reading.errors
        )
    if turn.late or asking.fast:
        trouble = walking.kept(turn, engine.with_answer(turn.draft.answers, step, reading.values))
        if trouble:
            return recovery.store_away(turn.request)
    return send(turn) if asking.fast else recovery.does_not_fit(turn.request, late=turn.late)


def send(turn: Turn) -> HttpResponse:
    """Seal and store. Nothing is said to be sent before it is durable; whatever fails, the draft stays."""
    draft, asking = turn.draft, turn.asking
    try:
        new = journey.NewReport(
            report_id=draft.report_id,
            code=draft.receipt_code,
            channel="web",
            record=record(
                asking.qs, draft.answers, language=language(), identity_offered=asking.identity_offered
            ),
            question_set=asking.qs,
            language=language(),
        )
        received = journey.submit(new, at=turn.at).received_on
    except NotReady as wanting:
        return see_other(_page_url(wanting.slugs[0]))
    except Conflict:
        received = turn.at.date()  # the other tab's answers were sent a moment ago, and those stand
    except (SealingStopped, StoreAway):
        return recovery.store_away(turn.request)
    try:
        drafting.mark_sent(draft, received_on=received.isoformat(), at=turn.at)
    except StoreAway:
        draft.received_on = received.isoformat()
        return receipt.show(turn)  # it is durable: the code must not wait for a draft
    return see_other("reporter:code")


def _page_url(slug: str) -> str:
    return reverse("reporter:question", kwargs={"slug": slug}) + "?back=check"


def _row(row: Row) -> dict[str, Any]:
    if row.item_id is None:
        there = _page_url(row.slug)
    else:
        there = reverse("reporter:item", kwargs={"slug": row.slug, "item": row.item_id}) + "?back=check"
    change = {"href": there, "text": words()["shared.change"], "visuallyHiddenText": row.label.lower()}
    return {
        "key": {"text": row.label},
        "value": {"html": as_written(row.lines)} if row.given else {"text": row.lines[0]},
        "actions": {"items": [change]},
    }


def _brief_page(turn: Turn, text: str, errors: Mapping[str, str]) -> HttpResponse:
    slug, name = turn.asking.qs.narrative
    if errors and not text.strip():
        errors = {name: words()["brief.missing"]}
    limit = turn.asking.qs.any_step(slug).field(name).limit
    hint = words().say("brief.hint", limit=f"{limit:,}")
    box = TextArea(name=name, label=words()["brief.label"], hint=hint, rows=8, limit=limit)
    form = Form((box,), {name: text}, errors)
    return page(
        turn.request,
        "brief",
        kind=turn.kind,
        title=tab_title("brief"),
        form=form,
        back_url=walking.back_address(turn, slug) if turn.from_check else _call_url(turn),
    )


def _call_url(turn: Turn) -> str:
    call = next(step for step in turn.asking.steps() if turn.asking.is_call_page(step))
    return reverse("reporter:question", kwargs={"slug": call.slug})
