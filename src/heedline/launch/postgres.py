"""The embedded PostgreSQL, a private cluster for one `HEEDLINE_HOME`, reachable only by a Unix socket.

    with running(home) as cluster:
        environment["HEEDLINE_DATABASE_URL"] = cluster.url("public")

The data is in `$HEEDLINE_HOME/postgres` if the server's account can reach it. Otherwise (root's home is
closed to everyone else, and `initdb` fails below it) it is in a separate folder under the system's state
folder. `$HEEDLINE_HOME/postgres.json` records the location. The generated passwords are in
`$HEEDLINE_HOME/secrets/postgres.json`. The folder that holds the configuration belongs to the user who
started Heedline, so neither the server nor anyone who compromises it can change who may sign in.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets as randomness
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from heedline.launch import CannotStart, accounts, binaries, places, roles, server
from heedline.launch.places import ClusterPlace

__all__ = [
    "CannotStart",
    "Cluster",
    "destroy",
    "found",
    "given_urls",
    "is_running",
    "running",
    "start",
    "stop",
]


@dataclass(frozen=True)
class Cluster:
    """A running cluster.

    It holds no secret itself. An address is built when it is requested.
    """

    home: Path
    data: Path
    #: The folder of the socket, what libpq calls the host.
    socket: Path
    major: int
    #: The folder of this server's own programs (`pg_dump`, `psql`, …).
    programs: Path
    #: The operating system account that it runs as.
    account: str
    #: True when the programs came with the system; the wheel's are for demo, development and tests.
    installed: bool

    def url(self, process: str, database: str = roles.DATABASE) -> str:
        """Return the database URL of a process, including its password.

        The address must never be printed or logged. `process` is one of `roles.PROCESSES`. "migrate" acts as the
        owner from its first statement. Raises ValueError for any other process.
        """
        options = (
            f"&options={quote(f'-c role={roles.role("owner")}', safe='')}" if process == "migrate" else ""
        )
        return self._address(roles.role(process), self._passwords()[process], database) + options

    def super_url(self, database: str = "postgres") -> str:
        """Return the superuser's connection URL.

        It is for set-up and tests, never for a process.
        """
        return self._address(roles.SUPERUSER, self._passwords()["super"], database)

    def _passwords(self) -> dict[str, str]:
        return read_passwords(self.home)

    def _address(self, user: str, password: str, database: str) -> str:
        host = quote(str(self.socket), safe="/")
        return f"postgresql://{user}:{quote(password, safe='')}@/{quote(database, safe='')}?host={host}"


def given_urls(processes: Iterable[str], environment: Mapping[str, str]) -> dict[str, str] | None:
    """Return the URLs set in `HEEDLINE_DATABASE_URL_<PROCESS>` variables, or None if none is set.

    If they are set, no database is started here. Raises CannotStart if only some are set, because a process
    that fell back to another database would lose what it accepts.
    """
    names = {process: f"HEEDLINE_DATABASE_URL_{process.upper()}" for process in processes}
    found = {process: environment[name] for process, name in names.items() if environment.get(name)}
    missing = [name for process, name in names.items() if process not in found]
    if found and missing:
        raise CannotStart(
            f"Some processes have a database address and some have none. Set {', '.join(missing)} too."
        )
    return found or None


def start(home: Path, *, durable: bool = True) -> Cluster:
    """Start a home's database cluster, creating it if necessary, and bring its roles up to date.

    A cluster that is already running is left running and returned. `durable=False` is for tests only,
    because it gives up what law 1 promises. Raises CannotStart with advice if there are no programs, the
    data is of another major version or the data is lost.
    """
    home = home.expanduser().absolute()
    home.mkdir(parents=True, exist_ok=True)
    with _alone(home):
        place = places.recorded(home)
        account = accounts.owner_of(place.data) if place else accounts.choose()
        version = server.version_of(place.data) if place else None
        found = binaries.find(account, state=places.state_folder, wanted=version)
        if found is None:
            raise CannotStart(server.no_programs(version, place.data if place else None))
        if place is None:
            place = _create(home, account, found, durable=durable)
        process = server.postmaster(place.data)
        if process is None:
            place = places.with_socket(home, place, account)
            places.record(home, place, account.name, found.major)
            server.start(place, account, found, durable=durable)
        cluster = Cluster(
            home, place.data, place.socket, found.major, found.folder, account.name, found.installed
        )
        _settle(cluster)
    return cluster


def found(home: Path) -> Cluster | None:
    """Return a home's running cluster without updating anything, or None if none is running."""
    home = home.expanduser().absolute()
    place = places.recorded(home)
    if place is None or server.postmaster(place.data) is None:
        return None
    account = accounts.owner_of(place.data)
    programs = binaries.find(account, state=places.state_folder, wanted=server.version_of(place.data))
    if programs is None:
        return None
    return Cluster(
        home, place.data, place.socket, programs.major, programs.folder, account.name, programs.installed
    )


