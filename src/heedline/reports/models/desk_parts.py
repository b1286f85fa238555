"""Sealed parts that belong to a desk and to no report, such as the items of online material.

They are stored as the parts of a report are: the header that says who can open a part lies apart from its payload.
"""

from __future__ import annotations

from django.db import models


class DeskPartHeader(models.Model):
    """The age header of a sealed part of a desk.

    `thing` is what the part is about, in the table of a specialist desk. Rewritten when the desk's parts are
    addressed to other keys.
    """

    container = models.UUIDField(primary_key=True)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+", db_index=False)
    thing = models.UUIDField(db_index=True)
    part = models.CharField(max_length=40)
    header = models.BinaryField()
    epoch = models.UUIDField(db_index=True)

    class Meta:
        db_table = "reports_desk_part_header"


class DeskPartPayload(models.Model):
    """The age payload of a sealed part of a desk."""

    container = models.UUIDField(primary_key=True)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+", db_index=False)
    thing = models.UUIDField(db_index=True)
    payload = models.BinaryField()

    class Meta:
        db_table = "reports_desk_part_payload"
