"""What the pages offer for closing, and what they ask."""

from __future__ import annotations

from collections.abc import Callable

from heedline.casework.report.opening import short_name
from tests.sites.office.desk_hand import Hand
from tests.support import keeping_scene
from tests.support.cast import House, now
from tests.support.linking_scene import compared
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


def test_a_kept_closure_stands_on_the_report_the_queue_and_the_board_until_it_is_withdrawn(
    house: House, hand: Callable[[], Hand]
) -> None:
    people = keeping_scene.with_leads(People(house, now()))
    ref, _ = people.assessed(narrative="Kevin Tierney rents the lock-up at night.")
    people.passed_on(ref, "Odile", "Olga")
    olga = hand().at_work(house, "Olga")
    olga.get(f"/w/r/{ref}/close/")
    ended = {"outcome": "insufficient", "reason": "Nothing that can be checked.", "tell": "finished"}
    olga.send(f"/w/r/{ref}/close/", **ended, do="save-stay")
    assert "Closure pending." in olga.html
    assert "Closing, waiting for comparison" in olga.html
    olga.get("/w/q/north-east/?stage=closing")
    assert short_name(ref) in olga.html
    olga.get("/w/board/north-east/")
    assert "Closing, waiting for comparison" in olga.html
    assert "stage=closing" in olga.html
    olga.get(f"/w/r/{ref}/")
    olga.send(f"/w/r/{ref}/close/withdraw/")
    assert "Closure withdrawn." in olga.html
    assert "Withdraw this closure" not in olga.html


def test_a_report_that_was_closed_at_once_says_that_its_comparison_is_pending(
    house: House, hand: Callable[[], Hand]
) -> None:
    people = People(house, now())
    ref, _ = people.closed()
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/r/{ref}/")
    assert "Closed, comparison pending" in odile.html
    people.tokens.clear()
    compared(people, "Odile")
    odile.at_work(house, "Odile")
    odile.get(f"/w/r/{ref}/")
    assert "Closed, comparison pending" not in odile.html
