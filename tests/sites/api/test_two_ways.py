"""All ways of a report from a program answer alike, header by header: Django's, the one ahead of it, and in a group."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from django.conf import settings as configured

from heedline.api import views
from heedline.casework.journey import submission
from tests.sites.api.conftest import WAYS, Program, on
from tests.sites.api.test_reports import REPORT
from tests.sites.public.mishaps import database_away


def said(answer: Any) -> tuple[int, dict[str, str], bytes]:
    headers = {name.lower(): value for name, value in answer.items()}
    if "retry-after" in headers:
        assert int(headers["retry-after"]) > 0
        headers["retry-after"] = "chosen by chance"
    return answer.status_code, headers, answer.content


CASES: dict[str, dict[str, Any]] = {
    "taken": {"body": REPORT},
    "cut": {"body": b"{"},
    "too deep": {"body": b"[" * 9 + b"]" * 9},
    "unknown kind": {"body": {**REPORT, "kind": "x"}},
    "no key": {"body": REPORT, "key": ""},
    "weak key": {"body": REPORT, "key": "a" * 30},
    "a form": {"body": b"kind=activity", "kind": "application/x-www-form-urlencoded"},
    "files": {"body": b"--x--", "kind": "multipart/form-data; boundary=x"},
    "slow": {"body": b"", "refused": 408},
    "large": {"body": b"", "refused": 413},
    "of another type": {"body": b"", "refused": 415},
    "too large": {"body": b" " * 200_000},
    "foreign origin": {"body": REPORT, "Origin": "https://evil.example"},
    "cookies": {"body": REPORT, "Cookie": "a=b; c"},
    "GET": {"body": b"", "method": "GET"},
}


@pytest.fixture
def ways(public_site: None) -> list[Program]:
    return [on(way) for way in WAYS.values()]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_they_answer_alike(ways: list[Program], case: dict[str, Any]) -> None:
    case = {"method": "POST", "key": secrets.token_urlsafe(32), **case}
    method, body = case.pop("method"), case.pop("body")
    one, *others = (said(way.call(method, "reports", body, **case)) for way in ways)
    assert others == [one, one]
    assert "content-security-policy" in one[1]
    assert "set-cookie" not in one[1]


@pytest.mark.parametrize("when", ["the store is away", "something unforeseen"])
def test_they_fail_alike(ways: list[Program], when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object, **__: object) -> None:
        raise ZeroDivisionError("words-of-the-report")

    answers = []
    for way in ways:
        if when == "the store is away":
            with database_away():
                answers.append(said(way.post("reports", REPORT)))
        else:
            monkeypatch.setattr(submission, "seal", failing)
            way.client.raise_request_exception = False
            answers.append(said(way.post("reports", REPORT)))
    assert answers[1:] == [answers[0], answers[0]]
    assert answers[0][0] == (503 if when == "the store is away" else 500)
    assert b"words-of-the-report" not in answers[0][2]


def test_the_guards_are_the_beginning_of_every_site() -> None:
    for site in (configured.PUBLIC_MIDDLEWARE, configured.OFFICE_MIDDLEWARE, configured.PARTNER_MIDDLEWARE):
        assert site[: len(configured.GUARDS)] == configured.GUARDS


def test_what_is_left_out_on_the_shorter_way_is_named() -> None:
    """A new middleware of the public site has to be thought of here."""
    assert configured.PUBLIC_MIDDLEWARE[len(configured.GUARDS) :] == [
        "heedline.web.public.shell.languages.LanguageOfTheAddress",  # an answer in JSON has one language
        "django.middleware.csrf.CsrfViewMiddleware",  # no cookie is read
        "heedline.web.refusals.RefusalsBecomePages",  # asked by hand
    ]
    assert getattr(views.reports, "csrf_exempt", False)
