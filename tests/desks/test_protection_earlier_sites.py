"""The earlier site beside a request: found in the desk's sealed index by name and postcode, and joined to the request."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from heedline.casework.errors import NotHere
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord
from heedline.specialist_desks.protection import earlier_sites, sites
from tests.laws import thief
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support import advice_scene
from tests.support.cast import House, now
from tests.support.scene_people import People
from tests.support.search_scene import indexed
from tests.support.site_scene import THEATRE, a_site, changed, moved, version_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def people(house: House) -> People:
    """Otto and Oren are national advisers."""
    return advice_scene.adviser_desk(People(house, now()))


def found_from_now(people: People) -> None:
    """Let Otto's session make the index, and put the sites into it."""
    indexed(people, "Otto")
    indexed(people, "Otto")


def like(people: People, **texts: str) -> list[UUID]:
    with people.sitting("Otto") as otto:
        return [one.ref for one in earlier_sites.like(changed(**texts), by=otto)]


def test_a_site_is_found_by_its_postcode_and_by_its_name_however_they_are_written(people: People) -> None:
    theatre = a_site(people, facts=changed(name="The King’s Theatre"))
    hall = a_site(people, facts=changed(name="Mill Hall"))
    a_site(people, facts=changed(name="Mill Lane Hall", postcode="NE1 4ST"))
    found_from_now(people)
    assert like(people, name="KINGS THEATRE", postcode="EH1 1AA") == [theatre]
    assert like(people, name="Mill hall", postcode="sw1a1aa") == [hall, theatre], (
        "those with the name come first"
    )
    assert like(people, name="King’s", postcode="EH1 1AA") == []
    assert like(people, name="", postcode="") == []


def test_a_changed_name_is_found_and_the_earlier_one_no_more(people: People) -> None:
    theatre = a_site(people)
    found_from_now(people)
    with people.sitting("Otto") as otto:
        new = changed(name="Playhouse", postcode="NE1 4ST")
        sites.save(theatre, new, version=version_of(theatre), by=otto, at=people.at)
    found_from_now(people)
    assert like(people, name="Playhouse", postcode="EH1 1AA") == [theatre]
    assert like(people) == []


def test_a_second_request_shows_the_first_ones_site_and_is_joined_to_it(
    people: People,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    site = a_site(people)
    moved(people, site, "close")
    found_from_now(people)
    request, _ = advice_scene.a_request(people)
    people.take(request, "Otto")
    otto, tab = hand().at_work(people.house, "Otto"), f"/w/r/{request}/site/"
    otto.get(tab)
    assert f'href="/w/sites/{site}/"' in otto.html
    assert 'value="Corner Theatre"' in otto.html, "the form for another site is there too"
    otto.send(f"{tab}join/", site=str(site))
    assert otto.path == f"/w/sites/{site}/"
    assert f'href="/w/r/{request}/"' in otto.html
    otto.get(tab)
    assert f'href="/w/sites/{site}/"' in otto.html
    assert "Corner Theatre" not in otto.html[otto.html.index("about a site that has a record") :]
    version = version_of(site)
    with people.sitting("Otto") as by:
        sites.join(request, site, by=by, at=people.at)
    assert version_of(site) == version, "joining twice changes nothing"


def test_a_request_has_one_site_and_strangers_join_none(people: People) -> None:
    site, other = a_site(people), a_site(people, facts=changed(name="Playhouse"))
    request, _ = advice_scene.a_request(people)
    report, _ = people.taken()
    people.take(request, "Otto")
    with people.sitting("Otto") as otto:
        sites.join(request, site, by=otto, at=people.at)
        with pytest.raises(NotNow):
            sites.join(request, other, by=otto, at=people.at)
        for ref, there in ((report, site), (request, report)):
            with pytest.raises((NotHere, NotNow)):
                sites.join(ref, there, by=otto, at=people.at)
        assert sites.opened(other, by=otto, at=people.at).facts.requests == ()
        assert sites.of_request(request, by=otto, at=people.at).site == site
    with people.sitting("Odile") as odile:
        assert earlier_sites.like(THEATRE, by=odile) == ()


def test_earlier_sites_cost_few_queries_and_a_thief_finds_no_name(people: People) -> None:
    for number in range(3):
        a_site(people, facts=changed(name=f"Quagga Hall {number}"))
    found_from_now(people)
    with people.sitting("Otto") as otto:
        earlier_sites.like(changed(name="Quagga Hall 1"), by=otto)
        with CaptureQueriesContext(connection) as seen:
            assert len(earlier_sites.like(changed(name="Quagga Hall 1"), by=otto)) == 3
    asked = [q["sql"] for q in seen.captured_queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(asked) <= 5, asked
    assert DeskRecord.objects.exclude(indexed=None).count() == 3

    def ask(sql: str) -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    leaves = [leaf for rows in thief.tables(ask).values() for row in rows for leaf in thief.leaves(row)]
    for form in (*thief.spellings("Quagga"), *thief.spellings("quagga")):
        assert not [leaf for leaf in leaves if form in leaf]