def is_running(cluster: Cluster) -> bool:
    """Return whether the server of this cluster is running."""
    return server.postmaster(cluster.data) is not None


def stop(cluster: Cluster) -> None:
    """Stop the cluster.

    Sessions are ended, and committed data is on disk. Does nothing if the cluster is not running.
    """
    with _alone(cluster.home):
        place = places.recorded(cluster.home)
        if place is not None:
            server.stop(place, accounts.owner_of(place.data), cluster.programs)


@contextmanager
def running(home: Path, *, durable: bool = True) -> Iterator[Cluster]:
    """Run the cluster for the duration of the block.

    A cluster that was already running is left running afterwards.
    """
    place = places.recorded(home.expanduser().absolute())
    ours = place is None or server.postmaster(place.data) is None
    cluster = start(home, durable=durable)
    try:
        yield cluster
    finally:
        if ours:
            stop(cluster)


def destroy(cluster: Cluster) -> None:
    """Stop the cluster and delete its data, its passwords and the record of its location."""
    with _alone(cluster.home):
        place = places.recorded(cluster.home)
        if place is not None:
            server.stop(place, accounts.owner_of(place.data), cluster.programs, discard=True)
            shutil.rmtree(place.folder)
        places.forget(cluster.home)
        _password_file(cluster.home).unlink(missing_ok=True)


def read_passwords(home: Path) -> dict[str, str]:
    """Return the generated passwords, one for every process and one for "super".

    Raises CannotStart if they are missing.
    """
    try:
        found: dict[str, str] = json.loads(_password_file(home).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise CannotStart(
            f"The database's passwords in {_password_file(home)} cannot be read. Restore that file from the backup of "
            "the configuration; without it nobody can sign in to the database."
        ) from None
    return found


def _password_file(home: Path) -> Path:
    return home / "secrets" / "postgres.json"


def _make_passwords(home: Path) -> dict[str, str]:
    """Generate passwords for a new cluster and store them, readable only by the current account.

    Passwords of a cluster that was never completed are kept.
    """
    file = _password_file(home)
    if file.exists():
        return read_passwords(home)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    passwords = {name: randomness.token_urlsafe(24) for name in (*roles.PROCESSES, "super")}
    places.write_whole(file, json.dumps(passwords, indent=1) + "\n", mode=0o600)
    return passwords


def _create(
    home: Path, account: accounts.Account, found: binaries.Binaries, *, durable: bool
) -> ClusterPlace:
    """Create an empty cluster and record where it is.

    A partial cluster left by an earlier attempt is replaced.
    """
    place = places.choose(home, account)
    server.initialise(
        place,
        account,
        found,
        superuser=roles.SUPERUSER,
        password=_make_passwords(home)["super"],
        durable=durable,
    )
    places.record(home, place, account.name, found.major)
    return place


def _settle(cluster: Cluster) -> None:
    try:
        with psycopg.connect(cluster.super_url(), autocommit=True, connect_timeout=10) as connection:
            roles.settle(connection, cluster._passwords())
    except psycopg.OperationalError:
        raise CannotStart(
            f"The database in {cluster.data} runs but does not let us in: {_password_file(cluster.home)} is not the "
            "file that belongs to it."
        ) from None


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold a lock, so that only one process at a time starts or stops a home's cluster."""
    handle = os.open(home / ".postgres.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
