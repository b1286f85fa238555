"""Overseers see the whole log and nothing else; what should make them ask stands out; that they look is logged."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from heedline.audit.acts import Act
from heedline.audit.models import Event
from heedline.casework.contact import call_back
from heedline.casework.duty import rota
from heedline.casework.errors import NotHere
from heedline.casework.intake import settle_arrivals
from heedline.casework.oversight import log_view
from heedline.casework.oversight.log_view import Sieve
from heedline.casework.pages import access_history
from heedline.casework.pages.queues import queue
from heedline.casework.setup import stewardship
from heedline.desks.models import Appointment
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.reports.models import Report
from tests.support.acting import acting
from tests.support.call_scene import asks_for_a_call
from tests.support.cast import House, now
from tests.support.scene_people import SOUTH_WEST, People

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(house: House) -> People:
    made = People(house, now())
    stewardship.appoint(house.officers["Ned"], Role.OVERSEER, None, hands=house.hands, at=made.at)
    return made


def looks(people: People, **sieve: object) -> log_view.LogPage:
    with people.sitting("Ned", unlocked=False) as ned:
        return log_view.log(Sieve(**sieve), by=ned)  # type: ignore[arg-type]


def test_an_overseers_own_views_can_be_left_out_but_not_what_they_took_out(people: People) -> None:
    people.taken()
    looks(people)
    assert Act.LOG_READ in {line.act for line in looks(people).lines}
    found = looks(people, without=people.house.officers["Ned"].id).lines
    assert Act.LOG_READ not in {line.act for line in found}
    assert Act.REPORT_TAKEN in {line.act for line in found}
    colleague = looks(people, without=people.house.officers["Odile"].id).lines
    assert Act.LOG_READ in {line.act for line in colleague}, "only one's own"
    left_out = Event.objects.filter(act=Act.LOG_READ, detail__has_key="without")
    assert left_out.count() == 2, "and the log says that it was looked at in this way"


def officer(people: People, name: str) -> UUID:
    return people.house.officers[name].id


def test_the_log_of_every_desk_newest_first_and_the_look_itself(people: People) -> None:
    ref, _ = people.taken()
    other, _ = people.taken("Otto", **SOUTH_WEST)
    page = looks(people)
    assert [line.act for line in page.lines][:1] == [Act.LOG_READ], "what is recorded before is shown already"
    taken = {line.report: line for line in page.lines if line.act == Act.REPORT_TAKEN}
    assert set(taken) == {ref, other}
    assert (taken[ref].by, taken[ref].desk, taken[ref].refused) == ("Odile O.", "North East desk", False)
    own = Event.objects.filter(act=Act.LOG_READ).get()
    assert (own.actor, own.thing, own.detail) == (officer(people, "Ned"), "log", {"view": "log"})


def test_a_queue_names_its_reports_as_officers_know_them(people: People) -> None:
    ref, _ = people.taken()
    with acting("worker"):
        settle_arrivals.settle(people.at + timedelta(minutes=15))
    with people.sitting("Odile") as odile:
        queue.queue(by=odile, at=people.at, view=queue.QueueView())
    [line] = [one for one in looks(people, act=Act.QUEUE_READ).lines if ("opened", str(ref)) in one.detail]
    assert ("opened", str(ref)) in line.detail


def test_of_an_arrival_the_day_is_shown_and_no_time(people: People) -> None:
    assert access_history.when_logged(Act.REPORT_ARRIVED, people.at) == f"{people.at:%-d %B %Y}"
    assert ":" in access_history.when_logged(Act.REPORT_TAKEN, people.at)


def test_each_sieve_lets_through_what_it_says(people: People) -> None:
    ref, _ = people.taken()
    people.taken("Otto", **SOUTH_WEST)
    with pytest.raises(NotHere):
        people.read(ref, "Otto")
    north_east = people.house.desks["north-east"].id
    assert {line.desk_code for line in looks(people, desk=north_east).lines} == {"north-east"}
    assert {line.by for line in looks(people, officer=officer(people, "Otto")).lines} == {"Otto O."}
    assert {line.act for line in looks(people, act=str(Act.REPORT_TAKEN)).lines} == {Act.REPORT_TAKEN}
    assert {line.report for line in looks(people, report=ref).lines} == {ref}
    refused = looks(people, refused=True).lines
    assert [(line.act, line.by, line.report) for line in refused] == [(Act.REPORT_READ, "Otto O.", None)]
    today = people.at.date()
    assert looks(people, since=today - timedelta(days=1), until=today + timedelta(days=1)).lines
    assert not looks(people, since=today + timedelta(days=2)).lines
    assert not looks(people, until=today - timedelta(days=2)).lines
    kept = Event.objects.filter(act=Act.LOG_READ).order_by("id").last()
    assert kept is not None
    assert kept.detail == {"view": "log", "until": str(today - timedelta(days=2))}


def test_page_after_page_shows_every_event_once(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    people.taken()
    people.taken("Otto", **SOUTH_WEST)
    monkeypatch.setattr(log_view, "PAGE", 7)
    before = set(Event.objects.values_list("id", flat=True))
    seen: list[int] = []
    older = None
    with people.sitting("Ned", unlocked=False) as ned:
        before |= set(Event.objects.values_list("id", flat=True))
        while True:
            page = log_view.log(Sieve(), by=ned, older=older)
            seen += [line.id for line in page.lines if line.act != Act.LOG_READ]
            if page.older is None:
                break
            older = page.older
    assert len(seen) == len(set(seen))
    assert set(seen) == before


@pytest.mark.parametrize("name", ["Odile", "Ada", "Stella"])
def test_nobody_else_sees_it_and_each_attempt_is_logged(people: People, name: str) -> None:
    people.taken("Otto", **SOUTH_WEST)
    with people.sitting(name, unlocked=name == "Odile") as here:
        for view in (
            lambda: log_view.log(Sieve(), by=here),
            lambda: log_view.take_out(Sieve(), by=here),
            lambda: log_view.bulk_reads(by=here, at=people.at),
            lambda: log_view.out_of_hours(by=here, at=people.at),
            lambda: log_view.refusals(by=here, at=people.at),
        ):
            before = Event.objects.filter(outcome="refused", actor=officer(people, name)).count()
            with pytest.raises(Refused):
                view()
            assert Event.objects.filter(outcome="refused", actor=officer(people, name)).count() == before + 1
        with pytest.raises(Refused):
            log_view.choices(by=here)


def test_the_database_says_it_again(people: People) -> None:
    """Whatever a query forgot: an overseer's session sees every event and no report, an officer's only its desks'."""
    people.taken("Otto", **SOUTH_WEST)

    def seen() -> tuple[int, int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM audit_event WHERE desk IS NOT NULL")
            events = cursor.fetchone()
            cursor.execute("SELECT count(*) FROM reports_report")
            reports = cursor.fetchone()
        assert events
        assert reports
        return events[0], reports[0]

    everything = Event.objects.filter(desk__isnull=False).count()
    with people.sitting("Ned", unlocked=False):
        assert seen() == (everything, 0)
    with people.sitting("Ada", unlocked=False):
        assert seen()[0] < everything
    # somebody who works on a desk that reads reports does not oversee, whatever the table says
    Appointment.objects.create(
        officer=people.house.officers["Ned"], role="officer", desk=people.house.desks["north-east"]
    )
    with people.sitting("Ned", unlocked=False) as ned:
        assert seen()[0] < everything
        with pytest.raises(Refused, match="must not"):
            log_view.log(Sieve(), by=ned)
    Appointment.objects.filter(officer=people.house.officers["Ned"], role="officer").delete()
    Appointment.objects.filter(officer=people.house.officers["Ned"]).update(ended_on=people.at.date())
    with people.sitting("Ned", unlocked=False):
        assert seen() == (0, 0)
    assert Report.objects.count() == 1


def test_many_reports_in_an_hour_stand_out(people: People) -> None:
    hour = people.at.replace(minute=5, second=0, microsecond=0) - timedelta(hours=3)
    for name, count, again in (("Odile", log_view.MANY, 1), ("Otto", log_view.MANY - 1, 3)):
        for _ in range(count):
            ref = uuid4()
            for _ in range(again):
                Event.objects.create(
                    act=Act.REPORT_READ, actor=officer(people, name), thing="report", thing_id=ref, at=hour
                )
    with people.sitting("Ned", unlocked=False) as ned:
        found = log_view.bulk_reads(by=ned, at=people.at)
        later = log_view.bulk_reads(by=ned, at=people.at + log_view.BACK)
    assert [(heap.by, heap.count) for heap in found] == [("Odile O.", log_view.MANY)]
    assert later == ()


def test_a_days_work_is_no_bulk_viewing(people: People) -> None:
    """Thirty-nine reports that were triaged are work. Taking and releasing them is not."""
    hour = people.at.replace(minute=5)
    for name, then, how_late in (
        ("Odile", Act.REPORT_ASSESSED, timedelta(minutes=40)),
        ("Olga", Act.REPORT_TAKEN, timedelta(0)),
        ("Otto", Act.REPORT_ASSESSED, log_view.WORKED_WITHIN + timedelta(minutes=1)),
    ):
        for _ in range(39):
            ref = uuid4()
            for act, at in ((Act.REPORT_READ, hour), (then, hour + how_late)):
                Event.objects.create(
                    act=act, actor=officer(people, name), thing="report", thing_id=ref, at=at
                )
    with people.sitting("Ned", unlocked=False) as ned:
        found = log_view.bulk_reads(by=ned, at=people.at)
    assert sorted((heap.by, heap.count) for heap in found) == [("Olga O.", 39), ("Otto O.", 39)]


def test_looks_by_people_who_are_not_on_duty_stand_out(people: People) -> None:
    ref, _ = people.taken()
    with people.sitting("Odile") as odile:
        rota.come_on(by=odile, desk=odile.desk_ids[0], until=people.at + timedelta(hours=1), at=people.at)
    for name, hours in (("Odile", 0.5), ("Odile", 3.0), ("Olga", 0.5)):
        Event.objects.create(
            act=Act.REPORT_READ,
            actor=officer(people, name),
            thing="report",
            thing_id=ref,
            at=people.at + timedelta(hours=hours),
        )
    with people.sitting("Ned", unlocked=False) as ned:
        found = log_view.out_of_hours(by=ned, at=people.at)
    assert sorted((heap.by, heap.count) for heap in found) == [("Odile O.", 1), ("Olga O.", 1)]


def test_who_was_refused_what_stands_out(people: People) -> None:
    ref, _ = people.taken()
    for _ in range(3):
        with pytest.raises(NotHere):
            people.read(ref, "Otto")
    with people.sitting("Ned", unlocked=False) as ned:
        found = log_view.refusals(by=ned, at=people.at)
    assert [(heap.by, heap.act, heap.count) for heap in found] == [("Otto O.", Act.REPORT_READ, 3)]


def test_a_list_taken_out_is_an_event_of_its_own(people: People) -> None:
    people.taken()
    with people.sitting("Ned", unlocked=False) as ned:
        lines = list(log_view.take_out(Sieve(act=str(Act.REPORT_TAKEN)), by=ned))
    assert [line.act for line in lines] == [Act.REPORT_TAKEN]
    event = Event.objects.get(act=Act.LOG_TAKEN_OUT)
    assert event.detail == {"view": "list", "act": "report-taken"}


def test_numbers_that_were_opened_early_stand_out(people: People) -> None:
    ref = asks_for_a_call(people.at, times="only when the lights are on")
    people.take(ref, "Nadia")
    with people.sitting("Nadia") as here:
        call_back.number(ref, "life", by=here, at=people.at)
        call_back.number(ref, "their-words", by=here, at=people.at)
    with people.sitting("Ned", unlocked=False) as ned:
        found = log_view.early_numbers(by=ned, at=people.at)
    assert [(heap.by, heap.count) for heap in found] == [("Nadia N.", 2)]
