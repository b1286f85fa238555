"""Records of sites in advisers' browsers: the list, the page, the form, and a request's tab."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heedline.casework.errors import NotHere
from heedline.reports.models import DeskRecord
from heedline.specialist_desks.protection import sites
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support import advice_scene
from tests.support.cast import House, now
from tests.support.scene_people import People, logged
from tests.support.site_scene import TEXTS, a_site, a_visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
FILLED = {**TEXTS, "sort": "venue", "people": "200_to_799"}


@pytest.fixture
def people(house: House) -> People:
    return advice_scene.adviser_desk(People(house, now()))


def test_a_site_is_opened_from_a_request_and_found_in_the_list(
    people: People,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    request, _ = advice_scene.a_request(people)
    people.take(request, "Otto")
    otto = hand().at_work(people.house, "Otto")
    otto.get(f"/w/r/{request}/")
    tab = f"/w/r/{request}/site/"
    assert f'href="{tab}"' in otto.html
    otto.get(tab)
    assert 'value="Corner Theatre"' in otto.html
    assert "Rosa, rosa@theatre.example" in otto.html
    otto.send(tab, **{**FILLED, "weak_spots": "A <b>door</b>", "sort": "worship"})
    site = DeskRecord.objects.get(kind="protection-site").id
    assert otto.path == f"/w/sites/{site}/"
    for shown in (
        "Corner Theatre",
        "Place of worship",
        "200 to 799",
        "A &lt;b&gt;door&lt;/b&gt;",
        f'href="/w/r/{request}/"',
    ):
        assert shown in otto.html
    otto.get(tab)
    assert f'href="/w/sites/{site}/"' in otto.html
    otto.get("/w/")
    assert 'href="/w/sites/"' in otto.html
    otto.get("/w/sites/")
    assert "Corner Theatre, SW1A 1AA" in otto.html
    assert "door" not in otto.html


def test_a_site_is_opened_by_itself_and_nothing_typed_is_lost(
    people: People,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    otto = hand().at_work(people.house, "Otto")
    otto.get("/w/sites/")
    assert "None are open." in otto.html
    assert 'href="/w/sites/new/"' in otto.html
    otto.get("/w/sites/new/")
    otto.send("/w/sites/new/", **{**FILLED, "postcode": "SW1A"})
    assert otto.page.status_code == 422
    assert "Enter a full postcode, such as AB12 3CD." in otto.html
    assert "The stage door does not close by itself." in otto.html
    assert not DeskRecord.objects.exists()
    otto.send("/w/sites/new/", **FILLED)
    assert DeskRecord.objects.get().state == "current"


def test_the_second_editor_keeps_their_text_beside_the_first(
    people: People,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    change = f"/w/sites/{a_site(people)}/change/"
    otto, oren = (hand().at_work(people.house, name) for name in ("Otto", "Oren"))
    otto.get(change)
    oren.get(change)
    otto.send(change, **{**FILLED, "name": "What Otto wrote"})
    oren.send(change, **{**FILLED, "name": "What Oren wrote"}, version="1")
    assert oren.page.status_code == 409
    assert "Saved by a colleague" in oren.html
    assert "What Otto wrote" in oren.html
    assert "What Oren wrote" in oren.html


def test_weak_spots_are_printed_one_site_at_a_time_marked_and_logged(
    people: People,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    ref = a_site(people)
    site, weak = f"/w/sites/{ref}/", TEXTS["weak_spots"]
    otto = hand().at_work(people.house, "Otto")
    otto.get("/w/sites/")
    assert weak not in otto.html
    otto.get(site)
    row = otto.html[: otto.html.index(weak)].rindex('<div class="govuk-summary-list__row')
    assert "hl-not-printed" in otto.html[row:].split(">", 1)[0]
    assert not logged("protection-site-printed", thing=ref), "to read it on screen is no copy"
    otto.send(f"{site}print/")
    assert weak in otto.html
    assert otto.html.count("OFFICIAL-SENSITIVE") == 2
    assert people.house.officers["Otto"].name in otto.html
    assert len(logged("protection-site-printed", thing=ref)) == 1
    otto.get(f"{site}print/")
    assert otto.page.status_code == 405, "a copy is never opened by a link"
    with people.sitting("Odile") as odile, pytest.raises(NotHere):
        sites.copy_for_printing(ref, by=odile, at=people.at)


def test_a_site_is_closed_with_a_reason(
    people: People,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    site = f"/w/sites/{a_site(people)}/"
    otto = hand().at_work(people.house, "Otto")
    otto.get(site)
    assert f'href="{site}close/"' in otto.html
    otto.get(f"{site}close/")
    otto.send("")
    assert otto.page.status_code == 422
    otto.send("", reason="The theatre has closed down")
    assert otto.path == site
    assert "The theatre has closed down" in otto.html
    assert f'href="{site}change/"' not in otto.html
    otto.get(f"{site}change/")
    assert otto.path == site


def test_officers_of_other_desks_find_no_sites(
    people: People,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    site = a_site(people)
    request, _ = advice_scene.a_request(people)
    report, _ = people.taken()
    odile = hand().at_work(people.house, "Odile")
    odile.get("/w/")
    assert "/w/sites/" not in odile.html
    odile.get(f"/w/r/{report}/")
    assert f"/w/r/{report}/site/" not in odile.html
    for page in (
        "/w/sites/",
        "/w/sites/new/",
        f"/w/sites/{site}/",
        f"/w/sites/{site}/change/",
        f"/w/r/{report}/site/",
        f"/w/r/{request}/site/",
    ):
        odile.get(page)
        assert odile.page.status_code == 404, page


def test_a_visit_from_its_site_to_the_end_of_its_follow_up(
    people: People,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    site = a_site(people)
    plan, today = f"/w/sites/{site}/visit/", people.at.date()
    otto = hand().at_work(people.house, "Otto")
    otto.get(f"/w/sites/{site}/")
    assert f'href="{plan}"' in otto.html
    otto.get(plan)
    otto.send(plan, **{"day-day": "31", "day-month": "2", "day-year": "2027"}, time="10:30")
    assert otto.page.status_code == 422
    assert 'value="10:30"' in otto.html
    day = {"day-day": str(today.day), "day-month": str(today.month), "day-year": str(today.year)}
    otto.send(plan, **day)
    ref = DeskRecord.objects.get(kind="protection-visit").id
    visit = f"/w/site-visits/{ref}/"
    assert otto.path == visit
    assert "Corner Theatre" in otto.html
    assert "Take the visit over" not in otto.html
    otto.send(f"{visit}hold/")
    assert "Held, report to be given" in otto.html
    otto.get(f"{visit}change/")
    otto.send(f"{visit}change/", attendees="Rosa", seen="A <i>stage</i> door")
    assert "A &lt;i&gt;stage&lt;/i&gt; door" in otto.html
    assert ">10:30<" in otto.html
    otto.get(f"{visit}report/")
    otto.send("", reason="Handed to Rosa")
    assert "Report given, to be followed up" in otto.html
    otto.get(f"{visit}change/")
    assert otto.path == visit, "a reported visit is not changed"
    otto.get("/w/site-visits/")
    assert f'href="{visit}"' in otto.html
    assert f"{today:%-d %B %Y}" in otto.html
    otto.get(f"/w/sites/{site}/")
    assert f'href="{visit}"' in otto.html
    otto.get("/w/")
    assert f'href="{visit}"' in otto.html, "My work has the visit"
    oren = hand().at_work(people.house, "Oren")
    oren.get(visit)
    oren.send(f"{visit}take-over/")
    assert "Taken over" in oren.html
    oren.get(f"{visit}finish/")
    oren.send("", reason="Rosa has done all of it")
    assert "Followed up" in oren.html


def test_a_visit_before_its_day_is_refused_on_its_page(
    people: People,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    visit = f"/w/site-visits/{a_visit(people, a_site(people), days=5)}/"
    otto = hand().at_work(people.house, "Otto")
    otto.get(visit)
    otto.send(f"{visit}hold/")
    assert otto.page.status_code == 409
    assert "The day of this visit has not come yet." in otto.html
    odile = hand().at_work(people.house, "Odile")
    for page in (visit, f"{visit}change/", "/w/site-visits/"):
        odile.get(page)
        assert odile.page.status_code == 404, page
