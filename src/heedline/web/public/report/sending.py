"""The pages that send a report: `/r/check/`, which shows all answers, and `/r/brief/`.

Sending twice creates one report with one receipt code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from heedline.casework.errors import Conflict, SealingStopped, Spent
from heedline.casework.intake import drafting, form_tokens
from heedline.casework.intake.draft_room import For
from heedline.casework.intake.form_tokens import FormToken
from heedline.casework.intake.page_counts import BRIEF
from heedline.casework.journey import submission
from heedline.casework.report import sealing
from heedline.intake import engine, loops
from heedline.intake.questions import QuestionPage, StepKind
from heedline.intake.record import NotReady, Record, record, says_no_danger
from heedline.intake.summary import Row, check_rows
from heedline.packs.urgency import Urgency
from heedline.web.components.forms import Form, TextArea
from heedline.web.public.report import file_pages, gates, receipt, tally, walking
from heedline.web.public.report.turns import DraftVisit, StoreAway, incident_kind, incident_of, on_draft
from heedline.web.public.shell import promised_times, recovery
from heedline.web.public.shell.asking import language, pack, shown, words
from heedline.web.public.shell.beside import counted
from heedline.web.public.shell.languages import as_typed, path_to
from heedline.web.public.shell.pages import as_written, page, see_other, tab_title

#: The answers recorded when a reporter presses "I cannot call". A test holds it to the questions of every kind that ask this.
CANNOT_CALL = {"now": {"danger": "yes"}, "call": {"called": "cannot"}}

#: Rows of the check page, each with the same row without HTML.
type _Rows = list[tuple[Row, Row]]


def check(turn: DraftVisit) -> HttpResponse:
    """Show every answer with a link to change it, and a button that sends the report."""
    if turn.late:
        return recovery.expired(turn.request)
    if turn.posted:
        return send(turn, turn.asking.last)
    asking = turn.asking
    last = asking.qs.any_step(asking.last)
    tally.entered(turn, last)
    offered = asking.identity_offered
    sections = originals = check_rows(asking.qs, turn.draft.answers, identity_offered=offered)
    if asking.original is not asking.qs:
        originals = check_rows(asking.original, turn.draft.answers, identity_offered=offered)
    wanting = asking.missing()
    answered = [
        (one.title, rows)
        for one, plain in asking.pages.sections(sections, originals)
        if (rows := [(row, was) for row, was in zip(one.rows, plain, strict=True) if row.given])
    ]
    told, account = asking.qs.narrative
    if not turn.draft.answers.get(told, {}).get(account):
        told = ""
    story = [
        (title, alone)
        for title, rows in answered
        if (alone := [both for both in rows if both[0].slug == told])
    ]
    planned = _may_be_planned(turn)
    again = gates.AGAIN in turn.request.GET
    adding = () if asking.fast else _to_add(turn, wanting)
    own = f"check.{_asked_for(turn)}"
    said = own if f"{own}.add" in words() else "check"
    return page(
        turn.request,
        "check",
        title=tab_title(asking.last),
        button=shown(f"{own}.button") if f"{own}.button" in words() else asking.shown(last).button,
        said=said,
        wanting=[
            {"title": asking.shown(asking.qs.any_step(slug)).title, "url": _page_url(slug)}
            for slug in wanting
        ],
        story=_section(*story[0]) if story else None,
        sections=[_section(*section) for section in _beside(turn, told, answered)],
        files=_files(turn),
        may=file_pages.invitation(_asked_for(turn)),
        adding=[{"title": title, "url": there} for title, there in adding],
        again=again,
        planned=planned,
        back_url=walking.back_address(turn, asking.last),
        step_words=walking.step_words(turn, asking.last),
        token=form_tokens.make(turn.draft),
    )


def _may_be_planned(turn: DraftVisit) -> str:
    """Return the URL of the question about danger if it is to be asked once more, otherwise "".

    It is if the account names a time and a weapon or a place, and the answer was that nothing is planned.
    """
    slug, name = turn.asking.qs.narrative
    account = str(turn.draft.answers.get(slug, {}).get(name, ""))
    if says_no_danger(turn.draft.answers) and pack().plan_words.names_a_plan(account, language=language()):
        return _page_url("now")
    return ""


def _asked_for(turn: DraftVisit) -> str:
    """Return `call` if the draft only asks for a call back, otherwise the kind of report.

    It selects the words of the check page. With an account of what happened, or in danger, it is a report.
    """
    asking = turn.asking
    slug, name = asking.qs.narrative
    is_report = turn.draft.answers.get(slug, {}).get(name) or asking.urgency == Urgency.DANGER
    return "call" if _asks_for_a_call(turn) and not is_report else turn.kind


def _asks_for_a_call(turn: DraftVisit) -> bool:
    """Return whether the reporter asks to be called back."""
    way = turn.draft.answers.get("reply", {}).get("way")
    return way == "call" and bool(turn.asking.qs.roles.get("call_days"))


def _files(turn: DraftVisit) -> dict[str, Any] | None:
    """Return the report's file names and the URL for adding files, or None if files are not offered."""
    if not file_pages.offered(turn.kind):
        return None
    return {"names": [one.name for one in turn.draft.files], "url": path_to(file_pages.REPORT.list)}


