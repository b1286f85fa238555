"""The operating system account that the database server runs as.

PostgreSQL refuses to run as root, rightly. If Heedline is started as root, the server runs under an
existing unprivileged account. Otherwise it runs as the user who started it.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from heedline.launch import CannotStart

#: In this order. `nobody` last: other programs share it, and may signal what runs under it.
SERVICE_ACCOUNTS = ("heedline", "postgres", "daemon", "nobody")
TOO_SLOW = 124
#: The whole environment of a program run as an account. PGHOST and the like would misdirect it, and it needs no secret.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class Account:
    """An operating system account, with its name and ids.

    `foreign` is true if it is not the account we run as.
    """

    name: str
    uid: int
    gid: int
    foreign: bool

    def run(self, command: Sequence[str | Path], *, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a program as this account, from `/` and with `ENVIRONMENT` alone, and return its output.

        A program that takes longer than `timeout` seconds is killed and reported with the code `TOO_SLOW`.
        """
        words = [str(part) for part in command]
        try:
            return subprocess.run(  # noqa: S603 - a list of our own making, no shell
                words,
                user=self.uid if self.foreign else None,
                group=self.gid if self.foreign else None,
                extra_groups=[] if self.foreign else None,
                cwd="/",  # the folder we stand in may be closed to this account
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                umask=0o077,
                start_new_session=True,  # Ctrl-C at our terminal is for us: a half-made folder helps nobody
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(words, TOO_SLOW, "", f"No answer after {timeout:g} seconds.")
        except OSError as error:
            return subprocess.CompletedProcess(words, 126, "", error.strerror or "It cannot be run.")

    def may_enter(self, folder: Path) -> bool:
        """Return whether this account can enter the directory.

        The operating system is asked, because there are many kinds of access control lists.
        """
        return self.run(["/bin/sh", "-c", 'cd -- "$1"', "sh", folder]).returncode == 0

    def give(self, path: Path) -> None:
        """Make this account the owner of a path, without following symbolic links."""
        if self.foreign:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, foreign=entry.pw_uid != os.geteuid())


def choose() -> Account:
    """Return the account that a new cluster should belong to."""
    if os.geteuid() != 0:
        try:
            return _account(pwd.getpwuid(os.geteuid()))
        except KeyError:  # a container may run us under a number that has no name
            return Account(str(os.geteuid()), os.geteuid(), os.getegid(), foreign=False)
    for name in SERVICE_ACCOUNTS:
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise CannotStart(
        "PostgreSQL does not run as root, and none of the accounts "
        f"{', '.join(SERVICE_ACCOUNTS)} exists here. Create one, or start Heedline as another user."
    )


def owner_of(folder: Path) -> Account:
    """Return the account that owns an existing data folder.

    Refuses if we may not act as that account.
    """
    status = folder.stat()
    try:
        name = pwd.getpwuid(status.st_uid).pw_name
    except KeyError:
        name = str(status.st_uid)
    if os.geteuid() not in {0, status.st_uid}:
        raise CannotStart(f"The database in {folder} belongs to {name}. Start Heedline as {name} or as root.")
    if status.st_uid == 0:
        raise CannotStart(f"The database in {folder} belongs to root, and PostgreSQL does not run as root.")
    return Account(name, status.st_uid, status.st_gid, foreign=status.st_uid != os.geteuid())
