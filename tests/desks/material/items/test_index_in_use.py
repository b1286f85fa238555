"""What an examiner does with the desk's index waits for the step of indexing that is using it, which takes a moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from heedline.casework.access.session import Attendance
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.items import adding
from heedline.specialist_desks.material.models import MaterialDisposal
from heedline.specialist_desks.material.outcomes import disposing
from tests.laws.committed import committed_house, index_in_use
from tests.support.cast import now
from tests.support.material_scene import reported, taken
from tests.support.scene_people import People
from tests.support.search_scene import indexed


@pytest.fixture
def people(django_db_blocker: Any) -> Iterator[People]:
    with committed_house(django_db_blocker, "material") as material:
        yield People(material, now())


def test_an_examiner_waits_for_the_index_and_is_not_told_that_no_report_names_an_item(
    people: People,
) -> None:
    ref = taken(people)
    (report,) = reported(people, "https://films.example/watch/7781")
    indexed(people)
    people.take(report, "Odile")

    def during(do: Callable[[Attendance], Any]) -> Any:
        with people.sitting("Odile") as by, index_in_use():
            return do(by)

    assert during(lambda by: adding.open_danger(ref, by=by, at=people.at)) == report
    new = during(lambda by: adding.add("https://songs.example/12", by=by, at=people.at))
    with people.sitting("Odile") as by:
        examining.check(new, [], gone=True, by=by, at=people.at)
    during(lambda by: disposing.propose(new, by=by, at=people.at))
    assert MaterialDisposal.objects.get().item == new
