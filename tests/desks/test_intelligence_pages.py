"""An intelligence product in officers' browsers: from the tab of a report to the approval."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from heedline.reports.models import DeskRecord
from tests.desks.test_example_desk_pages import leads
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.product_scene import ACCOUNT
from tests.support.scene_people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
FILLED = {
    "marking": "official",
    "title": "Invented placeholder at a site",
    "subject": "EXAMPLE Sam",
    "dated": "November",
    "purpose": "To assess the risk at the site",
    "item1": "EXAMPLE Sam may keep <b>something</b> in a locker.",
    "item1_source": "2",
    "item1_assessment": "D",
    "provenance": "Told by a person in a position to know.",
    "provenance_source": "2",
    "provenance_assessment": "C",
    "confidence": "low",
    "risk": "Acting on it openly could point to the source.",
    "handling": "P",
}


def begin(odile: Hand, report: UUID) -> None:
    odile.get(f"/w/r/{report}/product/")
    odile.send(f"/w/r/{report}/product/")


def test_a_product_from_the_tab_of_a_report_to_its_approval(house: House, hand: Callable[[], Hand]) -> None:  # noqa: F811
    leads(house)
    report, _ = People(house, now()).taken(narrative=ACCOUNT)
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/r/{report}/hand-over/")
    where = f"/w/r/{report}/product/"
    assert f'href="{where}"' in odile.html
    begin(odile, report)
    ref = DeskRecord.objects.get(kind="intelligence-product").id
    write, check, product = (f"/w/products/{ref}/{one}" for one in ("write/", "check/", ""))
    assert odile.path == write
    assert str(report) not in odile.html, "a page of a product has no address of a report"
    assert "the placeholder would be in the blue locker" in " ".join(odile.html.split())
    assert "checked" not in odile.html, "no grade and no code is chosen in advance"

    odile.send(write, **{**FILLED, "item1_source": "", "handling": "C"}, do="check")
    assert odile.path == check
    for missing in (
        "Choose the source evaluation of item 1",
        "Choose exactly one action code",
        "Write the conditions",
    ):
        assert missing in odile.html
    assert "Propose for approval" not in odile.html

    odile.get(write)
    odile.send(
        write,
        **FILLED,
        item2="The safeguarding lead knows.",
        item2_source="2",
        item2_assessment="C",
        do="check",
    )
    assert "safeguarding lead" in odile.html
    odile.send(check)
    assert odile.page.status_code == 422
    assert "Change this passage" in odile.html
    names = [one for one in ("kept1", "kept2", "kept3", "kept4") if f'name="{one}"' in odile.html]
    odile.send(check, **dict.fromkeys(names, "Everybody at the site knows this already"))
    assert odile.path == product
    assert "You took part in this" in odile.html
    assert "&lt;b&gt;something&lt;/b&gt;" in odile.html

    olga = hand().at_work(house, "Olga")
    olga.get("/w/")
    assert f'href="{product}"' in olga.html
    olga.get("/w/products/")
    assert f'href="{product}"' in olga.html
    olga.get(product)
    assert "Everybody at the site knows this already" in olga.html
    assert "[2D]" in olga.html
    assert f'href="{check}"' in olga.html
    olga.get(check)
    assert "the placeholder would be in the blue locker" in " ".join(olga.html.split()), "as received"
    assert "[2D]" in olga.html, "beside it as rewritten"
    assert "Everybody at the site knows this already" in olga.html
    assert str(report) not in olga.html
    olga.get(product)
    olga.send(f"{product}approve/")
    assert DeskRecord.objects.get(id=ref).state == "approved"
    olga.get(check)
    assert olga.path == product, "there is nothing left to compare for"
    olga.get(write)
    assert olga.path == product, "an approved product is not written in"


def test_the_second_editor_keeps_their_text_beside_the_first(house: House, hand: Callable[[], Hand]) -> None:  # noqa: F811
    leads(house)
    report, _ = People(house, now()).taken(narrative=ACCOUNT)
    odile, olga = hand().at_work(house, "Odile"), hand().at_work(house, "Olga")
    begin(odile, report)
    write = odile.path
    olga.get(write)
    odile.send(write, **FILLED, do="save")
    olga.send(write, **{**FILLED, "title": "What Olga wrote"}, do="save")
    assert olga.page.status_code == 409
    assert "What Olga wrote" in olga.html
    assert "Saved by a colleague" in olga.html
    assert "Invented placeholder at a site" in olga.html


def test_another_report_is_added_to_a_draft(house: House, hand: Callable[[], Hand]) -> None:  # noqa: F811
    people = People(house, now())
    (first, _), (second, _) = people.taken(narrative=ACCOUNT), people.taken(narrative="Quagga seen again.")
    odile = hand().at_work(house, "Odile")
    begin(odile, first)
    write = odile.path
    odile.get(f"/w/r/{second}/product/")
    odile.send(f"/w/r/{second}/product/", product=write.split("/")[3])
    assert odile.path == write
    assert "Quagga seen again." in odile.html


def test_secret_material_is_refused_with_a_number_to_phone_and_nothing_is_lost(
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    report, _ = People(house, now()).taken(narrative=ACCOUNT)
    odile = hand().at_work(house, "Odile")
    begin(odile, report)
    write = odile.path
    odile.send(write, **{**FILLED, "marking": "secret"}, do="check")
    assert odile.page.status_code == 422
    assert "01632 960001" in odile.html
    assert "To assess the risk at the site" in odile.html
    assert DeskRecord.objects.get(kind="intelligence-product").version == 1


def test_a_stranger_sees_no_product(house: House, hand: Callable[[], Hand]) -> None:  # noqa: F811
    report, _ = People(house, now()).taken(narrative=ACCOUNT)
    odile = hand().at_work(house, "Odile")
    begin(odile, report)
    otto = hand().at_work(house, "Otto")
    for page in (odile.path, odile.path.replace("write", "check"), odile.path.removesuffix("write/")):
        otto.get(page)
        assert otto.page.status_code == 404
