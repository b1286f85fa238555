"""Tests for the filters of a queue by what is sealed: somebody under 18, something odd, an officer to contact first.

They are counted from the desk's index and its notices. The database has no column for any of them.
"""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection

from heedline.casework.pages.queues.queue import Queue, queue
from heedline.casework.pages.queues.queue_view import view_of
from heedline.casework.search import values
from heedline.casework.tasks import odd_things, tasks
from heedline.casework.tasks.odd_things import OddAnswer
from heedline.reports.models import Report, SearchIndex, Task
from tests.support import advice_scene
from tests.support.linking_scene import BOY, compared, interest
from tests.support.scene_people import People
from tests.support.search_scene import indexed

pytestmark = pytest.mark.django_db
YOUNG = {"you": {"who": "anonymous", "under18": "yes"}}


def of(people: People, special: str = "", name: str = "Odile") -> Queue:
    with people.sitting(name) as here:
        return queue(by=here, at=people.at, view=view_of({"special": special}, desk=None, outcomes={}))


def refs(found: Queue) -> list[UUID]:
    return [line.ref for line in found.lines]


def test_reports_about_somebody_under_18_are_counted_once_they_are_indexed(people: People) -> None:
    young, _ = people.taken(**YOUNG)
    other, _ = people.assessed(**YOUNG)
    people.assessed()
    before = of(people, "under-18")
    assert (before.chips["under-18"], before.special.whole, refs(before)) == (0, False, [])
    indexed(people)
    found = of(people, "under-18")
    assert (found.chips["under-18"], found.special.whole, found.special.waiting) == (2, True, 0)
    assert set(refs(found)) == {young, other}
    people.passed_on(other, "Odile", "Olga")
    people.close(other, "Olga")
    people.completed(other, "Olga")
    found = of(people, "under-18")
    assert (refs(found), found.chips["under-18"]) == ([young], 1)
    later, _ = people.send(**YOUNG)
    found = of(people, "under-18")
    assert later not in refs(found)
    assert found.special.until is not None
    assert found.special.until <= people.at, "the chip says until when"


def test_something_odd_is_counted_until_an_officer_says_what_became_of_it(people: People) -> None:
    advice_scene.adviser_desk(people)
    ref, _ = advice_scene.a_request(people, odd=True)
    advice_scene.a_request(people)
    people.take(ref, "Otto")
    indexed(people, "Otto")
    found = of(people, "odd", "Otto")
    assert (refs(found), found.chips["odd"]) == ([ref], 1)
    with people.sitting("Otto") as here:
        odd_things.note(ref, by=here, at=people.at)
        task = Task.objects.get(report=ref).id
        text = "The man was the window cleaner whom they had booked."
        tasks.finish(ref, task, text, odd=OddAnswer.NOT_SUSPICIOUS, by=here, at=people.at)
    indexed(people, "Otto")
    found = of(people, "odd", "Otto")
    assert (refs(found), found.chips["odd"]) == ([], 0)


def test_reports_on_which_somebody_is_contacted_first_are_counted_for_the_whole_desk(people: People) -> None:
    ref, _ = people.taken(narrative=BOY[0])
    people.assessed()
    interest(people)
    compared(people, "Odile")
    found = of(people, "contact", "Olga")  # who does not own it
    assert (refs(found), found.chips["contact"]) == ([ref], 1)
    assert "Contact first" in found.lines[0].flags


def test_another_desk_neither_counts_nor_lists_them(people: People) -> None:
    people.taken(**YOUNG)
    indexed(people)
    found = of(people, "under-18", "Otto")
    assert (refs(found), found.chips["under-18"]) == ([], 0)


def test_a_thief_of_the_database_cannot_tell_which_reports_they_are(people: People) -> None:
    young, _ = people.taken(**YOUNG)
    plain, _ = people.taken()
    indexed(people)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT string_agg(encode(sealed, 'escape'), '') FROM reports_search_page")
        [pages] = cursor.fetchone()
    assert values.UNDER_18 not in pages
    assert SearchIndex.objects.exists()
    columns = ("kind", "urgency", "priority", "rank", "stage", "area", "channel", "unread")
    [one], [other] = (Report.objects.filter(pk=ref).values_list(*columns) for ref in (young, plain))
    assert one == other
