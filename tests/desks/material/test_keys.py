"""What is sealed of an item goes along when keys change, and comes back from a backup."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from heedline.backups import loading
from heedline.backups.plan import Side, copied
from heedline.casework.keys import directory
from heedline.casework.records import desk_parts
from heedline.casework.setup import readdressing
from heedline.reports.models import DeskPartHeader
from heedline.specialist_desks.material.models import Examination, MaterialItem
from heedline.specialist_desks.material.queue import reading
from tests.desks.test_example_desk import _back_up
from tests.support.leaving_scene import a_third_officer, an_hour_later, ended, leaves, settled
from tests.support.material_scene import an_item_of, examined, taken, unlawful
from tests.support.scene_people import People
from tests.support.search_scene import indexed

pytestmark = pytest.mark.django_db


def test_an_item_is_readdressed_when_somebody_leaves(people: People) -> None:
    with people.sitting("Odile"):
        ref = an_item_of("north-east", people)
    a_third_officer(people)
    settled(people)
    before = DeskPartHeader.objects.get(thing=ref)
    leaves(people)
    people.tokens.clear()
    desk = people.house.desks["north-east"].id
    with people.sitting("Odile") as odile:
        assert readdressing.left(desk, by=odile) > 0
        assert readdressing.readdress(desk, by=odile, at=people.at).left == 0
    an_hour_later(desk)
    with people.sitting("Odile") as odile:
        gone = ended(people)
        assert before.epoch in gone
        for epoch in gone:
            readdressing.destroy(epoch, by=odile, at=people.at)
        container = MaterialItem.objects.get(id=ref).container
        assert desk_parts.opened([container], odile.keys())[container]["addresses"]
    after = DeskPartHeader.objects.get(thing=ref)
    assert bytes(after.header) != bytes(before.header)
    assert after.epoch != before.epoch


def test_an_item_and_its_examination_come_back_from_a_backup(people: People, tmp_path: Path) -> None:
    ref = taken(people)
    examined(people, ref, "Odile", unlawful("ta2006-s1"))
    items, findings = list(MaterialItem.objects.values()), list(Examination.objects.values())
    settled(people)
    halves = _back_up(people, tmp_path)
    header = "reports_desk_part_header.copy"
    assert header in {one.file for one in halves[Side.KEYS][1].parts}
    assert header not in {one.file for one in halves[Side.BODIES][1].parts}, "who may open it lies apart"
    raw = connection.connection
    raw.execute("SET CONSTRAINTS ALL IMMEDIATE")
    raw.execute("SET LOCAL session_replication_role = replica")  # the log lets nobody truncate it
    raw.execute(f"TRUNCATE {', '.join(dict.fromkeys(one.table for one in copied()))} CASCADE")
    raw.execute("SET LOCAL session_replication_role = origin")
    with loading.as_owner(raw):
        loading.copy_in(raw, halves, lambda words: None)
    assert list(MaterialItem.objects.values()) == items
    assert list(Examination.objects.values()) == findings
    directory.forget()
    people.tokens.clear()
    indexed(people)
    with people.sitting("Odile") as by:
        found = reading.item(ref, by=by, at=people.at)
    assert found.examinations[0].told["reasons"] == {"ta2006-s1": "It praises an attack"}
    assert found.line.reports == 1, "the index is made anew, and the item is found in it"
