"""What the pages offer for closing, and what they ask."""

from __future__ import annotations

from collections.abc import Callable

from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.scene_people import NORTH_EAST, People
from tests.support.stories import a_report

SENTENCE = "They said that they would set light to the mosque when it is full."


def test_a_marked_report_offers_no_preset_and_shows_its_sentence(
    house: House, hand: Callable[[], Hand]
) -> None:
    ref, _ = a_report(at=now(), **NORTH_EAST, narrative=f"I was at the shop. {SENTENCE}")
    People(house, now()).take(ref)
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/?state=mine")
    assert "Weapon or threat" in odile.html
    odile.get(f"/w/r/{ref}/")
    assert SENTENCE in odile.html
    assert "Close it now?" not in odile.html
    assert 'id="presets"' not in odile.html


def test_closing_asks_who_has_it_at_the_field_that_is_missing(house: House, hand: Callable[[], Hand]) -> None:
    people = People(house, now())
    ref, _ = people.assessed()
    odile = hand().at_work(house, "Odile")
    path = f"/w/r/{ref}/close/"
    odile.get(path)
    passed = {"outcome": "other-body", "reason": "For the local force.", "tell": "finished"}
    odile.send(path, **passed, do="save-stay")
    assert odile.page.status_code == 422
    assert "Say which body, person or reference has it now." in odile.html
    proof = {"body": "Northumbria Police", "when": "2 December, 10:40", "means": "telephone"}
    odile.send(path, **passed, **proof, accepted_by="Sergeant Brandt", do="save-stay")
    assert "Closed." in odile.html


def test_assessing_again_starts_from_every_answer(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), **NORTH_EAST)
    People(house, now()).take(ref)
    odile = hand().at_work(house, "Odile")
    said = {
        "danger": "no",
        "done_what": "Filmed",
        "priority": "low",
        "reason": "Vague",
        "coded_before": "possible",
    }
    odile.get(f"/w/r/{ref}/")
    odile.send(f"/w/r/{ref}/", do="save-stay", **said)
    odile.get(f"/w/r/{ref}/")
    chosen = odile.html.split('value="possible"')[1].split(">")[0]
    assert "checked" in chosen
