"""Tests that an alarm about a message doesn't tell the quarter hour of the message once it has been read."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from heedline.casework.contact import messages
from heedline.casework.duty import paging
from heedline.dispatch.clocks import day_of, slot_of
from heedline.dispatch.models import Alarm
from heedline.reports.models import Message
from tests.support.acting import acting
from tests.support.scene_people import People

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("read", ["after the worker", "while the worker runs"])
def test_an_alarm_about_a_read_message_keeps_only_its_day(
    people: People, monkeypatch: pytest.MonkeyPatch, read: str
) -> None:
    ref, code = people.taken()
    with acting("public"):
        messages.say(code, "It was on Tuesday.", message_id=uuid4(), at=people.at)
    message = Message.objects.get(report=ref)
    assert message.slot is not None
    due = message.slot + timedelta(days=1, minutes=15)

    def mark_read() -> None:
        with people.sitting("Odile") as odile:
            assert messages.mark_read(ref, [message.id], by=odile, at=people.at) == 1

    if read == "while the worker runs":
        raise_late = paging.raise_late
        monkeypatch.setattr(paging, "raise_late", lambda *late: (mark_read(), raise_late(*late)))
    with acting("worker"):
        paging.watch_messages(due + timedelta(seconds=1))
    if read == "after the worker":
        assert Alarm.objects.get(kind="message-waiting").slot == slot_of(due)
        mark_read()
    assert Alarm.objects.get(kind="message-waiting").slot == day_of(due)
