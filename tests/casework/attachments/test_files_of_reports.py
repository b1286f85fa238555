"""Files of reports: listed for the desk, handed over and disposed of with the report, swept when nothing names them."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction

from heedline.casework.access.session import Attendance
from heedline.casework.attachments import sweeping, viewing
from heedline.casework.attachments.stored_objects import storage
from heedline.casework.attachments.taking import IncomingFile, still_good
from heedline.casework.contact import messages
from heedline.casework.duty import reports_clock
from heedline.casework.errors import NotHere
from heedline.casework.intake.draft_files import DraftFile
from heedline.casework.journey import transitions
from heedline.casework.setup import readdressing
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import Alarm
from heedline.files.sealed_stream import read_range
from heedline.reports.models import Derivative, FileState, Report, ReportFile, SealedHeader
from heedline.vault import CannotOpen
from heedline.vault.codes import ReceiptCode
from heedline.vault.containers.container import file_key
from tests.support import stories
from tests.support.acting import acting
from tests.support.files_scene import add_file, picture
from tests.support.keeping_scene import disposed, with_leads
from tests.support.leaving_scene import a_third_officer, leaves, settled
from tests.support.scene_people import NORTH_EAST, People, row
from tests.support.uploads import JPEG

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored(tmp_path: Path, settings) -> Path:  # type: ignore[no-untyped-def]
    settings.FILES = tmp_path / "files"
    return tmp_path / "files"


def taken(people: People, name: str = "van.jpg", data: bytes = JPEG) -> DraftFile:
    incoming = IncomingFile(name)
    incoming.write(data)
    return incoming.finish(people.at)


def with_photo(people: People) -> tuple[UUID, ReceiptCode, DraftFile]:
    """A report at the north-east desk with a photo."""
    file = taken(people)
    new = replace(stories.new_report(**NORTH_EAST), files=(file,))
    stories.send(new, at=people.at)
    return new.report_id, new.code, file


def contents(by: Attendance, file: DraftFile) -> bytes:
    """The file, opened with the keys of this session."""
    row_of = ReportFile.objects.get(container=file.container)
    header = SealedHeader.objects.get(container=file.container)
    key = file_key(bytes(header.header), by.keys().for_any(header.epochs))
    read = lambda start, length: storage().read(row_of.object, start, length)  # noqa: E731
    return b"".join(read_range(key, read, row_of.size, 0, file.length))


def aged(folder: Path, hours: int) -> None:
    for one in folder.glob("??/*"):
        os.utime(one, (time.time() - hours * 3600,) * 2)


def test_the_desk_sees_a_list_of_the_files_and_opens_them_with_its_keys(people: People, stored: Path) -> None:
    ref, code, file = with_photo(people)
    with acting("public"):
        film = taken(people, "film.mp4", b"\0\0\0\x18ftypmp42" + JPEG)
        messages.say(code, "The film.", message_id=uuid4(), at=people.at, files=(film,))
    photo, later = people.read(ref).files
    assert (photo.name, photo.kind_words, photo.length, photo.missing) == (
        "van.jpg",
        "Image",
        len(JPEG),
        False,
    )
    assert photo.scan_words == "Not checked for malware"
    assert (later.name, later.kind_words) == ("film.mp4", "Video")
    assert later.message_words
    with people.sitting("Odile") as odile:
        assert contents(odile, file) == JPEG
        assert contents(odile, film).endswith(JPEG)


def test_another_desk_sees_and_opens_nothing(people: People, stored: Path) -> None:
    ref, _, file = with_photo(people)
    with pytest.raises(NotHere):
        people.read(ref, "Otto")
    with people.sitting("Otto"):
        assert not ReportFile.objects.exists()
        assert not SealedHeader.objects.filter(container=file.container).exists()


def test_a_handed_over_report_takes_its_files_along(people: People, stored: Path) -> None:
    ref, _, file = with_photo(people)
    before = {one.name: one.read_bytes() for one in stored.glob("??/*")}
    people.take(ref)
    with people.sitting("Odile") as odile:
        transitions.hand_over(ref, "south-west", "Theirs", version=row(ref).version, by=odile, at=people.at)
        ring = odile.keys()
    header = SealedHeader.objects.get(container=file.container)
    with pytest.raises(CannotOpen):
        file_key(bytes(header.header), list(ring.seeds.values()))
    with people.sitting("Otto") as otto:
        assert contents(otto, file) == JPEG
    assert {one.name: one.read_bytes() for one in stored.glob("??/*")} == before, "only headers are rewritten"


def test_a_leaver_opens_no_file_afterwards_and_its_object_stays_as_it_is(
    people: People, stored: Path
) -> None:
    a_third_officer(people)
    _, _, file = with_photo(people)
    settled(people)
    before = {one.name: one.read_bytes() for one in stored.glob("??/*")}
    with people.sitting("Olga") as olga:
        assert contents(olga, file) == JPEG
        held = list(olga.keys().seeds.values())
    leaves(people, "Olga")
    people.tokens.pop("Odile", None)
    desk = people.house.desks["north-east"].id
    with people.sitting("Odile") as odile:
        assert readdressing.readdress(desk, by=odile, at=people.at).left == 0
    header = SealedHeader.objects.get(container=file.container)
    with pytest.raises(CannotOpen):
        file_key(bytes(header.header), held)
    people.tokens.clear()
    with people.sitting("Odile") as odile:
        assert contents(odile, file) == JPEG
    assert {one.name: one.read_bytes() for one in stored.glob("??/*")} == before, "only headers are rewritten"


def test_disposal_deletes_rows_header_and_object(
    people: People,
    stored: Path,
    django_capture_on_commit_callbacks,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[no-untyped-def]
) -> None:
    with_leads(people)
    file = taken(people)
    new_report = stories.new_report
    monkeypatch.setattr(stories, "new_report", lambda **told: replace(new_report(**told), files=(file,)))
    with django_capture_on_commit_callbacks(execute=True):
        disposed(people)
    assert not ReportFile.objects.exists()
    assert not SealedHeader.objects.filter(part="file").exists()
    assert list(stored.glob("??/*")) == []


def test_what_nothing_names_is_swept_after_two_days(people: People, stored: Path) -> None:
    _, _, sent = with_photo(people)
    left = taken(people, "left.jpg", JPEG + b"left")
    with acting("worker"):
        assert sweeping.sweep(people.at) == 0
        aged(stored, 47)
        assert sweeping.sweep(people.at) == 0
        aged(stored, 49)
        assert sweeping.sweep(people.at) == 1
        assert sweeping.check(people.at) == 0
    assert still_good(sent, people.at)
    assert not still_good(left, people.at)


def test_the_first_file_of_all_is_swept_too_where_no_report_has_one(people: People, stored: Path) -> None:
    people.send()
    taken(people)
    aged(stored, 49)
    with acting("worker"):
        assert sweeping.sweep(people.at) == 1
    assert not list(stored.glob("??/*"))


def test_a_worker_with_an_empty_database_deletes_nothing(people: People, stored: Path) -> None:
    taken(people)
    aged(stored, 1000)
    with acting("worker"):
        assert sweeping.sweep(people.at) == 0
    assert len(list(stored.glob("??/*"))) == 1


@pytest.mark.parametrize("harm", ["gone", "cut"])
def test_a_missing_object_is_noticed_and_said_on_the_report(people: People, stored: Path, harm: str) -> None:
    ref, _, _ = with_photo(people)
    (there,) = stored.glob("??/*")
    whole = there.read_bytes()
    there.unlink() if harm == "gone" else there.write_bytes(whole[:-1])
    for _ in range(2):
        with acting("worker"):
            assert reports_clock.check_files(people.at) == 1
        (alarm,) = Alarm.objects.filter(kind=AlarmKind.FILE_MISSING)
        assert (alarm.about_id, alarm.desk_id) == (ref, Report.objects.get(id=ref).desk_id)
    assert people.read(ref).files[0].missing
    there.write_bytes(whole)
    Alarm.objects.all().delete()
    with acting("worker"):
        assert reports_clock.check_files(people.at) == 0
    assert not people.read(ref).files[0].missing
    assert not Alarm.objects.filter(kind=AlarmKind.FILE_MISSING).exists()


def test_a_derivative_belongs_to_a_file_of_its_report(people: People, stored: Path) -> None:
    ref, _, file = with_photo(people)
    other, _, _ = with_photo(people)

    def derivative(report: UUID) -> None:
        Derivative.objects.create(
            container=uuid4(),
            report_id=report,
            file_id=file.container,
            description=uuid4(),
            object=uuid4(),
            size=65_568,
            state=FileState.KEPT.value,
        )

    for report in (ref, other):  # only viewer.keep_derivative adds one
        with people.sitting("Odile"), pytest.raises(DatabaseError), transaction.atomic():
            derivative(report)
    derivative(ref)
    with people.sitting("Odile"):
        assert Derivative.objects.count() == 1
    with people.sitting("Otto"):
        assert not Derivative.objects.exists()
        with pytest.raises(DatabaseError), transaction.atomic():
            derivative(ref)


def test_files_are_listed_in_the_order_in_which_they_came(people: People) -> None:
    """They are not listed in the order of their random names."""
    ref, _ = people.taken("Odile")
    came = [
        add_file(ref, picture((40, 30)), at=people.at + timedelta(minutes=minutes), name=f"{minutes}.jpg")
        for minutes in (5, 2, 4, 1, 3)
    ]
    with people.sitting("Odile") as by:
        listed = viewing.files_of(ref, by=by, at=people.at).files
    assert [one.line.name for one in listed] == [f"{minutes}.jpg" for minutes in range(1, 6)]
    assert {one.container for one in listed} == set(came)


def test_files_that_came_at_one_moment_never_change_places(people: People) -> None:
    """Rows are written anew, elsewhere in their table, when a report is addressed to other keys."""
    ref, _ = people.taken("Odile")
    for size in range(4):
        add_file(ref, picture((40, 30 + size)), at=people.at, together=True)

    def listed() -> list[UUID]:
        with people.sitting("Odile") as by:
            return [one.container for one in viewing.files_of(ref, by=by, at=people.at).files]

    before = listed()
    rows = list(SealedHeader.objects.filter(report=ref, part="message"))
    SealedHeader.objects.filter(report=ref, part="message").delete()
    SealedHeader.objects.bulk_create(rows[::-1])
    assert listed() == before
