"""Law 3, second half: every role against every table, column, sequence and function, by its rights and by trying."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from heedline.database.access import ALL, LOGINS, MAY_BECOME, ROLES, columns, tables
from heedline.database.function_access import (
    CLOCKWORK,
    DOOR,
    FUNCTIONS,
    INVOKERS,
    SYSTEM_FUNCTIONS,
    VIEWER,
    callers_of,
    permits_functions,
    triggers,
)
from heedline.dispatch import clockwork
from heedline.jobs import worker
from heedline.launch.roles import TAKES_TURNS

pytestmark = pytest.mark.django_db
#: The core's and the example desk's.
TABLES, COLUMNS = tables(), columns()
WORDS = {
    "r": "SELECT",
    "a": "INSERT",
    "w": "UPDATE",
    "d": "DELETE",
    "D": "TRUNCATE",
    "x": "REFERENCES",
    "t": "TRIGGER",
    "m": "MAINTAIN",
}
OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"


def ask(sql: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def expected(table: str, role: str) -> set[str]:
    if role == "owner":
        return set(ALL)
    return set(TABLES[table].get(role, "")) | ({"r"} if role == "backup" else set())


def test_every_table_is_declared_and_stands_in_the_public_schema() -> None:
    found = ask(
        f"SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        f" WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {OURS}"
    )
    assert {schema for schema, _ in found} == {"public"}
    assert {name for _, name in found} == set(TABLES)


def test_rights_on_tables_are_those_declared_and_no_other() -> None:
    granted = ask(
        "SELECT t, r, p FROM unnest(%s::text[]) t, unnest(%s::text[]) r, unnest(%s::text[]) p"
        " WHERE has_table_privilege('heedline_' || r, 'public.' || t, p)",
        [list(TABLES), list(ROLES), list(WORDS.values())],
    )
    letters = {word: letter for letter, word in WORDS.items()}
    found: dict[tuple[str, str], set[str]] = {(t, r): set() for t in TABLES for r in ROLES}
    for table, role, word in granted:
        found[table, role].add(letters[word])
    assert found == {(t, r): expected(t, r) for t in TABLES for r in ROLES}


def test_rights_on_columns_are_those_declared_and_no_other() -> None:
    granted = ask(
        "SELECT c.relname, r, p, string_agg(a.attname, ' ' ORDER BY a.attname::text COLLATE \"C\") FROM pg_attribute a"
        " JOIN pg_class c ON c.oid = a.attrelid, unnest(%s::text[]) r, unnest(%s::text[]) p"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
        " AND has_column_privilege('heedline_' || r, c.oid, a.attnum, p)"
        " AND NOT has_table_privilege('heedline_' || r, c.oid, p) GROUP BY 1, 2, 3",
        [list(ROLES), ["SELECT", "INSERT", "UPDATE", "REFERENCES"]],
    )
    letters = {word: letter for letter, word in WORDS.items()}
    found = {(table, role, letters[word]): columns for table, role, word, columns in granted}
    assert found == {key: " ".join(sorted(columns.split())) for key, columns in COLUMNS.items()}


def test_the_worker_may_maintain_only_the_tables_that_it_vacuums() -> None:
    """The right lets it lock a table against everybody, so it has it on no other."""
    cleaned = {*clockwork._TABLES, *clockwork._SEALED, clockwork._DRAFTS, *worker._TRACES}
    assert {table for table in TABLES if "m" in expected(table, "worker")} == cleaned


#: Tries a statement as a role; what it did is undone. True unless PostgreSQL refuses it.
TRY = """
CREATE FUNCTION pg_temp.may(role text, statement text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL ROLE heedline_%s', role);
    EXECUTE statement;
    RAISE EXCEPTION 'undo';
EXCEPTION WHEN OTHERS THEN
    -- a role that may not even look into a schema is told that the type of an argument there does not exist
    RETURN SQLERRM NOT LIKE 'permission denied%' AND SQLERRM NOT LIKE 'must be owner%'
        AND SQLERRM NOT LIKE 'type % does not exist';
END $$
"""


def test_trying_says_the_same_as_the_rights() -> None:
    """A right that is on paper only, or a way round it, would show here."""
    of_table: dict[str, list[str]] = {}
    for table, column in ask(
        "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relkind = 'r'"
        " AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped"
    ):
        of_table.setdefault(table, []).append(column)
    tries: list[tuple[str, str, bool]] = []
    for table in TABLES:
        for role in set(ROLES) - {"owner"}:
            may = expected(table, role)
            part = {
                letter: set(names.split())
                for (where, who, letter), names in COLUMNS.items()
                if (where, who) == (table, role)
            }
            tries.append((role, f"SELECT * FROM public.{table} LIMIT 0", "r" in may))
            tries.append((role, f"INSERT INTO public.{table} DEFAULT VALUES", "a" in may or "a" in part))
            tries.append((role, f"DELETE FROM public.{table} WHERE false", "d" in may))
            tries.append((role, f"TRUNCATE public.{table} CASCADE", False))
            lock = f"LOCK TABLE public.{table} IN ACCESS EXCLUSIVE MODE NOWAIT"
            tries.append((role, lock, not may.isdisjoint("wdm")))  # MAINTAIN, too: docs/threat-model.md
            tries.append((role, f"ALTER TABLE public.{table} DISABLE TRIGGER ALL", False))
            tries.append((role, f"ALTER TABLE public.{table} DISABLE ROW LEVEL SECURITY", False))
            for column in of_table[table]:
                tries.append(
                    (
                        role,
                        f'UPDATE public.{table} SET "{column}" = DEFAULT WHERE false',
                        "w" in may or column in part.get("w", ()),
                    )
                )
                tries.append(
                    (
                        role,
                        f'SELECT "{column}" FROM public.{table} LIMIT 0',
                        "r" in may or column in part.get("r", ()),
                    )
                )
    with connection.cursor() as cursor:
        cursor.execute(TRY)
    did = ask(
        "SELECT r, s, pg_temp.may(r, s) FROM unnest(%s::text[], %s::text[]) AS t(r, s)",
        [[r for r, _, _ in tries], [s for _, s, _ in tries]],
    )
    wanted = {(role, statement): may for role, statement, may in tries}
    assert [(r, s, ok) for r, s, ok in did if ok != wanted[r, s]] == []
    assert len(did) > 5000


def test_sequences_belong_to_the_owner_and_the_worker_counts_only_its_jobs() -> None:
    """A sequence that a process could read would tell how many reports there are, and in which order."""
    found = ask(
        f"SELECT c.relname, r, p FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, unnest(%s::text[]) r,"
        f" unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) p WHERE c.relkind = 'S' AND {OURS}"
        f" AND has_sequence_privilege('heedline_' || r, c.oid, p)",
        [[r for r in ROLES if r != "owner"]],
    )
    others = {(name, role, word) for name, role, word in found if (role, word) != ("backup", "SELECT")}
    assert {(role, word) for _, role, word in others} == {("worker", "USAGE")}
    assert all(name.startswith("procrastinate_") for name, _, _ in others)
    kept = ask(
        "SELECT DISTINCT table_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND (is_identity = 'YES' OR column_default LIKE 'nextval%')"
    )
    assert {
        t for (t,) in kept if t.startswith(("reports_", "intake_", "dispatch_", "desks_", "keys_"))
    } == set()


def test_functions_are_those_declared_and_only_the_named_process_may_call_them() -> None:
    found = ask(
        f"SELECT p.oid, n.nspname, p.proname, p.proowner::regrole::text, p.prosecdef, p.proconfig FROM pg_proc p"
        f" JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {OURS}"
    )
    names = {schema: {p for _, s, p, *_ in found if s == schema} for schema in FUNCTIONS}
    assert (names["door"], names["permits"], names["clockwork"], names["viewer"]) == (
        DOOR,
        permits_functions(),
        CLOCKWORK,
        VIEWER,
    )
    assert {p for p in names["public"] if not p.startswith("procrastinate_")} == triggers()
    assert {s for _, s, *_ in found} == set(FUNCTIONS)
    for oid, schema, name, owner, definer, config in found:
        _, owned_by = FUNCTIONS[schema]
        assert owner == f"heedline_{owned_by}", name
        callers = {
            role
            for role in ROLES
            if role != owned_by
            and ask("SELECT has_function_privilege(%s, %s::oid, 'EXECUTE')", [f"heedline_{role}", oid])[0][0]
        }
        wanted = set() if name in triggers() else callers_of(schema, name) - {owned_by}
        assert callers == wanted, name
        if schema != "public":
            assert config[0] == "search_path=pg_catalog, pg_temp", name
            assert set(config[1:]) <= {"enable_seqscan=off", "lock_timeout=250ms"}, name
            assert definer is (name not in INVOKERS), name


def test_calling_what_is_anothers_is_refused() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TRY)
    calls = ask(
        f"SELECT n.nspname, p.proname, format('SELECT %%I.%%I(%%s)', n.nspname, p.proname,"
        f" (SELECT string_agg('NULL::' || format_type(t, NULL), ', ' ORDER BY o) FROM"
        f" unnest(p.proargtypes::oid[]) WITH ORDINALITY u(t, o))) FROM pg_proc p"
        f" JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {OURS} AND p.proname NOT IN ('the_log_only_grows', 'steps_stay')"
        f" AND p.prorettype <> 'trigger'::regtype".replace("%%", "%")
    )
    for schema, name, call in calls:
        _, owner = FUNCTIONS[schema]
        callers = callers_of(schema, name)
        for role in set(ROLES) - {owner}:
            ((allowed,),) = ask("SELECT pg_temp.may(%s, %s)", [role, call])
            if role in callers:
                continue  # what the function then says is for its own tests
            assert not allowed, f"{role} may {call}"


def test_nothing_is_everybodys() -> None:
    """PUBLIC, in PostgreSQL's sense, has no right on anything of ours, and nobody may make things."""
    for sql in (
        f"SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a"
        f" WHERE {OURS} AND a.grantee = 0",
        f"SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace, aclexplode(p.proacl) a"
        f" WHERE {OURS} AND a.grantee = 0",
        f"SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {OURS} AND p.proacl IS NULL",
        f"SELECT n.nspname FROM pg_namespace n, aclexplode(n.nspacl) a WHERE {OURS} AND a.grantee = 0",
        "SELECT d.datname FROM pg_database d, aclexplode(d.datacl) a WHERE a.grantee = 0"
        " AND d.datname = current_database()",
        "SELECT l.lanname FROM pg_language l WHERE l.lanname NOT IN ('internal', 'c', 'sql', 'plpgsql')",
        "SELECT e.extname FROM pg_extension e WHERE e.extname <> 'plpgsql'",
    ):
        assert ask(sql) == [], sql
    for role in set(ROLES) - {"owner"}:
        name = f"heedline_{role}"
        for schema in ("public", "door", "permits", "clockwork", "viewer"):
            assert not ask("SELECT has_schema_privilege(%s, %s, 'CREATE')", [name, schema])[0][0]
        for right in ("CREATE", "TEMPORARY"):
            assert not ask("SELECT has_database_privilege(%s, current_database(), %s)", [name, right])[0][0]


def test_owners_of_functions_own_no_table_and_nobody_signs_in_as_an_owner() -> None:
    owners = ask(
        "SELECT DISTINCT relowner::regrole::text FROM pg_class WHERE relname = ANY (%s)", [list(TABLES)]
    )
    assert owners == [("heedline_owner",)]
    found = {
        name.removeprefix("heedline_"): rest
        for name, *rest in ask(
            "SELECT rolname, rolcanlogin, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication, rolbypassrls"
            " FROM pg_roles WHERE rolname LIKE 'heedline\\_%%' AND rolname <> 'heedline_super'"
        )
    }
    assert found == {role: [role in LOGINS, False, role == "backup"] for role in ROLES}


def test_nobody_becomes_another_but_whoever_migrates() -> None:
    found = ask(
        "SELECT m.member::regrole::text, m.roleid::regrole::text, m.admin_option, m.inherit_option FROM pg_auth_members m"
        " WHERE m.member::regrole::text LIKE 'heedline\\_%%'"
    )
    own = {(a, b) for a, b, _, _ in found if b.startswith("heedline_")}
    assert own == {(f"heedline_{a}", f"heedline_{b}") for a, b in MAY_BECOME}
    assert all(not admin for *_, admin, _ in found)
    assert all(not inherit for _, group, _, inherit in found if group.startswith("heedline_"))
    # the worker ends files of the write-ahead log, which has exact times; nobody has another right of the system
    assert {(a, b) for a, b, _, _ in found if not b.startswith("heedline_")} == {
        ("heedline_worker", "pg_checkpoint")
    }
    granted = ask(
        "SELECT a.grantee::regrole::text, p.oid::regprocedure::text FROM pg_proc p, aclexplode(p.proacl) a"
        " WHERE p.pronamespace = 'pg_catalog'::regnamespace AND a.grantee <> 0"
        " AND a.grantee::regrole::text LIKE 'heedline\\_%%' AND a.grantee::regrole::text <> 'heedline_super'"
        " AND p.proname !~ '^pg_(try_)?advisory_'"
    )
    assert set(granted) == {(f"heedline_{role}", name) for role, name in SYSTEM_FUNCTIONS}


def test_only_who_takes_turns_may_take_a_lock_by_its_number() -> None:
    """Whoever else held the pager's would keep everybody from being paged; the settling's, every arrival exact."""
    locks = [
        name
        for (name,) in ask(
            "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace"
            " AND p.proname ~ 'advisory_(xact_)?lock'"
        )
    ]
    assert "pg_try_advisory_lock(bigint)" in locks
    for role in ROLES:
        may = {
            name
            for name in locks
            if ask("SELECT has_function_privilege(%s, %s, 'EXECUTE')", [f"heedline_{role}", name])
            == [(True,)]
        }
        assert may == (set(locks) if role in TAKES_TURNS else set()), role
