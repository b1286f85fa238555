"""Identity requests, the decisions on them, and the key shares released for them.

A request asks to open the reporter's identity, or to have the sender traced elsewhere. Nothing is ever
released for a trace, because nothing is stored here that a sender could be traced with
(`casework.identity.trace_requests`). A request is decided once and then stays as it is
(`database/triggers/identity_requests.sql`). The text is in sealed parts of the report (`part` is
`release`), for the desk and the authorisers. Only codes, people and times are stored unsealed here.
Nothing here differs between reports whose reporter gave a name and those whose reporter did not.
"""

from __future__ import annotations

import uuid

from django.db import models


class IdentityRequest(models.Model):
    """An officer's request about one reporter's identity, and the decision on it.

    `purpose` is "open" (for what the reporter said about themselves) or "trace" (if life is at risk and
    others may be able to find the sender).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="identity_requests")
    #: The desk that asks: its half of the key opens the identity together with the authorisers' half.
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+")
    authoriser_desk = models.ForeignKey(
        "desks.Desk", on_delete=models.PROTECT, related_name="identity_requests"
    )
    purpose = models.CharField(max_length=5, default="open")
    asked_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    ground = models.CharField(
        max_length=20
    )  # a code of casework.identity.requests.GROUNDS, or of the pack for a trace
    minutes = (
        models.PositiveSmallIntegerField()
    )  # how long it may be looked at, from the decision on; 0 for a trace
    asked_words = models.UUIDField()  # the sealed part with necessity and risk
    decided_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)
    decided_words = models.UUIDField(null=True)  # the sealed part with the reasons
    opens_until = models.DateTimeField(null=True)
    granted_minutes = models.PositiveSmallIntegerField(
        null=True
    )  # of an approval to open: never more than `minutes`
    asked_back = models.BooleanField(default=False)  # ended with a question, which a new request answers

    class Meta:
        db_table = "reports_identity_request"
        indexes = [models.Index(fields=["authoriser_desk", "asked_at"], name="identity_requests")]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "desk", "purpose"],
                name="one_undecided_request",
                condition=models.Q(decided_at=None),
            ),
            models.CheckConstraint(
                condition=models.Q(
                    decided_by=None, decided_at=None, approved=None, decided_words=None, opens_until=None
                )
                | models.Q(
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    decided_words__isnull=False,
                    approved=True,
                    opens_until__isnull=False,
                    purpose="open",
                )
                | models.Q(
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    decided_words__isnull=False,
                    approved=True,
                    opens_until=None,
                    purpose="trace",
                )
                | models.Q(
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    decided_words__isnull=False,
                    approved=False,
                    opens_until=None,
                ),
                name="decided_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(opens_until=None, granted_minutes=None)
                | models.Q(
                    opens_until__isnull=False,
                    granted_minutes__in=[10, 30, 120, 480],
                    granted_minutes__lte=models.F("minutes"),
                ),
                name="granted_at_most_what_was_asked",
            ),
            models.CheckConstraint(
                condition=models.Q(asked_back=False) | models.Q(approved=False),
                name="asked_back_opens_nothing",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("asked_by")),
                name="nobody_decides_their_own",
            ),
            models.CheckConstraint(
                condition=models.Q(purpose="open", minutes__in=[30, 120, 480])
                | models.Q(purpose="trace", minutes=0),
                name="known_limit",
            ),
        ]


class ReleasedShare(models.Model):
    """The authorisers' key share, sealed to one officer's key for one identity request.

    It is emptied when its time is over.
    """

    request = models.OneToOneField(
        IdentityRequest, on_delete=models.PROTECT, primary_key=True, related_name="released"
    )
    officer = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField(null=True)
    until = models.DateTimeField()

    class Meta:
        db_table = "reports_released_share"
