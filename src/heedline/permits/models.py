"""Signed-in sessions. Rows are keyed by the hash of the cookie and their content is sealed under it."""

from __future__ import annotations

from django.db import models


class OfficeSession(models.Model):
    """A session. `officer` is what row-level security goes by, through the hash of the token and never by an id that the app names."""

    row = models.BinaryField(primary_key=True, max_length=32)
    sealed = models.BinaryField()
    officer = models.ForeignKey("desks.Officer", on_delete=models.CASCADE, null=True, related_name="+")
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "permits_session"
        indexes = [models.Index(fields=["expires_at"], name="session_expires")]


class UnlockedKeys(models.Model):
    """Epoch seeds of one session, sealed under a key that is only in the cookie. Gone after 15 idle minutes and at sign-out."""

    session = models.OneToOneField(
        OfficeSession, on_delete=models.CASCADE, primary_key=True, related_name="unlocked"
    )
    sealed = models.BinaryField()
    idle_until = models.DateTimeField()

    class Meta:
        db_table = "permits_unlocked"


class HeldForm(models.Model):
    """A form posted after the lock. Sealed under a cookie of its own, given back to the same officer after unlocking."""

    row = models.BinaryField(primary_key=True, max_length=32)
    officer = models.UUIDField()
    sealed = models.BinaryField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "permits_held_form"
