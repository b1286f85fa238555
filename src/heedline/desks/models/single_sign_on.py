"""Who signs in through the provider of single sign-on, and as which account there."""

from __future__ import annotations

from django.db import models


class ProviderBinding(models.Model):
    """An officer's account at the provider. While there is one, their password here signs nobody in.

    `account`: a MAC over issuer and subject under the office's own secret, so that a thief of the table learns no account
    there. `password_until`: until then two stewards let them in by password all the same.
    """

    officer = models.OneToOneField(
        "desks.Officer", on_delete=models.PROTECT, primary_key=True, related_name="provider_binding"
    )
    account = models.BinaryField(max_length=32, unique=True)
    bound_on = models.DateField()
    password_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "desks_provider_binding"
