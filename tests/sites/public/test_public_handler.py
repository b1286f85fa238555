"""Tests that the public process's handler gives the same response as Django's, header by header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import signals
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections
from django.test import RequestFactory

from heedline.gateway.front import run
from heedline.gateway.public_handler import PublicHandler
from heedline.web.declared import BODY_REFUSED
from heedline.web.public.report import questions
from tests.sites.public.as_served import a_new_process
from tests.sites.public.mishaps import database_away
from tests.sites.public.walker import Walker
from tests.support.acting import acting

FORM = "application/x-www-form-urlencoded"
#: Method, path and body. "token" in a body is replaced by one of the visitor's own.
CASES = {
    "first page": ("GET", "/", ""),
    "first page in Welsh": ("GET", "/cy/", ""),
    "a language without a slash": ("GET", "/cy", ""),
    "start": ("GET", "/tell/", ""),
    "head": ("HEAD", "/tell/", ""),
    "question": ("GET", "/r/what/", ""),
    "question that was answered": ("GET", "/r/now/", ""),
    "no such question": ("GET", "/r/nothing-of-the-kind/", ""),
    "no such page": ("GET", "/nothing/of/the/kind/", ""),
    "no letters": ("GET", "/\udcff/".encode("utf-8", "surrogateescape").decode("latin-1"), ""),
    "not offered": ("POST", "/privacy/", "csrfmiddlewaretoken=token"),
    "another method": ("DELETE", "/r/what/", ""),
    "mistake": ("POST", "/r/where/", "csrfmiddlewaretoken=token&postcode=x"),
    "answer": ("POST", "/r/where/", "csrfmiddlewaretoken=token&place=Quay"),
    "no token": ("POST", "/r/where/", "place=Quay"),
    "wrong token": ("POST", "/r/where/", f"csrfmiddlewaretoken={'a' * 64}&place=Quay"),
    "check": ("GET", "/r/check/", ""),
    "code of nothing sent": ("GET", "/code/", ""),
    "api": ("GET", "/api/v1/openapi.json", ""),
    "not the api": ("POST", "/api/v1/mailbox", "{}"),
}
_OWN = re.compile(rb'value="[A-Za-z0-9.]{34,64}"|[A-Za-z0-9]{64}')


@pytest.fixture(autouse=True)
def _new_process() -> Iterator[None]:
    with a_new_process():
        yield


@pytest.fixture
def visitor(rosa: Walker) -> Walker:
    """A visitor who has started a report."""
    return rosa.start()


#: Secrets, and the second in which a cookie is taken away.
_OF_THE_MOMENT = re.compile("=[A-Za-z0-9_-]{32,}|=[A-Z][a-z]{2}, [^;]+ GMT")


def said(
    app: Any, one: Walker, case: tuple[str, str, str], **more: Any
) -> tuple[int, list[tuple[str, str]], bytes]:
    method, path, body = case
    token = one.typed("csrfmiddlewaretoken")
    environ = (
        RequestFactory(headers={"origin": "http://testserver"})
        .generic(method, "/", body.replace("token=token", f"token={token}"), content_type=FORM)
        .environ
    )
    environ |= {
        "PATH_INFO": path,
        "HTTP_COOKIE": one.client.cookies.output(attrs=[], header="", sep=";"),
        **more,
    }
    with acting("public"):
        return response_as_compared(*run(app, environ))


def response_as_compared(
    status: int, headers: list[tuple[str, str]], content: Any
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return a response without the parts that differ each time."""
    names = sorted((name, _OF_THE_MOMENT.sub("=", value)) for name, value in headers)
    return status, names, _OWN.sub(b"", content)


def both(visitor: Walker, case: tuple[str, str, str], **more: Any) -> list[Any]:
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    try:
        return [
            said(app, visitor, case, **more) for app in (WSGIHandler(), PublicHandler(renew=lambda: None))
        ]
    finally:
        signals.request_started.connect(close_old_connections)
        signals.request_finished.connect(close_old_connections)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_they_answer_alike(visitor: Walker, case: tuple[str, str, str]) -> None:
    theirs, ours = both(visitor, case)
    assert ours == theirs
    assert any(name == "content-security-policy" for name, _ in ours[1])


@pytest.mark.parametrize("case", [CASES["answer"], CASES["question"], CASES["start"]])
def test_they_fail_alike(
    visitor: Walker, case: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with database_away():
        theirs, ours = both(visitor, case)
    assert ours == theirs
    theirs, ours = both(visitor, case, HTTP_ORIGIN="https://evil.example")
    assert ours == theirs
    theirs, ours = both(visitor, case, **{BODY_REFUSED: 413})
    assert ours == theirs
    assert ours[0] == 413

    def failing(*_: object, **__: object) -> None:
        raise ZeroDivisionError("words-of-the-report")

    monkeypatch.setattr(questions, "show", failing)
    theirs, ours = both(visitor, CASES["question that was answered"])
    assert ours == theirs
    assert ours[0] == 500
    assert b"words-of-the-report" not in ours[2]


def test_made_up_paths_are_not_kept(visitor: Walker) -> None:
    handler = PublicHandler(renew=lambda: None)
    for path in ("/r/check/", "/r/made-up/", "/r/others/abcdef/", "/privacy/"):
        said(handler, visitor, ("GET", path, ""))
    assert set(handler._found) == {"/r/check/", "/privacy/"}


def test_whom_django_tells_of_a_request_is_known() -> None:
    """Of these, only the connection is renewed by `PublicHandler`. A new receiver has to be thought of there."""
    names = {
        getattr(found, "__name__", "")
        for signal in (signals.request_started, signals.request_finished)
        for found in signal._live_receivers(WSGIHandler)[0]  # type: ignore[attr-defined]
    }
    assert names == {"reset_queries", "close_old_connections", "close_caches", "reset_urlconf"}
