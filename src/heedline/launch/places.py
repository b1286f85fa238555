"""The location of a database cluster on disk, and its record in `$HEEDLINE_HOME`.

A cluster's folder belongs to the user who starts Heedline (0755) and contains the following files. The
server reads its configuration files but cannot change them.

  data/             the server's, 0700
  server.log        the server's, 0600
  postgresql.conf   ours
  pg_hba.conf       ours
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from heedline.launch import CannotStart
from heedline.launch.accounts import Account

PORT = 5432
#: A socket's path must fit into 107 bytes; PostgreSQL puts `/.s.PGSQL.5432` behind the folder, and a lock beside it.
LONGEST_SOCKET_FOLDER = 107 - len(f"/.s.PGSQL.{PORT}.lock")


@dataclass(frozen=True)
class ClusterPlace:
    """The paths of a cluster's directory and its socket directory."""

    folder: Path
    socket: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"


def state_folder() -> Path:
    """Return a persistent folder that every account can enter, creating it if necessary.

    For root it is `/var/lib/heedline`. Otherwise, or if that cannot be created, it is a folder of ours under
    the temporary folder. Raises CannotStart if another user owns a folder of that name.
    """
    if os.geteuid() == 0:
        folder = Path("/var/lib/heedline")
        try:
            return _ours(folder)
        except OSError:
            pass  # a system that is read only there
    return _ours(Path(tempfile.gettempdir()) / f"heedline-{os.geteuid()}")


def choose(home: Path, account: Account) -> ClusterPlace:
    """Choose a location for a new cluster, create its folder and return the location.

    The cluster is in the home if the server's account can reach it. Elsewhere the name has a random part,
    because a home that was deleted and created again must begin with an empty database, and never find the
    old one by the same name.
    """
    folder = home / "postgres"
    folder.mkdir(mode=0o755, exist_ok=True)
    if account.foreign:
        folder.chmod(0o755)
        if not account.may_enter(folder):
            folder = state_folder() / f"{_mark(home)}-{secrets.token_hex(4)}"
            folder.mkdir(mode=0o755)
            folder.chmod(0o755)
    return ClusterPlace(folder, socket=folder)


def with_socket(home: Path, place: ClusterPlace, account: Account) -> ClusterPlace:
    """Return the cluster's location with a folder added for its Unix socket.

    The path is short, and the folder is owned by the server and open to processes of other accounts.
    Passwords keep strangers out, and since the folder belongs to the server, nobody else can listen there in
    its place. Raises CannotStart if no short enough path is available.
    """
    roots = [Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 - checked below to be ours
    if os.geteuid() == 0:
        roots.insert(0, Path("/run"))
    for root in roots:
        for name in (f"heedline-{_mark(home)}", f"heedline-{secrets.token_hex(6)}"):
            folder = root / name
            if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER or not os.access(root, os.W_OK | os.X_OK):
                continue
            try:
                folder.mkdir(mode=0o700)
                account.give(folder)
            except FileExistsError:
                status = folder.lstat()
                if status.st_uid != account.uid or not folder.is_dir() or folder.is_symlink():
                    continue  # somebody else has that name: take the random one
            except OSError:
                continue
            folder.chmod(0o711)
            if account.may_enter(folder):
                return replace(place, socket=folder)
    raise CannotStart(
        "There is no folder with a short name for the database's socket. Set TMPDIR to a short path."
    )


def record(home: Path, place: ClusterPlace, account: str, major: int) -> None:
    """Record the location of a home's cluster.

    A folder inside the home is recorded as such, so that the home can be moved.
    """
    folder = place.folder.relative_to(home) if place.folder.is_relative_to(home) else place.folder
    facts = {"folder": str(folder), "socket": str(place.socket), "account": account, "major": major}
    write_whole(_record(home), json.dumps(facts, indent=1) + "\n", mode=0o644)


def recorded(home: Path) -> ClusterPlace | None:
    """Return the location of a home's cluster, or None if there is none yet.

    Raises CannotStart if the record refers to data that is not there. Starting a new, empty database in its
    place would look like the loss of every report, and would be one.
    """
    try:
        facts = json.loads(_record(home).read_text(encoding="utf-8"))
        place = ClusterPlace(home / facts["folder"], Path(facts["socket"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        raise CannotStart(
            f"{_record(home)} cannot be read. It says where the database lies; restore it."
        ) from None
    if not (place.data / "PG_VERSION").exists():
        raise CannotStart(
            f"The database of {home} should lie in {place.data} and is not there. Put it back or restore a backup. "
            f"To begin with an empty database instead, delete {_record(home)} and {home / 'secrets' / 'postgres.json'}."
        )
    return place


def forget(home: Path) -> None:
    """Delete the record of where a home's cluster is."""
    _record(home).unlink(missing_ok=True)


def write_whole(path: Path, text: str, *, mode: int) -> None:
    """Write a file atomically with this mode, so that it is either complete on disk or absent."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _record(home: Path) -> Path:
    return home / "postgres.json"


def _mark(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:12]


def _ours(folder: Path) -> Path:
    """Return a folder that only this account can write to but every account can enter.

    Raises OSError if it cannot be created.
    """
    try:
        folder.mkdir(mode=0o755)
        folder.chmod(0o755)
    except FileExistsError:
        status = folder.lstat()
        if status.st_uid != os.geteuid() or status.st_mode & 0o022 or folder.is_symlink():
            raise CannotStart(
                f"{folder} is not ours alone to write. Move it away, and start again."
            ) from None
    return folder
