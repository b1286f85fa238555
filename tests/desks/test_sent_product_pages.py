"""Sending a product to another desk in officers' browsers: what is asked for, what the other desk sees, and a recall."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heedline.reports.models import DeskRecord
from heedline.specialist_desks.intelligence import deciding
from tests.desks.test_example_desk_pages import leads
from tests.desks.test_sent_products import SHARED, WHY
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.product_scene import WHOLE, proposed, version_of
from tests.support.scene_people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def test_a_product_goes_to_another_desk_and_comes_back_with_an_answer(
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    leads(house)
    people = People(house, now())
    ref, _ = proposed(people)
    with people.sitting("Olga") as olga:
        deciding.move(ref, "approve", version=version_of(ref), by=olga, at=people.at)
    odile, nadia = (hand().at_work(house, name) for name in ("Odile", "Nadia"))
    product, send = f"/w/products/{ref}/", f"/w/products/{ref}/send/"
    odile.get(product)
    assert "Nowhere yet." in odile.html
    odile.get(send)
    assert SHARED in odile.html
    assert WHOLE.texts["risk"] not in odile.html
    odile.send("", necessity=WHY)
    assert odile.page.status_code == 422
    for missing in ("Choose a desk", "Choose what it is for", "Choose the ground"):
        assert missing in odile.html
    assert WHY in odile.html, "nothing is lost"
    to = str(house.desks["national"].id)
    odile.send("", to=to, purpose="information", basis="policing", necessity=WHY)
    assert odile.path == product
    assert "Sent to National desk." in odile.html
    assert "Not opened yet" in odile.html

    own = DeskRecord.objects.get(kind="intelligence-sent")
    theirs, sent = f"/w/products/received/{own.pair}/", f"/w/products/sent/{own.id}/"
    nadia.get("/w/")
    assert "has arrived" in nadia.html
    nadia.get("/w/products/received/")
    assert theirs in nadia.html
    nadia.get(theirs)
    assert SHARED not in nadia.html, "not before the conditions are accepted"
    nadia.send(theirs + "accept/")
    nadia.get(theirs)
    assert SHARED in nadia.html
    assert WHOLE.provenance.text not in nadia.html
    assert "Ask the originator" not in nadia.html
    nadia.get(theirs + "acted/")
    nadia.send("", reason="")
    assert "Give the reason" in nadia.html
    nadia.send("", reason="A patrol went past the invented site")

    odile.get(sent)
    assert "Signed, and the signature is genuine" in odile.html
    assert "A patrol went past the invented site" in odile.html
    odile.get(sent + "recall/")
    odile.send("", reason="The name was wrong")
    nadia.get(theirs)
    assert SHARED not in nadia.html
    assert "The sender has recalled this product." in nadia.html
    assert "The name was wrong" in nadia.html
    nadia.send(theirs + "destroyed/")
    odile.get(sent)
    assert "Recalled and confirmed" in odile.html


def test_in_danger_to_life_a_proposed_product_is_sent_first(house: House, hand: Callable[[], Hand]) -> None:  # noqa: F811
    leads(house)
    ref, _ = proposed(People(house, now()))
    odile, nadia = (hand().at_work(house, name) for name in ("Odile", "Nadia"))
    product, send = f"/w/products/{ref}/", f"/w/products/{ref}/send/"
    odile.get(product)
    assert "Life may be in danger: send it before it is approved" in odile.html
    odile.get(send)
    terms = {
        "to": str(house.desks["national"].id),
        "purpose": "act-now",
        "basis": "policing",
        "necessity": WHY,
    }
    odile.send("", **terms)
    assert "Tick this, or wait for the approval" in odile.html
    odile.send("", **terms, danger="danger")
    assert odile.path == product
    assert "Sent first, waiting for approval within the hour" in odile.html
    nadia.get(f"/w/products/received/{DeskRecord.objects.get(kind='intelligence-sent').pair}/")
    assert "Sent because life may be in danger." in nadia.html


def test_no_other_desk_sees_what_was_sent_or_received(house: House, hand: Callable[[], Hand]) -> None:  # noqa: F811
    leads(house)
    people = People(house, now())
    ref, _ = proposed(people)
    nadia = hand().at_work(house, "Nadia")
    for page in (f"/w/products/{ref}/send/", f"/w/products/sent/{ref}/", f"/w/products/received/{ref}/"):
        nadia.get(page)
        assert nadia.page.status_code == 404
