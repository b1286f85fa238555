"""What the demonstration shows of finding and linking."""

from __future__ import annotations

import pytest

from heedline.casework.linking import own_entries, questions
from heedline.casework.pages import case_file
from heedline.jobs.demonstration import linking
from heedline.jobs.demonstration.scenario import read_reports, read_scenario
from heedline.packs import load_pack
from tests.support.linking_scene import investigator
from tests.support.scene_people import SOUTH_WEST, People, quarter_hour_over
from tests.support.subject_scene import shown

pytestmark = pytest.mark.django_db


def test_the_demonstration_links_three_reports_about_one_boy(people: People) -> None:
    scene = read_scenario(load_pack("uk")).linking
    assert scene is not None
    teacher, club, uncle = scene.reports
    entries = read_reports(load_pack("uk"))
    told = {one["name"]: one["told"]["narrative"] for one in entries if "name" in one}
    van = next(one["told"] for one in entries if "vehicle" in one["told"])
    watched, _ = people.send(narrative=van["narrative"], vehicle=van["vehicle"])
    reports = {name: people.taken(narrative=told[name])[0] for name in (teacher, club)}
    reports[uncle], _ = people.send(narrative=told[uncle], **SOUTH_WEST)
    quarter_hour_over(people.at)
    investigator(people, "Otto")
    linking.load(scene, ("Odile", "Otto", "Nadia"), reports, people.sitting, people.at)
    view = people.read(reports[teacher])
    [link] = view.subjects
    assert {one.ref for one in shown(people, reports[teacher], link.id).reports} == {
        reports[teacher],
        reports[club],
    }
    with people.sitting("Odile") as here:
        _, seen = case_file.with_earlier(reports[teacher], by=here, at=people.at)
    assert [one.verdict for one in seen.earlier if one.ref == reports[club]] == ["same"]
    with people.sitting("Otto") as here:
        [asked] = [one for one in questions.matches(by=here) if one.to_answer]
        assert asked.report == reports[uncle]
        [entry] = own_entries.mine(by=here, at=people.at)
        assert [one.desk_name for one in entry.hits] == ["North East desk"]
    assert [one.name for one in people.read(watched).contacts] == ["Otto O."]
