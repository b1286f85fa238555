"""Encryption of an officer's conflict-of-interest terms under that officer's key.

The terms are opened when the officer unlocks.
"""

from __future__ import annotations

import json
from uuid import UUID

from heedline.desks.models import OwnTerm
from heedline.vault import CannotOpen
from heedline.vault.grants import grant, grant_info, open_grant

#: Characters of one term; stated on the page. Every sealed term has the same size.
LONGEST = 100


_SIZE = 512


def _info(officer: UUID, row: UUID) -> bytes:
    return grant_info("own-term", str(officer), str(row))


def seal(term: str, public_key: bytes, *, officer: UUID, row: UUID) -> bytes:
    """Seal a conflict-of-interest term to this officer's key and this row.

    The result has the same size whatever the length of the term.
    """
    return grant(json.dumps(term).encode().ljust(_SIZE), public_key, info=_info(officer, row))


def load(officer: UUID, seed: bytes) -> tuple[str, ...]:
    """Return the officer's conflict-of-interest terms, decrypted with their seed.

    Terms sealed to keys that the officer no longer has are left out.
    """
    found = []
    for row, sealed in OwnTerm.objects.filter(officer_id=officer).values_list("id", "sealed"):
        try:
            found.append(str(json.loads(open_grant(bytes(sealed), seed, info=_info(officer, row)))))
        except CannotOpen:
            continue  # overseers see that it has to be registered again
    return tuple(found)
