"""Tables of setting up: who was invited and has made keys, and what one steward has proposed to another."""

from __future__ import annotations

import uuid

from django.db import models


class Invitation(models.Model):
    """A new officer's way in, once: a code that was handed over in person, of which only a hash is kept.

    Afterwards the public halves of the keys that they made, until two stewards have compared and signed them.
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
    """What one steward would do, with their signature of it; carried out when a second one signs too."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    act = models.CharField(max_length=16)  # casework.setup.proposals.Kind
    facts = models.JSONField()
    statement = models.UUIDField(null=True)
    issued_on = models.DateField()
    made = models.BinaryField(null=True)
    proposed_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    closed_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    closed_on = models.DateField(null=True)
    carried_out = models.BooleanField(default=False)

    class Meta:
        db_table = "desks_proposal"
