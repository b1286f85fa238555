"""A group of similar reports, shown as its texts: each once, and first those that are not closed with the others."""

from __future__ import annotations

from uuid import uuid4

import pytest

from heedline.casework.errors import NotHere
from heedline.casework.journey import bulk_close
from heedline.casework.pages.queues import bulk_preview
from tests.casework.journey.test_bulk_close import ADVERT, adverts
from tests.support.cast import House, now
from tests.support.scene_people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def test_a_group_is_shown_twenty_texts_a_page(people: People) -> None:
    refs = [
        people.send(narrative=f"{ADVERT} {chr(ord('a') + n) * 4}")[0] for n in range(bulk_close.TEXTS + 3)
    ]
    with people.sitting("Odile") as here:
        (group,) = bulk_preview.alike("north-east", by=here, at=people.at).groups
        pages = [
            bulk_preview.alike_page("north-east", group.first.ref, number, by=here, at=people.at)
            for number in (1, 2, 99)
        ]
        with pytest.raises(NotHere):
            bulk_preview.alike_page("north-east", uuid4(), 1, by=here, at=people.at)
    assert [len(page.rows) for page in pages] == [20, 3, 3]
    assert {one.item.ref for page in pages[:2] for one in page.rows} == set(refs)


def test_the_same_words_are_one_text_and_outliers_come_first_with_their_sentence(people: People) -> None:
    refs = adverts(people, 5)
    odd, _ = people.send(narrative=f"{ADVERT}. Ask for Marwan")
    armed = [people.send(narrative=f"{ADVERT}. He has a knife under the seat")[0] for _ in range(2)]
    with people.sitting("Odile") as here:
        (group,) = bulk_preview.alike("north-east", by=here, at=people.at).groups
        page = bulk_preview.alike_page("north-east", group.first.ref, 1, by=here, at=people.at)
    *outliers, ordinary = page.rows
    assert [(one.sentence.splitlines()[0], 1 + len(one.same)) for one in outliers] == [
        ("He has a knife under the seat", 2),
        ("Ask for Marwan", 1),
    ]
    assert {one.item.ref for one in outliers} <= {odd, *armed}
    assert all(one.barred for one in outliers)
    assert (ordinary.barred, ordinary.sentence) == ("", "")
    assert {ordinary.item.ref, *(one.ref for one in ordinary.same)} == set(refs)
