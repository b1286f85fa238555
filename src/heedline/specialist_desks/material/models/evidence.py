"""Models for items' evidence, scheduled checks and the bank of known hashes.

What a page said, its address, its hashes and what a check found are in sealed parts of the desk. No row says what an
item is.
"""

from __future__ import annotations

import uuid

from django.db import models

from heedline.specialist_desks.material.models.items import MaterialItem


class EvidenceEntry(models.Model):
    """An immutable entry of an item's evidence chain.

    `container` holds the entry, and `head` is the SHA-256 of it, which covers the entry before. The entry has a random
    number in it, so nobody can test a guess against `head`. `stamp` is a timestamp authority's reply for `head`.
    `damaged` says that a file of it was missing or changed when a session last read it. `routine` is a check that saw no
    change: findings and proposals rest on the other entries.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(MaterialItem, on_delete=models.PROTECT, related_name="evidence")
    number = models.PositiveIntegerField()
    container = models.UUIDField()
    head = models.BinaryField(max_length=32)
    stamp = models.BinaryField(null=True)
    damaged = models.BooleanField(default=False)
    routine = models.BooleanField(default=False)
    officer = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "material_evidence"
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="evidence_in_order")]


class LivenessWatch(models.Model):
    """An item's schedule of liveness checks, of which `done` have been made since `began_at`.

    `due_at` and `late_at`, when the check is overdue, are null after the last.
    """

    item = models.OneToOneField(
        MaterialItem, on_delete=models.PROTECT, primary_key=True, related_name="watch"
    )
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    done = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    late_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "material_liveness_watch"
        indexes = [
            models.Index(fields=["desk", "due_at"], name="checks_due"),
            models.Index(fields=["late_at"], name="checks_late", condition=models.Q(late_at__isnull=False)),
        ]


class HashBankPage(models.Model):
    """A page of the desk's bank of known hashes, sealed in `container` with the items they belong to.

    `entries` is how many hashes of an entry of evidence it should hold. The database lets it fall only with an item.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+")
    container = models.UUIDField()
    entries = models.PositiveIntegerField()

    class Meta:
        db_table = "material_hash_bank"
