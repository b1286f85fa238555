"""Call the database functions of the files site (`database/functions/viewer.sql`).

Each takes the hash of a token or a capability, which is all that this process can name a file by.
"""

from __future__ import annotations

from django.db import connection


def _one(statement: str, values: list[object]) -> object:
    with connection.bound_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def use_token(token: bytes, capability: bytes, purpose: str) -> bytes | None:
    """Redeem a token and return its sealed content, or None if it is invalid."""
    found = _one("SELECT viewer.use_token(%s, %s, %s)", [token, capability, purpose])
    return bytes(found) if isinstance(found, bytes | memoryview) else None


def reseal(capability: bytes, sealed: bytes) -> bool:
    """Replace a capability's sealed content, and return whether the capability is still valid."""
    return bool(_one("SELECT viewer.reseal(%s, %s)", [capability, sealed]))


def open_capability(capability: bytes, *, uncovered: bool) -> bytes | None:
    """Return a capability's sealed content or None, counting a minute of viewing time if `uncovered`."""
    found = _one("SELECT viewer.open_capability(%s, %s)", [capability, uncovered])
    return bytes(found) if isinstance(found, bytes | memoryview) else None


def lasts(capability: bytes) -> bool:
    """Return whether a capability is still valid, without making it last longer."""
    return bool(_one("SELECT viewer.lasts(%s)", [capability]))


def keep_derivative(capability: bytes, size: int, description: bytes) -> str:
    """Store a derivative's row with its headers, and return `made`, `there` or `refused`."""
    return str(_one("SELECT viewer.keep_derivative(%s, %s, %s)", [capability, size, description]))
