"""The `heedline doctor` checks that an installation shares nothing with another one (ADR 189)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from heedline.jobs.doctor.people import CheckResult, Connection, one_value
from heedline.launch import places, roles
from heedline.launch.home import Home

#: How many other databases of this server hold something that belongs to Heedline's owners, or that its processes may
#: use. PostgreSQL keeps this list for the whole server, so nobody has to sign in to the other databases.
_OTHER_DATABASES = """
SELECT count(DISTINCT s.dbid) FROM pg_shdepend s
JOIN pg_roles r ON r.oid = s.refobjid AND s.refclassid = 'pg_authid'::regclass
JOIN pg_database d ON d.oid = s.dbid
WHERE r.rolname = ANY(%s) AND d.datname <> current_database()
"""


def told(connection: Connection, home: Path) -> Iterator[CheckResult]:
    """Check that this database server and this home belong to one installation only.

    Roles, passwords, settings, the log of commits and physical backups belong to a whole server, so two installations
    on one server would share them.
    """
    yield _server(connection)
    file = Home(home).secrets / "installation"
    founded = one_value(connection, "SELECT installation FROM desks_installation")
    if file.exists() and founded is not None:
        same = file.read_text(encoding="ascii").strip() == founded
        yield CheckResult(same, "the home belongs to the installation of this database")


def _server(connection: Connection) -> CheckResult:
    names = [roles.role(name) for name in roles.PROCESSES + roles.OWNERS]
    row = connection.execute(_OTHER_DATABASES, [names]).fetchone()
    others = row[0] if row else 0
    return CheckResult(
        others == 0, f"the database server holds no other Heedline database ({others or 'none'} found)"
    )


def from_another(home: Path, other: Path) -> Iterator[CheckResult]:
    """Check that two homes have no folder, secret, root key or database server in common."""
    if not Home(other).secrets.is_dir():
        yield CheckResult(False, "the other installation's home was not found")
        return
    ours, theirs = home.resolve(), other.resolve()
    yield CheckResult(
        not (ours.is_relative_to(theirs) or theirs.is_relative_to(ours)),
        "the home is apart from the other installation's home",
    )
    known = set(_secrets(theirs).values())
    shared = ", ".join(name for name, value in _secrets(ours).items() if value in known)
    yield CheckResult(
        not shared, f"no secret is the same as in the other installation ({shared or 'none is'})"
    )
    yield CheckResult(
        not _root(ours) or _root(ours) != _root(theirs),
        "the root key is not the other installation's",
    )
    place, their_place = places.recorded(ours), places.recorded(theirs)
    yield CheckResult(
        place is None or their_place is None or place.data.resolve() != their_place.data.resolve(),
        "the database server is not the other installation's",
    )


def _secrets(home: Path) -> dict[str, bytes]:
    files = sorted(Home(home).secrets.glob("*"))
    return {file.name: file.read_bytes().strip() for file in files if file.is_file()}


def _root(home: Path) -> str:
    file = Home(home).root_key
    return file.read_text(encoding="ascii").strip() if file.exists() else ""
