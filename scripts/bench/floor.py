"""The floor: what sealing and storing cost with nothing round them. Everything else is held against this."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg

from bench import made_up
from bench.instance import Instance
from heedline.vault.containers.container import Container
from heedline.vault.containers.envelope import seal_part
from heedline.vault.identity import SealedIdentity, seal_identity
from heedline.vault.keys import new_seed, public_key

_INSTALLATION = "bench"
#: Every identity is made this long before it is sealed (`casework.report.sealing.IDENTITY_SIZE`), given or not.
_IDENTITY = b"{}" + bytes(7_498)
_TABLE = """CREATE TABLE IF NOT EXISTS floor (id uuid PRIMARY KEY, header bytea, payload bytea,
    identity_header bytea, identity_payload bytea, share_one bytea, share_one_watch bytea, share_two bytea)"""
_INSERT = "INSERT INTO floor VALUES (%b, %b, %b, %b, %b, %b, %b, %b)"


@dataclass(frozen=True)
class Floor:
    """Processor ms for each report: sealing, and one durable INSERT (ours and the server's)."""

    seal_ms: float
    insert_ms: float
    bytes_stored: int

    @property
    def ms(self) -> float:
        return self.seal_ms + self.insert_ms

    def told(self) -> dict[str, Any]:
        return {
            "seal_cpu_ms": round(self.seal_ms, 3),
            "insert_cpu_ms": round(self.insert_ms, 3),
            "sum_cpu_ms": round(self.ms, 3),
            "bytes": self.bytes_stored,
        }


def _seal(body: bytes, desks: list[bytes], authoriser: bytes) -> tuple[Container, SealedIdentity]:
    """What the vault makes of one report: sealed to two desks, the identity to desks and authoriser together."""
    report = seal_part(body, desks, installation=_INSTALLATION, container_id=uuid4(), part="report")
    identity = seal_identity(
        _IDENTITY,
        desk_recipients=desks,
        authoriser_recipient=authoriser,
        installation=_INSTALLATION,
        container_id=uuid4(),
    )
    return report, identity


def measure(instance: Instance, how_many: int) -> Floor:
    """Seal `how_many` reports, then insert them one by one, each durable before the next."""
    chance = random.Random(1)  # noqa: S311 - invented words, no secrets
    bodies = [made_up.narrative(chance).encode() for _ in range(how_many)]
    desks, authoriser = [public_key(new_seed()), public_key(new_seed())], public_key(new_seed())
    _seal(bodies[0], desks, authoriser)  # keys are parsed once for a whole process
    began = time.process_time()
    sealed = [_seal(body, desks, authoriser) for body in bodies]
    seal = time.process_time() - began

    rows = [
        (
            *(uuid4(), report.header, report.payload),
            *(who.container.header, who.container.payload),
            *(*who.desk_shares, who.authoriser_share),
        )
        for report, who in sealed
    ]
    family = instance.family()
    with psycopg.connect(instance.cluster.super_url("postgres"), autocommit=True) as connection:
        connection.execute(_TABLE)
        before, ours = family.cpu(), time.process_time()
        for row in rows:
            connection.execute(_INSERT, row, prepare=True)
        ours = time.process_time() - ours
        theirs = family.cpu().since(before).by["postgres"]
        connection.execute("TRUNCATE floor")
    size = sum(len(part) for part in rows[0][1:] if isinstance(part, bytes))
    return Floor(1000 * seal / how_many, 1000 * (ours + theirs) / how_many, size)
