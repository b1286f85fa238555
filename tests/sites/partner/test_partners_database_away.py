"""While the database is away the partner site says so, and asks to come again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from tests.sites.office.desk_hand import Hand
from tests.sites.office.test_database_away import away
from tests.support.cast import House

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def test_every_page_of_a_partner_asks_to_come_again_while_the_database_is_away(
    house: House, partner: Callable[[], Hand]
) -> None:
    petra = partner().at_work(house, "Petra")
    for path in ("/w/", "/w/keys/", "/login/", "/me/"):
        with connection.execute_wrapper(away):
            answer = petra.get(path)
        assert answer.status_code == 503, path
        assert answer["Retry-After"], path
    assert petra.get("/w/").status_code == 200, "the session goes on"
