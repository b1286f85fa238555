"""Requested translations and their versions, with the unsealed fields that deadlines need.

The language is sealed, because the language that somebody speaks says something about the reporter. The
text to translate is the report itself (`message` is empty), one message, or (`outward`) a reply on its
way to the reporter.
"""

from __future__ import annotations

import uuid

from django.db import models

from heedline.reports.translation_states import TranslationState


class Translation(models.Model):
    """A translation task, for an officer who speaks the language.

    `asked_words` is the sealed part that gives the language and the reason.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="translations")
    message = models.ForeignKey("reports.Message", on_delete=models.PROTECT, null=True, related_name="+")
    outward = models.BooleanField(default=False)
    asked_words = models.UUIDField()
    asked_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField()
    #: Empty where nobody at the desks that can open it has the language.
    assigned_to = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, default="waiting")  # waiting | done | dropped

    class Meta:
        db_table = "reports_translation"
        indexes = [
            models.Index(
                fields=["due_at"],
                name="translations_to_do",
                condition=models.Q(state=TranslationState.WAITING),
            ),
            models.Index(fields=["report"], name="translations_of"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "message"],
                name="asked_for_once",
                condition=models.Q(state=TranslationState.WAITING, outward=False),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "done", "dropped"]), name="known_state"
            ),
            models.CheckConstraint(
                condition=models.Q(message=None) | models.Q(outward=False), name="inward_or_outward"
            ),
        ]


class TranslationText(models.Model):
    """One version of a translation.

    A correction is a new version, and no version is ever changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="+")
    translation = models.ForeignKey(Translation, on_delete=models.PROTECT, related_name="texts")
    number = models.PositiveSmallIntegerField()
    container = models.UUIDField()
    by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    on = models.DateField()

    class Meta:
        db_table = "reports_translation_text"
        indexes = [models.Index(fields=["report"], name="translation_texts_of")]
        constraints = [models.UniqueConstraint(fields=["translation", "number"], name="translation_order")]
