"""Each desk's sealed search index, and the reports that are waiting to be indexed.

The index is made from the reports and can be made again, so no backup has it. Its pages open with keys that stand in
its header, which is sealed to the desk like a report. How many pages there are, and when they were written, is in the
clear. No row says which words a report has or that two reports have one in common.
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models


class SearchIndex(models.Model):
    """The search index of one desk.

    `header` and `payload` are the two parts of a container that holds the index's keys. `size` counts pages and
    `reports` the reports in it. `purge` says how far the removal of what was dropped has come, which must be done by
    `purge_by`; `rekeyed` counts the pages that are sealed under the newest key.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    desk = models.OneToOneField("desks.Desk", on_delete=models.PROTECT, related_name="+")
    epoch = models.UUIDField()
    header = models.BinaryField()
    payload = models.BinaryField()
    size = models.PositiveIntegerField(default=0)
    reports = models.PositiveIntegerField(default=0)
    version = models.PositiveBigIntegerField(default=0)
    purge = models.CharField(max_length=8, blank=True)  # "" | due | merging | rekeying
    purge_by = models.DateField(null=True)
    rekeyed = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "reports_search_index"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(purge="", purge_by=None)
                | models.Q(purge__in=["due", "merging", "rekeying"], purge_by__isnull=False),
                name="a_purge_has_its_day",
            )
        ]


class SearchPage(models.Model):
    """A sealed page of a search index.

    `version` is the index's version when the page was last written.
    """

    pk = models.CompositePrimaryKey("index_id", "number")
    index = models.ForeignKey(SearchIndex, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    generation = models.PositiveSmallIntegerField()
    version = models.PositiveBigIntegerField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "reports_search_page"
        indexes = [models.Index(fields=["index", "version"], name="search_pages_since", include=["number"])]


class SearchWaiting(models.Model):
    """A report whose entry in a desk's search index is out of date.

    It is new, has changed, has moved away or was disposed of. `report` is not a reference, because the report
    may be gone. `gone` means that it has left the desk and is to be removed, `aside` that it could not be
    read. `purge_by` is set for values of another desk's report that have gone: the day by which the linking desk's index
    must be purged of them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+", db_index=False)
    report = models.UUIDField()
    aside = models.BooleanField(default=False)
    gone = models.BooleanField(default=False)
    purge_by = models.DateField(null=True)

    class Meta:
        db_table = "reports_search_waiting"
        constraints = [models.UniqueConstraint(fields=["desk", "report"], name="waits_once")]
        indexes = [models.Index(fields=["desk", "aside", "-gone", "id"], name="waiting_in_turn")]


class Search(models.Model):
    """A search that an officer made.

    The query is sealed to the desks that were searched. The id is its address for as long as `session` is the
    officer's session. `kind` and `hits` are in the clear, so that supervisors and overseers see how much is
    searched. `reasoned` means that a reason was given for a broad search.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    officer = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    desks = ArrayField(models.UUIDField())
    session = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    kind = models.CharField(max_length=12)
    hits = models.PositiveIntegerField()
    reasoned = models.BooleanField(default=False)
    epochs = ArrayField(models.UUIDField())
    header = models.BinaryField()
    payload = models.BinaryField()

    class Meta:
        db_table = "reports_search"
        indexes = [models.Index(fields=["at"], name="searches_by_time")]
