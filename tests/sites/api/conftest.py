"""A program that sends reports: JSON in, JSON out, no cookies.

Tests run on each of the ways in which a report is handled: by Django, alone ahead of Django (`gateway.intake_first`), and in a
group with others (`gateway.intake_together`). Tests for which these do not differ run on fewer.
"""

from __future__ import annotations

import json
import secrets
from io import BytesIO
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse  # noqa: TID251 - what the test client gives back
from django.test import Client

from heedline.api import views
from heedline.gateway import intake_first
from heedline.gateway.front import AnyResponse, run
from heedline.gateway.groups import Group
from heedline.gateway.intake_together import IntakeTogether
from heedline.web.declared import BODY_REFUSED
from tests.support.acting import acting
from tests.support.cast import House


class Program:
    """Calls the API under the database role of the public process. Each call without `key` makes a strong one."""

    def __init__(self, way: str = "") -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.way = way

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        kind: str = "application/json",
        refused: int = 0,
        **headers: str,
    ) -> Any:
        """The answer; `body` is JSON unless it is bytes already. `key=""`: no Idempotency-Key header. `refused`: the front
        of the process refused the body under this status."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        key = secrets.token_urlsafe(32) if key is None else key
        if key:
            headers["Idempotency-Key"] = key
        with acting("public"):
            return self.client.generic(
                method,
                f"/api/v1/{path}",
                content,
                content_type=kind,
                headers=headers,
                **({BODY_REFUSED: refused} if refused else {}),
            )

    def post(self, path: str, body: Any, **more: Any) -> Any:
        """POST."""
        return self.call("POST", path, body, **more)


class Ahead:
    """Stands for the handler of Django's test client: reports go the way of the public process, ahead of Django."""

    def __init__(self, client: Client) -> None:
        self.djangos = client.handler
        self.took = 0

    def __call__(self, environ: dict[str, Any]) -> HttpResponse:
        if environ["PATH_INFO"] != intake_first.PATH or environ["REQUEST_METHOD"] != "POST":
            return self.djangos(environ)
        self.took += 1
        status, headers, body = self.answered(environ)
        assert isinstance(body, bytes)
        return self.as_response(environ, status, headers, body)

    def answered(self, environ: dict[str, Any]) -> AnyResponse:
        together = IntakeTogether(self.app)
        if not together.expects(environ):
            return run(self.app, environ)
        (answer,) = together.begin(Group([environ]))()
        assert answer is not None
        return answer

    @property
    def app(self) -> Any:
        # the test's own connection stays, as with the client
        return intake_first.intake_first(self.not_djangos, views.reports, renew=lambda: None)

    @staticmethod
    def not_djangos(environ: dict[str, Any], start: Any) -> Any:
        raise AssertionError("this goes ahead of Django")

    @staticmethod
    def as_response(
        environ: dict[str, Any], status: int, headers: list[tuple[str, str]], body: bytes
    ) -> HttpResponse:
        made = HttpResponse(body, status=status)
        del made["Content-Type"]
        for name, value in headers:
            made[name] = value
        made.wsgi_request = WSGIRequest(environ)  # type: ignore[attr-defined]
        return made


class InAGroup(Ahead):
    """The same, beside a request that sends no report, so that one report is stored as a group is."""

    def answered(self, environ: dict[str, Any]) -> AnyResponse:
        together = IntakeTogether(self.app)
        if not together.expects(environ):
            return super().answered(environ)
        beside = {**environ, "wsgi.input": BytesIO(b"{"), "CONTENT_LENGTH": "1"}
        answer, other = together.begin(Group([environ, beside]))()
        assert other is not None
        assert other[0] >= 400
        return run(self.app, environ) if answer is None else answer


#: How a report from a program is handled, for the handler of Django's test client.
WAYS: dict[str, type[Ahead] | None] = {"django": None, "ahead": Ahead, "grouped": InAGroup}
#: For tests of everything but `POST reports`, which alone is handled in several ways.
ON_DJANGOS_WAY = pytest.mark.parametrize("program", ["django"], indirect=True)
#: Reports with files are never handled in groups.
NOT_IN_A_GROUP = pytest.mark.parametrize("program", ["django", "ahead"], indirect=True)


@pytest.fixture
def public_site(house: House, settings) -> None:  # type: ignore[no-untyped-def]
    """A whole small installation, seen from the internet."""
    settings.ROOT_URLCONF = "heedline.config.urls_public"
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE


@pytest.fixture(params=WAYS)
def program(request: pytest.FixtureRequest, public_site: None) -> Program:
    """A program in front of a whole small installation, on each way."""
    return on(WAYS[request.param], request.param)


def on(way: type[Ahead] | None, name: str = "") -> Program:
    """A program whose reports go this way."""
    made = Program(name)
    if way is not None:
        made.client.handler = way(made.client)
    return made
