"""Single sign-on pages: the redirect to the provider, its callback, and an officer's set-up page.

The session cookie is `Strict`, so a browser returning from another site does not send it. The first response
therefore sends the browser to the same URL from a page of ours. The request details are held in a signed
`Strict` cookie for ten minutes. Nothing is stored until the provider's response has been checked. The form
that starts single sign-on leads to an intermediate page, so that forms of this site submit to this site only.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.errors import NotHere
from heedline.casework.setup import single_sign_on
from heedline.permits.gate import Refused
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import times
from heedline.web.entrance.signing_in import LAST_SIGN_IN, SECOND_FACTOR, AccountAdapter, is_own_path
from heedline.web.office.sso import provider
from heedline.web.office.sso.id_tokens import NotValid, read_id_token, read_logout_token
from heedline.web.shell.request import OfficeRequest

if TYPE_CHECKING:
    from heedline.config.single_sign_on import Provider

_SALT = "heedline.provider"
_MINUTES = 10
#: Of an answer in the address, what is read, and that it comes from a page of ours.
_READ, _FROM_HERE = ("code", "state", "error", "iss"), "here"
_MOST = 4096
#: In the session: an account that waits for its officer's yes.
_WAITING = "provider_waiting"
_WAITS = 300.0

UNREACHABLE = "{name} cannot be reached at the moment. Try again in a minute. If it continues, ask two stewards to let you in by password."
NOT_NOW = "{name} did not say who you are in a way that can be trusted. Start again."
TURNED_AWAY = (
    "{name} did not let you in. If you stopped it yourself, start again. If not, ask whoever runs {name} whether your "
    "account there is open."
)
NOBODY = (
    "{name} confirmed who you are, but no account here is linked to it. Sign in with your password, and set it up "
    "under your name, or ask a steward."
)
NO_FACTOR = "{name} did not ask you for a second step. Heedline needs one. Ask whoever runs {name}."
LOST = "This sign-in with {name} was not started here, or took too long. Start again."


def _provider() -> Provider:
    if settings.SSO is None:
        raise NotHere
    found: Provider = settings.SSO
    return found


def _cookie() -> str:
    return f"{'__Host-' if settings.SECURE else ''}hl_provider_{settings.INSTANCE}"


def _back() -> str:
    return f"{settings.OFFICE_URL.rstrip('/')}{reverse('provider-back')}"


def _lead_off(request: HttpRequest, *, officer: str, then: str) -> HttpResponse:
    """Return a page that forwards the browser to the provider, with a cookie for the pending request."""
    idp = _provider()
    asked = {
        "state": secrets.token_urlsafe(32),
        "nonce": secrets.token_urlsafe(32),
        "verifier": secrets.token_urlsafe(48),
        "officer": officer,
        "then": then,
    }
    try:
        address = provider.address_to_sign_in(
            idp,
            back=_back(),
            state=asked["state"],
            nonce=asked["nonce"],
            verifier=asked["verifier"],
            anew=bool(officer),
        )
    except provider.NoAnswer:
        return _failed(request, UNREACHABLE, "provider" if officer else "account_login")
    response = render(request, "office/provider_go.html", {"address": address, "name": idp.name})
    response.set_cookie(
        _cookie(),
        signing.dumps(asked, salt=_SALT),
        max_age=_MINUTES * 60,
        path="/",
        secure=settings.SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


def _failed(request: HttpRequest, words: str, again: str) -> HttpResponse:
    """Return an error page that needs no session, because people who are not signed in may see it."""
    name = _provider().name
    context = {"words": words.format(name=name), "name": name, "again": reverse(again)}
    return render(request, "office/provider_failed.html", context, status=422)


@open_to(Audience.SIGNING_IN)
@require_POST
def start(request: OfficeRequest) -> HttpResponse:
    """Start signing in through the provider."""
    then = request.POST.get("next", "")
    if request.attendance is not None:
        return HttpResponseRedirect(reverse("my-work"))
    return _lead_off(request, officer="", then=then if is_own_path(then) else "")


@open_to(Audience.SIGNING_IN)
@require_GET
def back(request: OfficeRequest) -> HttpResponse:
    """Handle the provider's callback, for signing in or for setting up single sign-on."""
    idp = _provider()
    given = {name: request.GET[name][:_MOST] for name in _READ if name in request.GET}
    if _FROM_HERE not in request.GET:
        address = f"{reverse('provider-back')}?{urlencode({**given, _FROM_HERE: '1'})}"
        return render(request, "office/provider_go.html", {"address": address, "name": ""})
    try:
        asked: dict[str, str] = signing.loads(
            request.COOKIES.get(_cookie(), ""), salt=_SALT, max_age=_MINUTES * 60
        )
    except signing.BadSignature:
        asked = {}
    if not asked or not constant_time_compare(given.get("state", ""), asked["state"]):
        # An answer to something else: what this browser is on its way with stays as it is.
        return _failed(request, LOST, "account_login")
    return _gone(_answer(request, idp, asked, given))


