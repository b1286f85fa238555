"""Law 5, in the files themselves: what a table held before a quarter hour was settled does not stay in its free space."""

from __future__ import annotations

import uuid
from pathlib import Path

import psycopg
from django.apps import apps

from heedline.dispatch import clockwork
from heedline.launch import postgres


def test_a_small_table_is_written_into_a_new_file(tmp_path: Path) -> None:
    cluster = postgres.start(tmp_path / "home", durable=False)
    try:
        marker = uuid.uuid4()
        with psycopg.connect(cluster.super_url("heedline"), autocommit=True) as owner:
            owner.execute("CREATE TABLE public.told (id uuid, said text PRIMARY KEY)")
            owner.execute("GRANT SELECT, MAINTAIN ON public.told TO heedline_worker")
            owner.execute("GRANT USAGE ON SCHEMA public TO heedline_worker")
            owner.execute("INSERT INTO told VALUES (%s, 'before')", [marker])
            owner.execute(
                "UPDATE told SET said = 'after'"
            )  # what settling does: the first version is dead now
            owner.execute("CHECKPOINT")
        files = Path(cluster.data) / "base"
        assert sum(path.read_bytes().count(marker.bytes) for path in files.rglob("*") if path.is_file()) == 2
        with psycopg.connect(cluster.url("worker"), autocommit=True) as worker:
            worker.execute("VACUUM (SKIP_LOCKED, TRUNCATE false) told")
            worker.execute(clockwork.WRITE_ANEW.format(table="told", key="told_pkey"))
            worker.execute(clockwork.FORGET_USE, [["told"], []])
            for statement in clockwork.FORGET_COMMITS:
                worker.execute(statement)
        assert sum(path.read_bytes().count(marker.bytes) for path in files.rglob("*") if path.is_file()) == 1
    finally:
        postgres.destroy(cluster)


def test_former_versions_of_sealed_rows_about_reports_are_removed() -> None:
    """The header of an index keeps its former keys, and values of a report their key, until the row is vacuumed."""
    sealed = {
        model._meta.db_table
        for model in apps.get_models()
        if any(field.name in {"header", "copy_header"} for field in model._meta.fields)
    }
    elsewhere = {
        "desks_shift_note",
        "reports_dissemination",
    }  # neither goes with a report that is disposed of
    assert sealed - elsewhere <= {*clockwork._TABLES, *clockwork._SEALED}
