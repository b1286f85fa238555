"""The words after which somebody who said that nothing is planned is asked once more."""

from __future__ import annotations

import pytest

from heedline.packs import load_pack

PACK = load_pack("uk")


@pytest.mark.parametrize(
    ("account", "asked"),
    [
        ("On Saturday he will take a knife to the shopping centre", True),
        ("He has a gun and said 5pm", True),
        ("He goes to the town hall at 17:30 with a bag", True),
        ("He has a gun", False),
        ("He said that it will be on Saturday", False),
        ("He filmed the gates for an hour", False),
        ("Flat 5, pm me", False),
    ],
)
def test_a_time_and_a_weapon_or_a_place(account: str, asked: bool) -> None:
    assert PACK.plan_words.names_a_plan(account, language="en") is asked


def test_each_language_has_lists_and_english_is_read_beside_them() -> None:
    assert set(PACK.plan_words.when) == set(PACK.plan_words.what) == set(PACK.languages)
    assert PACK.plan_words.names_a_plan("W sobotę, z nożem", language="pl")
    assert PACK.plan_words.names_a_plan("On Saturday, with a knife", language="pl")
