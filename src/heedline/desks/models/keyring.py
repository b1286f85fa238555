"""Tables of keys. Public halves are signed statements that anyone may read; everything else is ciphertext.

`keys_grant` and `keys_wrapping` are the *key store*: they live apart from the sealed bodies and are backed up apart,
for at most 30 days, so that destroying an epoch makes its reports unreadable everywhere once the last backup is gone.
"""

from __future__ import annotations

import uuid

from django.db import models


class KeyStatement(models.Model):
    """One signed statement (see `vault.statements`). Readable by the public process, which refuses what does not verify."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    serial = models.PositiveIntegerField(unique=True)
    kind = models.CharField(max_length=12)
    signed = models.TextField()  # vault.statements.Signed.to_json

    class Meta:
        db_table = "keys_statement"


class EpochKeyRow(models.Model):
    """Which epochs a desk has. The key itself is believed only from the statement.

    Several may open on one day: when somebody leaves, a new one follows at once and the next months' are made anew.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="epochs")
    opens_on = models.DateField()
    #: Nothing is sealed to it since; what lies under it is being addressed anew.
    retired_at = models.DateTimeField(null=True, blank=True)
    destroyed_on = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "keys_epoch"


class EpochGrant(models.Model):
    """An epoch's seed, sealed by HPKE to one officer, or to a desk's recovery key (officer empty)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    epoch = models.ForeignKey(EpochKeyRow, on_delete=models.PROTECT, related_name="grants")
    officer = models.ForeignKey(
        "desks.Officer", on_delete=models.PROTECT, null=True, blank=True, related_name="grants"
    )
    sealed = models.BinaryField()

    class Meta:
        db_table = "keys_grant"
        constraints = [
            models.UniqueConstraint(fields=["epoch", "officer"], name="one_grant_each", nulls_distinct=False)
        ]


class SeedWrapping(models.Model):
    """An officer's seed, wrapped by one way to unlock it. A way counts only once it has opened the seed (`proven`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    officer = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="wrappings")
    way = models.CharField(
        max_length=12,
        choices=[("passphrase", "passphrase"), ("reserve", "reserve passphrase"), ("passkey", "passkey")],
    )
    wrapped = (
        models.TextField()
    )  # vault.passphrases.WrappedSeed.to_json; of a passkey, see casework.access.passkeys
    proven = models.BooleanField(default=False)

    class Meta:
        db_table = "keys_wrapping"
        constraints = [models.UniqueConstraint(fields=["officer", "way"], name="one_wrapping_a_way")]


class Acquaintances(models.Model):
    """Whose keys an officer has compared themselves, and up to which statement they have looked; sealed under their seed.

    Written only while the officer has typed their passphrase, so that nobody who writes to tables can confirm a key for
    them.
    """

    officer = models.OneToOneField(
        "desks.Officer", on_delete=models.PROTECT, primary_key=True, related_name="acquaintances"
    )
    sealed = models.BinaryField()

    class Meta:
        db_table = "keys_acquaintances"


class OwnTerm(models.Model):
    """One term that concerns an officer themselves (a name, an address, a car), sealed to their own key and of one size.

    Written by an overseer, read by nobody: compared while the officer's keys are unlocked (`casework.report.restrictions`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    officer = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="own_terms")
    sealed = models.BinaryField()
    #: SHA-256 of the public key that it is sealed to: after new keys it opens no more.
    key = models.BinaryField(max_length=32)
    registered_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    registered_on = models.DateField()

    class Meta:
        db_table = "keys_own_term"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(officer=models.F("registered_by")), name="nobody_registers_their_own"
            )
        ]
