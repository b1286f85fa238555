"""Tests for the number of queries of office pages: at most five for a queue or an opened report (design §13).

Everything that the request asks is counted, from whose session it is to the wall coming down again; not the borders of
transactions. Officers walk to each page.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from heedline.casework.contact import messages
from heedline.casework.keys import directory as key_directory
from heedline.casework.pages.queues import upkeep
from heedline.casework.search import indexing
from heedline.casework.setup import stewardship
from heedline.dispatch.clocks import slot_of
from heedline.dispatch.models import Alarm
from heedline.permits.roles import Role
from tests.casework.tasks.test_tasks import set_one
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.linking_scene import compared, interest, investigator
from tests.support.scene_people import SOUTH_WEST, People
from tests.support.search_scene import indexed
from tests.support.stories import a_report
from tests.support.subject_scene import BOY, linked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

BUDGET = 5
#: A report without earlier ones beside it: the session, the report with all that hangs on it, the log, the end.
OPENED = 4
NORTH_EAST, ELSEWHERE = {"postcode": "NE1 4ST"}, {"postcode": "SW1A 1AA"}
DANGER = {"danger": "yes"}
#: What a queue asks more, outside the index, when its upkeep is due: the notices of other desks, and the reports that may
#: need a translation.
UPKEEP = 2
#: The page of a subject, its print view and the page on which one is added: the session, the report, the reports of the
#: subject (of those that may be about it), the log, who looked (the other reports of those subjects), the end.
SUBJECT = 6
#: An investigator's entries in the interest register, and the reports that match them.
REGISTER = {"/w/interests/": 8, "/w/interests/hits/": 7}
#: My work of an officer, who has a task, a report and an alarm.
MY_WORK = 20
#: What My work asks more where desks have records: those that the officer owns, those of the example desk and of the
#: intelligence desk that wait for a second person, and the cases whose risk was offered to the officer.
RECORDS = 4
_BORDERS = ("SAVEPOINT", "RELEASE SAVEPOINT")
_OF_THE_TESTS = ("SET ROLE", "SELECT current_user")
#: A specialist desk asks for its own column in a statement of its own; the tests have an example of one.
_EXAMPLE = "example_further_check"
#: Reading the search index is counted apart: how many statements fetch pages depends on what is kept of them.
_OF_THE_INDEX = ("reports_search_index", "reports_search_page", "ISOLATION LEVEL")


@pytest.fixture(autouse=True)
def _no_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the speed of the machine out of the counts.

    The directory of keys is read again every five seconds, and a queue updates the index every twenty, whichever page is
    open then. Both would count in a slow test.
    """
    monkeypatch.setattr(key_directory, "_FRESH_SECONDS", 3600.0)
    monkeypatch.setattr(upkeep, "_next", {})
    monkeypatch.setattr(indexing, "EVERY", timedelta(hours=1))
    monkeypatch.setattr(indexing, "_next_look", {})


def statements(page: Hand, path: str) -> list[str]:
    """Return the queries of a second view of a page, when the process has cached what all pages share (such as keys)."""
    page.get(path)
    return of_one_look(page, path)


def of_one_look(page: Hand, path: str) -> list[str]:
    """Return the queries of one view of a page."""
    with CaptureQueriesContext(connection) as seen:
        page.get(path)
    assert page.page.status_code == 200
    return [
        q["sql"]
        for q in seen.captured_queries
        if not q["sql"].startswith((*_BORDERS, *_OF_THE_TESTS))
        and _EXAMPLE not in q["sql"]
        and not any(of_index in q["sql"] for of_index in _OF_THE_INDEX)
    ]


