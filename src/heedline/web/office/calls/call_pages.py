"""Call-taking on a single page (`/w/call/`), for reports by telephone, at a counter, by letter or by email.

Every button posts the whole page and saves it, sealed. With scripts it is also saved every twenty seconds
(`save`), but no step needs scripts. What the browser sends is kept as typed and read again by the server each
time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from secrets import token_urlsafe
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.contact import call_alert
from heedline.casework.errors import SealingStopped
from heedline.casework.intake.drafting import Draft
from heedline.casework.journey import call_ending, call_taking
from heedline.casework.report.opening import short_name
from heedline.intake import engine
from heedline.intake.one_page import whole
from heedline.intake.record import says_no_danger
from heedline.intake.summary import check_rows
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.web.components.see_other import SeeOther
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import form_of, keeps_words, kept_for, let_go
from heedline.web.entrance.times import clock
from heedline.web.office.calls import call_files, call_forms
from heedline.web.office.calls.call_aides import aides
from heedline.web.office.calls.call_forms import Sheet
from heedline.web.shell.request import OfficeRequest

GONE = (
    "The draft for this page no longer exists. It was sent or discarded in another tab, or it expired. "
    "The text below has not been saved. Select Save draft to start a new call with it."
)
CHANGED = (
    "This call was changed in another tab. The text below is from this tab and has not been saved. "
    "Select Save draft to replace the other version."
)
TOO_BIG = "This is too long for a draft, so it was not saved. Shorten it."
NO_ACCOUNT = "Nothing was sent because there is no account yet. The draft has been kept. Record what the caller said, even if it is only one line."
NOT_SENT = (
    "Nothing was sent because it could not be stored safely. The draft has been kept. Try again in a minute."
)
NOT_ALLOWED = "Nothing was sent. The draft will be kept for a day. Read it to a colleague, who can enter it."
TOO_MANY = (
    "Not saved. You already have five unfinished calls. Finish or discard one, then select Save draft again."
)
#: Characters of an account in the list of unfinished calls.
_OPENING = 80
OTHER_QUESTIONS = "The questions are now those for this. Look through them, then finish."


def _with_cookie(response: HttpResponse, cookie: str) -> HttpResponse:
    response.set_cookie(
        settings.CALL_COOKIE, cookie, path="/", secure=settings.SECURE, httponly=True, samesite="Strict"
    )
    return response


def call_address(name: str, draft: Draft) -> str:
    """Return the URL of a page for this call."""
    return f"{reverse(name)}?line={call_taking.line_of(draft)}"


def _drafts(request: OfficeRequest) -> tuple[Draft, ...]:
    return call_taking.open_calls(call_files.cookie_of(request), by=request.attendance, at=session.now())


def _posted_for(drafts: Iterable[Draft], posted: Mapping[str, Sequence[str]]) -> Draft | None:
    """Return the draft of a posted page, found by its call id or, for a new call, by its page id."""
    call, page = ((posted.get(name) or [""])[-1] for name in ("call", "page"))
    if call:
        return next((one for one in drafts if str(one.report_id) == call), None)
    return next((one for one in drafts if page and call_taking.begun_on(one) == page), None)


def call_of(request: OfficeRequest, *, sent: bool) -> Draft | None:
    """Return the call that a page is about, found by the draft number in its URL or form.

    Without a number, it is the only call that is sent, or is not.
    """
    drafts = _drafts(request)
    line = request.POST.get("line") or request.GET.get("line") or ""
    if line:
        return next((one for one in drafts if str(call_taking.line_of(one)) == line), None)
    found = [one for one in drafts if one.sent is sent]
    return found[0] if len(found) == 1 else None


def sheet_now(request: OfficeRequest, draft: Draft | None) -> Sheet:
    at = session.now()
    offered = call_taking.identity_offered(at=at)
    return call_forms.sheet_of(draft.answers if draft is not None else {}, offered=offered, at=at)


def posted(request: OfficeRequest, draft: Draft | None) -> Sheet:
    """Return the call sheet of the posted page, merged with its draft."""
    at = session.now()
    offered = call_taking.identity_offered(at=at)
    shown = request.POST.get("kind-shown", "")
    typed = call_forms.posted_over(
        draft.answers if draft is not None else {}, dict(request.POST.lists()), kind=shown, offered=offered
    )
    return call_forms.sheet_of(typed, offered=offered, at=at, kind=shown)


def _out_of_date(request: OfficeRequest, draft: Draft | None) -> str:
    """Return why this page must not overwrite the saved draft, or "" if it may."""
    call = request.POST.get("call", "")
    if draft is None:
        return GONE if call else ""
    same = call == str(draft.report_id) and request.POST.get("edition") == str(call_taking.edition_of(draft))
    return "" if same else CHANGED


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def call(request: OfficeRequest) -> HttpResponse:
    """Show the page for a new call, or for the unfinished call whose draft number is in the URL.

    What was typed before the keys were locked is restored.
    """
    by, at = request.attendance, session.now()
    drafts, line = _drafts(request), request.GET.get("line", "")
    kept = kept_for(request, by) if request.method == "GET" else None
    if request.method == "POST" or kept is not None:
        draft = _posted_for(drafts, kept or dict(request.POST.lists()))
    else:
        draft = next((one for one in drafts if str(call_taking.line_of(one)) == line), None)
    if draft is not None and draft.sent:
        return SeeOther(call_address("call-code", draft))
    if request.method == "POST":
        return _take(request, draft)
    if "danger" in request.GET:
        if call_taking.for_danger_only(by):
            draft = draft or next((one for one in drafts if not one.sent and not one.answers), None)
            free = call_taking.free_line(drafts) or 1
            new = draft or call_taking.begin(call_files.cookie_of(request), by=by, line=free)
            draft = call_taking.for_danger(new, at=at)
    elif kept is None and draft is None:
        try:
            call_taking.may_begin(by)
        except Refused as no:
            context = {"why": no.reason, "unfinished": _unfinished(drafts, None), **aides()}
            return render(request, "office/call_untrained.html", context, status=403)
    if kept is None:
        return show(request, draft, sheet_now(request, draft))
    before = draft.answers if draft is not None else {}
    offered = call_taking.identity_offered(at=at)
    shown = (kept.get("kind-shown") or [""])[-1]
    typed = call_forms.posted_over(before, kept, kind=shown, offered=offered)
    sheet = call_forms.sheet_of(typed, offered=offered, at=at, kind=shown)
    return show(request, draft, _within_leave(sheet, offered), words_came_back=True)


def _within_leave(sheet: Sheet, offered: bool) -> Sheet:
    """Return the sheet without details of a caller who has not agreed to give them."""
    return call_forms.sheet_of(sheet.kept(), offered=offered, at=session.now(), kind=sheet.kind)


def _take(request: OfficeRequest, draft: Draft | None) -> HttpResponse:
    by, at, do = request.attendance, session.now(), request.POST.get("do", "save")
    sheet = posted(request, draft)
    if why := _out_of_date(request, draft):
        return show(request, draft, sheet, 409, {"": why})
    if do == "throw-away":
        if draft is not None:
            call_taking.end(draft, at=at)
        return let_go(request, SeeOther(reverse("call")), by)
    if draft is None:
        free = call_taking.free_line(_drafts(request))
        if free is None:
            return show(request, None, sheet, 409, {"": TOO_MANY})
        draft = call_taking.begin(
            call_files.cookie_of(request), by=by, line=free, page=request.POST.get("page", "")
        )
    place, chosen = "", request.POST.get("kind", sheet.kind)
    if do.startswith("more.") and (more := call_forms.with_one_more(sheet, do.removeprefix("more."))):
        sheet, place = more
    keep = sheet.kept()
    if other := chosen != sheet.kind and do != "dropped" and chosen in load_pack(settings.PACK).kinds:
        keep = call_forms.moved_to(keep, sheet.kind, chosen)
    try:
        call_taking.keep(draft, keep, at=at)
    except ValueError:
        return show(request, draft, sheet, 413, {"": TOO_BIG})
    if do == "dropped":
        return let_go(request, _send(request, draft, sheet, dropped=True), by)
    if do == "alert":
        if (failed := _alert(request, draft, sheet)) is not None:
            return let_go(request, failed, by)
        place = ".".join(sheet.asked.narrative)
    if other and do == "finish":
        sheet = sheet_now(request, draft)
        return let_go(request, show(request, draft, sheet, 422, {"kind": OTHER_QUESTIONS}), by)
    if sheet.reading.refused:
        words = {
            name: text for name, text in sheet.errors.items() if name.split(".")[0] in sheet.reading.refused
        }
        if sheet.refused_for_good:
            sheet = _within_leave(sheet, sheet.offered)
        return let_go(request, show(request, draft, sheet, 422, words), by)
    if do == "finish" and sheet.errors:
        return let_go(request, show(request, draft, sheet, 422, sheet.errors), by)
    lead_to = call_address("call-check" if do == "finish" else "call", draft) + (f"#{place}" if place else "")
    if do == "files":
        lead_to = call_files.address("call-files", draft)
    return let_go(request, _with_cookie(SeeOther(lead_to), draft.cookie), by)


@open_to(Audience.OFFICERS)
@require_POST
def save(request: OfficeRequest) -> HttpResponse:
    """Save the page automatically, when its script asks, while the call-taker types.

    It needs no unlocked keys, because it opens nothing.
    """
    by, at = request.attendance, session.now()
    drafts = _drafts(request)
    draft = _posted_for(drafts, dict(request.POST.lists()))
    sheet = posted(request, draft)
    if draft is not None and draft.sent:
        return JsonResponse({"said": "This call has been sent."}, status=409)
    if why := _out_of_date(request, draft):
        return JsonResponse({"said": why}, status=409)
    if draft is None:
        free = call_taking.free_line(drafts)
        if free is None:
            return JsonResponse({"said": TOO_MANY}, status=413)
        draft = call_taking.begin(
            call_files.cookie_of(request), by=by, line=free, page=request.POST.get("page", "")
        )
    try:
        call_taking.keep(draft, sheet.kept(), at=at)
    except ValueError:
        return JsonResponse({"said": TOO_BIG}, status=413)
    said = f"Draft saved at {clock(at)}."
    if sheet.reading.refused:
        said += " No contact details are kept, because the caller has not agreed."
    known = {"said": said, "edition": call_taking.edition_of(draft), "call": str(draft.report_id)}
    return _with_cookie(JsonResponse(known), draft.cookie)


def show(
    request: OfficeRequest,
    draft: Draft | None,
    sheet: Sheet,
    status: int = 200,
    errors: dict[str, str] | None = None,
    *,
    words_came_back: bool = False,
) -> HttpResponse:
    pack = load_pack(settings.PACK)
    kept_at = call_taking.kept_at(draft)
    context: dict[str, Any] = {
        "sheet": sheet,
        "form": sheet.form(errors),
        "call": str(draft.report_id) if draft is not None else "",
        "page": request.POST.get("page") or token_urlsafe(16),
        "unfinished": _unfinished(_drafts(request), draft) if not getattr(request, "practice", "") else [],
        "edition": call_taking.edition_of(draft),
        "alerted": _alerted(request, draft),
        "kept_at": clock(kept_at) if kept_at is not None else "",
        "words_came_back": words_came_back,
        "form_of": form_of(request.attendance),
        "several_kinds": len(pack.kinds) > 1,
        "incidents": sheet.names_incidents,
        "files": call_files.listed(draft),
        "risk": [one.name for one in call_forms.risk_fields()],
        "risk_name": pack.risk_prompts.name,
        "entered_later": any(sheet.own.errors) or sheet.own.text("contact-at") or sheet.own.day("contact-on"),
        **aides(),
    }
    response = render(request, "office/call.html", context, status=status)
    cookie = draft.cookie if draft is not None else call_files.cookie_of(request) or call_taking.new_cookie()
    return _with_cookie(response, cookie)


def _alerted(request: OfficeRequest, draft: Draft | None) -> dict[str, Any] | None:
    """Return the reference and the desk of the report that this call's alert sent, or None."""
    if draft is None or not call_alert.alerted(draft):
        return None
    there = call_ending.where_is(draft, by=request.attendance)
    return {"short": short_name(draft.report_id), "desk": there.desk_name, "ref": there.ref}


