"""Tests for OR, the minus sign, quotation marks and endings of words in a search."""

from __future__ import annotations

import pytest

from tests.support.scene_people import People
from tests.support.search_scene import found, indexed, look_for

pytestmark = pytest.mark.django_db


def test_or_finds_either_and_minus_leaves_out(people: People) -> None:
    van, _ = people.send(narrative="A van stood at the quillon gate, and two men recruited for a march.")
    lorry, _ = people.send(narrative="A lorry stood at the quillon gate. Recruiting goes on.")
    both, _ = people.send(narrative="A van and a lorry passed, the van's door open.")
    indexed(people)
    for text, wanted in (
        ("van OR lorry", {van, lorry, both}),
        ("van gate OR lorry gate", {van, lorry}),
        ("van -lorry", {van}),
        ("-lorry gate", {van}),
        ('gate -"quillon gate"', set()),
        ("van OR lorry -quillon", {both}),
        ("van AND lorry", {both}),
        ("gate -belst*", {van, lorry}),
        ("gate -quillo*", set()),
        ("recruits", {van, lorry}),
        ('"recruiting"', {lorry}),
        ("ворота OR lorries", {lorry, both}),
    ):
        assert set(found(people, text)) == wanted, text
    assert look_for(people, "van OR lorry").hits == 3
    nothing = look_for(people, "van -van")
    assert (nothing.hits, nothing.missing) == (0, ())
