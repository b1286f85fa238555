"""Items of online material and their examinations.

No row names a report or an address. What an item is, and why an examiner found what they found, stands in sealed
parts of the desk (`reports.models.desk_parts`), whose `thing` is the item.
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from heedline.specialist_desks.material.rules import LISTS, ItemOutcome, ItemState, Place


class MaterialItem(models.Model):
    """An item of online material, with one or more locators.

    `container` holds what it is, as it was last written. `found_on` is the day of the session in which it was found.
    `indexed` is the search index in which it can be found as it is now, or null. `round` counts how often it was
    opened again: examinations of earlier rounds decide nothing any more. `referral_due_at` is when the unit that a
    referred item goes to must have it, until somebody records that it has.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+")
    container = models.UUIDField()
    state = models.CharField(max_length=12, default=str(ItemState.NEW))
    round = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveIntegerField(default=1)
    owner = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+", null=True)
    found_on = models.DateField()
    closed_audience = models.BooleanField(null=True)
    audience_approved_by = models.ForeignKey(
        "desks.Officer", on_delete=models.PROTECT, related_name="+", null=True
    )
    indexed = models.UUIDField(null=True)
    referral_due_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "material_item"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[str(one) for one in ItemState]), name="a_state_of_an_item"
            )
        ]
        indexes = [
            models.Index(fields=["desk", "state"], name="items_by_state"),
            models.Index(fields=["desk", "indexed"], name="items_by_index"),
            *(
                models.Index(
                    fields=["desk", "-found_on", "id"],
                    condition=models.Q(state__in=sorted(map(str, states))),
                    name=f"{name}_items_by_day",
                )
                for name, states in LISTS.items()
            ),
        ]


class Examination(models.Model):
    """An examiner's finding about an item. Immutable except for `evidence`.

    `evidence` is the number of the newest entry of evidence, other than routine checks, that the finding rests on: at
    first the one of that time, later one that the same examiner has confirmed the finding on.
    `met` are the codes of the provisions that the examiner found to be met: a second examiner's are compared with them
    without opening the reasons. `container` holds the facts, the answers for each provision and the reasons.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(MaterialItem, on_delete=models.PROTECT, related_name="examinations")
    round = models.PositiveSmallIntegerField()
    place = models.CharField(max_length=8)
    officer = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=8)
    met = ArrayField(models.CharField(max_length=40), default=list)
    container = models.UUIDField(db_index=True)
    evidence = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "material_examination"
        constraints = [
            models.UniqueConstraint(
                fields=["item", "round", "place"],
                name="one_examination_a_place",
                condition=~models.Q(place=str(Place.REVERSAL)),
            ),
            models.CheckConstraint(
                condition=models.Q(
                    place__in=[str(one) for one in Place], outcome__in=[str(one) for one in ItemOutcome]
                ),
                name="an_examination_has_codes",
            ),
        ]
