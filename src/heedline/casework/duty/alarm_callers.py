"""The people paged at each step of an alarm.

Every function takes the alarm, the number of the step in the on-call chain and the time, and returns email
addresses.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from heedline.casework.duty import on_call, training_clock
from heedline.dispatch.models import Alarm
from heedline.packs import load_pack
from heedline.packs.rules.clocks import OnCallStep

#: (alarm, step of the on-call chain, now) -> email addresses.
Called = Callable[[Alarm, int, datetime], frozenset[str]]


def _chain() -> tuple[OnCallStep, ...]:
    return tuple(load_pack(settings.PACK).on_call)


def call_the_desk(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return the people to page at the alarm's desk at this step of the on-call chain."""
    return on_call.called(alarm.desk_id, step, _chain(), at)


def call_supervisors(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return the supervisors of the alarm's desk.

    If it has none, return the people whom the on-call chain pages.
    """
    return on_call.supervisors(alarm.desk_id) or call_the_desk(alarm, step, at)


def call_supervisors_then_chain(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return the supervisors and, from the second step, the on-call chain as well.

    The supervisors are those whom `call_supervisors` returns.
    """
    first = call_supervisors(alarm, step, at)
    return first | call_the_desk(alarm, step, at) if step else first


def call_other_stewards(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return every steward except the one who made the proposal that the alarm is about.

    If no other can sign in, that one is called, because a page that reaches nobody would be tried for ever.
    """
    return on_call.stewards(but_for=alarm.about_id) or on_call.stewards()


def call_rota_planners(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return the supervisors of the alarm's desk, or the stewards if it has none."""
    return on_call.supervisors(alarm.desk_id) or on_call.stewards()


def call_who_lead(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return the supervisors of the alarm's desk and of the round-the-clock desk.

    From the second step on, and where there are none, the people whom the on-call chain calls are added.
    """
    leads = on_call.supervisors(alarm.desk_id).union(*map(on_call.supervisors, on_call.watch_desks()))
    return leads | call_the_desk(alarm, step, at) if step or not leads else leads


def call_owner_and_who_lead(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return the email addresses of the report's owner and of the people whom `call_who_lead` pages."""
    return on_call.owner(alarm.about_id) | call_who_lead(alarm, step, at)


def call_owner_and_desk(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return the email addresses of the report's owner and of the people whom `call_the_desk` pages."""
    return on_call.owner(alarm.about_id) | call_the_desk(alarm, step, at)


def call_owner_and_supervisors(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return the email addresses of the report's owner and of the people whom `call_supervisors` pages."""
    return on_call.owner(alarm.about_id) | call_supervisors(alarm, step, at)


def call_closer_and_supervisors(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return the officer who last closed the report, and the people whom `call_supervisors` pages."""
    return on_call.closer(alarm.about_id) | call_supervisors(alarm, step, at)


def call_task_owners(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return the owners of overdue tasks on the alarm's report, and the supervisors of its desk."""
    return on_call.owners_of_late_tasks(alarm.about_id, at) | call_supervisors(alarm, step, at)


def call_record_owner(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return the owner of the alarm's record.

    From the second step, and where nobody owns it, also return whom `call_supervisors` returns.
    """
    owner = on_call.owner_of_record(alarm.about_id)
    return owner | call_supervisors(alarm, step, at) if step or not owner else owner


def call_interest_owner(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return the owner of the interest register entry that matches the alarm's report.

    From the second step, and where the owner has left, also return whom `call_supervisors_then_chain` returns.
    """
    owner = on_call.owner_of_interest(alarm.about_id)
    return owner | call_supervisors_then_chain(alarm, step, at) if step or not owner else owner


def call_question_owner(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return the owner of the alarm's question, or the desk's on-call officers if it has no owner.

    From the second step on, the supervisors whom `call_supervisors_then_chain` returns are added.
    """
    first = on_call.owner_of_question(alarm.about_id) or call_the_desk(alarm, step, at)
    return first | call_supervisors_then_chain(alarm, step, at) if step else first


def call_authorisers(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    return on_call.called_authorisers(alarm.desk_id, step, at, overdue=False)


def call_every_authoriser(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    return on_call.called_authorisers(alarm.desk_id, step, at, overdue=True, chain=_chain())


def call_translators(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    if alarm.about_id is None:
        return call_the_desk(alarm, step, at)
    return on_call.called_translators(alarm.kind, alarm.desk_id, alarm.about_id, _chain(), at)


def call_the_desk_and_stewards(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return the people on call at the desk, and the stewards.

    Only stewards can restore statements.
    """
    return call_the_desk(alarm, step, at) | on_call.stewards()


def call_the_trained(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    called = training_clock.called(alarm.desk_id, alarm.about_id, at) if alarm.about_id else frozenset()
    return called or call_the_desk(alarm, step, at)
