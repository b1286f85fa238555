"""Finding items by words: all of them, at the desk alone, and logged without the words."""

from __future__ import annotations

import pytest

from heedline.audit.models import Event
from heedline.casework.errors import NotHere
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.queue import searching
from tests.support.material_scene import PAGE, the_item
from tests.support.scene_people import People
from tests.support.search_scene import indexed

pytestmark = pytest.mark.django_db


def test_items_are_found_by_words_of_their_address_and_label(people: People) -> None:
    ref = the_item(people)
    other = the_item(people, "https://board.example/t/90210")

    def found(text: str) -> list[object]:
        with people.sitting("Odile") as by:
            return [one.ref for one in searching.search(text, by=by, at=people.at)]

    assert found("FILMS watch") == [ref]
    assert found(PAGE) == [ref]
    assert set(found("example")) == {ref, other}
    assert found("films board") == []
    with people.sitting("Odile") as by:
        examining.check(ref, [], gone=False, label="Zinnober speech", by=by, at=people.at)
    indexed(people)
    assert found("zinnober films") == [ref]
    with people.sitting("Odile") as by, pytest.raises(NotNow):
        searching.search(" - ", by=by, at=people.at)
    with people.sitting("Oren") as by, pytest.raises(NotHere):
        searching.search("films", by=by, at=people.at)
    logged = Event.objects.filter(act="material-searched")
    assert next(one.detail for one in logged.order_by("id")) == {"hits": 1}
    assert "films" not in str(list(logged.values_list("detail", flat=True)))
