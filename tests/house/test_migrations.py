"""Migrations say what the models say, in one line each way, and run from nothing (the tests' database is made by them)."""

from __future__ import annotations

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader


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
def test_every_wall_is_built_in_the_order_of_its_number() -> None:
    """A file in `permits/walls` that no migration runs would be a wall that nobody has built; two of one number have no
    order."""
    from pathlib import Path

    import heedline.permits

    walls = sorted(Path(heedline.permits.__file__).parent.joinpath("walls").glob("*.sql"))
    loader = MigrationLoader(None)
    migrations = [loader.get_migration("permits", name) for name in ("0002_walls", "0003_drafts")]
    assert [operation.sql for migration in migrations for operation in migration.operations] == [
        wall.read_text("utf-8") for wall in walls
    ]
    assert len({wall.name.partition("_")[0] for wall in walls}) == len(walls)