def _unfinished(drafts: Iterable[Draft], now: Draft | None) -> list[dict[str, Any]]:
    """Return the officer's other unfinished calls, with the first words of each, for listing on a new call."""
    return [
        {
            "href": call_address("call-code" if one.sent else "call", one),
            "sent": one.sent,
            "saved": clock(at) if (at := call_taking.kept_at(one)) is not None else "",
            "opening": "" if one.sent else _opening(one),
        }
        for one in drafts
        if now is None or one.report_id != now.report_id
    ]


def _opening(draft: Draft) -> str:
    sheet = call_forms.sheet_of(draft.answers, offered=True, at=session.now())
    return (sheet.typed.get(".".join(sheet.asked.narrative)) or [""])[-1][:_OPENING]


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def check(request: OfficeRequest) -> HttpResponse:
    """Show all answers again, so that they can be read out to the caller before sending."""
    draft = call_of(request, sent=False)
    if draft is None or draft.sent:
        return SeeOther(call_address("call-code", draft) if draft is not None else reverse("call"))
    sheet = sheet_now(request, draft)
    if sheet.errors:
        return show(request, draft, sheet, 422, sheet.errors)
    if request.method == "POST":
        return _send(request, draft, sheet, dropped=False)
    answers = whole(sheet.asked, sheet.reading)
    asked = {"identity_offered": sheet.offered}
    missing = [sheet.asked.any_step(slug) for slug in engine.missing(sheet.asked, answers, **asked)]
    contact = sheet.contact(dropped=False)
    about = [("Incident", sheet.incident_words)] if sheet.incident_words else []
    context = {
        "sections": [
            (section.title, given)
            for section in check_rows(sheet.asked, answers, **asked)
            if (given := [row for row in section.rows if row.given])
        ],
        "not_asked": [(one.title, f"{one.slug}.{one.fields[0].name}") for one in missing],
        "contact": call_taking.contact_rows(contact.channel, contact.in_the_seal(request.attendance)) + about,
        "line": call_taking.line_of(draft),
        "alerted": _alerted(request, draft),
        "files": call_files.listed(draft),
        "kind": load_pack(settings.PACK).kinds[sheet.kind].name,
        "only_who": load_pack(settings.PACK).behaviour.only_who(
            sheet.record().narrative, kind=sheet.kind, language=call_forms.LANGUAGE
        ),
        "may_be_planned": says_no_danger(answers)
        and load_pack(settings.PACK).plan_words.names_a_plan(
            sheet.record().narrative, language=call_forms.LANGUAGE
        ),
    }
    return render(request, "office/call_check.html", context)


