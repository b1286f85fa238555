"""A machine sends what the API's own description allows, and what it does not: every answer is one that it describes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_schema_conformance,
    status_code_conformance,
)

from heedline.api.views import document
from tests.sites.api.conftest import ON_DJANGOS_WAY, Program
from tests.support.acting import acting


@pytest.fixture
def wsgi(program: Program) -> Iterator[Callable[..., Any]]:
    """The public site as a WSGI application, under its own database role."""
    handler = WSGIHandler()

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        with acting("public"):
            return [b"".join(handler(environ, start_response))]

    for signal in (
        request_started,
        request_finished,
    ):  # as Django's own test client does: the connection is the test's
        signal.disconnect(close_old_connections)
    yield application
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("default"), ON_DJANGOS_WAY]
#: Few, so that it takes seconds; other ones each time.
CASES = 15
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    negative_data_rejection,
]
#: A report that fits the schema may be refused all the same: a schema cannot say which answers go together.
MORE = {"/reports": []}


@pytest.mark.parametrize("path", ["/reports", "/mailbox", "/mailbox/messages", "/openapi.json"])
def test_every_answer_is_one_that_is_described(wsgi: Callable[..., Any], path: str) -> None:
    schema = schemathesis.openapi.from_dict(document())
    schema.app = wsgi

    @hypothesis.settings(
        max_examples=CASES,
        deadline=None,
        database=None,
        phases=[
            hypothesis.Phase.generate
        ],  # what is found is reproduced by its seed; making it small takes minutes
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=schema[path]["GET" if path == "/openapi.json" else "POST"].as_strategy())
    def send(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=[*CHECKS, *MORE.get(path, [positive_data_acceptance])])

    send()
