"""The tests' own server: a test looks things up as itself, also while a page is just being answered."""

from __future__ import annotations

import io
import threading
from typing import Any
from urllib.request import urlopen

import pytest
from django.db import connection

from tests.sites.office import office_server
from tests.support.cast import House

pytestmark = pytest.mark.django_db


def test_a_look_waits_until_the_page_that_is_asked_for_has_been_answered(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answer = threading.Event(), threading.Event()

    def slow(environ: dict[str, Any], start_response: Any) -> io.BytesIO:
        asked.set()
        answer.wait(60)
        start_response("200 OK", [])
        return io.BytesIO(_role().encode())

    monkeypatch.setattr(office_server, "WSGIHandler", lambda: slow)
    said: list[bytes] = []
    with office_server.office_serving() as address:
        page = threading.Thread(target=lambda: said.append(urlopen(f"{address}/").read()))  # noqa: S310 - loopback
        page.start()
        assert asked.wait(60)
        threading.Timer(0.2, answer.set).start()
        mine = _role()
        page.join()
    assert (said, mine) == ([b"heedline_office"], _role())


def _role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])
