"""Migrations say what the models say, in one line each way, and run from nothing (the tests' database is made by them)."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

import heedline.database
from heedline.database import sql_files
from heedline.launch.roles import OWNERS, PROCESSES

DATABASE = Path(heedline.database.__file__).parent


@pytest.mark.django_db
def test_no_change_of_a_model_is_without_its_migration() -> None:
    labels = [a.label for a in apps.get_app_configs() if a.name.startswith("heedline.")]
    said = StringIO()
    call_command("makemigrations", *labels, check=True, dry_run=True, stdout=said)
    assert "No changes" in said.getvalue()


@pytest.mark.django_db
def test_the_graph_has_no_circle_no_conflict_and_nothing_left_to_do() -> None:
    loader = MigrationLoader(connection)
    loader.graph.ensure_not_cyclic()
    assert loader.detect_conflicts() == {}
    ours = [key for key in loader.graph.nodes if apps.get_app_config(key[0]).name.startswith("heedline.")]
    assert ours
    assert {key for key in loader.graph.nodes if key not in loader.applied_migrations} == set()


@pytest.mark.django_db
def test_the_migration_runs_every_sql_file_once_in_the_order_of_the_list() -> None:
    """A file that no migration runs would be a guard that nobody has built."""
    migration = MigrationLoader(None).get_migration("database", "0001_initial")
    assert [operation.sql for operation in migration.operations] == [
        (DATABASE / name).read_text(encoding="utf-8") for name in sql_files.CORE
    ]
    assert sorted(sql_files.CORE) == sorted(
        str(file.relative_to(DATABASE)) for file in DATABASE.rglob("*.sql")
    )


def test_every_app_has_one_migration_while_nothing_is_installed() -> None:
    """No installation exists yet, so a change of a table is made in its app's first migration."""
    found = {file.parent.parent.name: file.name for file in DATABASE.parent.glob("*/migrations/[0-9]*.py")}
    assert len(found) == len(list(DATABASE.parent.glob("*/migrations/[0-9]*.py")))
    assert set(found.values()) == {"0001_initial.py"}


def test_every_role_has_a_file_of_its_own() -> None:
    """`migrate` acts as the owners, and `files` may do nothing yet."""
    named = {file.stem for file in (DATABASE / "roles").glob("*.sql")} - {"everybody"}
    assert named == set(PROCESSES + OWNERS) - {"migrate", "owner"}
    for file in (DATABASE / "roles").glob("*.sql"):
        granted = set(re.findall(r"\bTO\s+heedline_(\w+)", file.read_text(encoding="utf-8")))
        assert granted <= {file.stem}, file.name
