"""Photos, videos and documents with a report or a message, on pages without a script."""

from __future__ import annotations

import json
import tracemalloc
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings as django_settings
from django.db import connection

from heedline.casework.attachments import taking
from heedline.casework.attachments.stored_objects import storage
from heedline.files.padding import padded_size
from heedline.files.storage import FolderStorage
from heedline.intake.models import DraftRow
from heedline.packs.rules.file_limits import FileLimits
from heedline.reports.models import Message, Report, ReportFile, SealedHeader
from heedline.web.uploads.incoming_files import FileReceiver
from tests.laws import thief
from tests.sites.public.mishaps import just_before_saving
from tests.sites.public.walker import DRAFT, Walker, another_tab
from tests.support.acting import acting
from tests.support.uploads import JPEG, KIND, body_of, send_file

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"placeholder " * 100


@pytest.fixture
def stored(tmp_path: Path, settings) -> Path:  # type: ignore[no-untyped-def]
    """The folder of the storage."""
    settings.FILES = tmp_path / "files"
    return tmp_path / "files"


def objects(folder: Path) -> list[Path]:
    return sorted(one for one in folder.glob("??/*"))


@pytest.fixture
def adding(rosa: Walker, stored: Path) -> Walker:
    """Rosa on the page for files, after she has answered everything."""
    return rosa.tell("A van stood at the gate three nights in a row.").follow(
        "Add photos, videos or documents"
    )


def test_a_photo_is_sent_with_a_report(adding: Walker, stored: Path) -> None:
    assert "You can add up to 20 files. Each file can be up to 100 MB." in adding.main
    adding.add_file("van at the gate.jpg", JPEG)
    assert adding.at == "/r/files/"
    assert "van at the gate.jpg (5 KB)" in adding.main
    adding.follow("Continue")
    assert adding.heading == "Check your answers"
    assert "van at the gate.jpg" in adding.main
    adding.press("Send your report")
    assert adding.at == "/code/"
    (file,) = ReportFile.objects.all()
    assert file.report_id == Report.objects.get().id
    assert SealedHeader.objects.get(part="file").container == file.container
    (there,) = objects(stored)
    assert UUID(there.name) == file.object
    assert there.stat().st_size == file.size


