"""A report with files over the API: sealed as they arrive, stored once, and nothing left of what was not taken."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import pytest

from heedline.api.incoming import FILES
from heedline.casework.journey import submission
from heedline.reports import door
from heedline.reports.models import Report, ReportFile, SealedHeader
from tests.sites.api.conftest import NOT_IN_A_GROUP, Program
from tests.support.acting import acting
from tests.support.uploads import BOUNDARY, JPEG, passed_on

pytestmark = [pytest.mark.django_db, NOT_IN_A_GROUP]
REPORT = {"kind": "activity", "narrative": "A van stood at the gate three nights in a row."}
PHOTOS = [(f"gate {n}.jpg", JPEG + bytes([n])) for n in range(3)]


@pytest.fixture(autouse=True)
def stored(tmp_path: Path, settings) -> Path:  # type: ignore[no-untyped-def]
    """The folder of the storage."""
    settings.FILES = tmp_path / "files"
    return tmp_path / "files"


def objects(folder: Path) -> list[Path]:
    return sorted(folder.glob("??/*"))


def part(name: str, data: bytes, filename: str | None = None) -> bytes:
    named = f'; filename="{filename}"' if filename is not None else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
    return head.encode() + data + b"\r\n"


def body_of(report: Any = REPORT, files: list[tuple[str, bytes]] = PHOTOS, *, first: str = "report") -> bytes:
    parts = [part("files", data, name) for name, data in files]
    told = part("report", json.dumps(report).encode())
    parts = [told, *parts] if first == "report" else [*parts, told]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def send(
    program: Program, body: bytes, *, key: str | None = None, whole: bool = True, announced: int = 0
) -> Any:
    """Post this body as the front of the process passes it on."""
    key = secrets.token_urlsafe(32) if key is None else key
    environ: dict[str, Any] = program.client._base_environ(
        PATH_INFO="/api/v1/reports",
        REQUEST_METHOD="POST",
        CONTENT_TYPE=f"multipart/form-data; boundary={BOUNDARY}",
        CONTENT_LENGTH=str(announced or len(body)),
        HTTP_IDEMPOTENCY_KEY=key,
    )
    with acting("public"):
        end = passed_on(environ, (body[at : at + 999] for at in range(0, len(body), 999)), whole=whole)
        try:
            return program.client.generic(
                "POST",
                "/api/v1/reports",
                environ["wsgi.input"].read(),
                content_type=environ["CONTENT_TYPE"],
                headers={"Idempotency-Key": key} if key else {},
                **{FILES: environ[FILES]},
            )
        finally:
            end()


@pytest.mark.parametrize("first", ["report", "files"])
def test_a_report_comes_with_three_files(program: Program, stored: Path, first: str) -> None:
    answer = send(program, body_of(first=first))
    assert answer.status_code == 201, answer.content
    assert set(answer.json()) == {"code", "received_on"}
    assert Report.objects.count() == 1
    assert {one.object for one in ReportFile.objects.all()} == {
        one.object for one in ReportFile.objects.filter(report=Report.objects.get())
    }
    assert len(objects(stored)) == SealedHeader.objects.filter(part="file").count() == 3


def test_a_retry_with_the_same_files_gets_the_same_answer_and_stores_nothing_more(
    program: Program, stored: Path
) -> None:
    key = secrets.token_urlsafe(32)
    first = send(program, body_of(), key=key)
    before = objects(stored)
    assert send(program, body_of(), key=key).json() == first.json()
    assert objects(stored) == before
    assert ReportFile.objects.count() == 3


@pytest.mark.parametrize("files", [[], PHOTOS[:2], [*PHOTOS[:2], ("gate 2.jpg", JPEG + b"x")]])
def test_a_retry_with_other_files_is_another_body(
    program: Program, stored: Path, files: list[tuple[str, bytes]]
) -> None:
    key = secrets.token_urlsafe(32)
    assert send(program, body_of(), key=key).status_code == 201
    answer = send(program, body_of(files=files), key=key)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:heedline:problem:other-body")
    assert len(objects(stored)) == 3


def test_files_are_kept_when_nobody_knows_whether_the_report_is_stored(
    program: Program, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer of the database was lost after it had stored the report: a retry must find its files."""
    key, submit = secrets.token_urlsafe(32), door.submit

    def lost(sending: door.Submission) -> str:
        outcome = submit(sending)
        return outcome if outcome == "unknown-questions" else "failed"

    with monkeypatch.context() as patch:
        patch.setattr(submission.door, "submit", lost)
        assert send(program, body_of(), key=key).status_code == 503
    assert len(objects(stored)) == 3
    assert send(program, body_of(), key=key).status_code == 201
    assert {str(one.object) for one in ReportFile.objects.all()} == {one.name for one in objects(stored)}


