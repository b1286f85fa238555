"""Pages shown after a call's report is sent: the receipt code, the wrap-up note and the next call.

The code is read out to the caller and read back.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.casework.intake.drafting import Draft
from heedline.casework.journey import call_ending, call_taking
from heedline.casework.journey.call_ending import WrapUp
from heedline.packs import load_pack
from heedline.web.components.forms import Checkboxes, Field, FieldOption, Form, TextArea, TextInput
from heedline.web.components.see_other import SeeOther
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import form_of, keeps_words, let_go
from heedline.web.office.calls.call_pages import call_address, call_of
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

#: What was advised, for the note after the call: the code that is posted → the words that are kept.
ADVICE = {
    "emergency": "To call {emergency} if it gets worse or somebody is in danger",
    "do-not-look": "Not to look into it, follow anybody or ask around",
    "keep": "To keep messages, pictures and things as they are, and not to share them",
    "code": "How to use the code, and to keep it somewhere private",
    "silence": "Not to tell others about this report",
    "support": "Where to find support for themselves or for the person they reported",
}
NOT_THE_CODE = (
    "This is not the code. Read it out once more, one group at a time, and let them read each group back."
)
READING_BACK = (
    TextInput(
        name="code",
        label="What they read back",
        hint="Type it as they say it. Spaces, hyphens and small letters do not matter.",
        required="Type what they read back, or choose that they do not want a code",
        names=True,
        width=20,
        limit=200,
    ),
)


def advice_words() -> dict[str, str]:
    """Return the advice that can be given to callers, with the country's emergency number filled in."""
    emergency = load_pack(settings.PACK).numbers["emergency"].number
    return {code: words.format(emergency=emergency) for code, words in ADVICE.items()}


def wrap_up_fields() -> tuple[Field, ...]:
    """Return the form fields for the wrap-up note."""
    choices = tuple(FieldOption(value=code, label=words) for code, words in advice_words().items())
    return (
        TextArea(
            name="mood",
            label="How were they?",
            hint="For example, calm, frightened or in a hurry.",
            rows=2,
            limit=500,
        ),
        TextArea(
            name="behind",
            label="What could you hear in the background?",
            hint="For example, a station announcement, children, or someone telling them what to say.",
            rows=2,
            limit=500,
        ),
        TextArea(
            name="more",
            label="Anything else that is not for the report",
            hint="Leave out anything that identifies them.",
            rows=3,
            limit=2000,
        ),
        Checkboxes(name="advice", label="What did you advise them?", choices=choices, small=True),
    )


def wrap_up_of(form: Form) -> WrapUp:
    """Return the wrap-up note entered in the form."""
    words = advice_words()
    return WrapUp(
        form.text("mood"),
        form.text("behind"),
        form.text("more"),
        tuple(words[code] for code in form.chosen("advice")),
    )


def _sent(request: OfficeRequest) -> Draft | None:
    draft = call_of(request, sent=True)
    return draft if draft is not None and draft.sent else None


def _next_call(draft: Draft, *, at_once: bool) -> HttpResponse:
    """End this call's draft and redirect to the next call or to the officer's work.

    The cookie stays, because it may also lead to a colleague's draft.
    """
    call_taking.end(draft, at=session.now())
    return SeeOther(reverse("call") if at_once else reverse("my-work"))


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def code(request: OfficeRequest) -> HttpResponse:
    """Show the receipt code in groups and in words, and check what the caller reads back.

    The caller may also decline the code.
    """
    draft, at = _sent(request), session.now()
    if draft is None:
        return SeeOther(reverse("call"))
    if call_ending.code_is(draft) in {"none", "declined", "kept"}:
        return SeeOther(call_address("call-wrap-up", draft))
    form, status = Form(READING_BACK), 200
    if request.method == "POST":
        do = request.POST.get("do", "")
        if do in {"declined", "gone"}:
            call_ending.settle_code(draft, "declined", at=at)
            return SeeOther(call_address("call-wrap-up", draft))
        if do == "kept" and call_ending.code_is(draft) == "nearly":
            call_ending.settle_code(draft, do, at=at)
            return SeeOther(call_address("call-wrap-up", draft))
        form, status = Form.posted(READING_BACK, request.POST.lists()), 422
        if not form.errors:
            heard = call_ending.read_back(draft, form.text("code"), at=at)
            if heard.known and not heard.group:
                return SeeOther(call_address("call-wrap-up", draft))
            if heard.known:
                return _code_page(request, draft, form, nearly=heard.group)
            form = form.but(code=NOT_THE_CODE)
    return _code_page(request, draft, form, status)


def _code_page(
    request: OfficeRequest, draft: Draft, form: Form, status: int = 200, *, nearly: int = 0
) -> HttpResponse:
    shown = draft.receipt_code
    groups = list(
        zip(shown.grouped().split("-"), shown.spelled().split(". "), strict=True),
    )
    context = {
        "form": form,
        "groups": [
            {"number": number, "signs": signs, "words": words, "again": number == nearly}
            for number, (signs, words) in enumerate(groups, start=1)
        ],
        "nearly": nearly,
        "line": call_taking.line_of(draft),
        "messages_url": f"{settings.PUBLIC_URL.rstrip('/')}/messages/",
    }
    return render(request, "office/call_code.html", context, status=status)


code.stood_on = "/w/call/code/"  # type: ignore[attr-defined]  # where a button pressed after the lock leads back to


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def wrap_up(request: OfficeRequest) -> HttpResponse:
    """Record a short wrap-up note, and show which desk received the report.

    The note is sealed beside the report and is not part of it.
    """
    by, at = request.attendance, session.now()
    draft = _sent(request)
    if draft is None:
        return SeeOther(reverse("call"))
    if call_ending.code_is(draft) in {"to-read", "nearly"}:
        return SeeOther(call_address("call-code", draft))
    fields = wrap_up_fields()
    if request.method == "POST":
        do = request.POST.get("do", "")
        if do in {"next", "leave"}:
            return let_go(request, _next_call(draft, at_once=do == "next"), by)
        if do == "ring-back":
            again = call_ending.ring_back(draft, by=by, at=at)
            return let_go(request, SeeOther(call_address("call", again)), by)
        form = Form.posted(fields, request.POST.lists())
        if not form.errors:
            call_ending.wrap_up(draft, wrap_up_of(form), by=by, at=at)
            messages.success(request, "The note is sealed and stored with the report.")
            return let_go(request, SeeOther(call_address("call-wrap-up", draft)), by)
        return _wrap_up_page(request, draft, form, 422)
    kept = restored(request, fields)
    return _wrap_up_page(request, draft, kept or Form(fields), words_came_back=kept is not None)


def _wrap_up_page(
    request: OfficeRequest, draft: Draft, form: Form, status: int = 200, *, words_came_back: bool = False
) -> HttpResponse:
    context = {
        "form": form,
        "went_to": call_ending.where_is(draft, by=request.attendance),
        "dropped": call_ending.code_is(draft) == "none",
        "done": call_ending.wrapped_up(draft),
        "words_came_back": words_came_back,
        "form_of": form_of(request.attendance),
        "line": call_taking.line_of(draft),
    }
    return render(request, "office/call_wrap_up.html", context, status=status)
