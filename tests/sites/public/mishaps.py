"""What goes wrong at the outermost edge: the database does not answer, the hour has passed, another tab comes between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection

from heedline.intake import door


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


def just_before_saving(monkeypatch: pytest.MonkeyPatch, *acts: Callable[[], object]) -> None:
    """Run one of these acts of another tab after each of the next requests has loaded the draft, before it saves it."""
    real, left = door.save_draft, list(acts)

    def save_draft(*told: Any, **more: Any) -> int | None:
        if left:
            with monkeypatch.context() as patch:
                patch.setattr(door, "save_draft", real)
                left.pop(0)()
        return real(*told, **more)

    monkeypatch.setattr(door, "save_draft", save_draft)
