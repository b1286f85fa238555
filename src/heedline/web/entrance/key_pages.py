"""Pages for keys: desk keys, comparing key words, key changes and outstanding tasks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.errors import NotHere, WrongPassphrase
from heedline.casework.setup import key_overview, readdressing
from heedline.casework.setup.key_overview import DeskKeys, EpochState
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import Form, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import throttle, times
from heedline.web.entrance.middleware import SignedInRequest
from heedline.web.entrance.signing_in import is_own_path

PASSPHRASE = TextInput(
    name="passphrase",
    label="Passphrase",
    hint="The six words that unlock your keys. Asked for again, because this changes who can open what.",
    kind="password",
    autocomplete="off",
    required="Enter your passphrase",
)
WORDS = TextInput(
    name="words",
    label="The eight words that they read to you",
    hint="Face to face, or by telephone when you know their voice. Never out of a message.",
    autocomplete="off",
    required="Enter the eight words",
)
SHEET_WORDS = TextInput(
    name="words",
    label="The eight words on a printed share",
    hint="Every one of the five papers has the same eight words at its foot.",
    required="Enter the eight words",
)
NOT_IT = "This is not your passphrase. Check each of the six words and the spaces between them."
STATES = {
    EpochState.IN_FORCE: "In force",
    EpochState.TO_COME: "To come",
    EpochState.PAST: "Before",
    EpochState.ENDED: "Ended, not destroyed yet",
}


@open_to(Audience.OFFICERS)
@require_GET
def keys(request: SignedInRequest) -> HttpResponse:
    """List the desks whose keys the officer holds, with each desk's people and keys.

    Stewards and overseers see all desks.
    """
    at, by = session.now(), request.attendance
    desks = [_told(one, at) for one in key_overview.desk_keys(by=by, at=at)]
    unseen = len(key_overview.changes(by=by)) if by.unlocked else 0
    return render(
        request,
        "entrance/keys.html",
        {"desks": desks, "own_words": key_overview.own_words(by), "unseen": unseen, "unlocked": by.unlocked},
    )


def _told(desk: DeskKeys, at: datetime) -> dict[str, object]:
    ready = max((one.ready_at for one in desk.ended), default=None)
    return {
        "line": desk,
        "epochs": [
            {
                "opens": f"{one.opens_on:%-d %B %Y}",
                "state": STATES[one.state],
                "holders": one.holders,
                "leavers": one.leavers,
                "made_by": one.made_by,
            }
            for one in desk.epochs
        ],
        "wait_until": times.day_and_clock(ready, at) if ready is not None and ready > at else "",
    }


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def changes(request: SignedInRequest) -> HttpResponse:
    """Show the signed key changes at the officer's desks since their last visit, for acknowledgement.

    Acknowledging needs the passphrase.
    """
    at, by = session.now(), request.attendance
    asked = request.POST.get("next") or request.GET.get("next") or ""
    lead_to = asked if is_own_path(asked) else reverse("my-work")
    found = key_overview.changes(by=by)
    form = Form((PASSPHRASE,))
    if request.method == "POST":
        form = Form.posted((PASSPHRASE,), request.POST.lists())
        serial = request.POST.get("serial", "")
        if not form.errors and serial.isdecimal() and len(serial) < 10:
            form = with_passphrase(
                request,
                form,
                lambda words: key_overview.acknowledge(int(serial), words, by=by, at=at),
            )
            if not form.errors:
                messages.success(request, "Your view has been recorded.")
                return HttpResponseRedirect(lead_to)
    context = {
        "changes": found,
        "serial": found[-1].serial if found else 0,
        "form": form,
        "next": lead_to,
    }
    return render(request, "entrance/key_changes.html", context, status=422 if form.errors else 200)


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def compare(request: SignedInRequest, ref: UUID) -> HttpResponse:
    """Compare a colleague's key words as read out, then grant them the keys that this officer can open."""
    at, by = session.now(), request.attendance
    name = key_overview.colleague(ref, by=by)
    fields = (WORDS, PASSPHRASE)
    form = Form(fields)
    if request.method == "POST":
        form = Form.posted(fields, request.POST.lists())
        if not form.errors:
            granted = 0

            def act(passphrase: str) -> None:
                nonlocal granted
                granted = key_overview.compare(ref, form.text("words"), passphrase, by=by, at=at)

            form = with_passphrase(request, form, act)
            if not form.errors:
                more = f" They can open {granted} more keys." if granted else ""
                messages.success(request, f"The words of {name} are right.{more}")
                return HttpResponseRedirect(reverse("keys"))
    context = {"form": form, "name": name, "ref": ref}
    return render(request, "entrance/key_compare.html", context, status=422 if form.errors else 200)


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def compare_recovery(request: SignedInRequest, desk: str) -> HttpResponse:
    """Compare a printed recovery share's words, then grant the recovery key this officer's epoch keys."""
    at, by = session.now(), request.attendance
    mine = readdressing.desk_of(desk, by=by)
    fields = (SHEET_WORDS, PASSPHRASE)
    form = Form(fields)
    if request.method == "POST":
        form = Form.posted(fields, request.POST.lists())
        if not form.errors:
            form = with_passphrase(
                request,
                form,
                lambda words: key_overview.compare_recovery(mine, form.text("words"), words, by=by, at=at),
            )
            if not form.errors:
                messages.success(
                    request, "The words match. Any three of the five holders can recover what you can open."
                )
                return HttpResponseRedirect(reverse("keys"))
    context = {"form": form, "desk": desk}
    return render(request, "entrance/key_recovery.html", context, status=422 if form.errors else 200)


