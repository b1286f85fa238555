"""Reports that come in the same moment: stored in one transaction, and each answered as if it had come alone."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from heedline.api import views
from heedline.casework.journey import submission
from heedline.casework.journey.submission import SealedReport
from heedline.gateway.front import AnyResponse, run
from heedline.gateway.groups import Group
from heedline.gateway.intake_together import IntakeTogether
from heedline.reports import door
from heedline.reports.models import Report
from heedline.web.declared import BODY_REFUSED
from tests.sites.api.conftest import InAGroup, Program, on
from tests.sites.api.test_reports import REPORT
from tests.sites.public.mishaps import database_away
from tests.support.acting import acting

pytestmark = pytest.mark.usefixtures("public_site")
OTHER = {**REPORT, "narrative": "Two people measured the doors.", "where": {"postcode": "BS1 6QF"}}


def requested(body: Any, *, key: str | None = None) -> dict[str, Any]:
    """The environment of a request that sends a report."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/v1/reports",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(content)),
        "HTTP_IDEMPOTENCY_KEY": secrets.token_urlsafe(32) if key is None else key,
        "HTTP_HOST": "testserver",
        "wsgi.input": BytesIO(content),
        "wsgi.url_scheme": "http",
    }


def sent(*group: dict[str, Any]) -> list[AnyResponse]:
    """What a group of requests is answered."""
    app = InAGroup(Program().client).app
    together = IntakeTogether(app)
    assert all(map(together.expects, group))
    with acting("public"):
        answers = together.begin(Group(group))()
        return [
            run(app, environ) if one is None else one for environ, one in zip(group, answers, strict=True)
        ]


def statuses(answers: list[AnyResponse]) -> list[int]:
    return [status for status, _, _ in answers]


def code_of(answer: AnyResponse) -> str:
    assert isinstance(answer[2], bytes)
    return str(json.loads(answer[2])["code"])


@pytest.fixture
def known(public_site: None) -> None:
    """The questions are known to the database, so that a group is stored as one."""
    questions = views.question_sets()["activity"]
    door.archive_questions(questions.code, questions.canonical())


#: Table → the column that names the report.
TABLES = {
    "reports_report": "id",
    "reports_receipt": "report_id",
    "reports_sealed_header": "report_id",
    "reports_sealed_payload": "report_id",
    "reports_identity_share": "report_id",
    "dispatch_outbox": "thing_id",
}


def rows(ref: UUID) -> dict[str, list[str]]:
    """What is stored of a report, with the lengths of sealed bytes in place of them and without ids."""
    found = {}
    with connection.cursor() as cursor:
        for table, column in TABLES.items():
            cursor.execute(f"SELECT to_jsonb(t) FROM {table} t WHERE {column} = %s", [ref])
            found[table] = sorted(
                json.dumps(
                    {
                        name: len(value) if str(value).startswith("\\x") else value
                        for name, value in json.loads(row).items()
                        if name not in {"id", "container", "report_id", "thing_id"}
                    },
                    sort_keys=True,
                )
                for (row,) in cursor.fetchall()
            )
    return found


@pytest.mark.usefixtures("known")
def test_a_report_of_a_group_is_stored_like_one_that_came_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert statuses(sent(requested(REPORT))) == [201]
    alone = rows(Report.objects.get().id)
    monkeypatch.setattr(door, "submit", None)
    assert statuses(sent(requested(REPORT), requested(OTHER), requested(REPORT))) == [201] * 3
    several = [rows(one.id) for one in Report.objects.all()]
    assert len(several) == 4
    assert several.count(alone) == 3
    assert {len(one["reports_identity_share"]) for one in several} == {3}


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("stored", ["together", "one by one"])
def test_each_request_of_a_group_is_answered_by_itself(stored: str) -> None:
    keys = [secrets.token_urlsafe(32) for _ in range(3)]
    sent(requested(OTHER, key=keys[2]))
    group = [
        requested(REPORT, key=keys[0]),
        requested(b"{"),
        requested(REPORT, key=keys[0]),
        requested(OTHER, key=keys[0]),
        requested(OTHER, key=keys[1]),
        requested({**REPORT, "kind": "x"}),
        requested(OTHER, key=keys[2]),
        requested(REPORT, key="a" * 30),
        requested(REPORT, key=keys[2]),
    ]
    if stored == "together":
        answers = sent(*group)
    else:
        with database_away("submit_reports"):
            answers = sent(*group)
    assert statuses(answers) == [201, 400, 201, 422, 201, 422, 201, 400, 422]
    codes = [code_of(answers[n]) for n in (0, 2, 4, 6)]
    assert codes[0] == codes[1]
    assert len(set(codes)) == 3 == Report.objects.count()
    program = on(None)
    assert [program.post("mailbox", {"code": code}).status_code for code in codes] == [200] * 4
    headers = [dict(headers) for _, headers, _ in answers]
    assert all("content-security-policy" in one and one["cache-control"] == "no-store" for one in headers)


