"""The mailbox (`/messages/…`), opened with a receipt code.

It shows a plain status and the messages that are not hidden. It never shows the report.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial, wraps
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from heedline.casework.attachments import taking
from heedline.casework.contact import messages as contact_messages
from heedline.casework.contact.messages import Mailbox
from heedline.casework.errors import CodeUnknown, Conflict, NoRoom, SealingStopped
from heedline.casework.intake import drafting
from heedline.casework.intake.draft_room import may_begin
from heedline.casework.intake.drafting import Draft
from heedline.casework.intake.rate_limit import CALLER
from heedline.packs.text.words import Words
from heedline.packs.urgency import DANGER_ANSWERS
from heedline.web.components.forms import Form, Hidden, TextArea, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.public.report.starting import danger_form
from heedline.web.public.report.turns import StoreAway, StoreFull, now
from heedline.web.public.shell import beside, cookies, promised_times, recovery
from heedline.web.public.shell.asking import first_kind, pack, shown, words
from heedline.web.public.shell.beside import counted
from heedline.web.public.shell.languages import as_typed, language
from heedline.web.public.shell.message_ids import message_id
from heedline.web.public.shell.pages import day_in_words, page, see_other, tab_title
from heedline.web.public.shell.receipt_codes import ReceiptCode, mentions_code, typed_code

#: The answers to a question that are buttons, by the text that is then sent.
_SHORT = {"not_known": "messages.say_not_known", "not_say": "messages.say_not_say"}


@dataclass(frozen=True)
class Visit:
    """A request made during a mailbox visit that was opened with a receipt code."""

    request: HttpRequest
    cookie: str
    code: ReceiptCode
    at: datetime

    @property
    def posted(self) -> bool:
        """Return whether the request is a POST."""
        return self.request.method == "POST"


def on_visit(view: Callable[[Visit], HttpResponse]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Wrap a view that needs an open visit.

    An expired visit redirects to the page for the code. An unknown code is treated like a mistyped one.
    """

    @open_to(Audience.EVERYONE)
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def dressed(request: HttpRequest) -> HttpResponse:
        at = now()
        try:
            cookie = cookies.sent(request, settings.VISIT_COOKIE) or ""
            code = drafting.visit_code(cookie, at=at)
            if code is None:
                return _over(request)
            try:
                return view(Visit(request, cookie, code, at))
            except CodeUnknown:
                return _unknown(request, code, at)
        except (StoreAway, SealingStopped) as away:
            return recovery.store_away(request, full=isinstance(away, StoreFull))

    return dressed