@open_to(Audience.UNLOCKED)
@require_POST
def readdress(request: SignedInRequest, desk: str) -> HttpResponse:
    """Readdress a batch of sealed parts to the desk's current key.

    Submitting the form again continues with the remainder.
    """
    at, by = session.now(), request.attendance
    done = readdressing.readdress(readdressing.desk_of(desk, by=by), by=by, at=at)
    if done.left:
        failed = f" {done.failed} could not be opened with your keys." if done.failed else ""
        messages.success(request, f"{done.moved} parts re-addressed, {done.left} remaining.{failed}")
    else:
        messages.success(
            request, f"{done.moved} parts re-addressed. Nothing is sealed to the old keys any more."
        )
    return HttpResponseRedirect(reverse("keys"))


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def destroy(request: SignedInRequest, desk: str) -> HttpResponse:
    """Destroy the desk's retired keys once nothing is sealed to them, after confirmation.

    The certificates are then shown.
    """
    at, by = session.now(), request.attendance
    ended = readdressing.ended(readdressing.desk_of(desk, by=by), by=by)
    if request.method == "GET":
        lines = [f"{one.opens_on:%-d %B %Y}" for one in ended]
        return render(request, "entrance/keys_destroy.html", {"desk": desk, "ended": lines})
    papers = []
    for one in ended:
        try:
            papers.append(readdressing.destroy(one.epoch, by=by, at=at))
        except (NotNow, NotHere) as no:
            messages.error(request, getattr(no, "reason", "A colleague was quicker."))
    if not papers:
        return HttpResponseRedirect(reverse("keys"))
    return render(request, "entrance/keys_destroyed.html", {"papers": [one.words for one in papers]})


def with_passphrase(request: SignedInRequest, form: Form, act: Callable[[str], object]) -> Form:
    """Perform an action that needs the passphrase, reporting any error on the passphrase field.

    Guesses are rate-limited.
    """
    key = str(request.attendance.officer_id)
    if wait := throttle.UNLOCKS.take(key):
        return form.but(
            passphrase=f"There have been too many attempts. Wait {throttle.wait_words(wait)} and try again."
        )
    try:
        act(form.text("passphrase"))
    except WrongPassphrase:
        return form.but(passphrase=NOT_IT)
    except Refused as no:
        throttle.UNLOCKS.give_back(key)
        return form.but(**{form.fields[0].name: no.reason})
    throttle.UNLOCKS.give_back(key)
    return form
