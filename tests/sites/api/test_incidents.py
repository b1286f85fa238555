"""A program names the open incident that its report is about, by the last part of the address of the incident's form."""

from __future__ import annotations

from typing import Any

import pytest

from heedline.casework.intake import incidents, open_incidents
from heedline.reports.models import Incident, Report
from tests.sites.api.conftest import Program
from tests.sites.api.test_reports import REPORT, pointers
from tests.support.cast import House, now
from tests.support.scene_people import People


@pytest.fixture
def people(leads: House, settings: Any) -> People:
    """An incident is open."""
    found = People(leads, now())
    with found.sitting("Nadia") as nadia:
        incidents.open_incident(
            "Explosion at Market Square", "market-square", "attack", by=nadia, at=found.at
        )
    open_incidents.forget()
    return found


def named(program: Program, slug: object, **more: Any) -> Any:
    return program.post("reports", {**REPORT, **more, "incident": slug})


def test_it_goes_to_the_desk_of_the_incident(people: People, program: Program) -> None:
    assert named(program, "market-square").status_code == 201
    report = Report.objects.select_related("incident", "desk").get()
    assert report.incident is not None
    assert (report.incident.slug, report.desk.code, report.channel) == ("market-square", "national", "api")


def test_a_closed_or_unknown_one_holds_up_no_report(people: People, program: Program) -> None:
    with people.sitting("Nadia") as nadia:
        incidents.close_incident(Incident.objects.get().id, by=nadia, at=people.at)
    open_incidents.forget()
    for slug in ("market-square", "unknown"):
        assert named(program, slug, now={"danger": "yes"}).status_code == 201
    found = Report.objects.values_list("incident", "desk__code", "urgency")
    assert list(found) == [(None, "north-east", "danger")] * 2


@pytest.mark.parametrize("slug", ["", "Market Square", "a/b", "x" * 41, 3, None])
def test_what_can_be_no_address_is_refused_by_name(people: People, program: Program, slug: object) -> None:
    answer = named(program, slug)
    assert answer.status_code == 422
    assert pointers(answer) == ["/incident"]
    assert not Report.objects.exists()
