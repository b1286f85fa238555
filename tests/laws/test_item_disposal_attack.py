"""Tests that an officer with SQL access as the office process cannot erase an item or its evidence."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from heedline.audit.models import Event
from heedline.casework.records import desk_parts
from heedline.reports.models import DeskPartHeader, DeskPartPayload
from heedline.specialist_desks.material.evidence import capturing, known, reading
from heedline.specialist_desks.material.evidence.chain import EvidenceKind
from heedline.specialist_desks.material.evidence.entries import add
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.items.found_item import find
from heedline.specialist_desks.material.models import (
    EvidenceEntry,
    HashBankPage,
    MaterialDisposal,
    MaterialItem,
)
from heedline.specialist_desks.material.vocabulary import BANK, FIGURES, MaterialAct
from tests.desks.material.conftest import internet, stored  # noqa: F401 (fixtures)
from tests.support.cast import House, now
from tests.support.material_scene import an_item_of
from tests.support.scene_people import People, logged
from tests.support.small_internet import Internet

pytestmark = pytest.mark.django_db
TABLES = [
    "material_item",
    "material_examination",
    "material_evidence",
    "material_liveness_watch",
    "material_notice",
    "material_notice_attempt",
    "material_notice_answer",
    "material_sighting",
    "material_hash_bank",
    "material_disposal",
    "reports_desk_part_header",
    "reports_desk_part_payload",
    "reports_desk_file",
]


@pytest.fixture
def people(material: House) -> People:
    return People(material, now())


@pytest.fixture
def item(people: People) -> UUID:
    """Create a finished item with one evidence entry."""
    with people.sitting("Odile") as by:
        ref = an_item_of("material", people)
        add(find(ref, by=by, at=people.at), EvidenceKind.UPLOAD, [], {"title": "x"}, MaterialAct.UPLOADED)
        examining.check(ref, [], gone=True, by=by, at=people.at)
    return ref


def refused(statement: str, *values: Any, match: str) -> None:
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match=match), transaction.atomic():
        cursor.execute(statement, values)


def decided(disposal: UUID, figures: UUID | None) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT permits.decide_item_disposal(%s, %s)", [disposal, figures])
        return str(cursor.fetchone()[0])


def proposed(people: People, item: UUID, name: str) -> UUID:
    """Write a proposal in the session of `name`, bypassing the verb."""
    desk, officer = people.house.desks["material"].id, people.house.officers[name].id
    row = MaterialDisposal.objects.create(
        desk_id=desk, item=item, proposed_by_id=officer, proposed_on=people.at.date()
    )
    return row.id


def kept_for(people: People, disposal: UUID, part: str = FIGURES) -> UUID:
    desk = people.house.desks["material"].id
    return desk_parts.seal(desk, disposal, {"x": 1}, part=part, on=people.at.date())


def untouched(item: UUID, parts: int) -> bool:
    return (
        MaterialItem.objects.filter(id=item).exists()
        and EvidenceEntry.objects.filter(item_id=item).count() == 1
        and DeskPartHeader.objects.filter(thing=item).count() == parts
    )


def test_no_row_of_the_desk_is_deleted_by_anybody(people: People, item: UUID) -> None:
    parts = DeskPartHeader.objects.filter(thing=item).count()
    for name in ("Odile", "Olga"):
        with people.sitting(name):
            for table in TABLES:
                refused(f"DELETE FROM {table}", match="permission denied")
            refused("UPDATE material_evidence SET head = ''", match="permission denied")
            refused("UPDATE reports_desk_part_payload SET payload = ''", match="permission denied")
            refused(
                "SELECT permits.dispose_desk_parts(%s, %s)",
                people.house.desks["material"].id,
                item,
                match="does not exist",
            )
            with connection.cursor() as cursor:
                cursor.execute("SELECT permits.drop_old_bank_parts(%s)", [item])
    assert untouched(item, parts)


def test_one_person_alone_disposes_of_nothing(people: People, item: UUID) -> None:
    parts = DeskPartHeader.objects.filter(thing=item).count()
    desk = people.house.desks["material"].id
    odile, olga = people.house.officers["Odile"].id, people.house.officers["Olga"].id
    forged = (
        "INSERT INTO material_disposal (id, desk_id, item, proposed_by_id, proposed_on, decided_by_id, decided_on, done)"
        " VALUES (gen_random_uuid(), %s, %s, %s, current_date, %s, %s, %s)"
    )
    with people.sitting("Olga"):
        for values in (
            (odile, None, None, False),  # in a colleague's name
            (olga, odile, people.at.date(), True),  # decided already
            (olga, None, None, True),
        ):
            refused(forged, desk, item, *values, match="begins as a proposal")
        refused(forged, desk, uuid4(), olga, None, None, False, match="begins as a proposal")
        assert decided(uuid4(), uuid4()) == "not-yours"
        mine = proposed(people, item, "Olga")
        assert decided(mine, kept_for(people, mine)) == "not-yours"
        for change in ("done = true", f"proposed_by_id = '{odile}'", "item = gen_random_uuid()"):
            refused(f"UPDATE material_disposal SET {change}", match="permission denied")
    with people.sitting("Odile"):
        assert decided(mine, kept_for(people, mine)) == "not-yours", "she does not lead the desk"
    with people.sitting("Oren"):
        assert decided(mine, None) == "not-yours", "he is of another desk"
    assert untouched(item, parts)


def test_the_database_asks_what_is_disposed_of_and_marks_it(people: People, item: UUID) -> None:
    parts = DeskPartHeader.objects.filter(thing=item).count()
    with people.sitting("Odile"):
        disposal = proposed(people, item, "Odile")
    with people.sitting("Olga"):
        other = kept_for(people, disposal, BANK)
        for figures in (uuid4(), MaterialItem.objects.get(id=item).container, other):
            assert decided(disposal, figures) == "not-yours", "no figures of it are kept"
        MaterialItem.objects.filter(id=item).update(referral_due_at=people.at)
        assert decided(disposal, kept_for(people, disposal)) == "not-finished"
        MaterialItem.objects.filter(id=item).update(referral_due_at=None)
        assert untouched(item, parts)
        assert decided(disposal, kept_for(people, disposal)) == "done"
        assert decided(disposal, kept_for(people, disposal)) == "not-yours", "once"
    assert not MaterialItem.objects.filter(id=item).exists()
    assert not DeskPartHeader.objects.filter(thing=item).exists()
    event = Event.objects.get(act="material-disposed")
    assert (event.thing_id, event.detail["entries"], event.detail["parts"]) == (item, 1, parts)


@pytest.mark.parametrize(
    "change", ["state = 'new', round = round + 1", "version = version + 1", "container = gen_random_uuid()"]
)
def test_a_proposal_is_void_once_the_item_changes(people: People, item: UUID, change: str) -> None:
    parts = DeskPartHeader.objects.filter(thing=item).count()
    with people.sitting("Odile"):
        disposal = proposed(people, item, "Odile")
    with people.sitting("Olga"):
        MaterialItem.objects.filter(id=item).update(indexed=uuid4())
        assert MaterialDisposal.objects.get(id=disposal).decided_on is None, "to be found again is no change"
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE material_item SET {change} WHERE id = %s", [item])
            cursor.execute("UPDATE material_item SET state = 'gone' WHERE id = %s", [item])
        assert decided(disposal, kept_for(people, disposal)) == "not-yours"
        refused("SELECT permits.end_item_disposal()", match="can only be called as triggers")
    row = MaterialDisposal.objects.get(id=disposal)
    assert (row.done, row.decided_by_id) == (False, None)
    assert untouched(item, parts)


def forged_page(people: People, ref: UUID) -> None:
    """Insert a page of the bank whose id is that of another thing, and ask for its old parts to be deleted."""
    desk = people.house.desks["material"].id
    one = desk_parts.seal(desk, ref, {"entries": []}, part=BANK, on=people.at.date())
    HashBankPage.objects.create(id=ref, desk_id=desk, container=one, entries=0)
    for container in (uuid4(), DeskPartHeader.objects.filter(thing=ref).exclude(part=BANK)[0].container):
        with pytest.raises(DatabaseError, match="sealed as one"), transaction.atomic():
            HashBankPage.objects.filter(id=ref).update(container=container)
    with connection.cursor() as cursor:
        cursor.execute("SELECT permits.drop_old_bank_parts(%s)", [ref])


def test_a_forged_page_of_the_bank_deletes_nothing_of_an_item(people: People, item: UUID) -> None:
    def parts(ref: UUID) -> set[UUID]:
        return set(
            DeskPartHeader.objects.filter(thing=ref).exclude(part=BANK).values_list("container", flat=True)
        )

    def payloads(ref: UUID) -> int:
        return DeskPartPayload.objects.filter(container__in=parts(ref)).count()

    with people.sitting("Odile"):
        disposal = proposed(people, item, "Odile")
        before = parts(item)
        forged_page(people, item)
    assert parts(item) == before
    assert payloads(item) == len(before) > 0
    with people.sitting("Olga"):
        figures = kept_for(people, disposal)
        assert decided(disposal, figures) == "done"
    with people.sitting("Odile"):
        forged_page(people, disposal)
    assert parts(disposal) == {figures}
    assert payloads(disposal) == 1


def test_a_page_of_the_bank_stays_while_no_later_one_is_stored(people: People) -> None:
    desk, page = people.house.desks["material"].id, uuid4()
    with people.sitting("Odile"), connection.cursor() as cursor:
        old, new = (
            desk_parts.seal(desk, page, {"entries": []}, part=BANK, on=people.at.date()) for _ in range(2)
        )
        cursor.execute("SELECT permits.drop_old_bank_parts(%s)", [page])
        assert DeskPartHeader.objects.filter(container__in=(old, new)).count() == 2
        HashBankPage.objects.create(id=page, desk_id=desk, container=new, entries=0)
        cursor.execute("SELECT permits.drop_old_bank_parts(%s)", [page])
    assert [one.container for one in DeskPartHeader.objects.filter(thing=page)] == [new]
    assert [one.container for one in DeskPartPayload.objects.filter(thing=page)] == [new]


@pytest.mark.usefixtures("stored")
def test_the_bank_is_not_emptied_without_a_trace(
    people: People,
    internet: Internet,  # noqa: F811
) -> None:
    """Its number falls only with an item, each change is logged, and what is missing comes back from the evidence."""
    with people.sitting("Odile") as by:
        first, second = (an_item_of("material", people, f"https://third.example/{one}") for one in "xy")
        for _ in range(2):
            capturing.capture(first, by=by, at=people.at)
        examining.check(first, [], gone=True, by=by, at=people.at)
    page = HashBankPage.objects.get()
    rows, desk = HashBankPage.objects.filter(id=page.id), page.desk_id

    def changes() -> list[tuple[int, int]]:
        found = Event.objects.filter(act="material-bank-changed").order_by("id")
        return [(one.detail["before"], one.detail["entries"]) for one in found]

    assert changes() == [(0, 1), (1, 2)]
    with people.sitting("Odile"):
        empty = desk_parts.seal(desk, page.id, {"entries": []}, part=BANK, on=people.at.date())
        for left in (1, 0):
            refused(
                "UPDATE material_hash_bank SET container = %s, entries = %s",
                empty,
                left,
                match="known hashes go",
            )
        refused("UPDATE material_hash_bank SET id = gen_random_uuid()", match="permission denied")
        proposed(people, first, "Odile")
        refused("UPDATE material_hash_bank SET container = %s, entries = 0", empty, match="known hashes go")
    with people.sitting("Olga"), connection.cursor() as cursor:
        with transaction.atomic():  # she could dispose of the item, and its hashes with it
            rows.update(container=empty, entries=0)
            transaction.set_rollback(True)
        rows.update(container=empty)
        cursor.execute("SELECT permits.drop_old_bank_parts(%s)", [page.id])
    assert changes()[2:] == [(2, 2)], "nothing is changed without a mark"
    with people.sitting("Odile") as by:
        capturing.capture(second, by=by, at=people.at)
        (match,) = reading.evidence_of(second, by=by).known
        assert match.ref == first, "which is known again"
        assert known.mend(desk, by=by, at=people.at) == 0
    assert [one.detail for one in logged("material-bank-mended")] == [{"entries": 2}]
    assert changes()[3:] == [(2, 4), (4, 5)]
    with people.sitting("Olga") as by:
        found = find(first, by=by, at=people.at)
        known.forget(found)
        assert rows.get().entries == 3
