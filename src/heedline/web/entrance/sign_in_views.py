"""Views for signing in, the second factor and an officer's own sign-in settings.

Each view is allauth's own, with our template, form and rate limits. What is not mounted (sign-up, password
reset, email addresses, social accounts) cannot be reached at all.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from allauth.account.mixins import RedirectAuthenticatedUserMixin
from allauth.account.views import AccountInactiveView, LoginView, LogoutView, ReauthenticateView
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.base.views import ReauthenticateView as CodeReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    ListWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import mark_safe

from heedline.casework.access import session as access_session
from heedline.casework.access.keyring import DeskLine
from heedline.casework.journey import owners
from heedline.casework.journey.owners import OwnedReport
from heedline.permits.capabilities import Capability
from heedline.web.entrance import kept_words, sign_in_forms
from heedline.web.entrance.signing_in import BUSY_CODE, SecondFactorAdapter, has_second_factor


class _OurForm:
    """Mixin that renders allauth's form with our components."""

    request: HttpRequest

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponseBase:
        form = context.get("form")
        if isinstance(form, BaseForm):
            kwargs.setdefault("status", 422 if form.errors and self.request.method == "POST" else 200)
            context["form"] = sign_in_forms.as_ours(form)
            if form.has_error(NON_FIELD_ERRORS, BUSY_CODE):
                kwargs["status"] = 503  # with Retry-After, as every 503 of ours
        response: HttpResponseBase = super().render_to_response(context, **kwargs)  # type: ignore[misc]
        return response


class SignIn(_OurForm, LoginView):  # type: ignore[misc]
    """Sign-in view for the email address and password.

    Every failure gets the same response.
    """

    form_class = sign_in_forms.SignInForm
    template_name = "entrance/sign_in.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Past allauth's own limit, which counts by network address: ours counts in the adapter.
        response: HttpResponseBase = super(LoginView, self).dispatch(request, *args, **kwargs)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["words_kept"] = kept_words.something_kept(self.request)
        context["provider"] = settings.SSO.name if settings.SSO is not None else ""
        return context


