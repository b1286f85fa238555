"""A file arrives in parts, over a connection that breaks, and nobody without the draft's cookie can touch it."""

# ruff: noqa: F811 - fixtures of another file, which pytest finds by the names of parameters

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from heedline.casework.attachments import resuming, taking
from heedline.casework.attachments.taking import FileProblem
from heedline.casework.intake import drafting
from heedline.casework.intake.draft_files import DraftFile
from heedline.files.sealed_stream import read_range
from heedline.reports.models import ReportFile
from tests.sites.public.test_files import adding, objects, stored  # noqa: F401 (fixtures)
from tests.sites.public.walker import DRAFT, Walker
from tests.support.acting import acting
from tests.support.uploads import JPEG, send_part

pytestmark = pytest.mark.django_db
TUS = {"HTTP_TUS_RESUMABLE": "1.0.0"}
LIST = "/r/files/resumable/"
FILM = JPEG + bytes(range(256)) * 1000


class Script:
    """What the page's script does, in the browser of this walker."""

    def __init__(self, walker: Walker, *, token: bool = True) -> None:
        self.walker = walker
        self.given = {**TUS, "HTTP_X_CSRFTOKEN": walker.typed("csrfmiddlewaretoken")} if token else TUS

    def ask(self, method: str, path: str, **headers: str) -> Any:
        with acting("public"):
            return self.walker.client.generic(method, path, **{**self.given, **headers})

    def begin(self, length: object, name: str = "van.mp4") -> Any:
        given = f"filename {base64.b64encode(name.encode()).decode()},filetype dmlkZW8vbXA0"
        return self.ask("POST", LIST, HTTP_UPLOAD_LENGTH=str(length), HTTP_UPLOAD_METADATA=given)

    def begun(self, length: int = len(FILM), name: str = "van.mp4") -> str:
        made = self.begin(length, name)
        assert made.status_code == 201, made.content
        return str(made["Location"])

    def part(self, path: str, data: bytes, offset: int, **more: Any) -> Any:
        with acting("public"):
            return send_part(self.walker.client, path, data, offset, headers=self.given, **more)

    def offset(self, address: str) -> int:
        asked = self.ask("HEAD", address)
        assert asked.status_code == 200
        assert asked["Cache-Control"] == "no-store"
        return int(asked["Upload-Offset"])

    def files(self) -> tuple[DraftFile, ...]:
        return self.draft().files

    def draft(self) -> drafting.Draft:
        found = drafting.load(self.walker.cookie(DRAFT), at=datetime.now(UTC))
        assert found is not None
        return found


@pytest.fixture
def script(adding: Walker) -> Script:
    return Script(adding)


def test_a_film_that_is_cut_off_twice_arrives_as_it_was(script: Script, stored: Path) -> None:
    address = script.begun()
    assert script.part(address, FILM, 0, sent=100_000)["Upload-Offset"] == "100000"
    assert script.offset(address) == 100_000
    assert script.part(address, FILM[100_000:], 100_000, sent=1)["Upload-Offset"] == "100001"
    script.walker.visit("/r/files/")
    assert "We received only part of these files" in script.walker.main
    last = script.part(address, FILM[100_001:], 100_001)
    assert (last.status_code, last["Upload-Offset"]) == (204, str(len(FILM)))
    script.walker.visit("/r/files/")
    assert "van.mp4 (261 KB)" in script.walker.main
    assert "Only part" not in script.walker.main
    (file,) = script.files()
    assert (file.length, file.sha256, file.kind) == (len(FILM), hashlib.sha256(FILM).hexdigest(), "image")
    assert content(file) == FILM
    script.walker.follow("Continue").press("Send your report")
    assert ReportFile.objects.get().object == file.object
    assert len(objects(stored)) == 1
    assert script.ask("HEAD", address).status_code == 404


def content(file: DraftFile) -> bytes:
    return b"".join(read_range(file.key, resuming.reader(file.object), file.size, 0, file.length))


def test_a_program_that_was_killed_loses_at_most_the_last_chunk(script: Script, stored: Path) -> None:
    address = script.begun()
    script.part(address, FILM, 0, sent=200_000)
    (there,) = objects(stored)
    there.write_bytes(there.read_bytes()[:150_000])
    at = script.offset(address)
    assert 65_536 <= at <= 150_000
    assert script.part(address, FILM[at:], at).status_code == 204
    assert content(script.files()[0]) == FILM


def test_a_lost_object_begins_again(script: Script, stored: Path) -> None:
    address = script.begun()
    script.part(address, FILM, 0, sent=200_000)
    objects(stored)[0].unlink()
    assert script.offset(address) == 0
    assert script.part(address, FILM, 0).status_code == 204


@pytest.mark.parametrize("wrong", [0, 99_999, 100_001, -1, 10**14])
def test_a_part_that_does_not_begin_where_it_stopped_is_refused(script: Script, wrong: int) -> None:
    address = script.begun()
    script.part(address, FILM, 0, sent=100_000)
    assert script.part(address, b"x" * 50, wrong).status_code == 409
    assert script.offset(address) == 100_000


def test_more_than_was_announced_is_refused_and_forgotten(script: Script, stored: Path) -> None:
    address = script.begun(1000)
    assert script.part(address, b"x" * 1001, 0).status_code == 413
    assert objects(stored) == []
    assert script.offset(address) == 0


