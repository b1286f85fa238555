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


def run_out_of_time() -> None:
    """Every draft and visit is past its hour."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE intake_draft SET expires = now() - interval '1 minute'")
