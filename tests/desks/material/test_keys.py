"""Tests that an item's sealed data follow key changes and can be restored from a backup."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from heedline.backups import loading
from heedline.backups.plan import Side, copied
from heedline.casework.keys import directory
from heedline.casework.records import desk_parts
from heedline.casework.setup import readdressing
from heedline.reports.models import DeskFile, DeskPartHeader, DeskPartPayload
from heedline.specialist_desks.material.evidence import capturing, entries, wholeness
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.items import adding
from heedline.specialist_desks.material.models import (
    EvidenceEntry,
    Examination,
    MaterialDisposal,
    MaterialItem,
    MaterialSighting,
)
from heedline.specialist_desks.material.notices import lines, sending
from heedline.specialist_desks.material.outcomes import disposing, figures
from heedline.specialist_desks.material.queue import reading
from tests.desks.test_example_desk import _back_up
from tests.support.leaving_scene import a_third_officer, an_hour_later, ended, leaves, settled
from tests.support.material_scene import an_item_of
from tests.support.notice_scene import INTERNAL, POST, approved, unlawful_item
from tests.support.scene_people import People
from tests.support.search_scene import indexed
from tests.support.small_internet import Internet

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


def rows_of_the_desk() -> dict[str, list[tuple[object, ...]]]:
    """Every row of the desk's tables."""
    found = {}
    with connection.cursor() as cursor:
        for table in {one.table for one in copied() if one.table.startswith("material_")}:
            cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
            found[table] = cursor.fetchall()
    return found


def restored(people: People, halves: loading.Halves) -> None:
    """Empty the database and load these halves of backups."""
    raw = connection.connection
    raw.execute("SET CONSTRAINTS ALL IMMEDIATE")
    raw.execute("SET LOCAL session_replication_role = replica")  # the log lets nobody truncate it
    raw.execute(f"TRUNCATE {', '.join(dict.fromkeys(one.table for one in copied()))} CASCADE")
    raw.execute("SET LOCAL session_replication_role = origin")
    with loading.as_owner(raw):
        loading.copy_in(raw, halves, lambda words: None)
    directory.forget()
    people.tokens.clear()


@pytest.mark.usefixtures("stored")
def test_an_item_comes_back_from_a_backup_with_all_that_belongs_to_it(
    people: People, internet: Internet, settings: Settings, tmp_path: Path
) -> None:
    settings.PAGES_DIR = tmp_path / "pages"
    settings.PAGES_DIR.mkdir()
    ref = unlawful_item(people)
    notice = approved(people, item=ref)
    with people.sitting("Odile") as by:
        reading.item(ref, by=by, at=people.at)
        capturing.capture(ref, by=by, at=people.at)
        sending.send(notice, by=by, at=people.at)
        alone = adding.add("https://third.example/x", by=by, at=people.at)
        examining.check(alone, [], gone=True, by=by, at=people.at)
        disposing.propose(alone, by=by, at=people.at)
    before = rows_of_the_desk()
    empty = {table for table, rows in before.items() if not rows}
    assert empty <= {"material_notice_answer", "material_examiner_day"}
    settled(people)
    (tmp_path / "backup").mkdir()
    halves = _back_up(people, tmp_path / "backup")
    header = "reports_desk_part_header.copy"
    assert header in {one.file for one in halves[Side.KEYS][1].parts}
    assert header not in {one.file for one in halves[Side.BODIES][1].parts}, "who may open it lies apart"
    restored(people, halves)
    assert rows_of_the_desk() == before
    indexed(people)
    with people.sitting("Odile") as by:
        found = reading.item(ref, by=by, at=people.at)
        (entry,) = entries.opened(MaterialItem.objects.get(id=ref), by.keys())
        assert wholeness.verify(ref, by=by, at=people.at) == ()
        told = lines.one(notice, by=by, at=people.at).stored.content
    assert found.examinations[0].told["reasons"] == {"ta2006-s1": INTERNAL}
    assert found.line.reports == 1, "the index is made anew, and the item is found in it"
    assert entry.link.words["told"]["address"] == POST
    assert told.items[0].address == POST


@pytest.mark.usefixtures("stored")
def test_what_was_disposed_of_since_does_not_come_back_with_older_bodies(
    people: People, internet: Internet, tmp_path: Path
) -> None:
    kept = unlawful_item(people)
    with people.sitting("Odile") as by:
        gone = adding.add("https://third.example/x", by=by, at=people.at)
        for ref in (gone, kept):
            capturing.capture(ref, by=by, at=people.at)
        examining.check(gone, [], gone=True, by=by, at=people.at)
    settled(people)
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    old = _back_up(people, tmp_path / "old")
    with people.sitting("Odile") as by:
        disposing.propose(gone, by=by, at=people.at)
    with people.sitting("Olga") as by:
        certificate = disposing.dispose(gone, by=by, at=people.at)
        later = adding.add("https://third.example/y", by=by, at=people.at)
        examining.check(later, [], gone=True, by=by, at=people.at)
        disposing.propose(later, by=by, at=people.at)
    settled(people)
    new = _back_up(people, tmp_path / "new")
    assert b"third.example" not in b"".join(one.read_bytes() for one in new[Side.KEYS][0].iterdir())
    restored(people, {Side.BODIES: old[Side.BODIES], Side.KEYS: new[Side.KEYS]})
    assert list(MaterialItem.objects.values_list("id", flat=True)) == [kept]
    for model in (EvidenceEntry, Examination, MaterialSighting):
        assert set(model._default_manager.values_list("item_id", flat=True)) <= {kept}, model
    for part in (DeskPartHeader, DeskPartPayload, DeskFile):
        rows = part._default_manager
        assert rows.filter(thing=kept).exists(), part
        assert not rows.filter(thing=gone).exists(), part
    rows_of = MaterialDisposal.objects
    assert rows_of.get(item=gone).certificate["entries"] == certificate.entries == 1  # type: ignore[index]
    assert not rows_of.filter(decided_on=None).exists(), "a proposal about an item that is not there ends"
    with people.sitting("Odile") as by:
        assert reading.item(kept, by=by, at=people.at).examinations[0].told
        assert figures.figures(people.at.date(), people.at.date(), by=by, at=people.at).uncounted == 1
