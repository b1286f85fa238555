"""Sign-in forms that combine allauth's checks with our wording, our rate limits and plain Django fields."""

from __future__ import annotations

from typing import Any, Literal

from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm as AllauthCodeForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthConfirmCodeForm
from allauth.mfa.internal.flows.add import validate_can_add_authenticator
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm as AllauthPasskeyForm
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm as AllauthConfirmPasskeyForm
from allauth.mfa.webauthn.internal import auth as webauthn
from django import forms

from heedline.web.components.forms import Checkboxes, Field, FieldOption, Form, TextInput, Value
from heedline.web.entrance import known_devices, throttle
from heedline.web.entrance.signing_in import AccountAdapter, current_request, limited


def _code_field(label: str, hint: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=32,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
        error_messages={"required": "Enter the code"},
    )


class SignInForm(LoginForm):  # type: ignore[misc]
    """Form for the email address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.EmailField(
            label="Email",
            widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
            error_messages={
                "required": "Enter your email address",
                "invalid": "Enter an email address, for example name@example.org",
            },
        )
        self.fields["password"] = forms.CharField(
            label="Password",
            strip=False,
            max_length=1000,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
            error_messages={"required": "Enter your password"},
        )


class ConfirmPasswordForm(ReauthenticateForm):  # type: ignore[misc]
    """Form that asks for the password again before sign-in settings change."""

    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter your password"},
    )


def _code_bucket(user: Any) -> str:
    """Return the rate-limit bucket for codes, which is per officer and separate for a known browser."""
    return f"{user.pk}:{known_devices.device_for(current_request(), user.get_username()) or ''}"


class _LimitedCode:
    """Mixin that checks a typed code under our rate limit instead of allauth's limit by IP address."""

    user: Any
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        key = _code_bucket(self.user)
        limited(throttle.CODES, key, AccountAdapter.TOO_MANY)
        code: str = self.cleaned_data["code"].replace(" ", "")
        for authenticator in Authenticator.objects.filter(user=self.user).exclude(
            type=Authenticator.Type.WEBAUTHN
        ):
            if authenticator.wrap().validate_code(code):
                authenticator.user = self.user
                self.authenticator = authenticator
                throttle.CODES.give_back(key)
                return code
        raise get_adapter().validation_error("incorrect_code")


class CodeForm(_LimitedCode, AllauthCodeForm):  # type: ignore[misc]
    """Second-factor form for an authenticator-app code or a recovery code."""

    code = _code_field(
        "Code", "The 6-digit code shown in your authenticator app, or one of your recovery codes."
    )


class ConfirmCodeForm(_LimitedCode, AllauthConfirmCodeForm):  # type: ignore[misc]
    """Form that asks for a code again before sign-in settings change."""

    code = _code_field(
        "Code", "The 6-digit code shown in your authenticator app, or one of your recovery codes."
    )


class _LimitedPasskey:
    """Mixin that checks a passkey under our rate limit."""

    user: Any
    cleaned_data: dict[str, Any]

    def clean_credential(self) -> Any:
        credential = self.cleaned_data["credential"]
        webauthn.parse_authentication_response(credential)
        key = f"passkey:{_code_bucket(self.user)}"
        limited(throttle.CODES, key, AccountAdapter.TOO_MANY)
        authenticator = webauthn.complete_authentication(self.user, credential)
        throttle.CODES.give_back(key)
        return authenticator


class PasskeyForm(_LimitedPasskey, AllauthPasskeyForm):  # type: ignore[misc]
    """Second-factor form for a passkey or security key."""


class ConfirmPasskeyForm(_LimitedPasskey, AllauthConfirmPasskeyForm):  # type: ignore[misc]
    """Form that asks for a passkey again before sign-in settings change."""


class SetUpCodeAppForm(ActivateTOTPForm):  # type: ignore[misc]
    """Form for the first code of a new authenticator app, which proves that it was set up."""

    code = _code_field("Code from the app", "The 6 digits that the app shows now.")

    def clean_code(self) -> str:
        validate_can_add_authenticator(self.user)
        limited(throttle.CODES, f"set-up:{self.user.pk}", AccountAdapter.TOO_MANY)
        code: str = self.cleaned_data["code"].replace(" ", "")
        if not totp.validate_totp_code(self.secret, code):
            raise get_adapter().validation_error("incorrect_code")
        throttle.CODES.give_back(f"set-up:{self.user.pk}")
        return code


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """Form for a new passkey's name and whether it may be used to sign in without the password."""

    name = forms.CharField(
        label="Name for this passkey", help_text="For example: work laptop", required=False, max_length=60
    )
    passwordless = forms.BooleanField(
        label="Let this passkey sign me in without my password",
        help_text="It will then ask for your finger, face or PIN.",
        widget=forms.CheckboxInput(attrs={"legend": "Signing in"}),
        required=False,
    )


class RenamePasskeyForm(EditWebAuthnForm):  # type: ignore[misc]
    """Form for renaming a passkey."""

    name = forms.CharField(
        label="Name for this passkey",
        max_length=60,
        error_messages={"required": "Enter a name for this passkey"},
    )


def as_ours(form: forms.BaseForm) -> Form:
    """Return a Django form converted to our components, with its errors.

    Secrets are never redisplayed.
    """
    fields: list[Field] = []
    values: dict[str, Value] = {}
    for bound in form:
        name, widget = bound.html_name, bound.field.widget
        if bound.is_hidden:
            continue
        label, hint = str(bound.label), str(bound.help_text)
        if isinstance(widget, forms.CheckboxInput):
            fields.append(
                Checkboxes(
                    name=name,
                    label=str(widget.attrs["legend"]),
                    choices=(FieldOption(value="on", label=label, hint=hint),),
                )
            )
            values[name] = ["on"] if bound.value() else []
            continue
        autocomplete = str(widget.attrs.get("autocomplete", "off"))
        kind: Literal["text", "email", "password"] = (
            "password"
            if isinstance(widget, forms.PasswordInput)
            else "email"
            if isinstance(widget, forms.EmailInput)
            else "text"
        )
        is_code = autocomplete == "one-time-code"
        fields.append(
            TextInput(
                name=name,
                label=label,
                hint=hint,
                kind=kind,
                autocomplete=autocomplete,
                inputmode=str(widget.attrs.get("inputmode", "")),
                names=True,
                width=10 if is_code else None,
            )
        )
        if not is_code and kind != "password":
            values[name] = str(bound.value() or "")
    errors = {("" if name == "__all__" else name): str(found[0]) for name, found in form.errors.items()}
    return Form(tuple(fields), values, errors)
