"""Each kind of report lands on a desk that works on such reports, and on the nearest one where there are several."""

import pytest

from heedline.packs import RouteFacts, load_pack, route

PACK = load_pack("uk")


@pytest.mark.parametrize(
    ("kind", "postcode", "urgency", "desk", "watch", "area", "because"),
    [
        ("person", "LS1 3AD", "routine", "safeguarding", "national", "west-yorkshire", "kind"),
        ("person", "", "routine", "safeguarding", "national", "unknown", "kind"),
        ("person", "EX1 1GE", "danger", "safeguarding", "national", "devon-and-cornwall", "kind"),
        ("online", "", "routine", "material", None, "unknown", "kind"),
        ("online", "", "soon", "material", None, "unknown", "kind"),
        ("online", "", "danger", "material", "national", "unknown", "kind"),
        ("advice", "LS1 3AD", "routine", "advice-north-east", None, "west-yorkshire", "postcode"),
        ("advice", "NE1", "routine", "advice-north-east", None, "northumbria", "postcode"),
        ("advice", "EX1 1GE", "routine", "advice-national", None, "devon-and-cornwall", "kind"),
        ("advice", "TD15", "routine", "advice-national", None, "unknown", "several-forces"),
        ("advice", "ZZ9 9ZZ", "routine", "advice-national", None, "unknown", "no-area"),
        ("advice", "BT1 5GS", "routine", "advice-northern-ireland", None, "northern-ireland", "postcode"),
        ("advice", "EH1 1YZ", "routine", "advice-national", None, "police-scotland", "kind"),
        ("activity", "LS1 3AD", "routine", "north-east", "national", "west-yorkshire", "postcode"),
    ],
)  # fmt: skip
def test_where_each_kind_lands(
    kind: str, postcode: str, urgency: str, desk: str, watch: str | None, area: str, because: str
) -> None:
    decision = route(RouteFacts(kind, postcode=postcode, urgency=urgency), PACK)
    assert (decision.desk_code, decision.watch_code) == (desk, watch)
    assert (decision.area, decision.because) == (area, because)
    assert PACK.desks[desk].kind == PACK.kinds[kind].desk_kind


def test_each_sort_of_desk_is_there_and_takes_only_its_kind() -> None:
    assert {desk.code: desk.kind for desk in PACK.desks.values()} == {
        "national": "activity", "north-east": "activity", "south-west": "activity",
        "safeguarding": "safeguarding", "material": "material",
        "advice-north-east": "advice", "advice-national": "advice",
        "advice-northern-ireland": "advice", "identity": "authoriser",
    }  # fmt: skip
    for desk in PACK.desks.values():
        if desk.kind not in ("activity", "authoriser"):
            assert [PACK.kinds[kind].desk_kind for kind in desk.kinds] == [desk.kind]
    assert set(PACK.desks[PACK.watch_desk].kinds) == set(PACK.kinds)