class SignOut(LogoutView):  # type: ignore[misc]
    """Sign-out view, which ends the session and drops the unlocked keys.

    A GET asks for confirmation, and so does a POST by an officer who owns open reports.
    """

    template_name = "entrance/sign_out.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["owned"] = self._owned
        return context

    @cached_property
    def _owned(self) -> list[tuple[DeskLine, tuple[OwnedReport, ...]]]:
        """Return the open reports that the officer owns, by desk."""
        by, at = getattr(self.request, "attendance", None), access_session.now()
        if by is None or not by.may(Capability.SEE_QUEUE):
            return []
        found = ((desk, owners.owned_by_me(desk.id, by=by, at=at)) for desk in by.desks)
        return [(desk, owned) for desk, owned in found if owned]

    def post(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.request.POST.get("sure") != "yes" and self._owned:
            asked: HttpResponseBase = self.render_to_response(self.get_context_data())
            return asked
        response: HttpResponseBase = super().post(*args, **kwargs)
        # Not "cookies": words that were kept and the mark of a known device outlast signing out.
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response


class Inactive(AccountInactiveView):  # type: ignore[misc]
    """View for inactive accounts, which allauth requires.

    Our sign-in gives an inactive officer the same response as an unknown one.
    """

    template_name = "entrance/inactive.html"


class SecondStep(_OurForm, AuthenticateView):  # type: ignore[misc]
    """Second-factor view for an authenticator-app code, a recovery code or a passkey."""

    form_class = sign_in_forms.CodeForm
    webauthn_form_class = sign_in_forms.PasskeyForm
    template_name = "entrance/second_step.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["passkey_failed"] = bool(self.webauthn_form and self.webauthn_form.errors)
        return context


class PasskeySignIn(LoginWebAuthnView):  # type: ignore[misc]
    """Sign-in view for a passkey alone.

    A passkey proves both the device and the person, so no second factor follows.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Past allauth's limit by network address. A passkey holds nothing that could be guessed.
        response: HttpResponseBase = RedirectAuthenticatedUserMixin.dispatch(self, request, *args, **kwargs)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, "That passkey did not work here. Try again, or use your password.")
        return HttpResponseRedirect(reverse("account_login"))


class _ConfirmFirst:
    """Mixin that asks users to confirm their identity, without keeping posted data.

    allauth would store the whole request, with its IP address and user agent, in the session.
    """

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        except ReauthenticationRequired:
            return HttpResponseRedirect(
                f"{reverse('account_reauthenticate')}?{urlencode({'next': request.path})}"
            )
        return response


class _OfferOtherWays:
    """Mixin that lists the other ways to confirm, in our wording."""

    WORDS = {
        "reauthenticate": "Use my password",
        "mfa_reauthenticate": "Use a code",
        "mfa_reauthenticate:webauthn": "Use a passkey",
    }

    def get_reauthentication_alternatives(self) -> list[dict[str, Any]]:
        ways = super().get_reauthentication_alternatives()  # type: ignore[misc]
        return [{**way, "description": self.WORDS[way["id"]]} for way in ways]


class ConfirmByPassword(_OurForm, _OfferOtherWays, ReauthenticateView):  # type: ignore[misc]
    """View that asks for the password again."""

    form_class = sign_in_forms.ConfirmPasswordForm
    template_name = "entrance/security/confirm_password.html"


class ConfirmByCode(_OurForm, _OfferOtherWays, CodeReauthenticateView):  # type: ignore[misc]
    """View that asks for a code again."""

    form_class = sign_in_forms.ConfirmCodeForm
    template_name = "entrance/security/confirm_code.html"


class ConfirmByPasskey(_OurForm, _OfferOtherWays, ReauthenticateWebAuthnView):  # type: ignore[misc]
    """View that asks for a passkey again."""

    form_class = sign_in_forms.ConfirmPasskeyForm
    template_name = "entrance/security/confirm_passkey.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, "That passkey did not work. Try again, or use another way.")
        return HttpResponseRedirect(reverse("account_reauthenticate"))


class Security(IndexView):  # type: ignore[misc]
    """View that lists the officer's second factors and shows whether one must still be set up."""

    template_name = "entrance/security/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["must_set_up"] = not settings.DEMO and not has_second_factor(self.request.user)
        context["provider"] = settings.SSO.name if settings.SSO is not None else ""
        return context


class SetUpCodeApp(_OurForm, _ConfirmFirst, ActivateTOTPView):  # type: ignore[misc]
    """View that sets up an authenticator app.

    The secret is shown once, as a QR code and as text. The first code proves that it was set up.
    """

    form_class = sign_in_forms.SetUpCodeAppForm
    template_name = "entrance/security/code_app_set_up.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        secret = context["form"].secret
        context["picture"] = mark_safe(context["totp_svg"])  # noqa: S308 (made of numbers by our adapter)
        context["secret_groups"] = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        return context


class TakeAwayCodeApp(_OurForm, _ConfirmFirst, DeactivateTOTPView):  # type: ignore[misc]
    """View that removes the authenticator app.

    Rejected while it is the only second factor.
    """

    template_name = "entrance/security/code_app_take_away.html"


class RecoveryCodes(_ConfirmFirst, ViewRecoveryCodesView):  # type: ignore[misc]
    """View that shows the remaining recovery codes, so that they can be written down."""

    template_name = "entrance/security/recovery_codes.html"


class NewRecoveryCodes(_OurForm, _ConfirmFirst, GenerateRecoveryCodesView):  # type: ignore[misc]
    """View that generates new recovery codes and invalidates the old ones."""

    template_name = "entrance/security/recovery_codes_new.html"


class Passkeys(ListWebAuthnView):  # type: ignore[misc]
    """View that lists the officer's passkeys."""

    template_name = "entrance/security/passkeys.html"


class AddPasskey(_OurForm, _ConfirmFirst, AddWebAuthnView):  # type: ignore[misc]
    """View that adds a passkey or security key.

    Needs JavaScript, because browsers offer no other way.
    """

    form_class = sign_in_forms.AddPasskeyForm
    template_name = "entrance/security/passkey_add.html"


class RenamePasskey(_OurForm, _ConfirmFirst, EditWebAuthnView):  # type: ignore[misc]
    """View that renames a passkey."""

    form_class = sign_in_forms.RenamePasskeyForm
    template_name = "entrance/security/passkey_rename.html"


class TakeAwayPasskey(_OurForm, _ConfirmFirst, RemoveWebAuthnView):  # type: ignore[misc]
    """View that removes a passkey.

    Rejected while it is the only second factor.
    """

    template_name = "entrance/security/passkey_take_away.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        adapter = SecondFactorAdapter()
        context["refused"] = (
            ""
            if adapter.can_delete_authenticator(self.object)
            else adapter.error_messages["cannot_delete_authenticator"]
        )
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        authenticator: Authenticator = self.get_object()
        if not SecondFactorAdapter().can_delete_authenticator(authenticator):
            refused: HttpResponse = self.render_to_response(self.get_context_data(form=form))  # type: ignore[assignment]
            return refused
        response: HttpResponse = super().form_valid(form)
        return response
