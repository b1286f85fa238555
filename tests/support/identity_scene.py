"""A request to open who sent a report, for tests: asked by Odile, decided by Ada, opened by whoever tries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from heedline.casework.identity import opening as identity_opening
from heedline.casework.identity import requests as identity_requests
from heedline.casework.identity.requests import Decision, IdentityApplication
from heedline.casework.pages import identity_requests as pages_identity_requests
from heedline.permits import functions
from tests.support.scene_people import NAMED, People

NECESSITY, RISK = "Only she knows which day it is", "Her brother would know at once who told us"
REASONS = "One call, within her times, by one officer"
ASKING = IdentityApplication("life", NECESSITY, RISK, 30)
YES, NO = Decision(True, REASONS), Decision(False, "Ask through the code first")
ANONYMOUS: dict[str, Any] = {"you": {"who": "anonymous"}}


def ask(
    people: People, ref: UUID, name: str = "Odile", asking: IdentityApplication = ASKING, **when: Any
) -> UUID:
    with people.sitting(name) as here:
        return identity_requests.ask(ref, asking, by=here, at=when.get("at", people.at))


def decide(people: People, request: UUID, decision: Decision = YES, name: str = "Ada") -> None:
    with people.sitting(name) as here:
        identity_requests.decide(request, decision, by=here, at=people.at)


def open_it(
    people: People, request: UUID, name: str = "Odile", *, after: int = 0, passphrase: str | None = None
) -> pages_identity_requests.ShownIdentity:
    at = people.at + timedelta(minutes=after)
    with people.sitting(name) as here:
        words = passphrase if passphrase is not None else people.house.keys[name].passphrase
        return pages_identity_requests.shown(
            identity_opening.open_now(request, words, by=here, at=at), by=here
        )


def released(people: People) -> tuple[UUID, UUID]:
    """A named report that Odile holds, and the request that Ada has approved."""
    ref, _ = people.taken(**NAMED)
    request = ask(people, ref)
    decide(people, request)
    return ref, request


def keys_of(people: People, name: str) -> list[bytes]:
    """Every key that this person has: their own seed, and the epochs that it opens."""
    with people.sitting(name) as here:
        assert here.keyring is not None
        return [people.house.keys[name].seed, *here.keyring.seeds.values()]


def decided_past_the_verb(request: UUID, minutes: int = 30) -> bool:
    """Whether this session decides when it calls the database itself."""
    words = functions.SealedWords(uuid4(), b"h", b"p", ())
    return functions.decide_identity(
        request, approved=True, words=words, sha256=b"0" * 32, released=b"s", minutes=minutes
    )
