"""Models for keys and for the signed statements about them.

Public keys are signed statements that anyone may read. Everything else is ciphertext.

`keys_grant` and `keys_wrapping` are the *key store*. They are stored and backed up separately from the
sealed bodies, for at most 30 days, so destroying an epoch makes its reports unreadable everywhere once
the last backup is gone.
"""

from __future__ import annotations

import uuid

from django.db import models


class KeyStatement(models.Model):
    """A signed statement about keys (see `vault.statements.verification`).

    The public process can read it, and refuses any statement that does not verify.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    serial = models.PositiveIntegerField(unique=True)
    kind = models.CharField(max_length=12)
    signed = models.TextField()  # vault.statements.SignedStatement.to_json

    class Meta:
        db_table = "keys_statement"


class EpochKeyRow(models.Model):
    """A desk's key epoch, usually one month long.

    The epoch's key is trusted only from the statement. Several epochs may open on one day. When an officer
    leaves, a new epoch follows at once and those for the following months are made again.
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
    """An epoch's seed, sealed by HPKE to one officer or to a desk's recovery key.

    `officer` is empty if the seed is sealed to the recovery key.
    """

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
    """An officer's seed, wrapped for one unlocking method.

    A method counts only once it has successfully opened the seed (`proven`).
    """

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
    """The keys that an officer has compared in person, sealed under the officer's own seed.

    It also records the last statement up to which the officer has checked. It is written only while the
    officer has entered their passphrase, so someone with write access to the tables cannot confirm a key on
    their behalf.
    """

    officer = models.OneToOneField(
        "desks.Officer", on_delete=models.PROTECT, primary_key=True, related_name="acquaintances"
    )
    sealed = models.BinaryField()

    class Meta:
        db_table = "keys_acquaintances"


class OwnTerm(models.Model):
    """A conflict-of-interest term that identifies an officer's own interests (a name, an address, a car).

    It is sealed to the officer's own key and padded to a fixed size. It is written by an overseer and is
    never displayed. It is compared with reports while the officer's keys are unlocked
    (`casework.report.conflict_terms`).
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