def test_an_upload_is_nobody_elses(script: Script, stored: Path) -> None:
    address = script.begun()
    stranger = Script(Walker().tell("A lorry.").follow("Add photos, videos or documents"))
    assert stranger.ask("HEAD", address).status_code == 404
    assert stranger.part(address, FILM, 0).status_code == 404
    assert stranger.ask("DELETE", address).status_code == 404
    assert script.ask("HEAD", f"{LIST}{uuid4()}/").status_code == 404
    assert script.part(f"{LIST}{uuid4()}/", FILM, 0).status_code == 404
    assert objects(stored) == []
    assert script.offset(address) == 0


def test_nothing_begins_without_a_draft(rosa: Walker) -> None:
    nobody = Script(rosa.begin())
    assert nobody.begin(100).status_code == 404


def test_an_upload_can_be_ended(script: Script, stored: Path) -> None:
    address = script.begun()
    script.part(address, FILM, 0, sent=100_000)
    assert script.ask("DELETE", address).status_code == 204
    assert objects(stored) == []
    assert script.ask("HEAD", address).status_code == 404


def test_a_fourth_unfinished_upload_replaces_the_first(script: Script, stored: Path) -> None:
    addresses = []
    for _ in range(resuming.MOST_UNFINISHED + 1):
        addresses.append(script.begun())
        script.part(addresses[-1], FILM, 0, sent=100_000)
    assert len(objects(stored)) == resuming.MOST_UNFINISHED
    assert script.ask("HEAD", addresses[0]).status_code == 404
    assert script.offset(addresses[1]) == 100_000


def test_the_same_file_twice_is_noticed(script: Script, stored: Path) -> None:
    for _ in range(2):
        address = script.begun()
        answer = script.part(address, FILM, 0)
    assert (answer.status_code, answer.content) == (422, b"duplicate")
    assert len(objects(stored)) == 1
    assert script.ask("HEAD", address).status_code == 404


@pytest.mark.parametrize(
    ("length", "status", "problem"),
    [
        ("0", 422, b"empty"),
        ("100000001", 413, b"too_large"),
        ("x", 400, b""),
        ("", 400, b""),
        ("-1", 400, b""),
    ],
)
def test_what_cannot_be_taken_is_refused_before_it_is_sent(
    script: Script,
    length: str,
    status: int,
    problem: bytes,
) -> None:
    answer = script.begin(length)
    assert (answer.status_code, answer.content) == (status, problem)


def test_no_upload_begins_without_room(script: Script, settings) -> None:  # type: ignore[no-untyped-def]
    address = script.begun()
    settings.FILES_KEEP_FREE = 10**18
    assert script.begin(100).content == b"no_room"
    assert script.part(address, FILM, 0).status_code == 507


def test_a_part_of_another_type_or_version_is_refused(script: Script) -> None:
    address = script.begun()
    assert script.part(address, FILM, 0, media="text/plain").status_code == 415
    assert script.ask("HEAD", address, HTTP_TUS_RESUMABLE="0.2.2").status_code == 412
    assert script.ask("GET", address).status_code == 405
    offered = script.ask("OPTIONS", LIST)
    assert (offered.status_code, offered["Tus-Version"], offered["Tus-Max-Size"]) == (
        204,
        "1.0.0",
        "100000000",
    )


def test_two_parts_at_once_cannot_disturb_each_other(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    from heedline.web.uploads import incoming_files

    address = script.begun()
    monkeypatch.setattr(incoming_files, "enter", lambda *_: False)
    answer = script.part(address, FILM, 0)
    assert (answer.status_code, answer.content) == (423, str(FileProblem.BUSY).encode())


@pytest.mark.parametrize("other", [FILM, FILM[::-1]], ids=["the same bytes", "other bytes"])
def test_parts_of_one_upload_that_reach_two_processes_make_no_wrong_file(
    script: Script, stored: Path, other: bytes
) -> None:
    """Each process knows only its own requests. The file is what one of them sent, or it is refused."""
    script.begun()
    (upload,) = script.draft().uploads
    with acting("public"):
        one, two = (resuming.continued(upload, 0) for _ in range(2))
        outcomes: list[object] = []
        for at in range(0, len(FILM), 70_000):
            one.write(FILM[at : at + 70_000])
            two.write(other[at : at + 70_000])
        for each in (one, two):
            try:
                outcomes.append(each.finish(datetime.now(UTC)))
            except taking.FileRefused as refused:
                outcomes.append(refused.problem)
    for found in outcomes:
        if isinstance(found, DraftFile):
            assert found.sha256 in {hashlib.sha256(data).hexdigest() for data in (FILM, other)}
            assert hashlib.sha256(content(found)).hexdigest() == found.sha256
        else:
            assert found == FileProblem.INTERRUPTED


def test_a_forged_request_is_refused(script: Script, stored: Path) -> None:
    address = script.begun()
    forger = Script(script.walker, token=False)
    assert forger.begin(100).status_code == 403
    assert forger.ask("DELETE", address).status_code == 403
    assert script.offset(address) == 0


def test_leaving_deletes_what_has_arrived(script: Script, stored: Path) -> None:
    address = script.begun()
    script.part(address, FILM, 0, sent=100_000)
    assert len(objects(stored)) == 1
    taking.forget_all(script.draft())
    assert objects(stored) == []