HOSTILE: dict[str, tuple[bytes, int, str]] = {
    "no report": (part("files", JPEG, "a.jpg") + f"--{BOUNDARY}--\r\n".encode(), 400, "not-json"),
    "two reports": (part("report", b"{}") + body_of(), 400, "not-json"),
    "another part": (part("note", b"x") + body_of(), 400, "not-json"),
    "no end": (body_of()[:-30], 408, "too-slow"),
    "no boundary": (b"words " * 100, 400, "not-json"),
    "no json": (
        part("report", b"{") + part("files", JPEG, "a") + f"--{BOUNDARY}--\r\n".encode(),
        400,
        "not-json",
    ),
    "a report of the wrong kind": (body_of({"kind": "nothing"}), 422, "not-taken"),
    "a long report": (body_of({**REPORT, "narrative": "x" * 300_000}), 413, "too-large"),
    "an empty file": (body_of(files=[*PHOTOS, ("e.txt", b"")]), 422, "not-taken"),
    "the same file twice": (body_of(files=[*PHOTOS, PHOTOS[0]]), 422, "not-taken"),
    "21 files": (body_of(files=[(f"{n}", b"%d" % n) for n in range(21)]), 422, "not-taken"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_nothing_is_left_of_what_is_not_taken(program: Program, stored: Path, what: str) -> None:
    body, status, problem = HOSTILE[what]
    answer = send(program, body)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:heedline:problem:{problem}")
    assert answer["Content-Type"] == "application/problem+json"
    assert objects(stored) == []
    assert Report.objects.count() == 0


def test_a_file_that_is_too_large_is_refused(
    program: Program, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from heedline.packs.rules.file_limits import FileLimits

    monkeypatch.setattr(FileLimits, "size", property(lambda _: 5000))
    answer = send(program, body_of(files=[("a.jpg", b"x" * 5001)]))
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:heedline:problem:too-large")
    assert send(program, body_of(), announced=10**12).status_code == 413
    assert objects(stored) == []


def test_a_report_that_was_cut_off_is_not_stored(program: Program, stored: Path) -> None:
    assert send(program, body_of(), whole=False).status_code == 408
    assert (objects(stored), Report.objects.count()) == ([], 0)


def test_a_weak_key_stores_nothing(program: Program, stored: Path) -> None:
    answer = send(program, body_of(), key="weak")
    assert answer.json()["type"] == "urn:heedline:problem:idempotency-key"
    assert objects(stored) == []


def test_no_files_are_taken_without_room_and_words_are(program: Program, stored: Path, settings) -> None:  # type: ignore[no-untyped-def]
    settings.FILES_KEEP_FREE = 10**18
    answer = send(program, body_of())
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:heedline:problem:not-now")
    assert program.post("reports", REPORT).status_code == 201


def test_files_go_only_with_kinds_of_report_that_take_them(program: Program, stored: Path) -> None:
    answer = send(program, body_of({"kind": "callback", "narrative": "Please call me."}))
    assert answer.status_code == 422
    assert objects(stored) == []


def test_a_report_in_parts_needs_no_file(program: Program) -> None:
    """As its description says."""
    assert send(program, body_of(files=[])).status_code == 201
