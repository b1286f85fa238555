"""Enrolment of a new officer's keys, and replacement of a lost unlock method.

The officer enters the enrolment code and password, then sets up two unlock methods, each of which is written
down and typed back. An officer who has lost one method replaces it with the help of the other. The words are
shown in the response to a form and are not kept in the session. What is kept can be opened only with the words.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.errors import NotHere, WrongPassphrase
from heedline.casework.setup import enrolment
from heedline.casework.setup.enrolment import LABELS, WAYS, NewWay
from heedline.web.components.forms import FieldOption, Form, Radios, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import throttle
from heedline.web.entrance.key_pages import PASSPHRASE, with_passphrase
from heedline.web.entrance.middleware import SignedInRequest

#: What the session holds between the pages; all of it useless without words that it does not hold.
_BEGUN = "enrolling"
_NEW_WAY = "new_way"
START = (
    TextInput(name="email", label="Email", kind="email", required="Enter your email address"),
    TextInput(
        name="code",
        label="The six words on your invitation",
        hint="A steward gave them to you in person.",
        required="Enter the six words",
    ),
    TextInput(
        name="password",
        label="Choose a password",
        hint="At least 12 characters. It signs you in. It never unlocks your keys.",
        kind="password",
        required="Choose a password",
    ),
)
TYPED = (
    TextInput(
        name="typed",
        label="Type the six words from your paper",
        hint="Not copied from the screen: this proves that what you wrote down is right.",
        kind="password",
        required="Type the six words",
    ),
)
NOT_THEM = "These are not the six words. Check each word and the spaces between them, or begin again."
WRONG = "These do not go together, or the invitation is used or too old. Ask a steward for a new one."


@open_to(Audience.SIGNING_IN)
@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """Check the enrolment code and password, then show the officer's unlock words for the first time."""
    form = Form(START)
    if request.method == "POST":
        form = Form.posted(START, request.POST.lists())
        try:
            validate_password(form.text("password"))
        except ValidationError as weak:
            form = form.but(password=" ".join(weak.messages)) if form.text("password") else form
        if not form.errors:
            key = form.text("email").casefold()
            if wait := throttle.STRANGERS.take(key):
                form = form.but(code=f"There have been too many attempts. Wait {throttle.wait_words(wait)}.")
            else:
                try:
                    officer = enrolment.invited(form.text("email"), form.text("code"), at=session.now())
                except NotHere:
                    form = form.but(code=WRONG)
                else:
                    throttle.STRANGERS.give_back(key)
                    new = enrolment.first_way(officer)
                    request.session[_BEGUN] = {
                        "officer": str(officer),
                        "code": form.text("code"),
                        "password": enrolment.hashed(form.text("password")),
                        "first": new.wrapped,
                    }
                    return _show(request, new, "Your passphrase", "enrol-prove")
    return render(request, "entrance/enrol.html", {"form": form}, status=422 if form.errors else 200)


def _show(request: HttpRequest, new: NewWay, title: str, to: str) -> HttpResponse:
    context = {"words": new.words, "title": title, "to": reverse(to), "sheet": title != "Your passphrase"}
    return render(request, "entrance/enrol_words.html", context)


@open_to(Audience.SIGNING_IN)
@require_http_methods(["GET", "POST"])
def prove(request: HttpRequest) -> HttpResponse:
    """Check the words that were written down, first the passphrase and then the recovery sheet, and complete enrolment."""
    begun = request.session.get(_BEGUN)
    if not isinstance(begun, dict):
        return HttpResponseRedirect(reverse("enrol"))
    second = "second" in begun
    form = Form(TYPED)
    if request.method == "POST" and "typed" in request.POST:
        form = Form.posted(TYPED, request.POST.lists())
        if not form.errors:
            officer = UUID(begun["officer"])
            try:
                if not second:
                    new = enrolment.second_way(officer, begun["first"], form.text("typed"))
                    request.session[_BEGUN] = {**begun, "second": new.wrapped}
                    return _show(request, new, "Your recovery sheet", "enrol-prove")
                own = enrolment.finish(
                    officer,
                    begun["code"],
                    password=begun["password"],
                    first=begun["first"],
                    second=begun["second"],
                    typed=form.text("typed"),
                    at=session.now(),
                )
            except WrongPassphrase:
                form = form.but(typed=NOT_THEM)
            except NotHere:
                del request.session[_BEGUN]
                return render(
                    request, "entrance/enrol.html", {"form": Form(START).but(code=WRONG)}, status=422
                )
            else:
                request.session.flush()
                return render(request, "entrance/enrol_done.html", {"own_words": own})
    context = {"form": form, "second": second, "to": reverse("enrol-prove")}
    return render(request, "entrance/enrol_prove.html", context, status=422 if form.errors else 200)


# --- a lost way --------------------------------------------------------------------------------------------------------


def _which() -> Radios:
    return Radios(
        name="way",
        label="Which one do you need anew?",
        choices=tuple(FieldOption(value=code, label=words) for code, words in WAYS.items()),
        required="Choose which one",
        small=True,
    )


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def ways(request: SignedInRequest) -> HttpResponse:
    """Show the officer's unlock methods, and replace a lost one with the help of a working one."""
    by, at = request.attendance, session.now()
    listed = (_which(), PASSPHRASE)
    form, new = Form(listed), None
    if request.method == "POST":
        form = Form.posted(listed, request.POST.lists())
        if not form.errors:

            def act(words: str) -> None:
                nonlocal new
                new = enrolment.replace_way(form.text("way"), words, by=by, at=at)

            form = with_passphrase(request, form, act)
    if new is not None:
        request.session[_NEW_WAY] = {"way": form.text("way"), "wrapped": new.wrapped}
        title = "Your passphrase" if form.text("way") == "passphrase" else "Your recovery sheet"
        return _show(request, new, title, "ways-prove")
    has = [LABELS[way] for way in enrolment.ways(by)]
    return render(
        request, "entrance/ways.html", {"form": form, "has": has}, status=422 if form.errors else 200
    )


@open_to(Audience.OFFICERS)
@require_POST
def prove_way(request: SignedInRequest) -> HttpResponse:
    """Check the new words typed back, then revoke the old words of that unlock method."""
    begun = request.session.get(_NEW_WAY)
    if not isinstance(begun, dict):
        return HttpResponseRedirect(reverse("ways"))
    form = Form(TYPED)
    if "typed" in request.POST:
        form = Form.posted(TYPED, request.POST.lists())
        if not form.errors:
            try:
                enrolment.keep_way(
                    begun["way"],
                    begun["wrapped"],
                    form.text("typed"),
                    by=request.attendance,
                    at=session.now(),
                )
            except WrongPassphrase:
                form = form.but(typed=NOT_THEM)
            else:
                del request.session[_NEW_WAY]
                messages.success(request, "The new words work from now on. The old ones no longer work.")
                return HttpResponseRedirect(reverse("ways"))
    context = {"form": form, "second": begun["way"] == "reserve", "to": reverse("ways-prove")}
    return render(request, "entrance/enrol_prove.html", context, status=422 if form.errors else 200)
