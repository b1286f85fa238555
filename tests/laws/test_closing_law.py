"""No report is closed while nobody has decided whether it is about the same matter as another one."""

from __future__ import annotations

from contextlib import suppress

import pytest

from heedline.casework.journey import bulk_close, transitions
from heedline.permits.gate import Refused
from tests.casework.journey.test_bulk_close import SPAM
from tests.support import keeping_scene, stories
from tests.support.cast import House, now
from tests.support.linking_scene import BOY
from tests.support.scene_people import People, row
from tests.support.search_scene import indexed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("way", ["at once", "in two steps", "in bulk"])
def test_three_spellings_of_one_boy_are_closed_by_nobody_before_anybody_has_decided(
    house: House, way: str, settled: bool
) -> None:
    people = People(house, now())
    keeping_scene.with_leads(people)
    refs = [people.send(narrative=text)[0] for text in BOY]
    if settled:
        indexed(people)
    for ref in refs if way != "in bulk" else ():
        people.take(ref)
        with people.sitting("Odile") as here, suppress(Refused):
            version = row(ref).version
            if way == "at once":
                transitions.assess_and_close(
                    ref, stories.VAGUE, stories.NOTHING, version=version, by=here, at=people.at
                )
            else:
                transitions.assess(ref, stories.VAGUE, version=version, by=here, at=people.at)
                transitions.close(ref, stories.NOTHING, version=version + 1, by=here, at=people.at)
    if way == "in bulk":
        with people.sitting("Odile") as here:
            chosen = {ref: row(ref).version for ref in refs}
            bulk_close.sweep("north-east", chosen, SPAM, by=here, at=people.at)
    assert "closed" not in {row(ref).stage for ref in refs}
