"""Files sent with a report or a message, and the derivatives that officers are shown.

Names, types, lengths and hashes of files are in the manifest inside the sealed report or message. The contents are
objects in storage (`heedline.files`), and their headers are rows of `SealedHeader`.
"""

from __future__ import annotations

from enum import StrEnum

from django.db import models


class FileState(StrEnum):
    """The storage state of a file's object."""

    KEPT = "kept"
    MISSING = "missing"


class ReportFile(models.Model):
    """A file sent with a report or with a message about it.

    `container` is the id of its sealed header. `size` is the size of the object in bytes, which is padded to a step
    and so does not tell the length of the file.
    """

    container = models.UUIDField(primary_key=True)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="files")
    #: The reporter's message that it came with; empty if it came with the report.
    message = models.ForeignKey("reports.Message", on_delete=models.PROTECT, null=True, related_name="files")
    object = models.UUIDField(unique=True)
    size = models.PositiveBigIntegerField()
    state = models.CharField(max_length=8, default=FileState.KEPT.value)

    class Meta:
        db_table = "reports_file"
        indexes = [models.Index(fields=["report"], name="files_of")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in FileState]), name="known_file_state"
            )
        ]


class Derivative(models.Model):
    """A copy of a file that officers are shown, made in the sandbox when the file is first opened.

    `container` is the id of its sealed header and `size` the size of its padded object. `description` is the id of
    the sealed part with its kind, pages, sizes and hashes.
    """

    container = models.UUIDField(primary_key=True)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="derivatives")
    file = models.ForeignKey(ReportFile, on_delete=models.PROTECT, related_name="derivatives")
    number = models.PositiveSmallIntegerField(default=1)
    description = models.UUIDField()
    object = models.UUIDField(unique=True)
    size = models.PositiveBigIntegerField()
    state = models.CharField(max_length=8, default=FileState.KEPT.value)

    class Meta:
        db_table = "reports_derivative"
        indexes = [models.Index(fields=["report"], name="derivatives_of")]
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="derivative_order"),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in FileState]),
                name="known_derivative_state",
            ),
        ]
