"""Signed-in sessions.

Rows are keyed by the hash of the cookie, and their content is sealed under it.
"""

from __future__ import annotations

from django.db import models


class OfficeSession(models.Model):
    """A signed-in session.

    Row-level security uses `officer`, which it finds through the hash of the token and never through an id
    that the application supplies. `site` is office or partner and says where the session was begun. Before
    somebody has signed in, nothing else says to which site the row belongs.
    """

    row = models.BinaryField(primary_key=True, max_length=32)
    sealed = models.BinaryField()
    officer = models.ForeignKey("desks.Officer", on_delete=models.CASCADE, null=True, related_name="+")
    site = models.CharField(max_length=8)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "permits_session"
        indexes = [models.Index(fields=["expires_at"], name="session_expires")]


class SignInProof(models.Model):
    """The hash of a site's sign-in proof, checked when the site records a session's officer.

    The proof is made from the process's SECRET_KEY. See `database/functions/sessions.sql`.
    """

    site = models.CharField(primary_key=True, max_length=8)
    digest = models.BinaryField(max_length=32)

    class Meta:
        db_table = "permits_sign_in_proof"


class SecretAttempts(models.Model):
    """Attempts at passwords, codes and passphrases, counted for all servers of a site (`functions/sessions.sql`).

    `slot` is a keyed hash of the limit and the account. `counted_until` is the theoretical arrival time of the generic
    cell rate algorithm. There is one row for a slot, so a flood of invented accounts can't fill the table.
    """

    pk = models.CompositePrimaryKey("site", "slot")
    site = models.CharField(max_length=8)
    slot = models.IntegerField()
    counted_until = models.DateTimeField()

    class Meta:
        db_table = "permits_secret_attempts"


class UnlockedKeys(models.Model):
    """The epoch seeds of one session, sealed under a key that exists only in the cookie.

    The row is deleted after 15 idle minutes and at sign-out.
    """

    session = models.OneToOneField(
        OfficeSession, on_delete=models.CASCADE, primary_key=True, related_name="unlocked"
    )
    sealed = models.BinaryField()
    idle_until = models.DateTimeField()

    class Meta:
        db_table = "permits_unlocked"


class ProviderSession(models.Model):
    """A session signed in through the single sign-on provider, with the time of its next check.

    `sealed` is the refresh token, under a key that exists only in the cookie. `sid` is a MAC of the
    provider's session id. `good_at` is when the provider last confirmed the session. Until `asking_until`
    one request is asking the provider, and the others continue meanwhile.
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
    """A logout token that has been processed, stored so that it cannot be used again.

    `row` is a hash of its id.
    """

    row = models.BinaryField(primary_key=True, max_length=32)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "permits_provider_notice"


class HeldForm(models.Model):
    """A form that was submitted after the session locked.

    It is sealed under a cookie of its own and given back to the same officer after unlocking.
    """

    row = models.BinaryField(primary_key=True, max_length=32)
    officer = models.UUIDField()
    sealed = models.BinaryField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "permits_held_form"


class ViewToken(models.Model):
    """A token that opens one file at the files origin, and the capability that replaces it once used.

    `digest` is the hash of the token, and after its single use the hash of the capability that replaced it.
    `sealed` holds the key of that one file under the token or the capability, and neither is stored. `prepared`
    is JSON with the headers of a derivative that is still to be made. The row counts only while its session lasts and
    its officer reaches the report (`database/functions/viewer.sql`). `dissemination` is the disclosure to a partner with which
    the file came, in a token of the partner's site.
    """

    digest = models.BinaryField(primary_key=True, max_length=32)
    session = models.BinaryField(max_length=32)
    report = models.UUIDField()
    file = models.UUIDField()
    dissemination = models.UUIDField(null=True)
    purpose = models.CharField(max_length=8)
    sealed = models.BinaryField()
    prepared = models.BinaryField(null=True)
    used = models.BooleanField(default=False)
    expires_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        db_table = "permits_view_token"
        indexes = [
            models.Index(fields=["session"], name="tokens_of_session"),
            models.Index(fields=["expires_at"], name="token_expires"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(purpose__in=["view", "original"]), name="known_view_purpose"
            )
        ]
