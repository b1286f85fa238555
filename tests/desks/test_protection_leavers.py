"""An adviser leaves: a supervisor passes their requests and visits on to a colleague in one act."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heedline.casework.errors import NotHere
from heedline.casework.journey import owners
from heedline.casework.records import colleagues
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord, Report
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support import advice_scene
from tests.support.cast import House, now
from tests.support.leaving_scene import leaves
from tests.support.scene_people import People, logged
from tests.support.site_scene import a_site, a_visit, recommended

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def people(house: House) -> People:
    """Otto, Olga and Oren are national advisers. Oren leads them."""
    return advice_scene.adviser_desk(People(house, now()), names=("Otto", "Olga", "Oren"))


def test_a_leavers_requests_and_visits_are_passed_on_in_one_act(
    people: People,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    site = a_site(people)
    visits = [a_visit(people, site, days=3), recommended(people, site, 2)]
    due = dict(DeskRecord.objects.filter(id__in=visits).values_list("id", "due_at"))
    other = a_visit(people, site, "Olga")
    request, _ = advice_scene.assessed(people)
    otto, olga = (people.house.officers[name].id for name in ("Otto", "Olga"))
    leaves(people, "Otto")
    oren = hand().at_work(people.house, "Oren")
    oren.get(f"/w/board/{advice_scene.NATIONAL}/")
    page = f"/w/board/{advice_scene.NATIONAL}/pass-on/{otto}/"
    assert f'href="{page}"' in oren.html
    oren.get(page)
    for ref in (request, *visits):
        assert f"{ref}/" in oren.html
    assert f"{other}/" not in oren.html
    assert f'value="{otto}"' not in oren.html, "work is not passed on to the leaver"
    oren.send("", to=str(olga), because=" ")
    assert oren.page.status_code == 422
    oren.send("", to=str(olga), because="Otto has moved to another force")
    assert "Passed on to Olga O.: 3." in oren.html
    assert Report.objects.get(id=request).owner_id == olga
    assert set(DeskRecord.objects.filter(id__in=visits).values_list("owner_id", flat=True)) == {olga}
    assert dict(DeskRecord.objects.filter(id__in=visits).values_list("id", "due_at")) == due
    assert len(logged("record-passed-on")) == 2
    oren.get(page)
    assert oren.page.status_code == 404, "there is nothing left to pass on"
    hers = hand().at_work(people.house, "Olga")
    hers.get(f"/w/site-visits/{visits[0]}/")
    assert "Passed on to a colleague" in hers.html
    assert "Otto has moved to another force" in hers.html


def test_only_a_supervisor_passes_on_and_only_to_the_desk(people: People) -> None:
    site = a_site(people)
    visit = a_visit(people, site, days=3)
    otto, olga, odile = (people.house.officers[name].id for name in ("Otto", "Olga", "Odile"))
    with people.sitting("Olga") as by:
        desk = next(one for one in by.desks if one.code == advice_scene.NATIONAL)
        with pytest.raises(Refused):
            colleagues.pass_on(visit, olga, "Mine now", by=by, at=people.at)
        with pytest.raises(Refused):
            owners.work_of(otto, desk, by=by, at=people.at)
    with people.sitting("Odile") as by, pytest.raises(NotHere):
        colleagues.pass_on(visit, odile, "Mine now", by=by, at=people.at)
    with people.sitting("Oren") as by:
        for to in (odile, otto):
            with pytest.raises(NotNow):
                colleagues.pass_on(visit, to, "Theirs now", by=by, at=people.at)
        with pytest.raises(NotNow):
            colleagues.pass_on(site, olga, "A site has no owner", by=by, at=people.at)
        with pytest.raises(NotNow):
            owners.pass_on_work(
                owners.work_of(otto, desk, by=by, at=people.at), olga, "x", by=by, at=people.at
            )
    assert DeskRecord.objects.get(id=visit).owner_id == otto
