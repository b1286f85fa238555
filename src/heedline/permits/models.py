"""Signed-in sessions. Rows are keyed by the hash of the cookie and their content is sealed under it."""

from __future__ import annotations

from django.db import models


class OfficeSession(models.Model):
    """A session. `officer` is what row-level security goes by, through the hash of the token and never by an id that the app names.

    `site`: office | partner, where it was begun; before somebody has signed in, nothing else says whose row it is.
    """

    row = models.BinaryField(primary_key=True, max_length=32)
    sealed = models.BinaryField()
    officer = models.ForeignKey("desks.Officer", on_delete=models.CASCADE, null=True, related_name="+")
    site = models.CharField(max_length=8)
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


class ProviderSession(models.Model):
    """That a session was begun through the provider of single sign-on, and when it is asked again.

    `sealed`: the refresh token, under a key that is only in the cookie. `sid`: a MAC of the session's name there.
    `good_at`: when the provider last said yes. `asking_until`: a request is asking just now; the others go on meanwhile.
    """

    session = models.OneToOneField(
        OfficeSession, on_delete=models.CASCADE, primary_key=True, related_name="provider"
    )
    sealed = models.BinaryField()
    sid = models.BinaryField(max_length=32, null=True)
    good_at = models.DateTimeField()
    ask_at = models.DateTimeField()
    asking_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "permits_provider_session"


class ProviderNotice(models.Model):
    """A logout token that was taken: each counts once. `row`: a hash of its id."""

    row = models.BinaryField(primary_key=True, max_length=32)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "permits_provider_notice"


class HeldForm(models.Model):
    """A form posted after the lock. Sealed under a cookie of its own, given back to the same officer after unlocking."""

    row = models.BinaryField(primary_key=True, max_length=32)
    officer = models.UUIDField()
    sealed = models.BinaryField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "permits_held_form"
