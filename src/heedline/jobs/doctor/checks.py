"""Check the installation and each process's privileges against the live database.

Nothing is changed, except that an object is written to a bucket and deleted again (`files`). The output names tables,
functions, rights and versions, and never a row, a secret or an address.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from heedline.backups import register
from heedline.backups.plan import DAYS_KEPT
from heedline.config.databases import CONNECT_SECONDS
from heedline.config.origins import has_a_name
from heedline.config.single_sign_on import BACK, ENDED
from heedline.config.single_sign_on import from_environment as configured_provider
from heedline.jobs.doctor import files as doctor_files
from heedline.jobs.doctor import people as doctor_people
from heedline.jobs.doctor import search as search_coverage
from heedline.jobs.doctor import separation, site_keys
from heedline.jobs.doctor.people import CheckResult, one_value
from heedline.launch import CannotStart, postgres, roles
from heedline.launch.home import Home

OLDEST_SERVER = 170000
#: The worker says every minute that it runs.
LONGEST_SILENCE = timedelta(minutes=3)
#: What the internet-facing process may read as tables: public keys, which desks there are, the log's checkpoints.
PUBLISHED = frozenset({"audit_checkpoint", "desks_desk", "desks_installation", "keys_statement"})
#: Whom a process may become: migrations the owners; the worker may end a stretch of the server's log of commits.
MEMBERSHIPS = {
    roles.role("migrate"): frozenset(roles.role(owner) for owner in roles.OWNERS),
    roles.role("worker"): frozenset({"pg_checkpoint"}),
}

type Connection = psycopg.Connection[tuple[Any, ...]]

_TABLE_RIGHTS = """
SELECT r.rolname, n.nspname || '.' || c.relname, p.verb,
       has_table_privilege(r.oid, c.oid, p.verb) AS whole
FROM pg_roles r CROSS JOIN pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'MAINTAIN']) WITH ORDINALITY AS p(verb, place)
WHERE r.rolname = ANY(%s) AND c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname = ANY(%s)
  AND (has_table_privilege(r.oid, c.oid, p.verb)
       OR CASE WHEN p.verb IN ('SELECT', 'INSERT', 'UPDATE') THEN has_any_column_privilege(r.oid, c.oid, p.verb) END)
ORDER BY 1, 2, p.place
"""
_FUNCTION_RIGHTS = """
SELECT r.rolname, n.nspname || '.' || f.proname, f.prosecdef, o.rolname
FROM pg_roles r CROSS JOIN pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace JOIN pg_roles o ON o.oid = f.proowner
WHERE r.rolname = ANY(%s) AND has_schema_privilege(r.oid, n.oid, 'USAGE')
  AND (n.nspname = ANY(%s) OR n.nspname = 'pg_catalog' AND NOT has_function_privilege('public', f.oid, 'EXECUTE'))
  AND has_function_privilege(r.oid, f.oid, 'EXECUTE') AND f.prorettype <> 'trigger'::regtype
