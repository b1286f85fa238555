"""The times that public pages promise, from the same clocks that set the deadlines of the desks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from heedline.casework.access import session
from heedline.dispatch.clocks import message_due, slot_end, slot_of
from heedline.dispatch.safe_times import read_safe_times
from heedline.packs.urgency import Urgency
from heedline.web.public.shell.asking import pack, words
from heedline.web.public.shell.beside import Twofold
from heedline.web.public.shell.pages import day_in_words


def read_by(kind: str, at: datetime, *, incident: str = "") -> datetime:
    """Return the deadline for reading a routine report of this kind that arrives at `at`, where its place changes nothing.

    `incident` is the kind of incident by whose form it was sent, if by one.
    """
    if incident in pack().incidents:
        code = pack().incidents[incident].first_priority[Urgency.ROUTINE]
        return pack().seen_due(kind, code, slot_end(slot_of(at)))
    return pack().first_due(kind, Urgency.ROUTINE, slot_end(slot_of(at)))


def message_read_by(at: datetime) -> datetime:
    """Return the deadline for reading a message that a reporter sends at `at`."""
    return message_due(slot_of(at), pack())


def call_by(read: datetime, days: Iterable[str], hours: Iterable[str]) -> datetime:
    """Return the deadline for the first call to a reporter who asked for one, at one of the days and hours that are safe.

    The clock of the call starts when the report is first read, which is by `read`.
    """
    times = read_safe_times(days, hours, pack().safe_hours)
    return times.try_by(read, pack().clock("call_back"), session.office_zone())


def in_words(due: datetime, at: datetime) -> Twofold:
    """Return a promised time as text, such as "by 15:45 today"."""
    zone = session.office_zone()
    local, today = due.astimezone(zone), at.astimezone(zone).date()
    said, clock = words(), f"{local:%H:%M}"
    original = said.original or said
    near = {today: "when.today", today + timedelta(days=1): "when.tomorrow"}.get(local.date())
    if near is not None:
        return Twofold(said.say(near, time=clock), original.say(near, time=clock))
    day = day_in_words(local.date())
    return Twofold(
        said.say("when.day", time=clock, day=day.said), original.say("when.day", time=clock, day=day.original)
    )
