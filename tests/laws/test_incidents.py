"""A bad day: who may open an incident's form, whose its reports are, and that each of them is kept exactly once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, OperationalError, transaction

from heedline.audit.models import Event
from heedline.casework.access import session
from heedline.casework.errors import Locked, NotHere
from heedline.casework.intake import incidents, last_read, open_incidents
from heedline.casework.intake.open_incidents import IncidentMark, PublicIncident
from heedline.dispatch.clocks import slot_end, slot_of
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.reports import door
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Incident, Report
from tests.sites.public.mishaps import database_away
from tests.sites.public.walker import Walker, another_tab
from tests.support import furnished, stories
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import MINUTE, People

pytestmark = pytest.mark.django_db
NAME, PATH = "Explosion at Market Square, Newtown", "/incident/market-square/"
SAW = "A van without plates drove off along the river just before the bang."


@pytest.fixture
def people(leads: House) -> People:
    return People(leads, now())


@pytest.fixture
def rosa(people: People, settings: Any) -> Walker:
    """Rosa at the first page, while an incident is open."""
    opened(people)
    settings.ROOT_URLCONF = "heedline.config.urls_public"
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE
    return Walker()


def opened(people: People, slug: str = "market-square", kind: str = "attack") -> UUID:
    with people.sitting("Nadia") as nadia:
        made = incidents.open_incident(NAME, slug, kind, by=nadia, at=people.at)
    open_incidents.forget()
    return made


def closed(people: People) -> None:
    with people.sitting("Nadia") as nadia:
        incidents.close_incident(Incident.objects.get().id, by=nadia, at=people.at + MINUTE)
    open_incidents.forget()


def tell(rosa: Walker, danger: str = "no") -> Walker:
    """By the shortest anonymous way to the check page of the short form."""
    rosa.visit(PATH).press("Start", danger=danger)
    rosa.press("Continue", narrative=SAW).press("Continue", place="Bristol")
    return rosa.press("Continue", who="anonymous")


# --- who may ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Nils", "Olga", "Odile", "Stella", "Ada", "Ned"])
def test_only_a_supervisor_of_the_national_desk_opens_and_closes(people: People, name: str) -> None:
    ref = opened(people)
    keyless = name == "Ned"
    with people.sitting(name, unlocked=not keyless) as here:
        assert not incidents.may_open(here)
        with pytest.raises(Refused):
            incidents.open_incident("Another", "another", "attack", by=here, at=people.at)
        with pytest.raises(Refused):
            incidents.close_incident(ref, by=here, at=people.at)
    assert Incident.objects.filter(closed_at=None).values_list("slug", flat=True).get() == "market-square"
    refused = Event.objects.filter(act__in=["incident-opened", "incident-closed"], outcome="refused")
    assert refused.count() == 2


def test_nobody_opens_one_with_locked_keys(people: People) -> None:
    with people.sitting("Nadia", unlocked=False) as nadia:
        assert incidents.may_open(nadia)
        with pytest.raises(Locked):
            incidents.open_incident(NAME, "market-square", "attack", by=nadia, at=people.at)
    assert not Incident.objects.exists()


def test_opening_and_closing_are_in_the_log_without_a_name(people: People) -> None:
    ref = opened(people)
    closed(people)
    found = Event.objects.filter(thing="incident").order_by("id")
    nadia = people.house.officers["Nadia"].id
    assert [(one.act, one.actor, one.thing_id) for one in found] == [
        ("incident-opened", nadia, ref),
        ("incident-closed", nadia, ref),
    ]
    assert not any("Market" in str(one.detail) for one in found)


def test_the_database_lets_nobody_open_one_in_anothers_name_or_open_it_again(people: People) -> None:
    opened(people)
    closed(people)
    mine = {"kind": "attack", "opened_at": people.at, "desk": people.house.desks["national"]}
    with people.sitting("Nadia"):
        with pytest.raises(DatabaseError), transaction.atomic():
            Incident.objects.create(name=NAME, slug="x", opened_by=people.house.officers["Nils"], **mine)
        assert Incident.objects.filter(slug="market-square").update(closed_at=None, closed_by=None) == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            Incident.objects.filter(slug="market-square").update(name="Another")


@pytest.mark.parametrize("name", ["Olga", "Stella"])
def test_the_database_lets_nobody_of_another_desk_open_or_close_one(people: People, name: str) -> None:
    ref = opened(people)
    me = people.house.officers[name]
    mine = {"kind": "attack", "opened_at": people.at, "desk": people.house.desks["national"], "opened_by": me}
    with people.sitting(name, unlocked=False):
        with pytest.raises(DatabaseError), transaction.atomic():
            Incident.objects.create(name=NAME, slug="x", **mine)
        with pytest.raises(DatabaseError), transaction.atomic():
            Incident.objects.filter(id=ref).update(closed_at=people.at, closed_by=me)


@pytest.mark.parametrize(
    ("name", "slug", "kind", "about"),
    [
        ("  ", "market-square", "attack", "name"),
        ("A\x00name", "market-square", "attack", "name"),
        (NAME, "Market Square", "attack", "slug"),
        (NAME, "a/b", "attack", "slug"),
        (NAME, "taken", "attack", "slug"),
        (NAME, "market-square", "advice", "kind"),
    ],
)
def test_what_the_public_site_could_not_show_is_refused(
    people: People, name: str, slug: str, kind: str, about: str
) -> None:
    opened(people, "taken")
    with people.sitting("Nadia") as nadia, pytest.raises(NotNow) as no:
        incidents.open_incident(name, slug, kind, by=nadia, at=people.at)
    assert no.value.about == about


def test_one_is_closed_once_and_only_if_it_is_there(people: People) -> None:
    ref = opened(people)
    closed(people)
    with people.sitting("Nadia") as nadia:
        with pytest.raises(NotNow):
            incidents.close_incident(ref, by=nadia, at=people.at)
        with pytest.raises(NotHere):
            incidents.close_incident(UUID(int=1), by=nadia, at=people.at)


# --- its reports ----------------------------------------------------------------------------------------------------------


def test_a_report_by_its_form_goes_to_its_desk_at_its_pace(rosa: Walker) -> None:
    tell(rosa).press("Send your report")
    report = Report.objects.select_related("incident", "desk").get()
    assert report.incident is not None
    assert (report.incident.slug, report.kind, report.desk.code) == ("market-square", "activity", "national")
    pack = load_pack("uk")
    assert report.area == "avon-and-somerset", "another desk takes that place otherwise"
    pace = pack.incidents["attack"].first_priority["routine"]
    assert report.slot is not None
    assert report.due_at == slot_end(report.slot) + min(
        pack.priorities[pace].seen_within, pack.clock("unread_ceiling")
    )


def test_each_report_is_kept_exactly_once(rosa: Walker) -> None:
    """Pressed twice, sent from a second tab, and sent again by somebody else: two reports."""
    tab = another_tab(tell(rosa))
    for one in (rosa, tab, another_tab(tab)):
        one.press("Send your report").visit("/code/")
        assert "Many people are reporting this. A trained officer will read your report" in one.main
    assert rosa.shown_code() == tab.shown_code()
    assert Report.objects.count() == 1
    other = Walker()
    tell(other).press("Send your report")
    assert rosa.shown_code() != other.shown_code()
    assert Report.objects.filter(incident__slug="market-square").count() == 2


def test_its_questions_stay_readable_as_they_were_asked(people: People, rosa: Walker) -> None:
    tell(rosa).press("Send your report")
    ref = Report.objects.get().id
    found = people.read(ref, "Nadia").answers
    assert found.narrative == SAW
    assert ["Bristol"] in [list(lines) for one in found.sections for _, lines in one.rows]


def test_danger_pages_as_by_any_form(people: People, rosa: Walker) -> None:
    rosa.visit(PATH).press("Start", danger="yes").press("I cannot call").press("Send", narrative=SAW)
    report = Report.objects.get()
    assert report.incident is not None
    assert (report.urgency, report.rank) == ("danger", 0)
    assert report.due_at == slot_end(slot_of(people.at)) + load_pack("uk").priorities["danger"].seen_within


def test_whoever_sends_a_danger_is_told_that_many_do_and_that_it_is_kept(rosa: Walker) -> None:
    rosa.visit(PATH).press("Start", danger="yes").press("I cannot call").press("Send", narrative=SAW)
    assert "Many people are reporting this. What you sent us has been saved" in rosa.visit("/code/").main
    called = Walker().visit(PATH).press("Start", danger="yes").press("I have called and want to continue")
    called.press("Continue", narrative=SAW).press("Continue", place="Bristol")
    called.press("Continue", who="anonymous").press("Send your report")
    assert "Many people are reporting this. What you sent us has been saved" in called.visit("/code/").main
    usual = Walker().visit("/tell/").press("Start", danger="yes").press("I cannot call")
    assert "Many people" not in usual.press("Send", narrative=SAW).visit("/code/").main


def test_a_form_begun_before_it_closed_can_still_be_sent(people: People, rosa: Walker) -> None:
    tell(rosa)
    closed(people)
    rosa.press("Send your report")
    assert Report.objects.filter(incident__slug="market-square").count() == 1


def test_reports_by_other_ways_name_no_incident(people: People, rosa: Walker) -> None:
    rosa.send()
    stories.a_report(at=people.at)
    assert set(Report.objects.values_list("incident", flat=True)) == {None}


# --- strangers ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["unknown", "market-squar", "market-square2", "MARKET-SQUARE", "x" * 400, "0"]
)
def test_an_unknown_incident_is_not_found_like_any_other_address(rosa: Walker, path: str) -> None:
    for method in (rosa.client.get, rosa.client.head):
        with acting("public"):
            response = method(f"/incident/{path}/")
        assert response.status_code == 404
    assert NAME not in response.content.decode()


def test_nobody_is_told_that_there_is_none_while_the_list_was_never_read(rosa: Walker) -> None:
    rosa.visit(PATH)
    open_incidents.forget()
    with database_away("incidents"):
        assert rosa.press("Start", danger="yes").response.status_code == 503
        assert rosa.visit(PATH).response.status_code == 503
        assert rosa.visit("/").response.status_code == 200
    assert "Tell us what you saw" in rosa.visit(PATH).main


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The database answers nothing that asks for the incidents, and takes the question again and again: how often so far."""
    asked: list[int] = []
    over = threading.Event()

    def incidents() -> tuple[()]:
        asked.append(1)
        over.wait(60)
        raise OperationalError("the connection is gone")

    monkeypatch.setattr(last_read, "_beside", furnished.READ_BESIDE)
    monkeypatch.setattr(open_incidents, "_known", last_read.LastRead(open_incidents._read))
    monkeypatch.setattr(door, "incidents", incidents)
    yield asked
    over.set()
    assert open_incidents._known.done.wait(10)


