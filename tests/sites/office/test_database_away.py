"""While the database is away the office says so, and asks to come again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection

from tests.sites.office.desk_hand import Hand
from tests.support.cast import House

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def away(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    if " ROLE " not in sql and "SAVEPOINT" not in sql:  # the test's own, around each request
        raise OperationalError("the connection is gone")
    return execute(sql, params, many, context)


def test_every_page_asks_to_come_again_while_the_database_is_away(
    house: House, hand: Callable[[], Hand]
) -> None:
    """The session is read before any view: what fails there is no fault of the page either."""
    odile = hand().at_work(house, "Odile")
    for path in ("/w/", "/w/q/north-east/", "/login/"):
        with connection.execute_wrapper(away):
            answer = odile.get(path)
        assert answer.status_code == 503, path
        assert answer["Retry-After"], path
        assert "This is not working just now" in answer.content.decode(), path
    assert odile.get("/w/").status_code == 200, "the session goes on"
