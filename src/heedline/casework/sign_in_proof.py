"""The proof of a site's SECRET_KEY, of which the database keeps the hash (ADR 40, ADR 155).

Plain Python without Django: a site is refused a wrong key before it starts, and `heedline doctor` compares.
"""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

import psycopg

from heedline.vault.keys import hkdf

#: A session that never exists: whoever names it only learns whether the proof is right.
_NO_SESSION, _NOBODY = b"", UUID(int=0)


def sign_in_proof(secret_key: str, site: str) -> bytes:
    """Return the proof of this SECRET_KEY for `public`, `office` or `partner` (32 bytes)."""
    return hkdf(secret_key.encode(), label="sign-in-proof", context=site.encode())


def claim(connection: psycopg.Connection, site: str, proof: bytes) -> None:
    """Store the hash of the office's or the partners' proof, unless one is already there."""
    connection.execute(
        "INSERT INTO permits_sign_in_proof (site, digest) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        [site, sha256(proof).digest()],
    )


def agrees(connection: psycopg.Connection, site: str, proof: bytes) -> bool | None:
    """Return whether the servers of this site use the same key, or None if none of them has started yet."""
    said = connection.execute(
        "SELECT permits.name_officer(%b, %b, %b, %b)", [_NO_SESSION, _NOBODY, site, proof]
    ).fetchone()
    return None if said == ("unclaimed",) else said != ("refused",)
