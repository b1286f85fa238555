"""Stewards' set-up pages, for making a proposal and confirming another steward's."""

from __future__ import annotations

import re
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.errors import NotHere
from heedline.casework.setup import leavers, leaving_effects, proposals, threat_levels, waiting_proposals
from heedline.casework.setup import overview as setup_overview
from heedline.casework.setup.overview import PersonState
from heedline.casework.setup.proposals import Done, ProposalKind
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.web.components.forms import Form, Value
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.key_pages import with_passphrase
from heedline.web.office.stewards.steward_forms import (
    OF_PROVIDER,
    PASSPHRASE,
    ROLE_WORDS,
    SAID,
    TITLES,
    fields,
)
from heedline.web.shell.request import OfficeRequest

STATES = {
    PersonState.INVITED: "Invited, keys not created yet",
    PersonState.MADE_KEYS: "Has made keys: sign them",
    PersonState.SIGNED: "Keys are signed",
    PersonState.STOPPED: "Stopped: cannot sign in. Propose that they leave",
    PersonState.LEFT: "Out: holds nothing here",
    PersonState.NO_KEYS: "No keys",
}
_CODE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


@open_to(Audience.OFFICERS)
@require_GET
def overview(request: OfficeRequest) -> HttpResponse:
    """List organisations, desks and people, and the proposals awaiting a second steward."""
    by, at = request.attendance, session.now()
    setup = setup_overview.overview(by=by, at=at)
    people = [
        {
            "line": one,
            "state": STATES[one.state],
            "roles": [
                f"{ROLE_WORDS[Role(role)]}{', ' + desk if desk else ''}" for role, _, desk in one.roles
            ],
            "can_sign": one.state is PersonState.MADE_KEYS,
            "has_keys": one.state is PersonState.SIGNED,
            "can_leave": one.state is not PersonState.LEFT and one.id != by.officer_id,
            "can_stop": one.state not in {PersonState.STOPPED, PersonState.LEFT} and one.id != by.officer_id,
        }
        for one in setup.people
    ]
    context = {
        "setup": setup,
        "people": people,
        "old_levels": [one.scope for one in threat_levels.recorded(by=by, at=at) if not one.current],
        "proposals": proposals.open_proposals(by=by, at=at),
        "kinds": [
            (kind.value, TITLES[kind])
            for kind in ProposalKind
            if kind not in OF_PROVIDER or any(one.through_provider for one in setup.people)
        ],
    }
    return render(request, "office/setup.html", context)


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def propose(request: OfficeRequest, item: str) -> HttpResponse:
    """Make a set-up proposal."""
    by, at = request.attendance, session.now()
    setup = setup_overview.overview(by=by, at=at)
    if item not in set(ProposalKind):
        raise NotHere
    kind = ProposalKind(item)
    listed = fields(kind, setup)
    form = Form(listed, values=_filled(request, kind))
    warnings = proposals.warnings_of(kind, _facts(form), by=by, at=at)
    if request.method == "POST":
        form = Form.posted(listed, request.POST.lists())
        if form.text("code") and not _CODE.fullmatch(form.text("code")):
            form = form.but(code="Use small letters, digits and hyphens only")
        warnings = proposals.warnings_of(kind, _facts(form), by=by, at=at)
        if not form.errors and warnings and request.POST.get("warned") != _warned(form):
            return render(
                request, "office/setup_propose.html", _proposing(kind, form, warnings, by_post=True)
            )
        if not form.errors:
            facts = _facts(form)
            form = with_passphrase(
                request,
                form,
                lambda words: proposals.propose(kind, facts, words, said=form.text("said"), by=by, at=at),
            )
            if not form.errors:
                messages.success(request, "Proposed and signed by you. Another steward must confirm it.")
                return HttpResponseRedirect(reverse("setup"))
    context = _proposing(kind, form, warnings)
    return render(request, "office/setup_propose.html", context, status=422 if form.errors else 200)


def _facts(form: Form) -> dict[str, str]:
    return {one.name: form.text(one.name) for one in form.fields if one not in (PASSPHRASE, SAID)}


def _filled(request: OfficeRequest, kind: ProposalKind) -> dict[str, Value]:
    """Return the form values given in the URL.

    These are the officer and, for new keys, the role for which they were invited.
    """
    try:
        officer = UUID(request.GET.get("officer", ""))
    except ValueError:
        return {}
    if kind is not ProposalKind.KEYS:
        return {"officer": str(officer)}
    role, desk = waiting_proposals.invited_as(officer, by=request.attendance)
    return {"officer": str(officer), "role": role, "desk": desk}


def _proposing(
    kind: ProposalKind, form: Form, warnings: tuple[str, ...], *, by_post: bool = False
) -> dict[str, object]:
    """Return the template context of a proposal's page.

    `by_post` asks again because of warnings that were not shown before.
    """
    return {
        "form": form,
        "title": TITLES[kind],
        "item": kind.value,
        "warnings": warnings,
        "warned": _warned(form),
        "again": by_post,
    }


def _warned(form: Form) -> str:
    """Return the form's officer and desk as one string, to check that their warnings were shown."""
    return f"{form.text('officer')} {form.text('desk')}".strip()


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def confirm(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Review another steward's proposal, compare the key words if needed, and sign it."""
    by, at = request.attendance, session.now()
    line = proposals.proposal(ref, by=by, at=at)
    listed = (SAID, PASSPHRASE) if line.needs_words else (PASSPHRASE,)
    form, done = Form(listed), None
    if request.method == "POST" and not line.mine:
        form = Form.posted(listed, request.POST.lists())
        if not form.errors:

            def act(words: str) -> None:
                nonlocal done
                done = proposals.confirm(ref, words, said=form.text("said"), by=by, at=at)

            form = with_passphrase(request, form, act)
    if done is not None:
        return _done(request, done)
    return render(
        request,
        "office/setup_confirm.html",
        {"form": form, "line": line},
        status=422 if form.errors else 200,
    )


def _done(request: OfficeRequest, done: Done) -> HttpResponse:
    if not done.code:
        messages.success(request, f"Done: {done.words}.")
        return HttpResponseRedirect(reverse("setup"))
    at_partners = f"{settings.PARTNER_URL.rstrip('/')}{reverse('enrol')}"
    address = at_partners if done.partner else request.build_absolute_uri(reverse("enrol"))
    return render(request, "office/setup_invited.html", {"done": done, "address": address})


@open_to(Audience.OFFICERS)
@require_POST
def withdraw(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Withdraw a proposal."""
    proposals.withdraw(ref, by=request.attendance, at=session.now())
    messages.success(request, "The proposal has been withdrawn.")
    return HttpResponseRedirect(reverse("setup"))


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def stop(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Stop a user from signing in, with immediate effect, after confirmation."""
    by, at = request.attendance, session.now()
    one = next((p for p in setup_overview.overview(by=by, at=at).people if p.id == ref), None)
    if one is None:
        raise NotHere
    if request.method == "GET":
        warnings = leaving_effects.warnings(ref, None, by=by, at=at)
        return render(request, "office/setup_stop.html", {"one": one, "warnings": warnings})
    try:
        leavers.suspend(ref, by=by, at=at)
    except Refused as no:
        messages.error(request, no.reason)
    else:
        messages.success(
            request,
            f"{one.name} has been signed out. Now propose that they leave, so that their keys are revoked too.",
        )
    return HttpResponseRedirect(reverse("setup"))
