"""Drafts of unfinished reports.

The server cannot read them at rest, because the key is in the browser's session cookie.
"""

from __future__ import annotations

from django.db import models


class DraftRow(models.Model):
    """A sealed draft, or an open mailbox visit.

    `row` is a hash that can be found only with the cookie. `officer` and `begun` are set for an officer's unfinished call
    alone, so that a supervisor can count it.
    """

    row = models.BinaryField(primary_key=True, max_length=32)
    sealed = models.BinaryField()
    expires = models.DateTimeField()  # always on a quarter hour
    sendings = models.PositiveIntegerField(db_default=0)  # how many form tokens of this draft were spent
    settled = models.BooleanField(db_default=False)  # whether it was written anew since it was last saved
    officer = models.UUIDField(null=True)
    begun = models.DateTimeField(null=True)  # always on the hour

    class Meta:
        db_table = "intake_draft"
        indexes = [
            models.Index(fields=["expires"], name="draft_expires"),
            models.Index(fields=["officer"], name="draft_officer", condition=models.Q(officer__isnull=False)),
        ]


class Count(models.Model):
    """A count of one event on one page of the public site within an hour.

    Counts are merged by day once they are two days old.
    """

    pk = models.CompositePrimaryKey("hour", "kind", "step", "what")
    hour = models.DateTimeField()  # always on the hour
    kind = models.CharField(max_length=40)
    step = models.CharField(max_length=40)
    what = models.CharField(max_length=40)  # entered | continued | sent | exit | expired | error:<code>
    number = models.PositiveIntegerField()  # in fives

    class Meta:
        db_table = "intake_count"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__gte=5) & models.Q(number=5 * (models.F("number") / 5)),
                name="in_fives",
            )
        ]


class QuestionSetArchive(models.Model):
    """An edition of the questions that at least one report has used, stored by its hash."""

    digest = models.CharField(primary_key=True, max_length=64)
    name = models.CharField(max_length=40)
    canonical = models.BinaryField()

    class Meta:
        db_table = "intake_question_set"
