"""A program that sends reports: JSON in, JSON out, no cookies."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest
from django.test import Client

from heedline.web.declared import BODY_REFUSED
from tests.support.acting import acting
from tests.support.cast import House


class Program:
    """Calls the API under the database role of the public process. Each call without `key` makes a strong one."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)

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


@pytest.fixture
def program(house: House, settings) -> Program:  # type: ignore[no-untyped-def]
    """A program in front of a whole small installation."""
    settings.ROOT_URLCONF = "heedline.config.urls_public"
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE
    return Program()