def _gone(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(_cookie(), samesite="Strict")
    return response


def _answer(
    request: OfficeRequest, idp: Provider, asked: dict[str, str], given: dict[str, str]
) -> HttpResponse:
    """Check the provider's response, then sign the officer in or ask them to confirm the account."""
    at = session.now()
    again = "provider" if asked["officer"] else "account_login"
    try:
        if not provider.is_from(idp, given.get("iss")):
            raise NotValid("issuer")
        if "code" not in given:
            raise provider.TurnedAway
        tokens = provider.exchange(idp, given["code"], verifier=asked["verifier"], back=_back())
        said = read_id_token(
            tokens.id_token, provider.asked(idp), nonce=asked["nonce"], keys=provider.keys_of(idp), at=at
        )
        if not tokens.refresh_token:
            raise NotValid("no-refresh")  # we could not ask again, and so could not put anybody out
    except provider.NoAnswer:
        return _failed(request, UNREACHABLE, again)
    except (NotValid, provider.TurnedAway) as no:
        why = no.why if isinstance(no, NotValid) else "turned-away"
        by = request.attendance
        single_sign_on.refused(why, by.officer_id if by is not None else None)
        return _failed(request, {"factor": NO_FACTOR, "turned-away": TURNED_AWAY}.get(why, NOT_NOW), again)
    account = single_sign_on.account_of(idp.issuer, said.subject)
    if asked["officer"]:
        return _ask_for_yes(request, asked["officer"], account, said.shown, at)
    officer = single_sign_on.officer_of(account)
    if officer is None:
        return _failed(request, NOBODY, again)
    return _come_in(request, officer, tokens.refresh_token, said.sid, asked["then"], at)


def _come_in(
    request: OfficeRequest, officer: Any, refresh_token: str, sid: str, then: str, at: datetime
) -> HttpResponse:
    if request.attendance is not None:  # somebody signed in meanwhile, in another tab
        AccountAdapter().logout(request)
    before = officer.last_login
    # What a session may hold from before a sign-in (a message, half a password) belongs to nobody: it does not come along.
    request.session.flush()
    login(request, officer, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[LAST_SIGN_IN] = before.isoformat() if before else ""
    request.session[SECOND_FACTOR] = True  # the provider's
    request.session.save()
    single_sign_on.came_in(
        str(request.session.session_key), officer, refresh_token=refresh_token, sid=sid, at=at
    )
    return HttpResponseRedirect(then if is_own_path(then) else reverse("my-work"))


# --- setting it up -----------------------------------------------------------------------------------------------------


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def mine(request: OfficeRequest) -> HttpResponse:
    """Show whether the officer signs in through the provider, and offer to set it up.

    The password is asked for first.
    """
    idp, by, at = _provider(), request.attendance, session.now()
    seen = single_sign_on.seen(by=by)
    if request.method == "POST" and seen.may_bind:
        if AccountAdapter(request).is_reauthentication_required(app="heedline"):
            again = urlencode({"next": request.path})
            return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{again}")
        return _lead_off(request, officer=str(by.officer_id), then="")
    waiting = _waiting(request, at)
    until = seen.password_until
    context = {
        "name": idp.name,
        "seen": seen,
        "shown": waiting["shown"] if waiting else "",
        "waits": waiting is not None and seen.may_bind,
        "until": times.day_and_clock(until, at) if until is not None and until > at else "",
    }
    return render(request, "office/provider.html", context)


def _ask_for_yes(
    request: OfficeRequest, officer: str, account: bytes, shown: str, at: datetime
) -> HttpResponse:
    by = request.attendance
    if by is None or str(by.officer_id) != officer:  # signed out, or somebody else, since it was started
        return _failed(request, NOT_NOW, "account_login")
    request.session[_WAITING] = {"account": account.hex(), "shown": shown, "at": at.timestamp()}
    return HttpResponseRedirect(reverse("provider"))


def _waiting(request: HttpRequest, at: datetime) -> dict[str, Any] | None:
    found: dict[str, Any] | None = request.session.get(_WAITING)
    return found if found is not None and at.timestamp() - found["at"] < _WAITS else None


@open_to(Audience.OFFICERS)
@require_POST
def yes(request: OfficeRequest) -> HttpResponse:
    """Bind the provider account to the officer, who can then sign in only through the provider.

    The officer then has to sign in again.
    """
    idp, by, at = _provider(), request.attendance, session.now()
    waiting = _waiting(request, at)
    if waiting is None:
        return _failed(request, NOT_NOW, "provider")
    request.session.pop(_WAITING, None)
    try:
        single_sign_on.bind(bytes.fromhex(waiting["account"]), by=by, at=at)
    except Refused as no:
        messages.error(request, no.reason)
        return HttpResponseRedirect(reverse("provider"))
    request.session.flush()
    messages.success(request, f"Done. You now sign in with {idp.name}.")
    return HttpResponseRedirect(reverse("account_login"))


# --- what the provider tells us by itself ------------------------------------------------------------------------------


@csrf_exempt  # the provider has no cookie of ours: its signature is what counts
@open_to(Audience.SIGNING_IN)
@require_POST
def ended(request: HttpRequest) -> HttpResponse:
    """Handle a back-channel logout request.

    Returns 200 if the token is valid, whoever it is about, and 400 if not.
    """
    idp, at = _provider(), session.now()
    try:
        notice = read_logout_token(
            request.POST.get("logout_token", ""),
            provider.asked(idp),
            keys=provider.keys_of(idp),
            fresh=single_sign_on.NOTICE_COUNTS,
            at=at,
        )
    except (NotValid, provider.NoAnswer):
        return HttpResponse(status=400)
    account = single_sign_on.account_of(idp.issuer, notice.subject) if notice.subject else None
    taken = single_sign_on.take_notice(notice.id, account=account, sid=notice.sid, at=at)
    return HttpResponse(status=200 if taken else 400)
