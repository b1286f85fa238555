"""The worker's tasks for disclosures.

Partners are notified that something is waiting, and alarms are raised for what has waited too long.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q

from heedline.casework.duty.paging import raise_alarms, raise_for_all, raise_late
from heedline.desks.models import Appointment, Officer
from heedline.dispatch import postmen
from heedline.dispatch.letters import AlarmKind, Letter
from heedline.dispatch.models import Alarm, Outbox
from heedline.packs import load_pack
from heedline.permits.roles import Role
from heedline.reports.dissemination_states import DisseminationState
from heedline.reports.models import Dissemination
from heedline.reports.models.disseminations import UNREAD

#: States in which the partner has to open or answer.
_WITH_PARTNER = (DisseminationState.SENT, DisseminationState.RECEIVED)
_MINUTE = timedelta(minutes=1)


def tell_partners(at: datetime) -> int:
    """Email each partner's staff that disclosures are waiting, and return how many letters were delivered or dropped.

    A reminder is a letter of a later time (`outgoing`). It is dropped if the disclosure no longer waits for the partner.

    The email contains no checkpoint of the log. A checkpoint's number counts what the office does, and is
    published outside only once a day. A notification is removed once it has been tried: a failed email
    raises an alarm of its own, and the disclosure's deadline runs whether the partner was notified or not.
    """
    with transaction.atomic():
        letters = list(
            Outbox.objects.select_for_update(skip_locked=True).filter(
                letter=Letter.SENT_TO_PARTNER, slot__lte=at
            )[:100]
        )
        waiting = set(
            Dissemination.objects.filter(
                id__in=[one.thing_id for one in letters], state__in=_WITH_PARTNER
            ).values_list("id", flat=True)
        )
        if desks := {one.desk for one in letters if one.desk and one.thing_id in waiting}:
            people = Appointment.objects.filter(desk_id__in=desks, role=Role.PARTNER, ended_on=None)
            addresses = Officer.objects.filter(id__in=people.values("officer_id"), is_active=True)
            delivery = postmen.tell_partners(addresses.values_list("email", flat=True), at=at)
            if delivery.failed:
                raise_for_all(AlarmKind.PAGE_FAILED, at)
        Outbox.objects.filter(id__in=[one.id for one in letters]).delete()
    return len(letters)


def watch(at: datetime) -> None:
    """Raise alarms for disclosures that await review, have a reply, or are overdue at the partner.

    Safe to repeat.
    """
    pack = load_pack(settings.PACK)
    late = Q(due_at__lt=at)
    unopened = Q(state=DisseminationState.SENT)
    for kind, which, allowed in (
        (AlarmKind.PARTNER_DANGER, unopened & Q(urgent=True) & late, pack.clock("partner_open_danger")),
        (
            AlarmKind.PARTNER_SILENT,
            (unopened & Q(urgent=False) | Q(state=DisseminationState.RECEIVED)) & late,
            pack.clock("partner_open"),
        ),
        (AlarmKind.PARTNER_ANSWERED, Q(state=DisseminationState.ANSWERED), pack.clock("partner_read")),
        (AlarmKind.SENDING_TO_CHECK, UNREAD, pack.clock("partner_check")),
    ):
        rows = Dissemination.objects.filter(which).order_by("id")
        desks = dict(rows.values_list("report_id", "report__desk_id"))
        raise_late(kind, at, [(desk, report, allowed) for report, desk in desks.items()])
    _raise_for_new_answers(at, pack.clock("partner_read"))
    _call_again(unopened & Q(urgent=True) & late)


def _raise_for_new_answers(at: datetime, allowed: timedelta) -> None:
    """Raise a new alarm for replies received since the alarm about an earlier reply was cleared.

    Clearing it granted time only for what the partner had said by then. A reply is due `allowed` after the minute in
    which it came, so that one of the minute of the clearing counts as later.
    """
    kind = AlarmKind.PARTNER_ANSWERED
    answered = Dissemination.objects.filter(state=DisseminationState.ANSWERED)
    last = {
        (desk, report): due
        for desk, report, due in answered.values_list("report__desk_id", "report_id").annotate(Max("due_at"))
    }
    cleared = Alarm.objects.filter(kind=kind, about_id__in=[report for _, report in last])
    before = {
        (desk, report): when
        for desk, report, when in cleared.values_list("desk_id", "about_id").annotate(Max("cleared_at"))
        if when is not None
    }
    raise_alarms(
        kind,
        at,
        [one for one, due in last.items() if one in before and before[one] + allowed < due + _MINUTE],
    )


def _call_again(unopened: Q) -> None:
    """Reactivate an acknowledged alarm when another urgent disclosure of the same report becomes overdue.

    The acknowledgement covered only what was overdue at the time. This concerns disclosures sent because
    life is at risk that the partner has not opened.
    """
    late = Dissemination.objects.filter(unopened).values_list("report_id").annotate(last=Max("due_at"))
    for report, last in late:
        Alarm.objects.filter(
            kind=AlarmKind.PARTNER_DANGER, about_id=report, cleared_at=None, acknowledged_at__lt=last
        ).update(acknowledged_by=None, acknowledged_at=None)