def test_a_queue_asks_five_times_however_long_it_is(house: House, hand: Callable[[], Hand]) -> None:
    odile = hand().at_work(house, "Odile")
    assert len(statements(odile, "/w/q/north-east/")) <= BUDGET  # empty
    for more, lines in ((1, 1), (19, 20), (10, 25)):
        for _ in range(more):
            a_report(at=now(), where=NORTH_EAST)
        found = statements(odile, "/w/q/north-east/")
        assert odile.html.count("Take and open") == lines
        assert len(found) == BUDGET, found
    for view in (
        "/w/q/all/",
        "/w/q/north-east/?state=mine",
        "/w/q/north-east/?state=closed",
        "/w/q/north-east/?state=closed&outcome=spam",
        "/w/q/north-east/?kind=activity&priority=none&sort=-received&size=100",
        "/w/q/north-east/?owner=nobody&sort=owner&size=50",
        "/w/q/north-east/?kind=online",  # nothing
        "/w/q/north-east/?special=under-18",
        "/w/q/north-east/?special=contact",
        "/w/q/north-east/?special=translation",
    ):
        found = statements(odile, view)
        assert len(found) <= BUDGET, (view, found)
    for _ in range(3):  # the reports are indexed, then compared; after that, the upkeep finds nothing to do
        indexing._next_look.clear()
        found = of_one_look(odile, "/w/q/north-east/")
    assert len(found) == BUDGET + UPKEEP, found


def test_a_board_asks_five_times_however_much_there_is(house: House, hand: Callable[[], Hand]) -> None:
    with acting("office"):
        stewardship.appoint(
            house.officers["Olga"], Role.SUPERVISOR, house.desks["north-east"], hands=house.hands, at=now()
        )
    olga = hand().at_work(house, "Olga")
    for more in (0, 1, 12):
        for _ in range(more):
            a_report(at=now(), where=NORTH_EAST)
        found = statements(olga, "/w/board/north-east/")
        assert len(found) <= BUDGET, found


def test_the_round_the_clock_queue_asks_five_times(house: House, hand: Callable[[], Hand]) -> None:
    """The queue shows the desk's own reports and those of other desks that it must watch."""
    a_report(at=now(), where=ELSEWHERE)
    a_report(at=now(), where=NORTH_EAST)
    nadia = hand().at_work(house, "Nadia")
    found = statements(nadia, "/w/q/national/")
    assert "Nobody is on duty at North East desk" in nadia.html
    assert len(found) == BUDGET, found
    hand().at_work(house, "Odile")
    a_report(at=now(), where=NORTH_EAST, now=DANGER)
    found = statements(nadia, "/w/q/national/")
    assert "Danger to life at North East desk, not yet taken" in nadia.html
    assert nadia.html.count("Take and open") == 2
    assert len(found) == BUDGET, found


def test_a_report_asks_five_times_however_many_earlier_ones_are_beside_it(
    house: House, hand: Callable[[], Hand]
) -> None:
    refs = [
        a_report(at=now(), where=NORTH_EAST, narrative="Kevin Tierney, 01632 960455")[0] for _ in range(4)
    ]
    odile = hand().at_work(house, "Odile")
    indexed(People(house, now()))
    found = statements(odile, f"/w/r/{refs[0]}/")
    assert odile.html.count("Same phone number") == 3
    assert len(found) == BUDGET, found


def test_an_opened_report_asks_four_times_whatever_hangs_on_it(
    house: House, hand: Callable[[], Hand]
) -> None:
    ref, code = a_report(at=now(), where=NORTH_EAST)
    odile = hand().at_work(house, "Odile")
    path = f"/w/r/{ref}/"
    assert len(statements(odile, path)) == OPENED + 1, "there is no index yet, so what just arrived is read"
    odile.get("/w/q/north-east/")
    odile.send(f"{path}take/")
    for _ in range(3):
        odile.get(path)
        odile.send(path, do="save-stay", danger="no", done_what="Filmed", priority="low", reason="Vague")
        odile.get(f"{path}ask/")
        odile.send(f"{path}ask/", template="when-exactly", do="send", safe=["no-names", "no-task", "no-case"])
    odile.get(f"{path}identity/")
    reasons = {"ground": "source-at-risk", "necessity": "The day", "risk": "Her brother", "minutes": "30"}
    odile.send(f"{path}identity/", do="sure", **reasons)
    odile.send(f"{path}identity/", do="ask")
    found = statements(odile, path)
    for words in ("Waiting for an authoriser", "Filmed", "Vague"):
        assert words in odile.html
    assert len(found) == OPENED, found

    with acting("public"):
        messages.say(code, "On Tuesday.", message_id=uuid4(), at=now())
    asked = of_one_look(odile, path)
    assert "On Tuesday." in odile.html
    assert [sql for sql in asked if sql.startswith("UPDATE")] == [], "a look changes nothing of the report"
    assert len(asked) == OPENED, asked


