"""The table of counts and the figures that stewards see: nothing small on the disk, nothing small on the page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from heedline.audit.models import Event
from heedline.casework.intake import drop_off, page_counts, settle_arrivals
from heedline.casework.intake.page_counts import Counts
from heedline.intake import door
from heedline.intake.models import Count
from heedline.permits.gate import Refused
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import People, logged

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def counted(**numbers: int) -> Counts:
    """`what__entered=40` at the questions about an activity."""
    counts = Counts(lambda _: 0)
    for name, number in numbers.items():
        step, _, what = name.partition("__")
        for _ in range(number):
            counts.add("activity", step, what.replace("__", ":"))
    with acting("public"):
        page_counts.flush(counts)
    return counts


def figures(people: People, name: str = "Stella") -> drop_off.DropOff:
    with people.sitting(name, unlocked=False) as here:
        return drop_off.drop_off(people.at.date(), by=here, at=people.at)


def line(found: drop_off.DropOff, step: str) -> drop_off.DropOffLine:
    return next(one for one in found.kinds[0].lines if one.step == step)


# --- the table ----------------------------------------------------------------------------------------------------------


def test_the_database_itself_takes_nothing_small_and_nothing_odd(people: People) -> None:
    good = ("activity", "what", "entered", 5)
    for bad in (
        ("activity", "what", "entered", 4),
        ("activity", "what", "entered", 7),
        ("activity", "what", "entered", 0),
        ("activity", "what", "entered", -5),
        ("Rosa Example", "what", "entered", 5),
        ("activity", "x" * 41, "entered", 5),
        ("activity", "what", "error:07700 900123", 5),
    ):
        with acting("public"):
            door.add_counts([good, bad])
        assert not Count.objects.exists(), bad
    with acting("public"):
        door.add_counts([good, good])
    assert [row.number for row in Count.objects.all()] == [10]
    for process in ("office", "worker", "backup"):
        with (
            acting(process),
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("UPDATE intake_count SET number = 1")


def test_the_public_process_cannot_read_what_it_counts(people: People) -> None:
    counted(what__entered=10)
    with acting("public"), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM intake_count")


def test_a_database_that_is_away_loses_no_count(people: People) -> None:
    counts = Counts(lambda _: 0)
    for _ in range(6):
        counts.add("activity", "what", "entered")
    with acting("worker"), transaction.atomic():
        assert page_counts.flush(counts) == 0, "that role may not call it"
        transaction.set_rollback(True)
    with acting("public"):
        assert page_counts.flush(counts) == 1
    assert Count.objects.get().number == 5


def test_after_two_days_hours_are_days(people: People) -> None:
    counted(what__entered=10, now__entered=5)
    day = people.at.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=4)
    for hours in (0, 3, 21):
        with connection.cursor() as cursor:  # time passes
            cursor.execute(
                "INSERT INTO intake_count SELECT %s, kind, step, what, number FROM intake_count"
                " WHERE hour > %s",
                [day + timedelta(hours=hours), people.at - timedelta(days=1)],
            )
    with acting("worker"):
        settle_arrivals.sweep(people.at)
        settle_arrivals.sweep(people.at)
    old = Count.objects.filter(hour__lt=people.at - timedelta(days=3))
    assert {(row.hour, row.step, row.number) for row in old} == {(day, "what", 30), (day, "now", 15)}
    assert Count.objects.exclude(hour=day).count() == 2, "the present hours stay"


# --- the figures --------------------------------------------------------------------------------------------------------


def test_drop_off_question_by_question(people: People) -> None:
    counted(
        what__entered=100, what__continued=60, what__exit=20, what__error__missing=10,
        check__entered=50, check__sent=40, where__entered=30, where__continued=30,
    )  # fmt: skip
    found = figures(people)
    what = line(found, "what")
    assert what.passage
    assert [f.words for f in (what.passage.entered, what.passage.continued, what.passage.left)] == [
        "100",
        "60",
        "40",
    ]
    assert what.exits.words == "20"
    assert [(m.code, m.figure.words) for m in what.mistakes] == [("missing", "10")]
    check = line(found, "check")
    assert check.passage
    assert check.passage.left.words == "10"
    where = line(found, "where")
    assert where.passage
    assert [where.passage.left.words, where.passage.continued.words] == ["fewer than 5", "not shown"]
    know = line(found, "know")
    assert know.passage
    assert know.passage.entered.words == "fewer than 5"
    assert line(found, "contact").note
    assert line(found, "contact").entered is None
    steps = [one.step for one in found.kinds[0].lines]
    assert steps.index("start") < steps.index("now") < steps.index("what") < steps.index("check")


def test_a_week_without_counts_is_empty(people: People) -> None:
    found = figures(people)
    assert found.empty
    assert found.later is None
    assert found.earlier == found.monday - timedelta(days=7)


def test_only_stewards_see_them_and_each_look_is_logged(people: People) -> None:
    figures(people)
    (event,) = logged("figures-read")
    assert set(event.detail) == {"week", "file"}
    for name in ("Odile", "Ada"):
        with pytest.raises(Refused):
            figures(people, name)
    assert len(logged("figures-read", refused=True)) == 2
    assert Event.objects.filter(act="figures-read", outcome="done").count() == 1
