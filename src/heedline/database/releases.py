"""Freeze the migrations of a release: what an installation has run must never change.

A migration is more than its file: the first one of the core runs every SQL file of `database/`, and those of the desks
import their moves. So a frozen release keeps a copy of each SQL file (`released/<release>/`), from which its migrations go
on reading, and two sums for each migration: of its file, and of the SQL that it runs.
"""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from django.apps import apps
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from heedline.database import sql_files

SUMS = "SUMS"


def freeze(release: str, folder: Path = sql_files.RELEASED) -> Path:
    """Copy every SQL file and write the sums of every migration, and return the release's folder.

    Raises FileExistsError if the release is frozen already.
    """
    place = folder / release
    place.mkdir(parents=True)
    for package, root in _packages():
        for file in sorted(root.rglob("*.sql")):
            if not file.is_relative_to(sql_files.RELEASED):
                copy = place / package / file.relative_to(root)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
    lines = [f"{of_file}  {of_sql}  {name}\n" for name, (of_file, of_sql) in migration_sums().items()]
    (place / SUMS).write_text("".join(lines), encoding="ascii")
    return place


def changed_since(release: str, folder: Path = sql_files.RELEASED) -> list[str]:
    """Return the migrations of a frozen release whose file or SQL differs from what was released, or that are gone."""
    now = migration_sums()
    return [name for name, sums in _frozen_sums(folder / release).items() if now.get(name) != sums]


def migration_sums() -> Mapping[str, tuple[str, str]]:
    """Return the SHA-256 of the file and of the SQL of each of Heedline's migrations, by `app.name`."""
    loader = MigrationLoader(None)
    ours = sorted(key for key in loader.graph.nodes if _is_ours(key[0]))
    return {
        f"{app}.{name}": (
            _sum(Path(inspect.getfile(type(migration))).read_text(encoding="utf-8")),
            _sum(_sql_of(loader, migration)),
        )
        for app, name in ours
        for migration in [loader.get_migration(app, name)]
    }


def _sql_of(loader: MigrationLoader, migration: Migration) -> str:
    state = loader.project_state((migration.app_label, migration.name), at_end=False)
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        migration.apply(state, editor, collect_sql=True)
        editor.deferred_sql.sort(key=str)  # the order in which Django adds foreign keys is not promised
        deferred = [str(one) for one in editor.deferred_sql]
        editor.deferred_sql.clear()
    return "\n".join([*map(str, editor.collected_sql), *deferred])


def _frozen_sums(place: Path) -> dict[str, tuple[str, str]]:
    rows = (line.split() for line in (place / SUMS).read_text(encoding="ascii").splitlines())
    return {name: (of_file, of_sql) for of_file, of_sql, name in rows}


def _packages() -> Iterator[tuple[str, Path]]:
    for config in apps.get_app_configs():
        if _is_ours(config.label):
            yield config.name, Path(config.path)


def _is_ours(label: str) -> bool:
    return apps.get_app_config(label).name.startswith("heedline.")


def _sum(text: str) -> str:
    return sha256(text.encode()).hexdigest()