def _to_add(turn: DraftVisit, wanting: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the titles and URLs of the pages that a reporter may still add to.

    These are empty pages, and lists that have room. A list that holds something says that it takes more.
    """
    asking = turn.asking
    for step in asking.steps():
        given = turn.draft.answers.get(step.slug)
        if step.slug in wanting or not step.fields:
            continue
        if step.kind is StepKind.LOOP and loops.has_room(turn.draft.answers, step):
            there = path_to("reporter:item-new", step.slug)
            title = asking.shown(step).title
            yield (
                format_html("{} {}", title, shown("loop.another")) if given else title,
                f"{there}?back=check",
            )
        elif step.kind is StepKind.QUESTIONS and not any((given or {}).values()):
            yield asking.shown(step).title, _page_url(step.slug)


@on_draft
def brief(turn: DraftVisit) -> HttpResponse:
    """Show the brief page for reporters who cannot call.

    It has one box, which is sent at once as danger, past every other question.
    """
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
    if not asking.fast:
        if turn.late:
            walking.put_right(turn, "brief")
            walking.kept(turn, engine.with_answer(turn.draft.answers, step, reading.values))
        return recovery.does_not_fit(turn.request, late=turn.late)
    return send_brief(turn)


def send_brief(turn: DraftVisit) -> HttpResponse:
    """Save the account of a reporter who cannot call, and send it as a report of danger.

    If it has errors, it is shown again with them.
    """
    step = turn.asking.qs.any_step(turn.asking.qs.narrative[0])
    reading = turn.asking.read(step, dict(turn.request.POST.lists()))
    if reading.errors:
        if walking.set_aside(turn, step, "brief") is None:
            return recovery.store_away(turn.request, full=turn.full)
        return see_other("reporter:brief")
    walking.put_right(turn, "brief")
    turn.draft.whose = For.DANGER
    trouble = walking.kept(turn, engine.with_answer(turn.draft.answers, step, reading.values))
    # for somebody in danger a draft that cannot be kept is no reason to wait: their words are sent from memory
    if trouble and not turn.full:
        return recovery.store_away(turn.request, full=turn.full)
    return send(turn, BRIEF)


def send(turn: DraftVisit, page_slug: str) -> HttpResponse:
    """Seal and store the report sent from the page `page_slug`.

    The report is not said to be sent until it is stored durably. The draft is kept if anything fails.
    """
    draft, asking = turn.draft, turn.asking
    could_not_call = asking.fast
    gates.note_box(turn)
    if (lost := file_pages.without_lost(turn)) is not None and not could_not_call:
        return lost
    try:
        told = record(asking.qs, draft.answers, language=language(), identity_offered=asking.identity_offered)
    except NotReady as wanting:
        return see_other(_page_url(wanting.slugs[0]))
    try:
        passed = gates.in_the_way(turn, told)
        if isinstance(passed, HttpResponse):
            return passed
        try:
            accepted = submission.submit(_new_report(turn, told, passed), at=turn.at)
        except Conflict:
            if not could_not_call:
                raise
            receipt.renew(draft)  # another tab has just sent another account: this one is a report of its own
            accepted = submission.submit(_new_report(turn, told, passed), at=turn.at)
        received, due = accepted.received_on, accepted.due_at
        if not accepted.again:
            tally.sent(turn, page_slug)
    except Spent:
        return gates.press_again(turn)
    except Conflict:
        # the other tab's answers were sent a moment ago, and those stand
        received, due = (
            turn.at.date(),
            promised_times.read_by(turn.kind, turn.at, incident=incident_kind(turn.draft)),
        )
    except (SealingStopped, StoreAway):
        return recovery.store_away(turn.request)
    ending = _ending(turn, told, due, could_not_call=could_not_call)
    if not turn.unkept:
        with suppress(StoreAway):
            drafting.mark_sent(draft, received_on=received.isoformat(), at=turn.at, ending=ending)
            return see_other("reporter:code")
        # it is durable: the code must not wait for a draft
    draft.sent, draft.received_on, draft.notes = False, received.isoformat(), ending
    return receipt.show(turn)


def _ending(turn: DraftVisit, told: Record, due: datetime, *, could_not_call: bool) -> dict[str, Any]:
    """Return the draft notes that the confirmation page needs after the answers have been cleared.

    This is the ending to use, with its details. `due` is when the report will have been read.
    """
    qs, answers, incident = turn.asking.qs, turn.draft.answers, incident_of(turn.draft) is not None
    ending: dict[str, Any] = {"kind": qs.code, "ending": qs.code, receipt.READ_BY: due.isoformat()}
    if could_not_call:
        slug, name = qs.narrative
        ending |= {"ending": "danger", receipt.SAID: receipt.digest(answers[slug][name])}
    elif told.urgency == Urgency.DANGER:
        ending["ending"] = "called"
    elif _asks_for_a_call(turn):
        page_of, days = qs.roles["call_days"]
        given = answers.get(page_of, {})
        hours = qs.roles["call_hours"][1]
        ending |= {"ending": "callback", "days": given.get(days, []), "hours": given.get(hours, [])}
        if given.get(qs.roles["call_times"][1]):
            ending["own_times"] = True
    elif answers.get("help", {}).get("incident") == "yes":
        ending["odd"] = {"place": told.place_text, "postcode": told.postcode}
    elif incident:
        ending["ending"] = "incident"
    about = qs.any_step(qs.narrative[0]).own_words
    if about is not None and about.when.holds(answers):
        ending[receipt.OWN] = True
    if incident and ending["ending"] != "incident":
        ending[receipt.MANY] = True
    if told.young:
        ending["young"] = True
    return ending | receipt.carried_over(turn.draft)


def _new_report(turn: DraftVisit, told: Record, form: FormToken | None) -> sealing.NewReport:
    return sealing.NewReport(
        report_id=turn.draft.report_id,
        code=turn.draft.receipt_code,
        channel="web",
        record=told,
        question_set=turn.asking.qs,
        language=language(),
        hints=gates.hints(turn),
        files=turn.draft.files,
        form=form,
        incident=incident_of(turn.draft),
    )


def _page_url(slug: str) -> str:
    return path_to("reporter:question", slug) + "?back=check"


def _beside(turn: DraftVisit, told: str, answered: list[tuple[str, _Rows]]) -> Iterator[tuple[str, _Rows]]:
    """Yield the sections without the account (`told`). What is left of its own section is headed by the question asked."""
    for title, rows in answered:
        rest = [both for both in rows if both[0].slug != told]
        if rest and rest != rows:
            title = turn.asking.shown(turn.asking.qs.any_step(rest[0][0].slug)).title
        if rest:
            yield title, rest


def _section(title: str, rows: _Rows) -> dict[str, Any]:
    """Return a section of the check page, from each row with the same row without HTML."""
    return {"title": title, "list": {"rows": [_row(row, plain) for row, plain in rows]}}


def _row(row: Row, plain: Row) -> dict[str, Any]:
    """Return a row of the check page.

    `plain` is the same row without HTML, for text that only a screen reader says.
    """
    change = {
        "href": _change_url(row),
        "text": shown("shared.change"),
        "visuallyHiddenText": plain.label.lower(),
    }
    return {
        "key": {"text": row.label},
        "value": {"html": as_written(row.lines)},
        "actions": {"items": [change]},
    }


def _change_url(row: Row) -> str:
    """Return the URL of the page for changing an answer."""
    if row.item_id is None:
        return _page_url(row.slug)
    return reverse("reporter:item", kwargs={"slug": row.slug, "item": row.item_id}) + "?back=check"


def _brief_page(turn: DraftVisit, text: str, errors: Mapping[str, str]) -> HttpResponse:
    slug, name = turn.asking.qs.narrative
    if errors and not text.strip():
        errors = {name: shown("brief.missing")}
    form = brief_form(text, errors, turn.asking.qs.any_step(slug))
    return page(
        turn.request,
        "brief",
        kind=turn.kind,
        keeps_typed=True,
        title=tab_title("brief"),
        form=form,
        back_url=walking.back_address(turn, slug) if turn.from_check else _call_url(turn),
    )


def brief_form(text: str, errors: Mapping[str, str], step: QuestionPage) -> Form:
    """Return the single-box form for a reporter who cannot call.

    `step` is the page that asks for the account.
    """
    question = step.fields[0]
    hint = shown("brief.hint", limit=counted(question.limit))
    box = TextArea(name=question.name, label=shown("brief.label"), hint=hint, rows=5, limit=question.limit)
    return Form((box,), {question.name: text}, errors)


def _call_url(turn: DraftVisit) -> str:
    call = next(step for step in turn.asking.steps() if turn.asking.is_call_page(step))
    return path_to("reporter:question", call.slug)
