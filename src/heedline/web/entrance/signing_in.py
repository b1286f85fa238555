"""Heedline's changes to django-allauth: no emails, no sign-up and no use of IP addresses.

Passwords are checked by Django under allauth's backend, which takes the same time for an unknown email
address. The secrets of the second factor (authenticator-app seed, recovery seed) are sealed under a key
derived from the office's SECRET_KEY, so the database alone cannot produce a code.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import urlsplit

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, authenticate
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from heedline.casework.access import second_factors, site
from heedline.casework.access import session as access_session
from heedline.casework.attempt_limits import AttemptLimit
from heedline.casework.duty import dangers
from heedline.casework.setup import single_sign_on
from heedline.web.entrance import hashing, known_devices, throttle, times

if TYPE_CHECKING:
    from heedline.desks.models import Officer

#: Facts of the sign-in that stand in the (sealed) session.
LAST_SIGN_IN = "last_sign_in"
SECOND_FACTOR = "second_factor"
#: While more people try to sign in than passwords can be checked.
BUSY, BUSY_CODE = "Too many people are signing in at the moment. Wait a few seconds and try again.", "busy"
#: For who is bound to a provider and comes another way.
BOUND = "You sign in with {name}. If it cannot be reached, ask two stewards to let you in by password."
#: For who came by a passkey and does not belong here; by password they are told what everybody is told.
NOT_HERE = "You cannot sign in here."
#: What counts as a second factor; recovery codes alone do not.
REAL_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def provider_name() -> str:
    """Return the display name of the single sign-on provider, even if it has been removed from the settings."""
    return settings.SSO.name if settings.SSO is not None else "your organisation’s provider"


def limited(limit: AttemptLimit, key: str, words: str) -> None:
    """Count one attempt against this limit.

    Raises ValidationError, stating the waiting time, if there have been too many.
    """
    if wait := limit.take(key):
        raise ValidationError(words.format(wait=throttle.wait_words(wait)), code="too_many")


def bucket(request: HttpRequest, email: str) -> tuple[AttemptLimit, str]:
    """Return the rate limit and the key for counting attempts on this account from this browser."""
    mark = known_devices.account_mark(email)
    if device := known_devices.device_for(request, email):
        return throttle.KNOWN_DEVICE, f"{mark}:{device}"
    return throttle.STRANGERS, mark


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Account adapter for signing in by email address and password."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "This email and password do not go together. Check both and try again.",
        "incorrect_password": "This is not your password. Check it and try again.",
        "incorrect_code": "This is not a code that works now. Wait for the next one and try again.",
    }
    TOO_MANY = (
        "There have been too many attempts. Wait {wait} and try again. A computer that has signed in before "
        "has tries of its own."
    )

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False, because officers are enrolled by stewards."""
        return False

    def add_message(self, *_: Any, **__: Any) -> None:
        """Discard allauth's flash messages, because our pages give the same information."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Do nothing, because no email is sent about signing in."""
        raise NotImplementedError("Heedline sends no mail about signing in")

    def send_notification_mail(self, *_: Any, **__: Any) -> None:
        """Do nothing, because no email is sent about signing in."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the constant "nowhere", because the IP address is never read."""
        return "nowhere"

    def get_http_user_agent(self, request: HttpRequest) -> str:
        """Return an empty string, because the user agent is never read."""
        return ""

    def is_safe_url(self, url: str | None) -> bool:
        """Return whether the URL is a path on this site."""
        return is_own_path(url)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Return the authenticated officer, or None.

        None is returned alike for an unknown email address, a wrong password, an inactive officer and an officer of
        the other site. Raises ValidationError after too many attempts.
        """
        limit, key = bucket(request, credentials["email"])
        limited(limit, key, self.TOO_MANY)
        known = known_devices.device_for(request, credentials["email"])
        try:
            with (hashing.KNOWN if known else hashing.STRANGERS).turn():
                officer = authenticate(request, **credentials)
        except hashing.Full:
            limit.give_back(key)
            raise ValidationError(BUSY, code=BUSY_CODE) from None
        AuthenticationBackend.unstash_authenticated_user()  # an inactive officer is answered like an unknown one
        if officer is None or not site.signs_in_here(officer):
            access_session.sign_in_refused(credentials["email"])
            return None
        limit.give_back(key)
        if single_sign_on.password_closed(officer, at=access_session.now()):
            raise ValidationError(BOUND.format(name=provider_name()), code="bound")
        return officer

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse | None:
        """Reject users of other sites, and users who must sign in through the single sign-on provider.

        This applies to every way of signing in, including passkeys.
        """
        if not site.signs_in_here(cast("Officer", user)):
            access_session.sign_in_refused(user.get_username())
            messages.error(request, NOT_HERE)
            return HttpResponseRedirect(reverse("account_login"))
        if single_sign_on.password_closed(cast("Officer", user), at=access_session.now()):
            messages.error(request, BOUND.format(name=provider_name()))
            return HttpResponseRedirect(reverse("account_login"))
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Return whether this is the password of the signed-in officer."""
        limited(throttle.CODES, f"password:{user.pk}", self.TOO_MANY)
        try:
            with hashing.KNOWN.turn():
                right = user.check_password(password)
        except hashing.Full:
            throttle.CODES.give_back(f"password:{user.pk}")
            raise ValidationError(BUSY, code=BUSY_CODE) from None
        if not right:
            return False
        throttle.CODES.give_back(f"password:{user.pk}")
        return True

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:
        """Return whether to ask for authentication again before sign-in settings change.

        It is not asked for if the officer signed in within the last few minutes.
        """
        request = current_request()
        since = time.time() - account_settings.REAUTHENTICATION_TIMEOUT
        return not any(record["at"] > since for record in get_authentication_records(request, request.user))

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign the officer in under a new session id, and keep their previous sign-in time for display."""
        before = user.last_login
        super().login(request, user)
        request.session[LAST_SIGN_IN] = before.isoformat() if before else ""
        access_session.signed_in(cast("Officer", user))

    def logout(self, request: HttpRequest) -> None:
        """Sign the officer out and record it in the log.

        This drops the unlocked keys and ends the session. A danger to life that the officer owns is referred
        to a supervisor first.
        """
        by = getattr(request, "attendance", None)
        if by is not None:
            dangers.owner_leaves(by=by, at=access_session.now())
            access_session.signed_out(by)
        super().logout(request)

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        """Redirect to the requested page, or to second-factor set-up first, and remember the browser."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        known_devices.remember(request, response, user.get_username())
        if not settings.DEMO and not has_second_factor(user):
            return _with_cookies_of(response, HttpResponseRedirect(reverse("mfa_index")))
        request.session[SECOND_FACTOR] = True
        return response