def test_the_first_page_goes_on_with_the_last_list_while_the_database_hangs(
    rosa: Walker, hanging: list[int]
) -> None:
    known = PublicIncident(uuid4(), "market-square", NAME, "attack", True)
    open_incidents._known.value = (known,)
    for _ in range(3):
        open_incidents._known.asked = float("-inf")
        began = time.monotonic()
        assert NAME in rosa.visit("/").main
        assert rosa.visit(PATH).response.status_code == 200
        assert time.monotonic() - began < 10, "it waited for the database"
    assert len(hanging) == 1, "each page left a thread behind"


def test_the_first_page_works_while_the_database_hangs_and_never_gave_a_list(
    rosa: Walker, hanging: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_incidents, "_LINK_WAITS", 0.5)
    began = time.monotonic()
    assert rosa.visit("/").response.status_code == 200
    assert rosa.visit(PATH).response.status_code == 503
    assert time.monotonic() - began < 10
    assert len(hanging) == 1


def test_a_report_that_names_an_incident_of_another_time_is_stored(people: People) -> None:
    """After a restore the incident may be missing that a draft names."""
    new = replace(stories.new_report(narrative=SAW), incident=IncidentMark(uuid4(), "attack"))
    stories.send(new, at=people.at)
    assert Report.objects.get(id=new.report_id).incident is None


