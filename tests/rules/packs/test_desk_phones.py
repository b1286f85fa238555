"""The numbers under which partners reach the desks: for drama in the pack, and checked when it is read."""

from __future__ import annotations

import pytest

from heedline.packs import load_pack
from heedline.packs.reading.desk_files import read_desk
from heedline.packs.tables import PackError, Table


def test_every_desk_that_takes_reports_has_a_number_that_rings_nowhere() -> None:
    for desk in load_pack("uk").desks.values():
        if desk.role == "desk":
            assert desk.phone.startswith("01632 960"), desk.code


@pytest.mark.parametrize("number", ["call us", "01632/960001", "<b>1</b>", "1"])
def test_a_number_that_is_none_is_refused(number: str) -> None:
    pack = load_pack("uk")
    said = {
        "name": "A",
        "organisation": next(iter(pack.organisations)),
        "role": "desk",
        "around_the_clock": False,
        "kinds": ["activity"],
        "phone": number,
    }
    with pytest.raises(PackError, match="phone"):
        read_desk(
            "a", Table(said, "desks.toml", "desks.a"), pack.organisations, pack.kinds, pack.working_days
        )
