"""Invented reports of about 2 KB: random small words, so that nothing compresses or repeats as no real report would."""

from __future__ import annotations

import json
import random
import secrets
from dataclasses import dataclass, field
from typing import Any

LENGTH = 2048
#: Postcodes of the north-east desk, whose officers are on duty: sealed to that desk and to the round-the-clock desk.
POSTCODES = ("NE1 4ST", "NE8 2BJ", "DH1 3EL", "SR1 3RX")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def narrative(chance: random.Random) -> str:
    """Words of two to nine letters, `LENGTH` bytes in all."""
    words: list[str] = []
    size = 0
    while size < LENGTH:
        word = "".join(chance.choices(_LETTERS, k=chance.randint(2, 9)))
        words.append(word)
        size += len(word) + 1
    return " ".join(words)[:LENGTH].strip()


def told(chance: random.Random) -> dict[str, Any]:
    """What the API takes: nobody in danger, so that nobody is paged ten thousand times; a fifth are to be seen to soon."""
    return {
        "kind": "activity",
        "narrative": narrative(chance),
        "now": {"danger": chance.choices(("no", "not_sure"), (4, 1))[0]},
        "where": {"place": "Market Square", "postcode": chance.choice(POSTCODES)},
    }


@dataclass(slots=True)
class Call:
    """One call of the API, made before the clock runs, and the code that came back."""

    key: str = field(repr=False)
    request: bytes = field(repr=False)
    code: str = field(repr=False, default="")


def calls(host: str, how_many: int, *, close: bool) -> list[Call]:
    """Calls with keys of their own. `close`: each ends its connection, as a stranger's does."""
    chance = random.Random(how_many)  # noqa: S311 - invented words, no secrets
    made = []
    for _ in range(how_many):
        key, body = secrets.token_urlsafe(24), json.dumps(told(chance)).encode()
        heads = (
            f"POST /api/v1/reports HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n"
            f"Connection: {'close' if close else 'keep-alive'}\r\n\r\n"
        )
        made.append(Call(key, heads.encode() + body))
    return made