def _alert(request: OfficeRequest, draft: Draft, sheet: Sheet) -> HttpResponse | None:
    """Send what was typed so far as danger, and keep the draft. Return a page only if nothing was sent."""
    by, at = request.attendance, session.now()
    try:
        call_taking.alert(draft, sheet.contact(dropped=False), sheet.record(), sheet.asked, by=by, at=at)
    except SealingStopped:
        return show(request, draft, sheet, 503, {"": NOT_SENT})
    except Refused as no:
        return show(request, draft, sheet, 403, {"": f"{NOT_ALLOWED} {no.reason}"})
    return None


check.stood_on = "/w/call/check/"  # type: ignore[attr-defined]  # where a button pressed after the lock leads back to


def _send(request: OfficeRequest, draft: Draft, sheet: Sheet, *, dropped: bool) -> HttpResponse:
    """Seal and store the report.

    The draft is kept if anything fails. The report is not said to be sent until it is stored durably.
    """
    by, at = request.attendance, session.now()
    if not sheet.reading.told and not call_alert.alerted(draft):
        return show(request, draft, sheet, 422, {".".join(sheet.asked.narrative): NO_ACCOUNT})
    if lost := call_taking.without_lost_files(draft, at=at):
        words = call_files.lost_words(lost)
        if not dropped:
            return show(request, draft, sheet, 409, {"": f"Nothing was sent. {words}"})
        messages.warning(request, f"Sent without a file. {words}")
    try:
        call_taking.send(draft, sheet.contact(dropped=dropped), sheet.record(), sheet.asked, by=by, at=at)
    except SealingStopped:
        return show(request, draft, sheet, 503, {"": NOT_SENT})
    except Refused as no:
        return show(request, draft, sheet, 403, {"": f"{NOT_ALLOWED} {no.reason}"})
    return _with_cookie(
        SeeOther(call_address("call-code", draft)), draft.cookie
    )  # it may have begun with this very button


@open_to(Audience.OFFICERS)
@require_GET
def blank_sheet(request: OfficeRequest) -> HttpResponse:
    """Show a blank paper form with the same questions, for when the system is down.

    It contains nothing of any call.
    """
    call_taking.may_take_down(request.attendance)
    sheet = sheet_now(request, None)
    return render(
        request, "office/call_sheet.html", {"sheet": sheet, "channels": call_taking.CHANNELS, **aides()}
    )
