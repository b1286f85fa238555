"""Sealed parts that belong to a specialist desk rather than a report, such as items of online material.

They are stored as the parts of a report are: the header that says who can open a part lies apart from its payload.
"""

from __future__ import annotations

from django.db import models

from heedline.reports.models.files import FileState


class DeskPartHeader(models.Model):
    """The age encryption header of a specialist desk's sealed part.

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
    """The age-encrypted payload of a specialist desk's sealed part."""

    container = models.UUIDField(primary_key=True)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+", db_index=False)
    thing = models.UUIDField(db_index=True)
    payload = models.BinaryField()

    class Meta:
        db_table = "reports_desk_part_payload"


class DeskFile(models.Model):
    """A file in a specialist desk's record, such as a captured page, or a derivative of one.

    `container` is the id of its header, a `DeskPartHeader`. What it is called, its length and its hash are in a sealed
    part about the same `thing`. `size` is that of the padded object. `made_from` is the file that a copy was made of,
    and `description` the sealed part that describes the copy.
    """

    container = models.UUIDField(primary_key=True)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+", db_index=False)
    thing = models.UUIDField(db_index=True)
    made_from = models.UUIDField(null=True, unique=True)
    description = models.UUIDField(null=True)
    object = models.UUIDField(unique=True)
    size = models.PositiveBigIntegerField()
    state = models.CharField(max_length=8, default=FileState.KEPT.value)

    class Meta:
        db_table = "reports_desk_file"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in FileState]),
                name="known_desk_file_state",
            ),
            models.CheckConstraint(
                condition=models.Q(made_from__isnull=True, description__isnull=True)
                | models.Q(made_from__isnull=False, description__isnull=False),
                name="a_copy_is_described",
            ),
        ]
