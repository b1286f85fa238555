"""Migrations say what the models say, in one line each way, and run from nothing (the tests' database is made by them)."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

import heedline.database
from heedline.database import releases, sql_files
from heedline.database.new_tables import at_once
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
        sql_files.read(name, release=sql_files.FIRST) for name in sql_files.CORE
    ]
    assert sorted(sql_files.CORE) == sorted(
        str(file.relative_to(DATABASE))
        for file in DATABASE.rglob("*.sql")
        if not file.is_relative_to(sql_files.RELEASED)
    )


@pytest.mark.django_db
def test_no_migration_of_a_frozen_release_has_changed() -> None:
    """Whoever has installed the release has run it already, and would never get the change."""
    for release in sql_files.FROZEN:
        assert releases.changed_since(release) == [], f"make a new migration (docs/releases.md): {release}"


@pytest.mark.django_db
def test_a_changed_migration_is_found_also_if_its_file_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    releases.freeze("9.9.9", tmp_path)
    assert releases.changed_since("9.9.9", tmp_path) == []
    migration = MigrationLoader(None).get_migration("database", "0001_initial")
    worker = next(one for one in migration.operations if "TO heedline_worker" in str(one.sql))
    monkeypatch.setattr(worker, "sql", f"{worker.sql}\nGRANT SELECT ON reports_receipt TO heedline_worker;")
    assert releases.changed_since("9.9.9", tmp_path) == ["database.0001_initial"]
    with pytest.raises(FileExistsError):
        releases.freeze("9.9.9", tmp_path)


@pytest.mark.django_db
def test_a_frozen_release_runs_the_sql_that_was_released(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = releases.freeze("9.9.9", tmp_path)
    copy = place / "heedline.database" / "schemas.sql"
    assert copy.read_text(encoding="utf-8") == sql_files.read("schemas.sql")
    copy.write_text("-- as it was", encoding="utf-8")
    monkeypatch.setattr(sql_files, "RELEASED", tmp_path)
    monkeypatch.setattr(sql_files, "FROZEN", ("9.9.9",))
    assert [one.sql for one in sql_files.run(["schemas.sql"], release="9.9.9")] == ["-- as it was"]
    assert sql_files.read("schemas.sql") != "-- as it was", "a later migration runs the SQL of today"


@pytest.mark.skipif(
    bool(sql_files.FROZEN), reason="from the first frozen release on, every change is a new migration"
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


def _shelves() -> list[Operation]:
    """Two tables that point at each other, the second field of which is added later, as Django writes it."""
    key = ("id", models.UUIDField(primary_key=True))
    shelf = [key, ("place", models.CharField(max_length=8, db_default="hall"))]
    box = [key, ("shelf", models.ForeignKey("shelves.shelf", models.PROTECT))]
    return [
        migrations.CreateModel("Shelf", shelf),
        migrations.CreateModel("Box", box),
        migrations.AddField("shelf", "best", models.OneToOneField("shelves.box", models.CASCADE, null=True)),
        migrations.AddIndex("shelf", models.Index(fields=["place"], name="by_place")),
        migrations.AddConstraint(
            "box", models.UniqueConstraint(fields=["shelf"], name="alone", condition=models.Q(id=None))
        ),
        migrations.AddConstraint(
            "shelf", models.CheckConstraint(condition=models.Q(place__in=["hall"]), name="a_place")
        ),
    ]


def _made_by(operations: list[Operation]) -> list[tuple[str, ...]]:
    """Run these forwards, look at every column, index and constraint, and run them backwards."""
    states = [ProjectState()]
    with connection.schema_editor() as editor:
        for one in operations:
            states.append(states[-1].clone())
            one.state_forwards("shelves", states[-1])
            one.database_forwards("shelves", editor, states[-2], states[-1])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, ordinal_position::text, data_type, is_nullable, column_default"
            "  FROM information_schema.columns WHERE table_name LIKE 'shelves%'"
            " UNION ALL SELECT tablename, indexname, indexdef, '', '', '' FROM pg_indexes WHERE tablename LIKE 'shelves%'"
            " UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '', ''"
            "  FROM pg_constraint WHERE conrelid::regclass::text LIKE 'shelves%' ORDER BY 1, 2, 3"
        )
        found = cursor.fetchall()
    with connection.schema_editor() as editor:
        for one, before, after in reversed(list(zip(operations, states, states[1:], strict=False))):
            one.database_backwards("shelves", editor, after, before)
    assert not [name for name in connection.introspection.table_names() if name.startswith("shelves")]
    return found


@pytest.mark.django_db
def test_tables_created_at_once_are_those_created_step_by_step() -> None:
    assert _made_by(at_once(_shelves())) == _made_by(_shelves())


def test_only_tables_of_the_same_run_are_created_at_once() -> None:
    first, second, *others = _shelves()
    sql = migrations.RunSQL("SELECT 1")
    assert [type(one).__name__ for one in at_once([first, second, *others, sql])] == [
        "CreateTables",
        "RunSQL",
    ]
    with pytest.raises(ValueError, match="does not create the table"):
        at_once([first, second, sql, *others])
