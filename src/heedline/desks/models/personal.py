"""Officers' saved views of queues."""

from __future__ import annotations

import uuid

from django.db import models


class SavedQueueView(models.Model):
    """An officer's saved view of a queue, with its name and filters sealed to that officer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    officer = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="saved_views")
    sealed = models.BinaryField()

    class Meta:
        db_table = "desks_saved_view"
