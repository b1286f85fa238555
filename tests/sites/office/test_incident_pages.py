"""Opening an incident by its page, and the queue of its reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from heedline.audit.models import Event
from heedline.casework.intake import open_incidents
from heedline.casework.intake.open_incidents import IncidentMark
from heedline.reports.models import Incident, Report
from tests.sites.office.desk_hand import Hand
from tests.support import stories
from tests.support.cast import House, now

pytestmark = pytest.mark.django_db
LIST, CLOSE = "/w/incidents/", "/w/incidents/close/"
NAME = "Explosion at Market Square, Newtown"
FORM = {"name": NAME, "slug": "market-square", "kind": "attack"}


def by_its_form(incident: Incident, narrative: str) -> UUID:
    """A report that came by the incident's form."""
    told = stories.new_report(narrative=narrative)
    new = replace(told, channel="web", incident=IncidentMark(incident.id, incident.kind))
    stories.send(new, at=now())
    return new.report_id


@pytest.fixture
def nadia(leads: House, hand: Callable[[], Hand]) -> Hand:
    """Nadia at the page of incidents, which leads from her board to it."""
    page = hand().at_work(leads, "Nadia")
    page.get("/w/board/national/")
    assert f'href="{LIST}"' in page.html
    page.get(LIST)
    return page


def test_one_act_opens_it_and_one_press_closes_it(nadia: Hand) -> None:
    nadia.send("", **FORM)
    assert nadia.path == LIST
    assert "The form is open" in nadia.html
    assert NAME in nadia.get("/w/board/national/").content.decode()
    nadia.get(LIST)
    nadia.send(CLOSE)
    assert Incident.objects.get().closed_at is not None
    assert "The form is closed" in nadia.html
    assert NAME not in nadia.get("/w/board/national/").content.decode()


def test_a_mistake_is_shown_beside_its_field(nadia: Hand) -> None:
    nadia.send("", **{**FORM, "slug": "Market Square"})
    assert nadia.page.status_code == 422
    assert "small letters, digits and hyphens" in nadia.html
    assert not Incident.objects.exists()
    nadia.client.post(CLOSE, {"incident": "x"})
    assert nadia.send("", **FORM).status_code == 200


def test_the_queue_shows_the_reports_of_one_incident(nadia: Hand) -> None:
    nadia.send("", **FORM)
    incident = Incident.objects.get()
    ours = by_its_form(incident, "A van drove off before the bang.")
    stories.a_report(at=now(), narrative="Somebody films the courts.", where={"postcode": stories.ELSEWHERE})
    assert Report.objects.filter(desk__code="national").count() == 2
    nadia.get(LIST)
    assert "1 report, 1 waiting" in nadia.html
    nadia.get(f"/w/q/national/?incident={incident.id}")
    assert f"Incident: {NAME}" in nadia.html
    assert "A van drove off" in nadia.html
    assert "films the courts" not in nadia.html
    nadia.get(f"/w/r/{ours}/")
    assert f"Incident: {NAME}" in nadia.html
    nadia.get("/w/q/national/?incident=market-square")
    assert "films the courts" in nadia.html, "what is no id is no filter"


def test_look_alikes_of_one_incident_are_one_list_with_what_resembles_none_first(nadia: Hand) -> None:
    nadia.send("", **FORM)
    incident = Incident.objects.get()
    bang = "I heard a very loud bang near the market and saw smoke over the roofs, and people ran towards the river"
    for n in range(5):
        by_its_form(incident, f"{bang} at about ten past {n + 1}.")
    by_its_form(incident, "My neighbour packed his car at night and shouted that it is done.")
    by_its_form(incident, "He keeps knives and said that the next one is on Saturday.")
    stories.a_report(at=now(), narrative=bang, where={"postcode": stories.ELSEWHERE})
    nadia.get(f"/w/q/national/?incident={incident.id}")
    assert f"/w/q/national/alike/?incident={incident.id}" in nadia.html
    nadia.get(f"/w/q/national/alike/?incident={incident.id}")
    assert "Waiting reports checked: 7" in nadia.html
    places = [
        nadia.html.index(one) for one in ("He keeps knives", "My neighbour packed", "5 similar reports")
    ]
    assert places == sorted(places), "what is marked, what is alone, then the group"
    nadia.get("/w/q/national/alike/")
    assert "6 similar reports" in nadia.html
    nadia.get(f"/w/q/national/alike/?incident={incident.id}")
    fields = {**nadia.form("/w/q/national/alike/"), "words": "packed his car"}
    found = nadia.client.post(nadia.path, fields).content.decode()
    assert "Reports that resemble no other: 1" in found
    assert "He keeps knives" not in found
    nadia.get("/w/q/national/alike/")
    assert "resemble no other" not in nadia.html


def test_what_cannot_be_closed_in_bulk_is_in_an_incidents_list_with_the_reason(nadia: Hand) -> None:
    nadia.send("", **FORM)
    incident = Incident.objects.get()
    written = by_its_form(incident, "A van drove off before the bang.")
    Report.objects.filter(id=written).update(unread=1)
    nadia.get(f"/w/q/national/alike/?incident={incident.id}")
    assert "Reports that cannot be closed in bulk: 1" in nadia.html
    assert "A van drove off" in nadia.html
    nadia.get("/w/q/national/alike/")
    assert "A van drove off" not in nadia.html


@pytest.mark.parametrize("name", ["Nils", "Olga"])
def test_nobody_else_has_the_page(leads: House, hand: Callable[[], Hand], nadia: Hand, name: str) -> None:
    nadia.send("", **FORM)
    page = hand().at_work(leads, name)
    assert page.get(LIST).status_code == 404
    page.get("/w/")
    token = page.form("/lock/")["csrfmiddlewaretoken"]
    for sent in (FORM, {}):
        answer = page.client.post(LIST, {**sent, "csrfmiddlewaretoken": token})
        assert answer.status_code == 403
        assert NAME not in answer.content.decode()
    assert Event.objects.filter(act="incident-opened", outcome="refused").count() == 2


def test_a_call_offers_the_open_incidents_and_names_the_chosen_one(leads: House, nadia: Hand) -> None:
    ask = "Is it about an incident?"
    nadia.get("/w/call/")
    assert ask not in nadia.html
    nadia.get(LIST)
    nadia.send("", **FORM)
    open_incidents.forget()
    told = {"what.narrative": "A van drove off.", "where.postcode": "NE1 4ST", "now.danger": "no"}
    for chosen in ("-", "market-square"):
        nadia.get("/w/call/")
        assert ask in nadia.html
        nadia.send("/w/call/", do="finish", incident=chosen, **told, **{"you.who": "anonymous"})
        assert (NAME in nadia.html) is (chosen != "-"), "what the caller hears before it is sent"
        nadia.send("/w/call/check/", do="send")
        assert nadia.heading == "Report sent. Read out the code"
    found = Report.objects.values_list("incident__slug", "desk__code").order_by("incident__slug")
    assert list(found) == [("market-square", "national"), (None, "north-east")]
    assert set(Report.objects.values_list("channel", flat=True)) == {"phone"}
