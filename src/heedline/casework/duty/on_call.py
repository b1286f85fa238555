"""Who is there, and whom a step of the paging chain calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from heedline.desks.duty_hours import shifts_now, watch_desks
from heedline.desks.models import Appointment, Officer, OnCall, Shift
from heedline.dispatch.letters import AlarmKind
from heedline.packs.pack import OnCallStep
from heedline.permits.roles import Role
from heedline.reports.models import Translation
from heedline.reports.translation_states import TranslationState

_WHO_READ = (Role.OFFICER, Role.SUPERVISOR)


def called(desk: UUID, step: int, chain: Sequence[OnCallStep], at: datetime) -> frozenset[str]:
    """E-mail addresses of everybody whom this step calls, and all steps before it.

    `chain` is the pack's: it says whose duty roster each step calls; the desk's and the round-the-clock desk's own
    on-call lists are added from step 1 up. When that is nobody, everybody on those lists is called, and when there is
    none, every officer of the round-the-clock desk: a page that goes to nobody helps nobody.
    """
    watch = watch_desks()
    here = watch | {desk}
    rosters: set[UUID] = set()
    for one in chain[: step + 1]:
        if one.who == "desk-on-duty":
            rosters |= here
        elif one.who == "watch-on-duty":
            rosters |= watch
    on_duty = Shift.objects.filter(shifts_now(at), desk_id__in=rosters).values("officer_id")
    lists = OnCall.objects.filter(desk_id__in=here)
    anybody = (
        Q(id__in=on_duty) | Q(id__in=lists.filter(step__lte=step).values("officer_id")),
        Q(id__in=lists.values("officer_id")),
        Q(
            id__in=Appointment.objects.filter(
                desk_id__in=watch or here, role__in=_WHO_READ, ended_on=None
            ).values("officer_id")
        ),
    )
    for people in anybody:
        found = frozenset(Officer.objects.filter(people, is_active=True).values_list("email", flat=True))
        if found:
            return found
    return frozenset()


def stewards() -> frozenset[str]:
    """E-mail addresses of everybody who sets up the installation."""
    held = Appointment.objects.filter(role=Role.STEWARD, ended_on=None).values("officer_id")
    return frozenset(Officer.objects.filter(id__in=held, is_active=True).values_list("email", flat=True))


def supervisors(desk: UUID) -> frozenset[str]:
    """E-mail addresses of the supervisors of a desk, on duty or not."""
    here = Appointment.objects.filter(desk_id=desk, role=Role.SUPERVISOR, ended_on=None).values("officer_id")
    return frozenset(Officer.objects.filter(id__in=here, is_active=True).values_list("email", flat=True))


def called_translators(
    kind: str, desk: UUID, report: UUID, chain: Sequence[OnCallStep], at: datetime
) -> frozenset[str]:
    """E-mail addresses of whom an alarm about translations calls: who has one that waits; when it is late, or nobody has
    the language, the supervisors of the desk and whoever is on duty as well."""
    has_it = Translation.objects.filter(report_id=report, state=TranslationState.WAITING).values(
        "assigned_to_id"
    )
    found = frozenset(Officer.objects.filter(id__in=has_it, is_active=True).values_list("email", flat=True))
    if kind == AlarmKind.TRANSLATION_WAITS and found:
        return found
    return found | supervisors(desk) | called(desk, 0, chain, at)


def called_authorisers(desk: UUID, step: int, at: datetime, *, overdue: bool) -> frozenset[str]:
    """E-mail addresses of the authorisers whom this step calls: nobody of a desk that reads reports can answer.

    Those on duty first, then the desk's on-call list step by step. When ten minutes have passed (`overdue`) the whole
    list at once, then everybody who decides there. When a step calls nobody, the next wider circle is called.
    """
    on_duty = Q(id__in=Shift.objects.filter(shifts_now(at), desk_id=desk).values("officer_id"))
    listed = OnCall.objects.filter(desk_id=desk)
    the_list = Q(id__in=listed.values("officer_id"))
    everybody = Q(
        id__in=Appointment.objects.filter(desk_id=desk, role=Role.AUTHORISER, ended_on=None).values(
            "officer_id"
        )
    )
    if not overdue:
        circles = [
            on_duty | Q(id__in=listed.filter(step__lte=step).values("officer_id")),
            the_list,
            everybody,
        ]
    elif step == 0:
        circles = [on_duty | the_list, everybody]
    else:
        circles = [on_duty | the_list | everybody]
    for people in circles:
        found = frozenset(Officer.objects.filter(people, is_active=True).values_list("email", flat=True))
        if found:
            return found
    return frozenset()
