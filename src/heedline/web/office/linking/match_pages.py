"""Pages for possible matches at other desks, and for questions between desks."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.casework.access.session import office_zone
from heedline.casework.errors import NoRoom, NotHere, SealingStopped
from heedline.casework.linking import matching, questions
from heedline.casework.linking.matching import ComparisonProgress
from heedline.casework.linking.questions import MatchLine
from heedline.casework.pages import case_file
from heedline.dispatch.clocks import moment_words
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import Field, FieldOption, Form, Radios, TextArea
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words, let_go
from heedline.web.shell.queue_links import with_queue
from heedline.web.shell.report_page import page
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored
from heedline.web.shell.seen_words import REASONS

_ASK, _SAME, _OTHER = "ask", "same", "other"
NOBODY_ASKED = (
    "That desk has not asked a question, or a colleague has already answered it. Ask a question instead."
)
THIN = "That desk cannot receive messages at the moment. Phone it instead."


def _fields(found: tuple[MatchLine, ...]) -> tuple[Field, ...]:
    return (
        Radios(
            name="match",
            label="Which possible match?",
            required="Choose the possible match",
            choices=tuple(
                FieldOption(value=str(one.id), label=f"{number}. {one.other_name}")
                for number, one in enumerate(found, 1)
                if not one.ended
            ),
            small=True,
        ),
        Radios(
            name="do",
            label="What do you want to do?",
            required="Choose whether to ask or to answer",
            choices=(
                FieldOption(value=_ASK, label="Ask whether it is about the same matter"),
                FieldOption(value=_SAME, label="Answer: it is about the same matter"),
                FieldOption(value=_OTHER, label="Answer: it is not about the same matter"),
            ),
            small=True,
        ),
        TextArea(
            name="words",
            label="Message to the other desk",
            hint="Only the two desks can read this. The other desk learns no more about your report than you write here.",
            required="Enter a message to the other desk",
            rows=4,
            limit=questions.LONGEST,
        ),
    )


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def matches(request: OfficeRequest) -> HttpResponse:
    """List possible matches at other desks, and let the officer take ownership of a question about one."""
    by, at = request.attendance, session.now()
    if request.method == "POST":
        try:
            question = UUID(request.POST.get("question", ""))
        except ValueError:
            raise NotHere from None
        questions.take(question, by=by)
        messages.success(request, "You have taken this question.")
        return HttpResponseRedirect(reverse("matches"))
    found = questions.listed(by=by)
    waiting = {one.id: one for one in questions.waiting(by=by, at=at)}
    lines = [
        {**match_words(one), "waits": waiting.get(one.question) if one.question else None} for one in found
    ]
    comparing = progress_words(matching.progress(by=by, at=at))
    return render(request, "office/matches.html", {"found": lines, "comparing": comparing})


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def of_report(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a report's possible matches, and ask or answer a question about one."""
    by, at = request.attendance, session.now()
    file = case_file.case_file(ref, by=by, at=at)
    if not file.matches:
        raise Http404
    fields = _fields(file.matches)
    kept = restored(request, fields)
    form, status = kept or Form(fields), 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        if not form.errors:
            match, do, words = UUID(form.text("match")), form.text("do"), form.text("words")
            try:
                if do == _ASK:
                    questions.ask(match, words, by=by, at=at)
                else:
                    questions.answer(match, do == _SAME, words, by=by, at=at)
            except NoRoom:
                form = form.but(words="This is too long. Shorten it.")
            except NotHere:
                form, status = form.but(do=NOBODY_ASKED), 409
            except SealingStopped:
                form, status = form.but(**{"": THIN}), 409
            except (NotNow, Refused) as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                messages.success(request, "Sent to the other desk.")
                there = HttpResponseRedirect(with_queue(request, "report-matches", ref=ref))
                return let_go(request, there, by)
    context = {
        "form": form,
        "found": [match_words(one, number) for number, one in enumerate(file.matches, 1)],
        "may_say": any(not one.ended for one in file.matches),
        "words_came_back": kept is not None,
    }
    return page(request, "office/report_matches.html", file, "report-matches", context, status)


def progress_words(one: ComparisonProgress | None) -> str:
    """Return text on how many reports and entries await comparison, or "" if `one` is None."""
    if one is None:
        return ""
    reports = f"{one.reports} report{'' if one.reports == 1 else 's'}"
    entries = f"{one.entries} interest register entr{'y' if one.entries == 1 else 'ies'}"
    waiting = " and ".join(words for words, some in ((reports, one.reports), (entries, one.entries)) if some)
    since = f", the oldest since {moment_words(one.since, office_zone())}" if one.since else ""
    told = [f"Waiting to be compared: {waiting}{since}."] if waiting else []
    if one.arrived:
        told.append(
            f"The oldest report that has not been read for comparison yet arrived on {one.arrived:%-d %B %Y}."
        )
    if not told:
        return "No reports are waiting to be compared across desks."
    return " ".join([*told, f"Open the queue of the {one.desk_name} to compare them."])


def match_words(one: MatchLine, number: int = 0) -> dict[str, object]:
    """Return the display text for a possible match, with its page number if it has one."""
    if one.ended:
        state = questions.ENDED
    elif one.to_answer:
        state = f"{one.other_name} has asked a question."
    elif one.waiting:
        by_when = f" Its answer is due by {moment_words(one.due_at, office_zone())}." if one.due_at else ""
        state = f"Asked. The other desk has not answered yet.{by_when}"
    elif one.confirmed is not None:
        state = "Confirmed: about the same matter." if one.confirmed else "Denied: not about the same matter."
    else:
        state = "No question has been asked yet."
    reasons = [(REASONS.get(code, code), written) for code, written in one.reasons]
    return {"one": one, "number": number, "state": state, "reasons": reasons}