@pytest.mark.usefixtures("known")
def test_reports_that_arrive_during_sealing_are_stored_in_the_same_transaction() -> None:
    arriving = [[requested(OTHER), requested(b"{")], [requested(REPORT)]]
    calls: list[int] = []

    def counted(several: Sequence[SealedReport]) -> list[bool]:
        calls.append(len(several))
        return stored(several)

    stored = submission.store_together
    group = Group([requested(REPORT)], lambda: arriving.pop(0) if arriving else [])
    with acting("public"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(submission, "store_together", counted)
        answers = IntakeTogether(InAGroup(Program().client).app).begin(group)()
    assert statuses([one for one in answers if one is not None]) == [201, 201, 400, 201]
    assert calls == [3] == [Report.objects.count()]


@pytest.mark.usefixtures("known")
def test_a_report_by_itself_is_stored_once_and_answered_alike_when_it_comes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[str] = []

    def counted(sending: door.Submission) -> str:
        calls.append(stored(sending))
        return calls[-1]

    stored = door.submit
    monkeypatch.setattr(door, "submit", counted)
    key = secrets.token_urlsafe(32)
    answers = [*sent(requested(REPORT, key=key)), *sent(requested(REPORT, key=key))]
    answers += sent(requested(OTHER, key=key))
    assert statuses(answers) == [201, 201, 422]
    assert code_of(answers[0]) == code_of(answers[1])
    assert calls == ["accepted", "again", "conflict"], "the database is asked once for each"
    with database_away():
        assert statuses(sent(requested(REPORT))) == [503]
    assert Report.objects.count() == 1


def test_the_first_reports_under_new_questions_are_stored() -> None:
    assert statuses(sent(requested(REPORT), requested(REPORT))) == [201, 201]
    assert Report.objects.count() == 2


@pytest.mark.usefixtures("known")
def test_nothing_is_acknowledged_that_is_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    with database_away():
        assert statuses(sent(requested(REPORT), requested(REPORT))) == [503, 503]
    monkeypatch.setattr(submission, "store_together", lambda several: [False] * len(several))
    monkeypatch.setattr(door, "submit", lambda sending: "failed")
    assert statuses(sent(requested(REPORT), requested(REPORT))) == [503, 503]
    assert not Report.objects.exists()


@pytest.mark.usefixtures("known")
def test_a_group_that_fails_in_an_unforeseen_way_is_sent_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> list[bool]:
        raise ZeroDivisionError

    monkeypatch.setattr(submission, "store_together", failing)
    assert statuses(sent(requested(REPORT), requested(REPORT))) == [201, 201]
    assert Report.objects.count() == 2


@pytest.mark.usefixtures("known")
def test_a_group_whose_answer_is_lost_after_the_commit_is_stored_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So it is when the connection breaks in that moment, or a process ends and the same is sent again."""

    def lost(several: Sequence[SealedReport]) -> list[bool]:
        assert all(stored(several))
        raise ConnectionError

    stored = submission.store_together
    monkeypatch.setattr(submission, "store_together", lost)
    assert statuses(sent(requested(REPORT), requested(REPORT))) == [201, 201]
    assert Report.objects.count() == 2


def test_what_is_no_plain_report_is_in_no_group() -> None:
    together, plain = IntakeTogether(on(None).client.handler), requested(REPORT)  # type: ignore[arg-type]
    for change in (
        {"PATH_INFO": "/api/v1/mailbox"},
        {"REQUEST_METHOD": "PUT"},
        {"CONTENT_TYPE": "multipart/form-data; boundary=x"},
        {BODY_REFUSED: 413},
    ):
        assert together.expects(plain)
        assert not together.expects({**plain, **change}), change
