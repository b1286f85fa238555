"""URLs for signing in, with the same paths and names on every site that mounts them.

allauth's other features (sign-up, password emails, email addresses, social accounts) are not mounted.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path

from heedline.casework.errors import NotHere
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import enrol_pages, key_pages, passkey_pages, sign_in_views, unlocking


def _door(view: Any) -> Callable[..., Any]:
    """Return a sign-in view, open to people who are not signed in yet."""
    shown: Callable[..., Any] = view.as_view()
    return open_to(Audience.SIGNING_IN)(shown)


def _security(view: Any) -> Callable[..., Any]:
    """Return a view of the officer's own sign-in settings."""
    shown: Callable[..., Any] = view.as_view()
    return open_to(Audience.OFFICERS)(shown)


def _passkey(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap a passkey view so that it returns "not found" where the site's host is an IP address.

    Passkeys need a host name. Raises NotHere.
    """

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.PASSKEYS:
            raise NotHere
        return view(request, *args, **kwargs)

    return shown


urlpatterns = [
    # signing in; the names are allauth's
    path("sign-in/", _door(sign_in_views.SignIn), name="account_login"),
    path("sign-in/second/", _door(sign_in_views.SecondStep), name="mfa_authenticate"),
    path("sign-in/passkey/", _passkey(_door(sign_in_views.PasskeySignIn)), name="mfa_login_webauthn"),
    path("sign-in/not-possible/", _door(sign_in_views.Inactive), name="account_inactive"),
    path("sign-out/", _door(sign_in_views.SignOut), name="account_logout"),
    # what one may change about it
    path("me/confirm/", _security(sign_in_views.ConfirmByPassword), name="account_reauthenticate"),
    path("me/confirm/code/", _security(sign_in_views.ConfirmByCode), name="mfa_reauthenticate"),
    path(
        "me/confirm/passkey/",
        _passkey(_security(sign_in_views.ConfirmByPasskey)),
        name="mfa_reauthenticate_webauthn",
    ),
    path("me/security/", _security(sign_in_views.Security), name="mfa_index"),
    path("me/security/code-app/", _security(sign_in_views.SetUpCodeApp), name="mfa_activate_totp"),
    path(
        "me/security/code-app/take-away/",
        _security(sign_in_views.TakeAwayCodeApp),
        name="mfa_deactivate_totp",
    ),
    path(
        "me/security/recovery-codes/", _security(sign_in_views.RecoveryCodes), name="mfa_view_recovery_codes"
    ),
    path(
        "me/security/recovery-codes/new/",
        _security(sign_in_views.NewRecoveryCodes),
        name="mfa_generate_recovery_codes",
    ),
    path("me/security/passkeys/", _passkey(_security(sign_in_views.Passkeys)), name="mfa_list_webauthn"),
    path("me/security/passkeys/add/", _passkey(_security(sign_in_views.AddPasskey)), name="mfa_add_webauthn"),
    path(
        "me/security/passkeys/<int:pk>/",
        _passkey(_security(sign_in_views.RenamePasskey)),
        name="mfa_edit_webauthn",
    ),
    path(
        "me/security/passkeys/<int:pk>/take-away/",
        _passkey(_security(sign_in_views.TakeAwayPasskey)),
        name="mfa_remove_webauthn",
    ),
    # making one's keys
    path("enrol/", enrol_pages.enrol, name="enrol"),
    path("enrol/prove/", enrol_pages.prove, name="enrol-prove"),
    path("me/ways/", enrol_pages.ways, name="ways"),
    path("me/ways/passkey/", _passkey(passkey_pages.add), name="ways-passkey"),
    path("unlock/passkey/", _passkey(passkey_pages.unlock), name="unlock-passkey"),
    path("me/ways/prove/", enrol_pages.prove_way, name="ways-prove"),
    # keys
    path("unlock/", unlocking.unlock, name="unlock"),
    path("lock/", unlocking.lock, name="lock"),
    path("w/keys/", key_pages.keys, name="keys"),
    path("w/keys/changes/", key_pages.changes, name="key-changes"),
    path("w/keys/compare/<uuid:ref>/", key_pages.compare, name="key-compare"),
    path("w/keys/<slug:desk>/readdress/", key_pages.readdress, name="keys-readdress"),
    path("w/keys/<slug:desk>/destroy/", key_pages.destroy, name="keys-destroy"),
]
