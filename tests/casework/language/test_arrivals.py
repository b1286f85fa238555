"""Tests that a report in another language is given to a translator when it arrives, with a clock from its arrival."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from heedline.casework.language import arrivals, todo, translating
from heedline.casework.language import clock as translation_clock
from heedline.dispatch.clocks import slot_end
from heedline.dispatch.models import Alarm
from heedline.reports.models import Report, Translation
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.language_scene import polish, speaks, the_task
from tests.support.leaving_scene import settled
from tests.support.scene_people import DANGER, People

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "_looked", {})


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def looked(people: People, name: str, at: datetime | None = None) -> None:
    with people.sitting(name) as here:
        arrivals.ask_step(by=here, at=at or people.at)


def test_the_national_desk_translates_what_the_own_desk_cannot(people: People) -> None:
    speaks(people, "Nadia")
    ref, _ = polish(people)
    people.send()
    looked(people, "Odile")
    assert not Translation.objects.exists(), "a row that is written now would tell when it arrived"
    settled(people)
    looked(people, "Odile")
    task = the_task()
    assert (task.report_id, task.assigned_to_id) == (ref, people.house.officers["Nadia"].id)
    slot = Report.objects.get(pk=ref).slot
    assert slot is not None
    assert task.due_at == slot_end(slot) + translating.clock(task.report.rank)
    looked(people, "Nadia")
    assert Translation.objects.count() == 1
    with people.sitting("Nadia") as nadia:
        (line,) = todo.to_do(by=nadia, at=people.at)
    assert (line.mine, line.language_words, line.asked_by) == (True, "Polish", "Automatic, on arrival")


def test_a_report_that_nobody_can_translate_alarms_at_once_and_again_when_late(people: People) -> None:
    ref, _ = polish(people, **DANGER)
    settled(people)
    looked(people, "Odile")
    task = the_task()
    assert task.assigned_to_id is None
    with acting("worker"):
        translation_clock.watch(task.due_at + timedelta(minutes=1))
    assert set(Alarm.objects.filter(about_id=ref).values_list("kind", flat=True)) >= {
        "no-translator",
        "translation-late",
    }


def test_what_somebody_has_taken_is_left_to_them(people: People) -> None:
    polish(people)
    settled(people)
    (report,) = Report.objects.all()
    people.take(report.id, "Odile")
    looked(people, "Odile")
    assert not Translation.objects.exists()
