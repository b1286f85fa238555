"""Models for setting up an installation, with invitations and stewards' proposals."""

from __future__ import annotations

import uuid

from django.db import models


class Invitation(models.Model):
    """A single-use invitation for a new officer.

    The invitation code is handed over in person, and only its hash is kept. Once used, the row holds the
    public halves of the officer's new keys until two stewards have compared and signed them.
    """

    officer = models.OneToOneField(
        "desks.Officer", on_delete=models.PROTECT, primary_key=True, related_name="invitation"
    )
    code = models.BinaryField(max_length=32, null=True)
    expires_at = models.DateTimeField()
    kem = models.BinaryField(null=True)
    signing = models.BinaryField(null=True)

    class Meta:
        db_table = "desks_invitation"


class Proposal(models.Model):
    """A change proposed by one steward, with the steward's signature.

    It is carried out when a second steward signs it as well. Keys that come with a role have a second statement, about
    the membership of a desk, in `also_statement` and `also_made`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    act = models.CharField(max_length=16)  # casework.setup.proposals.Kind
    facts = models.JSONField()
    statement = models.UUIDField(null=True)
    issued_on = models.DateField()
    made = models.BinaryField(null=True)
    also_statement = models.UUIDField(null=True)
    also_made = models.BinaryField(null=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    closed_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    closed_on = models.DateField(null=True)
    carried_out = models.BooleanField(default=False)

    class Meta:
        db_table = "desks_proposal"
