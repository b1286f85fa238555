"""The languages that officers speak in addition to English.

Officers state their languages themselves. Each is then confirmed by a named person who is accountable
for it.
"""

from __future__ import annotations

import uuid

from django.db import models


class LanguageSkill(models.Model):
    """One language spoken by an officer.

    The officer is given no translations in it until it has been confirmed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    officer = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="languages")
    language = models.CharField(max_length=8)  # a code of the pack's tongues
    confirmed_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_on = models.DateField(null=True)

    class Meta:
        db_table = "desks_language_skill"
        constraints = [
            models.UniqueConstraint(fields=["officer", "language"], name="one_skill_a_language"),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None) | ~models.Q(confirmed_by=models.F("officer")),
                name="nobody_confirms_themselves",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None, confirmed_on=None)
                | models.Q(confirmed_by__isnull=False, confirmed_on__isnull=False),
                name="confirmed_whole",
            ),
        ]
