"""A database that fails on purpose, in the ways that quote most of what was sent. For databases in which things commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg


@contextmanager
def refused_by(db: psycopg.Connection[Any], table: str) -> Iterator[None]:
    """Every row for this table is refused, with an error that quotes the whole row."""
    db.execute("CREATE OR REPLACE FUNCTION public.falls() RETURNS trigger LANGUAGE plpgsql AS $$"
               " BEGIN RAISE EXCEPTION 'refused: %', NEW::text USING DETAIL = NEW::text, HINT = NEW::text; END $$")  # fmt: skip
    db.execute(
        f"CREATE TRIGGER falls BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION public.falls()"
    )
    try:
        yield
    finally:
        db.execute(f"DROP TRIGGER falls ON {table}")


@contextmanager
def against_a_rule(db: psycopg.Connection[Any], table: str) -> Iterator[None]:
    """Every row breaks a constraint: PostgreSQL's own words are then "Failing row contains (…)"."""
    db.execute(f"ALTER TABLE {table} ADD CONSTRAINT falls CHECK (false) NOT VALID")
    try:
        yield
    finally:
        db.execute(f"ALTER TABLE {table} DROP CONSTRAINT falls")


@contextmanager
def taken_away(db: psycopg.Connection[Any], *functions: str) -> Iterator[None]:
    """The public process may not call these functions of the door."""
    named = ", ".join(
        str(one)
        for name in functions
        for one in db.execute("SELECT %s::regproc::oid::regprocedure::text", [f"door.{name}"]).fetchone()
        or ()
    )
    db.execute(f"REVOKE EXECUTE ON FUNCTION {named} FROM heedline_public")
    try:
        yield
    finally:
        with db.transaction():
            db.execute("SET LOCAL ROLE heedline_door")
            db.execute(f"GRANT EXECUTE ON FUNCTION {named} TO heedline_public")


def mishaps(db: psycopg.Connection[Any]) -> list[AbstractContextManager[None]]:
    """What keeps a report from being stored, each for the length of a block."""
    return [
        refused_by(db, "reports_receipt"),
        refused_by(db, "dispatch_outbox"),
        against_a_rule(db, "reports_report"),
        against_a_rule(db, "reports_sealed_payload"),
        taken_away(db, "submit_report", "submit_reports"),
    ]
