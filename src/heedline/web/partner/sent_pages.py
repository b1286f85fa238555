"""List the disclosures sent to a partner, show one, and accept a reply to it.

Opening a disclosure for the first time signs for its receipt, so it is a button and not a link. Every opening
is recorded in the log of the desk that sent it.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from heedline.casework.access import session
from heedline.casework.access.session import Attendance
from heedline.casework.dissemination import minutes, partner_inbox, sent_files, session_days
from heedline.casework.dissemination.partner_inbox import OpenedHere, SentHere
from heedline.casework.errors import CannotOpen, Conflict, SealingStopped
from heedline.intake.fields import tidy
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.reports.dissemination_states import DisseminationState
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import DateInput, Field, FieldOption, Form, Radios, TextArea, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import times
from heedline.web.entrance.kept_words import form_of, keeps_words, let_go
from heedline.web.entrance.middleware import SignedInRequest
from heedline.web.shell.danger_answers import DANGER_TOLD
from heedline.web.shell.file_frames import framing, token_address
from heedline.web.shell.saved_words import restored

_ANSWERED = "What you do, what you know, whom they can phone. It is sealed to the desk, and signed by you."
_DECIDED = (
    "The reasons. If the person is not adopted, what happens instead and who does it. If it is deferred, until when. It is"
    " sealed to the desk, and signed by you."
)


def _part(name: str, label: str, hint: str, *, required: str = "") -> Field:
    return TextArea(
        name=name,
        label=label,
        hint=hint,
        required=required,
        optional=not required,
        rows=3,
        limit=minutes.LONGEST,
        names=True,
    )


_MINUTES: tuple[Field, ...] = (
    _part(
        "present",
        "Who was at the meeting?",
        "One person on each line: the name, a comma, and the organisation.",
        required=minutes.WHO_WAS_THERE,
    ),
    _part("apologies", "Who sent apologies?", "One person on each line."),
    _part(
        "conflicts",
        "Who declared a conflict of interest?",
        "They do not get the pack, and leave the meeting for this case.",
    ),
    _part("dissent", "Who disagreed, and why?", "Leave it empty if nobody did."),
    _part("actions", "Actions", "One on each line: what, who does it, and by when."),
)
_DAY: Field = DateInput(
    name="on", label="Which day was the session?", hint="For example 14 3 2027.", required=session_days.NO_DAY
)
#: So many are listed on a page of those that wait for nobody.
_ON_A_PAGE = 25
_CHANGED = "The keys of the desk have changed in this moment. Nothing was sent. Send it again."
_CANNOT_SEAL = (
    "It could not be sealed just now, and nothing was sent. Lock your keys, unlock them again and send it once more. "
    "If that does not help, phone the desk."
)


def answer_fields(purpose: str, *, decides: bool) -> tuple[Field, ...]:
    """Return the fields for a reply to a disclosure for this purpose, in the pack's wording. `decides` is for a panel's decision."""
    known = load_pack(settings.PACK).partners.answers_to(purpose)
    sessions = load_pack(settings.PACK).partners.purposes[purpose].sessions
    return (
        *((_DAY,) if sessions else ()),
        Radios(
            name="code",
            label="What did the panel decide?" if decides else "What is your answer?",
            required="Choose the decision" if decides else "Choose your answer",
            choices=tuple(FieldOption(value=code, label=words) for code, words in known.items()),
            small=True,
        ),
        Radios(
            name="danger",
            label="Is anyone in danger, or is something planned?",
            hint="All answers but “No” page the desk at once.",
            required="Say whether anyone is in danger, or something is planned",
            choices=tuple(FieldOption(value=code, label=words) for code, words in DANGER_TOLD.items()),
            small=True,
        ),
        TextInput(name="phone", label="Number for the desk to phone", kind="tel", width=20, limit=40),
        TextArea(
            name="text",
            label="What should the desk know?",
            hint=_DECIDED if decides else _ANSWERED,
            required="Write what the desk should know, or that there is no more",
            limit=partner_inbox.LONGEST,
            tell_limit=True,
            names=True,
        ),
        *(_MINUTES if decides else ()),
    )


@open_to(Audience.OFFICERS)
@require_GET
def listing(request: SignedInRequest) -> HttpResponse:
    """List the disclosures sent to the partner, with waiting ones first and then the rest, newest first.

    What a panel decides is listed by meeting, before the rest. No text is shown, because disclosures are opened one by one.
    """
    found = partner_inbox.listing(by=request.attendance, at=session.now())
    waiting = [one for one in found if _turn(one)]
    meetings: dict[date, list[SentHere]] = {}
    for each in sorted(waiting, key=lambda one: one.meets_on or date.max):
        if each.meets_on is not None:
            meetings.setdefault(each.meets_on, []).append(each)
    waiting = [one for one in waiting if one.meets_on is None]
    rest = [one for one in found if not _turn(one)]
    pages = max(1, -(-len(rest) // _ON_A_PAGE))
    asked = request.GET.get("page", "")
    page = min(pages, max(1, int(asked))) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    shown = rest[(page - 1) * _ON_A_PAGE : page * _ON_A_PAGE]
    agendas = [(f"{day:%-d %B %Y}", cases) for day, cases in meetings.items()]
    context = {"agendas": agendas, "waiting": waiting, "rest": shown, "page": page, "pages": pages}
    return render(request, "partner/listing.html", context)


def _turn(one: SentHere) -> bool:
    return one.state == DisseminationState.SENT or (
        one.state == DisseminationState.RECEIVED and one.answer_wanted
    )


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def one(request: SignedInRequest, ref: UUID) -> HttpResponse:
    """Show one disclosure.

    Until somebody has opened it, only its cover is shown, and from then on its text.
    """
    by, at = request.attendance, session.now()
    about = partner_inbox.one(ref, by=by, at=at)
    context = {"about": about, "can_answer": False, "opened_at": times.day_and_clock(at, at)}
    if about.withdrawn or (request.method == "GET" and not about.opened):
        return render(request, "partner/cover.html", context)
    try:
        opened = partner_inbox.open_it(ref, by=by, at=at)
    except CannotOpen:
        return render(request, "partner/cannot_open.html", context, status=409)
    about = opened.about
    context |= {
        "about": about,
        "opened": opened,
        "can_answer": about.can_answer and _signs(about, by),
        "can_add": about.can_add and _signs(about, by),
        "others_sign": not _signs(about, by),
    }
    return render(request, "partner/one.html", context)


def _signs(about: SentHere, by: Attendance) -> bool:
    """Return whether this person may answer: what a panel decides, only its chair or a deputy signs."""
    return about.meets_on is None or by.may(Capability.SIGN_DECISION)


@open_to(Audience.UNLOCKED)
@require_GET
def file(request: SignedInRequest, ref: UUID, number: int) -> HttpResponse:
    """Show one file of a disclosure in a frame, covered until the user reveals it."""
    by, at = request.attendance, session.now()
    try:
        viewed = sent_files.view(ref, number, by=by, at=at)
    except NotNow:  # nobody has opened the disclosure yet
        return HttpResponseRedirect(reverse("sent", kwargs={"ref": ref}))
    except CannotOpen:
        about = partner_inbox.one(ref, by=by, at=at)
        return render(request, "partner/cannot_open.html", {"about": about}, status=409)
    context = {
        "about": viewed.about,
        "file": viewed.file,
        "how_many": viewed.how_many,
        "before": number - 1,
        "after": number + 1 if number < viewed.how_many else 0,
        "frame": token_address("t", viewed.token),
    }
    return framing(render(request, "partner/file.html", context))


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def answer(request: SignedInRequest, ref: UUID) -> HttpResponse:
    """Reply to a disclosure, or add to an earlier reply."""
    by, at = request.attendance, session.now()
    about = partner_inbox.one(ref, by=by, at=at)
    fields = answer_fields(about.purpose_code, decides=about.meets_on is not None)
    kept = restored(request, fields)
    form, status = kept or Form(fields), 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        worried = form.text("code") in load_pack(settings.PACK).partners.danger_answers
        if worried and not form.text("phone"):
            form = form.but(phone="Give a number that the desk can phone now")
        if not form.errors:
            try:
                partner_inbox.answer(
                    ref,
                    form.text("code"),
                    _text_of(form),
                    danger=form.text("danger"),
                    phone=form.text("phone"),
                    minutes=_minutes_of(form) if about.meets_on is not None else None,
                    by=by,
                    at=at,
                )
            except NotNow as no:
                form, status = form.but(**{no.about: no.reason}), 409
            except Conflict:
                form, status = form.but(**{"": _CHANGED}), 409
            except SealingStopped:
                form, status = form.but(**{"": _CANNOT_SEAL}), 503
            else:
                messages.success(request, "Your reply has been sent to the desk.")
                return let_go(request, HttpResponseRedirect(reverse("sent", kwargs={"ref": ref})), by)
    context = {
        "about": about,
        "opened": _beside(about, by, at),
        "form": form,
        "can_answer": (about.can_answer or about.can_add) and _signs(about, by),
        "others_sign": not _signs(about, by),
        "words_came_back": kept is not None,
        "form_of": form_of(by),
    }
    return render(request, "partner/answer.html", context, status=status)


def _text_of(form: Form) -> str:
    """Return the text of an answer, beginning with the day of the session that it reports."""
    day = form.day("on")
    return session_days.with_day(form.text("text"), day) if day is not None else form.text("text")


def _minutes_of(form: Form) -> minutes.PanelMinutes:
    """Return the minutes that a form holds, without blank lines."""
    parts = {one.name: tidy(form.text(one.name), lines=True) for one in _MINUTES}
    lines = {name: [line.strip() for line in text.splitlines()] for name, text in parts.items()}
    return minutes.PanelMinutes(**{name: "\n".join(filter(None, each)) for name, each in lines.items()})


def _beside(about: SentHere, by: Attendance, at: datetime) -> OpenedHere | None:
    """Return the disclosure to show beside the reply, or None if it cannot be shown.

    Showing it is logged like every other opening.
    """
    if not (about.can_answer or about.can_add):
        return None
    try:
        return partner_inbox.open_it(about.id, by=by, at=at)
    except CannotOpen:
        return None
