"""Tests for the report that Heedline sends to itself: it arrives and opens, nobody is troubled, and no other report is taken."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection
from pytest_django import Settings

from heedline.casework.continuity import arrival_canary
from heedline.casework.continuity.arrival_canary import CanaryKey
from heedline.casework.duty import paging
from heedline.desks.models import Desk
from heedline.dispatch.models import Alarm, Outbox
from heedline.permits.gate import Refused
from heedline.reports.models import Report, SealedHeader
from heedline.vault import CannotOpen
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(house: House, settings: Settings) -> CanaryKey:
    with acting("office"):
        made = arrival_canary.found(hands=house.hands, at=now())
    settings.CANARY_KEY = made.written()
    return made


def send() -> None:
    with acting("public"):
        arrival_canary.send(now())


def receive() -> bool:
    with acting("worker"):
        return arrival_canary.receive(now())


def everything() -> dict[str, int]:
    """The rows of every table about reports, and those of the outbox, alarms and the log."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND"
            " relname ~ '^(reports|dispatch|audit)_'"
        )
        names = [name for (name,) in cursor.fetchall()]
        counted = {}
        for name in names:
            cursor.execute(f'SELECT count(*) FROM "{name}"')
            counted[name] = cursor.fetchone()[0]
    return counted


def test_it_arrives_opens_and_leaves_nothing_behind(key: CanaryKey) -> None:
    before = everything()
    assert not receive()
    send()
    assert Report.objects.get().desk.kind == "canary"
    assert receive()
    assert everything() == before
    assert not receive(), "it is opened once"


def test_nobody_is_paged_about_it(key: CanaryKey) -> None:
    send()
    with acting("worker"):
        paging.drain(now())
    assert not Alarm.objects.exists()
    assert not Outbox.objects.exists()
    assert receive()


def test_no_report_by_anybody_else_is_ever_taken(key: CanaryKey) -> None:
    """Neither if the public process calls it the canary's, nor if the office makes its desk one."""
    ref, _ = a_report(at=now())
    report = Report.objects.get(id=ref)
    assert not receive()
    Report.objects.update(area="canary")
    assert not receive()
    Report.objects.update(area=report.area)
    Desk.objects.filter(code=arrival_canary.DESK).update(code="former-canary")
    Desk.objects.filter(id=report.desk_id).update(kind="canary", code=arrival_canary.DESK)
    assert not receive()
    assert Report.objects.get().id == ref


def test_a_report_that_does_not_open_is_not_counted_as_arrived(key: CanaryKey, settings: Settings) -> None:
    send()
    settings.CANARY_KEY = CanaryKey(key.epoch, bytes(32)).written()
    with pytest.raises(CannotOpen):
        receive()


def test_its_key_opens_the_canary_and_no_other_report(house: House, key: CanaryKey) -> None:
    a_report(at=now())
    assert all(key.epoch not in epochs for epochs in SealedHeader.objects.values_list("epochs", flat=True))
    send()
    addressed = SealedHeader.objects.filter(report__area="canary", part="report").values_list(
        "epochs", flat=True
    )
    assert list(addressed) == [[key.epoch]]


def test_nothing_is_taken_without_a_key(key: CanaryKey, settings: Settings) -> None:
    send()
    settings.CANARY_KEY = ""
    assert not receive()
    assert Report.objects.count() == 1


def test_its_desk_is_made_once(house: House, key: CanaryKey) -> None:
    with acting("office"), pytest.raises(Refused):
        arrival_canary.found(hands=house.hands, at=now())


@pytest.mark.parametrize("text", ["", "x", f"{UUID(int=1)}:00", f"{UUID(int=1)}:{'g' * 64}"])
def test_a_key_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        CanaryKey.read(text)
