"""Tests that missing, truncated or replaced evidence is reported, and that the alarm links to its item."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pytest_django import Settings

from heedline.casework.duty import alarm_board, reports_clock
from heedline.dispatch.models import Alarm
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskFile, DeskPartHeader, FileState
from heedline.specialist_desks.material.evidence import capturing, reading, wholeness
from heedline.specialist_desks.material.models import EvidenceEntry
from heedline.specialist_desks.material.vocabulary import MaterialAlarm
from tests.support.acting import acting
from tests.support.material_scene import the_item
from tests.support.scene_people import People
from tests.support.small_internet import Internet

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stored")]


def captured_item(people: People) -> UUID:
    ref = the_item(people)
    with people.sitting("Odile") as odile:
        capturing.capture(ref, by=odile, at=people.at)
    return ref


def a_stored_file(settings: Settings) -> Path:
    """Return the item's largest stored object: its picture, or another of the same padded size."""
    return max(Path(settings.FILES).glob("??/*"), key=lambda one: one.stat().st_size)


def alarms_of(people: People) -> list[Alarm]:
    with acting("worker"):
        reports_clock.check_files(people.at)
        for _ in range(2):
            wholeness.watch(people.at)
    return list(Alarm.objects.filter(kind=MaterialAlarm.EVIDENCE_DAMAGED))


def lasts(alarm: Alarm, people: People) -> bool:
    with acting("worker"):
        return wholeness.is_damaged(alarm, people.at)


def gone(there: Path, whole: bytes) -> None:
    there.unlink()


def cut(there: Path, whole: bytes) -> None:
    there.write_bytes(whole[:-1])


@pytest.mark.parametrize("harm", [gone, cut])
def test_a_file_that_is_missing_or_cut_off_is_found_without_a_key(
    people: People, internet: Internet, settings: Settings, harm: Callable[[Path, bytes], None]
) -> None:
    ref = captured_item(people)
    assert alarms_of(people) == []
    there = a_stored_file(settings)
    whole = there.read_bytes()
    harm(there, whole)
    (alarm,) = alarms_of(people)
    assert (alarm.about_kind, alarm.about_id) == ("material-item", ref)
    with people.sitting("Olga") as olga:
        (line,) = [one for one in alarm_board.open_now(by=olga, at=people.at) if one.kind == alarm.kind]
        assert (line.page, line.about) == ("material-item", ref)
        assert line.title.startswith("Item ")
        assert not line.can_clear, "it stays until the file is back"
    there.write_bytes(whole)
    with acting("worker"):
        reports_clock.check_files(people.at)
    assert not lasts(alarm, people)


def test_a_file_that_was_exchanged_is_found_by_the_next_session_that_reads_it(
    people: People, internet: Internet, settings: Settings
) -> None:
    ref = captured_item(people)
    there = a_stored_file(settings)
    whole = there.read_bytes()
    others = [one for one in Path(settings.FILES).glob("??/*") if one != there]
    same = next((one for one in others if one.stat().st_size == len(whole)), None)
    there.write_bytes(same.read_bytes() if same is not None else whole[:-1] + bytes([whole[-1] ^ 1]))
    assert alarms_of(people) == [], "nobody without a key can see it"
    with people.sitting("Odile") as odile:
        ((number, role),) = wholeness.verify(ref, by=odile, at=people.at)
        assert number == 1
        capturing.look(ref, by=odile, at=people.at)
        assert EvidenceEntry.objects.filter(damaged=True).count() == 1, "the check itself is kept"
        (first,) = [one for one in reading.evidence_of(ref, by=odile).lines if one.number == 1]
        assert "damaged" in first.notes
    with people.sitting("Olga") as olga, pytest.raises(NotNow, match=f"The file {role} of entry 1"):
        reading.export(ref, by=olga, at=people.at)
    (alarm,) = alarms_of(people)
    assert alarm.about_id == ref
    assert lasts(alarm, people)
    there.write_bytes(whole)
    with people.sitting("Odile") as odile:
        assert wholeness.verify(ref, by=odile, at=people.at) == ()
    assert not lasts(alarm, people)


def test_a_copy_that_is_missing_is_made_again_and_is_no_alarm(
    people: People, internet: Internet, settings: Settings
) -> None:
    captured_item(people)
    row = DeskFile.objects.order_by("size").first()
    assert row is not None
    with acting("owner"):
        DeskFile.objects.filter(container=row.container).update(
            made_from=row.container, description=row.container, state=FileState.MISSING
        )
    with acting("worker"):
        wholeness.watch(people.at)
    assert not Alarm.objects.filter(kind=MaterialAlarm.EVIDENCE_DAMAGED).exists()


def test_a_file_for_which_a_session_has_no_key_is_not_called_damaged(
    people: People, internet: Internet
) -> None:
    ref = captured_item(people)
    container = DeskFile.objects.values_list("container", flat=True)[0]
    with acting("owner"):
        DeskPartHeader.objects.filter(container=container).update(epoch=uuid4())
    with people.sitting("Odile") as odile:
        assert wholeness.verify(ref, by=odile, at=people.at) == ()