def test_a_closed_one_says_so_and_leads_to_the_usual_form(people: People, rosa: Walker) -> None:
    closed(people)
    rosa.visit(PATH)
    assert rosa.response.status_code == 410
    assert "We have closed this form" in rosa.main
    rosa.follow("Report something you saw or heard")
    assert rosa.at == "/tell/"
    for path in ("/", "/tell/"):
        assert NAME not in rosa.visit(path).html


def test_an_open_one_is_on_the_first_page_and_on_the_reporting_forms(rosa: Walker) -> None:
    for path in ("/", "/cy/", "/tell/"):
        assert NAME in rosa.visit(path).main, path
    for path in ("/link/", "/talk/", "/ask/", "/stay-safe/"):
        assert NAME not in rosa.visit(path).html, path
    rosa.visit("/").follow(NAME)
    assert rosa.at == PATH
    assert "noindex" in rosa.html


def test_who_knows_an_incident_can_do_no_more_than_write_to_it(people: People, rosa: Walker) -> None:
    """A made-up incident in a form or an address changes nothing: it stands in the sealed draft."""
    rosa.start()
    rosa.client.post("/r/what/", {"incident": str(Incident.objects.get().id)})
    rosa.visit("/r/what/?incident=market-square").press("Skip the other questions", narrative=SAW)
    rosa.press("Continue", who="anonymous").press("Send your report")
    assert Report.objects.get().incident is None


def test_a_name_is_shown_as_text(people: People, settings: Any) -> None:
    with people.sitting("Nadia") as nadia:
        incidents.open_incident("<script>alert(1)</script>", "s", "threat", by=nadia, at=session.now())
    open_incidents.forget()
    settings.ROOT_URLCONF = "heedline.config.urls_public"
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE
    for path in ("/", "/tell/", "/incident/s/"):
        assert "<script>alert" not in Walker().visit(path).html
