"""A safeguarding case in officers' browsers: from the tab of a report to the decision."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heedline.casework.report.opening import short_name
from heedline.reports.models import DeskRecord
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.safeguarding_scene import a_report, opened, support_desk
from tests.support.scene_people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
FILLED = {
    "name": "EXAMPLE Robin",
    "age": "child",
    "category": "violence",
    "regime": "england-and-wales",
    "concern": "Admires a <b>placeholder</b>.",
}
WHY = "Grounds that are written down in a sentence"


def test_a_case_from_the_tab_of_a_report_to_the_decision(house: House, hand: Callable[[], Hand]) -> None:  # noqa: F811
    people = support_desk(People(house, now()))
    report, second = a_report(people), a_report(people)
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/r/{report}/")
    entrance = f"/w/r/{report}/case/"
    assert f'href="{entrance}"' in odile.html
    odile.get(entrance)
    assert "No earlier report that shares details with this one is in a case" in odile.html
    odile.get(f"{entrance}open/")
    assert "checked" not in odile.html, "nothing is chosen in advance"
    odile.send(f"{entrance}open/", **{**FILLED, "concern": ""})
    assert odile.page.status_code == 422
    assert "Say what the concern is" in odile.html
    assert "EXAMPLE Robin" in odile.html, "what was typed stays"
    odile.send(f"{entrance}open/", **FILLED)
    ref = DeskRecord.objects.get(kind="safeguarding-case").id
    case = f"/w/cases/{ref}/"
    assert odile.path == case
    assert "Admires a &lt;b&gt;placeholder&lt;/b&gt;." in odile.html
    assert "Odile O." in odile.html
    odile.get(entrance)
    assert f'href="{case}"' in odile.html

    other = f"/w/r/{second}/case/"
    odile.get(other)
    odile.send(other, reference="AAAA-AAA")
    assert odile.page.status_code == 422
    assert "No open case of your desk has this reference" in odile.html
    odile.send(other, reference=short_name(ref))
    assert odile.path == case
    assert f"/w/r/{second}/" in odile.html

    odile.get(f"{case}write/")
    odile.send(f"{case}write/", **{**FILLED, "names": "Robyn"})
    assert odile.path == case
    assert "Robyn" in odile.html
    odile.get(f"{case}propose/")
    odile.send("", reason="ok")
    assert odile.page.status_code == 409
    odile.send("", reason=WHY)
    assert "You took part in this" in odile.html
    olga = hand().at_work(house, "Olga")
    olga.get("/w/")
    assert f'href="{case}"' in olga.html
    olga.get(case)
    olga.get(f"{case}agree/")
    olga.send("", reason=WHY)
    assert olga.path == case
    assert "Gathering information" in olga.html
    olga.get("/w/cases/")
    assert f'href="{case}"' in olga.html
    assert "EXAMPLE" not in olga.html, "the list opens no case"


def test_an_earlier_case_stands_beside_a_report_that_shares_details(
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    people = support_desk(People(house, now()))
    them = {"them": {"name": "Kevin Tierney", "postcode": "LS1 3AD"}}
    first, second = (a_report(people, **them) for _ in range(2))
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/r/{first}/case/open/")
    odile.send(f"/w/r/{first}/case/open/", **FILLED)
    ref = DeskRecord.objects.get(kind="safeguarding-case").id
    odile.get(f"/w/r/{second}/case/")
    assert f'value="{ref}"' in odile.html
    assert "EXAMPLE Robin" in odile.html
    odile.send(f"/w/r/{second}/case/", case=str(ref))
    assert odile.path == f"/w/cases/{ref}/"
    assert odile.html.count("/w/r/") >= 2
    assert "A report has joined this case since it was last saved" in odile.html
    odile.get(f"/w/cases/{ref}/write/")
    odile.send(f"/w/cases/{ref}/write/", **FILLED)
    assert "A report has joined" not in odile.html


def test_a_belfast_case_never_mentions_section_36(house: House, hand: Callable[[], Hand]) -> None:  # noqa: F811
    people = support_desk(People(house, now()))
    report = a_report(people)
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/r/{report}/case/open/")
    odile.send(f"/w/r/{report}/case/open/", **{**FILLED, "regime": "northern-ireland"})
    case = odile.path
    assert "Compare first" in odile.html
    assert "This case cannot end before one does." in odile.html
    assert "ection 36" not in odile.html
    odile.get(f"{case}propose/")
    assert odile.page.status_code == 404
    odile.get(f"{case}propose-ending/")
    odile.send("", reason=WHY)
    assert odile.page.status_code == 409
    assert "ends only when a service has accepted the person" in odile.html
    assert WHY in odile.html, "what was typed stays"
    odile.get(f"{case}lead/")
    odile.send("", reason=WHY)
    assert "Police-led partnership" in odile.html
    assert "ection 36" not in odile.html


def test_somebody_of_another_desk_finds_nothing(house: House, hand: Callable[[], Hand]) -> None:  # noqa: F811
    people = support_desk(People(house, now()))
    report = a_report(people)
    otto = hand().at_work(house, "Otto")
    for where in ("/w/cases/", f"/w/r/{report}/case/", f"/w/r/{report}/case/open/"):
        otto.get(where)
        assert otto.page.status_code == 404, where


def test_the_risk_is_offered_and_signed_for_and_every_page_says_whose_it_is(
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    people = support_desk(People(house, now()))
    ref, _ = opened(people)
    case = f"/w/cases/{ref}/"
    odile = hand().at_work(house, "Odile")
    for where in (case, f"{case}write/", f"{case}offer/", f"{case}propose/"):
        odile.get(where)
        assert "Owner of the risk" in odile.html, where
        assert "Odile O." in odile.html, where
        assert "Safeguarding desk" in odile.html, where
    odile.get(f"{case}offer/")
    odile.send(f"{case}offer/")
    assert odile.page.status_code == 422
    odile.send(f"{case}offer/", to=str(house.officers["Olga"].id))
    assert odile.path == case
    assert "Offered to" in odile.html
    assert "Sign for the risk" not in odile.html
    olga = hand().at_work(house, "Olga")
    olga.get("/w/")
    assert "is offered to you" in olga.html
    olga.get(case)
    olga.send(f"{case}sign/")
    assert olga.path == case
    assert "Signed for the risk" in olga.html
    odile.get(f"{case}offer/")
    assert odile.path == case, "only the owner and supervisors offer it"
