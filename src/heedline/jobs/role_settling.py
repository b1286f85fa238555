"""The `heedline settle-roles` command, for operators who run their own PostgreSQL.

It needs the superuser's address (HEEDLINE_SUPERUSER_URL) and a file with the password of each process
(HEEDLINE_ROLE_PASSWORDS), and prints neither.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Sequence
from pathlib import Path

import psycopg

from heedline.config import environment as env
from heedline.launch import CannotStart, roles


def run(*, forget_sign_in_proofs: Sequence[str]) -> int:
    """Reset the database roles, their passwords and their permissions to the intended state.

    Returns the exit code. Raises CannotStart. `forget_sign_in_proofs` names the sites that may prove themselves again, because
    their SECRET_KEY was changed.
    """
    passwords = _passwords(Path(env.text("HEEDLINE_ROLE_PASSWORDS")))
    try:
        with psycopg.connect(
            env.text("HEEDLINE_SUPERUSER_URL"), autocommit=True, connect_timeout=10
        ) as connection:
            if not connection.execute(
                "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone() == (True,):
                raise CannotStart("HEEDLINE_SUPERUSER_URL is not the address of a superuser.")
            roles.settle(connection, passwords)
            if forget_sign_in_proofs:
                roles.forget_sign_in_proofs(connection, forget_sign_in_proofs)
    except psycopg.Error as problem:  # its text may hold the address
        raise CannotStart(f"The roles could not be settled ({type(problem).__name__}).") from None
    print("The roles, their settings and passwords, and the rights of PUBLIC are as they should be.")  # noqa: T201 - the command's own words
    return 0


def _passwords(file: Path) -> dict[str, str]:
    """Return the database role passwords from the operator's file.

    Raises CannotStart for a file that others can read, or that does not name each process.
    """
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise CannotStart("Others can read the file of HEEDLINE_ROLE_PASSWORDS: chmod it to 600.")
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise CannotStart("The file of HEEDLINE_ROLE_PASSWORDS cannot be read as JSON.") from None
    if (
        not isinstance(found, dict)
        or set(found) != set(roles.PROCESSES)
        or not all(isinstance(one, str) and one for one in found.values())
    ):
        raise CannotStart(
            f"HEEDLINE_ROLE_PASSWORDS must have one password for each of {', '.join(roles.PROCESSES)}."
        )
    return found