def test_subject_pages_ask_six_times_however_many_reports_they_have(
    house: House, hand: Callable[[], Hand]
) -> None:
    people = People(house, now())
    refs = [a_report(at=now(), where=NORTH_EAST, narrative=text)[0] for text in (*BOY, *BOY)]
    first = linked(people, refs[0])
    indexed(people)
    odile = hand().at_work(house, "Odile")
    here, adding = f"/w/r/{refs[0]}/subjects/{first}/", f"/w/r/{refs[-1]}/subjects/add/"
    for linked_to in ((), refs[1:3]):
        for ref in linked_to:
            linked(people, ref, to=first)
        indexed(people)
        for path in (here, f"{here}print/", adding):
            found = statements(odile, path)
            assert len(found) == SUBJECT, (path, found)
    assert "Caoimhin Tierney" in odile.html, "a subject is on offer"


def test_pages_that_link_reports_keep_to_their_numbers(house: House, hand: Callable[[], Hand]) -> None:
    people = People(house, now())
    investigator(people, "Otto")
    interest(people)
    ref, _ = people.send(narrative=BOY[0])
    people.send(narrative=BOY[1], **SOUTH_WEST)
    compared(people, "Odile", "Otto")
    odile, otto = hand().at_work(house, "Odile"), hand().at_work(house, "Otto")
    for path in (f"/w/r/{ref}/seen/", f"/w/r/{ref}/matches/", "/w/matches/", "/w/search/", "/w/alarms/"):
        found = statements(odile, path)
        assert len(found) <= BUDGET, (path, found)
    found = statements(odile, f"/w/r/{ref}/subjects/")
    assert len(found) == OPENED, found
    for path, number in REGISTER.items():
        found = statements(otto, path)
        assert len(found) == number, (path, found)


@pytest.mark.parametrize("name", ["Odile", "Olga", "Nadia", "Stella", "Ada"])
def test_duty_asks_five_times_whoever_looks(house: House, hand: Callable[[], Hand], name: str) -> None:
    """An officer and a supervisor of two desks, the round-the-clock desk, a steward and an authoriser."""
    hands, at = house.hands, now()
    with acting("office"):
        stewardship.appoint(
            house.officers["Odile"], Role.OFFICER, house.desks["south-west"], hands=hands, at=at
        )
        for desk in ("north-east", "south-west"):
            stewardship.appoint(
                house.officers["Olga"], Role.SUPERVISOR, house.desks[desk], hands=hands, at=at
            )
    for one in ("Olga", "Odile"):
        there = hand().at_work(house, one)
        there.get("/w/duty/north-east/on/")
        there.send("", hours="8")
    looking = hand().at_work(house, name)
    found = statements(looking, "/w/duty/")
    assert len(found) <= BUDGET, found


def test_my_work_asks_no_more_however_much_there_is(house: House, hand: Callable[[], Hand]) -> None:
    """The page collects waiting work from sixteen packages, each with its own query. Odile was paged about the alarms."""
    people = People(house, now())
    odile = hand().at_work(house, "Odile")
    counts = [len(statements(odile, "/w/"))]
    for more in (1, 6):
        for _ in range(more):
            ref, _ = people.taken()
            set_one(people, ref)
            waiting, _ = people.send()
            Alarm.objects.create(
                kind="overdue",
                desk=house.desks["north-east"],
                about_kind="report",
                about_id=waiting,
                slot=slot_of(people.at),
                paged=[house.officers["Odile"].id],
            )
        counts.append(len(statements(odile, "/w/")))
    assert "You were paged about 2 more items" in odile.html
    assert odile.html.count("Zinnober-task") == 7
    assert max(counts) <= MY_WORK + RECORDS, counts
