"""Tasks by their pages: set on a report, found in My work, given away, finished."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heedline.reports.models import Task
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
NORTH_EAST = {"postcode": "NE1 4ST"}
WHAT = "Ask the landlord <for> the recordings"


def test_a_task_from_setting_to_done(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    odile, olga = hand().at_work(house, "Odile"), hand().at_work(house, "Olga")
    odile.get("/w/q/north-east/")
    odile.send(f"/w/r/{ref}/take/")
    path = f"/w/r/{ref}/tasks/"
    odile.get(path)
    assert "No tasks yet." in odile.html
    odile.send(path, text="")
    assert odile.page.status_code == 422
    for missing in ("Write what is to be done", "Choose who does the task", "Choose when the task is due"):
        assert missing in odile.html
    odile.send(path, text=WHAT, to=str(house.officers["Olga"].id), later="60")
    assert "Task set." in odile.html
    assert "Ask the landlord &lt;for&gt; the recordings" in odile.html
    olga.get("/w/")
    assert "My tasks" in olga.html
    assert "&lt;for&gt;" in olga.html
    one = f"{path}{Task.objects.get().id}/"
    olga.get(one)
    olga.send(one, what="cancel")
    assert "Say why the task is cancelled" in olga.html
    olga.send(one, what="give")
    assert "Choose who does the task" in olga.html
    olga.send(one, what="give", to=str(house.officers["Odile"].id), later="240")
    assert "The task has a new owner and a new due time." in olga.html
    odile.get(one)
    odile.send(one, what="done", text="They keep them for a week")
    assert "They keep them for a week" in odile.html
    odile.get(f"/w/r/{ref}/timeline/?kind=tasks")
    assert "Task done" in odile.html
    odile.get(one)
    assert "This task has already ended." in odile.html


def test_a_colleague_who_has_nothing_to_do_with_it_reads_it_only(
    house: House, hand: Callable[[], Hand]
) -> None:
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    odile, olga = hand().at_work(house, "Odile"), hand().at_work(house, "Olga")
    path = f"/w/r/{ref}/tasks/"
    odile.get(path)
    odile.send(path, text=WHAT, to=str(house.officers["Odile"].id), later="60")
    olga.get(path)
    assert "Complete, reassign or cancel" not in olga.html
    olga.get(f"{path}{Task.objects.get().id}/")
    assert "Only the task’s owner, the officer who set it or a supervisor can change it." in olga.html
    otto = hand().at_work(house, "Otto")
    otto.get(path)
    assert otto.page.status_code == 404