@pytest.mark.parametrize(
    ("kind", "door", "first", "answers"),
    [
        ("online", "Something online", {}, {"addresses": "https://films.example/1"}),
        (
            "person",
            "Someone you are worried about",
            {"who": "friend"},
            {"narrative": "He wants to go and fight."},
        ),
    ],
)
def test_a_screenshot_is_sent_with_a_report_of_another_kind(
    rosa: Walker, stored: Path, kind: str, door: str, first: dict[str, str], answers: dict[str, str]
) -> None:
    rosa.visit("/").follow(door).press("Start", danger="no")
    if first:
        rosa.press("Continue", **first)
    rosa.press("Skip the other questions", **answers)
    rosa.follow("Add photos, videos or documents").add_file("screenshot.png", PNG)
    rosa.follow("Continue")
    assert "screenshot.png" in rosa.main
    rosa.press("Send what you have written" if kind == "person" else "Send your report")
    report = Report.objects.get()
    assert report.kind == kind
    assert ReportFile.objects.get().report_id == report.id
    assert len(objects(stored)) == 1


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files of a megabyte at most."""
    monkeypatch.setattr(taking, "limits", lambda: FileLimits(2, 1, ("activity",)))


def test_what_may_be_sent_and_what_hides_in_a_photo_is_said_first(adding: Walker) -> None:
    said = adding.main
    for words in (
        "up to 100 MB",
        "where and when a photo was taken",
        "a copy that does not contain these hidden details",
    ):
        assert said.index(words) < said.index("Choose a file")


def test_a_file_can_be_removed_before_sending(adding: Walker, stored: Path) -> None:
    adding.add_file("one.jpg", JPEG).add_file("two.jpg", JPEG + b"2")
    assert len(objects(stored)) == 2
    adding.press("Remove one.jpg")
    assert "one.jpg" not in adding.main
    assert "two.jpg" in adding.main
    assert len(objects(stored)) == 1


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("", b"", 'Choose a file before you press "Add this file".'),
        ("empty.jpg", b"", "This file is empty."),
        ("large.mp4", bytes(1_000_001), "It must be 1 MB or smaller."),
    ],
)
@pytest.mark.usefixtures("small")
def test_a_mistake_in_a_file_is_explained_and_loses_no_answer(
    adding: Walker, stored: Path, name: str, data: bytes, said: str
) -> None:
    adding.add_file(name, data)
    assert said in adding.main
    assert adding.title.startswith("Error:")
    assert objects(stored) == []
    assert "A van stood at the gate" in adding.follow("Continue").main


@pytest.mark.usefixtures("small")
def test_one_file_too_many_and_the_same_file_twice_are_refused(adding: Walker, stored: Path) -> None:
    adding.add_file("one.jpg", JPEG).add_file("the same.jpg", JPEG)
    assert "You have already added this file." in adding.main
    adding.add_file("two.jpg", JPEG + b"2")
    token = adding.typed("csrfmiddlewaretoken")
    assert "You have added 2 files." in adding.main
    with acting("public"):
        answer = send_file(adding.client, "/r/files/add/", body_of({"csrfmiddlewaretoken": token}, "3", b"3"))
    assert answer["Location"].endswith("?problem=too_many")
    assert len(objects(stored)) == 2


@pytest.mark.parametrize("kept", [-400, -30])
def test_a_file_that_was_cut_off_is_not_taken_for_a_whole_one(
    adding: Walker, stored: Path, kept: int
) -> None:
    body = body_of({"csrfmiddlewaretoken": adding.typed("csrfmiddlewaretoken")}, "van.jpg", JPEG)
    with acting("public"):
        answer = send_file(adding.client, "/r/files/add/", body[:kept], whole=False, announced=len(body))
        assert answer["Location"].endswith("?problem=interrupted")
        answer = send_file(adding.client, "/r/files/add/", body[:kept])  # and says that this is all
    assert "problem=" in answer["Location"]
    assert objects(stored) == []


def test_without_a_token_nothing_stays(adding: Walker, stored: Path) -> None:
    with acting("public"):
        answer = send_file(adding.client, "/r/files/add/", body_of({}, "van.jpg", JPEG))
    assert answer.status_code == 403
    assert objects(stored) == []


def test_somebody_without_a_draft_stores_nothing(rosa: Walker, stored: Path) -> None:
    rosa.visit("/messages/")
    fields = {"csrfmiddlewaretoken": rosa.typed("csrfmiddlewaretoken")}
    for path in ("/r/files/add/", "/messages/open/files/add/"):
        for cookie in ("", "x" * 43):
            rosa.client.cookies[DRAFT] = rosa.client.cookies[django_settings.VISIT_COOKIE] = cookie
            with acting("public"):
                answer = send_file(rosa.client, path, body_of(fields, "van.jpg", JPEG))
            assert answer.status_code in {200, 303, 410}
    assert objects(stored) == []


def test_nobody_reaches_the_files_of_another_draft(adding: Walker, stored: Path) -> None:
    adding.add_file("van.jpg", JPEG)
    listed = adding.page.forms[1].controls[-1].value
    other = Walker().start()
    other.visit("/r/files/")
    assert "van.jpg" not in other.main
    with acting("public"):
        token = other.typed("csrfmiddlewaretoken")
        other.client.post("/r/files/remove/", {"remove": listed, "csrfmiddlewaretoken": token})
        for hostile in ("", "../..", str(uuid4())):
            other.client.post("/r/files/remove/", {"remove": hostile, "csrfmiddlewaretoken": token})
    assert "van.jpg" in adding.visit("/r/files/").main
    assert len(objects(stored)) == 1


def test_pressing_send_twice_sends_each_file_once(adding: Walker) -> None:
    adding.add_file("van.jpg", JPEG).follow("Continue")
    pressed = {one.name: one.value for one in adding.page.forms[-1].controls if one.name}
    adding.press("Send your report")
    with acting("public"):
        again = adding.client.post("/r/check/", pressed)
    assert again["Location"] == "/code/"
    assert (Report.objects.count(), ReportFile.objects.count()) == (1, 1)


def test_leaving_deletes_the_files(adding: Walker, stored: Path) -> None:
    adding.add_file("van.jpg", JPEG).follow("Exit this page")
    assert objects(stored) == []


@pytest.mark.parametrize("path", ["/exit/", "/r/check/"])
def test_a_file_that_arrives_while_the_reporter_leaves_or_sends_is_deleted(
    adding: Walker, stored: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    tab = another_tab(adding)

    def act() -> None:
        tab.visit(path)
        if path == "/r/check/":
            tab.press("Send your report")

    just_before_saving(
        monkeypatch, lambda: None, act
    )  # the first one is saved to keep it while the file arrives
    adding.add_file("van.jpg", JPEG)
    assert objects(stored) == []
    assert ReportFile.objects.count() == 0


def test_a_file_and_an_answer_of_another_tab_are_both_kept(
    adding: Walker, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = another_tab(adding)
    just_before_saving(
        monkeypatch, lambda: None, lambda: tab.visit("/r/where/").press("Continue", place="Market Square")
    )
    adding.add_file("van.jpg", JPEG)
    assert len(objects(stored)) == 1
    assert "van.jpg" in adding.visit("/r/check/").main
    assert "Market Square" in adding.main


@pytest.mark.usefixtures("stored")
def test_leaving_deletes_the_answers_though_the_storage_does_not_answer(
    adding: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    adding.add_file("one.jpg", JPEG)
    monkeypatch.setattr(FolderStorage, "delete", away)
    adding.follow("Exit this page")
    assert not DraftRow.objects.exists()


@pytest.mark.usefixtures("stored")
def test_a_draft_sends_another_file_after_the_storage_did_not_answer(
    adding: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(FolderStorage, "delete", away)
        adding.add_file("empty.jpg", b"")
    assert "one.jpg" in adding.add_file("one.jpg", JPEG).main


def away(*_: object) -> None:
    raise ConnectionError("the object storage does not answer")


def test_a_file_that_is_gone_holds_up_the_report_once_and_loses_no_answer(
    adding: Walker, stored: Path
) -> None:
    adding.add_file("van.jpg", JPEG)
    objects(stored)[0].unlink()
    adding.follow("Continue").press("Send your report")
    assert "We no longer have one of your files" in adding.main
    assert "van.jpg" not in adding.main
    assert "A van stood at the gate" in adding.follow("Continue").main
    adding.press("Send your report")
    assert adding.at == "/code/"
    assert not ReportFile.objects.exists()


def test_a_full_disk_closes_files_and_never_text(
    adding: Walker, stored: Path, settings: pytest.FixtureRequest
) -> None:
    settings.FILES_KEEP_FREE = 2**60  # type: ignore[attr-defined]
    adding.add_file("van.jpg", JPEG)
    assert "We cannot take files at the moment." in adding.main
    adding.follow("Continue").press("Send your report")
    assert adding.at == "/code/"
    assert objects(stored) == []


@pytest.mark.usefixtures("stored")
def test_files_that_arrive_at_once_cannot_use_up_what_is_kept_for_text(
    settings: pytest.FixtureRequest,
) -> None:
    """Each found room when it began, and not for all the others."""
    incoming = taking.IncomingFile("film.mp4")
    incoming.write(bytes(100_000))
    settings.FILES_KEEP_FREE = 2**60  # type: ignore[attr-defined]
    with pytest.raises(taking.FileRefused) as refused:
        incoming.write(bytes(100_000))
    assert refused.value.problem is taking.FileProblem.NO_ROOM


def test_a_flood_from_one_draft_is_slowed_down(adding: Walker, stored: Path) -> None:
    body = body_of({"csrfmiddlewaretoken": adding.typed("csrfmiddlewaretoken")}, "", b"")
    with acting("public"):
        came = [send_file(adding.client, "/r/files/add/", body)["Location"][-11:] for _ in range(64)]
    assert came[0] == "none_chosen"
    assert came[-1].endswith("m=busy")
    assert objects(stored) == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Rosa\\photo.jpg", "photo.jpg"),
        ("\u202egpj.exe", "gpj.exe"),
        ("<svg onload=alert(1)>.jpg", "&lt;svg onload=alert(1)&gt;.jpg"),
        ("a\0b\x1b[31m.jpg", "ab[31m.jpg"),
    ],
)
def test_a_hostile_name_is_only_ever_a_name(adding: Walker, stored: Path, name: str, shown: str) -> None:
    adding.add_file(name, JPEG)
    assert f">{shown}<" in adding.html
    (there,) = objects(stored)
    assert UUID(there.name)


def test_a_thief_of_database_and_storage_learns_no_name_type_length_or_hash(
    adding: Walker, stored: Path
) -> None:
    large = JPEG + bytes(3_000_017)  # of a length that no counter reaches
    adding.add_file("verraeterisch.jpg", large).follow("Continue").press("Send your report")
    (there,) = objects(stored)
    taken = there.read_bytes()
    assert there.stat().st_size != len(large)
    assert len(taken) > padded_size(len(large))
    with connection.cursor() as cursor:

        def ask(sql: str) -> list[tuple[object, ...]]:
            cursor.execute(sql)
            return cursor.fetchall()

        rows = json.dumps(thief.tables(ask), default=str).encode()
    for secret in (
        "verraeterisch",
        "image/jpeg",
        sha256(large).hexdigest(),
        f'"{len(large)}"',
        f": {len(large)},",
    ):
        assert secret.encode() not in rows, secret
        assert secret.encode() not in taken
    assert JPEG[:20] not in taken  # its header: a piece of four bytes turns up in such a ciphertext by chance
    assert b"placeholder" not in taken


def test_a_file_of_any_length_takes_the_memory_of_a_few_blocks(stored: Path) -> None:
    body = body_of({}, "film.mp4", b"")
    head, tail = body[: body.index(b"\r\n--", 10)], body[body.index(b"\r\n--", 10) :]
    environ = {"CONTENT_TYPE": KIND}
    receiver = FileReceiver(environ, None, None)
    tracemalloc.start()
    try:
        receiver.write(head)
        for number in range(160):
            receiver.write(bytes([number]) * 256 * 1024)
        receiver.write(tail)
        receiver.finish(whole=True)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 4 * 2**20
    assert objects(stored)[0].stat().st_size > 160 * 256 * 1024
    receiver.close()
    assert objects(stored) == [], "what no page has claimed is deleted"


def test_a_film_is_added_later_with_the_code(rosa: Walker, stored: Path) -> None:
    code = rosa.send()
    rosa.press("I have saved my code")
    rosa.visit("/messages/").press("Open", code=code).follow("Add photos, videos or documents")
    rosa.add_file("film.mp4", JPEG).follow("Continue")
    assert "film.mp4" in rosa.main
    rosa.press("Send your message", danger="no", text="This is the film.")
    assert rosa.at == "/messages/open/sent/"
    (file,) = ReportFile.objects.all()
    assert file.message_id == Message.objects.get().id
    assert SealedHeader.objects.get(part="file").report_id == file.report_id
    assert "film.mp4" not in rosa.follow("Back to your messages").main
    assert storage().size(file.object) == file.size


def test_files_alone_are_a_message(rosa: Walker, stored: Path) -> None:
    code = rosa.send()
    rosa.visit("/messages/").press("Open", code=code).follow("Add photos, videos or documents")
    rosa.add_file("film.mp4", JPEG).follow("Continue").press("Send your message", danger="no")
    assert rosa.at == "/messages/open/sent/"
    assert ReportFile.objects.count() == 1


def test_closing_the_mailbox_deletes_files_that_were_not_sent(rosa: Walker, stored: Path) -> None:
    code = rosa.send()
    rosa.visit("/messages/").press("Open", code=code).follow("Add photos, videos or documents")
    rosa.add_file("film.mp4", JPEG).follow("Continue").press("Close and leave")
    assert objects(stored) == []
    rosa.visit("/messages/").press("Open", code=code)
    assert "film.mp4" not in rosa.main


def test_no_files_are_offered_with_a_question_for_advice(rosa: Walker, stored: Path) -> None:
    rosa.visit("/ask/").press("Ask for advice").visit("/r/files/")
    assert rosa.at != "/r/files/"


def test_django_itself_takes_no_files() -> None:
    assert django_settings.FILE_UPLOAD_HANDLERS == []
