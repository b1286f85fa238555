"""Real postcodes and places reach the desk of their force; anything unclear reaches the one that never closes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedline.packs import RouteFacts, load_pack, route
from heedline.packs.urgency import Urgency

PACK = load_pack("uk")


@pytest.mark.parametrize(
    ("postcode", "force", "desk"),
    [
        ("LS1 3AD", "west-yorkshire", "north-east"),
        ("ls13ad", "west-yorkshire", "north-east"),
        ("LS1", "west-yorkshire", "north-east"),
        ("NE1 8QH", "northumbria", "north-east"),
        ("YO1 7HH", "north-yorkshire", "north-east"),
        ("HU1 2AA", "humberside", "north-east"),
        ("TS1 2AA", "cleveland", "north-east"),
        ("DH1 3HP", "durham", "north-east"),
        ("S1 2HH", "south-yorkshire", "north-east"),
        ("BS1 5TR", "avon-and-somerset", "south-west"),
        ("TA1 1HE", "avon-and-somerset", "south-west"),
        ("EX1 1GE", "devon-and-cornwall", "south-west"),
        ("TR1 2HE", "devon-and-cornwall", "south-west"),
        ("DT1 1XJ", "dorset", "south-west"),
        ("GL1 2TG", "gloucestershire", "south-west"),
        ("SN1 5BQ", "wiltshire", "south-west"),
        ("SW1A 1AA", "metropolitan", "national"),
        ("EC2V 7HH", "city-of-london", "national"),
        ("M2 5DB", "greater-manchester", "national"),
        ("B1 1BB", "west-midlands", "national"),
        ("CA3 8NA", "cumbria", "national"),
        ("NN1 1DE", "northamptonshire", "national"),
        ("HP20 1UY", "thames-valley", "national"),
        ("CF10 4UW", "south-wales", "national"),
        ("LL57 1DT", "north-wales", "national"),
        ("EH1 1YJ", "police-scotland", "national"),
        ("G2 1DU", "police-scotland", "national"),
        ("BT1 5GS", "northern-ireland", "national"),
        ("BT99", "northern-ireland", "national"),
    ],
)
def test_a_postcode_reaches_its_desk(postcode: str, force: str, desk: str) -> None:
    decision = route(RouteFacts("activity", postcode=postcode), PACK)
    assert (decision.area, decision.desk_code, decision.because) == (force, desk, "postcode")
    assert decision.watch_code == (None if desk == "national" else "national")


def test_a_sector_that_two_forces_share_is_told_apart_to_the_postcode() -> None:
    assert route(RouteFacts("activity", postcode="TD15 1BT"), PACK).area == "police-scotland"
    assert route(RouteFacts("activity", postcode="TD15 1AA"), PACK).area == "northumbria"


@pytest.mark.parametrize(
    ("place", "force"),
    [
        ("Leeds", "west-yorkshire"),
        ("12 Example Road, Leeds.", "west-yorkshire"),
        ("Example House\nCity of Bristol", "avon-and-somerset"),
        ("Newcastle upon Tyne", "northumbria"),
        ("the corner by BS1 5TR", "avon-and-somerset"),
        ("EX11GE", "devon-and-cornwall"),
        ("West Yorkshire", "west-yorkshire"),
        ("Aberdeen", "police-scotland"),
    ],
)
def test_a_plainly_named_place_reaches_its_desk(place: str, force: str) -> None:
    decision = route(RouteFacts("activity", place_text=place), PACK)
    assert (decision.area, decision.because) == (force, "place")


@pytest.mark.parametrize(
    "place",
    [
        "",
        "near the Leeds road",
        "Newport",
        "Boston",
        "everywhere",
        "LS1 3AD or EX1 1GE",
        "Leedsish",
        "🏠",
        "London",
    ],
)
def test_an_unclear_place_reaches_the_desk_that_never_closes(place: str) -> None:
    decision = route(RouteFacts("activity", place_text=place), PACK)
    assert (decision.desk_code, decision.watch_code, decision.area) == ("national", None, "unknown")


def test_a_district_of_two_forces_is_not_guessed() -> None:
    decision = route(RouteFacts("activity", postcode="TD15"), PACK)
    assert (decision.desk_code, decision.area, decision.because) == ("national", "unknown", "several-forces")


def test_an_unknown_kind_reaches_the_desk_that_never_closes() -> None:
    decision = route(RouteFacts("something-new", postcode="LS1 3AD"), PACK)
    assert (decision.desk_code, decision.because) == ("national", "unknown-kind")


@given(
    st.text(max_size=40),
    st.text(max_size=80),
    st.text(max_size=12),
    st.sampled_from(list(Urgency)),
)
def test_never_nowhere_whatever_is_typed(kind: str, place: str, postcode: str, urgency: str) -> None:
    for asked in (kind, *PACK.kinds):
        decision = route(RouteFacts(asked, place, postcode, urgency), PACK)
        assert PACK.desks[decision.desk_code].role == "desk"
        assert decision.watch_code in (None, PACK.watch_desk)
        if urgency == "danger" or asked not in PACK.kinds or PACK.kinds[asked].watch:
            assert PACK.watch_desk in (decision.desk_code, decision.watch_code)
        assert decision.area == "unknown" or decision.area in PACK.forces


def test_every_row_of_the_area_file_names_known_forces_and_every_force_with_an_area_is_in_it() -> None:
    reached = {force for forces in PACK.areas._outcodes.values() for force in forces}
    without_area = {"btp", "civil-nuclear", "ministry-of-defence", "northern-ireland"}
    assert reached == set(PACK.forces) - without_area


def test_no_northern_irish_rows_are_shipped() -> None:
    text = (PACK.folder / "areas" / "outcodes.csv").read_text(encoding="utf-8")
    assert "\nBT" not in text
    assert len(text.encode()) < 400_000


@pytest.mark.parametrize(
    ("account", "force"),
    [
        ("He has a gun. We are at 12 Mill Lane, NE1 4ST", "northumbria"),
        ("He is in Leeds with a knife", "west-yorkshire"),
        ("He is at Mill House in Leeds with a knife", "west-yorkshire"),
        ("In Leeds there is a man with a knife", "west-yorkshire"),
        ("Stoi z nożem koło Leeds", "west-yorkshire"),
        ("Mae ganddo gyllell ger Leeds", "west-yorkshire"),
        ("There is a bomb at Leeds railway station", "btp"),
        ("He stands near Leeds Road", "unknown"),
        ("Reading about it, he said it would be soon", "unknown"),
        ("First in Leeds, then in Newcastle upon Tyne", "unknown"),
        ("First in Leeds and then in Newcastle upon Tyne", "unknown"),
    ],
)
def test_a_place_in_the_words_counts_like_the_field(account: str, force: str) -> None:
    assert route(RouteFacts("activity", account=account), PACK).area == force
    filled = route(RouteFacts("activity", postcode="BS1 6QF", account=account), PACK)
    assert filled.area == "avon-and-somerset", "the field comes first"
