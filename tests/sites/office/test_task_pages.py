"""Tasks by their pages: set on a report, found in My work, given away, finished."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from heedline.casework.linking import interests
from heedline.casework.tasks import tasks
from heedline.reports.models import InterestHit, Task
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.linking_scene import BOY, compared, interest
from tests.support.scene_people import DANGER, People, logged
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


def test_the_page_of_a_visit_asks_whether_the_officer_to_contact_first_was_contacted(
    house: House, hand: Callable[[], Hand]
) -> None:
    people = People(house, now())
    ref, _ = people.taken(narrative=BOY[0])
    odile = hand().at_work(house, "Odile")
    path = f"/w/r/{ref}/tasks/"
    odile.get(path)
    odile.send(path, text="Visit him", contact=["yes"], to=str(house.officers["Odile"].id), later="60")
    one = f"{path}{Task.objects.get().id}/"
    odile.get(one)
    assert "had to be contacted first" not in odile.html
    assert "This is done while an officer of the National desk is at work." in odile.html
    assert "paged if the report has waited there for 30 minutes. If you cannot wait, phone" in odile.html
    interest(people)
    compared(people, "Odile")
    odile.get("/w/")
    assert "Do not act yet on report" in odile.html
    assert ">Contact first</span>" in odile.html, "the row of their report is flagged"
    assert f'href="/w/r/{ref}/"' in odile.html.split("Do not act yet on report")[1].split("Contact ")[0]
    assert "Contact <bdi>Otto O.</bdi>, South West desk, first." in odile.html
    odile.get(one)
    assert "An officer had to be contacted first." in odile.html
    odile.send(one, what="give", to=str(house.officers["Olga"].id), later="240")
    assert "Contact Otto O., South West desk first." in odile.html
    odile.send(one, what="done", text="Nobody was in")
    assert odile.page.status_code == 422
    assert "Say whether Otto O., South West desk cleared you to act" in odile.html
    odile.send(one, what="done", text="Nobody was in", first="too-late")
    assert "The visit or contact was made before they were contacted." in odile.html
    odile.get(f"/w/r/{ref}/timeline/?kind=tasks")
    assert "Visit or contact" in odile.html
    assert "<dt>contact</dt>" not in odile.html
    assert "True</dd>" not in odile.html


def test_while_somebody_must_be_contacted_first_a_task_says_whether_it_includes_a_visit(
    house: House, hand: Callable[[], Hand]
) -> None:
    people = People(house, now())
    ref, _ = people.taken(narrative=BOY[0])
    odile = hand().at_work(house, "Odile")
    path, told = f"/w/r/{ref}/tasks/", {"to": str(house.officers["Odile"].id), "later": "60"}
    odile.get(path)
    assert 'value="no"' not in odile.html
    interest(people)
    compared(people, "Odile")
    odile.send(path, text="Visit him", **told)  # the page was loaded before the report matched
    assert (odile.page.status_code, Task.objects.count()) == (422, 0)
    assert "Say whether the task includes a visit or contact" in odile.html
    assert 'value="no"' in odile.html
    odile.get(path)
    assert 'value="no"' in odile.html
    odile.send(path, text="Visit him", contact="yes", **told)
    assert "Contact Otto O., South West desk first." in odile.html
    odile.send(path, text="Look up his company", contact="no", **told)
    assert "Task set." in odile.html
    assert [one.detail["contact"] for one in logged("task-set", thing=ref)] == ["no"]
    odile.get(f"/w/r/{ref}/timeline/?kind=tasks")
    assert "Visit or contact" in odile.html


def test_a_cleared_visit_shows_the_words_of_the_clearance_and_never_no_trace(
    house: House, hand: Callable[[], Hand]
) -> None:
    people = People(house, now())
    ref, _ = people.taken(narrative=BOY[0])
    interest(people)
    compared(people, "Odile")
    words = "You can write to the reporter. No visit."
    with people.sitting("Otto") as here:
        interests.release(InterestHit.objects.get().id, words, by=here, at=people.at)
    with people.sitting("Odile") as here:
        due, me = people.at + timedelta(hours=1), here.officer_id
        task = tasks.set_task(ref, "Visit him.", me, due, contact=True, by=here, at=people.at)
    odile = hand().at_work(house, "Odile")
    for path in (f"/w/r/{ref}/tasks/", f"/w/r/{ref}/tasks/{task}/", f"/w/r/{ref}/partners/"):
        odile.get(path)
        shown = odile.html.split('id="work"')[1]
        assert "No trace" not in shown
        assert "<bdi>Otto O.</bdi>, South West desk, cleared you at" in shown
        assert words in shown


def test_nobody_is_told_to_wait_for_a_clearance_where_life_is_at_risk(
    house: House, hand: Callable[[], Hand]
) -> None:
    people = People(house, now())
    ref, _ = people.taken(narrative=BOY[0], **DANGER)
    interest(people)
    compared(people, "Odile")
    odile = hand().at_work(house, "Odile")
    for path in ("/w/", f"/w/r/{ref}/"):
        odile.get(path)
        assert "Do not act yet" not in odile.html
        assert "Do what saves life now" in odile.html
        assert "as soon as you can" in odile.html
