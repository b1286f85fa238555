"""A request for advice on the office's pages: an ordinary service for somebody who gave their number."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heedline.dispatch.models import Outbox
from heedline.reports.models import DangerEpisode
from tests.sites.office.desk_hand import Hand
from tests.support import advice_scene
from tests.support.cast import House, now
from tests.support.scene_people import People, row

SAID = {
    "done_what": "A visit before the spring season",
    "priority": "low",
    "reason": "No near date",
    "coded_size": "standard",
    "coded_next": "visit",
    "coded_suspicious": "no",
}


@pytest.fixture
def people(house: House) -> People:
    return advice_scene.adviser_desk(People(house, now()))


def test_a_request_has_no_danger_no_risk_prompts_and_no_sealed_identity(
    people: People, hand: Callable[[], Hand]
) -> None:
    ref, _ = advice_scene.a_request(people)
    people.take(ref, "Otto")
    otto = hand().at_work(people.house, "Otto")
    otto.get(f"/w/r/{ref}/")
    assert "rosa@theatre.example" in otto.html
    for absent in ("Is there danger to anybody", "THRIVE", "Source identity", "only through their code"):
        assert absent not in otto.html
    otto.send(f"/w/r/{ref}/", do="save-stay", **SAID)
    assert "Assessed." in otto.html
    assert row(ref).danger_to_life is False
    otto.get(f"/w/r/{ref}/identity/")
    assert "The organisation gave its contact details" in otto.html
    assert "only through their code" not in otto.html


def test_a_report_still_has_all_of_them(people: People, hand: Callable[[], Hand]) -> None:
    ref, _ = people.taken()
    odile = hand().at_work(people.house, "Odile")
    odile.get(f"/w/r/{ref}/")
    for there in ("Is there danger to anybody", "THRIVE", "Source identity", "only through their code"):
        assert there in odile.html
    assert "Pass to the round-the-clock desk" not in odile.html
    version = row(ref).version
    odile.client.post(f"/w/r/{ref}/danger/pass/", {**odile.form(f"/w/r/{ref}/"), "version": str(version)})
    assert row(ref).version == version
    assert not DangerEpisode.objects.exists()


def test_one_button_passes_danger_to_the_desk_that_never_closes(
    people: People, hand: Callable[[], Hand]
) -> None:
    ref, _ = advice_scene.a_request(people)
    people.take(ref, "Otto")
    otto = hand().at_work(people.house, "Otto")
    otto.get(f"/w/r/{ref}/")
    otto.send(f"/w/r/{ref}/danger/pass/")
    assert otto.path.startswith(f"/w/r/{ref}/danger/")
    assert "Passed on." in otto.html
    assert row(ref).watch_id == people.house.desks["national"].id
    assert Outbox.objects.filter(letter="danger-opened", thing_id=ref).count() == 1
    assert people.read(ref, "Nadia").header.danger_to_life
    # until two people have discharged it, the request says so, and cannot be assessed as no danger
    otto.get(f"/w/r/{ref}/")
    assert "Pass to the round-the-clock desk" not in otto.html
    otto.send(f"/w/r/{ref}/", do="save-stay", **SAID)
    assert "A danger to life is open on this report." in otto.html
    assert row(ref).danger_to_life


def test_a_danger_is_passed_on_although_a_colleague_has_saved_something_since(
    people: People, hand: Callable[[], Hand]
) -> None:
    ref, _ = advice_scene.a_request(people)
    people.take(ref, "Otto")
    otto = hand().at_work(people.house, "Otto")
    otto.get(f"/w/r/{ref}/")
    otto.send(f"/w/r/{ref}/danger/pass/", version="0")
    assert "Passed on." in otto.html
    assert DangerEpisode.objects.filter(report=ref).count() == 1
