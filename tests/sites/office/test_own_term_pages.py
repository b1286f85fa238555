"""Registering what concerns an officer themselves, and seeing when it was met, at the overseers' page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from heedline.casework.report.opening import short_name
from heedline.casework.setup import stewardship
from heedline.desks.models import OwnTerm
from heedline.permits.roles import Role
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
TERM = "Zoë O'Brien"


@pytest.fixture
def overseer(house: House, hand: Callable[[], Hand]) -> Hand:
    stewardship.appoint(house.officers["Ned"], Role.OVERSEER, None, hands=house.hands, at=now())
    ned = hand()
    ned.sign_in("Ned")
    return ned


def test_registered_met_and_ended(house: House, hand: Callable[[], Hand], overseer: Hand) -> None:
    ref, _ = a_report(
        at=now(), where={"postcode": "NE1 4ST"}, narrative="A woman called ZOE OBRIEN filmed the side doors"
    )
    overseer.get("/oversight/")
    assert 'href="/oversight/own/"' in overseer.html
    overseer.get("/oversight/own/")
    assert "No matches." in overseer.html
    odile = str(house.officers["Odile"].id)
    overseer.send("/oversight/own/", do="register", officer=odile, terms="Al")
    assert overseer.page.status_code == 409
    assert "at least 4 letters" in overseer.html
    overseer.send("/oversight/own/", do="register", officer=odile, terms=f"{TERM}\r\nAB12 CDE\r\n")
    assert "Registered: 2 terms." in overseer.html
    assert TERM not in overseer.html
    assert "AB12" not in overseer.html

    officer = hand().at_work(house, "Odile")
    pages = []
    for _ in range(2):
        officer.get(f"/w/r/{ref}/")
        pages.append(re.sub(r'(csrfmiddlewaretoken|form_of)" value="[^"]+"', "", officer.html))
    assert pages[0] == pages[1]
    officer.get(f"/w/r/{ref}/history/")
    text = re.sub(
        r"<[^>]+>", " ", officer.html.split("<main", 1)[1]
    )  # a token in a field has such letters by chance
    assert "met" not in text
    officer.get("/me/")
    assert "2 terms (" in officer.html
    assert "Ned N." in officer.html
    assert "Brien" not in officer.html
    officer.get("/oversight/own/")
    assert officer.page.status_code == 403

    overseer.get("/oversight/own/")
    text = " ".join(re.sub(r"<[^>]+>", " ", overseer.html).split())
    assert "Odile O." in text
    assert "Times: 3" in text, "the page Action log shows the report too"
    assert "Brien" not in text
    overseer.get(f"/oversight/?report={ref}")
    assert "Officer viewed a report with their own registered terms in it" in overseer.html
    overseer.get("/oversight/own/")
    overseer.send("/oversight/own/", do="end", whose=odile, terms="")
    assert overseer.heading.startswith("End all registered terms: ")
    assert OwnTerm.objects.count() == 2, (
        "one press ends nothing: nobody could read them back to register them again"
    )
    overseer.send("/oversight/own/", do="end-sure")
    assert "Ended: 2 terms." in overseer.html
    assert not OwnTerm.objects.exists()


def test_a_match_is_raised_with_a_supervisor(house: House, hand: Callable[[], Hand], overseer: Hand) -> None:
    ref, _ = a_report(
        at=now(), where={"postcode": "NE1 4ST"}, narrative="A woman called ZOE OBRIEN filmed the side doors"
    )
    odile, olga = (house.officers[name] for name in ("Odile", "Olga"))
    overseer.get("/oversight/own/")
    overseer.send("/oversight/own/", do="register", officer=str(odile.id), terms=TERM)
    officer = hand().at_work(house, "Odile")
    officer.get(f"/w/r/{ref}/")
    overseer.get("/oversight/own/")
    overseer.send("/oversight/own/", do="raise", whose=str(odile.id), officer="", terms="")
    assert overseer.heading == "Raise a conflict of interest: Odile O."
    assert "No other supervisor works at this officer’s desks." in overseer.html
    stewardship.appoint(olga, Role.SUPERVISOR, house.desks["north-east"], hands=house.hands, at=now())
    overseer.get("/oversight/own/")
    overseer.send("/oversight/own/", do="raise", whose=str(odile.id), officer="", terms="")
    overseer.send("/oversight/own/", do="raise-sure")
    assert overseer.page.status_code == 422
    assert "Choose a supervisor" in overseer.html
    overseer.send("/oversight/own/", do="raise-sure", supervisor=str(olga.id))
    assert "Request sent." in overseer.html
    text = " ".join(re.sub(r"<[^>]+>", " ", overseer.html).split())
    assert "Odile O. : Olga O. was asked by Ned N. on" in text

    supervisor = hand().at_work(house, "Olga")
    supervisor.get("/w/")
    asked = supervisor.html.split("An overseer has asked you to speak to an officer")[1].split("</a>")[0]
    assert 'href="/w/searches/"' in asked
    assert "Odile" not in asked
    officer.get("/w/")
    assert "An overseer has asked" not in officer.html
    supervisor.get("/w/searches/")
    text = " ".join(re.sub(r"<[^>]+>", " ", supervisor.html.split("<main", 1)[1]).split())
    assert "Odile O. (asked by Ned N. on" in text
    assert short_name(ref) not in supervisor.html
    officer.get("/me/")
    assert "asked" not in officer.html.split("<main", 1)[1]
    overseer.get("/w/searches/")
    assert "asked you to speak" not in overseer.html