def _with_cookies_of(old: HttpResponse, new: HttpResponse) -> HttpResponse:
    new.cookies.update(old.cookies)
    return new


def last_sign_in_words(request: HttpRequest) -> str:
    """Return the time of the officer's previous sign-in as text, or "" if this is the first."""
    found = request.session.get(LAST_SIGN_IN, "")
    return times.day_and_clock(datetime.fromisoformat(found), access_session.now()) if found else ""


def is_own_path(url: str | None) -> bool:
    """Return whether a URL is a plain path on this site, with no scheme, host or misleading slashes."""
    if not url or not url.startswith("/") or url.startswith(("//", "/\\")) or any(ord(c) < 33 for c in url):
        return False
    parts = urlsplit(url)
    return not parts.scheme and not parts.netloc


def is_signed_in(request: HttpRequest, officer: Officer) -> bool:
    """Return whether this request's session belongs to this officer, whose row is already loaded.

    This makes the same checks as `django.contrib.auth.get_user`, using the row already loaded. If the answer is
    not a plain yes, Django loads the user itself and decides.
    """
    session = request.session
    if (
        officer.is_active
        and session.get(SESSION_KEY) == str(officer.pk)
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), officer.get_session_auth_hash())
    ):
        request._cached_user = officer  # type: ignore[attr-defined]  # what Django's middleware looks at first
    return request.user.is_authenticated and request.user.pk == officer.pk


def has_second_factor(officer: Any) -> bool:
    """Return whether the officer has an authenticator app or a passkey."""
    return bool(SecondFactorAdapter().is_mfa_enabled(officer, types=list(REAL_FACTORS)))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Multi-factor adapter that seals second-factor secrets and identifies our site to passkeys."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This is not a code that works now. Wait for the next one and try again.",
        "cannot_delete_authenticator": (
            "This is your only second step, and Heedline needs one. Set up another way first, then take this one away."
        ),
        "cannot_generate_recovery_codes": "Set up an authenticator app or a passkey first.",
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret for storage in the database."""
        return second_factors.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret.

        Raises CannotOpen if it was not sealed here.
        """
        return second_factors.open_sealed(encrypted_text)

    def send_notification_mail(self, *_: Any, **__: Any) -> None:
        """Do nothing, because no email is sent about signing in."""

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Return whether a second factor may be deleted.

        The last one may not, unless the demo waives the requirement.
        """
        if settings.DEMO or authenticator.type not in REAL_FACTORS:
            return True
        left = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=REAL_FACTORS)
        return bool(left.exclude(pk=authenticator.pk).exists())

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Any) -> str:  # noqa: A002 (allauth's name)
        """Return an initial name for a passkey, which the officer may change."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return "My passkey" if count == 0 else f"Passkey {count + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return our name and host from the configuration, never from the request."""
        return {"id": urlsplit(settings.OWN_URL).hostname or "localhost", "name": "Heedline"}

    def _get_site_name(self) -> str:
        return "Heedline"

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code of the authenticator app's `otpauth` URL as SVG.

        It uses attributes only, because the CSP forbids inline styles.
        """
        import qrcode

        code = qrcode.QRCode(border=4)
        code.add_data(url)
        code.make()
        rows = code.get_matrix()
        path = "".join(
            f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
        )
        size = len(rows)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="240" height="240" '
            f'role="img" aria-label="QR code for the authenticator app" shape-rendering="crispEdges">'
            f'<rect width="{size}" height="{size}" fill="#ffffff"/><path d="{path}" fill="#000000"/></svg>'
        )


def current_request() -> HttpRequest:
    """Return the request that allauth is handling."""
    return context.request  # type: ignore[no-any-return]
