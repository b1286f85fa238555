"""A desk's keys are made ahead by its members as they unlock, and by nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Min

from heedline.casework.journey import transitions
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import epochs
from heedline.casework.pages import case_file
from heedline.casework.setup.stewardship import make_epoch
from heedline.desks.models import Desk, EpochGrant, EpochKeyRow
from heedline.permits.gate import Refused
from tests.support import cast, stories
from tests.support.acting import acting
from tests.support.cast import House


def test_unlocking_makes_the_next_epochs_when_they_are_missing(house: House) -> None:
    later = cast.now() + timedelta(days=70)
    desk = house.desks["north-east"]
    with acting("office"):
        before = EpochKeyRow.objects.filter(desk=desk).count()
        house.sign_in("Odile", at=later)
        made = EpochKeyRow.objects.filter(desk=desk).order_by("opens_on")
        assert made.count() > before
        assert made.last().opens_on == epochs.month_starts(later.date(), 2)[-1]
        # every member is granted each of them
        assert EpochGrant.objects.filter(epoch=made.last()).count() == 2
        # a second colleague finds nothing to do
        house.sign_in("Olga", at=later)
        assert EpochKeyRow.objects.filter(desk=desk).count() == made.count()


def test_a_report_sealed_to_a_later_epoch_opens_for_every_member(house: House) -> None:
    later = cast.now() + timedelta(days=70)
    with acting("office"):
        house.sign_in("Odile", at=later)
    ref, _ = stories.a_report(at=later, where={"postcode": stories.NORTH_EAST})
    with acting("office"):
        olga = house.sign_in("Olga", at=later)
        transitions.take(ref, by=olga, at=later)
        assert case_file.case_file(ref, by=olga, at=later).answers.narrative == stories.NARRATIVE


def test_an_officer_of_another_desk_makes_no_epoch_there(house: House) -> None:
    at = cast.now()
    with acting("office"), pytest.raises(Refused):
        make_epoch(house.desks["north-east"], at.date(), by=house.keys["Otto"].hand, at=at)


def test_without_a_new_epoch_the_last_stays_in_force(house: House) -> None:
    much_later = cast.now() + timedelta(days=400)
    with acting("public"):
        facts = key_directory.desk_by_code("north-east")
        assert facts is not None
        newest = key_directory.directory().epochs(facts.desk)[-1]
        assert key_directory.directory().current_epoch(facts.desk, much_later.date()) == newest


def test_the_first_keys_of_a_partner_open_before_any_scene_begins(council: Desk, house: House) -> None:
    _open_before_any_scene(house)


def test_the_first_keys_of_an_item_desk_open_before_any_scene_begins(material: House) -> None:
    _open_before_any_scene(material)


def _open_before_any_scene(house: House) -> None:
    """Also on the first of a month: a key that opens on that day alone seals nothing of the day before."""
    first = dict(EpochKeyRow.objects.values_list("desk").annotate(Min("opens_on")))
    assert first.keys() == {desk.id for desk in house.desks.values()}
    assert max(first.values()) <= (cast.now() - cast.OPEN_BEFORE).date()
