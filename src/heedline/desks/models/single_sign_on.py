"""The link between officers and their accounts at the single sign-on provider."""

from __future__ import annotations

from django.db import models


class ProviderBinding(models.Model):
    """An officer's account at the single sign-on provider.

    While there is such a row, the officer cannot sign in with their password.

    `account` is a MAC over issuer and subject under the office's own secret, so a thief of the table learns
    nothing about the account. `password_until` is the time until which two stewards still allow the officer
    to sign in with a password.
    """

    officer = models.OneToOneField(
        "desks.Officer", on_delete=models.PROTECT, primary_key=True, related_name="provider_binding"
    )
    account = models.BinaryField(max_length=32, unique=True)
    bound_on = models.DateField()
    password_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "desks_provider_binding"