ORDER BY 1, 2
"""
_MEMBERS = """
SELECT m.rolname, g.rolname FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member JOIN pg_roles g ON g.oid = a.roleid
WHERE m.rolname = ANY(%s) AND (a.set_option OR a.inherit_option) ORDER BY 1, 2
"""
_SETTINGS = """
SELECT COALESCE(r.rolname, d.datname, 'everybody'), split_part(c.setting, '=', 1)
FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) AS c(setting)
LEFT JOIN pg_roles r ON r.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase
WHERE (s.setrole = 0 OR r.rolname LIKE 'heedline\\_%') AND s.setdatabase IN
    (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
ORDER BY 1, 2
"""
_STATEMENTS = """
SELECT count(*) FROM history.logged_statements() l FULL JOIN keys_statement s ON s.serial = l.serial
WHERE l.serial IS NULL OR s.serial IS NULL
"""
#: How many quarter hours of the last 90 days had a report, and how many had only one.
_ALONE = """
SELECT count(*), count(*) FILTER (WHERE n = 1) FROM (
    SELECT count(*) AS n FROM audit_event WHERE act = 'report-arrived' AND at > %s GROUP BY at) AS quarter_hours
"""
_SCHEMAS = ["public", "door", "permits", "clockwork", "history", "viewer"]


def machine() -> Iterator[CheckResult]:
    """Check the Python version and the cryptographic primitives needed for sealing.

    The primitives are checked by using them.
    """
    yield CheckResult(sys.version_info >= (3, 12), f"Python {sys.version.split()[0]} (3.12 or newer)")
    import cryptography

    try:
        from heedline.vault.keys import new_seed, public_key

        public_key(new_seed())
        yield CheckResult(True, f"cryptography {cryptography.__version__} makes X-Wing keys")
    except Exception:  # whatever is missing: nothing can be sealed
        yield CheckResult(
            False, f"cryptography {cryptography.__version__} makes no X-Wing keys: nothing can be sealed"
        )
    try:
        from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

        Argon2id(salt=bytes(16), length=32, iterations=1, lanes=1, memory_cost=64).derive(b"try")
        yield CheckResult(True, "Argon2id works")
    except Exception:
        yield CheckResult(False, "Argon2id does not work: nobody can unlock their keys")


def secrets(home: Path) -> Iterator[CheckResult]:
    """Check that the secrets in the home can be read only by their owner."""
    wide = Home(home).open_secrets()
    yield CheckResult(not wide, f"secrets are private ({', '.join(wide) or 'all of them'})")


def rights(connection: Connection) -> Iterator[CheckResult]:
    """Report each process's database privileges, including any that the role should not have."""
    names = [roles.role(process) for process in roles.PROCESSES]
    tables: dict[str, dict[str, list[str]]] = {name: {} for name in names}
    for role, table, right, whole in connection.execute(_TABLE_RIGHTS, [names, _SCHEMAS]):
        tables[role].setdefault(table, []).append(right if whole else f"{right} of some columns")
    functions: dict[str, list[str]] = {name: [] for name in names}
    for role, function, definer, owner in connection.execute(_FUNCTION_RIGHTS, [names, _SCHEMAS]):
        functions[role].append(f"{function} (as {owner})" if definer else function)
    groups: dict[str, list[str]] = {name: [] for name in names}
    for role, group in connection.execute(_MEMBERS, [names]):
        groups[role].append(group)
    for name in names:
        yield CheckResult(None, f"{name} may")
        for table, what in tables[name].items():
            yield CheckResult(None, f"  {table}: {', '.join(what)}")
        for function in functions[name]:
            yield CheckResult(None, f"  call {function}")
        for group in groups[name]:
            yield CheckResult(None, f"  become {group}")
        if not tables[name] and not functions[name] and not groups[name]:
            yield CheckResult(None, "  do nothing")
    yield from _too_much(connection, tables, names)
    beyond = sorted(name for name in names if set(groups[name]) - MEMBERSHIPS.get(name, frozenset()))
    yield CheckResult(
        not beyond, f"no process may become more than it should ({', '.join(beyond) or 'so it is'})"
    )


def _too_much(
    connection: Connection, tables: dict[str, dict[str, list[str]]], names: list[str]
) -> Iterator[CheckResult]:
    beyond = sorted(
        table
        for table, what in tables[roles.role("public")].items()
        if what != ["SELECT"] or table.removeprefix("public.") not in PUBLISHED
    )
    yield CheckResult(
        not beyond, f"the public process reads published tables only ({', '.join(beyond) or 'so it is'})"
    )
    beyond = sorted(
        table
        for table in tables[roles.role("partner")]
        if table.removeprefix("public.").startswith(("reports_", "intake_"))
    )
    yield CheckResult(
        not beyond, f"the partner process reads no table of reports ({', '.join(beyond) or 'so it is'})"
    )
    beyond = sorted(tables[roles.role("files")])
    yield CheckResult(
        not beyond, f"the files process has no right on any table ({', '.join(beyond) or 'so it is'})"
    )
    asked = "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND (rolsuper OR rolcreaterole OR rolreplication)"
    mighty = [name for (name,) in connection.execute(asked, [names])]
    yield CheckResult(
        not mighty, f"no process is a superuser of any kind ({', '.join(mighty) or 'so it is'})"
    )
    asked = "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND rolbypassrls AND rolname <> %s"
    blind = [name for (name,) in connection.execute(asked, [names, roles.role("backup")])]
    yield CheckResult(
        not blind, f"only the backup passes row-level security ({', '.join(blind) or 'so it is'})"
    )


def installation(connection: Connection, *, ours: postgres.Cluster | None) -> Iterator[CheckResult]:
    """Check the PostgreSQL version, and whether the server suits a demo or live installation."""
    number = connection.info.server_version
    yield CheckResult(number >= OLDEST_SERVER, f"PostgreSQL {number // 10000}.{number % 10000} (17 or newer)")
    born = one_value(connection, "SELECT born FROM desks_installation")
    yield CheckResult(
        None, f"this database was born {born or 'neither demo nor live: nothing is founded yet'}"
    )
    demo = os.environ.get("HEEDLINE_DEMO", "").lower() in {"1", "true", "yes"}
    if born == "live":
        wheel = ours is not None and not ours.installed
        yield CheckResult(not wheel, "a live installation runs a PostgreSQL that the system keeps up to date")
        yield CheckResult(not demo, "a live installation does not run as a demonstration (HEEDLINE_DEMO)")


def own_settings(connection: Connection) -> Iterator[CheckResult]:
    """Check that roles and databases override no PostgreSQL settings beyond the expected ones.

    A role may change its own settings, and one that switched durability off would lose reports when the server dies.
    """
    wanted = {
        (roles.role(process), name) for process, settings in roles.SETTINGS.items() for name in settings
    }
    beyond = sorted(
        f"{who}: {name}"
        for who, name in connection.execute(_SETTINGS).fetchall()
        if (who, name) not in wanted
    )
    yield CheckResult(
        not beyond, f"no role or database has settings of its own ({', '.join(beyond) or 'so it is'})"
    )
    missing = sorted(
        f"{who}: {name}"
        for who, name in wanted
        if (who, name) not in connection.execute(_SETTINGS).fetchall()
    )
    yield CheckResult(not missing, f"the backup cannot write ({', '.join(missing) or 'so it is'})")


def durability(connection: Connection) -> Iterator[CheckResult]:
    """Report whether the server flushes data to disk before confirming a commit."""
    born = one_value(connection, "SELECT born FROM desks_installation")
    off = sorted(
        name
        for name in ("fsync", "full_page_writes", "synchronous_commit")
        if one_value(connection, f"SHOW {name}") in {"off", "local", "remote_write"}
    )
    yield CheckResult(
        True if not off else False if born == "live" else None,
        f"the server waits for the disk ({', '.join(off) or 'so it is'})",
    )


def arrivals(connection: Connection, *, at: datetime) -> Iterator[CheckResult]:
    """Report how many quarter hours in the log have only a single arrival (ADR 39)."""
    row = connection.execute(_ALONE, [at - timedelta(days=90)]).fetchone()
    with_one, alone = row or (0, 0)
    yield CheckResult(
        None,
        f"quarter hours of the last 90 days in which reports came: {with_one}; in which only one came: {alone}",
    )


def statements(connection: Connection) -> Iterator[CheckResult]:
    """Check that the signed key statements in the table are exactly those named in the log.

    Every process also compares their content.
    """
    number = one_value(connection, _STATEMENTS)
    yield CheckResult(
        number == 0, f"the signed statements of keys are those that the log names ({number} are not)"
    )


def single_sign_on(connection: Connection) -> Iterator[CheckResult]:
    """Check the configured single sign-on provider, and whether a live installation may rely on it.

    No request is sent.
    """
    try:
        provider = configured_provider()
    except SystemExit as wrong:
        yield CheckResult(False, f"single sign-on: {wrong}")
        return
    if provider is None:
        yield CheckResult(None, "single sign-on is off (HEEDLINE_SSO_ISSUER)")
        return
    live = one_value(connection, "SELECT born FROM desks_installation") == "live"
    yield CheckResult(
        None,
        f"single sign-on at {provider.issuer} as {provider.client}, asked again every"
        f" {provider.ask_every.total_seconds() // 60:.0f} minutes, silent for {provider.tolerated.total_seconds() // 60:.0f} at most",
    )
    office = os.environ.get("HEEDLINE_OFFICE_URL", "http://localhost:8001").rstrip("/")
    yield CheckResult(
        office.startswith("https://") or not live,
        f"it sends browsers back to {office}{BACK} and notices to {office}{ENDED}",
    )
    yield CheckResult(
        True if provider.encrypted else (False if live else None),
        "the provider of single sign-on is asked over TLS"
        if provider.encrypted
        else "the provider of single sign-on is asked in the clear: only for a trial on this machine",
    )
    if not provider.acr and not provider.amr:
        yield CheckResult(
            False if live else None,
            "nothing checks that it asks for a second step (HEEDLINE_SSO_ACR or HEEDLINE_SSO_AMR)",
        )


def partners_site(connection: Connection) -> Iterator[CheckResult]:
    """Check that the partner site has its own host name.

    Browsers share cookies among the ports of one host.
    """
    site = os.environ.get("HEEDLINE_PARTNER_URL", "http://127.0.0.3:8003")
    live = one_value(connection, "SELECT born FROM desks_installation") == "live"
    yield CheckResult(
        True if site.startswith("https://") else (False if live else None), f"partners sign in at {site}"
    )
    others = (os.environ.get(f"HEEDLINE_{one}_URL", "") for one in ("PUBLIC", "OFFICE"))
    shared = urlsplit(site).hostname in {urlsplit(one).hostname for one in others}
    yield CheckResult(not shared, "the partners' site shares its host with no other site")
    if not has_a_name(site):
        yield CheckResult(None, "its host is an address and no name: no passkeys are offered there")


def files_site(connection: Connection) -> Iterator[CheckResult]:
    """Check that the files site has its own host name, so that it receives no other site's cookies."""
    site = os.environ.get("HEEDLINE_FILES_URL", "http://127.0.0.2:8002")
    live = one_value(connection, "SELECT born FROM desks_installation") == "live"
    yield CheckResult(
        True if site.startswith("https://") else (False if live else None), f"files are shown at {site}"
    )
    others = (os.environ.get(f"HEEDLINE_{one}_URL", "") for one in ("PUBLIC", "OFFICE", "PARTNER"))
    shared = urlsplit(site).hostname in {urlsplit(one).hostname for one in others}
    yield CheckResult(not shared, "the files site shares its host with no other site")


def worker(connection: Connection, *, at: datetime) -> Iterator[CheckResult]:
    """Check that the worker is running.

    Without it no deadline is monitored and nobody is paged. Of its two threads the one counts that ran longer ago.
    """
    beat = one_value(connection, "SELECT min(minute) FROM dispatch_worker_beat")
    if beat is None:
        yield CheckResult(False, "the worker has never run")
    else:
        minutes = int((at - beat).total_seconds() // 60)
        yield CheckResult(at - beat <= LONGEST_SILENCE, f"the worker last ran {max(minutes, 0)} minutes ago")
        if beat - at > LONGEST_SILENCE:
            yield CheckResult(False, f"the worker's clock is {-minutes} minutes ahead")


def backups(home: Path, connection: Connection, *, at: datetime) -> Iterator[CheckResult]:
    """Check how old the last backup is, whether it had a trial restore and whether any copies have expired.

    A demonstration gets the same findings, but none of them counts as wrong.
    """
    matters = one_value(connection, "SELECT born FROM desks_installation") == "live"
    known, today = register.runs(home), at.date()
    if not known:
        yield CheckResult(False if matters else None, "there was never a backup")
        return
    for side, most in (("keys", 1), ("bodies", 7)):
        days = [(today - one.on).days for one in known if side in one.places]
        words = f"the last copy of the {'key store' if side == 'keys' else side} is {{}} days old (at most {most})"
        fine = bool(days) and min(days) <= most
        yield CheckResult(
            fine if matters or fine else None,
            words.format(min(days)) if days else f"the {side} were never copied",
        )
    trials = [
        found
        for one in known
        if (place := one.places.get("bodies")) and (found := register.tried(Path(place)))
    ]
    if trials:
        last, canary = max(trials)
        proven = (
            "and the canary's report opened"
            if canary
            else "without the canary's passphrase: opening is not proven"
        )
        yield CheckResult(
            canary or (False if matters else None),
            f"a backup was restored by way of trial on {last}, {proven}",
        )
    else:
        yield CheckResult(
            False if matters else None, "no backup was ever restored by way of trial: heedline restore --try"
        )
    late = sum(
        (today - one.on).days > DAYS_KEPT and Path(one.places["keys"]).exists()
        for one in known
        if "keys" in one.places
    )
    yield CheckResult(
        not late, f"{late} copies of the key store are older than {DAYS_KEPT} days (heedline backup-prune)"
    )


def database(home: Path) -> tuple[str, postgres.Cluster | None]:
    """Return the URL of the database to check, and its cluster if it is this home's own.

    It is HEEDLINE_DATABASE_URL_OFFICE, HEEDLINE_DATABASE_URL, or the address of this home's own running
    database. Raises CannotStart if there is none.
    """
    given = os.environ.get("HEEDLINE_DATABASE_URL_OFFICE") or os.environ.get("HEEDLINE_DATABASE_URL")
    if given:
        return given, None
    cluster = postgres.found(home)  # as it stands: starting it would put right what is to be told
    if cluster is None:
        raise CannotStart(f"No database runs in {home}. Start Heedline first, or set HEEDLINE_DATABASE_URL.")
    return cluster.url("office"), cluster


def tell(findings: Iterable[CheckResult]) -> bool:
    """Print the findings, and return False if any check failed."""
    well = True
    for finding in findings:
        mark = {True: "ok     ", False: "WRONG  ", None: "       "}[finding.right]
        print(f"{mark}{finding.words}")  # noqa: T201 - what this command is for
        well = well and finding.right is not False
    return well


def run(home: Path, *, beside: Iterable[Path] = ()) -> int:
    """Run all checks and print the findings.

    `beside` has the homes of other installations on this machine. Returns 0 if nothing is wrong, else 1. Raises CannotStart.
    """
    apart = [finding for other in beside for finding in separation.from_another(home, other)]
    well = tell([*machine(), *secrets(home), *apart])
    url, cluster = database(home)
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS) as connection:
            at = datetime.now(UTC)
            facts = [
                *installation(connection, ours=cluster),
                *separation.told(connection, home),
                *own_settings(connection),
                *durability(connection),
                *doctor_people.told(connection, at),
                *statements(connection),
                *arrivals(connection, at=at),
                *(CheckResult(*one) for one in search_coverage.told(connection)),
                *(CheckResult(*one) for one in doctor_files.told(connection)),
                *site_keys.told(connection, home),
                *partners_site(connection),
                *files_site(connection),
                *worker(connection, at=at),
            ]
            facts += [*single_sign_on(connection), *backups(home, connection, at=at)]
            well = tell([*facts, *rights(connection)]) and well
    except psycopg.errors.ConnectionTimeout:
        raise CannotStart(
            "The database does not answer: its host is down, or a firewall drops what this machine sends to it."
        ) from None
    except psycopg.OperationalError:
        raise CannotStart("The database does not let us in.") from None
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
        raise CannotStart(
            "This database is not Heedline's, or is not up to date: heedline migrate."
        ) from None
    return 0 if well else 1
