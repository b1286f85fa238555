"""Records of item disposals, which are kept after the items are deleted."""

from __future__ import annotations

import uuid

from django.db import models


class MaterialDisposal(models.Model):
    """A proposal to dispose of an item, with the decision, which only a database function can record.

    If the item changes first, the proposal ends on that day (`decided_on`) with no `decided_by`.
    `item` is no foreign key: the row stays when the item is gone. `certificate` counts what was deleted. `figures`
    is the container of what figures count of the item.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+")
    item = models.UUIDField()
    proposed_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    proposed_on = models.DateField()
    decided_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+", null=True)
    decided_on = models.DateField(null=True)
    done = models.BooleanField(default=False)
    certificate = models.JSONField(null=True)
    figures = models.UUIDField(null=True)

    class Meta:
        db_table = "material_disposal"
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=models.Q(decided_on=None), name="one_open_disposal_of_an_item"
            )
        ]
