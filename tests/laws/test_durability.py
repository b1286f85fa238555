"""Law 1: what is acknowledged waits for the disk, whatever the role that sends it has set for itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.support import database

pytestmark = pytest.mark.django_db
type Connection = psycopg.Connection[tuple[Any, ...]]
SUBMIT = (
    "SELECT door.submit_report(%s, NULL, NULL, NULL, NULL, 'web', NULL, 'soon', NULL, NULL, NULL, NULL, 'none', NULL,"
    " NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
)
TOGETHER = f"SELECT door.submit_reports({', '.join(['NULL'] * 26)})"
SAY = "SELECT door.say('x', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
DRAFT = "SELECT door.save_draft(sha256('durability'), 'sealed', 1, NULL, 1000000000, 1000000000)"


@pytest.fixture
def public() -> Iterator[Connection]:
    """The public process, which has switched off for itself what makes commits durable."""
    with psycopg.connect(database.cluster().url("public", database.database())) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.commit()
        yield connection
        connection.rollback()


def waits(connection: Connection) -> bool:
    found = connection.execute("SHOW synchronous_commit").fetchone()
    return found == ("on",)


@pytest.mark.parametrize(
    ("statement", "values", "answer"),
    [
        (SUBMIT, [uuid4()], "unknown-questions"),
        (TOGETHER, None, []),
        (SAY, None, "unknown"),
        ("SELECT door.ask_to_withdraw('x')", None, False),
    ],
    ids=["a report", "reports of a group", "a message", "asking to withdraw"],
)
def test_what_is_acknowledged_waits_for_the_disk(
    public: Connection, statement: str, values: list[Any] | None, answer: object
) -> None:
    assert not waits(public)
    assert public.execute(statement.encode(), values).fetchone() == (answer,)
    assert waits(public), "until this transaction ends"
    public.rollback()
    assert not waits(public)


def test_a_stronger_promise_is_kept(public: Connection) -> None:
    public.execute("SET LOCAL synchronous_commit = remote_apply")
    public.execute(SAY)
    assert public.execute("SHOW synchronous_commit").fetchone() == ("remote_apply",)


def test_a_draft_alone_need_not_wait_and_never_switches_it_off_for_others(public: Connection) -> None:
    public.execute("SET LOCAL synchronous_commit = on")
    public.execute(DRAFT)
    assert not waits(public)
    public.rollback()
    public.execute("SET LOCAL synchronous_commit = on")
    public.execute("SELECT door.archive_questions('durability', 'something else that is written')")
    public.execute(DRAFT)
    assert waits(public)