@open_to(Audience.EVERYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Ask for the receipt code and open a visit.

    Every well-formed code opens a visit alike. Only the next page looks it up. A POST is never answered with a
    page, which would stay in the browser's history with what was posted.
    """
    at, cookie = now(), cookies.sent(request, settings.VISIT_COOKIE)
    try:
        if request.method != "POST":
            return _enter_page(request, drafting.entered_once(cookie, at=at))
        may_begin(request.META.get(CALLER))
        given = request.POST.get("code", "")
        found = typed_code(given)
        if found is None:
            return _enter_again(given[:200], cookie, at)
        opened = drafting.open_visit(found, at=at, typed=given)
        drafting.end_visit(cookie, at=at)
    except StoreAway as away:
        return recovery.store_away(request, full=isinstance(away, StoreFull))
    response = see_other("reporter:messages")
    cookies.give(response, settings.VISIT_COOKIE, opened)
    return response


@on_visit
def messages(visit: Visit) -> HttpResponse:
    """Show new messages and a box for a reply."""
    written = drafting.written(visit.cookie, at=visit.at)
    if not visit.posted:
        return _messages_page(visit, written)
    text = visit.request.POST.get("text", "").replace("\r\n", "\n").strip()
    short = _SHORT.get(visit.request.POST.get("say", ""))
    if short is not None:  # an answer without words of one's own, before any that were typed
        said = str(words()[short])
        if text != said and not text.startswith(f"{said}\n\n"):  # the button may be pressed again
            text = "\n\n".join(filter(None, (said, text)))
    message = message_id(visit.request.POST.get("message", ""))
    warned = visit.request.POST.get("warned") == "1"
    danger = visit.request.POST.get("danger", "")
    written.answers = {
        "text": text,
        "message": str(message),
        "warned": warned,
        "danger": danger if danger in DANGER_ANSWERS else "",
        "question": visit.request.POST.get("question", "")[:36],
    }
    if as_typed(visit.request):  # a mistake that was shown goes on being shown, in the other language
        return _again(visit, written)
    written.notes = {"pressed": True}
    lost = [one for one in written.files if not taking.still_good(one, visit.at)]
    if lost:
        written.files = tuple(one for one in written.files if one not in lost)
        written.notes["lost"] = True
    if _wrong(written) or not written.answers["danger"]:
        return _again(visit, written)
    send = partial(
        contact_messages.say,
        visit.code,
        text or str(words()["files.only"]),
        at=visit.at,
        files=written.files,
        danger=written.answers["danger"],
        answers=written.answers["question"],
    )
    try:
        send(message_id=message)
    except NoRoom:
        written.notes["full"] = True
        return _again(visit, written)
    except Conflict:  # the page was sent before, with other words: this is a message of its own
        send(message_id=uuid4())
    drafting.discard(visit.cookie, at=visit.at, purpose=written.purpose)
    return see_other("reporter:message-sent")


def _again(visit: Visit, written: Draft) -> HttpResponse:
    """Save the draft message and redirect to the messages page.

    A response to the POST would keep the reporter's text in the browser's history.
    """
    try:
        drafting.save(written, at=visit.at)
    except ValueError:  # more than a draft holds
        return _messages_page(visit, written)
    return see_other("reporter:messages")


@on_visit
def message_sent(visit: Visit) -> HttpResponse:
    """Confirm that the message was received."""
    when = promised_times.in_words(promised_times.message_read_by(visit.at), visit.at)
    title, own = tab_title("message_sent"), _words(contact_messages.service_of(visit.code))
    return page(visit.request, "message_sent", title=title, when=when, words=own)


@on_visit
def withdraw(visit: Visit) -> HttpResponse:
    """Withdraw the report, after explaining that we keep it marked as withdrawn."""
    if visit.posted:
        contact_messages.ask_to_withdraw(visit.code, at=visit.at)
        return see_other("reporter:messages")
    own = _words(contact_messages.service_of(visit.code))
    return page(visit.request, "withdraw", title=tab_title("withdraw"), words=own)


@on_visit
def delete(visit: Visit) -> HttpResponse:
    """Delete the reporter's own copies of messages, after explaining that ours are kept."""
    if visit.posted:
        contact_messages.delete_messages(visit.code, at=visit.at)
        return see_other("reporter:messages-deleted")
    return page(visit.request, "delete", title=tab_title("delete"))


@on_visit
def deleted(visit: Visit) -> HttpResponse:
    """Confirm that the reporter's copies are deleted."""
    return page(visit.request, "deleted", title=tab_title("deleted"))


@on_visit
def hide(visit: Visit) -> HttpResponse:
    """Hide one message or all those shown, except a question that is awaiting an answer.

    Or choose that each message is shown during one visit only from now on (`only`), or until it is hidden.
    """
    if visit.posted and "only" in visit.request.POST:
        contact_messages.show_only_new(visit.code, visit.request.POST["only"] == "new", at=visit.at)
    elif visit.posted:
        waiting = contact_messages.visit(visit.code, at=visit.at).open_question
        ids = tuple(one for one in _shown(visit.request) if one != waiting)
        contact_messages.seen(visit.code, ids, at=visit.at)
        if also := drafting.shown_in_visit(visit.cookie, at=visit.at):
            drafting.keep_shown(visit.cookie, tuple(one for one in also if one not in ids), at=visit.at)
    return see_other("reporter:messages")


@on_visit
def close(visit: Visit) -> HttpResponse:
    """Close the visit and leave the mailbox.

    Messages stay until the reporter hides them.
    """
    if not visit.posted:
        return see_other("reporter:messages")
    taking.forget_all(drafting.load_written(visit.cookie, at=visit.at))
    drafting.end_visit(visit.cookie, at=visit.at)
    response = see_other("reporter:messages-closed")
    cookies.take_away(response, settings.VISIT_COOKIE)
    return response


@open_to(Audience.EVERYONE)
@require_safe
def closed(request: HttpRequest) -> HttpResponse:
    """Confirm that the visit is closed."""
    return page(request, "messages_closed", title=tab_title("messages_closed"))


def _over(request: HttpRequest) -> HttpResponse:
    if not cookies.sent(request, settings.VISIT_COOKIE) and request.method != "POST":
        return see_other("reporter:enter")
    response = page(
        request,
        "visit_over",
        title=tab_title("visit_over"),
        kept=tuple(one for one in recovery.typed(request) if one.name == "text"),
    )
    cookies.take_away(response, settings.VISIT_COOKIE)
    return response


def _unknown(request: HttpRequest, code: ReceiptCode, at: datetime) -> HttpResponse:
    cookie = cookies.sent(request, settings.VISIT_COOKIE)
    given = drafting.visit_typed(cookie) or code.grouped()
    drafting.end_visit(cookie, at=at)
    return _enter_again(given, cookie, at)


def _enter_again(given: str, cookie: str | None, at: datetime) -> HttpResponse:
    response = see_other("reporter:enter")
    cookies.give(response, settings.VISIT_COOKIE, drafting.keep_entered(given, cookie, at=at))
    return response


def _enter_page(request: HttpRequest, given: str | None) -> HttpResponse:
    """Show the page that asks for the receipt code.

    `given` is what was typed before and did not open anything.
    """
    error = "" if given is None else shown("visit.unknown" if given.strip() else "visit.missing")
    box = TextInput(
        name="code",
        label=shown("visit.label"),
        hint=shown("visit.hint"),
        names=True,
        classes="hl-code-input",
        limit=200,
    )
    form = Form((box,), {"code": given or ""}, {"code": error} if error else {})
    return page(
        request,
        "enter",
        title=tab_title("visit"),
        form=form,
        button=shown("visit.button"),
        action=reverse("reporter:enter"),
        emergency=True,
    )


def _messages_page(visit: Visit, written: Draft) -> HttpResponse:
    error = _wrong(written) if written.notes.get("pressed") else ""
    box = _box(visit)
    own = _words(box.service)
    hint = shown("messages.write_hint", limit=counted(contact_messages.LONGEST))
    write = TextArea(
        name="text", label=shown("messages.write_label"), hint=hint, limit=contact_messages.LONGEST
    )
    given = written.answers.get("danger", "")
    pressed = {"danger": [given]} if given or written.notes.get("pressed") else None
    asked = danger_form(first_kind(), pressed) or Form(())
    values = {
        **asked.values,
        "question": str(box.open_question or ""),
        "text": written.answers.get("text", ""),
        "message": str(message_id(written.answers.get("message", ""))),
        "warned": "1" if written.answers.get("warned") or error == shown("code_in_text.warning") else "",
    }
    return page(
        visit.request,
        "messages",
        title=tab_title("messages"),
        status=200,
        keeps_typed=True,
        words=own,
        status_words=_status_words(box, own),
        steps=_steps(box, own),
        asks=box.open_question is not None,
        answered_day=day_in_words(box.answered_on).said if box.answered_on is not None else "",
        unread=box.unread,
        read_by=promised_times.in_words(promised_times.message_read_by(visit.at), visit.at),
        withdrawn=box.withdraw_asked,
        only_new=box.only_new,
        files=[one.name for one in written.files],
        hidable=any(one.id != box.open_question for one in box.messages),
        messages=[
            {
                "text": one.text,
                "day": day_in_words(one.sent_on).said,
                "verified": one.verified,
                "language": one.translated,
                "id": str(one.id),
                "question": one.id == box.open_question,
            }
            for one in box.messages
        ],
        form=Form(
            (
                *asked.fields,
                write,
                Hidden(name="message"),
                Hidden(name="warned"),
                Hidden(name="question"),
            ),
            values,
            {**asked.errors, **({"text": error} if error else {})},
        ),
    )


def _words(service: str) -> Words:
    """Return the texts of a mailbox, which are the same for every kind of confidential report."""
    return pack().mailbox_words(service, language())


def _steps(box: Mailbox, own: Words) -> list[dict[str, object]]:
    """Return the steps that a report has taken and the next one, from what the status says and no more."""
    say, day = partial(beside.text, own), day_in_words(box.received_on).said
    steps: list[dict[str, object]] = [{"title": say("messages.step_received"), "why": day}]
    if box.withdraw_asked:
        steps.append({"title": say("messages.step_withdrawn")})
        return _marked(steps, 1)
    steps.append({"title": say("messages.step_read")})
    now = 0 if box.status == "received" else 1
    if box.open_question is not None:
        steps.append({"title": say("messages.step_question"), "why": say("messages.stays")})
        now = 2
    elif box.status == "question" and box.answered_on is not None:
        steps.append({"title": say("messages.step_answered"), "why": day_in_words(box.answered_on).said})
        now = 2
    steps.append({"title": say("messages.step_finished"), "why": say("messages.cannot_tell")})
    return _marked(steps, len(steps) - 1 if box.status == "finished" else now)


def _marked(steps: list[dict[str, object]], now: int) -> list[dict[str, object]]:
    for number, step in enumerate(steps):
        step["state"] = "done" if number < now else "now" if number == now else ""
    return steps


def _status_words(box: Mailbox, own: Words) -> str:
    """Return the status as text.

    A question that the reporter has deleted without answering it is not mentioned.
    """
    say = partial(beside.text, own)
    if box.withdraw_asked:
        return say("messages.withdrawn")
    if box.status != "question" or box.open_question is not None:
        return say(pack().statuses[box.status])
    if box.answered_on is not None:
        return say("status.answered", day=day_in_words(box.answered_on))
    return say(pack().statuses["read"])


def _box(visit: Visit) -> Mailbox:
    """Return the messages and status that this visit shows.

    If the reporter chose to see each message during one visit only, those shown here are marked as hidden. This
    visit remembers them first, so that a page which never arrives can be loaded again.
    """
    also = drafting.shown_in_visit(visit.cookie, at=visit.at)
    box = contact_messages.visit(visit.code, at=visit.at, also=also)
    if box.only_new:
        fresh = tuple(one.id for one in box.messages if one.id != box.open_question and one.id not in also)
        if fresh:
            drafting.keep_shown(visit.cookie, (*also, *fresh), at=visit.at)
            contact_messages.seen(visit.code, fresh, at=visit.at)
    return box


def _wrong(written: Draft) -> str:
    text, warned = written.answers["text"], written.answers["warned"]
    if written.notes.get("lost"):
        return shown("files.problem.lost")
    if not text and not written.files:
        return shown("messages.write_missing")
    if len(text) > contact_messages.LONGEST:
        return shown("messages.write_long", over=counted(len(text) - contact_messages.LONGEST))
    if mentions_code(text) and not warned:
        return shown("code_in_text.warning")
    return shown("messages.full") if written.notes.get("full") else ""


def _shown(request: HttpRequest) -> tuple[UUID, ...]:
    found = []
    for given in request.POST.getlist("shown")[:200]:
        try:
            found.append(UUID(given))
        except ValueError:
            continue
    return tuple(found)
