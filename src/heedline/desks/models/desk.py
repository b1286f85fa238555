"""Organisations, desks and officers, with their roles and hours."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

#: The kind of the desk whose one report proves restores: nothing else is ever sent or done there.
CANARY = "canary"
#: The kind of a partner's desk: it opens what is written for it, on a site of its own, and never sees a report.
PARTNER = "partner"
#: Kinds of desks that no report can be sealed or handed to.
TAKE_NO_REPORTS = ("authoriser", PARTNER, CANARY)


class StandingInstallation(models.Model):
    """The installation's single row, which records whether the installation is a demo or live.

    A demo never becomes live, nor the reverse.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    born = models.CharField(max_length=4, choices=[("demo", "demo"), ("live", "live")])
    installation = models.CharField(max_length=64)

    class Meta:
        db_table = "desks_installation"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_installation")]


class Organisation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)

    class Meta:
        db_table = "desks_organisation"


class Desk(models.Model):
    """A team that receives reports, decides on identity requests or belongs to a partner.

    Desks of kind `authoriser` decide on identity requests. Desks of kind `partner` receive disclosures
    written by other desks. The code of a desk that receives reports comes from the pack.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="desks")
    kind = models.CharField(max_length=20)  # one of desk_kinds
    round_the_clock = models.BooleanField(default=False)
    authoriser = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        db_table = "desks_desk"


class OfficerManager(BaseUserManager["Officer"]):
    """The manager that finds officers at sign-in.

    It does not create them. Stewards create officers through `casework.setup.stewardship`.
    """

    def get_by_natural_key(self, username: str | None) -> Officer:
        return self.get(email__iexact=username)


class Officer(AbstractBaseUser):
    """A named member of staff.

    Rows are never deleted, because the log and the history of reports refer to them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="officers")
    is_active = models.BooleanField(default=True)
    single_keys = models.BooleanField(
        default=False
    )  # whether they work with single keys: see single_keys.js of the office

    objects: ClassVar[OfficerManager] = OfficerManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        db_table = "desks_officer"

    def get_full_name(self) -> str:
        return self.name

    def has_perm(self, *_: Any, **__: Any) -> bool:
        """Return False, because Django's own permissions are not used.

        `permits` decides what an officer may do.
        """
        return False

    def has_module_perms(self, *_: Any) -> bool:
        return False


class Appointment(models.Model):
    """A role that an officer holds, on one desk or for the whole installation.

    Stewards and overseers are appointed for the whole installation.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=20)  # permits.roles.Role
    desk = models.ForeignKey(
        Desk, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "desks_appointment"
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "role", "desk"], name="one_appointment_each", nulls_distinct=False
            )
        ]


class Shift(models.Model):
    """A period in which an officer is on duty at a desk.

    `ends_at` is moved forward or back when the officer comes on or goes off duty. A cancelled shift ends when it
    begins. Shifts that were planned together share `planned_in`, so that they can be cancelled together.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="shifts")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    planned_in = models.UUIDField(null=True)

    class Meta:
        db_table = "desks_shift"
        indexes = [models.Index(fields=["desk", "ends_at"], name="desk_shift_ends")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gte=models.F("starts_at")), name="shift_runs_forward"
            )
        ]


class PatternSlot(models.Model):
    """A line in a desk's weekly pattern.

    It has a weekday, hours by the desk's clock, and the officer who works them. `begins` and `ends` are
    minutes after midnight. If `ends` is not after `begins`, it is on the next day. Without an officer the
    hours are to be covered and nobody is named yet.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="pattern")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    weekday = models.PositiveSmallIntegerField()  # 0 = Monday
    begins = models.PositiveSmallIntegerField()
    ends = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "desks_pattern_slot"
        constraints = [
            models.UniqueConstraint(
                fields=["desk", "weekday", "begins", "ends", "officer"],
                name="one_slot_each",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(weekday__lte=6, begins__lt=1440, ends__gte=1, ends__lte=1440),
                name="a_slot_lies_in_a_week",
            ),
        ]


class OnCall(models.Model):
    """A desk's on-call chain, which lists the people paged at each step if nobody on duty has responded."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="on_call")
    step = models.PositiveSmallIntegerField()  # 1 = two minutes, 2 = five, 3 = ten
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="on_call")

    class Meta:
        db_table = "desks_on_call"
        constraints = [models.UniqueConstraint(fields=["desk", "step", "officer"], name="once_a_step")]
