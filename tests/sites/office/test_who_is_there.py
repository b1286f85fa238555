"""Whose request it is: found in one statement, believed only when Django would believe it, forgotten when it is over."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from heedline.casework.access.session_store import SessionStore
from heedline.desks.models import Officer
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

WORK, DOOR = "/w/", "/sign-in/"


def _wall() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('heedline.session_secret', true)")
        found = cursor.fetchone()
    assert found
    return str(found[0] or "")


def _session(hand: Hand) -> SessionStore:
    return SessionStore(hand.client.cookies[settings.SESSION_COOKIE_NAME].value)


def _change(officer: Officer, **fields: object) -> None:
    for name, value in fields.items():
        setattr(officer, name, value)
    officer.save(update_fields=list(fields))


def test_one_statement_says_who_is_there_and_one_forgets_them(house: House, hand: Callable[[], Hand]) -> None:
    odile = hand().at_work(house, "Odile")
    with CaptureQueriesContext(connection) as captured:
        odile.get("/me/languages/")
    assert odile.page.status_code == 200
    said = [one["sql"] for one in captured.captured_queries]
    asked = [sql for sql in said if "permits_" in sql or '"desks_' in sql]
    people = [sql for sql in asked if "desks_language_skill" not in sql]  # which the page itself shows
    assert len(people) == 1, people
    assert sum("heedline.session_secret" in sql for sql in said) == 2  # up with that statement, and down
    assert _wall() == ""


def test_another_password_ends_the_session(house: House, hand: Callable[[], Hand]) -> None:
    odile = hand().at_work(house, "Odile")
    house.officers["Odile"].set_password("quite another battery staple")
    house.officers["Odile"].save(update_fields=["password"])
    odile.get(WORK)
    assert odile.path.startswith(DOOR)
    assert _wall() == ""


def test_a_closed_account_ends_the_session(house: House, hand: Callable[[], Hand]) -> None:
    odile = hand().at_work(house, "Odile")
    _change(house.officers["Odile"], is_active=False)
    odile.get(WORK)
    assert odile.path.startswith(DOOR)
    assert _wall() == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("_auth_user_backend", "django.contrib.auth.backends.RemoteUserBackend"),
        ("_auth_user_backend", None),
        ("_auth_user_hash", ""),
        ("_auth_user_hash", None),
        ("_auth_user_id", None),
    ],
)
def test_half_a_session_signs_nobody_in(
    house: House, hand: Callable[[], Hand], name: str, value: str | None
) -> None:
    odile = hand().at_work(house, "Odile")
    session = _session(odile)
    if value is None:
        del session[name]
    else:
        session[name] = value
    with acting("office"):
        session.save()
    odile.get(WORK)
    assert odile.path.startswith(DOOR)
    assert _wall() == ""


def test_a_row_that_was_given_to_somebody_else_signs_in_neither(
    house: House, hand: Callable[[], Hand]
) -> None:
    """Whoever writes in the table of sessions does not become the officer whom they put there."""
    odile = hand().at_work(house, "Odile")
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL session_replication_role = replica"
        )  # past the triggers, as their owner could be
        _session(odile).rows().update(officer=house.officers["Otto"])
        cursor.execute("SET LOCAL session_replication_role = origin")
    odile.get(WORK)
    assert odile.path.startswith(DOOR)
    assert _wall() == ""


def test_the_wall_is_down_also_after_a_page_that_failed(
    house: House, hand: Callable[[], Hand], monkeypatch: pytest.MonkeyPatch
) -> None:
    odile = hand().at_work(house, "Odile")
    monkeypatch.setattr("heedline.casework.pages.home.my_desks", lambda **_: 1 / 0)
    odile.get(WORK)
    assert odile.page.status_code == 500
    assert _wall() == ""
