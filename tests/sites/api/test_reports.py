"""Sending a report by the API: sent once however often, refused by name and never by echo."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from heedline.api import reading
from heedline.casework.pages import case_file
from heedline.intake.question_files import load_question_set
from heedline.packs import load_pack
from heedline.reports.models import Report
from tests.sites.api.conftest import Program
from tests.sites.public.mishaps import database_away
from tests.support.acting import acting
from tests.support.cast import House, now

REPORT = {
    "kind": "activity",
    "narrative": "A man filmed the side doors of the station for an hour and wrote down when the guards changed.",
    "where": {"place": "the station", "postcode": "NE1 4ST"},
    "person": [{"looks": "grey coat"}],
}
CANARY = "canary-word"


def pointers(answer: Any) -> list[str]:
    """Where the problems are."""
    return [error["pointer"] for error in answer.json()["errors"]]


def test_a_report_is_taken_and_its_code_opens_the_messages(program: Program) -> None:
    answer = program.post("reports", REPORT)
    assert answer.status_code == 201
    box = program.post("mailbox", {"code": answer.json()["code"]})
    assert box.json() == {
        "status": "received", "received_on": answer.json()["received_on"], "withdraw_asked": False, "messages": [],
    }  # fmt: skip
    assert Report.objects.get().channel == "api"


def test_a_retry_gets_the_same_answer_and_is_one_report(program: Program) -> None:
    key = secrets.token_urlsafe(32)
    first, again = (program.post("reports", REPORT, key=key) for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert Report.objects.count() == 1


def test_another_body_under_the_same_key_is_refused(program: Program) -> None:
    key = secrets.token_urlsafe(32)
    program.post("reports", REPORT, key=key)
    answer = program.post("reports", {**REPORT, "narrative": CANARY}, key=key)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:heedline:problem:other-body"
    assert Report.objects.count() == 1


def test_after_a_failure_the_same_key_sends(program: Program) -> None:
    key = secrets.token_urlsafe(32)
    with database_away():
        answer = program.post("reports", REPORT, key=key)
    assert answer.status_code == 503
    assert not Report.objects.exists()
    assert program.post("reports", REPORT, key=key).status_code == 201


@pytest.mark.parametrize(
    "key",
    [
        "",
        "short",
        "a" * 40,
        "0" * 32,
        "deadbeef" * 3,
        "018f3b3c-4f1e-7cc0-98c8-3f2a7e1b9d55",
        "x y z" * 9,
        "é" * 32,
        secrets.token_urlsafe(200),
    ],
)
def test_a_weak_key_is_refused(program: Program, key: str) -> None:
    answer = program.post("reports", REPORT, key=key)
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:heedline:problem:idempotency-key"
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    "key",
    [secrets.token_urlsafe(16), secrets.token_hex(16), secrets.token_urlsafe(96)],
    ids=["letters", "hexadecimal", "long"],  # the same names in every process
)
def test_a_strong_key_is_taken(program: Program, key: str) -> None:
    assert program.post("reports", REPORT, key=key).status_code == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" ", 400),
        (b"{", 400),
        (b'{"kind": NaN}', 400),
        (b'{"kind": "activity", "kind": "activity"}', 400),
        (b"\xff\xfe", 400),
        (b'{"narrative": "\\ud800"}', 400),
        (b"[" * 5000, 400),
        (b'{"a": ' * 7 + b"1" + b"}" * 7, 400),
        (b'{"n": ' + b"9" * 5000 + b"}", 400),
        (b'"' + b"a" * reading.LONGEST_REPORT + b'"', 413),
        (b"[]", 422),
        (b"null", 422),
        (b'{"kind": "nothing", "narrative": "x"}', 422),
        (b'{"kind": "activity"}', 422),
        (b'{"kind": "activity", "narrative": "   "}', 422),
        (b'{"kind": "activity", "narrative": ["x"]}', 422),
    ],
)
def test_what_cannot_be_read_is_a_problem_document(program: Program, body: bytes, status: int) -> None:
    answer = program.post("reports", body)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({CANARY: "x"}, f"/{CANARY}"),
        ({f"<{CANARY}>": "x"}, ""),
        ({"where": {"postcode": CANARY}}, "/where/postcode"),
        ({"where": {f"{CANARY} {CANARY}": "x"}}, "/where"),
        ({"where": {"when": CANARY}}, "/where/when"),
        ({"narrative": CANARY * 2000}, "/narrative"),
        ({"language": f"{CANARY}!"}, "/language"),
        ({"contact": {"name": CANARY}}, "/contact"),
    ],
)
def test_a_problem_names_the_place_and_never_repeats_a_value(
    program: Program, more: dict[str, Any], where: str
) -> None:
    answer = program.post("reports", {**REPORT, **more})
    assert answer.status_code == 422
    assert where in pointers(answer)
    if CANARY not in where:
        assert CANARY not in answer.content.decode()


@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=x", "text/plain", "application/x-www-form-urlencoded", ""]
)
def test_other_media_types_are_refused(program: Program, kind: str) -> None:
    assert program.post("reports", b"{}", kind=kind).status_code == 415


def test_a_body_is_refused_by_its_declared_length_before_it_is_read(program: Program) -> None:
    answer = program.post("reports", b"{}", CONTENT_LENGTH="999999999")
    assert answer.status_code in (413, 400)


@pytest.mark.parametrize("path", ["reports", "mailbox", "mailbox/messages"])
def test_only_post_is_offered(program: Program, path: str) -> None:
    answer = program.call("GET", path)
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert answer["Content-Type"] == "application/problem+json"


def test_no_cookie_is_read_or_set_and_nothing_is_kept_by_anybody(program: Program) -> None:
    answer = program.post("reports", REPORT)
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store"
    assert "Cookie" not in answer.get("Vary", "")


def test_the_language_is_sealed_with_the_report_and_read_by_its_desk(program: Program, house: House) -> None:
    assert program.post("reports", {**REPORT, "language": "pl"}).status_code == 201
    report = Report.objects.get()
    assert report.question_set == load_question_set(load_pack("uk"), "activity").digest
    with acting("office"):
        odile = house.sign_in("Odile", at=now())
        file = case_file.case_file(report.id, by=odile, at=now())
    assert (file.answers.language, file.answers.language_words) == ("pl", "Polish")
    assert file.answers.as_seen == (), "whoever sends by the API has seen no page of ours"
