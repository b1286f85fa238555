"""What goes wrong at the outermost edge: the database does not answer, the hour has passed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection


@contextmanager
def database_away(*functions: str) -> Iterator[None]:
    """The database answers nothing that calls one of these functions of the door (none named: any)."""

    def refuse(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if "door." in sql and (not functions or any(f"door.{name}(" in sql for name in functions)):
            raise OperationalError("the connection is gone")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


@contextmanager
def drafts_refused() -> Iterator[None]:
    """The database refuses whatever is newly sealed for a draft. A statement that does nothing about it fails."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION public.refuses() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'refused'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER refuses BEFORE INSERT OR UPDATE OF sealed ON intake_draft"
            " FOR EACH ROW EXECUTE FUNCTION public.refuses()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER refuses ON intake_draft")
            cursor.execute("DROP FUNCTION public.refuses()")


def run_out_of_time() -> None:
    """Every draft and visit is past its hour."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE intake_draft SET expires = now() - interval '1 minute'")
