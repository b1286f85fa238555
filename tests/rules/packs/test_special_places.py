"""Stations, airports, bases and nuclear sites reach the force that polices them; one ambiguous word never decides."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.pack_copy import PackCopy

from heedline.packs import PackError, RouteFacts, load_pack, route
from heedline.packs.reading.loading import read_pack

PACK = load_pack("uk")


@pytest.mark.parametrize(
    ("place", "force", "because"),
    [
        ("Leeds station", "btp", "rail"),
        ("King's Cross station, platform 4", "btp", "rail"),
        ("KINGS CROSS STATION", "btp", "rail"),
        ("St. Pancras International station", "btp", "rail"),
        ("Birmingham New Street station", "btp", "rail"),
        ("the tube station at Stockwell", "btp", "rail"),
        ("on the train from Leeds to York", "btp", "rail"),
        ("London Underground, Northern line", "btp", "rail"),
        ("Glasgow Central station", "btp", "rail"),
        ("Heathrow", "metropolitan", "airport"),
        ("Heathrow Airport Terminal 5", "metropolitan", "airport"),
        ("Gatwick, departures", "sussex", "airport"),
        ("Manchester Airport", "greater-manchester", "airport"),
        ("East Midlands Airport", "leicestershire", "airport"),
        ("London City Airport", "metropolitan", "airport"),
        ("Edinburgh Airport", "police-scotland", "airport"),
        ("Belfast City Airport", "northern-ireland", "airport"),
        ("Catterick Garrison", "ministry-of-defence", "military"),
        ("the gate of RAF Brize Norton", "ministry-of-defence", "military"),
        ("HMNB Clyde", "ministry-of-defence", "military"),
        ("inside the naval base", "ministry-of-defence", "military"),
        ("Sellafield", "civil-nuclear", "nuclear"),
        ("Hinkley Point C, north gate", "civil-nuclear", "nuclear"),
        ("a nuclear power station in Suffolk", "civil-nuclear", "nuclear"),
    ],
)
def test_a_place_with_police_of_its_own(place: str, force: str, because: str) -> None:
    decision = route(RouteFacts("activity", place_text=place), PACK)
    assert (decision.area, decision.because) == (force, because)
    assert PACK.watch_desk in (decision.desk_code, decision.watch_code)


@pytest.mark.parametrize(
    ("place", "area"),
    [
        ("near Leeds station, Leeds", "west-yorkshire"),
        ("opposite the train station, York", "north-yorkshire"),
        ("Station Road, Leeds", "west-yorkshire"),
        ("the police station, Leeds", "west-yorkshire"),
        ("Waterloo", "unknown"),
        ("Victoria", "unknown"),
        ("Bank", "unknown"),
        ("bus station, Exeter", "devon-and-cornwall"),
        ("the airport", "unknown"),
        ("the RAF Museum", "unknown"),
        ("RAF club, Leeds", "west-yorkshire"),
        ("Sellafield Road, Leeds", "west-yorkshire"),
        ("the Heathrow Hotel, Leeds", "west-yorkshire"),
        ("the power station", "unknown"),
        ("behind the army base, Exeter", "devon-and-cornwall"),
        ("Sizewell", "unknown"),
        ("training in the park", "unknown"),
        ("barracks", "unknown"),
        ("the base", "unknown"),
        ("two minutes from Euston station", "unknown"),
        ("Leeds, station", "unknown"),
    ],
)
def test_words_that_may_mean_something_else_decide_nothing(place: str, area: str) -> None:
    decision = route(RouteFacts("activity", place_text=place), PACK)
    assert decision.area == area
    assert decision.because in ("place", "no-area")


def test_a_station_has_a_postcode_and_its_own_police() -> None:
    at_station = route(RouteFacts("activity", "Leeds station", "LS1 4DY"), PACK)
    assert (at_station.area, at_station.because) == ("btp", "rail")
    beside_it = route(RouteFacts("activity", "outside Leeds station", "LS1 4DY"), PACK)
    assert (beside_it.area, beside_it.because) == ("west-yorkshire", "postcode")


def test_two_such_places_of_different_forces_are_not_guessed() -> None:
    decision = route(RouteFacts("activity", "the train station at Gatwick Airport"), PACK)
    assert (decision.desk_code, decision.area, decision.because) == ("national", "unknown", "several-forces")


def test_every_name_of_one_word_was_meant_to_be() -> None:
    single = {
        words[0][0] for names in PACK.special_places.named.values() for words in names if len(words[0]) == 1
    }
    assert single == {"heathrow", "gatwick", "stansted", "sellafield", "dounreay", "faslane"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"army base"', '"barracks"', r"groups\[\d\].names: barracks is one word"),
        ('"army base"', '"gatwick airport"', r"groups\[\d\].names: gatwick airport is there twice"),
        ('"army base"', '"army, base"', r"groups\[\d\].names: must be words without commas"),
        ("sussex = [", "sussecks = [", r"groups\[\d\].names: no force is called sussecks"),
        ('one_word = ["heathrow"', 'one_word = ["croydon", "heathrow"', "one_word: no place is called croydon"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(old: str, new: str, message: str) -> None:
    folder = PackCopy()
    path = folder / "areas" / "special.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError, match=rf"^areas/special.toml: {message}"):
        read_pack("uk", folder)


@given(st.text(max_size=500))
def test_whatever_is_typed_is_looked_through(text: str) -> None:
    for force, because in PACK.special_places.find(text):
        assert force in PACK.forces
        assert because in ("rail", "airport", "military", "nuclear")


def test_looking_through_the_longest_place_is_quick() -> None:
    text = "near the king's cross road and leeds " * 14
    before = time.process_time()
    for _ in range(20):
        PACK.special_places.find(text)
    assert (time.process_time() - before) / 20 < 0.003


@pytest.mark.parametrize(
    ("postcode", "ask"),
    [
        ("TD15", True),
        ("td15", True),
        ("TD15 1AA", False),
        ("LS1", False),
        ("BT1", False),
        ("", False),
        ("x", False),
    ],
)
def test_an_outward_code_that_two_forces_share_is_asked_about(postcode: str, ask: bool) -> None:
    assert PACK.ambiguous_outcode(postcode) is ask
