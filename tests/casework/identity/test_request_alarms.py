"""The alarms of identity requests: whom they call, how soon, and that none is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heedline.casework.access.session import Attendance
from heedline.casework.duty import alarm_board, alarms, on_call, paging, rota
from heedline.casework.errors import NotHere
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import Alarm, Outbox
from heedline.packs import load_pack
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import IdentityRequest
from tests.support.acting import acting
from tests.support.identity_scene import (
    NO,
    ask,
    decide,
)
from tests.support.scene_people import NAMED, People

pytestmark = pytest.mark.django_db


def _alarms(by: Attendance, people: People) -> list[tuple[str, bool, bool]]:
    return [
        (one.kind, one.can_acknowledge, one.can_clear) for one in alarm_board.open_now(by=by, at=people.at)
    ]


def test_a_request_is_an_alarm_of_the_authorisers_until_it_is_decided(people: People) -> None:
    ref, _ = people.taken(**NAMED)
    request = ask(people, ref)
    with acting("worker"):
        paging.drain(people.at)
    with people.sitting("Ada") as ada:
        assert _alarms(ada, people) == [("identity-asked", True, False)]
        (line,) = alarm_board.open_now(by=ada, at=people.at)
        assert (line.request, line.ref) == (request, None)
        with pytest.raises(NotNow, match="An authoriser must decide the request"):
            alarms.clear(line.id, "false-alarm", by=ada, at=people.at)
    for name in ("Odile", "Nadia"):
        with people.sitting(name) as here:
            assert "identity-asked" not in {kind for kind, *_ in _alarms(here, people)}
            assert not Alarm.objects.filter(kind__startswith="identity-").exists()
            with pytest.raises(NotHere):
                alarms.acknowledge(line.id, by=here, at=people.at)
    decide(people, request)
    alarm = Alarm.objects.get(kind=AlarmKind.IDENTITY_ASKED)
    assert alarm.cleared_by == people.house.officers["Ada"].id


def test_after_ten_minutes_everybody_who_could_decide_is_called(people: People) -> None:
    ref, _ = people.taken(**NAMED)
    request = ask(people, ref)
    asked_at = IdentityRequest.objects.get(pk=request).asked_at
    with acting("worker"):
        paging.drain(people.at)
        paging.watch_requests(asked_at + timedelta(minutes=9))
        assert set(Alarm.objects.values_list("kind", flat=True)) == {"identity-asked"}
        paging.watch_requests(asked_at + timedelta(minutes=10))
        paging.watch_requests(asked_at + timedelta(minutes=11))
    assert sorted(Alarm.objects.values_list("kind", flat=True)) == ["identity-asked", "identity-overdue"]
    decide(people, request, NO)
    assert not Alarm.objects.filter(cleared_at=None).exists()
    with acting("worker"):
        paging.watch_requests(asked_at + timedelta(minutes=20))
    assert not Alarm.objects.filter(cleared_at=None).exists()


def test_a_lost_letter_becomes_an_alarm_all_the_same(people: People) -> None:
    ref, _ = people.taken(**NAMED)
    ask(people, ref)
    Outbox.objects.all().delete()
    with acting("worker"):
        paging.watch_requests(people.at)
    assert Alarm.objects.get().kind == "identity-asked"


def test_pages_call_authorisers_only_step_by_step(people: People) -> None:
    house, at = people.house, people.at
    desk = house.desks["identity"].id

    def called(step: int, *, overdue: bool = False) -> set[str]:
        with acting("worker"):
            found = on_call.called_authorisers(desk, step, at, overdue=overdue, chain=load_pack("uk").on_call)
        return {address.split("@")[0] for address in found}

    assert called(0) == {"ada", "anton"}, "nobody on duty, no list: everybody who decides"
    with people.sitting("Stella") as stella:
        rota.put_on_call(house.officers["Anton"].id, desk=desk, step=1, by=stella, at=at)
    assert called(0) == {"anton"}
    for name, place in (("Ada", "identity"), ("Nadia", "national")):
        with people.sitting(name) as here:
            rota.come_on(by=here, desk=house.desks[place].id, until=at + timedelta(hours=1), at=at)
    assert called(0) == {"ada"}
    assert called(1) == {"ada", "anton"}
    assert called(0, overdue=True) == {"ada", "anton"}
    assert called(1, overdue=True) == {"ada", "anton"}
    with people.sitting(
        "Stella"
    ) as stella:  # the duty manager of the pack is on the list of the watching desk
        rota.put_on_call(house.officers["Nils"].id, desk=house.desks["national"].id, step=3, by=stella, at=at)
    assert called(0) == {"ada"}
    assert called(0, overdue=True) == {"ada", "anton", "nils"}, "not the same two people again"
